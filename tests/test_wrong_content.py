"""Wrong content must not become a price.

What was once accepted, made of CMS's own files, and what catches it now.

Each is loaded as RVU25D over RVU25C and over nothing (a zip with a txt twin and OPPSCAP), and as
RVU26C over RVU25C (no twin, no OPPSCAP, another year; the snapshot knows its facet codes and
GPCIs).
"""

import re
import shutil
import sqlite3
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from cms_files import csv_of
from wrong_content import RVUS, Content, gpci_columns, more

from feesync.datasets.rvu.load import load
from feesync.errors import ContentRefusedError
from feesync.formats import opps_cap, relative_values
from feesync.formats.release import from_zip

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("all_checks")]

TWIN = r"in PPRRVU2025_Oct.txt "
OPPS = "the OPPS columns of "


def all_rows(**cells):
    def change(content):
        for row in content.rows:
            content.change(
                row, **{name: cell(content.get(row, name)) for name, cell in cells.items()}
            )

    return change


def exchanged_in_the_data(content):
    content.swap(
        content.rows, ("nonfacility_pe", "facility_pe"), ("nonfacility_total", "facility_total")
    )


def exchanged_in_the_header(content):
    content.swap(
        [row for row in content.values[content.first - 5 : content.first] if len(row) > 13],
        ("nonfacility_pe", "facility_pe"), ("nonfacility_total", "facility_total"),
    )  # fmt: skip


def gpcis(one, other):
    def change(content):
        columns = gpci_columns(content)
        for row in content.places:
            i, j = columns[one], columns[other]
            row[i], row[j] = row[j], row[i]

    return change


def gpci_more(column, by, only=None):
    def change(content):
        at = gpci_columns(content)[column]
        for row in content.places[only : only + 1] if only is not None else content.places:
            row[at] = more(row[at], by)

    return change


def gpci_rows_shifted(content):
    content.shift(content.places, gpci_columns(content)[0])


def keys_swapped(content):
    one, other = content.places[4], content.places[40]
    one[:3], other[:3] = other[:3], one[:3]


def names_swapped(content):
    one, other = content.places[4], content.places[40]
    one[3], other[3] = other[3], one[3]


def states_swapped(content):
    one, other = content.places[4], content.places[40]
    one[1], other[1] = other[1], one[1]


def opps_digit(*columns, code="99213", modifier=""):
    def change(content):
        content.change(content.row(code, modifier), **dict.fromkeys(columns, "0.01"))

    return change


def multiplied(factor, *codes):
    def change(content):
        for row in [content.row(code) for code in codes] if codes else content.rows:
            cells = {name: f"{float(content.get(row, name)) * factor:.2f}" for name in RVUS}
            if (
                sum(map(float, cells.values())) < 900
            ):  # more than a cell may hold is refused as such
                content.change(row, **cells)

    return change


def work_more(by, from_pe, *codes):
    def change(content):
        for row in [content.row(code) for code in codes] if codes else content.rows:
            taken = {name: content.get(row, name) for name in ("nonfacility_pe", "facility_pe")}
            if from_pe and min(map(float, taken.values())) < by:
                continue
            cells = {name: more(text, f"-{by}") for name, text in taken.items()} if from_pe else {}
            content.change(row, work=more(content.get(row, "work"), str(by)), **cells)

    return change


def numbers_swapped(one, other):
    def change(content):
        rows = content.row(one), content.row(other)
        tails = rows[0][3:], rows[1][3:]
        rows[0][3:], rows[1][3:] = tails[1], tails[0]

    return change


def rows_shifted(first, count):
    def change(content):
        rows = content.rows
        content.shift(rows[first : first + count] if count else rows, 3)

    return change


def cut(percent):
    def change(content):
        last = content.first + len(content.rows) * percent // 100
        content.values = content.values[:last]

    return change


def shares_exchanged(content):
    content.swap(content.rows, ("pre", "intra"))


def caps_cut(content):
    content.caps = content.caps[:2]


def cell(name, text):
    def change(content):
        content.change(content.row("99213"), **{name: text})

    return change


def become(before, now):
    return lambda text: now if text == before else text


