import pytest
from cms_files import text_of, zip5_line, zip5_lines, zip9_line, zip_of

from feesync.datasets.report import LoadOptions
from feesync.datasets.zip_locality.dataset import ZipLocality
from feesync.datasets.zip_locality.load import load_zip_files
from feesync.errors import BusyError, ContentRefusedError
from feesync.formats.zip_locality import parse
from feesync.store import schema

FIVE = [zip5_line("94110", "01112", "05"), zip5_line("95023", "01112", "65", flag=1)]
NINE = [
    zip9_line("95023", f"{plus4:04}", "01112", "65" if plus4 < 50 else "09") for plus4 in range(100)
]


@pytest.fixture
def put(database):
    """Load files given as lines; a ZIP5 of two rows is a change that is allowed."""

    def run(*texts, **options):
        files = [parse(text_of(lines), f"ZIP{number}.txt") for number, lines in enumerate(texts)]
        return load_zip_files(database, files, **{"allow_change": True, **options})

    return run


def outcomes(reports):
    return [(report.label, report.outcome, report.rows, report.contents) for report in reports]


def test_both_files_of_a_quarter(put, sql):
    assert outcomes(put(FIVE, NINE)) == [
        ("ZIP5 2025 Q4", "new", {"ZIP5 2025 Q4": 2}, "2 ZIPs, 1 of them in several localities"),
        ("ZIP9 2025 Q4", "new", {"ZIP9 2025 Q4": 100}, "100 ZIP+4s"),
    ]
    assert sql("SELECT kind, year, quarter, rows, source, superseded_by FROM zip_file") == [
        ("ZIP5", 2025, 4, 2, "ZIP0.txt", None), ("ZIP9", 2025, 4, 100, "ZIP1.txt", None),
    ]  # fmt: skip
    rows = sql(
        "SELECT zip, plus4, mac, locality, state, plus_four FROM zip_locality "
        "WHERE plus4 IN ('', '0049', '0050')"
    )
    assert rows == [
        ("94110", "", "01112", "05", "CA", 0), ("95023", "", "01112", "65", "CA", 1),
        ("95023", "0049", "01112", "65", "CA", 1), ("95023", "0050", "01112", "09", "CA", 1),
    ]  # fmt: skip


def test_the_same_bytes_are_nothing_new_and_a_repost_supersedes(put, sql):
    put(FIVE)
    assert outcomes(put(FIVE)) == [("ZIP5 2025 Q4", "unchanged", {}, "")]
    reposted = [*FIVE, zip5_line("94111", "01112", "05")]
    assert outcomes(put(reposted)) == [
        ("ZIP5 2025 Q4", "revision", {"ZIP5 2025 Q4": 3}, "3 ZIPs, 1 of them in several localities")
    ]
    assert sql("SELECT zip_file_id, rows, superseded_by FROM zip_file") == [(1, 2, 2), (2, 3, None)]
    assert outcomes(put(FIVE)) == [("ZIP5 2025 Q4", "superseded", {}, "")]
    assert outcomes(put(FIVE, force=True)) == [("ZIP5 2025 Q4", "restored", {}, "")]
    assert sql("SELECT zip_file_id, superseded_by FROM zip_file") == [(1, None), (2, 1)]


def test_another_quarter_supersedes_nothing(put, sql):
    put(FIVE)
    put([zip5_line("94110", "01112", "05", quarter="20261")])
    assert sql("SELECT year, quarter FROM zip_file WHERE superseded_by IS NULL") == [
        (2025, 4),
        (2026, 1),
    ]


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (
            [FIVE, [*NINE, NINE[0][:-1]]],
            r"ZIP1\.txt, line 101: is no row of ZIP9: it has 79 characters",
        ),
        (
            [FIVE, [*NINE, zip9_line("95023", "0100", "01112", "65", quarter="20261")]],
            r"ZIP1\.txt, line 101: is of 20261",
        ),
        ([[*FIVE, zip5_line("94110", "01112", "52")]], r"ZIP0\.txt: has 94110 twice"),
        ([[*NINE, NINE[7]]], r"ZIP0\.txt: has 95023-0007 twice"),
    ],
)
def test_nothing_is_loaded_where_a_row_is_refused(put, sql, texts, says):
    put([zip5_line("94110", "01112", "05")])
    with pytest.raises(ContentRefusedError, match=says):
        put(*texts)
    assert sql("SELECT count(*) FROM zip_file WHERE superseded_by IS NULL") == [(1,)]
    assert sql("SELECT count(*) FROM zip_locality") == [(1,)]


def test_a_zip5_that_is_cut_is_refused(put, sql):
    with pytest.raises(
        ContentRefusedError,
        match=r"ZIP0\.txt: holds 2 ZIPs and lacks 42,954 of the 42,956 ZIPs of ZIP5 2025 Q4: it is "
        r"cut",
    ):
        put(FIVE, allow_change=False)
    assert sql("SELECT count(*) FROM zip_file") == [(0,)]


def test_a_second_writer_is_told_so(put, database, monkeypatch):
    put(FIVE)
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.05)
    other = schema.open_for_writing(database)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BusyError):
        put(NINE)
    other.close()


@pytest.mark.slow
def test_a_file_much_shorter_than_the_one_it_supersedes_is_refused(put, sql):
    put(zip5_lines(), NINE, allow_change=False)
    with pytest.raises(
        ContentRefusedError,
        match="holds 36,000 rows, of 42,956 in the file that it would supersede",
    ):
        put(zip5_lines()[:36000], allow_change=False)
    with pytest.raises(
        ContentRefusedError,
        match="holds 50 rows, of 100 in the file that it would supersede: it is cut",
    ):
        put(NINE[:50], allow_change=False)
    assert sql("SELECT kind, superseded_by FROM zip_file") == [("ZIP5", None), ("ZIP9", None)]


@pytest.mark.parametrize("quarter", ["00001", "99991", "20255", "19991"])
def test_a_quarter_that_cannot_be_is_refused(put, quarter):
    with pytest.raises(ContentRefusedError, match="year and quarter"):
        put([zip5_line("94110", "01112", "05", quarter=quarter)])


def test_a_zip_without_them_loads_nothing_or_is_refused(database):
    """It is refused where CMS's page offered it as theirs."""
    dataset, nothing = ZipLocality(), zip_of({"readme.txt": b"nothing"})
    options = LoadOptions(allow_change=True)

    def load(data, *, expected):
        found = dataset.load_zip(
            database, data, "zips.zip", options, expected=expected, progress=lambda done: None
        )
        return [(report.label, report.outcome) for report in found]

    assert load(nothing, expected=False) == []
    with pytest.raises(ContentRefusedError, match=r"zips\.zip: holds no ZIP5 or ZIP9 file"):
        load(nothing, expected=True)
    both = zip_of({"ZIP5_OCT2025.txt": text_of(FIVE), "ZIP9_OCT2025.txt": text_of(NINE)})
    assert load(both, expected=True) == [("ZIP5 2025 Q4", "new"), ("ZIP9 2025 Q4", "new")]
