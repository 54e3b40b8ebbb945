"""What a check says of a release, word for word: the rows by name, how many more, both values."""

from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from cms_files import CAPS, GPCI, VALUES, fixture, rows_of, rvu25d, zip_of
from test_checks import FIRST, ROW, no_snapshot, release, text_of, twin_fault

from feesync.datasets.rvu.caps import compare
from feesync.datasets.rvu.checks import localities, suite
from feesync.datasets.rvu.checks.known_release import known_releases
from feesync.datasets.rvu.checks.opps import OppsColumns
from feesync.datasets.rvu.checks.policies import ActiveRows, TechnicalWork
from feesync.datasets.rvu.checks.rows import GlobalShares, QppRows, RowMinimum, SettingOrder
from feesync.datasets.rvu.checks.values import (
    PolicyChanges,
    RowList,
    RvuChanges,
    RvuDoublings,
    RvuSums,
    corrections,
    row_changes,
)
from feesync.datasets.rvu.load import load
from feesync.datasets.zip_locality import checks as zip_checks
from feesync.errors import ContentRefusedError
from feesync.formats.release import from_zip
from feesync.model.locality import Locality
from feesync.store.schema import memory_database, open_for_reading
from feesync.store.snapshot import open_snapshot

SECOND = ROW._replace(hcpcs="10000", modifier="26", work_rvu=200)
THIRD = ROW._replace(hcpcs="20000")
OTHERS = [ROW._replace(hcpcs=f"3000{number}") for number in range(4)]


def test_the_names_of_the_checks_that_can_be_set_aside():
    """They are typed, and recorded in databases: a name stays."""
    assert suite.names()[-3:] == ["opps-cap-localities", "opps-cap-codes", "opps-cap-amounts"]
    of_itself = (RowMinimum, SettingOrder, QppRows, GlobalShares, TechnicalWork, ActiveRows)
    assert [check.name for check in of_itself] == [
        "row-minimum", "setting-order", "qpp-rows", "global-shares", "technical-work",
        "active-rows",
    ]  # fmt: skip


CHECKS = [*suite.OF_ITSELF, suite._AMOUNTS, suite._FACTOR, *suite.BESIDE_KNOWN, *zip_checks.CHECKS]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: type(check).__name__)
def test_a_check_is_a_value(check):
    """No run can change the bounds of a later one."""
    assert type(check)() == check
    for name in ("name", "evidence", "most", "percent", "within"):
        with pytest.raises((AttributeError, TypeError)):
            setattr(check, name, 1)


@pytest.mark.parametrize(
    ("count", "says"),
    [(0, "holds 0 rows, fewer than 2"), (1, "holds 1 row, fewer than 2")],
)
def test_a_file_that_is_cut(count, says):
    fault = RowMinimum(nonqp=2)(release([ROW] * count))
    assert fault == (f"{says}: it is cut", VALUES)
    assert RowMinimum(nonqp=2)(release([ROW] * 2)) is None


WRONG = [
    ROW._replace(preoperative=9),
    SECOND._replace(preoperative=9),
    THIRD._replace(preoperative=9),
]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (WRONG[1:2], "1 row (10000-26)"),
        (WRONG[:2], "2 rows (10000, 10000-26)"),
        (WRONG, "3 rows (10000, 10000-26, 20000)"),
        ([*WRONG, WRONG[0]], "4 rows (10000, 10000-26, 20000 and 1 more)"),
        (WRONG * 700, "2,100 rows (10000, 10000-26, 20000 and 2,097 more)"),
    ],
)
def test_of_many_rows_three_are_named(given, says):
    assert GlobalShares()(release([*OTHERS, *given])) == (
        f"pre, intra and post do not add up to 1.00 in {says}", VALUES,
    )  # fmt: skip