POLICY = "of the priced rows, where CMS has it in "
ITSELF = "is the endoscopic base of itself"
WORK = ITSELF + "|have work RVUs: rows of 26 and TC, or columns, seem exchanged"
A_ROW = (
    "one row of a file without a twin, of a code that the snapshot lacks: from year to year as "
    "much is real"
)

FAULTS: dict[str, tuple[Callable[[Content], None], Any, Any]] = {
    "nonfacility and facility exchanged, in the data": (
        exchanged_in_the_data, "nonfacility and facility seem exchanged", ...),
    "nonfacility and facility exchanged, in the header": (
        exchanged_in_the_header, "nonfacility and facility seem exchanged", ...),
    "work and PE GPCI exchanged": (
        gpcis(0, 1), "the columns of work and PE GPCI seem exchanged", ...),
    "PE and MP GPCI exchanged": (gpcis(1, 2), "the columns of PE and MP GPCI seem exchanged", ...),
    "GPCI rows shifted": (gpci_rows_shifted, "rows seem exchanged or shifted", ...),
    "keys of two localities swapped": (
        keys_swapped, "has the name of .* rows or names seem exchanged", ...),
    "PE GPCI + 0.2": (gpci_more(1, "0.2"), "the PE GPCIs are 0.200 higher on average", ...),
    "work GPCI - 0.05": (gpci_more(0, "-0.05"), "the work GPCIs are 0.050 lower on average", ...),
    "one work GPCI + 0.3": (
        gpci_more(0, "0.3", 30), "GPCIs move further than they ever did since .* work ", ...),
    "one PE GPCI + 0.3": (
        gpci_more(1, "0.3", 30), "GPCIs move further than they ever did since .* PE ", ...),
    "one MP GPCI + 0.3": (
        gpci_more(2, "0.3", 30), "GPCIs move further than they ever did since .* MP ", ...),
    "one MP GPCI + 1.0": (
        gpci_more(2, "1.0", 30), "GPCIs move further than they ever did since .* MP ", ...),
    "names of two localities swapped": (
        names_swapped, "has the name of .* rows or names seem exchanged", ...),
    "states of two localities swapped": (states_swapped, "is in .., in RVU.* in ..", ...),
    "one OPPS column of 99213": (
        opps_digit("opps_nonfacility"), f"99213: opps nonfacility .* 0.01, {TWIN}0.00",
        OPPS + "99213"),
    "the OPPS columns of 99213": (
        opps_digit("opps_nonfacility", "opps_facility", "opps_mp"), f"99213: .* {TWIN}",
        OPPS + "99213"),
    "the OPPS columns of 70450-TC": (
        opps_digit("opps_nonfacility", "opps_facility", "opps_mp", code="70450", modifier="TC"),
        f"70450-TC: .* {TWIN}", A_ROW),
    "64493 tripled": (
        multiplied(3, "64493"), f"64493: work rvu is 4.56, {TWIN}1.52",
        "1 row is worth more than twice"),
    "99213 tripled": (multiplied(3, "99213"), f"99213: work rvu is 3.90, {TWIN}1.30", A_ROW),
    "work + 1.00 of 64493": (
        work_more(1, False, "64493"), f"64493: work rvu is 2.52, {TWIN}1.52", A_ROW),
    "work + 1.00 everywhere": (
        work_more(1, False), f"0001F: work rvu is 1.00, {TWIN}0.00; 19,089 more", WORK),
    "all RVUs x 10": (multiplied(10), f"{TWIN}", "sum to"),
    "0.10 from PE to work of 99213": (
        work_more(0.10, True, "99213"), f"99213: work rvu is 1.40, {TWIN}1.30", A_ROW),
    "0.10 from PE to work everywhere": (work_more(0.10, True), f"{TWIN}", WORK),
    "numbers of two codes swapped": (numbers_swapped("99213", "99215"), f"99213: .* {TWIN}", A_ROW),
    "numbers of two facet codes swapped": (
        numbers_swapped("64493", "64635"), f"64493: .* {TWIN}", "worth more than twice"),
    "50 rows shifted by one": (
        rows_shifted(5000, 50), f"{TWIN}|{ITSELF}", "rows are worth more than twice|" + WORK),
    "2,000 rows shifted by one": (rows_shifted(5000, 2000), f"{TWIN}|{ITSELF}", WORK),
    "all rows shifted by one": (rows_shifted(0, 0), f"{TWIN}|{ITSELF}", WORK),
    "bilateral 1 -> 2": (all_rows(bilateral=become("1", "2")), f"bilateral is 2, {TWIN}1", POLICY),
    "multiple procedure 2 -> 0": (
        all_rows(multiple=become("2", "0")), f"multiple procedure is 0, {TWIN}2", POLICY),
    "imaging family 88 -> 99": (
        all_rows(family=become("88", "99")), f"imaging family is 99, {TWIN}88", POLICY),
    "pre and intra exchanged": (
        shares_exchanged, f"preoperative is .*, {TWIN}", "pre and post seem exchanged"),
    "cut at 95 %": (
        cut(95), "lacks .*, beside PPRRVU2025_Oct.txt", "lacks .* of the .* rows of RVU25C"),
    "cut at 88 %": (
        cut(88), "lacks .*, beside PPRRVU2025_Oct.txt", "lacks .* of the .* rows of RVU25C"),
    "cut at 70 %": (
        cut(70), "13,363 rows, fewer than 14,000: it is cut",
        "13,549 rows, fewer than 14,000: it is cut"),
    "cut at 37 %": (
        cut(37), "7,063 rows, fewer than 14,000: it is cut",
        "7,161 rows, fewer than 14,000: it is cut"),
    "OPPSCAP cut to one row": (caps_cut, "has 1 locality, fewer than 85: it is cut", None),
    "supervision of 50,000 characters": (
        cell("supervision", "9" * 50_000), "has a row of more than 4,000 characters", ...),
    "supervision of 5 characters": (
        cell("supervision", "99999"), "supervision indicator '99999' is not one that", ...),
    "imaging family with ESC": (
        cell("family", "\x1b[31m"), "imaging family indicator .* is not one that CMS documents",
        ...),
}  # fmt: skip
"""What is wrong: how it is made, why RVU25D is refused, and why RVU26C is (...

the same); A_ROW where it cannot be shown.
"""


