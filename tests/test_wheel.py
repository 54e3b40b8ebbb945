"""What is built: the wheel carries the snapshot as a database that equals its tables, once."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest

from feesync.reference import tables
from feesync.schemas import SCHEMAS
from feesync.store import schema, snapshot

ROOT = Path(__file__).parent.parent
DATABASE = f"feesync/data/{snapshot.DATABASE}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("hatchling", reason="builds a wheel")
    folder = tmp_path_factory.mktemp("wheel")
    line = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(line, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    with ZipFile(path) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def rows(connection):
    """Every row of every table, and the text of every view."""
    schema = "SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"
    found = {"schema": connection.execute(schema).fetchall()}
    for kind, name, _ in found["schema"]:
        if kind == "table":
            found[name] = connection.execute(f"SELECT * FROM {name}").fetchall()
    for pragma in ("user_version", "application_id"):
        found[pragma] = connection.execute(f"PRAGMA {pragma}").fetchall()
    return found


def test_the_database_of_a_wheel_holds_what_the_tables_make(wheel, monkeypatch):
    of_tables = snapshot.open_snapshot()
    assert not Path(of_tables.execute("PRAGMA database_list").fetchone()[2]).is_file()
    monkeypatch.setattr(tables, "_PACKAGE", wheel / "feesync")
    tables.data_folder.cache_clear()
    try:
        of_wheel = snapshot.open_snapshot()
    finally:
        tables.data_folder.cache_clear()
    assert of_wheel.execute("PRAGMA database_list").fetchone()[2] == str(wheel / DATABASE)
    assert rows(of_wheel) == rows(of_tables)
    assert len(rows(of_wheel)["relative_value"]) == 250


def test_a_wheel_has_nothing_twice(wheel):
    names = {path.name for path in (wheel / "feesync/data/snapshot").iterdir()}
    assert names == {"snapshot.db", "sources.csv", "zip_files.csv", "zip_localities.csv"}


def test_a_wheel_prices_from_its_database_and_writes_nothing_there(wheel):
    before = {path.name: path.read_bytes() for path in (wheel / DATABASE).parent.iterdir()}
    script = (
        "import feesync\nfrom feesync.cli import main\nprint(feesync.__file__)\n"
        "main('estimate 64493 --locality 94110 --date 2025-11-03'.split())\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(wheel), "FEESYNC_DB": str(wheel / "none.db")},
        cwd=wheel,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.startswith(str(wheel))
    assert "222.87" in result.stdout  # CMS, PFREV25D: 64493 in 01112-05, nonfacility
    after = {path.name: path.read_bytes() for path in (wheel / DATABASE).parent.iterdir()}
    assert after == before


def test_making_the_database_needs_the_standard_library_alone(tmp_path):
    path = tmp_path / "snapshot.db"
    script = (
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom pathlib import Path\n"
        "from feesync.store.snapshot import write_snapshot\n"
        f"write_snapshot(Path({str(path)!r}))"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", script], check=True)
    with closing(schema.open_unchanging(path)) as made:
        assert rows(made) == rows(snapshot.open_snapshot())


def test_a_wheel_says_that_it_has_types(wheel):
    assert (wheel / "feesync/py.typed").is_file()


def test_a_wheel_has_every_schema(wheel):
    assert {path.stem for path in (wheel / "feesync/schemas").glob("*.json")} == {*SCHEMAS}