def test_rows_are_named_with_their_modifiers():
    low = SECOND._replace(nonfacility_pe_rvu=0)
    assert SettingOrder(most=0)(release([low])).reason.endswith("in 1 rows (10000-26)")
    bare = SECOND._replace(work_rvu=0, nonfacility_pe_rvu=0, facility_pe_rvu=0, mp_rvu=0)
    assert ActiveRows(most=0)(release([ROW, bare])).reason == (
        "1 rows of status A or T have no relative values (10000-26)"
    )
    opps = SECOND._replace(opps_mp_rvu=1)
    assert OppsColumns()(release([ROW, opps])).reason == (
        "the OPPS columns of 10000-26 are not all above 0.00, not equal in both settings, or not "
        "of a diagnostic test"
    )
    technical = [ROW._replace(modifier="TC"), THIRD._replace(modifier="TC")]
    assert TechnicalWork()(release(technical)).reason == (
        "10000-TC, 20000-TC have work RVUs: rows of 26 and TC, or columns, seem exchanged"
    )


def test_rows_of_the_qpp_file_in_words():
    whole = release([ROW, SECOND, THIRD])
    file = whole.relative_values["nonqp"]

    def reason(*given):
        qp = replace(file, name="QPP.csv", rows=list(given))
        fault = QppRows()(replace(whole, relative_values={"nonqp": file, "qp": qp}))
        assert fault is None or fault.file == "QPP.csv"
        return fault and fault.reason

    assert reason(ROW, SECOND, THIRD) is None
    assert reason(ROW, SECOND._replace(work_rvu=1), THIRD) == f"10000-26 differs from {VALUES}"
    assert reason(ROW._replace(mp_rvu=1), SECOND._replace(work_rvu=1), THIRD) == (
        f"10000, 10000-26 differ from {VALUES}"
    )
    assert reason(ROW, SECOND, THIRD, OTHERS[0]) == f"30000 differs from {VALUES}"
    assert reason(ROW) == f"lacks 10000-26, 20000, payable in {VALUES}"


def test_a_twin_in_words():
    given = [ROW, SECOND, THIRD, *OTHERS]
    text = text_of(given)
    beside = "beside PPRRVU2025_Jul.txt"
    assert twin_fault(given, text) is None
    assert twin_fault([SECOND, *OTHERS], text).reason == f"lacks 10000, 20000, {beside}"
    assert twin_fault([*given, THIRD._replace(modifier="TC")], text).reason == (
        f"alone has 20000-TC, {beside}"
    )
    assert twin_fault([*given[1:], THIRD._replace(modifier="TC")], text).reason == (
        f"lacks 10000 and alone has 20000-TC, {beside}"
    )
    assert twin_fault([*given, THIRD], text).reason == f"has another number of rows, {beside}"
    one = [ROW, SECOND._replace(work_rvu=201), THIRD, *OTHERS]
    says = "10000-26: work rvu is 2.01, in PPRRVU2025_Jul.txt 2.00"
    assert twin_fault(one, text) == (says, VALUES)
    two = [*one[:2], THIRD._replace(status="R", mp_rvu=11), *OTHERS]
    assert twin_fault(two, text).reason == f"{says}; 1 more rows differ"
    three = [*two[:3], OTHERS[0]._replace(bilateral="2"), *OTHERS[1:]]
    assert twin_fault(three, text).reason == f"{says}; 2 more rows differ"
    first_of_two = [ROW._replace(work_rvu=101, opps_mp_rvu=1), *given[1:]]
    assert twin_fault(first_of_two, text).reason == (
        "10000: work rvu is 1.01, in PPRRVU2025_Jul.txt 1.00"
    )
    flagged = [ROW._replace(nonfacility_na=1), *given[1:]]
    assert twin_fault(flagged, text).reason == (
        "10000: nonfacility na is 1, in PPRRVU2025_Jul.txt 0"
    )
    based = [ROW._replace(endoscopic_base="43235"), *given[1:]]
    assert twin_fault(based, text).reason == (
        "10000: endoscopic base is 43235, in PPRRVU2025_Jul.txt empty"
    )


@pytest.fixture
def beside(tmp_path):
    """The comparison of a release with the RVU25C of given rows."""
    connections: list[Any] = []

    def compare(before, now, label="RVU25D"):
        path = tmp_path / f"{len(connections)}.db"
        load(path, replace(release(before), sha256="c" * 64), allow_change=True)
        connections.append(open_for_reading(path))
        parsed = release(now, label)
        (found,) = known_releases(
            connections[-1], parsed, FIRST.get(label, "2025-07-01"), no_snapshot
        )
        return found

    yield compare
    for connection in connections:
        connection.close()


