"""Which release answers for a date, and that readers see what other processes load."""

import os
import shutil
import sqlite3
import threading
from datetime import date as Date
from decimal import Decimal
from typing import Any

import pytest
from cms_files import GPCI, VALUES, csv_of, fixture, rows_of, rvu25d, zip_of

from feesync import InvalidInputError, NoReleaseError, StoreError, UnknownCodeError, estimate
from feesync.datasets.rvu.load import load
from feesync.errors import Hint, HintKind
from feesync.formats.release import from_zip
from feesync.places import resolver
from feesync.reference import tables
from feesync.reference.tables import data_folder
from feesync.schedule.threads import open_schedule
from feesync.store import schema


def label_on(day, hcpcs="64493", **options):
    return estimate(hcpcs, locality="national", date=day, **options).release.label


def corrected(pe="3.65", total="5.33"):
    rows = rows_of(fixture(VALUES))
    facet = next(row for row in rows if row[0] == "64493")
    facet[6], facet[11] = pe, total
    return from_zip(zip_of(rvu25d(values=csv_of(rows))), "rvu25d.zip")


@pytest.mark.parametrize(
    ("day", "label"),
    [
        ("2020-01-01", "RVU20A"),
        ("2023-12-31", "RVU23D"),
        ("2024-03-08", "RVU24A"),
        ("2024-03-09", "RVU24AR"),
        ("2024-04-01", "RVU24B"),
        ("2025-09-30", "RVU25C"),
        ("2026-08-01", "RVU26C"),
    ],
)
def test_the_quarter_of_the_date_answers(day, label):
    assert label_on(day) == label
    assert not estimate("64493", locality="national", date=day).notes


@pytest.mark.parametrize(
    ("day", "label"), [("2024-11-01", "RVU24C"), ("2026-01-15", "RVU26C"), ("2026-12-31", "RVU26C")]
)
def test_a_near_quarter_of_the_same_year_and_factor_answers_and_says_so(day, label):
    answer = estimate("64493", locality="national", date=day)
    assert answer.release.label == label
    assert [note.code for note in answer.notes] == ["nearest-release"]


@pytest.mark.parametrize("day", ["2019-12-31", "2027-01-01"])
def test_another_year_never_answers(day):
    with pytest.raises(NoReleaseError) as error:
        label_on(day)
    assert error.value.hint.kind is HintKind.LOAD_QUARTER


def test_another_factor_of_the_same_year_never_answers(database):
    # only RVU24B (33.2875) for a code that the snapshot lacks: before March 9, 2024 the factor was
    # 32.7442
    values = (
        fixture(VALUES)
        .replace(b"2025 National", b"2024 National")
        .replace(b"October", b"April")
        .replace(b"32.3465", b"33.2875")
    )
    gpci = fixture(GPCI).replace(b"2025", b"2024")
    load(
        database,
        from_zip(zip_of(rvu25d(values=values, gpci=gpci, caps=None)), "rvu24b.zip"),
        allow_change=True,
    )
    assert label_on("2024-03-20", "99213") == "RVU24B"
    with pytest.raises(UnknownCodeError, match="needs a release that is not loaded"):
        label_on("2024-03-01", "99213")


def test_the_database_answers_for_its_labels_and_the_snapshot_for_the_others(loaded):
    assert not estimate("64493", locality="national", date="2025-11-03").release.embedded
    assert estimate("64493", locality="national", date="2025-08-01").release.embedded
    assert (
        label_on("2025-08-01") == "RVU25C"
    )  # the exact quarter from the snapshot beats a near one of the database
    assert label_on("2025-08-01", "99213") == "RVU25D"  # which the snapshot lacks


def test_a_code_outside_the_snapshot_says_what_brings_it():
    with pytest.raises(UnknownCodeError, match=r"99213 on 2025-11-03 .*64490, 64491") as error:
        label_on("2025-11-03", "99213")
    assert error.value.hint == Hint(HintKind.LOAD_QUARTER, "RVU25D")


def test_a_code_that_a_loaded_release_lacks_is_unknown(loaded):
    with pytest.raises(UnknownCodeError, match="^00000 is not in RVU25D"):
        label_on("2025-11-03", "00000")


