"""Files of claims become one relation: every row, every cell as it came, whatever wrote them."""

import codecs
import csv
import gzip
import io
import random
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest
import workbooks

from feesync import InvalidInputError
from feesync.batch import intake, plain, row_count
from feesync.batch.claim_file import LONGEST_LINE, read_claim_file
from feesync.cli.hints import error_text
from feesync.x12 import submitted_rows

HEADER = "claim_id,date,hcpcs,locality,note\n"
ROWS = [
    ("1", "2025-11-03", "00123", "AL", "a, b"),
    ("2", "11/3/2025", "64493", "CA-05", 'the "left"\nside'),
    ("3", None, "64494", "AL", " 1.10 "),
]
TEXT = (
    HEADER + '1,2025-11-03,00123,AL,"a, b"\n2,11/3/2025,64493,CA-05,"the ""left""\nside"\n'
    "3,,64494,AL, 1.10 \n"
)


def read(tmp_path, *files, **options):
    """The rows of files, each without the number and the flaw, and the flaws."""
    paths = []
    for number, data in enumerate(files):
        path = tmp_path / f"claims{number}.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        paths.append((path, path.name))
    with duckdb.connect() as connection:
        found = intake.read_files(connection, paths, **options)
        rows = connection.execute("SELECT * FROM input ORDER BY row").fetchall()
    assert [row[0] for row in rows] == list(range(found.rows))
    return [row[2:] for row in rows], [row[1] for row in rows], found


def refusal(tmp_path, *files, **options):
    with pytest.raises(InvalidInputError) as refused:
        read(tmp_path, *files, **options)
    return error_text(refused.value)


def zstandard(data):
    sink = pyarrow.BufferOutputStream()
    with pyarrow.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return sink.getvalue().to_pybytes()