MANY = [ROW._replace(hcpcs=f"{40000 + number}") for number in range(40)]


def test_rows_that_came_or_went_in_words(beside):
    assert RowList()(beside(MANY, MANY[9:])) == (
        "lacks 9 of the 40 rows of RVU25C: 40000, 40001, 40002 and 6 more", VALUES,
    )  # fmt: skip
    assert RowList()(beside(MANY, MANY[8:])) is None
    assert RowList()(beside(MANY[9:], MANY)) == (
        "has 9 rows that RVU25C lacks, beside 31: 40000, 40001, 40002 and 6 more", VALUES,
    )  # fmt: skip


def test_rows_that_doubled_in_words(beside):
    """A row is worth 3.10 outside a facility and 2.10 in one."""
    first = ROW._replace(work_rvu=600)  # 8.10 and 7.10
    second = SECOND._replace(work_rvu=900)  # 4.10 and 3.10, then 11.10 and 10.10
    assert RvuDoublings()(beside([ROW, *OTHERS], [first, *OTHERS])) == (
        "1 row is worth more than twice, or less than half, of what RVU25C gives it: 10000 3.10 "
        "and 2.10 -> 8.10 and 7.10 RVUs in all",
        VALUES,
    )
    assert RvuDoublings()(beside([ROW, SECOND], [first, second])).reason == (
        "2 rows are worth more than twice, or less than half, of what RVU25C gives them: 10000 "
        "3.10 and 2.10 -> 8.10 and 7.10, 10000-26 4.10 and 3.10 -> 11.10 and 10.10 RVUs in all"
    )
    same = ROW._replace(facility_pe_rvu=200)
    assert RvuDoublings()(beside([same], [same._replace(work_rvu=600)])).reason.endswith(
        "10000 3.10 -> 8.10 RVUs in all"
    )


def test_a_row_that_is_worth_nothing_in_a_setting_has_not_doubled(beside):
    none = ROW._replace(work_rvu=0, facility_pe_rvu=0, mp_rvu=0)
    assert RvuDoublings()(beside([ROW], [none._replace(nonfacility_pe_rvu=155)])) is None
    assert RvuDoublings()(beside([ROW], [none._replace(nonfacility_pe_rvu=154)]))


@pytest.mark.parametrize(
    ("label", "of_the_year"), [("RVU25C", ""), ("RVU25D", ", of the same year")]
)
def test_changes_within_a_year_in_words(beside, label, of_the_year):
    now = [
        MANY[0]._replace(work_rvu=101, mp_rvu=0),
        MANY[1]._replace(nonfacility_pe_rvu=0, facility_pe_rvu=1),
        *(row._replace(mp_rvu=11) for row in MANY[2:21]),
        *MANY[21:],
    ]
    assert RvuChanges()(beside(MANY, now, label)) == (
        f"21 rows have other RVUs than RVU25C{of_the_year}: "
        "40000 work RVU 1.00 -> 1.01, MP RVU 0.10 -> 0.00, "
        "40001 nonfacility PE RVU 2.00 -> 0.00, facility PE RVU 1.00 -> 0.01, "
        "40002 MP RVU 0.10 -> 0.11 and 18 more",
        VALUES,
    )


def test_changes_of_policies_in_words(beside):
    now = [
        MANY[0]._replace(bilateral="2", status="R", preoperative=11),
        MANY[1]._replace(endoscopic_base="43235"),
        *(row._replace(preoperative=0) for row in MANY[2:16]),
        *MANY[16:],
    ]
    assert PolicyChanges()(beside(MANY, now)) == (
        "16 priced rows have another payment policy than in RVU25C: 40000 status A -> R, 40001 "
        "endoscopic base none -> 43235, 40002 preoperative 0.10 -> 0.00 and 13 more",
        VALUES,
    )
    # rows without a price do not count
    assert PolicyChanges()(beside(MANY, [row._replace(status="X") for row in MANY])) is None
    unpriced = [row._replace(status="C") for row in MANY]
    assert PolicyChanges()(beside(unpriced, MANY)) is None


