"""A ZIP5 or ZIP9 file whose rows are sound by themselves, and wrong all the same, is refused.

What CMS publishes is not.
"""

import sqlite3
from collections import Counter
from typing import Any

import pytest
from cms_files import rvu25d, text_of, zip5_line, zip5_lines, zip9_line, zip_of
from everyday import one_in

from feesync.datasets.rvu.load import load
from feesync.datasets.zip_locality.checks import CHECKS
from feesync.datasets.zip_locality.load import load_zip_files
from feesync.errors import ContentRefusedError, Hint, HintKind
from feesync.formats import zip_locality
from feesync.formats.release import from_zip

DIVIDED = ("CA", "FL", "GA", "IL", "LA", "MD", "ME", "MI", "MO", "NJ", "NY", "OR", "PA", "TX", "WA")


def of_lines(lines):
    """Rows (ZIP, MAC, locality, state, flag) of lines of ZIP5."""
    rows = ((line[2:7], line[7:12], line[12:14], line[:2], int(line[20])) for line in lines)
    states = {"EK": "KS", "WK": "KS", "EM": "MO", "WM": "MO"}
    return [
        (zip5, mac, locality, states.get(state, state), flag)
        for zip5, mac, locality, state, flag in rows
    ]


@pytest.fixture(scope="module")
def rows():
    """The rows of a whole ZIP5, as the snapshot has them."""
    return of_lines(zip5_lines())


def zip5_of(rows, quarter="20261"):
    return zip_locality.parse(text_of(zip5_line(*row, quarter=quarter) for row in rows), "ZIP5.txt")


def zip9_of(rows, quarter="20261"):
    """A ZIP9 of ten ZIP+4s in each ZIP that has the flag."""
    lines = (
        zip9_line(row[0], f"{n:04}", *row[1:4], quarter=quarter)
        for row in rows
        if row[4]
        for n in range(10)
    )
    return zip_locality.parse(text_of(lines), "ZIP9.txt")


def moved(where, to):
    """The rows with another MAC and locality where `where` says so."""
    return lambda rows: [(row[0], *to, *row[3:]) if where(*row) else row for row in rows]


def moved_each(step, states, most=10**6):
    """The rows with every `step`-th ZIP of each locality of the states in the state's next one."""

    def change(rows):
        of_state = {
            state: sorted({row[1:3] for row in rows if row[3] == state}) for state in states
        }
        seen: Counter[Any] = Counter()
        left, changed = most, []
        for row in rows:
            if row[3] in states:
                seen[row[1:3]] += 1
                if seen[row[1:3]] % step == 0 and left:
                    others = of_state[row[3]]
                    row = (row[0], *others[(others.index(row[1:3]) + 1) % len(others)], *row[3:])
                    left -= 1
            changed.append(row)
        return changed

    return change


def first_moved(count):
    """The rows with so many ZIPs of 01112-65, which has six, in 01112-09."""

    def change(rows):
        codes = {row[0] for row in [row for row in rows if row[1:3] == ("01112", "65")][:count]}
        return moved(lambda code, *row: code in codes, ("01112", "09"))(rows)

    return change


def flagged(where):
    """The rows with the other flag where `where` says so of a flag and its number."""

    def change(rows):
        number: Counter[int] = Counter()
        changed = []
        for row in rows:
            number[row[4]] += 1
            changed.append((*row[:4], 1 - row[4]) if where(row[4], number[row[4]]) else row)
        return changed

    return change


def new_zips(count):
    def change(rows):
        known = {row[0] for row in rows}
        free = (f"{number:05}" for number in range(1, 10**5) if f"{number:05}" not in known)
        return rows + [
            (code, "10112", "00", "AL", 0) for code, _ in zip(free, range(count), strict=False)
        ]

    return change