WAYS = {
    "plain": TEXT.encode(),
    "mark": TEXT.encode("utf-8-sig"),
    "utf-16": TEXT.encode("utf-16"),
    "utf-16 without a mark": TEXT.encode("utf-16-be"),
    "windows": TEXT.replace("\n", "\r\n").replace("\r\nside", "\nside").encode(),
    "two ends": TEXT.replace("note\n", "note\r\n").encode(),
    "semicolons": TEXT.replace(",", ";").replace("a; b", "a, b").encode(),
    "tabs": TEXT.replace(",", "\t").replace("a\t b", "a, b").encode(),
    "bars": TEXT.replace(",", "|").replace("a| b", "a, b").encode(),
    "excel": b"sep=;\n" + TEXT.replace(",", ";").replace("a; b", "a, b").encode(),
    "blank lines": b"\n \n" + TEXT.replace("\n3", "\n\n\n3").encode() + b"\n\x1a",
    "blanks around quotes": TEXT.replace('"a, b"', ' "a, b" ').encode(),
    "more commas": TEXT.replace('"a, b"', '"a, b",').encode(),
    "gzip": gzip.compress(TEXT.encode()),
    "gzip twice": gzip.compress(TEXT.encode()[:40]) + gzip.compress(TEXT.encode()[40:]),
    "zstd": zstandard(TEXT.encode()),
    "zstd of Windows-1252": zstandard(TEXT.encode("cp1252")),
    "name over two lines": TEXT.replace("note", '"my\nnote"').encode(),
    "no last end": TEXT[:-1].encode(),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_the_same_rows_whatever_program_wrote_them(tmp_path, way):
    rows, flaws, found = read(tmp_path, WAYS[way])
    assert rows == ROWS
    assert flaws == [None] * 3
    assert found.columns_of() == {
        "claim_id": ("c0",), "date": ("c1",), "hcpcs": ("c2",), "locality": ("c3",),
    }  # fmt: skip


def test_bytes_that_are_not_utf_8_are_those_of_windows(tmp_path):
    rows, flaws, _ = read(
        tmp_path, TEXT.encode() + "4,,,,é €\n".encode("cp1252") + "5,,,,é \x81\n".encode()
    )
    assert rows[3:] == [("4", None, None, None, "é €"), ("5", None, None, None, "é \x81")]
    assert read(tmp_path, (HEADER + "1,,,,\x81\n").encode("latin-1"))[0][0][4] == "\x81"
    assert flaws == [None] * 5


def test_a_file_that_is_written_by_python_comes_back(tmp_path):
    draw = random.Random(5)
    texts = ["", "a", "1.10", "00123", " b ", 'say "no"', "two\nlines", "c,d", "é", "\t", "x\0y"]
    for delimiter, end in ((",", "\n"), (";", "\r\n"), ("\t", "\n"), ("|", "\r\n")):
        cells = [[draw.choice(texts) for _ in range(4)] for _ in range(300)]
        sink = io.StringIO()
        names = ("hcpcs", "date", "zip", "note")
        csv.writer(sink, delimiter=delimiter, lineterminator=end).writerows([names, *cells])
        rows, flaws, _ = read(tmp_path, sink.getvalue())
        assert rows == [tuple(cell or None for cell in row) for row in cells]
        assert set(flaws) == {None}


@pytest.mark.parametrize("count", [60, pytest.param(600, marks=pytest.mark.slow)])
def test_both_readers_read_alike(tmp_path, count):
    """What the engine accepts, Python's reader reads the same."""
    draw = random.Random(count)
    cells = ["a", '"a"', '"a,b"', '"x""y"', "", '""', '"n\nl"', '5" x', ' "q"', '"q" ', '"r\rr"']
    path, accepted = tmp_path / "claims.csv", 0
    with duckdb.connect() as connection:
        for _ in range(count):
            body = "".join(
                ",".join(draw.choice(cells) for _ in range(2))
                + draw.choice(["\n", "\n", "\n\n", ",\n"])
                for _ in range(4)
            )
            path.write_text("hcpcs,date\n" + body, newline="")
            source = read_claim_file(path, "claims.csv")
            relation = intake._Text(connection, source)._relation()
            try:
                fast = connection.execute(f"SELECT *, NULL FROM {relation}").fetchall()
            except duckdb.Error:
                continue
            accepted += 1
            slow = [(*(cell or None for cell in row.cells), row.flaw) for row in plain.rows(source)]
            assert fast == slow, body
    assert accepted > count // 3


def test_a_row_that_cannot_be_read_comes_out_with_its_flaw(tmp_path):
    body = (
        '1,,64493,AL\n2,,64493,AL,x,y\n3,,64493,AL,x,,\n4,,"64"493,AL,x\n5,,64493,AL,"open\n'
        '6,,64493,AL,"closed"\n7,,64493,AL,two "words"\n'
    )
    rows, flaws, _ = read(tmp_path, HEADER + body)
    assert [row[0] for row in rows] == list("1234567")
    assert flaws == [
        "ragged-row", "ragged-row", None, "quotes", "quotes", None, None,
    ]  # fmt: skip
    assert [row[4] for row in rows] == [None, "x", "x", "x", '"open', "closed", 'two "words"']
    assert rows[3][2] == '"64"493'


@pytest.mark.parametrize("lines", [300, pytest.param(60_000, marks=pytest.mark.slow)])
def test_a_quote_that_never_closes_swallows_no_row(tmp_path, lines):
    rows, flaws, _ = read(tmp_path, HEADER + '0,,,,"open\n' + "1,,,,\n" * lines)
    assert len(rows) == lines + 1
    assert [flaw for flaw in flaws if flaw] == ["quotes"]
    many, flaws, _ = read(tmp_path, HEADER + '0,,,,"open\n' * lines)
    assert len(many) == lines
    assert flaws.count("quotes") >= lines // 2


def test_files_are_joined_by_the_names_of_their_columns(tmp_path):
    rows, _, found = read(
        tmp_path,
        TEXT,
        "Note;cpt;Ward;DOS;Zip\nx;99213;7;1/2/2025;36104\n",
        b"hcpcs,locality,date\n64493,AL,2025-01-02\n",
    )
    assert found.columns.names == ("claim_id", "date", "hcpcs", "locality", "note", "Ward", "Zip")
    assert rows[:3] == [(*row, None, None) for row in ROWS]
    assert rows[3:] == [
        (None, "1/2/2025", "99213", None, "x", "7", "36104"),
        (None, "2025-01-02", "64493", "AL", None, None, None),
    ]


def test_parquet_keeps_types_and_has_the_same_texts(tmp_path):
    table = pyarrow.table(
        {
            "claim_id": pyarrow.array([1, 2, 3], pyarrow.int64()),
            "date": pandas.to_datetime(["2025-11-03", "2025-11-04", None]),
            "hcpcs": ["00123", "", None],
            "zip": [36104.0, None, 601.0],
            "charge": pyarrow.array(["250.00", None, "1.10"]).cast(pyarrow.decimal128(8, 2)),
            "qp": [True, False, None],
            "score": [1.5, float("nan"), 2.0],
        }
    )
    pyarrow.parquet.write_table(table, tmp_path / "claims.parquet", row_group_size=1)
    texts = [
        ("1", "2025-11-03", "00123", "36104", "250.00", "true", "1.5"),
        ("2", "2025-11-04", None, None, None, "false", None),
        ("3", None, None, "601", "1.10", None, "2"),
    ]
    with duckdb.connect() as connection:
        file = tmp_path / "claims.parquet"
        assert intake.read_files(connection, [(file, "claims.parquet")]).rows == 3
        rows = connection.execute("SELECT * EXCLUDE (row, flaw) FROM input").fetchall()
        assert rows == texts
        kinds = [kind for _, kind, *_ in connection.execute("DESCRIBE staged").fetchall()]
        assert kinds[1:] == [
            "BIGINT", "TIMESTAMP", "VARCHAR", "DOUBLE", "DECIMAL(8,2)", "BOOLEAN", "DOUBLE",
        ]  # fmt: skip
    for frame in (table, table.to_pandas(), polars.DataFrame(table)):
        with duckdb.connect() as connection:
            found = intake.read_frame(connection, frame)
            rows = connection.execute("SELECT * EXCLUDE (row, flaw) FROM input").fetchall()
            assert (rows, found.rows) == (texts, 3)
            assert found.columns.names == tuple(table.column_names)


FRAME = pandas.DataFrame({"hcpcs": ["64493"] * 2, "date": ["2025-11-03"] * 2, "zip": ["36104"] * 2})


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (
            FRAME.assign(note=[1, "SMITH"]),
            "the column 'note' has values of several types",
        ),
        (FRAME.assign(hcpcs=[64493, "SMITH"]), "the column 'hcpcs' has values of several types"),
        (pandas.concat([FRAME, FRAME], axis=1), "a DataFrame cannot be read as a table"),
        (FRAME["hcpcs"], "a Series cannot be read as a table"),
        (polars.DataFrame(FRAME).lazy(), "a LazyFrame cannot be read as a table"),
        (pandas.DataFrame(), "the frame has no columns"),
    ],
)
def test_what_is_no_table_is_refused_without_its_cells(frame, text):
    with duckdb.connect() as connection, pytest.raises(InvalidInputError) as refused:
        intake.read_frame(connection, frame)
    assert text in str(refused.value)
    assert "SMITH" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_column_of_nothing_is_text(tmp_path):
    frame = pyarrow.table({"hcpcs": ["64493"], "date": [None], "zip": ["36104"], "Zip 2": [None]})
    with duckdb.connect() as connection:
        intake.read_frame(connection, frame)
        kinds = [kind for _, kind, *_ in connection.execute("DESCRIBE staged").fetchall()]
    assert kinds == ["VARCHAR"] * 5