def test_sums_in_words(beside):
    now = [MANY[0]._replace(mp_rvu=31), *MANY[1:]]  # 4.00 and 4.21
    assert RvuSums()(beside(MANY, now)).reason == (
        "the mp_rvu of the rows that RVU25C has too sum to 4.21, there to 4.00"
    )
    # a row that only one of the two has does not count
    assert RvuSums()(beside(MANY, [*MANY, ROW._replace(mp_rvu=900)])) is None
    assert RvuSums()(beside([*MANY, ROW._replace(mp_rvu=900)], MANY)) is None


def test_what_a_revision_corrects_in_words(beside):
    def words(*now):
        return corrections(beside([ROW, SECOND, THIRD, *OTHERS], [*now], "RVU25C"))

    first = ROW._replace(work_rvu=101, bilateral="2")
    says = "10000 work RVU 1.00 -> 1.01, bilateral 1 -> 2"
    assert words(ROW, SECOND, THIRD, *OTHERS) == []
    assert words(first, SECOND, THIRD, *OTHERS) == [says]
    # other rows of the same code are no further code
    assert words(first, SECOND._replace(mp_rvu=0), THIRD, *OTHERS) == [says]
    dearer = THIRD._replace(mp_rvu=0)
    assert words(first, SECOND, dearer, *OTHERS) == [f"{says}, and 1 more code"]
    more = [row._replace(mp_rvu=0) for row in OTHERS]
    assert words(first, SECOND, dearer, *more) == [f"{says}, and 5 more codes"]
    # a value that comes and one that goes
    moved = ROW._replace(endoscopic_base="43235", imaging_family="")
    assert words(moved, SECOND, THIRD, *OTHERS) == [
        "10000 endoscopic base none -> 43235, imaging family 99 -> none"
    ]
    # supervision alone changes no price
    assert words(ROW._replace(supervision="01"), SECOND, THIRD, *OTHERS) == []


def test_how_a_release_differs_from_one_of_its_year_in_words(beside):
    def words(*now):
        return row_changes(beside([ROW, SECOND, THIRD, *OTHERS], [*now, *OTHERS]))

    dearer, other = ROW._replace(work_rvu=101, bilateral="2"), SECOND._replace(bilateral="2")
    worth = "10000 work RVU 1.00 -> 1.01, bilateral 1 -> 2"
    assert words(ROW, SECOND, THIRD) == []
    assert words(dearer, SECOND, THIRD) == [f"1 row has other RVUs ({worth})"]
    assert words(dearer, other, THIRD) == [
        f"1 row has other RVUs ({worth})",
        "1 row has another payment policy (10000-26 bilateral 1 -> 2)",
    ]
    assert words(ROW, other, THIRD._replace(status="R")) == [
        "2 rows have another payment policy (10000-26 bilateral 1 -> 2, 20000 status A -> R)"
    ]


class Places:
    """What the search of a cause asks of a comparison."""

    def __init__(self, *pairs):
        self.places = [
            tuple(Locality("01112", f"{number:02}", "CA", "", *indices) for indices in pair)
            for number, pair in enumerate(pairs)
        ]


@pytest.mark.parametrize(
    ("before", "now", "cause"),
    [
        # crossed 0 + 0, straight 200 + 200
        ((1000, 800, 1200), (800, 1000, 1200), "the columns of work and PE GPCI"),
        ((1000, 800, 1200), (1200, 800, 1000), "the columns of work and MP GPCI"),
        ((1000, 800, 1200), (1000, 1200, 800), "the columns of PE and MP GPCI"),
        # a cause is likely where the crossed differences are less than half of the straight ones:
        # 99 + 100 of 201 + 200, 100 + 100 of 200 + 200
        ((1100, 800, 5000), (899, 1000, 5000), "the columns of work and PE GPCI"),
        ((1100, 800, 5000), (900, 1000, 5000), None),
        ((1000, 800, 5000), (1000, 800, 5000), None),
        ((1000, 800, 5000), (1001, 801, 5001), None),
    ],
)
def test_which_columns_seem_exchanged(before, now, cause):
    found: Any = Places((before, now))
    assert localities._likely_cause(found) == (f"{cause} seem exchanged: " if cause else "")


