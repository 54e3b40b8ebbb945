"""Each check of a ZIP file at its bound and just beyond it, on a few rows that are made up."""

import sqlite3
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest
from cms_files import rvu25d, text_of, zip5_line, zip9_line, zip_of

from feesync.datasets.rvu.load import load
from feesync.datasets.zip_locality import checks
from feesync.datasets.zip_locality.checks import (
    CHECKS,
    Candidate,
    Flags,
    Length,
    Localities,
    LostLocalities,
    Moves,
    MovesOfLocality,
    MovesOfState,
    States,
    ZipList,
)
from feesync.datasets.zip_locality.load import load_zip_files
from feesync.errors import ContentRefusedError, StoreError
from feesync.formats import zip_locality
from feesync.formats.release import from_zip
from feesync.model.zip_code import ZipFile, ZipRow

BAY, LA, NYC, ALASKA = (
    ZipRow("01112", "05", "CA", False),
    ZipRow("01182", "18", "CA", False),
    ZipRow("13202", "01", "NY", False),
    ZipRow("02102", "01", "AK", False),
)
KNOWN = ZipFile("ZIP5", 2025, 4, "", 0, True)


def candidate(before, now, *, years=1, rows=None) -> Any:
    """What a check asks of a file and of the one before it; their rows are of ZIPs 0, 1, 2 ..."""
    before, now = ({str(at): row for at, row in enumerate(each) if row} for each in (before, now))
    counts: dict[tuple[str, str], int] = {}
    for row in before.values():
        counts[row[:2]] = counts.get(row[:2], 0) + 1
    known = SimpleNamespace(file=KNOWN, pairs=counts.keys, counts=lambda: counts)
    return SimpleNamespace(
        before=before,
        rows=now,
        moved=[row for at, row in before.items() if at in now and now[at][:3] != row[:3]],
        known=known,
        years=years,
        file=ZipFile("ZIP5", 2026, 1, "", len(now) if rows is None else rows, False),
    )


def said(check, *arguments, **named):
    return list(check(candidate(*arguments, **named)))


def test_how_many_zips_may_go():
    assert said(ZipList(), [BAY] * 200, [BAY] * 198) == []
    assert said(ZipList(), [BAY] * 200, [BAY] * 197) == [
        "holds 197 ZIPs and lacks 3 of the 200 ZIPs of ZIP5 2025 Q4: it is cut"
    ]
    assert said(ZipList(), [BAY] * 200, [BAY] * 196, years=2) == []
    assert len(said(ZipList(), [BAY] * 200, [BAY] * 195, years=2)) == 1


def test_how_many_zips_may_come():
    assert said(ZipList(), [BAY] * 200, [BAY] * 202) == []
    assert said(ZipList(), [BAY] * 200, [BAY] * 203) == [
        "holds 3 ZIPs that are none of the 200 ZIPs of ZIP5 2025 Q4"
    ]
    assert said(ZipList(), [BAY] * 1_000, [BAY] * 1_010) == []
    assert said(ZipList(), [BAY] * 1_000, [BAY] * 1_011)
    both = said(ZipList(), [BAY] * 200, [*[None] * 3, *[BAY] * 200])
    assert [line.split()[1] for line in both] == ["200", "3"]


def test_how_many_zips_may_move():
    def lines(count, number, **named):
        return said(Moves(), [BAY] * number, [LA] * count + [BAY] * (number - count), **named)

    assert lines(4, 200) == []
    assert lines(5, 200) == ["gives 5 of 200 ZIPs another locality or state than ZIP5 2025 Q4"]
    assert lines(20, 1_000) == []
    assert lines(21, 1_000)
    assert lines(8, 200, years=2) == []
    assert lines(9, 200, years=2)


@pytest.mark.parametrize(
    ("check", "before", "place"),
    [(MovesOfState(), BAY, "CA"), (MovesOfLocality(), BAY, "01112-05")],
)
def test_how_many_zips_of_a_place_may_move(check, before, place):
    def lines(count, number, **named):
        now = [NYC] * count + [before] * (number - count)
        return said(check, [before] * number + [ALASKA] * 500, now + [ALASKA] * 500, **named)

    # less than a tenth
    assert lines(9, 100) == []
    assert lines(10, 100) == [
        f"gives 10 of the 100 ZIPs of {place} in ZIP5 2025 Q4 another locality or state"
    ]
    assert lines(100, 1_001) == []
    assert lines(100, 1_000)
    assert lines(19, 100, years=2) == []
    assert lines(20, 100, years=2)
    # two ZIPs may move whatever their share
    assert lines(2, 2) == []
    assert lines(3, 3) == [
        f"gives 3 of the 3 ZIPs of {place} in ZIP5 2025 Q4 another locality or state"
    ]


