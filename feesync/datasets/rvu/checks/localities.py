"""Checks of the GPCI file against a known release: its localities, their names, their indices.

The indices are budget-neutral: each changes little from year to year, and their mean hardly at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from feesync.datasets.rvu.checks.check import Fault, count_of, examples
from feesync.datasets.rvu.checks.known_release import KnownRelease
from feesync.model.locality import Locality
from feesync.model.money import decimal

_KINDS = ("work", "PE", "MP")
_FLOOR = 1_000
"""The floor of the work GPCI, which Congress lets lapse and restores."""


def _gpcis(place: Locality) -> tuple[int, int, int]:
    return place.work_gpci, place.pe_gpci, place.mp_gpci


def _is_floor(before: int, now: int) -> bool:
    """Tell whether a work GPCI changed because the floor was removed or restored."""
    return max(before, now) == _FLOOR and min(before, now) >= _FLOOR - GpciMoves.most_floor


@dataclass(frozen=True, slots=True)
class LocalityNames:
    """A locality keeps its state, and never gets the name of another."""

    evidence: ClassVar[str] = (
        "names change (11 in 2021, 2 in 2024), but none of CMS's localities took another's name or "
        "state"
    )

    def __call__(self, known_release: KnownRelease) -> Fault | None:
        """Look for names that another locality had, and for other states."""
        owners = {place.name.casefold(): place for place in known_release.localities.values()}
        for before, now in known_release.places:
            owner = owners.get(now.name.casefold(), before)
            if before.name.casefold() != now.name.casefold() and owner.key != before.key:
                return Fault(
                    f"{now.key} has the name of {owner.key} in {known_release.name} ({now.name}): "
                    "rows or names seem exchanged",
                    known_release.release.gpci.name,
                )
            if before.state and now.state and before.state != now.state:
                return Fault(
                    f"{now.key} is in {now.state}, in {known_release.name} in {before.state}",
                    known_release.release.gpci.name,
                )
        return None


@dataclass(frozen=True, slots=True)
class LocalityList:
    """Few localities are added or removed."""

    evidence: ClassVar[str] = (
        "CMS changes a few localities of some 110 at most, but for California's in 2017"
    )
    most_percent: int = 10

    def __call__(self, known_release: KnownRelease) -> Fault | None:
        """Count the localities that only one of the two has; under the same label none may go."""
        if not known_release.same_places:
            return None
        known = known_release.localities.keys()
        keys = {(row.mac, row.locality) for row in known_release.release.gpci.rows}
        new, gone = keys - known, known - keys
        if gone and known_release.same:
            return Fault(
                f"lacks {examples('-'.join(key) for key in sorted(gone))}, which "
                f"{known_release.name} has",
                known_release.release.gpci.name,
            )
        if max(len(new), len(gone)) * 100 <= self.most_percent * len(known):
            return None
        names = examples("-".join(key) for key in sorted(new or gone))
        have = (
            f"{count_of(len(keys), 'locality', 'localities')}, of which {len(new)} are new and "
            f"{len(gone)} gone beside the {len(known)}"
        )
        return Fault(f"{have} of {known_release.name} ({names})", known_release.release.gpci.name)


@dataclass(frozen=True, slots=True)
class GpciMoves:
    """No index changes more than indices ever did, within a year and over years.

    Within a year only a few localities may change. Bounds are in thousandths, for work, PE and MP,
    and grow with the years between the two releases.
    """

    evidence: ClassVar[str] = (
        "within a year two localities moved once (RVU23D: PE 0.008, MP 0.016); from one year to "
        "the next work moved 0.015, PE 0.053, MP 0.600 at most, over four years 0.033, 0.156 and "
        "1.219, over six 0.038, 0.163 and 0.949"
    )
    most_floor: ClassVar[int] = 40
    """By at most this a work GPCI changes where the floor of 1.0 is removed or restored: it was up
    to 0.026, in 47 localities (RVU26A has both)."""
    within: tuple[int, int, int] = (10, 20, 40)
    most_within: int = 4
    a_year: tuple[int, int, int] = (25, 80, 900)
    each_further: tuple[int, int, int] = (15, 40, 600)
    ratio: int = 60
    """The percentage by which an MP GPCI may grow or shrink in a year: it was 41 in one, and 85
    over two to five."""

    def __call__(self, known_release: KnownRelease) -> Fault | None:
        """Compare each index of each locality, and name the likeliest cause of a difference."""
        years = known_release.years
        bounds = self._bounds(years)
        beyond: list[str] = []
        moved = 0
        for before, now in known_release.places:
            old, new = _gpcis(before), _gpcis(now)
            if old == new:
                continue
            moved += old[1:] != new[1:] or not _is_floor(old[0], new[0])
            for kind, was, is_now, bound in zip(_KINDS, old, new, bounds, strict=True):
                if self._is_beyond(kind, was, is_now, bound, years):
                    beyond.append(f"{now.key} {kind} {decimal(was, 3)} -> {decimal(is_now, 3)}")
        if not beyond and (years or moved <= self.most_within):
            return None
        cause = _likely_cause(known_release)
        if beyond:
            since = f"since {known_release.name}: {examples(beyond)}"
            what = f"GPCIs move further than they ever did {since}"
        else:
            what = (
                f"the GPCIs of {moved} localities are not those of {known_release.name}, of the "
                "same year"
            )
        return Fault(f"{cause}{what}", known_release.release.gpci.name)

    def _bounds(self, years: int) -> tuple[int, ...]:
        if not years:
            return self.within
        return tuple(
            first + further * (years - 1)
            for first, further in zip(self.a_year, self.each_further, strict=True)
        )

    def _is_beyond(self, kind: str, before: int, now: int, bound: int, years: int) -> bool:
        if kind == "work" and _is_floor(before, now):
            return False
        grown = (
            kind == "MP"
            and years
            and max(before, now) * 100 > min(before, now) * (100 + self.ratio * years)
        )
        return abs(before - now) > bound or bool(grown)


@dataclass(frozen=True, slots=True)
class GpciMeans:
    """The mean of an index over all localities hardly changes."""

    evidence: ClassVar[str] = (
        "over up to six years the means moved 0.003 (work), 0.010 (PE) and 0.016 (MP) at most"
    )
    most: tuple[int, int, int] = (15, 30, 60)

    def __call__(self, known_release: KnownRelease) -> Fault | None:
        """Compare the means of the localities that both releases have."""
        places = known_release.places
        if not places:
            return None
        before, now = (
            map(sum, zip(*map(_gpcis, side), strict=True)) for side in zip(*places, strict=True)
        )
        totals = [new - old for old, new in zip(before, now, strict=True)]
        for kind, total, most in zip(_KINDS, totals, self.most, strict=True):
            if abs(total) > most * len(places):
                mean = decimal(abs(total) // len(places), 3)
                way = "higher" if total > 0 else "lower"
                reason = (
                    f"the {kind} GPCIs are {mean} {way} on average than those of "
                    f"{known_release.name}"
                )
                return Fault(_likely_cause(known_release) + reason, known_release.release.gpci.name)
        return None


def _likely_cause(known_release: KnownRelease) -> str:
    """Return the beginning of a message: which columns, or rows, seem to be exchanged."""
    places = [(_gpcis(before), _gpcis(now), now) for before, now in known_release.places]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        crossed = sum(
            abs(old[one] - new[other]) + abs(old[other] - new[one]) for old, new, _ in places
        )
        straight = sum(
            abs(old[one] - new[one]) + abs(old[other] - new[other]) for old, new, _ in places
        )
        if crossed * 2 < straight:
            return f"the columns of {_KINDS[one]} and {_KINDS[other]} GPCI seem exchanged: "
    owners: dict[tuple[int, int, int], str] = {}
    for old, _, place in places:
        owners.setdefault(old, place.key)
    exchanged = [(now.key, owners[new]) for old, new, now in places if old != new and new in owners]
    if len(exchanged) > 1:
        key, owner = exchanged[0]
        return f"rows seem exchanged or shifted ({key} has the numbers of {owner}): "
    return ""


def gpci_moves(known_release: KnownRelease) -> list[str]:
    """Return, in words, the localities with other GPCIs than in a release of the year or label."""
    moves, floor = [], {True: 0, False: 0}
    for before, now in known_release.places:
        old, new = _gpcis(before), _gpcis(now)
        changed = [
            f"{kind} {decimal(was, 3)} -> {decimal(is_now, 3)}"
            for kind, was, is_now in zip(_KINDS, old, new, strict=True)
            if was != is_now and not (kind == "work" and _is_floor(was, is_now))
        ]
        if old[0] != new[0] and _is_floor(old[0], new[0]):
            floor[new[0] == _FLOOR] += 1
        if changed:
            moves.append(f"{now.key} GPCI {', '.join(changed)}")
    lines = [examples(moves)] if moves else []
    for way, number in (("come", floor[True]), ("gone", floor[False])):
        if number:
            where = count_of(number, "locality", "localities")
            lines.append(f"the 1.0 floor of the work GPCI has {way} in {where}")
    return lines