def test_which_rows_seem_exchanged():
    a, b, c = (1000, 900, 500), (1100, 950, 700), (1050, 1000, 900)
    says = "rows seem exchanged or shifted (01112-{} has the numbers of 01112-{}): "

    def cause(*pairs):
        found: Any = Places(*pairs)
        return localities._likely_cause(found)

    assert cause((a, b), (b, a), (c, c)) == says.format("00", "01")
    assert cause((c, c), (a, b), (b, a)) == says.format("01", "02")
    assert cause((c, a), (a, b), (b, c)) == says.format("00", "01")
    assert cause((a, b), (b, b), (c, c)) == ""  # one alone
    assert cause((a, a), (a, a), (a, a)) == ""  # nothing changed
    # of several that had the same numbers the first is named
    assert cause((a, c), (b, b), (b, b), (c, b)) == says.format("00", "03")
    assert cause((b, b), (b, b), (a, c), (c, b)) == says.format("02", "03")


@pytest.fixture
def caps_of(loaded):
    """Compare rows of an OPPSCAP file with the database that has its release."""
    (file,) = from_zip(zip_of(rvu25d()), "rvu25d.zip").caps
    connection = open_for_reading(loaded)
    yield file.rows, lambda given: compare(connection, "RVU25D", replace(file, rows=given))
    connection.close()


def test_what_was_compared_of_the_caps(caps_of):
    """CMS's caps of 93990 and 93990-TC."""
    rows, compared = caps_of
    known = {(row[0], row[2]) for row in rows_of(fixture(GPCI)) if row[0].isdigit()}
    sound = [row for row in rows if (row.mac, row.locality) in known]
    assert compared(sound) == [f"{len(sound):,} caps equal"]
    strange = [row._replace(locality="98") for row in sound[:3]]
    of_contractors = [row._replace(hcpcs="99999", status="C") for row in sound[:2]]
    assert compared([*strange, *of_contractors, *sound]) == [
        f"{len(sound):,} caps equal",
        "3 caps name a locality that the GPCI file lacks",
        "2 caps are contractor-priced",
    ]
    assert compared(of_contractors) == ["0 caps equal", "2 caps are contractor-priced"]


@pytest.mark.parametrize("price", ["facility_price", "nonfacility_price"])
@pytest.mark.parametrize("by", [-1, 1])
def test_a_cap_that_differs_by_a_cent(caps_of, price, by):
    rows, compared = caps_of
    row = next(row for row in rows if (row.mac, row.locality) == ("01112", "05"))
    both = [f"{row.facility_price / 100:.2f}", f"{row.nonfacility_price / 100:.2f}"]
    wrong = row._replace(**{price: getattr(row, price) + by})
    printed = [f"{wrong.facility_price / 100:.2f}", f"{wrong.nonfacility_price / 100:.2f}"]
    with pytest.raises(ContentRefusedError) as refused:
        compared([*rows, wrong])
    assert str(refused.value) == (
        f"{CAPS}: {row.hcpcs} {row.modifier} in 01112-05: CMS prints facility {printed[0]} and "
        f"nonfacility {printed[1]}, its own relative values give {both[0]} and {both[1]}"
    )


@pytest.mark.parametrize(("modifier", "name"), [("", "99999"), ("TC", "99999 TC")])
def test_a_cap_of_a_row_that_is_not_there(caps_of, modifier, name):
    rows, compared = caps_of
    with pytest.raises(ContentRefusedError, match=f"^{CAPS}: {name} is not in the relative value"):
        compared([*rows, rows[0]._replace(hcpcs="99999", modifier=modifier)])


