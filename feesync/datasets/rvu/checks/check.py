"""A plausibility check, and the fault that it finds.

A check is a frozen object: its name, its thresholds, and the evidence for them, which is what CMS's
own releases have shown. Out of scope: the order of the checks, and what a fault leads to (suite).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple, Protocol

from feesync.datasets.rvu.checks.known_release import KnownRelease
from feesync.formats.release import ParsedRelease


class Fault(NamedTuple):
    """What a check finds: the reason in words, and the file that is the cause."""

    reason: str
    file: str


class ReleaseCheck(Protocol):
    """A check of a release by itself.

    `evidence` is a clause that says what CMS's releases have in common.
    """

    name: ClassVar[str]
    evidence: ClassVar[str]

    def __call__(self, release: ParsedRelease) -> Fault | None:
        """Return the fault of a release, or None."""


class KnownReleaseCheck(Protocol):
    """A check of a release against a known one.

    It has no name, because such checks are allowed all together, or not at all.
    """

    evidence: ClassVar[str]

    def __call__(self, known_release: KnownRelease) -> Fault | None:
        """Return the fault of a release, or None."""


def row_name(hcpcs: str, modifier: str) -> str:
    """Return the name of a row: `64493`, `93990-TC`."""
    return f"{hcpcs}-{modifier}" if modifier else hcpcs


def count_of(number: int, one: str, many: str) -> str:
    """Return a number with the words after it: `1 row has`, `2,000 rows have`."""
    return f"{number:,} {one if number == 1 else many}"


def examples(names: Iterable[str], most: int = 3) -> str:
    """Return the first of many names, and how many more there are."""
    all_names = list(names)
    more = len(all_names) - most
    return ", ".join(all_names[:most]) + (f" and {more:,} more" if more > 0 else "")