WRONG = {
    "San Francisco's ZIPs in another locality": (
        moved(lambda code, *row: code.startswith("941"), ("01112", "09")),
        r"gives [0-9]+ of the [0-9]+ ZIPs of 01112-05 in ZIP5 2025 Q4 another locality",
    ),
    "all Texan ZIPs in 99": (
        moved(lambda code, mac, locality, state, flag: state == "TX", ("04412", "99")),
        r"has no ZIP in 04412-09, 04412-11, 04412-15, which have [0-9]+ in ZIP5 2025 Q4",
    ),
    "9 % in a locality that does not exist": (
        lambda rows: [(code, mac, "98", *more) if n % 11 == 0 else (code, mac, locality, *more)
                      for n, (code, mac, locality, *more) in enumerate(rows)],
        r"puts [0-9]+ ZIPs of CA in 01112-98, a locality that no GPCI file has",
    ),
    "one ZIP in a pair that no GPCI file has": (
        moved(lambda code, *row: code == "94110", ("01112", "44")),
        "puts 1 ZIPs of CA in 01112-44, a locality that no GPCI file has",
    ),
    "half of the flags cleared": (
        flagged(lambda flag, n: flag and n % 2),
        r"changes the \+4 flag of 29[0-9] ZIPs; 580 have it"),
    "half of all flags changed": (
        flagged(lambda flag, n: n % 2), r"changes the \+4 flag of 21,4[0-9]+ ZIPs; 580 have it"),
    "all flags changed": (
        flagged(lambda flag, n: True), r"changes the \+4 flag of 42,9[0-9]+ ZIPs; 580 have it"),
    "no flags": (
        flagged(lambda flag, n: flag), r"changes the \+4 flag of 58[0-9] ZIPs; 580 have it"),
    "9.9 % cut": (
        lambda rows: rows[: len(rows) * 901 // 1000],
        "holds 38,703 ZIPs and lacks 4,253 of the 42,956 ZIPs of .*: it is cut",
    ),
    "9.9 % left out here and there": (
        lambda rows: [row for n, row in enumerate(rows) if n * 99 % 1000 >= 99],
        "holds 38,70[0-9] ZIPs and lacks 4,25[0-9] of the 42,956 ZIPs",
    ),
    "one ZIP more than a percent cut": (
        lambda rows: [row for n, row in enumerate(rows) if n % 100 != 50],
        "holds 42,526 ZIPs and lacks 430 of the 42,956 ZIPs",
    ),
    "one ZIP more than a percent invented": (
        new_zips(430), "holds 430 ZIPs that are none of the 42,956 ZIPs"),
    "a locality that loses all its ZIPs": (
        moved(lambda code, mac, locality, *more: (mac, locality) == ("01112", "65"),
              ("01112", "09")),
        "has no ZIP in 01112-65, which has 6 in ZIP5 2025 Q4",
    ),
    "three ZIPs of a locality of six": (
        first_moved(3),
        "gives 3 of the 6 ZIPs of 01112-65 in ZIP5 2025 Q4 another locality",
    ),
    "a tenth of a state": (
        moved_each(10, ("NY",)),
        r"gives [0-9]+ of the [0-9]+ ZIPs of 13[0-9]{3}-[0-9]{2} in ZIP5 2025 Q4 another locality "
        r"or state",
    ),
    "each eleventh of the divided states": (
        moved_each(11, DIVIDED),
        r"gives 1,[0-9]+ of 42,956 ZIPs another locality or state than ZIP5 2025 Q4",
    ),
    "a state under another's MAC": (
        moved(lambda code, mac, locality, state, flag: state == "AK", ("01112", "05")),
        "puts ZIPs of AK under MAC 01112, which is of CA",
    ),
    "an unknown MAC": (
        lambda rows: [(row[0], "99999", *row[2:]) for row in rows],
        "has MAC 99999, which is none of those that are known",
    ),
    "two states exchanged": (
        lambda rows: [
            (*row[:3], {"AL": "GA", "GA": "AL"}.get(row[3], row[3]), row[4]) for row in rows],
        "puts ZIPs of",
    ),
}  # fmt: skip

TRIED = (
    "San Francisco's ZIPs in another locality", "all Texan ZIPs in 99",
    "9 % in a locality that does not exist",
    "one ZIP in a pair that no GPCI file has", "half of the flags cleared",
    "half of all flags changed", "all flags changed", "9.9 % cut",
    "a locality that loses all its ZIPs", "a tenth of a state",
)  # fmt: skip

RIGHT = {
    "as it is": lambda rows: rows,
    "a percent cut": lambda rows: [row for n, row in enumerate(rows) if n % 100 < 99],
    "a percent new": new_zips(429),
    "a few flags": flagged(lambda flag, n: flag and n % 12 == 0),
    "two ZIPs of a locality of six": first_moved(2),
    "each eleventh of New York": moved_each(11, ("NY",)),
}


def state_of(database):
    with sqlite3.connect(database) as connection:
        tables = {"zip_file", "zip_locality"} & {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master")
        }
        return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in sorted(tables)]


