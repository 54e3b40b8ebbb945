"""The modifiers that a form shows to be switched on, each with what it does, or why it may not be.

The engine says what a code forbids: there is no rule here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from feesync.claims.line import ClaimLine
from feesync.errors import FeesyncError, ModifierError
from feesync.queries.catalogue import ask
from feesync.reference.modifiers import modifier_effects
from feesync.web.site import Database

USUAL = ("26", "TC", "50", "RT", "LT", "59", "25", "KX")
"""The modifiers that are shown at once."""

SELDOM = (
    *("22", "24", "51", "52", "53", "57", "58", "76", "77", "78", "79", "54", "55", "56"),
    *("62", "66", "80", "82", "AS", "33", "93", "95", "XE", "XP", "XS", "XU"),
    *("GA", "GY", "GZ", "GN", "GO", "GP", "CO", "CQ"),
)
"""Those that are shown on demand; any other can be typed after the code."""

_FORBIDDEN = frozenset({"assistant-not-paid", "co-surgeon-not-permitted", "team-not-permitted"})
"""The notes by which an indicator of the code forbids a role in the operation."""


@dataclass(frozen=True, slots=True)
class Toggle:
    """A modifier that can be switched on.

    Attributes:
        modifier: its two characters.
        meaning: what it does, in feesync's words.
        is_on: whether it is.
        refusal: why the code forbids it; empty where it does not, or where no code is given.
    """

    modifier: str
    meaning: str
    is_on: bool
    refusal: str

    @property
    def is_disabled(self) -> bool:
        """Whether it cannot be switched on; what is on can be switched off."""
        return bool(self.refusal) and not self.is_on


def toggles(
    names: Iterable[str], on: Iterable[str], hcpcs: str, date: str, db: Database
) -> list[Toggle]:
    """Return modifiers to switch on.

    Args:
        names: which.
        on: those that are on.
        hcpcs: the code as typed; empty where none is.
        date: the date of service as typed; empty for today.
        db: path of the database.
    """
    chosen = set(on)
    return [
        Toggle(name, meaning(name), name in chosen, refusal(hcpcs, name, date, db))
        for name in names
    ]


def meaning(modifier: str) -> str:
    """Return what a modifier does today, in short; nothing where it is not known."""
    effects = modifier_effects(modifier)
    return effects[-1].words.partition(";")[0].removesuffix(".") if effects else ""


def refusal(hcpcs: str, modifier: str, date: str, db: Database) -> str:
    """Return why a code forbids a modifier on a day; empty where it does not."""
    if not hcpcs:
        return ""
    try:
        question = {"hcpcs": ClaimLine.read(hcpcs).hcpcs, "modifiers": [modifier], "date": date}
        notes = ask("estimate", {**question, "locality": "national"}, db).result.denials
    except ModifierError as error:
        return str(error)
    except FeesyncError:
        return ""
    return next((note.text for note in notes if note.code in _FORBIDDEN), "")
