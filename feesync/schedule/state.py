"""One state of the database for a whole answer, whatever other processes load meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from feesync.schedule.threads import open_schedule

_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")


def of_one_state(answer: Callable[_Arguments, _Answer]) -> Callable[_Arguments, _Answer]:
    """Decorate a function with a keyword `db`: it then reads one state of the database."""

    @wraps(answer)
    def answered(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Answer:
        with open_schedule(kwargs.get("db")).hold():  # type: ignore[arg-type]
            return answer(*args, **kwargs)

    return answered
