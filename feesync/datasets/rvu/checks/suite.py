"""All checks of a release in their order, the likeliest cause first, and what a fault leads to.

A release that contradicts itself is refused, unless that one check is set aside by its name. One
that differs much from known releases is refused, unless such change is allowed. Out of scope: the
checks themselves (the other modules here).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from typing import NamedTuple

from feesync.datasets.rvu.checks.check import Fault, KnownReleaseCheck, ReleaseCheck
from feesync.datasets.rvu.checks.factor import ConversionFactor
from feesync.datasets.rvu.checks.known_release import KnownRelease, known_releases
from feesync.datasets.rvu.checks.localities import (
    GpciMeans,
    GpciMoves,
    LocalityList,
    LocalityNames,
    gpci_moves,
)
from feesync.datasets.rvu.checks.opps import (
    OppsCapAmounts,
    OppsCapCodes,
    OppsCapLocalities,
    OppsColumns,
)
from feesync.datasets.rvu.checks.policies import (
    ActiveRows,
    PolicyShares,
    PostoperativeShares,
    TechnicalWork,
)
from feesync.datasets.rvu.checks.rows import GlobalShares, QppRows, RowMinimum, SettingOrder
from feesync.datasets.rvu.checks.twin import TextTwin
from feesync.datasets.rvu.checks.values import (
    PolicyChanges,
    PricedRows,
    RowList,
    RvuChanges,
    RvuDoublings,
    RvuSums,
    corrections,
    row_changes,
)
from feesync.errors import ContentRefusedError, Hint, HintKind
from feesync.formats.release import ParsedRelease

OF_ITSELF: tuple[ReleaseCheck, ...] = (
    RowMinimum(),
    SettingOrder(),
    TextTwin(),
    QppRows(),
    GlobalShares(),
    PostoperativeShares(),
    TechnicalWork(),
    ActiveRows(),
    PolicyShares(),
    OppsColumns(),
    OppsCapLocalities(),
    OppsCapCodes(),
)
_AMOUNTS = OppsCapAmounts()
"""The last check of a release by itself, which needs the rates that the database computes."""

_FACTOR = ConversionFactor()
BESIDE_KNOWN: tuple[KnownReleaseCheck, ...] = (
    LocalityNames(),
    LocalityList(),
    GpciMeans(),
    GpciMoves(),
    RowList(),
    PricedRows(),
    RvuSums(),
    RvuDoublings(),
    RvuChanges(),
    PolicyChanges(),
)


class SetAside(NamedTuple):
    """A check that was set aside and failed: its name, and what it found."""

    name: str
    reason: str


def names() -> list[str]:
    """Return the names of the checks that can be set aside, in their order."""
    return [*(check.name for check in OF_ITSELF), _AMOUNTS.name]


def check_release(release: ParsedRelease, without: Collection[str]) -> list[SetAside]:
    """Check a release by itself, and return the checks that were set aside and failed.

    Raises:
        ContentRefusedError: another check failed.
    """
    results = (_set_aside(check, check(release), without) for check in OF_ITSELF)
    return [aside for aside in results if aside]


def check_amounts(
    connection: sqlite3.Connection, release: ParsedRelease, without: Collection[str]
) -> tuple[list[str], list[SetAside]]:
    """Check CMS's capped amounts in a database in which the release is current.

    Returns:
        What was compared, in words; and the check, where it was set aside and failed.

    Raises:
        ContentRefusedError: an amount differs.
    """
    notes, fault = _AMOUNTS(connection, release)
    aside = _set_aside(_AMOUNTS, fault, without)
    return notes, [aside] if aside else []


def _set_aside(
    check: ReleaseCheck | OppsCapAmounts, fault: Fault | None, without: Collection[str]
) -> SetAside | None:
    if fault is None:
        return None
    if check.name in without:
        return SetAside(check.name, f"{fault.file}: {fault.reason}")
    raise ContentRefusedError(
        f"{fault.reason} ({check.evidence})",
        file=fault.file,
        hint=Hint(HintKind.SET_CHECK_ASIDE, check=check.name),
    )


def check_changes(
    connection: sqlite3.Connection,
    release: ParsedRelease,
    first: str,
    open_snapshot: Callable[[], sqlite3.Connection],
    *,
    allow_change: bool,
) -> tuple[list[str], list[str]]:
    """Compare a release with known ones, and return what a person must know.

    Args:
        connection: the database, in which it is not yet loaded.
        release: the parsed release.
        first: its first day of effect.
        open_snapshot: opens the embedded snapshot.
        allow_change: whether any difference is accepted.

    Returns:
        What was accepted, each with its file; and how the release differs from known ones.

    Raises:
        ContentRefusedError: it differs too much.
    """
    known = known_releases(connection, release, first, open_snapshot)
    accepted: list[str] = []
    results = [(_FACTOR.evidence, _FACTOR(release))]
    results += [
        (check.evidence, check(known_release)) for check in BESIDE_KNOWN for known_release in known
    ]
    for evidence, fault in results:
        if fault is None:
            continue
        if not allow_change:
            raise ContentRefusedError(
                f"{fault.reason} ({evidence})",
                file=fault.file,
                hint=Hint(HintKind.ACCEPT_CHANGE),
            )
        accepted.append(f"{fault.file}: {fault.reason}")
    return accepted, _news(known)


def _news(known: list[KnownRelease]) -> list[str]:
    """Return how a release differs from known ones, in at most two lines.

    One says what it corrects of its own label; the other how it differs from a release of its year,
    where no release of its label with all codes is known.
    """
    of_label = [release for release in known if release.same][:1]
    of_year = [release for release in known if not release.same and not release.years]
    if any(release.complete for release in of_label):
        of_year = []
    changes = [(release, corrections(release)) for release in of_label]
    changes += [(release, row_changes(release)) for release in of_year]
    lines: dict[bool, str] = {}
    for known_release, rows in changes:
        news = rows + gpci_moves(known_release)
        beginning = (
            f"corrects what was known of {known_release.name}"
            if known_release.same
            else f"differs from {known_release.name}, of the same year"
        )
        if news:
            lines.setdefault(known_release.same, f"{beginning}: {'; '.join(news)}")
    return list(lines.values())
