"""Checks of the payment policies of a release by themselves.

They compare how many rows have each indicator, and what an indicator implies for the relative
values beside it. They find a column that was emptied, shifted or exchanged, even where no other
release is known. Out of scope: the indicators of one row, which only another release, or the twin
of the file, shows to be wrong (values, twin).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from feesync.datasets.rvu.checks.check import Fault, examples, row_name
from feesync.formats.release import ParsedRelease

_PRICED_SHARES = {
    ("multiple_procedure", "0"): (3057, 3330),
    ("multiple_procedure", "2"): (5330, 5565),
    ("multiple_procedure", "3"): (378, 392),
    ("multiple_procedure", "4"): (425, 447),
    ("multiple_procedure", "5"): (53, 57),
    ("multiple_procedure", "6"): (351, 377),
    ("multiple_procedure", "7"): (101, 105),
    ("multiple_procedure", "9"): (18, 20),
    ("bilateral", "0"): (6976, 7096),
    ("bilateral", "1"): (2260, 2353),
    ("bilateral", "2"): (384, 403),
    ("bilateral", "3"): (215, 229),
    ("bilateral", "9"): (44, 47),
    ("assistant_surgeon", "0"): (4642, 4891),
    ("assistant_surgeon", "1"): (2207, 2298),
    ("assistant_surgeon", "2"): (2828, 2982),
    ("assistant_surgeon", "9"): (72, 84),
    ("co_surgeon", "0"): (7063, 7207),
    ("co_surgeon", "1"): (2474, 2604),
    ("co_surgeon", "2"): (290, 306),
    ("co_surgeon", "9"): (27, 29),
    ("team_surgeon", "0"): (9874, 9878),
    ("team_surgeon", "1"): (37, 45),
    ("team_surgeon", "2"): (53, 57),
    ("team_surgeon", "9"): (27, 29),
    ("pctc", "0"): (6616, 6824),
    ("pctc", "1"): (2720, 2833),
    ("pctc", "2"): (39, 45),
    ("pctc", "3"): (105, 429),
    ("pctc", "5"): (72, 78),
    ("pctc", "7"): (69, 74),
    ("global_days", "000"): (1361, 1394),
    ("global_days", "010"): (487, 516),
    ("global_days", "090"): (3948, 4161),
    ("global_days", "XXX"): (3211, 3349),
    ("global_days", "ZZZ"): (590, 973),
    ("global_days", "MMM"): (17, 19),
    ("imaging_family", "88"): (425, 447),
    ("imaging_family", "99"): (9553, 9575),
    ("supervision", "01"): (428, 455),
    ("supervision", "02"): (232, 243),
    ("supervision", "03"): (138, 149),
    ("supervision", "09"): (9107, 9160),
    ("nonfacility_na", "yes"): (4246, 4454),
    ("facility_na", "yes"): (2147, 2403),
    ("endoscopic_base", "yes"): (378, 392),
}
"""The least and the greatest share of each indicator among the priced rows of nine releases.