def test_dates_that_contradict_the_label(database):
    with pytest.raises(ContentRefusedError) as refused:
        load(
            database,
            from_zip(zip_of(rvu25d()), "rvu25d.zip"),
            dates=(date(2025, 10, 2), date(2025, 12, 31)),
        )
    assert str(refused.value) == (
        "rvu25d.zip: RVU25D is in effect from 2025-10-01 to 2025-12-31, not as given"
    )


def test_a_twin_that_cannot_be_read():
    head, row, second = text_of([ROW, SECOND]).splitlines(keepends=True)
    text = head + row + second.replace(b"  2.00", b"  x.00", 1)
    fault = twin_fault([ROW, SECOND], text)
    assert fault.reason.startswith("cannot be read: ")
    assert fault.file == "PPRRVU2025_Jul.txt"


def warned(database, parsed, **options):
    warnings = load(database, parsed, allow_change=True, **options).warnings
    return [warning for warning in warnings if not warning.startswith("allowed: ")]


def test_what_a_release_says_of_those_that_are_known(tmp_path):
    """Of its own label what it corrects, else how it differs from one of its year."""
    database = tmp_path / "feesync.db"

    def generated(given, label, letter):
        return replace(release(given, label), sha256=letter * 64)

    given = [ROW, SECOND, THIRD, *OTHERS, *MANY]
    assert warned(database, generated(given, "RVU25B", "a")) == []
    assert warned(database, generated(given, "RVU25C", "b")) == []
    dearer = [ROW._replace(work_rvu=101), *given[1:]]
    row = "10000 work RVU 1.00 -> 1.01"
    assert warned(database, generated(dearer, "RVU25D", "c")) == [
        f"differs from RVU25C, of the same year: 1 row has other RVUs ({row})"
    ]
    dearest = [ROW._replace(work_rvu=102), *given[1:]]
    assert warned(database, generated(dearest, "RVU25D", "d")) == [
        "corrects what was known of RVU25D: 10000 work RVU 1.01 -> 1.02"
    ]
    # nothing is said of another year
    days = (date(2027, 1, 1), date(2027, 3, 31))
    assert warned(database, generated(given, "RVU27A", "e"), dates=days) == []


@pytest.mark.parametrize(
    ("label", "first", "expected"),
    [
        ("RVU25C", "2025-07-01", [("RVU25C", True)]),
        ("RVU25AR", "2025-02-01", [("RVU25A", True), ("RVU25B", False)]),
        ("RVU19D", "2019-10-01", [("RVU20A", False)]),
        ("RVU29A", "2029-01-01", [("RVU26C", True)]),
    ],
)
def test_which_releases_of_the_snapshot_one_is_compared_with(label, first, expected):
    """Its own label, else the nearest before and after; and whether that is the earlier one."""
    found = known_releases(memory_database(), release([ROW], label), first, open_snapshot)
    assert [(known.label, known.known_first) for known in found] == expected
    assert [known.name for known in found] == [
        f"{of} of the embedded snapshot" for of, _ in expected
    ]
    assert {known.complete for known in found} == {False}
    assert [known.same for known in found] == [of == label for of, _ in expected]


def test_a_release_of_the_label_itself_comes_first(loaded):
    """Of the database it is compared with its own label, and those before and after it."""
    for label, letter in (("RVU25B", "b"), ("RVU25A", "a"), ("RVU26D", "c")):
        parsed = replace(release([ROW], label), sha256=letter * 64)
        load(loaded, parsed, allow_change=True)
    with closing(open_for_reading(loaded)) as connection:

        def names(label, first):
            found = known_releases(connection, release([ROW], label), first, open_snapshot)
            return [(known.name, known.years) for known in found]

        of = "of the embedded snapshot"
        assert names("RVU25D", "2025-10-01") == [
            ("RVU25D", 0), (f"RVU25D {of}", 0), ("RVU25B", 0), ("RVU26D", 1),
        ]  # fmt: skip
        assert names("RVU25C", "2025-07-01") == [
            (f"RVU25C {of}", 0), ("RVU25B", 0), ("RVU25D", 0),
        ]  # fmt: skip
        assert names("RVU24AR", "2024-03-09") == [(f"RVU24AR {of}", 0), ("RVU25A", 1)]