def test_each_place_whose_zips_moved_has_a_line_in_order():
    before, now = [NYC] * 3 + [BAY] * 4 + [LA] * 5, [ALASKA] * 12
    found = said(MovesOfLocality(), before, now)
    assert [line.split(" in ")[0] for line in found] == [
        "gives 4 of the 4 ZIPs of 01112-05",
        "gives 5 of the 5 ZIPs of 01182-18",
        "gives 3 of the 3 ZIPs of 13202-01",
    ]
    assert [line.split(" in ")[0] for line in said(MovesOfState(), before, now)] == [
        "gives 9 of the 9 ZIPs of CA",
        "gives 3 of the 3 ZIPs of NY",
    ]


def test_how_many_flags_may_change():
    flag = BAY._replace(plus_four=True)

    def lines(gone, come, **named):
        before = [flag] * 20 + [BAY] * 80
        now = [BAY] * gone + [flag] * (20 - gone) + [flag] * come + [BAY] * (80 - come)
        return said(Flags(), before, now, **named)

    assert lines(2, 0) == lines(0, 2) == lines(1, 1) == []
    assert (
        lines(1, 2) == lines(2, 1) == ["changes the +4 flag of 3 ZIPs; 20 have it in ZIP5 2025 Q4"]
    )
    assert lines(2, 2, years=2) == []
    assert lines(2, 3, years=2)
    # a ZIP that only one of the two has does not count
    assert said(Flags(), [flag] * 20, [None] * 10 + [flag] * 10) == []
    assert said(Flags(), [None] * 10 + [flag] * 20, [flag] * 30) == []


@pytest.fixture
def two_files(database):
    """A file of some rows that supersedes one of a hundred."""

    def make(count):
        with closing(sqlite3.connect(database)) as connection:
            connection.execute(
                "CREATE TABLE zip_file (zip_file_id INTEGER, rows INTEGER, superseded_by INTEGER)"
            )
            connection.executemany(
                "INSERT INTO zip_file VALUES (?, ?, ?)", [(1, 50, 3), (2, 100, 3), (3, count, None)]
            )
            file: Any = SimpleNamespace(
                connection=connection, zip_file_id=3, file=KNOWN._replace(rows=count)
            )
            return list(Length()(file))

    return make


@pytest.mark.parametrize(("count", "sound"), [(90, True), (89, False), (101, True)])
def test_how_much_shorter_a_file_may_be(two_files, count, sound):
    says = f"holds {count} rows, of 100 in the file that it would supersede: it is cut"
    assert two_files(count) == ([] if sound else [says])


@pytest.mark.parametrize(
    ("quarter", "years"),
    [((2025, 4), 1), ((2026, 1), 1), ((2026, 4), 1), ((2027, 1), 2), ((2024, 4), 1), ((2024, 3), 2),
     ((2027, 4), 2), ((2028, 1), 3)],
)  # fmt: skip
def test_the_years_between_two_files(quarter, years):
    known: Any = SimpleNamespace(file=KNOWN)
    nothing: Any = None
    assert (
        Candidate(nothing, 1, ZipFile("ZIP5", quarter[0], quarter[1], "", 0, False), known).years
        == years
    )


def test_places_that_are_none():
    def places(*rows) -> Any:
        return SimpleNamespace(places=rows, connection=None)

    assert list(States()(places(("01112", "05", "CA", 3), ("02102", "01", "AK", 1)))) == []
    assert list(States()(places(("99999", "05", "CA", 3), ("02102", "01", "WA", 1)))) == [
        "has MAC 99999, which is none of those that are known",
        "puts ZIPs of WA under MAC 02102, which is of AK",
    ]
    (line,) = States()(places(("05202", "00", "CA", 1)))
    assert line.startswith("puts ZIPs of CA under MAC 05202, which is of KS")


