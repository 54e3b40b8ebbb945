"""`feesync reprice`: files in, the same lines out, each as estimate prices it or with a reason."""

import csv
import gzip
import io
import json
import os
import random
import stat
from decimal import Decimal

import pyarrow
import pyarrow.parquet
import pytest
from everyday import one_in

from feesync import FeesyncError, estimate
from feesync.batch.answer import COLUMNS

HEADER = ("claim_id", "line", "date", "hcpcs", "modifiers", "locality", "pos", "charge", "note")
LINES = [
    ("A1", "1", "2025-11-03", "64493", "50", "AL", "11", "500.00", "x, y"),
    ("A2", "1", "11/3/2025", "99213", "", "CA-05", "22", "1.10", "00123"),
    ("A3", "1", "2025-11-04", "71046", "26", "01112-05", "", "", 'say "no"'),
    ("A4", "2", "2025-12-31", "64493", "LT KX", "AL", "office", "", "1.10"),
    ("A5", "1", "2025-11-03", "99213", "", "CA-05", "22", "60", ""),
    ("A6", "1", "2025-11-03", "71046", "TC", "AK-01", "11", "", "two\nlines"),
]


def table(rows, header=HEADER, delimiter=","):
    sink = io.StringIO()
    writer = csv.writer(sink, delimiter=delimiter, lineterminator="\n")
    writer.writerows([header, *rows])
    return sink.getvalue()


def read(path):
    data = path.read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


@pytest.fixture
def reprice(feesync, loaded, tmp_path):
    """Run the command on a file of some rows or bytes; its result, and the rows of the answer."""

    def run(claims, *options, name="claims.csv", output="priced.csv"):
        path = tmp_path / name
        if isinstance(claims, list):
            claims = table(claims)
        path.write_bytes(claims if isinstance(claims, bytes) else claims.encode())
        target = tmp_path / output
        options = options if "--workers" in options else (*options, "--workers", 1)
        result = feesync("reprice", path, "-o", target, *options)
        return result, read(target) if target.exists() and target.suffix == ".csv" else None

    return run


@pytest.mark.parametrize("name", one_in(2, ["out.csv", "out.csv.gz", "out.parquet"]))
def test_only_its_owner_can_read_the_file(reprice, tmp_path, name):
    path, old = tmp_path / name, os.umask(0)
    path.write_text("old")
    path.chmod(0o666)
    try:
        reprice(LINES, "--force", output=name)
    finally:
        os.umask(old)
    assert path.read_bytes() != b"old"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def expected(row):
    """What estimate says of a line, in the texts of the answer."""
    found = estimate(
        row["hcpcs"],
        locality=row["locality"],
        modifiers=row["modifiers"].split(),
        date=row["date"],
        pos=row["pos"] or None,
        charge=row["charge"] or None,
        coverage=False,
    )
    amounts = ("fee", "allowed", "medicare_payment", "sequestration", "patient_responsibility")
    return {
        **{name: str(getattr(found, name)) for name in amounts},
        "release": found.release.label,
        "mac": found.locality.mac,
        "feesync_locality": found.locality.locality,
    }


def test_every_line_comes_out_as_estimate_prices_it(reprice):
    result, rows = reprice(LINES, "--workers", "1")
    assert (result.exit_code, result.stderr.splitlines()[-1:]) == (
        0, [f"feesync: 6 lines in {result_path(result)}"],
    )  # fmt: skip
    assert [tuple(row[name] for name in HEADER) for row in rows] == LINES
    for row in rows:
        assert row.items() >= expected(row).items()
        assert (row["status"], row["reason"]) == ("priced", "")
    names = ["feesync_locality" if name == "locality" else name for name in COLUMNS[:-1]]
    assert list(rows[0]) == [*HEADER, *names]


def result_path(result):
    return result.stderr.rpartition(" in ")[2].strip()


def test_the_summary_is_of_the_rows(reprice):
    result, rows = reprice(LINES, "--workers", "1")
    allowed = sum(Decimal(row["allowed"]) for row in rows)
    patient = sum(Decimal(row["patient_responsibility"]) for row in rows)
    lines = result.stdout.splitlines()
    assert lines[0] == "6 lines, by claim"
    assert f"  {'Medicare allows':<24}{allowed:>18,.2f}" in lines
    assert f"  {'Patients owe':<24}{patient:>18,.2f}" in lines
    assert lines[-3:] == [
        "RVU25D, in effect 2025-10-01 to 2025-12-31: 6 lines",
        "Columns: claim_id, line, date, hcpcs, modifiers, locality, pos, charge; 1 other",
        "  carried",
    ]
    answer = json.loads(reprice(LINES, "--json", "--force")[0].stdout, parse_float=Decimal)
    assert (answer["lines"], answer["priced"], answer["denied"], answer["refused"]) == (6, 6, 0, 0)
    assert answer["allowed"] == allowed
    assert answer["variance"] is None
    assert answer["columns"]["hcpcs"] == ["hcpcs"]
    assert answer["carried"] == 1


