"""Where feesync keeps its database."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from feesync.errors import InvalidInputError

DATABASE_VARIABLE = "FEESYNC_DB"


def database_path(given: str | os.PathLike[str] | None = None) -> Path:
    """Return the database's path: the one given, else FEESYNC_DB, else `feesync.db` in the user's data folder."""
    if given is not None and not isinstance(given, str | os.PathLike):
        raise InvalidInputError(f"a database is a path, not {type(given).__name__}")
    if given is not None and not os.fspath(given):
        raise InvalidInputError("the path of the database is empty")
    return _path(os.fspath(given) if given else os.environ.get(DATABASE_VARIABLE, ""))


@lru_cache(maxsize=64)
def _path(named: str) -> Path:
    if named:
        try:
            return Path(named).expanduser()
        except RuntimeError as error:
            raise InvalidInputError(f"{named!r}: {error}") from None
    from platformdirs import user_data_path

    return user_data_path("feesync", appauthor=False) / "feesync.db"