def test_localities_that_no_file_has(monkeypatch):
    monkeypatch.setattr(checks, "_gpci_places", lambda connection: {("01112", "05")})
    given: Any = SimpleNamespace(
        connection=None, places=[("01112", "05", "CA", 9), ("01112", "44", "CA", 1_000)]
    )
    assert list(Localities()(given)) == [
        "puts 1,000 ZIPs of CA in 01112-44, a locality that no GPCI file has"
    ]


@pytest.mark.parametrize(
    ("gone", "has"),
    [
        ([BAY], "01112-05, which has 2"),
        ([BAY, NYC], "01112-05, 13202-01, which have 6"),
        ([BAY, NYC, LA, ALASKA], "01112-05, 01182-18, 02102-01, which have 14"),
    ],
)
def test_localities_that_lose_all_zips(monkeypatch, gone, has):
    """Of those of the year; where the year has no GPCI file, of those of the file before."""
    before = [BAY] * 2 + [LA] * 3 + [NYC] * 4 + [ALASKA] * 5
    given = candidate(before, [])
    given.connection = None
    given.places = [(*row[:3], 1) for row in {BAY, LA, NYC, ALASKA} - set(gone)]
    every = {row[:2] for row in before}
    for of_the_year in (every, set()):
        monkeypatch.setattr(
            checks, "_gpci_places", lambda connection, year, found=of_the_year: found
        )
        assert list(LostLocalities()(given)) == [f"has no ZIP in {has} in ZIP5 2025 Q4"]
    others = every - {row[:2] for row in gone} | {("99999", "00")}
    monkeypatch.setattr(checks, "_gpci_places", lambda connection, year: others)
    assert list(LostLocalities()(given)) == []


def test_the_checks_in_their_order():
    assert [type(check) for check in CHECKS] == [
        States, Localities, Length, ZipList, LostLocalities, MovesOfState, MovesOfLocality, Moves,
        Flags,
    ]  # fmt: skip
    of_zip9 = [type(check) for check in CHECKS if "ZIP9" in check.kinds]
    assert of_zip9 == [States, Localities, Length]
    assert all("ZIP5" in check.kinds for check in CHECKS)


def test_the_localities_of_the_gpci_files(loaded):
    """Those of the snapshot and of the database, of a year or of any; never the national row."""
    gpci = rvu25d()["GPCI2025.csv"].replace(b"01112,CA,54,", b"01112,CA,44,", 1)
    load(loaded, from_zip(zip_of(rvu25d(gpci=gpci, caps=None)), "rvu25d.zip"), allow_change=True)
    with closing(sqlite3.connect(loaded)) as connection:
        every = checks._gpci_places(connection)
        of_2025 = checks._gpci_places(connection, 2025)
        of_2026 = checks._gpci_places(connection, 2026)
        assert checks._gpci_places(connection, 2019) == set()
    assert ("01112", "44") in every & of_2025
    assert ("01112", "44") not in of_2026
    assert of_2025 > of_2026
    assert len(of_2026) == 109
    assert ("00000", "00") not in every


def parsed(*lines, name="ZIP9.txt"):
    return zip_locality.parse(text_of(lines), name)


def test_rows_that_a_file_has_twice(database):
    line = zip9_line("94110", "0007", "01112", "05")
    with pytest.raises(ContentRefusedError, match=r"^ZIP9\.txt: has 94110-0007 twice$"):
        load_zip_files(database, [parsed(line, line)], allow_change=True)
    line = zip5_line("94110", "01112", "05")
    with pytest.raises(ContentRefusedError, match=r"^ZIP5\.txt: has 94110 twice$"):
        load_zip_files(database, [parsed(line, line, name="ZIP5.txt")], allow_change=True)


def test_what_a_loaded_file_holds_in_words(database, sql):
    zip5 = parsed(
        zip5_line("94110", "01112", "05", flag=1),
        zip5_line("94111", "01112", "05"),
        zip5_line("94112", "01112", "05", flag=1),
        name="ZIP5.txt",
    )
    zip9 = parsed(*(zip9_line("94110", f"{n:04}", "01112", "05") for n in range(1_100)))
    reports = load_zip_files(database, [zip5, zip9], allow_change=True)
    assert [(report.contents, report.rows) for report in reports] == [
        ("3 ZIPs, 2 of them in several localities", {"ZIP5 2025 Q4": 3}),
        ("1,100 ZIP+4s", {"ZIP9 2025 Q4": 1_100}),
    ]
    assert sql("SELECT rows, effective_from, effective_to FROM edition ORDER BY 1") == [
        (3, "2025-10-01", "2025-12-31"), (1_100, "2025-10-01", "2025-12-31"),
    ]  # fmt: skip