def test_what_was_allowed_is_compared(reprice):
    texts = ("1.00", "231.69", "300", "", "231,69", "n/a")
    rows = [(*LINES[0][:5], allowed, *LINES[0][5:]) for allowed in texts]
    header = (*HEADER[:5], "Allowed Amount", *HEADER[5:])
    claims = table([(f"B{number}", *row[1:]) for number, row in enumerate(rows)], header)
    result, rows = reprice(claims)
    assert [row["variance"] for row in rows] == ["-230.69", "0.00", "68.31", "", "", ""]
    assert "what was allowed cannot be read in 2 lines: they have no variance" in result.stderr
    assert (
        "Of 3 lines with what was allowed: 1 equal, 1 under by 230.69, 1 over by 68.31"
        in result.stdout.splitlines()
    )


DIRTY = {
    "2025-02-30,64493,,AL,11,1,5": "unreadable-date",
    "yesterdayish,64493,,AL,11,1,5": "unreadable-date",
    "45964,64493,,AL,11,1,5": "unreadable-date",
    ",64493,,AL,11,1,5": "missing-date",
    "2025-11-03,,,AL,11,1,5": "missing-code",
    "2025-11-03,123,,AL,11,1,5": "unreadable-code",
    "2025-11-03,00123,,AL,11,1,5": "unknown-code",
    "2025-11-03,64493,ZZ,AL,11,1,5": "modifier",
    "2025-11-03,64493,50 RT,AL,11,1,5": "modifier",
    "2025-11-03,64493,,Atlantis,11,1,5": "locality",
    "2025-11-03,64493,,,11,1,5": "missing-locality",
    "2025-11-03,64493,,AL,the moon,1,5": "place-of-service",
    "2025-11-03,64493,,AL,11,1.5,5": "units",
    "2025-11-03,64493,,AL,11,0,5": "units",
    "2025-11-03,64493,,AL,11,1,abc": "charge",
    "2025-11-03,64493,,AL,11,1,-5": "charge",
    "1999-11-03,64493,,AL,11,1,5": "no-release",
    "2025-11-03,64493,,AL,11,1": "ragged-row",
    "2025-11-03,64493,,AL,11,1,5,6": "ragged-row",
    '2025-11-03,64493,,"AL"x,11,1,5': "quotes",
    '2025-11-03,64493,,AL,11,1,"$1,200.00"': "",
    " 2025-11-03 , 64493 , , AL , 11 , 1 , 5 ": "",
    "11/03/2025,64493,50,AL,11,,": "",
    '"2025-11-03","64493","","AL","11","1","5"': "",
}


@pytest.mark.parametrize("form", one_in(3, ["utf-8", "utf-8-sig", "cp1252", "utf-16"]))
def test_a_dirty_file_comes_out_with_a_reason_a_line(reprice, form):
    body = "".join(f"SECRET{number},{row}\n" for number, row in enumerate(DIRTY))
    text = "claim é,dos,cpt,mod,place,pos,units,billed\n" + body
    text = text.replace("claim é", "claim id")
    data = (text + "SECRETé,2025-11-03,64493\0,,AL,11,1,5\n").encode(form)
    result, rows = reprice(data, "--workers", "1")
    assert result.exit_code == 0
    assert [row["reason"] for row in rows] == [*DIRTY.values(), "unreadable-code"]
    assert {row["status"] for row in rows if not row["reason"]} == {"priced"}
    assert rows[-1]["claim id"] == "SECRETé"
    for stream in (result.stdout, result.stderr):
        assert not any(word in stream for word in ("SECRET", "yesterdayish", "Atlantis", "moon"))
    assert "refused         1  no-release" in result.stdout
    assert "feesync: warning: no loaded release answers for 1 line; 'feesync sync'" in result.stderr