@pytest.mark.parametrize("name", one_in(5, WRONG))
def test_wrong_content_is_refused_by_its_cause_and_nothing_is_loaded(name, rows, database):
    change, says = WRONG[name]
    changed = change(rows)
    assert changed != rows
    load_zip_files(database, [])
    before = state_of(database)
    with pytest.raises(ContentRefusedError, match=rf"ZIP5\.txt: {says}.* \(.+\)") as refused:
        load_zip_files(database, [zip5_of(changed)])
    assert refused.value.hint == Hint(HintKind.ACCEPT_CHANGE)
    assert state_of(database) == before


@pytest.mark.slow
def test_wrong_content_made_of_a_file_of_cms(cms, database):
    data = (cms / "zip/ZIP5_JAN2026.xlsx").read_bytes()
    records = zip_locality.parse(data, "ZIP5_JAN2026.xlsx").records()
    rows = [(zip5, mac, locality, state, flag) for zip5, _, mac, locality, state, flag in records]
    load_zip_files(database, [])
    before = state_of(database)
    for name in TRIED:
        change, says = WRONG[name]
        with pytest.raises(ContentRefusedError, match=says):
            load_zip_files(database, [zip5_of(change(rows))])
        assert state_of(database) == before
    assert load_zip_files(database, [zip5_of(rows)])[0].outcome == "new"


def test_what_compares_with_what_is_known_is_waived(rows, database):
    changed = WRONG["9.9 % cut"][0](rows)
    (report,) = load_zip_files(database, [zip5_of(changed)], allow_change=True)
    assert (report.outcome, report.rows) == ("new", {"ZIP5 2026 Q1": len(changed)})
    assert report.warnings[0] == (
        "allowed: ZIP5.txt: holds 38,703 ZIPs and lacks 4,253 of the 42,956 ZIPs of ZIP5 2025 Q4: "
        "it is cut"
    )
    assert all(warning.startswith("allowed: ZIP5.txt: ") for warning in report.warnings)


@pytest.mark.slow
def test_what_is_believed_is_allowed_in_silence(rows, database):
    (report,) = load_zip_files(database, [zip5_of(rows)], allow_change=True)
    assert (report.outcome, report.warnings) == ("new", [])


@pytest.mark.slow
def test_an_import_tells_what_was_allowed_of_each_check(rows, database, feesync, tmp_path):
    both = flagged(lambda flag, n: flag)(WRONG["a state under another's MAC"][0](rows))
    path = tmp_path / "ZIP5_JAN2026.txt"
    path.write_bytes(text_of(zip5_line(*row, quarter="20261") for row in both))
    result = feesync("import", path, "--allow-change")
    assert result.exit_code == 0
    alaska = sum(row[3] == "AK" for row in rows)
    in_several = sum(row[4] for row in rows)
    gives = f"gives {alaska} of the {alaska} ZIPs of"
    assert result.stderr.splitlines() == [
        f"feesync: ZIP5 2026 Q1: allowed: ZIP5_JAN2026.txt: {what}"
        for what in (
            "puts ZIPs of AK under MAC 01112, which is of CA",
            f"has no ZIP in 02102-01, which has {alaska} in ZIP5 2025 Q4",
            f"{gives} AK in ZIP5 2025 Q4 another locality or state",
            f"{gives} 02102-01 in ZIP5 2025 Q4 another locality or state",
            f"changes the +4 flag of {in_several} ZIPs; {in_several} have it in ZIP5 2025 Q4",
        )
    ]


