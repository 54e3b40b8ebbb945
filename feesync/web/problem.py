"""An error as a page or a program is told it: HTTP's status, one clear line, what to choose from.

The wording is the front end's that serves (site.error_text). Out of scope: the page around it
(page), and the JSON around it (api).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from http import HTTPStatus
from typing import TypeVar

from feesync.claims import arguments
from feesync.errors import (
    BusyError,
    ContentRefusedError,
    ExitStatus,
    FeesyncError,
    InvalidInputError,
    LocalityError,
    MissingExtraError,
    NoPriceError,
    StoreError,
    UnknownCodeError,
    UnreachableError,
)
from feesync.queries.size import TooLargeError
from feesync.schedule.threads import open_schedule
from feesync.web.site import Site

_STATUSES: dict[type[FeesyncError], HTTPStatus] = {
    InvalidInputError: HTTPStatus.BAD_REQUEST,
    TooLargeError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NoPriceError: HTTPStatus.NOT_FOUND,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    UnreachableError: HTTPStatus.BAD_GATEWAY,
    ContentRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    MissingExtraError: HTTPStatus.NOT_IMPLEMENTED,
}
_TITLES: dict[type[FeesyncError], str] = {
    LocalityError: "Which place?",
    UnknownCodeError: "No such code",
    NoPriceError: "No price",
    InvalidInputError: "This cannot be read",
    TooLargeError: "Too much at once",
    StoreError: "The database cannot be read",
}
_SAME = {"locality": ("locality", "zip"), "modifiers": ("modifiers",)}
"""Parameters that say the same as another."""

_ROW_WORDS = {"26": "professional component", "TC": "technical component", "53": "discontinued"}
_LONGEST = 2_000
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may have been meant.

    Attributes:
        parameter: the parameter that it is a value of.
        value: the value.
        label: what it is.
    """

    parameter: str
    value: str
    label: str

    def question(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return what was asked, with this in its place."""
        question = {
            name: value for name, value in values.items() if name not in _SAME[self.parameter]
        }
        if self.parameter == "modifiers":
            earlier = values.get("modifiers", [])
            question["modifiers"] = [
                *(earlier if isinstance(earlier, list) else [earlier]),
                self.value,
            ]
            return question
        return {**question, self.parameter: self.value}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no answer.

    Attributes:
        status: HTTP's.
        exit_status: what the command line would exit with.
        title: the kind of problem, in a few words.
        texts: what is wrong, one line for each error, with what helps.
        candidates: what may have been meant.
    """

    status: int
    exit_status: ExitStatus
    title: str
    texts: tuple[str, ...]
    candidates: tuple[Candidate, ...] = ()

    @classmethod
    def of(
        cls, error: FeesyncError, site: Site, values: Mapping[str, object] | None = None
    ) -> Problem:
        """Return an error as a problem.

        Args:
            error: the error, with those of other lines in its `others`.
            site: what words it.
            values: what was asked.
        """
        return cls(
            _by_class(_STATUSES, error, HTTPStatus.INTERNAL_SERVER_ERROR),
            error.exit_status,
            _by_class(_TITLES, error, "This did not work"),
            tuple(site.error_text(each)[:_LONGEST] for each in (error, *error.others)),
            _candidates(error, site, values or {}),
        )


def _by_class(
    values: Mapping[type[FeesyncError], _Value], error: FeesyncError, otherwise: _Value
) -> _Value:
    """Return the value of the nearest class of an error."""
    return next((values[kind] for kind in type(error).__mro__ if kind in values), otherwise)


def _candidates(
    error: FeesyncError, site: Site, values: Mapping[str, object]
) -> tuple[Candidate, ...]:
    if isinstance(error, LocalityError):
        names = _names(site, values) if error.candidates else {}
        return tuple(Candidate("locality", key, names.get(key, "")) for key in error.candidates)
    if isinstance(error, UnknownCodeError):
        return tuple(
            Candidate("modifiers", row, _ROW_WORDS.get(row, "")) for row in error.rows if row
        )
    return ()


def _names(site: Site, values: Mapping[str, object]) -> dict[str, str]:
    """Return the names of the localities on the day of a question, by their keys."""
    date = values.get("date")
    try:
        day = arguments.day(date) if isinstance(date, str) else None
        _, places = open_schedule(site.db).localities(day or Date.today())
    except FeesyncError:
        return {}
    return {
        place.key: f"{place.name}, {place.state}" if place.state else place.name for place in places
    }