def test_a_semicolon_file_with_a_decimal_comma_is_refused_a_line_at_a_time(reprice):
    claims = table([(*LINES[0][:7], "500,00", "")], delimiter=";")
    result, rows = reprice(claims)
    assert (result.exit_code, rows[0]["reason"]) == (0, "charge")


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (
            "claim_id,svc_dte,cpt,zip",
            "has no column of dates of service (date, dos, service date); the nearest is "
            "'svc_dte'; --map svc_dte=date says which it is; --date is for lines without one",
        ),
        ("claim_id,dos,zip", "has no column of codes (hcpcs, cpt, code); --map THEIRS=hcpcs says"),
        ("dos,cpt", "has no column of places (locality, or zip); --map THEIRS=locality says"),
        ("dos,cpt,zip,DOS", "has the column 'dos' twice"),
        ("dos,cpt,zip,feesync_mac,mac", "the claims have the column feesync_mac, which is one of"),
    ],
)
def test_a_missing_column_ends_with_2(reprice, tmp_path, header, text):
    result, rows = reprice(header + "\n1,2,3,4\n")
    assert (result.exit_code, rows, result.stdout) == (2, None, "")
    assert text in result.stderr
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".tmp"] == []


def test_options_are_for_lines_that_do_not_say(reprice):
    claims = "cpt,dos,place\n64493,,\n64493,2025-12-01,CA-05\n"
    options = ("--date", "2025-11-03", "--zip", "36104", "--pos", "22", "--practitioner", "np")
    _, rows = reprice(claims, *options)
    for row, place, day in zip(rows, ("AL", "CA-05"), ("2025-11-03", "2025-12-01"), strict=True):
        found = estimate(
            "64493", locality=place, date=day, pos="22", practitioner="np", coverage=False
        )
        assert row["allowed"] == str(found.allowed)
    result, _ = reprice("svc,when,spot\n64493,2025-11-03,AL\n", "--map", "svc=hcpcs",
                        "--map", "When=dos", "--map", "spot=place", "--force")  # fmt: skip
    assert (result.exit_code, "priced          1" in result.stdout) == (0, True)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--map", "x"), "--map 'x' is not THEIRS=OURS, such as svc_dt=date"),
        (("--map", "x=date"), "has no column 'x'"),
        (("--map", "note=when"), "'when' is no column of a claim line; those are claim_id, line,"),
        (("--group", "tin"), "no column tin, by which lines are to be grouped; --map THEIRS=tin"),
        (("--group", "patient"), "no column patient, by which lines are to be grouped"),
        (("--pos", "11", "--setting", "facility"), "--setting and --pos exclude each other"),
        (("--memory", "much"), "memory 'much' is no size such as 1GB or 500MB"),
        (("--workers", "0"), "'0' is not a whole number from 1 to 256"),
    ],
)
def test_wrong_options_end_with_2(reprice, options, text):
    result, rows = reprice(LINES, *options)
    assert (result.exit_code, rows) == (2, None)
    assert text in result.stderr


def test_an_existing_file_stays(reprice, feesync, tmp_path):
    reprice(LINES)
    path = tmp_path / "priced.csv"
    before = path.read_bytes()
    result, _ = reprice(LINES[:1])
    assert (result.exit_code, path.read_bytes()) == (2, before)
    assert result.stderr.endswith("priced.csv exists; --force replaces it\n")
    result, rows = reprice(LINES[:1], "--force")
    assert (result.exit_code, len(rows)) == (0, 1)
    claims = tmp_path / "claims.csv"
    link = tmp_path / "link.csv"
    link.symlink_to(claims)
    for target in (claims, link):
        result = feesync("reprice", claims, "-o", target, "--force")
        assert (result.exit_code, read(claims)[0]["claim_id"]) == (2, "A1")
        assert "is a file of the claims themselves: name another" in result.stderr
    result = feesync("reprice", claims, claims, "-o", tmp_path / "o.csv")
    assert (result.exit_code, "is named twice" in result.stderr) == (2, True)
    result = feesync("reprice", claims, "-o", tmp_path / "o.txt")
    assert "does not end in .csv, .csv.gz, .csv.zst or .parquet, which says" in result.stderr


