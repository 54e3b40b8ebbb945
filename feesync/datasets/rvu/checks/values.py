"""Checks of the relative value rows beside a known release.

Which there are, what they are worth, and their payment policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import ClassVar

from feesync.datasets.rvu.checks.check import Fault, examples, row_name
from feesync.datasets.rvu.checks.comparison import Comparison, Pair, RowKey
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
_SHARE_OF_KNOWN = 5
"""Of a known release of few codes, as the snapshot is, a fifth of what it has.

Its bounds are not those of whole releases.
"""


def _rvus(row: RelativeValue) -> tuple[int, ...]:
    return row[3:7]


def _totals(row: RelativeValue) -> tuple[int, int]:
    base = row.work_rvu + row.mp_rvu
    return base + row.nonfacility_pe_rvu, base + row.facility_pe_rvu


@dataclass(frozen=True, slots=True)
class RowList:
    """Few rows leave from one release to a later one, and some come."""

    name: ClassVar[str] = "rows"
    evidence: ClassVar[str] = (
        "within a year 1 row left and 226 came, from a year to the next 230 and 796, over four 550 "
        "and 2,306"
    )
    within: tuple[int, int] = (20, 600)
    a_year: tuple[int, int] = (450, 1_200)
    each_further: tuple[int, int] = (150, 600)

    def __call__(self, comparison: Comparison) -> Fault | None:
        """Count the rows that only one of the two has.

        A part of a release, as the snapshot has, can lack rows only.
        """
        known = comparison.rows.keys()
        found = {row[:2] for row in comparison.release.relative_values["nonqp"].rows}
        bounds = _bounds(comparison.years, self.within, self.a_year, self.each_further)
        return _balance(
            comparison, "rows", known, found if comparison.complete else found & known, bounds
        )


@dataclass(frozen=True, slots=True)
class PricedRows:
    """Of the rows that two releases have, few get or lose a price."""

    name: ClassVar[str] = "priced-rows"
    evidence: ClassVar[str] = (
        "within a year 3 rows lost their price and 2 got one, from one year to the next 68 and "
        "453, over four 145 and 646"
    )
    within: tuple[int, int] = (20, 20)
    a_year: tuple[int, int] = (140, 700)
    each_further: tuple[int, int] = (50, 100)

    def __call__(self, comparison: Comparison) -> Fault | None:
        """Count the rows that only one of the two prices."""
        rows = comparison.release.relative_values["nonqp"].rows
        both = comparison.rows.keys() & {row[:2] for row in rows}
        priced = {row[:2] for row in rows if row.is_priced} & both
        bounds = _bounds(comparison.years, self.within, self.a_year, self.each_further)
        return _balance(
            comparison, "rows with a price", comparison.priced_rows & both, priced, bounds
        )


def _bounds(
    years: int, within: tuple[int, int], a_year: tuple[int, int], each_further: tuple[int, int]
) -> tuple[int, ...]:
    """Return how many rows may leave, and come, where some years lie between two releases."""
    if not years:
        return within
    return tuple(
        first + further * (years - 1) for first, further in zip(a_year, each_further, strict=True)
    )


def _balance(
    comparison: Comparison,
    what: str,
    known: Set[RowKey],
    found: Set[RowKey],
    bounds: tuple[int, ...],
) -> Fault | None:
    """Compare two sets of rows.

    What the earlier release has leaves, what the later one has comes.
    """
    most_gone, most_new = bounds if comparison.known_first else bounds[::-1]
    gone, new = known - found, found - known
    share = len(known) // _SHARE_OF_KNOWN
    if len(gone) > min(most_gone, share):
        counted = f"lacks {len(gone):,} of the {len(known):,} {what} of {comparison.name}"
        return Fault(
            f"{counted}: {examples(row_name(*key) for key in sorted(gone))}",
            comparison.name_of_values,
        )
    if len(new) > min(most_new, share):
        counted = f"has {len(new):,} {what} that {comparison.name} lacks, beside {len(known):,}"
        return Fault(
            f"{counted}: {examples(row_name(*key) for key in sorted(new))}",
            comparison.name_of_values,
        )
    return None


@dataclass(frozen=True, slots=True)
class RvuSums:
    """No kind of RVU halves or doubles altogether: that is another column."""

    name: ClassVar[str] = "rvu-sums"
    evidence: ClassVar[str] = (
        "the sums of work, PE and MP of the same rows moved by a fifth at most, and within a year "
        "by 0.2 %"
    )
    within: int = 5
    a_year: int = 40
    each_further: int = 10
    few_codes: int = 100
    """Percent, of the snapshot's few codes, whose sums one new valuation can move."""

    def __call__(self, comparison: Comparison) -> Fault | None:
        """Compare the sums over the rows that both releases have."""
        known = comparison.rows
        sums = [[0, 0] for _ in _RVUS]
        for row in comparison.release.relative_values["nonqp"].rows:
            before = known.get(row[:2])
            if before:
                for total, was, now in zip(sums, before[3:7], row[3:7], strict=True):
                    total[0] += int(was)
                    total[1] += now
        years = comparison.years
        most = self.a_year + self.each_further * (years - 1) if years else self.within
        if not comparison.complete:
            most = self.few_codes
        for kind, (was, now) in zip(_RVUS, sums, strict=True):
            if max(was, now) * 100 > min(was, now) * (100 + most):
                sums_now = f"sum to {decimal(now, 2)}, there to {decimal(was, 2)}"
                reason = f"the {kind} of the rows that {comparison.name} has too {sums_now}"
                return Fault(reason, comparison.name_of_values)
        return None