@pytest.mark.slow
def test_a_locality_may_move_further_in_more_years(rows, database):
    """A tenth of a locality, in a year, is too much; in two a fifth is."""
    later = moved_each(8, ("NY",))(rows)
    with pytest.raises(ContentRefusedError, match="ZIPs of NY in ZIP5 2025 Q4"):
        load_zip_files(database, [zip5_of(later, "20264")])
    assert load_zip_files(database, [zip5_of(later, "20271")])[0].outcome == "new"


@pytest.mark.slow
def test_wrong_content_is_refused_beside_the_file_before_too(rows, database):
    load_zip_files(database, [zip5_of(rows)])
    before = state_of(database)
    for name in (
        "all Texan ZIPs in 99",
        "no flags",
        "9.9 % left out here and there",
        "a tenth of a state",
    ):
        says = WRONG[name][1].replace("ZIP5 2025 Q4", "ZIP5 2026 Q1").replace("580", "58[01]")
        with pytest.raises(ContentRefusedError, match=says):
            load_zip_files(database, [zip5_of(WRONG[name][0](rows), "20262")])
    assert state_of(database) == before


@pytest.mark.parametrize("name", one_in(3, RIGHT))
def test_what_may_change_within_a_year(name, rows, database):
    (report,) = load_zip_files(database, [zip5_of(RIGHT[name](rows))])
    assert report.outcome == "new"


@pytest.mark.slow
def test_bounds_grow_with_the_years(rows, database):
    later = [row for n, row in enumerate(rows) if n % 67]  # one and a half percent gone
    with pytest.raises(ContentRefusedError, match="it is cut"):
        load_zip_files(database, [zip5_of(later, "20264")])
    assert load_zip_files(database, [zip5_of(later, "20271")])[0].outcome == "new"


@pytest.mark.slow
def test_a_locality_of_a_release_of_the_database_is_known(rows, database):
    gpci = rvu25d()["GPCI2025.csv"].replace(b"01112,CA,54,", b"01112,CA,44,", 1)
    assert gpci != rvu25d()["GPCI2025.csv"]
    changed = moved(lambda code, *row: code == "94110", ("01112", "44"))(rows)
    with pytest.raises(ContentRefusedError, match="01112-44, a locality that no GPCI file has"):
        load_zip_files(database, [zip5_of(changed)])
    load(database, from_zip(zip_of(rvu25d(gpci=gpci, caps=None)), "rvu25d.zip"), allow_change=True)
    assert load_zip_files(database, [zip5_of(changed)])[0].outcome == "new"


@pytest.mark.slow
@pytest.mark.parametrize("first", ["20254", "20261"])
def test_zip5_and_a_zip9_made_of_it_load_in_either_order(rows, database, first):
    second = {"20254": "20261", "20261": "20254"}[first]
    for quarter in (first, second):
        reports = load_zip_files(database, [zip5_of(rows, quarter), zip9_of(rows, quarter)])
        assert [report.outcome for report in reports] == ["new", "new"]


@pytest.mark.slow
def test_a_zip9_alone_and_what_is_wrong_of_it(rows, database):
    with pytest.raises(
        ContentRefusedError,
        match=r"ZIP9\.txt: puts 10 ZIPs of CA in 01112-44, a locality that no GPCI file has",
    ):
        load_zip_files(database, [zip9_of([*rows, ("94110", "01112", "44", "CA", 1)])])
    with pytest.raises(
        ContentRefusedError, match=r"ZIP9\.txt: puts ZIPs of AK under MAC 01112, which is of CA"
    ):
        load_zip_files(database, [zip9_of([("99501", "01112", "05", "AK", 1)])])
    assert load_zip_files(database, [zip9_of(rows)])[0].outcome == "new"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_files_of_cms_load_in_either_order(cms, database, order):
    paths = [cms / "zip/ZIP5_OCT2025.txt", cms / "zip/ZIP5_JAN2026.xlsx"]
    for number in order:
        data = paths[number].read_bytes()
        (report,) = load_zip_files(database, [zip_locality.parse(data, paths[number].name)])
        assert report.outcome == "new"
        assert report.contents == f"42,956 ZIPs, {(580, 581)[number]} of them in several localities"


def test_each_check_has_its_evidence():
    assert all(check.evidence and check.kinds for check in CHECKS)