def test_a_workbook_has_the_rows_of_its_first_sheet(tmp_path):
    rows, _, _ = read(
        tmp_path,
        workbooks.workbook(
            [
                ["claim_id", "date", "hcpcs", "locality", "note"],
                *map(list, ROWS[:1]),
                [],
                ["4", "", 64493],
            ]
        ),
    )
    assert rows == [ROWS[0], ("4", None, "64493", None, None)]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "claims0.csv is empty: its first row is to name the columns"),
        (b"\n \r\n", "claims0.csv is empty: its first row is to name the columns"),
        (b"sep=;\n", "claims0.csv is empty: its first row is to name the columns"),
        (bytes(range(256)) * 9, "claims0.csv is no table: neither text nor Parquet nor a workbook"),
        (b"a" * (LONGEST_LINE + 99), "claims0.csv is no table: neither text nor Parquet"),
        (b"PAR1 is cut", "claims0.csv cannot be read as Parquet: it is cut short or damaged"),
        (b"PK\x03\x04 is cut", "claims0.csv is not readable as a workbook"),
        (b"\xd0\xcf\x11\xe0", "claims0.csv is a workbook of an old form: save it as .xlsx or .csv"),
        (b"ISA*00*", "claims0.csv: is no X12 file: it does not begin with an interchange header"),
        (gzip.compress(b"ISA*00*\n", mtime=0), "claims0.csv is X12 that is compressed: unpack it"),
        (
            gzip.compress(TEXT.encode(), mtime=0)[:-9],
            "claims0.csv cannot be unpacked: it is cut short",
        ),
        (b"\x28\xb5\x2f\xfd is cut", "claims0.csv cannot be unpacked: it is cut short or damaged"),
        (
            gzip.compress(b"PAR1", mtime=0),
            "claims0.csv is Parquet that is compressed once more: unpack it",
        ),
        (
            HEADER.encode() + b"1,,,,x\n2,,,," + b"x" * LONGEST_LINE,
            "claims0.csv, line 3, is longer than 1,048,576 characters",
        ),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(tmp_path, data, text):
    assert refusal(tmp_path, data).startswith(text)


