"""Checks of the relative value rows against a known release: which, their RVUs, their policies."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import ClassVar

from feesync.datasets.rvu.checks.check import Fault, count_of, examples, row_name
from feesync.datasets.rvu.checks.known_release import KnownRelease, RowChange, RowKey
from feesync.formats.relative_value import RelativeValue
from feesync.model.money import decimal

_RVUS = ("work_rvu", "nonfacility_pe_rvu", "facility_pe_rvu", "mp_rvu")
_POLICIES = (
    "status",
    "nonfacility_na",
    "facility_na",
    "multiple_procedure",
    "bilateral",
    "assistant_surgeon",
    "co_surgeon",
    "team_surgeon",
    "pctc",
    "global_days",
    "preoperative",
    "intraoperative",
    "postoperative",
    "endoscopic_base",
    "imaging_family",
)
_PRICING = (*_RVUS, *_POLICIES)
_SHARE_OF_KNOWN = 5
"""A bound for the snapshot, which has few codes: a fifth of them, as the bounds of whole releases
are too wide for it."""


def _rvus(row: RelativeValue) -> tuple[int, ...]:
    return row[3:7]


def _totals(row: RelativeValue) -> tuple[int, int]:
    base = row.work_rvu + row.mp_rvu
    return base + row.nonfacility_pe_rvu, base + row.facility_pe_rvu


@dataclass(frozen=True, slots=True)
class RowList:
    """Few rows go from one release to a later one, and some are added."""

    evidence: ClassVar[str] = (
        "within a year 1 row left and 226 came, from a year to the next 230 and 796, over four 550 "
        "and 2,306"
    )
    within: tuple[int, int] = (20, 600)
    a_year: tuple[int, int] = (450, 1_200)
    each_further: tuple[int, int] = (150, 600)

    def __call__(self, known_release: KnownRelease) -> Fault | None:
        """Count the rows that only one of the two has.

        The snapshot, which has a part of a release, can only show missing rows. Under the same
        label no row may go.
        """
        known = known_release.rows.keys()
        keys = {row[:2] for row in known_release.release.relative_values["nonqp"].rows}
        gone = sorted(known - keys)
        if gone and known_release.same and not known_release.complete:
            return Fault(
                f"lacks {examples(row_name(*key) for key in gone)}, which {known_release.name} has",
                known_release.name_of_values,
            )
        bounds = _bounds(known_release.years, self.within, self.a_year, self.each_further)
        return _balance(
            known_release, "rows", known, keys if known_release.complete else keys & known, bounds
        )


@dataclass(frozen=True, slots=True)
class PricedRows:
    """Of the rows that two releases have, few gain or lose a price."""

    evidence: ClassVar[str] = (
        "within a year 3 rows lost their price and 2 got one, from one year to the next 68 and "
        "453, over four 145 and 646"
    )
    within: tuple[int, int] = (20, 20)
    a_year: tuple[int, int] = (140, 700)
    each_further: tuple[int, int] = (50, 100)

    def __call__(self, known_release: KnownRelease) -> Fault | None:
        """Count the rows that only one of the two prices."""
        rows = known_release.release.relative_values["nonqp"].rows
        both = known_release.rows.keys() & {row[:2] for row in rows}
        priced = {row[:2] for row in rows if row.is_priced} & both
        bounds = _bounds(known_release.years, self.within, self.a_year, self.each_further)
        return _balance(
            known_release, "rows with a price", known_release.priced_rows & both, priced, bounds
        )


def _bounds(
    years: int, within: tuple[int, int], a_year: tuple[int, int], each_further: tuple[int, int]
) -> tuple[int, ...]:
    """Return how many rows may go, and be added, with some years between two releases."""
    if not years:
        return within
    return tuple(
        first + further * (years - 1) for first, further in zip(a_year, each_further, strict=True)
    )


def _balance(
    known_release: KnownRelease,
    noun: str,
    known: Set[RowKey],
    keys: Set[RowKey],
    bounds: tuple[int, ...],
) -> Fault | None:
    """Compare two sets of rows: those that have gone in the later release, and its new ones."""
    most_gone, most_new = bounds if known_release.known_first else bounds[::-1]
    gone, new = known - keys, keys - known
    share = len(known) // _SHARE_OF_KNOWN
    if len(gone) > min(most_gone, share):
        lacks = f"lacks {len(gone):,} of the {len(known):,} {noun} of {known_release.name}"
        return Fault(
            f"{lacks}: {examples(row_name(*key) for key in sorted(gone))}",
            known_release.name_of_values,
        )
    if len(new) > min(most_new, share):
        has = f"has {len(new):,} {noun} that {known_release.name} lacks, beside {len(known):,}"
        return Fault(
            f"{has}: {examples(row_name(*key) for key in sorted(new))}",
            known_release.name_of_values,
        )
    return None


@dataclass(frozen=True, slots=True)
class RvuSums:
    """No kind of RVU halves or doubles in total: if one does, it is another column."""

    evidence: ClassVar[str] = (
        "the sums of work, PE and MP of the same rows moved by a fifth at most, and within a year "
        "by 0.2 %"
    )
    within: int = 5
    a_year: int = 40
    each_further: int = 10
    few_codes: int = 100
    """The percentage for the snapshot's few codes, whose sums a single new valuation can change."""

    def __call__(self, known_release: KnownRelease) -> Fault | None:
        """Compare the sums over the rows that both releases have."""
        known = known_release.rows
        sums = [[0, 0] for _ in _RVUS]
        for row in known_release.release.relative_values["nonqp"].rows:
            before = known.get(row[:2])
            if before:
                for total, was, now in zip(sums, before[3:7], row[3:7], strict=True):
                    total[0] += int(was)
                    total[1] += now
        years = known_release.years
        most = self.a_year + self.each_further * (years - 1) if years else self.within
        if not known_release.complete:
            most = self.few_codes
        for kind, (was, now) in zip(_RVUS, sums, strict=True):
            if max(was, now) * 100 > min(was, now) * (100 + most):
                sums_now = f"sum to {decimal(now, 2)}, there to {decimal(was, 2)}"
                reason = f"the {kind} of the rows that {known_release.name} has too {sums_now}"
                return Fault(reason, known_release.name_of_values)
        return None


