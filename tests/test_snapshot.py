import csv
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from feesync.reference.tables import data_folder
from feesync.store.snapshot import open_snapshot

CODES = {"64490", "64491", "64492", "64493", "64494", "64495", "64633", "64634", "64635", "64636"}


@pytest.fixture(scope="module")
def snapshot():
    return open_snapshot()


def test_what_it_holds(snapshot):
    assert {
        code for (code,) in snapshot.execute("SELECT DISTINCT hcpcs FROM relative_value")
    } == CODES
    counts = dict(
        snapshot.execute(
            "SELECT label, count(*) FROM release JOIN locality USING (release_id) GROUP BY label"
        )
    )
    # CMS: 112 localities in 2020-2023, 109 since 2024; and the national row
    assert counts == {label: 113 if label < "RVU24" else 110 for label in counts}
    assert len(counts) == 25
    assert snapshot.execute("SELECT count(*) FROM relative_value").fetchone() == (25 * 10,)


def test_conversion_factors_that_cms_published(snapshot):
    factors = snapshot.execute(
        "SELECT DISTINCT year, factor FROM conversion_factor JOIN release USING (release_id) ORDER "
        "BY 1, 2"
    ).fetchall()
    assert factors == [
        (2020, 360_896), (2021, 348_931), (2022, 346_062), (2023, 338_872), (2024, 327_442),
        (2024, 332_875), (2025, 323_465), (2026, 334_009), (2026, 335_675),
    ]  # fmt: skip


def test_indicators_of_the_family_are_the_same_in_every_release(snapshot):
    rows = snapshot.execute(
        "SELECT DISTINCT hcpcs, global_days, multiple_procedure, bilateral, assistant_surgeon FROM "
        "relative_value"
    ).fetchall()
    assert sorted(rows) == sorted(
        [(code, "000", "2", "1", "2") for code in ("64490", "64493")]
        + [(code, "ZZZ", "0", "1", "2") for code in ("64491", "64492", "64494", "64495")]
        + [(code, "010", "2", "1", "1") for code in ("64633", "64635")]
        + [(code, "ZZZ", "0", "1", "1") for code in ("64634", "64636")]
    )


def test_every_locality_has_a_state(snapshot):
    assert snapshot.execute(
        "SELECT DISTINCT name FROM locality WHERE state IS NULL"
    ).fetchall() == [("National",)]


def test_every_locality_of_the_newest_release_has_counties(snapshot):
    places = set(
        snapshot.execute(
            "SELECT mac, locality FROM locality WHERE release_id = 25 AND mac <> '00000'"
        )
    )
    assert places == set(
        snapshot.execute("SELECT mac, locality FROM locality_counties WHERE release_id = 25")
    )
    assert len(places) == 109


def test_it_is_what_the_script_makes_of_cms_files(cms, tmp_path, monkeypatch):
    if not (cms / "history").is_dir():
        pytest.skip("no history tables beside CMS's files")
    from importlib.util import module_from_spec, spec_from_file_location

    script = Path(__file__).parent.parent / "data" / "build_snapshot.py"
    spec = spec_from_file_location("build_snapshot", script)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "OUT", tmp_path)
    module.main(cms)
    for name in ("releases.csv", "relative_values.csv", "localities.csv", "counties.csv",
                 "zip_files.csv", "zip_localities.csv", "sources.csv"):  # fmt: skip
        assert (tmp_path / name).read_text() == (
            Path(data_folder()) / "snapshot" / name
        ).read_text()


def test_no_reference_row_is_without_a_source():
    paths = [*(Path(data_folder()) / "reference").glob("*.csv")]
    assert len(paths) > 5
    for path in paths:
        with path.open(newline="") as file:
            assert all(row["source"] for row in csv.DictReader(file)), path.name


def table(name):
    with (Path(data_folder()) / "snapshot" / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def scaled(cell, places):
    number = Decimal(cell).scaleb(places)
    assert number == int(number)
    return int(number)


def test_its_values_are_those_of_the_table(snapshot):
    rows = table("relative_values.csv")
    names = [name for name in rows[0] if name != "label"]
    decimals = {name for name in names if name.endswith(("_rvu", "operative"))}
    assert len(decimals) == 7
    expected = {
        (row["label"], *(scaled(row[name], 2) if name in decimals else row[name] for name in names))
        for row in rows
    }
    columns = ", ".join(f"v.{name}" for name in names)
    found = snapshot.execute(
        f"SELECT label, {columns} FROM relative_value AS v JOIN release USING (release_id)"
    )
    flags = [at for at, name in enumerate(names, start=1) if name.endswith("_na")]
    assert {
        tuple(str(cell) if at in flags else cell for at, cell in enumerate(row)) for row in found
    } == expected


def test_its_localities_are_those_of_the_table(snapshot):
    labels = [row["label"] for row in table("releases.csv")]
    expected = {
        (
            label,
            row["mac"],
            row["locality"],
            row["state"] or None,
            row["name"],
            *(scaled(row[name], 3) for name in ("work_gpci", "pe_gpci", "mp_gpci")),
        )
        for row in table("localities.csv")
        for label in labels[labels.index(row["first_label"]) : labels.index(row["last_label"]) + 1]
    }
    found = snapshot.execute(
        "SELECT label, mac, locality, state, name, work_gpci, pe_gpci, mp_gpci "
        "FROM locality JOIN release USING (release_id)"
    ).fetchall()
    assert (set(found), len(found)) == (expected, len(expected))


def test_its_counties_and_releases_are_those_of_the_tables(snapshot):
    counties = snapshot.execute(
        "SELECT label, mac, locality, state_name, area, counties "
        "FROM locality_counties JOIN release USING (release_id)"
    ).fetchall()
    names = ("label", "mac", "locality", "state_name", "area", "counties")
    assert sorted(counties) == sorted(
        tuple(row[name] for name in names) for row in table("counties.csv")
    )
    releases = snapshot.execute("SELECT label, sha256, source, year FROM release ORDER BY 1")
    assert releases.fetchall() == sorted(
        (row["label"], row["sha256"], f"embedded snapshot ({row['source']})",
         2000 + int(row["label"][3:5]))
        for row in table("releases.csv")
    )  # fmt: skip


def test_each_connection_has_a_copy_of_its_own(snapshot):
    count = "SELECT count(*) FROM relative_value"
    with closing(open_snapshot()) as other:
        other.execute("DELETE FROM relative_value")
        assert other.execute(count).fetchone() == (0,)
    assert snapshot.execute(count).fetchone() == (250,)
    with closing(open_snapshot()) as third:
        assert third.execute(count).fetchone() == (250,)
