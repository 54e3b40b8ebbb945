"""Sessions of facet joint procedures: what a patient had, by region of the spine and by what a session is for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from feesync.claim_line import ClaimLine
from feesync.coverage import facts
from feesync.dates import read_date
from feesync.errors import InvalidInputError

DIAGNOSTIC_MODIFIER = "KX"
"""Marks the line of a diagnostic injection; one without it counts as therapeutic."""


class Session(NamedTuple):
    """The facet joint procedures of one day in one region of the spine, for one end."""

    day: date
    region: str
    kind: str


def read_history(given: Iterable[str | tuple[date | str, object]]) -> tuple[Session, ...]:
    """Return the sessions that earlier claim lines of a patient stand for; other services are none.

    Args:
        given: each `DATE:LINE`, such as `2025-03-01:64493-50-KX`, or a pair of a date and a claim line in any of its forms.

    Raises:
        InvalidInputError: one cannot be read.
    """
    if isinstance(given, str):
        raise InvalidInputError(f"history is a list, such as [{given[:40]!r}], not text")
    return tuple(session for item in given for session in [_read(item)] if session)


def session_of(hcpcs: str, modifiers: Iterable[str], day: date, purpose: str | None = None) -> Session | None:
    """Return the session that a line is of; None where the code is no facet joint code.

    `purpose` is what an injection is for; where it is not said, KX says diagnostic, and its absence therapeutic.
    """
    code = facts.codes().get(hcpcs)
    if code is None:
        return None
    if code.kind != facts.INJECTION:
        return Session(day, code.region, facts.ABLATION)
    told = facts.DIAGNOSTIC if DIAGNOSTIC_MODIFIER in modifiers else facts.THERAPEUTIC
    return Session(day, code.region, purpose or told)


def _read(item: object) -> Session | None:
    if isinstance(item, str):
        day, colon, line = item.partition(":")
        if not colon:
            raise InvalidInputError(f"history {item[:60]!r} is not DATE:LINE, such as 2025-03-01:64493-50-KX")
        return _session(day, line)
    if isinstance(item, tuple) and len(item) == 2:
        return _session(*item)
    raise InvalidInputError(f"a {type(item).__name__} is no line of a history: give text such as 2025-03-01:64493-KX, or a pair")


def _session(day: object, given: object) -> Session | None:
    if not isinstance(day, str | date):
        raise InvalidInputError(f"a {type(day).__name__} is no date of a history")
    line = ClaimLine.read(given)
    modifiers = [str(modifier).upper() for modifier in line.modifiers]
    return session_of(str(line.hcpcs).strip().upper(), modifiers, read_date(day) if isinstance(day, str) else day)