def test_qp_has_a_factor_of_its_own_since_2026():
    # CMS 2026, national 64493: 5.70 RVUs x 33.4009 = 190.39; x 33.5675 = 191.33475
    plain = estimate("64493", locality="national", date="2026-08-01")
    assert (plain.fee, plain.rate.basis, plain.rate.conversion_factor) == (
        Decimal("190.39"),
        "nonqp",
        Decimal("33.4009"),
    )
    answer = estimate("64493", locality="national", date="2026-08-01", qp=True)
    assert (answer.fee, answer.rate.basis, answer.rate.conversion_factor) == (
        Decimal("191.33"),
        "qp",
        Decimal("33.5675"),
    )
    assert [note.code for note in answer.notes] == ["qp-reference-factor"]


def test_before_2026_qp_gives_the_same_with_a_note():
    answer = estimate("64493", locality="national", date="2025-11-03", qp=True)
    assert (answer.fee, answer.rate.basis, [note.code for note in answer.notes]) == (
        Decimal("172.08"),
        "nonqp",
        ["qp-before-2026"],
    )


def fee():
    return estimate("64493", locality="national", date="2025-11-03").fee


def test_readers_see_a_database_appear_change_be_replaced_and_vanish(database, tmp_path):
    assert fee() == Decimal("172.08")
    load(database, corrected())
    assert fee() == Decimal("172.41")  # (1.52 + 3.65 + 0.16) x 32.3465
    load(database, corrected("3.66", "5.34"))
    assert fee() == Decimal("172.73")  # (1.52 + 3.66 + 0.16) x 32.3465
    other = tmp_path / "other.db"
    load(other, corrected("3.67", "5.35"))
    os.replace(other, database)
    for leftover in ("-wal", "-shm"):
        (tmp_path / f"feesync.db{leftover}").unlink(missing_ok=True)
    assert fee() == Decimal("173.05")  # (1.52 + 3.67 + 0.16) x 32.3465
    database.unlink()
    assert fee() == Decimal("172.08")


def test_a_database_that_is_overwritten_in_place_is_read_anew(database, tmp_path):
    load(database, corrected())
    assert fee() == Decimal("172.41")
    other = tmp_path / "other.db"
    load(other, corrected("3.67", "5.35"))
    shutil.copyfile(other, database)
    assert fee() == Decimal("173.05")


def test_a_database_that_is_damaged_and_then_removed(database):
    load(database, corrected())
    assert fee() == Decimal("172.41")
    database.write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreError, match="is not a feesync database"):
        fee()
    database.unlink()
    assert fee() == Decimal("172.08")


def test_a_database_that_is_no_file_or_cannot_be_reached_is_named(database, tmp_path):
    database.mkdir()
    with pytest.raises(StoreError, match="is not a file"):
        fee()
    with pytest.raises(StoreError, match="cannot be read"):
        estimate("64493", locality="national", date="2025-11-03", db=tmp_path / ("x" * 400))
    with pytest.raises(
        InvalidInputError, match="the path of the database contains the character NUL"
    ):
        estimate("64493", locality="national", date="2025-11-03", db="\0")


def test_while_another_process_makes_the_database_the_snapshot_answers(database):
    raw = sqlite3.connect(database, isolation_level=None)
    raw.execute("PRAGMA journal_mode = WAL")
    assert fee() == Decimal("172.08")
    raw.execute("BEGIN IMMEDIATE")
    assert fee() == Decimal("172.08")
    raw.execute("ROLLBACK")
    raw.close()
    load(database, corrected())
    assert fee() == Decimal("172.41")


def test_a_database_that_appears_in_the_middle_of_a_question(database, monkeypatch):
    resolve = resolver._locality

    def appear(source, release, text):
        if source.embedded and not database.exists():
            load(database, corrected())
        return resolve(source, release, text)

    monkeypatch.setattr(resolver, "_locality", appear)
    assert fee() == Decimal("172.08")  # as of the moment of the question
    assert fee() == Decimal("172.41")


def test_what_is_loaded_stands_in_the_one_file(database, tmp_path):
    load(database, corrected())
    assert fee() == Decimal("172.41")  # a reader holds the database open
    load(database, corrected("3.66", "5.34"))
    shutil.copyfile(database, tmp_path / "copy.db")
    assert estimate(
        "64493", locality="national", date="2025-11-03", db=tmp_path / "copy.db"
    ).fee == Decimal("172.73")


