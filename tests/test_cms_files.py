"""CMS's own files, whole.

What they hold must come out, to the cent, and what is not CMS's must be refused.
"""

import csv
import io
import json
import re
import sqlite3
import zipfile
from decimal import ROUND_HALF_UP, Decimal

import pytest
from cms_files import zip_of

from feesync.cli import cli

RELEASES = ["rvu22a", "rvu24b", "rvu25a", "rvu25b", "rvu25c", "rvu25d", "rvu26c"]
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def full(cms, tmp_path_factory):
    """A database with all seven releases, imported by the command line; and what that printed."""
    from click.testing import CliRunner

    path = tmp_path_factory.mktemp("cms") / "feesync.db"
    result = CliRunner().invoke(
        cli,
        ["--db", str(path), "import", *(str(cms / f"releases/{name}.zip") for name in RELEASES)],
    )
    assert result.exit_code == 0
    assert all(", of the same year: " in line for line in result.stderr.splitlines())
    return path, result.stdout


@pytest.fixture
def query(full):
    connection = sqlite3.connect(full[0])
    yield lambda text, *values: connection.execute(text, values)
    connection.close()


def member(cms, release, prefix):
    """Rows of a csv member, read by nothing but the standard library."""
    with zipfile.ZipFile(cms / f"releases/{release}.zip") as archive:
        name = next(
            name for name in archive.namelist() if name.startswith(prefix) and name.endswith(".csv")
        )
        return list(csv.reader(io.StringIO(archive.read(name).decode("latin-1"), newline=None)))


def test_all_seven_zips_import(full, query):
    lines = full[1].splitlines()
    assert [line.split()[0] for line in lines] == [name.upper() for name in RELEASES]
    rows = query(
        "SELECT label, count(*) FROM release JOIN relative_value USING (release_id) GROUP BY label"
    )
    assert rows.fetchall() == [
        ("RVU22A", 17_600), ("RVU24B", 18_534), ("RVU25A", 18_865), ("RVU25B", 18_923),
        ("RVU25C", 19_029), ("RVU25D", 19_090), ("RVU26C", 19_356),
    ]  # fmt: skip
    assert "6,322 caps equal" in lines[5]


