"""Technical parts rank by the schedule's amount, before what older equipment takes from them.

Dollars worked out here from CMS's own file: of two images of a day the one whose technical part is
higher in the schedule is paid in full, though CT leaves less of it than the other's whole part.
Source: RVU record layout, Multiple Procedure, indicator 4: "rank the procedures by fee schedule
amount for the TC"; that the amount is the one before CT and before the OPPS cap is an inference.
"""

import csv
import io
import zipfile
from decimal import ROUND_HALF_UP, Decimal
from itertools import permutations
from typing import Any

import pytest

from feesync import estimate_claim

D = Decimal
FACTOR = D("32.3465")
NOVEMBER: dict[str, Any] = {"locality": "national", "date": "2025-11-03", "coverage": False}
SCANNERS = (70450, 70498), (71250, 71275), (72125, 72133), (72191, 72194), (73200, 73206), \
    (73700, 73706), (74150, 74178), (74261, 74263), (75571, 75574)  # fmt: skip
"""CMS's list for CT, as MM9250 has it."""


def cents(amount):
    return amount.quantize(D("0.01"), ROUND_HALF_UP)


@pytest.fixture(scope="module")
def database(of_releases):
    return of_releases("rvu25d")


@pytest.fixture(scope="module")
def images(cms):
    """The images of family 88: by code and row (whole, 26, TC) the nation's fee and its cap."""
    with zipfile.ZipFile(cms / "releases/rvu25d.zip") as archive:
        text = archive.read("PPRRVU2025_Oct.csv").decode("latin-1")
    found: dict[str, Any] = {}
    for row in csv.reader(io.StringIO(text)):
        if len(row) > 30 and (row[3], row[18], row[27]) == ("A", "4", "88"):
            work, pe, mp, opps_pe, opps_mp = (D(row[at]) for at in (5, 6, 10, 28, 30))
            fee = cents((work + pe + mp) * FACTOR)
            cap = cents((work + opps_pe + opps_mp) * FACTOR) if opps_pe or opps_mp else fee
            found.setdefault(row[0], {})[row[1]] = fee, cap
    return {code: rows for code, rows in found.items() if rows.keys() == {"", "26", "TC"}}


def pairs(images):
    """Return scans, each with an image whose technical part is between 85 % and all of its own."""
    return [
        (scan, other)
        for scan, other in permutations(images, 2)
        if any(first <= int(scan) <= last for first, last in SCANNERS)
        and images[scan]["TC"][0] * D("0.85") < images[other]["TC"][0] < images[scan]["TC"][0]
    ]


def technical(rows, *shares):
    """Return a technical part after reductions, each rounded, and the cap after them."""
    fee, cap = rows["TC"]
    for share in shares:
        fee = cents(fee * share)
    return min(fee, cap)


def test_the_technical_part_ranks_before_ct_takes_from_it(database, images):
    found = pairs(images)[::7]
    assert len(found) > 20
    for scan, other in found:
        lines = estimate_claim([f"{scan}-TC-CT", f"{other}-TC"], db=database, **NOVEMBER).lines
        right = technical(images[scan], D("0.85")), technical(images[other], D("0.50"))
        turned = technical(images[scan], D("0.85"), D("0.50")), technical(images[other])
        assert tuple(line.allowed for line in lines) == right != turned, (scan, other)
        assert [line.rank for line in lines] == [1, 2]


def test_so_does_the_technical_part_of_a_whole_image(database, images):
    found = pairs(images)[::11]
    assert len(found) > 15
    for scan, other in found:
        lines = estimate_claim([f"{other}", f"{scan}-CT"], db=database, **NOVEMBER).lines
        parts = {code: images[code][""][0] - images[code]["TC"][0] for code in (scan, other)}
        if parts[scan] == parts[other]:
            continue
        lower = min(parts, key=parts.get)
        parts[lower] = cents(parts[lower] * D("0.95"))
        assert {line.hcpcs: line.allowed for line in lines} == {
            scan: technical(images[scan], D("0.85")) + parts[scan],
            other: technical(images[other], D("0.50")) + parts[other],
        }, (scan, other)
