"""Revisions of a label: which there are, how one is named, and two beside each other."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from cms_files import quarter, repriced, rvu25d, zip_of

from feesync.datasets.registry import DATASETS
from feesync.datasets.rvu.load import load
from feesync.errors import Hint, HintKind, InvalidInputError, NoReleaseError, StoreError
from feesync.formats.release import from_zip
from feesync.store import checksums
from feesync.store.pair import _insert, open_pair, revision_name
from feesync.store.revisions import Revisions, are_sound, read_revisions
from feesync.store.schema import memory_database, open_for_reading
from feesync.store.snapshot import open_snapshot
from feesync.store.source import Source

QUARTER = (date(2025, 10, 1), date(2025, 12, 31))


def remedy(label):
    return Hint(HintKind.LOAD_RELEASE, label)


@pytest.fixture(scope="module")
def snapshot():
    return Source(open_snapshot(), embedded=True)


@pytest.fixture
def revised(loaded):
    """RVU25C, and RVU25D loaded three times with another practice expense of 64493 each."""
    load(loaded, from_zip(quarter("C"), "rvu25c.zip"))
    for pe, total in (("3.74", "5.42"), ("3.75", "5.43")):
        data = zip_of(rvu25d(values=repriced("64493", pe, total)))
        load(loaded, from_zip(data, "rvu25d.zip"), allow_change=True)
    return loaded


@pytest.fixture
def hashes(revised, sql):
    """Those of RVU25D, in the order in which they were loaded."""
    return [
        sha256
        for (sha256,) in sql(
            "SELECT sha256 FROM release WHERE label = 'RVU25D' ORDER BY release_id"
        )
    ]


@pytest.fixture
def pair(revised, snapshot):
    database = Source(open_for_reading(revised), embedded=False)

    def run(before, after, *, database=database):
        with open_pair(database, snapshot, before, after, remedy) as found:
            return found.before, found.after, found.embedded

    yield run
    database.connection.close()


def test_no_database_has_no_revisions(tmp_path):
    assert read_revisions(tmp_path / "none.db") == {}
    (tmp_path / "empty.db").touch()
    assert read_revisions(tmp_path / "empty.db") == {}


def test_the_current_revision_and_the_others(revised, hashes, sql):
    (other,) = sql("SELECT sha256 FROM release WHERE label = 'RVU25C'")
    assert read_revisions(revised) == {
        "RVU25C": Revisions(other[0], (date(2025, 7, 1), date(2025, 9, 30)), frozenset()),
        "RVU25D": Revisions(hashes[2], QUARTER, frozenset(hashes[:2])),
    }


def test_revisions_of_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / "text.db").write_bytes(b"this is text, not a database" * 100)
    with pytest.raises(StoreError, match="is not a feesync database"):
        read_revisions(tmp_path / "text.db")
    with pytest.raises(StoreError, match=r"^'/x{199}' cannot be read: File name too long$"):
        read_revisions(Path("/" + "x" * 300))


def test_a_revision_by_the_beginning_of_its_hash(pair, hashes):
    for beginning in (hashes[0], hashes[0][:10], f" {hashes[0][:10].upper()} "):
        before, after, embedded = pair(f"rvu25d@{beginning}", "RVU25D")
        assert (before.sha256, after.sha256, embedded) == (hashes[0], hashes[2], ())
    assert revision_name(before) == f"RVU25D@{hashes[0][:12]}"


@pytest.mark.parametrize("beginning", ["", "g", "1g", "f" * 65])
def test_what_is_no_beginning_of_a_hash(pair, beginning):
    with pytest.raises(InvalidInputError, match="is not LABEL@HASH, "):
        pair(f"RVU25D@{beginning}", "RVU25C")


def test_a_hash_that_is_none_or_several(pair, hashes):
    there = "; ".join(f"RVU25D@{hashes[number][:12]}" for number in (2, 1, 0))
    absent = "0" * 64
    with pytest.raises(NoReleaseError) as error:
        pair(f"RVU25D@{absent}", "RVU25C")
    said = str(error.value)
    assert said.startswith(f"RVU25D@{absent} is no revision that is loaded; there are RVU25D@")
    assert [part.partition(" (")[0] for part in said.partition("there are ")[2].split("; ")] == (
        there.split("; ")
    )


def test_several_revisions_that_begin_alike(pair, revised, hashes):
    connection = sqlite3.connect(revised)
    alike = ["ab" + hashes[0][2:], "ab" + hashes[1][2:]]
    for new, old in zip(alike, hashes, strict=False):
        connection.execute("UPDATE edition SET sha256 = ? WHERE sha256 = ?", (new, old))
    checksums.seal_shared(connection)
    connection.commit()
    connection.close()
    database = Source(open_for_reading(revised), embedded=False)
    with pytest.raises(NoReleaseError, match="^RVU25D@ab may be 2 revisions; there are "):
        pair("RVU25D@ab", "RVU25C", database=database)
    database.connection.close()


def test_one_revision_is_not_compared_with_itself(pair, hashes):
    with pytest.raises(InvalidInputError, match="^RVU25C: this is one revision, compared with "
                       "itself; there is RVU25C@"):  # fmt: skip
        pair("RVU25C", "RVU25C")
    with pytest.raises(InvalidInputError, match=f"^RVU25D and RVU25D@{hashes[2]}: this is one "
                       "revision, compared with itself; there are "):  # fmt: skip
        pair("RVU25D", f"RVU25D@{hashes[2]}")


def test_a_label_that_is_nowhere(pair):
    said = r"^RVU19A is not loaded \(loaded: {}; in the embedded snapshot: RVU20A, RVU20B"
    with pytest.raises(NoReleaseError, match=said.format("RVU25C, RVU25D")) as error:
        pair("RVU25D", "RVU19A")
    assert error.value.hint == Hint(HintKind.LOAD_RELEASE, "RVU19A")
    with pytest.raises(NoReleaseError, match=said.format("none")):
        pair("RVU19A", "RVU25D", database=None)


def test_the_snapshot_has_what_the_database_lacks(pair, snapshot):
    before, after, embedded = pair("RVU25A", "RVU25D")
    assert [release.label for release in embedded] == ["RVU25A"]
    assert (before.label, before.release_id, after.label, after.release_id) == (
        ("RVU25A", 1, "RVU25D", 2)
    )
    before, after, embedded = pair("RVU25D", "RVU25A")
    assert ([release.label for release in embedded], before.label) == (["RVU25A"], "RVU25D")
    before, after, embedded = pair("RVU25A", "RVU25B", database=None)
    assert [release.label for release in embedded] == ["RVU25A", "RVU25B"]


def test_beside_the_snapshot_a_release_has_its_codes_only(revised, snapshot):
    database = Source(open_for_reading(revised), embedded=False)
    with open_pair(database, snapshot, "RVU25A", "RVU25D", remedy) as found:
        source = found.source
        assert set(source.codes) <= set(snapshot.codes)
        # the national amounts: of RVU25A as CMS has it, of the last revision by hand
        national = source.localities(found.after)[0]
        rates = [
            source.rate(release, "64493", "", national, qp=False)
            for release in (found.before, found.after)
        ]
        assert [rate.nonfacility_pe_rvu for rate in rates] == [364, 375]
        assert found.after.checks_set_aside == database.releases[-1].checks_set_aside
    database.connection.close()


def test_a_copy_of_no_rows_is_none():
    connection = memory_database()
    _insert(connection, "release", [])
    assert connection.execute("SELECT count(*) FROM release").fetchone() == (0,)


ZIPS = (
    ("ZIP5 2025 Q4", ("94110", "", "01112", "05", "CA", 1)),
    ("ZIP9 2025 Q4", ("94110", "0001", "01112", "05", "CA", 1)),
)


def is_sound(database, name, label=None):
    """Ask as a refresh does: each dataset has its own check."""
    checks = {dataset.name: dataset.check_edition for dataset in DATASETS}
    return are_sound(database, name, checks.get(name, checksums.check_edition), label)


@pytest.mark.parametrize(
    ("change", "unsound"),
    [
        ("UPDATE relative_value SET work_rvu = 0 WHERE hcpcs = '64493'", {"RVU25D"}),
        ("UPDATE zip_locality SET locality = '06' WHERE plus4 = ''", {"ZIP5 2025 Q4"}),
        ("UPDATE zip_locality SET locality = '06' WHERE plus4 = '0001'", {"ZIP9 2025 Q4"}),
        ("UPDATE further SET number = 2", {"X 1"}),
    ],
)
def test_an_edition_is_sound_by_the_rows_of_its_own_dataset(loaded, change, unsound):
    with closing(sqlite3.connect(loaded, isolation_level=None)) as connection:
        add = (
            "INSERT INTO edition (edition_id, dataset, label, year, effective_from, effective_to, "
            "sha256, source, loaded_at, rows) "
            "VALUES (?, ?, ?, 2025, '2025-10-01', '2025-12-31', ?, 'x', '2025-10-02', 1)"
        )
        for number, (label, row) in enumerate(ZIPS, start=2):
            connection.execute(add, (number, "zip-locality", label, f"{number:064}"))
            connection.execute(
                "INSERT INTO zip_locality VALUES (?, ?, ?, ?, ?, ?, ?)", (number, *row)
            )
            checksums.seal_zip_file(connection, number, label[:4])
        connection.execute("CREATE TABLE further (edition_id INTEGER, number INTEGER)")
        connection.execute(add, (4, "x", "X 1", f"{4:064}"))
        connection.execute("INSERT INTO further VALUES (4, 1)")
        checksums.seal_edition(connection, 4, ["further"])
        checksums.seal_shared(connection)
        editions = connection.execute("SELECT dataset, label FROM edition").fetchall()
        assert all(is_sound(loaded, *edition) for edition in editions)
        connection.execute(change)
    assert {label for name, label in editions if not is_sound(loaded, name, label)} == unsound
    (of_damage,) = (name for name, label in editions if label in unsound)
    names = {name for name, _ in editions}
    assert [name for name in names if not is_sound(loaded, name)] == [of_damage]


def test_a_damaged_table_of_editions_is_no_edition_s_damage(loaded):
    with closing(sqlite3.connect(loaded)) as connection:
        connection.execute("UPDATE edition SET source = 'x'")
        connection.commit()
    with pytest.raises(StoreError, match="is damaged: its table of releases is not what"):
        is_sound(loaded, "rvu")


def test_a_database_without_its_editions(loaded):
    with closing(sqlite3.connect(loaded)) as connection:
        connection.execute("DROP TABLE edition")
        connection.commit()
    with pytest.raises(StoreError, match=f"^{loaded} cannot be used: "):
        read_revisions(loaded)