@dataclass(frozen=True, slots=True)
class RvuDoublings:
    """Few rows are worth twice what they were, or half."""

    name: ClassVar[str] = "rvu-doublings"
    evidence: ClassVar[str] = (
        "no row within a year, at most 8 from one year to the next, 22 over four and 31 over six"
    )
    a_year: int = 14
    each_further: int = 6

    def __call__(self, comparison: Comparison) -> Fault | None:
        """Count the rows whose total in a setting has more than doubled, or fallen below half."""
        beyond = [pair for pair in comparison.unequal if self._is_beyond(pair)]
        most = self.a_year + self.each_further * (comparison.years - 1) if comparison.years else 0
        if not comparison.complete:
            most = min(most, len(comparison.rows) // _SHARE_OF_KNOWN)
        if len(beyond) <= most:
            return None
        moves = examples(
            f"{row_name(*now[:2])} {self._shown(before)} -> {self._shown(now)}"
            for before, now in beyond
        )
        reason = (
            f"{len(beyond):,} rows are worth more than twice, or less than half, of what "
            f"{comparison.name} gives them"
        )
        return Fault(f"{reason}: {moves} RVUs in all", comparison.name_of_values)

    def _is_beyond(self, pair: Pair) -> bool:
        totals = zip(_totals(pair.before), _totals(pair.now), strict=True)
        return any(was and now and (was > 2 * now or now > 2 * was) for was, now in totals)

    def _shown(self, row: RelativeValue) -> str:
        return " and ".join(dict.fromkeys(str(decimal(total, 2)) for total in _totals(row)))


@dataclass(frozen=True, slots=True)
class RvuChanges:
    """Within a year, and in another revision of one release, few rows change an RVU."""

    name: ClassVar[str] = "rvu-changes"
    evidence: ClassVar[str] = "within a year at most 3 of 19,000 rows change an RVU (0.02 %)"
    most: int = 20

    def __call__(self, comparison: Comparison) -> Fault | None:
        """Count the rows with another RVU, where both releases are of one year.

        Of the snapshot's few codes half may change.
        """
        if comparison.years:
            return None
        changed = [pair for pair in comparison.unequal if _rvus(pair.before) != _rvus(pair.now)]
        most = self.most if comparison.complete else min(self.most, len(comparison.rows) // 2)
        if len(changed) <= most:
            return None
        moves = examples(_rvu_moves(changed))
        counted = f"{len(changed):,} rows have other RVUs than {comparison.name}"
        return Fault(
            f"{counted}{'' if comparison.same else ', of the same year'}: {moves}",
            comparison.name_of_values,
        )


@dataclass(frozen=True, slots=True)
class PolicyChanges:
    """Of the rows that both releases price, few change a payment policy."""

    name: ClassVar[str] = "policy-changes"
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

    def __call__(self, comparison: Comparison) -> Fault | None:
        """Count the priced rows whose indicators changed, and those whose supervision did."""
        priced = [
            pair for pair in comparison.unequal if pair.before.is_priced and pair.now.is_priced
        ]
        years = comparison.years
        most = self.a_year + self.each_further * (years - 1) if years else self.within
        most_supervision = self.supervision if years else self.supervision_within
        for columns, bound in ((_POLICIES, most), (("supervision",), most_supervision)):
            changed = [list(_changed(pair, columns)) for pair in priced]
            rows = [(pair, found) for pair, found in zip(priced, changed, strict=True) if found]
            if not comparison.complete:
                bound = min(bound, len(comparison.rows) // 2)
            if len(rows) > bound:
                moves = examples(f"{row_name(*pair.now[:2])} {found[0]}" for pair, found in rows)
                counted = (
                    f"{len(rows):,} priced rows have another payment policy than in "
                    f"{comparison.name}"
                )
                return Fault(f"{counted}: {moves}", comparison.name_of_values)
        return None


def _changed(pair: Pair, columns: tuple[str, ...]) -> Iterator[str]:
    """Yield the columns in which two rows differ, with both values, in words."""
    for column in columns:
        was, now = getattr(pair.before, column), getattr(pair.now, column)
        if was != now:
            if column.endswith(("_rvu", "operative")):
                was, now = decimal(was, 2), decimal(now, 2)
            words = (
                column.replace("_rvu", " RVU")
                .replace("mp RVU", "MP RVU")
                .replace("_pe ", " PE ")
                .replace("_", " ")
            )
            yield f"{words} {was or 'none'} -> {now or 'none'}"


def _rvu_moves(pairs: list[Pair]) -> Iterator[str]:
    for pair in pairs:
        yield f"{row_name(*pair.now[:2])} {', '.join(_changed(pair, _RVUS))}"


def corrections(comparison: Comparison) -> list[str]:
    """Return in words what a release changes of what was known of its label.

    The first rows, and how many more there are.
    """
    moved = [pair for pair in comparison.unequal if any(_changed(pair, (*_RVUS, *_POLICIES)))]
    first = [
        f"{row_name(*pair.now[:2])} {', '.join(_changed(pair, (*_RVUS, *_POLICIES)))}"
        for pair in moved[:1]
    ]
    more = len({pair.now.hcpcs for pair in moved} - {pair.now.hcpcs for pair in moved[:1]})
    if more:
        first[0] += f", and {more} more {'code' if more == 1 else 'codes'}"
    return first