@dataclass(frozen=True, slots=True)
class RvuDoublings:
    """Few rows have twice the RVUs that they had, or half."""

    evidence: ClassVar[str] = (
        "no row within a year, at most 8 from one year to the next, 22 over four and 31 over six"
    )
    a_year: int = 14
    each_further: int = 6

    def __call__(self, known_release: KnownRelease) -> Fault | None:
        """Count the rows whose total in a setting has more than doubled, or more than halved."""
        beyond = [change for change in known_release.unequal if self._is_beyond(change)]
        most = (
            self.a_year + self.each_further * (known_release.years - 1)
            if known_release.years
            else 0
        )
        if not known_release.complete:
            most = min(most, len(known_release.rows) // _SHARE_OF_KNOWN)
        if len(beyond) <= most:
            return None
        moves = examples(
            f"{row_name(*now[:2])} {self._total_text(before)} -> {self._total_text(now)}"
            for before, now in beyond
        )
        reason = (
            f"{count_of(len(beyond), 'row is', 'rows are')} worth more than twice, or less than "
            f"half, of what {known_release.name} gives {'it' if len(beyond) == 1 else 'them'}"
        )
        return Fault(f"{reason}: {moves} RVUs in all", known_release.name_of_values)

    def _is_beyond(self, change: RowChange) -> bool:
        totals = zip(_totals(change.before), _totals(change.now), strict=True)
        return any(was and now and (was > 2 * now or now > 2 * was) for was, now in totals)

    def _total_text(self, row: RelativeValue) -> str:
        return " and ".join(dict.fromkeys(str(decimal(total, 2)) for total in _totals(row)))


@dataclass(frozen=True, slots=True)
class RvuChanges:
    """Within a year, or in another revision of a release, few rows change an RVU."""

    evidence: ClassVar[str] = "within a year at most 3 of 19,000 rows change an RVU (0.02 %)"
    most: int = 20

    def __call__(self, known_release: KnownRelease) -> Fault | None:
        """Count the rows with another RVU, where both releases are of one year.

        Half of the snapshot's few codes may change.
        """
        if known_release.years:
            return None
        changed = [
            change for change in known_release.unequal if _rvus(change.before) != _rvus(change.now)
        ]
        most = self.most if known_release.complete else min(self.most, len(known_release.rows) // 2)
        if len(changed) <= most:
            return None
        moves = examples(_rvu_moves(changed))
        have = f"{len(changed):,} rows have other RVUs than {known_release.name}"
        return Fault(
            f"{have}{'' if known_release.same else ', of the same year'}: {moves}",
            known_release.name_of_values,
        )


@dataclass(frozen=True, slots=True)
class PolicyChanges:
    """Of the rows that both releases price, few change a payment policy."""

    evidence: ClassVar[str] = (
        "of 9,100 priced rows 5 at most change an indicator within a year, 20 from one year to the "
        "next, 47 over four; supervision "
        "alone 4 and 28"
    )
    within: int = 15
    a_year: int = 40
    each_further: int = 12
    supervision_within: int = 15
    supervision: int = 60

    def __call__(self, known_release: KnownRelease) -> Fault | None:
        """Count the priced rows with other indicators, and those with another supervision alone."""
        priced = [
            change
            for change in known_release.unequal
            if change.before.is_priced and change.now.is_priced
        ]
        years = known_release.years
        most = self.a_year + self.each_further * (years - 1) if years else self.within
        most_supervision = self.supervision if years else self.supervision_within
        for columns, bound in ((_POLICIES, most), (("supervision",), most_supervision)):
            differences = [list(_differences(change, columns)) for change in priced]
            rows = [
                (change, texts) for change, texts in zip(priced, differences, strict=True) if texts
            ]
            if not known_release.complete:
                bound = min(bound, len(known_release.rows) // 2)
            if len(rows) > bound:
                moves = examples(
                    f"{row_name(*change.now[:2])} {texts[0]}" for change, texts in rows
                )
                have = count_of(len(rows), "priced row has", "priced rows have")
                have += f" another payment policy than in {known_release.name}"
                return Fault(f"{have}: {moves}", known_release.name_of_values)
        return None


def _differences(change: RowChange, columns: tuple[str, ...]) -> Iterator[str]:
    """Yield, in words, the columns in which two rows differ, with both values."""
    for column in columns:
        was, now = getattr(change.before, column), getattr(change.now, column)
        if was != now:
            if column.endswith(("_rvu", "operative")):
                was, now = str(decimal(was, 2)), str(decimal(now, 2))
            words = (
                column.replace("_rvu", " RVU")
                .replace("mp RVU", "MP RVU")
                .replace("_pe ", " PE ")
                .replace("_", " ")
            )
            yield f"{words} {was or 'none'} -> {now or 'none'}"


def _rvu_moves(changes: list[RowChange]) -> Iterator[str]:
    for change in changes:
        yield f"{row_name(*change.now[:2])} {', '.join(_differences(change, _RVUS))}"


def corrections(known_release: KnownRelease) -> list[str]:
    """Return, in words, what a release corrects of its own label.

    It is the first row, and how many more codes there are.
    """
    changes = _changes(known_release)
    first = list(_row_moves(changes[:1]))
    more = len(
        {change.now.hcpcs for change in changes} - {change.now.hcpcs for change in changes[:1]}
    )
    if more:
        first[0] += f", and {more} more {'code' if more == 1 else 'codes'}"
    return first


def row_changes(known_release: KnownRelease) -> list[str]:
    """Return, in words, how many rows differ from a release of the year, and the first of them.

    Rows with another RVU come before those with only another payment policy.
    """
    changes = _changes(known_release)
    worth = [change for change in changes if _rvus(change.before) != _rvus(change.now)]
    policy = [change for change in changes if _rvus(change.before) == _rvus(change.now)]
    return [
        f"{count_of(len(rows), 'row has', 'rows have')} {what} ({examples(_row_moves(rows))})"
        for rows, what in ((worth, "other RVUs"), (policy, "another payment policy"))
        if rows
    ]


def _changes(known_release: KnownRelease) -> list[RowChange]:
    """Return the rows with another RVU or payment policy."""
    return [change for change in known_release.unequal if any(_differences(change, _PRICING))]


def _row_moves(changes: list[RowChange]) -> Iterator[str]:
    for change in changes:
        yield f"{row_name(*change.now[:2])} {', '.join(_differences(change, _PRICING))}"