def test_many_threads_while_another_loads(database):
    load(database, corrected())
    allowed, errors = set(), []

    def read():
        try:
            for _ in range(150):
                allowed.add(fee())
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    load(database, corrected("3.66", "5.34"))
    for thread in threads:
        thread.join()
    assert not errors
    assert allowed <= {Decimal("172.41"), Decimal("172.73")}
    assert fee() == Decimal("172.73")


OUT_OF_REACH = 77


def in_a_child(check, user=None):
    """Fork; return the exit status of the child: 0 where the check is true.

    It never runs on into the test runner.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if user is not None:
                os.setuid(user)
            status = int(check())
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_opens_its_own_connection(loaded):
    parent = open_schedule()
    fee()
    assert (
        in_a_child(lambda: 0 if fee() == Decimal("172.08") and open_schedule() is not parent else 1)
        == 0
    )
    assert open_schedule() is parent


@pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() != 0, reason="needs to become another user"
)
def test_a_reader_who_may_not_write_beside_the_database(loaded, tmp_path, monkeypatch):
    # the checkout may be out of the other user's reach; what the package reads of it is put where
    # it is not
    monkeypatch.setattr(
        schema, "_MIGRATIONS", shutil.copytree(schema._MIGRATIONS, tmp_path / "migrations")
    )
    data = shutil.copytree(data_folder(), tmp_path / "data")
    monkeypatch.setattr(tables, "data_folder", lambda: data)
    for folder in (loaded.parent, loaded.parent.parent, loaded.parent.parent.parent):
        folder.chmod(0o755)

    def check():
        try:
            loaded.stat()
        except PermissionError:
            return OUT_OF_REACH
        assert not os.access(loaded.parent, os.W_OK)
        # CMS: 99213 in 2025 is (1.30 + 1.35 + 0.10) x 32.3465
        return (
            0
            if estimate("99213", locality="national", date="2025-11-03").fee == Decimal("88.95")
            else 1
        )

    status = in_a_child(check, user=65534)
    if status == OUT_OF_REACH:
        pytest.skip("the folder of temporary files is out of the other user's reach")
    assert status == 0


def test_the_same_question_is_answered_once_until_the_database_changes(database):
    load(database, corrected())
    first = estimate("64493", locality="national", date="2025-11-03")
    assert estimate("64493", locality="national", date="2025-11-03") is first
    assert estimate("64493", locality="national", date="2025-11-03", units=2) is not first
    load(database, corrected("3.66", "5.34"))
    # (1.52 + 3.66 + 0.16) x 32.3465
    assert estimate("64493", locality="national", date="2025-11-03").fee == Decimal("172.73")


def test_equal_values_of_another_kind_are_another_question(database):
    load(database, corrected())
    line: dict[str, Any] = {"hcpcs": "64493", "locality": "national", "date": "2025-11-03"}
    estimate(**line, nonpar=False, units=1)
    with pytest.raises(InvalidInputError):
        estimate(**line, units=1.0)  # type: ignore[arg-type]
    kinds = [estimate(**line, modifiers=given).modifiers for given in ((), [""], ["50"], ("50",))]
    assert kinds == [(), (), ("50",), ("50",)]
    assert estimate(**line, modifiers=iter(["50"])).modifiers == ("50",)


def test_a_question_without_a_date_is_another_one_tomorrow(database, monkeypatch):
    load(database, corrected())

    class Clock(Date):
        now = Date(2025, 12, 31)

        @classmethod
        def today(cls):
            return cls.now

    for module in ("feesync.claims.estimator", "feesync.claims.header"):
        monkeypatch.setattr(f"{module}.Date", Clock)
    assert estimate("64493", locality="national").date == Date(2025, 12, 31)
    Clock.now = Date(2026, 1, 1)
    assert estimate("64493", locality="national").date == Date(2026, 1, 1)


def test_what_a_stand_in_says_is_not_remembered(database):
    load(database, corrected())
    line: dict[str, Any] = {"hcpcs": "99213", "locality": "national", "date": "2025-05-05"}
    first = estimate(**line)
    assert first.quote.stand_in
    assert estimate(**line) is not first
    assert estimate(**line) == first


def test_answers_are_kept_up_to_a_number(database, monkeypatch):
    load(database, corrected())
    monkeypatch.setattr("feesync.claims.memory.MOST_ANSWERS", 2)
    for units in (1, 2, 3):
        estimate("64493", locality="national", date="2025-11-03", units=units)
        assert 1 <= len(open_schedule().answers) <= 2