@pytest.mark.slow
def test_one_file_or_several_of_any_kind_are_the_same(reprice, feesync, tmp_path):
    _, whole = reprice(LINES)
    folder = tmp_path / "parts"
    folder.mkdir()
    for number, row in enumerate(LINES):
        header, cells = list(HEADER), list(row)
        if number % 2:
            header, cells = header[::-1], cells[::-1]
        data = table([cells], header).encode()
        (folder / f"{number}.csv").write_bytes(gzip.compress(data) if number % 3 else data)
    target = tmp_path / "of-parts.csv"
    result = feesync("reprice", folder / "*.csv", "-o", target)
    assert (result.exit_code, read(target)) == (0, whole)

    columns = {name: [row[at] or None for row in LINES] for at, name in enumerate(HEADER)}
    pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / "claims.parquet")
    result = feesync("reprice", tmp_path / "claims.parquet", "-o", tmp_path / "of-parquet.csv")
    assert (result.exit_code, read(tmp_path / "of-parquet.csv")) == (0, whole)

    result = feesync("reprice", "-", "-o", tmp_path / "of-stdin.csv", stdin=table(LINES))
    assert (result.exit_code, read(tmp_path / "of-stdin.csv")) == (0, whole)
    result = feesync("reprice", "-", "-o", tmp_path / "x.csv", stdin="")
    assert (
        result.stderr == "feesync: standard input is empty: its first row is to name the columns\n"
    )

    order = list(range(len(LINES)))
    random.Random(3).shuffle(order)
    _, moved = reprice([LINES[at] for at in order], "--force")
    assert moved == [whole[at] for at in order]


@pytest.mark.parametrize("ending", one_in(2, ["csv.gz", "csv.zst", "parquet"]))
def test_every_kind_of_output_has_the_same_rows(reprice, tmp_path, ending):
    _, whole = reprice(LINES)
    result, _ = reprice(LINES, output=f"other.{ending}")
    assert result.exit_code == 0
    path = tmp_path / f"other.{ending}"
    if ending == "parquet":
        found = pyarrow.parquet.read_table(path)
        assert found.schema.field("allowed").type == pyarrow.decimal128(14, 2)
        texts = {name: ["" if cell is None else str(cell) for cell in found[name].to_pylist()]
                 for name in found.column_names}  # fmt: skip
        assert [
            dict(zip(texts, row, strict=True)) for row in zip(*texts.values(), strict=True)
        ] == whole
        assert b"RVU25D" in found.schema.metadata[b"feesync.releases"]
    else:
        kind = {"csv.gz": "gzip", "csv.zst": "zstd"}[ending]
        with pyarrow.CompressedInputStream(str(path), kind) as stream:
            assert stream.read() == (tmp_path / "priced.csv").read_bytes()


def test_columns_that_may_be_mistaken_are_mentioned(reprice):
    result, _ = reprice("cpt,dos,place,modifer\n64493,2025-11-03,AL,50\n")
    assert result.stderr.splitlines()[:2] == [
        "feesync: warning: the column 'modifer' was carried through, not read; "
        "--map modifer=modifiers says which it is",
        "feesync: warning: there is no column claim_id: each line was priced by itself",
    ]
    result, _ = reprice("cpt,dos,place\n99213,2025-09-03,AL\n", "--force")
    assert (
        "feesync: warning: RVU25D stood in for the release of 1 line; 'feesync sync'"
        in result.stderr
    )
    assert "RVU25D, in effect 2025-10-01 to 2025-12-31: 1 line, for 1 of them" in result.stdout


def test_lines_that_estimate_refuses_are_refused(reprice):
    """A line has no amount just where estimate has none."""
    draw = random.Random(11)
    parts = (
        ("2025-11-03", "2025-12-31", "2019-01-01", "x"), ("64493", "99213", "71046", "99999"),
        ("", "50", "26", "TC", "LT", "RT LT", "59", "QZ"), ("AL", "CA-05", "nowhere"),
        ("11", "22", "", "99", "x"), ("", "10", "-3", "ten"),
    )  # fmt: skip
    rows = [(f"C{number}", "1", *(draw.choice(part) for part in parts), "") for number in range(60)]
    result, found = reprice(rows, "--workers", "1")
    assert result.exit_code == 0
    for row in found:
        try:
            answer = expected(row)
        except FeesyncError:
            assert (row["status"], row["allowed"]) == ("refused", ""), row
        else:
            own = {
                name: row[name].replace("", "None") if row[name] == "" else row[name]
                for name in answer
            }
            assert own == answer, row


def test_no_line_is_no_failure(reprice):
    result, rows = reprice(",".join(HEADER))
    assert (result.exit_code, rows) == (0, [])
    assert result.stdout.startswith("0 lines, by claim\n")