@pytest.fixture(scope="module", autouse=True)
def unchanged_files():
    """The large files of a zip that are as they were in another are not parsed again."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (relative_values, opps_cap):
            patch.setattr(module, "parse", lru_cache(maxsize=4)(module.parse))
        yield


@pytest.fixture(scope="module")
def contents(cms):
    return {label: Content(cms / f"releases/{label}.zip") for label in ("rvu25d", "rvu26c")}


@pytest.fixture(scope="module")
def over(of_releases, tmp_path_factory):
    """A database with RVU25C."""
    return Path(shutil.copy(of_releases("rvu25c"), tmp_path_factory.mktemp("over")))


def stored(path):
    connection = sqlite3.connect(path)
    try:
        found = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            for table in ("relative_value", "locality")
        ]
        return connection.execute("SELECT * FROM release").fetchall(), found
    finally:
        connection.close()


def refusals(paths, data, name):
    """What a zip is refused with over each database, None where it is loaded."""
    try:
        release = from_zip(data, name)
    except ContentRefusedError as error:
        return [str(error)] * len(paths)
    return [refusal(path, release) for path in paths]


def refusal(path, release):
    try:
        load(path, release)
    except ContentRefusedError as error:
        return str(error)
    return None


@pytest.mark.parametrize("fault", FAULTS)
def test_wrong_content_is_refused(contents, over, tmp_path, fault):
    change, reason, reason_2026 = FAULTS[fault]
    before = stored(over)
    for label, wanted in (
        ("rvu25d", reason),
        ("rvu26c", reason if reason_2026 is ... else reason_2026),
    ):
        if wanted is None:
            continue
        content = contents[label].copy()
        change(content)
        data = content.zip()
        if wanted is A_ROW:
            assert refusals([shutil.copy(over, tmp_path / "loaded.db")], data, f"{label}.zip") == [
                None
            ]
            continue
        paths = (over, tmp_path / f"{label}.db") if label == "rvu25d" else (over,)
        for said in refusals(paths, data, f"{label}.zip"):
            assert re.search(wanted, said or "loaded"), said
            assert "\n" not in said
        assert stored(over) == before
    if (tmp_path / "rvu25d.db").exists():
        assert stored(tmp_path / "rvu25d.db") == ([], [(0,), (0,)])


def test_what_is_not_changed_is_loaded(contents, tmp_path):
    for label, content in contents.items():
        assert refusals([tmp_path / f"{label}.db"], content.copy().zip(), f"{label}.zip") == [None]


DOUBLED = "rows? (is|are) worth more than twice, or less than half, of what "
SNAPSHOT = "RVU25D of the embedded snapshot"
NO_TWIN = {
    "64493 tripled": (f"1 {DOUBLED}{SNAPSHOT} gives it: 64493 5.32 and 2.73 -> 15.96 and 8.19",)
    * 2,
    "99213 tripled": (f"1 {DOUBLED}RVU25C gives it: 99213 ", None),
    "all RVUs x 10": (
        "the OPPS columns cap 70015, 70015-TC, 70030 and 807 more, which OPPSCAP_Oct.csv does not "
        "list",
    )
    * 2,
    "work + 1.00 everywhere": (WORK,) * 2,
    "0.10 from PE to work everywhere": (WORK,) * 2,
    "numbers of two codes swapped": (f"2 {DOUBLED}RVU25C gives them: 99213", None),
    "50 rows shifted by one": ("OPPS columns|are worth more than twice|with a price|" + WORK, None),
    "all rows shifted by one": (WORK,) * 2,
    "bilateral 1 -> 2": ("bilateral 1 is in 0.00 %",) * 2,
    "multiple procedure 2 -> 0": ("multiple procedure 0 is in 86",) * 2,
    "imaging family 88 -> 99": ("imaging family 88 is in 0.00 %",) * 2,
    "pre and intra exchanged": ("pre and post seem exchanged",) * 2,
    "cut at 95 %": ("lacks .* of the 19,029 rows of RVU25C", None),
    "the OPPS columns of 99213": (OPPS + "99213",) * 2,
    "the OPPS columns of 70450-TC": (
        "the OPPS columns cap 70450-TC, which OPPSCAP_Oct.csv does not list",
    )
    * 2,
}
"""What the other checks say of RVU25D where there is no txt.