@pytest.mark.parametrize("ending", ["", "1,,64493,AL,x\n"])
def test_a_row_that_the_engine_would_drop_is_refused(tmp_path, ending):
    """A line that is longer than the engine's buffer, and ends, is left out without a word."""
    data = HEADER + "1,,64493,AL,x\n" + "x" * (9 << 20) + "\n" + ending
    assert refusal(tmp_path, data) == "claims0.csv, line 3, is longer than 1,048,576 characters"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_are_counted_in_the_bytes(tmp_path, end, monkeypatch):
    body = (
        "sep=,\nhcpcs,date,zip\na,b,c\n\n\"x\ny\",5,\n\"\n\"\"\n\",,\n,,\n\n \n"
    ).replace("\n", end)  # fmt: skip
    path = tmp_path / "claims.csv"
    for size in (1, 2, 7, 1 << 20):
        monkeypatch.setattr(row_count, "_CHUNK", size)
        for text, count in (
            (body, 4), (body + "a,b,c", 5), (body + "a,b,c" + end, 5),
            ("hcpcs,date,zip" + end, 0), ("hcpcs,date,zip", 0), (f"hcpcs,date,zip{end}1,,", 1),
        ):  # fmt: skip
            path.write_text(text, newline="")
            source = read_claim_file(path, "claims.csv")
            assert row_count.has_rows(source, count)
            assert not any(row_count.has_rows(source, fewer) for fewer in range(count))
        path.write_text(f'hcpcs,date,zip{end}1,5" pipe,{end}2,,{end}', newline="")
        assert row_count.has_rows(read_claim_file(path, "claims.csv"), 2)


def test_a_text_of_plain_rows_is_counted_without_reading_them(tmp_path, monkeypatch):
    monkeypatch.setattr(plain, "rows", None)
    assert read(tmp_path, TEXT)[0] == ROWS
    assert read(tmp_path, TEXT.replace("\n", "\r\n") + "\r\n")[2].rows == 3