Shares are in hundredths of a percent, of RVU22A, 23A, 24B, 24C, 25A to 25D and 26C. Of a flag or an
endoscopic base, `yes` means that the row has one.
"""

_STATUS_SHARES = {
    "A": (4725, 5058),
    "B": (41, 50),
    "C": (575, 729),
    "E": (643, 822),
    "I": (742, 887),
    "J": (142, 157),
    "M": (602, 668),
    "N": (174, 457),
    "P": (74, 81),
    "R": (128, 577),
    "X": (1329, 1367),
}
"""The least and the greatest share of each status among all rows of the same releases."""

_FLAGS = ("nonfacility_na", "facility_na", "endoscopic_base")
_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class PolicyShares:
    """Each indicator has its share of the rows, which changes little over the years."""

    name: ClassVar[str] = "policy-shares"
    evidence: ClassVar[str] = (
        "each indicator within half of the least share and twice the greatest of nine releases, "
        "2022 to 2026"
    )
    times: int = 2

    def __call__(self, release: ParsedRelease) -> Fault | None:
        """Count the indicators of the nonQPP file; those of the QPP file are the same."""
        file = release.relative_values["nonqp"]
        priced = [row for row in file.rows if row.is_priced]
        for column in dict.fromkeys(column for column, _ in _PRICED_SHARES):
            values = Counter(getattr(row, column) for row in priced)
            if column in _FLAGS:
                values = Counter(yes=sum(count for value, count in values.items() if value))
            shares = {value: share for (of, value), share in _PRICED_SHARES.items() if of == column}
            if reason := self._reason(column, "the priced rows", values, shares, len(priced)):
                return Fault(reason, file.name)
        statuses = Counter(row.status for row in file.rows)
        reason = self._reason("status", "the rows", statuses, _STATUS_SHARES, len(file.rows))
        return Fault(reason, file.name) if reason else None

    def _reason(
        self,
        column: str,
        rows: str,
        values: Counter[str],
        shares: dict[str, tuple[int, int]],
        total: int,
    ) -> str:
        """Return, in words, which value has a share that CMS never gave it."""
        for value, (least, greatest) in shares.items():
            share = values[value] * _WHOLE
            if least * total <= share * self.times and share <= greatest * self.times * total:
                continue
            name = f"{column.replace('_', ' ')} {'set' if value == 'yes' else value}"
            return (
                f"{name} is in {_percent(share // (total or 1))} of {rows}, where CMS has it in "
                f"{_percent(least)} to {_percent(greatest)}: the column seems changed throughout"
            )
        return ""


def _percent(share: int) -> str:
    return f"{share // 100}.{share % 100:02d} %"


@dataclass(frozen=True, slots=True)
class PostoperativeShares:
    """In most rows, the share after the operation is greater than the share before it."""

    name: ClassVar[str] = "postoperative-shares"
    evidence: ClassVar[str] = (
        "in nine releases the postoperative share is the greater in 3,123 to 3,137 rows, the "
        "preoperative in 461 to 468"
    )

    def __call__(self, release: ParsedRelease) -> Fault | None:
        """Count the rows in which each of the two is the greater."""
        for file in release.relative_values.values():
            pre = sum(row.preoperative > row.postoperative for row in file.rows)
            post = sum(row.preoperative < row.postoperative for row in file.rows)
            if pre > post:
                return Fault(
                    "pre and post seem exchanged: the preoperative share is the greater in "
                    f"{pre:,} rows, the postoperative in {post:,}",
                    file.name,
                )
        return None


@dataclass(frozen=True, slots=True)
class TechnicalWork:
    """The technical component of a service has no work RVU."""

    name: ClassVar[str] = "technical-work"
    evidence: ClassVar[str] = (
        "none of the 997 to 1,119 TC rows of nine releases has a work RVU, and every priced 26 row "
        "has one"
    )

    def __call__(self, release: ParsedRelease) -> Fault | None:
        """Look for TC rows with work."""
        for file in release.relative_values.values():
            wrong = [row for row in file.rows if row.modifier == "TC" and row.work_rvu]
            if wrong:
                codes = examples(row_name(*row[:2]) for row in wrong)
                have = "has a work RVU" if len(wrong) == 1 else "have work RVUs"
                return Fault(
                    f"{codes} {have}: rows of 26 and TC, or columns, seem exchanged", file.name
                )
        return None


@dataclass(frozen=True, slots=True)
class ActiveRows:
    """A row that Medicare pays by its relative values has some."""

    name: ClassVar[str] = "active-rows"
    evidence: ClassVar[str] = (
        "in nine releases every one of the 8,910 to 9,416 rows of status A or T has relative values"
    )
    most: int = 10

    def __call__(self, release: ParsedRelease) -> Fault | None:
        """Count the rows of status A and T without any."""
        for file in release.relative_values.values():
            bare = [row for row in file.rows if row.status in {"A", "T"} and not row.is_priced]
            if len(bare) > self.most:
                codes = examples(row_name(*row[:2]) for row in bare)
                return Fault(
                    f"{len(bare):,} rows of status A or T have no relative values ({codes})",
                    file.name,
                )
        return None
