"""The shares that the check of payment policies knows are those of nine of CMS's releases.

fixtures/policy_counts.csv has how many rows of each have which indicator, counted here from the
files' own cells.
"""

import csv
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pytest
from cms_files import FIXTURES
from wrong_content import Content

from feesync.datasets.rvu.checks import policies

CELLS = {
    "multiple_procedure": "multiple",
    "bilateral": "bilateral",
    "assistant_surgeon": "assistant",
    "co_surgeon": "co",
    "team_surgeon": "team",
    "pctc": "pctc",
    "global_days": "global_days",
    "imaging_family": "family",
    "supervision": "supervision",
    "nonfacility_na": "nonfacility_na",
    "facility_na": "facility_na",
    "endoscopic_base": "endoscopic_base",
}
RVUS = ("work", "nonfacility_pe", "facility_pe", "mp")


def recorded():
    with (FIXTURES / "policy_counts.csv").open(newline="") as file:
        return {
            (row["release"], row["column"], row["value"]): int(row["rows"])
            for row in csv.DictReader(file)
        }


def counted(path):
    """How many rows of a release have which indicator."""
    content = Content(path)

    def cell(row, name):
        return content.get(row, name).strip()

    rows = [row for row in content.rows if len(row[0].strip()) == 5]
    priced = [
        row
        for row in rows
        if cell(row, "status") in "ART" and any(Decimal(cell(row, name) or 0) for name in RVUS)
    ]
    found = Counter({("priced", ""): len(priced), ("all", ""): len(rows)})
    for column, name in CELLS.items():
        for row in priced:
            if column in ("nonfacility_na", "facility_na", "endoscopic_base"):
                found[column, "yes"] += bool(cell(row, name))
            else:
                found[column, cell(row, name)] += 1
    found.update(("status", cell(row, "status")) for row in rows)
    return found


@pytest.mark.parametrize("label", sorted({label for label, _, _ in recorded()}))
def test_the_counts_are_those_of_the_release(cms, label):
    known = {tuple(rest): rows for (of, *rest), rows in recorded().items() if of == label}
    assert counted(cms / f"releases/{label.lower()}.zip") == known


def test_the_shares_are_the_least_and_the_greatest_of_the_counts():
    counts = recorded()
    labels = {label for label, _, _ in counts}
    known = [(key, "priced", bounds) for key, bounds in policies._PRICED_SHARES.items()]
    known += [(("status", key), "all", bounds) for key, bounds in policies._STATUS_SHARES.items()]
    assert len(labels) == 9
    for key, total, bounds in known:
        shares = [
            Fraction(counts.get((label, *key), 0) * 10_000, counts[label, total, ""])
            for label in labels
        ]
        assert bounds == (floor(min(shares)), ceil(max(shares))), key
    # a value that more than one row in two hundred has is known
    for label, column, value in counts:
        total = counts[label, "all" if column == "status" else "priced", ""]
        if column not in ("priced", "all") and counts[label, column, value] * 200 > total:
            assert (column, value) in {key for key, _, _ in known}