def test_no_cell_is_in_an_error(tmp_path):
    """The first row may be a row of claims, where there is no header."""
    text = refusal(tmp_path, "SECRET1,2025-11-03,64493,AL\nSECRET2,2025-11-03,64494,AL\n")
    assert "SECRET" not in text
    assert "64493" not in text
    assert text.startswith("claims0.csv: the first row names no column of a claim line; put a row")
    with pytest.raises(InvalidInputError, match="is a folder: name its files, such as .*/"):
        read_claim_file(tmp_path, str(tmp_path))
    with pytest.raises(InvalidInputError, match="^none.csv cannot be read: No such file"):
        read_claim_file(tmp_path / "none.csv", "none.csv")


def test_a_header_alone_is_no_row(tmp_path):
    for text in (HEADER, HEADER[:-1], HEADER + "\n"):
        assert read(tmp_path, text)[0] == []


def test_a_file_of_one_column_has_a_row_a_line(tmp_path):
    rows, flaws, _ = read(tmp_path, "hcpcs\n64493\n\n64494\n", given=("date", "locality"))
    assert (rows, flaws) == ([("64493",), ("64494",)], [None, None])


def test_a_file_may_have_very_many_columns(tmp_path):
    names = ["hcpcs", "date", "zip", *(f"x{number}" for number in range(200))]
    rows, _, found = read(tmp_path, ",".join(names) + "\n" + ",".join(names) + "\n")
    assert rows == [tuple(names)]
    assert found.columns.carried == 200
    assert refusal(tmp_path, ",".join(["x"] * 10_001)) == "claims0.csv has more than 10,000 columns"


@pytest.mark.slow
def test_rows_keep_their_order_in_a_large_file(tmp_path):
    """Several threads read a file in parts, and quoted cells go over the ends of parts."""
    count = 400_000
    body = "".join(f'{n},2025-11-03,64493,AL,"{"x" * (n % 90)}\n"\n' for n in range(count))
    rows, _, _ = read(tmp_path, HEADER + body)
    assert [int(row[0]) for row in rows] == list(range(count))
    assert all(row[4] == "x" * (n % 90) + "\n" for n, row in enumerate(rows))


SUBMITTED = (Path(__file__).parent / "fixtures/x12/base.837").read_bytes()
NPI = "1234567893"
BILLED = [
    ("MADE0001", "1", "2025-11-03", "64493", "50", "94110", "11", "1", "500.00", NPI),
    ("MADE0001", "2", "2025-11-03", "64494", "50", "94110", "11", "1", "400.00", NPI),
    ("MADE0002", "1", "2025-11-03", "64493", "RT,KX", "90001", "24", "1", "300.00", NPI),
]


@pytest.mark.parametrize("before", [b"", codecs.BOM_UTF8, b"\r\n "])
def test_professional_claims_are_a_table_too(tmp_path, before):
    rows, flaws, found = read(tmp_path, before + SUBMITTED)
    assert rows == BILLED
    assert flaws == [None] * 3
    assert found.columns.names == submitted_rows.COLUMNS
    assert found.columns.carried == 0


def test_a_professional_claim_that_cannot_be_read_is_a_row_with_its_flaw(tmp_path):
    rows, flaws, _ = read(tmp_path, SUBMITTED.replace(b"*900***11", b"*9OO***11"))
    assert rows == [BILLED[2], (None,) * len(BILLED[2])]
    assert flaws == [None, "x12"]


def test_professional_claims_stand_beside_a_table(tmp_path):
    table = "ZIP,HCPCS,Note,Claim,Date\n33612,64493,mine,7,2025-11-03\n"
    rows, flaws, found = read(tmp_path, table, SUBMITTED)
    names = found.columns_of()
    assert flaws == [None] * 4
    at = [int(names[name][0][1:]) for name in ("claim_id", "hcpcs", "zip", "date")]
    assert [tuple(row[number] for number in at) for row in rows] == [
        ("7", "64493", "33612", "2025-11-03"),
        *((row[0], row[3], row[5], row[2]) for row in BILLED),
    ]