Over RVU25C, and over nothing (None where they cannot tell).
"""


@pytest.mark.parametrize("fault", NO_TWIN)
def test_without_its_twin_the_other_checks_see_it(contents, over, tmp_path, fault):
    content = contents["rvu25d"].copy()
    FAULTS[fault][0](content)
    content.members = {
        name: data for name, data in content.members.items() if not name.endswith(".txt")
    }
    data = content.zip()
    before = stored(over)
    asked = [
        (path, wanted)
        for path, wanted in zip((over, tmp_path / "x.db"), NO_TWIN[fault], strict=True)
        if wanted
    ]
    for said, (_, wanted) in zip(
        refusals([path for path, _ in asked], data, "rvu25d.zip"), asked, strict=True
    ):
        assert re.search(wanted, said or "loaded"), said
    assert stored(over) == before


def test_a_qpp_file_of_the_same_rows_loads_and_one_with_another_rvu_does_not(contents, tmp_path):
    content = contents["rvu26c"].copy()
    other = content.copy()
    for row in other.rows:
        other.change(row, factor="33.5675", pricing="1")
    content.members["PPRRVU2026_Jul_QPP.csv"] = csv_of(other.values)
    assert refusals([tmp_path / "both.db"], content.zip(), "rvu26c.zip") == [None]
    row = other.row("99213")
    other.change(row, work=more(other.get(row, "work"), "0.01"))
    content.members["PPRRVU2026_Jul_QPP.csv"] = csv_of(other.values)
    (said,) = refusals([tmp_path / "one.db"], content.zip(), "rvu26c.zip")
    assert said == (
        "PPRRVU2026_Jul_QPP.csv: 99213 differs from PPRRVU2026_Jul_nonQPP.csv (where the two were "
        "compared, they differ in the OPPS columns alone)"
    )