def test_damaged_rows_are_loaded_anew(database, sql):
    zip9 = parsed(*(zip9_line("94110", f"{n:04}", "01112", "05") for n in range(3)))
    load_zip_files(database, [zip9], allow_change=True)
    rows, sums = sql("SELECT * FROM zip_locality"), sql("SELECT * FROM zip_checksum")
    for change in (
        "UPDATE zip_locality SET locality = '06' WHERE plus4 = '0001'",
        "DELETE FROM zip_locality WHERE plus4 = '0001'",
        "INSERT INTO zip_checksum SELECT zip_file_id, '00000', 1 FROM zip_checksum",
        "DELETE FROM zip_checksum",
    ):
        with closing(sqlite3.connect(database)) as connection:
            connection.execute(change)
            connection.commit()
        (report,) = load_zip_files(database, [zip9], allow_change=True)
        assert report.outcome == "repaired"
        assert sorted(sql("SELECT * FROM zip_locality")) == sorted(rows)
        assert sql("SELECT * FROM zip_checksum") == sums
        (report,) = load_zip_files(database, [zip9], allow_change=True)
        assert (report.outcome, report.label, report.source) == (
            "unchanged", "ZIP9 2025 Q4", "ZIP9.txt",
        )  # fmt: skip


def test_a_file_before_that_is_damaged_is_compared_with_nothing(database):
    first = [zip5_line(f"9411{n}", "01112", "05", quarter="20261") for n in range(9)]
    later = [zip5_line(f"9411{n}", "01112", "05", quarter="20262") for n in range(9)]
    load_zip_files(database, [parsed(*first, name="ZIP5.txt")], allow_change=True)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE zip_locality SET locality = '06' WHERE zip = '94111'")
        connection.commit()
    with pytest.raises(StoreError, match="is damaged: the ZIP5 rows of 941 are not"):
        load_zip_files(database, [parsed(*later, name="ZIP5.txt")], allow_change=True)


def test_the_file_that_a_new_one_is_compared_with(database):
    """The nearest in time, and of two as near the embedded one, which is of 2025 Q4."""
    quarters = ("20243", "20244", "20254", "20261", "20264")
    files = [
        parsed(zip5_line("94110", "01112", "05", quarter=quarter), name="ZIP5.txt")
        for quarter in quarters
    ]
    load_zip_files(database, files, allow_change=True)
    with closing(sqlite3.connect(database)) as connection:
        number = {
            label: number
            for number, label in connection.execute("SELECT edition_id, label FROM edition")
        }

        def known(quarter):
            file = ZipFile("ZIP5", quarter[0], quarter[1], "", 1, False)
            of = number.get(str(file), 0)
            found = checks._nearest(connection, of, file).file
            return str(found), found.embedded

        assert known((2025, 4)) == ("ZIP5 2025 Q4", True)
        assert known((2026, 1)) == ("ZIP5 2025 Q4", True)  # not itself
        assert known((2026, 2)) == ("ZIP5 2026 Q1", False)
        assert known((2026, 3)) == ("ZIP5 2026 Q4", False)
        assert known((2027, 4)) == ("ZIP5 2026 Q4", False)
        assert known((2025, 3)) == ("ZIP5 2025 Q4", True)
        assert known((2025, 1)) == ("ZIP5 2024 Q4", False)
        assert known((2024, 1)) == ("ZIP5 2024 Q3", False)
        connection.execute("UPDATE edition SET superseded_by = 1 WHERE label = 'ZIP5 2026 Q4'")
        assert known((2027, 4)) == ("ZIP5 2026 Q1", False)
        connection.execute(
            "UPDATE edition SET superseded_by = ? WHERE label = 'ZIP5 2026 Q1'",
            (number["ZIP5 2026 Q4"],),
        )
        assert known((2026, 4)) == ("ZIP5 2026 Q1", False)  # what it supersedes counts