def test_a_release_whose_counties_are_a_workbook_alone(cms, feesync, sql, tmp_path):
    with zipfile.ZipFile(cms / "releases/rvu25d.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != "25LOCCO.csv"}
    (tmp_path / "rvu25d.zip").write_bytes(zip_of(members))
    result = feesync("import", tmp_path / "rvu25d.zip")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "109 county rows" in result.stdout
    assert sql("SELECT count(*), count(DISTINCT mac || locality) FROM locality_counties") == [
        (109, 109)
    ]


def test_zip5_of_january_2026_as_its_user_types_it(cms, feesync):
    result = feesync("import", cms / "zip/ZIP5_JAN2026.xlsx")
    assert (result.exit_code, result.stderr) == (0, "")
    expected = (
        r"ZIP5 2026 Q1 from ZIP5_JAN2026\.xlsx: 42,956 ZIPs, 581 of them in several "
        r"localities; new file, .* s\n"
    )
    assert re.fullmatch(expected, result.stdout)


def test_a_release_is_small(of_releases):
    assert of_releases("rvu25d").stat().st_size < 6_000_000


@pytest.mark.parametrize(("release", "label"), [("rvu24b", "RVU24B"), ("rvu25d", "RVU25D")])
def test_every_status_a_cap_of_cms_equals_the_view(cms, query, release, label):
    places = set(
        query(
            "SELECT DISTINCT mac, locality FROM rate WHERE release = ? AND hcpcs = '64493'", label
        )
    )
    rates = {
        tuple(row[:4]): row[4:]
        for row in query(
            "SELECT hcpcs, modifier, mac, locality, facility_amount, nonfacility_amount, "
            "facility_na FROM rate "
            "WHERE release = ? AND basis = 'nonqp' AND opps_mp_rvu IS NOT NULL",
            label,
        )
    }
    compared = 0
    for row in member(cms, release, "OPPSCAP")[1:]:
        if row[2] != "A" or (row[3], row[4]) not in places:
            continue
        facility, nonfacility, na = rates[row[0], row[1], row[3], row[4]]
        assert nonfacility == float(row[6])
        assert facility == (None if na else float(row[5]))
        compared += 1
    assert compared == {"rvu24b": 8_066, "rvu25d": 6_322}[release]


def test_payment_amounts_that_cms_published_equal_the_view(cms, query):
    compared = 0
    with (cms / "payments/PFREV25C.txt").open(newline="") as file:
        for row in csv.reader(file):
            if row[0].startswith("TRL"):
                continue
            fees = query(
                "SELECT nonfacility_fee, facility_fee FROM rate WHERE release = 'RVU25C' AND basis "
                "= 'nonqp' "
                "AND hcpcs = ? AND modifier = ? AND mac = ? AND locality = ?",
                row[3], row[4].strip(), row[1], row[2],
            ).fetchone()  # fmt: skip
            assert fees == (float(row[5]), float(row[6]))
            compared += 1
    assert compared == 109


def test_every_cell_of_a_release_equals_a_decimal_recomputation(cms, query):
    """19,090 rows in 109 localities and the nation, both settings.

    Fees, amounts and limiting charges.
    """
    places = {("00000", "00"): (Decimal(1),) * 3}
    places.update(
        {
            (row[0], row[2]): tuple(map(Decimal, row[4:7]))
            for row in member(cms, "rvu25d", "GPCI")
            if row[0].isdigit()
        }
    )
    rows = [
        row for row in member(cms, "rvu25d", "PPRRVU") if len(row) == 31 and row[24] == "32.3465"
    ]
    assert (len(rows), len(places)) == (19_090, 110)
    factor, limit = Decimal("32.3465"), Decimal("1.0925")

    def rounded(amount):
        return float(amount.quantize(CENT, ROUND_HALF_UP))

    fees_checked = limits_checked = 0
    for row in rows:
        work, nonfacility_pe, facility_pe, mp = (Decimal(row[column]) for column in (5, 6, 8, 10))
        cap = (
            [Decimal(cell) for cell in row[28:31]]
            if any(cell.strip("0.") for cell in row[28:31])
            else None
        )
        priced = row[3] in "ART" and any((work, nonfacility_pe, facility_pe, mp))
        found = query(
            "SELECT mac, locality, nonfacility_fee, facility_fee, nonfacility_amount, "
            "facility_amount, "
            "nonfacility_limiting_charge, facility_limiting_charge "
            "FROM rate WHERE release = 'RVU25D' AND basis = 'nonqp' AND hcpcs = ? AND modifier = ?",
            row[0], row[1],
        ).fetchall()  # fmt: skip
        assert len(found) == 110
        if not any((work, nonfacility_pe, facility_pe, mp)):
            assert {cells[2:] for cells in found} == {(0.0, 0.0, None, None, None, None)}
            continue
        for mac, locality, *cells in found:
            w, p, m = places[mac, locality]
            own = work * w
            nonfacility = (own + nonfacility_pe * p + mp * m) * factor
            facility = (
                nonfacility
                if facility_pe == nonfacility_pe
                else (own + facility_pe * p + mp * m) * factor
            )
            expected = [rounded(nonfacility), rounded(facility), None, None, None, None]
            if cap:
                nonfacility = min(nonfacility, (own + cap[0] * p + cap[2] * m) * factor)
                facility = min(facility, (own + cap[1] * p + cap[2] * m) * factor)
            if priced:
                expected[2], expected[4] = rounded(nonfacility), rounded(nonfacility * limit)
                if row[9] != "NA":
                    expected[3], expected[5] = rounded(facility), rounded(facility * limit)
                elif row[18] == "5":
                    expected[3], expected[5] = expected[2], expected[4]
            assert cells == expected, (row[0], row[1], mac, locality)
            fees_checked += 2
            limits_checked += sum(value is not None for value in expected[4:])
    assert fees_checked > 2_000_000
    assert limits_checked > 1_500_000


@pytest.mark.parametrize(
    ("odd", "name", "base", "prefix", "reason"),
    [
        (
            "PPRRVU25_JAN_excel_mangled.csv",
            "PPRRVU25_JAN.csv",
            "rvu25a",
            "PPRRVU",
            "zeros are lost|lost its leading zeros",
        ),
        (
            "PPRRVU22_APR_one_row_header.csv",
            "PPRRVU22_APR.csv",
            "rvu22a",
            "PPRRVU",
            "columns cannot be told apart",
        ),
        ("GPCI2026_fabricated.csv", "GPCI2026.csv", "rvu26c", "GPCI", "05102-00 appears twice"),
    ],
)
def test_odd_files_with_good_companions_are_refused(
    cms, full, query, feesync, tmp_path, odd, name, base, prefix, reason
):
    with zipfile.ZipFile(cms / f"releases/{base}.zip") as archive:
        members = {
            member: archive.read(member)
            for member in archive.namelist()
            if member.endswith(".csv") and not member.startswith(prefix)
        }
    path = tmp_path / f"{base}.zip"
    path.write_bytes(zip_of({**members, name: (cms / "odd" / odd).read_bytes()}))
    for database in (full[0], tmp_path / "empty.db"):
        before = query("SELECT count(*), max(release_id) FROM release").fetchall()
        result = feesync("--db", database, "import", path)
        assert (result.exit_code, result.stdout) == (4, "")
        assert re.search(reason, result.stderr), result.stderr
        assert query("SELECT count(*), max(release_id) FROM release").fetchall() == before
        assert query("PRAGMA integrity_check").fetchall() == [("ok",)]
    if (tmp_path / "empty.db").exists():
        empty = sqlite3.connect(tmp_path / "empty.db")
        assert empty.execute("SELECT count(*) FROM release").fetchone() == (0,)
        empty.close()


@pytest.mark.parametrize(
    "page",
    [
        "pages/cms_page_not_found_saved_as_zip.html",
        "pages/rvu25a.zip.redirect.html",
        "pages/RVU25A",
    ],
)
def test_html_in_place_of_a_zip_is_named(cms, feesync, tmp_path, page):
    path = tmp_path / "rvu25a.zip"
    path.write_bytes((cms / page).read_bytes())
    result = feesync("import", path)
    assert result.exit_code == 4
    assert "is an HTML page (" in result.stderr


def test_a_code_without_relative_values_has_no_amount(full, feesync):
    result = feesync(
        "--db",
        full[0],
        "estimate",
        "15824",
        "--locality",
        "national",
        "--date",
        "2025-11-03",
        "--json",
    )
    assert (result.exit_code, json.loads(result.stdout)["allowed"]) == (6, None)


def test_a_claim_pasted_from_a_superbill(full, query, feesync):
    """Each amount worked out from the rows of the file.

    Therapy pays half the practice expense of all units but one.
    """
    lines = ["97110-GP-CQx2", "97140-GP-KX", "99213-25", "20610-RT", "11056-Q8", "G0439-33"]
    rvus = dict(query(
        "SELECT hcpcs, work_rvu || ' ' || nonfacility_pe_rvu || ' ' || mp_rvu FROM rate WHERE "
        "release = 'RVU25D' AND mac = '00000' "
        "AND modifier = '' AND hcpcs IN ('97110', '97140', '99213', '20610', '11056', 'G0439')",
    ).fetchall())  # fmt: skip

    def amount(code, pe_share="1"):
        work, pe, mp = map(Decimal, rvus[code].split())
        return ((work + pe * Decimal(pe_share) + mp) * Decimal("32.3465")).quantize(
            CENT, ROUND_HALF_UP
        )

    half = Decimal("0.5")
    expected = [
        ((amount("97110") + amount("97110", "0.5")) * Decimal("0.85")).quantize(
            CENT, ROUND_HALF_UP
        ),
        amount("97140", "0.5"),
        amount("99213"),
        (amount("20610") * half).quantize(CENT, ROUND_HALF_UP),
        amount("11056"),
        amount("G0439"),
    ]
    result = feesync(
        "--db", full[0], "claim", *lines, "--locality", "national", "--date", "2025-11-03", "--json"
    )
    assert (result.exit_code, result.stderr) == (0, "")
    allowed = [Decimal(str(line["allowed"])) for line in json.loads(result.stdout)["lines"]]
    assert allowed == expected


def test_the_retained_zip_names_of_cms_import_too(cms, feesync, tmp_path):
    for name in ("2025.zip", "rvu25d-updated-09-11-2025.zip"):
        path = tmp_path / name
        path.write_bytes((cms / "releases/rvu25d.zip").read_bytes())
        assert feesync("--db", tmp_path / f"{name}.db", "import", path).exit_code == 0
