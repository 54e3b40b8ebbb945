"""Loading: what stands in the database afterwards, and what the view computes from it."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace

import pytest
from cms_files import (
    CAPS,
    GPCI,
    VALUES,
    changed,
    csv_of,
    fixture,
    header_line,
    rows_of,
    rvu25d,
    rvu26d,
    zip_of,
)

from feesync.datasets.rvu.load import load
from feesync.errors import BusyError, ContentRefusedError, Hint, HintKind, StoreError
from feesync.formats.release import from_zip
from feesync.store import schema


def release(members, name="2025.zip", label=None):
    return from_zip(zip_of(members), name, label)


def expected_rates(values=VALUES, gpci=GPCI):
    """The formula in Decimal, from the text of the fixtures: {(hcpcs, modifier, mac, locality).

    (fees, amounts, limits)}.
    """
    places = {("00000", "00"): (Decimal(1),) * 3}
    places.update(
        {
            (row[0], row[2]): tuple(map(Decimal, row[4:7]))
            for row in rows_of(fixture(gpci))
            if row[0].isdigit()
        }
    )
    rows = rows_of(fixture(values))
    cent = Decimal("0.01")

    def rounded(amount):
        return float(amount.quantize(cent, ROUND_HALF_UP))

    result = {}
    for row in rows[header_line(rows) + 1 :]:
        work, nonfacility_pe, facility_pe, mp = (Decimal(row[column]) for column in (5, 6, 8, 10))
        factor = Decimal(row[24])
        cap = [Decimal(cell) for cell in row[28:31]]
        for key, (w, p, m) in places.items():
            nonfacility = (work * w + nonfacility_pe * p + mp * m) * factor
            facility = (work * w + facility_pe * p + mp * m) * factor
            fees = rounded(nonfacility), rounded(facility)
            if any(cap):
                nonfacility = min(nonfacility, (work * w + cap[0] * p + cap[2] * m) * factor)
                facility = min(facility, (work * w + cap[1] * p + cap[2] * m) * factor)
            amounts, limits = (
                [rounded(nonfacility), rounded(facility)],
                [rounded(x * Decimal("1.0925")) for x in (nonfacility, facility)],
            )
            if row[9] == "NA":
                therapy = row[18] == "5"
                amounts[1], limits[1] = (amounts[0], limits[0]) if therapy else (None, None)
            if row[3] not in "ART" or not any((work, nonfacility_pe, facility_pe, mp)):
                amounts, limits = [None, None], [None, None]
            result[row[0], row[1], *key] = (*fees, *amounts, *limits)
    return result


def test_the_view_equals_a_decimal_recomputation_in_every_cell(loaded, sql):
    rows = sql(
        "SELECT hcpcs, modifier, mac, locality, nonfacility_fee, facility_fee, nonfacility_amount, "
        "facility_amount, "
        "nonfacility_limiting_charge, facility_limiting_charge FROM rate WHERE release = 'RVU25D' "
        "AND basis = 'nonqp'"
    )
    assert {row[:4]: row[4:] for row in rows} == expected_rates()
    assert len(rows) == 80 * 110


def test_a_user_can_ask_sqlite_directly(loaded, sql):
    query = (
        "select nonfacility_amount, facility_amount from rate where hcpcs='64493' and mac='01112' "
        "and locality='05' "
        "and release='RVU25D' and basis='nonqp'"
    )
    assert sql(query) == [(222.87, 103.99)]


def test_no_price_is_null_and_never_zero(loaded, sql):
    assert sql(
        "SELECT DISTINCT nonfacility_amount, facility_amount, facility_limiting_charge FROM rate "
        "WHERE hcpcs = '15824'"
    ) == [(None, None, None)]
    assert sql("SELECT count(*) FROM rate WHERE nonfacility_amount = 0 OR facility_amount = 0") == [
        (0,)
    ]


def test_what_is_kept_of_the_files(loaded, sql):
    assert sql(
        "SELECT label, year, effective_from, effective_to, source, superseded_by FROM release"
    ) == [("RVU25D", 2025, "2025-10-01", "2025-12-31", "rvu25d.zip", None)]
    assert sql("SELECT name, kind, rows FROM source_file ORDER BY rows") == [
        ("25LOCCO.csv", "locality counties", 41),
        (VALUES, "relative values", 80),
        (GPCI, "GPCI", 109),
        (CAPS, "OPPS cap", 230),
    ]
    assert sql("SELECT * FROM conversion_factor") == [(1, "nonqp", 323_465, VALUES)]


def test_both_factors_and_each_ones_opps_columns(database, sql):
    load(database, release(rvu26d(), "rvu26d.zip"), allow_change=True)
    rows = sql(
        "SELECT basis, conversion_factor, opps_nonfacility_pe_rvu FROM rate "
        "WHERE hcpcs = '71046' AND modifier = '' AND mac = '00000'"
    )
    assert rows == [("nonqp", 33.4009, 2.7), ("qp", 33.5675, 2.69)]


def test_without_a_qpp_file_the_reference_factor_serves_and_is_noted(database, sql):
    report = load(
        database,
        release(rvu26d(**{"PPRRVU2026_Oct_QPP.csv": None}), "rvu26d.zip"),
        allow_change=True,
    )
    assert "no QPP file" in report.notes[-1]
    assert sql("SELECT factor, source FROM conversion_factor WHERE basis = 'qp'") == [
        (335_675, "data/reference/release_catalogue.csv")
    ]


def test_a_state_that_the_file_lacks_is_known(database, sql):
    rows = [[row[0], *row[2:]] for row in rows_of(fixture(GPCI))]
    load(database, release(rvu25d(gpci=csv_of(rows))))
    assert sql(
        "SELECT state FROM locality WHERE mac IN ('01182', '13292') ORDER BY mac LIMIT 1"
    ) == [("CA",)]


def test_the_same_bytes_again_change_nothing(database, sql):
    assert load(database, release(rvu25d())).outcome == "new"
    before = database.read_bytes()
    assert load(database, release(rvu25d())).outcome == "unchanged"
    assert sql("SELECT count(*) FROM release") == [(1,)]
    assert database.read_bytes() == before


def test_new_bytes_are_a_revision_and_both_stay(database, sql):
    load(database, release(rvu25d()))
    rows = rows_of(fixture(VALUES))
    facet = next(row for row in rows if row[0] == "64493")
    facet[6], facet[11] = "3.65", "5.33"
    corrected = rvu25d(values=csv_of(rows))
    assert load(database, release(corrected)).outcome == "revision"
    assert sql("SELECT release_id, superseded_by FROM release") == [(1, 2), (2, None)]
    # (1.52 + 3.65 + 0.16) x 32.3465 = 172.406845
    assert sql("SELECT nonfacility_amount FROM rate WHERE hcpcs = '64493' AND mac = '00000'") == [
        (172.41,)
    ]
    assert sql("SELECT count(*) FROM relative_value WHERE hcpcs = '64493'") == [(2,)]
    assert load(database, release(rvu25d())).outcome == "superseded"
    assert sql("SELECT release_id, superseded_by FROM release") == [(1, 2), (2, None)]


def unchanged_after(database, sql, load_it, reason=None, error=ContentRefusedError):
    before = sql("SELECT * FROM release"), sql("SELECT count(*) FROM rate")
    with pytest.raises(error, match=reason):
        load_it()
    assert (sql("SELECT * FROM release"), sql("SELECT count(*) FROM rate")) == before


def test_a_cap_that_differs_by_a_cent_refuses_the_release(loaded, database, sql):
    rows = rows_of(fixture(CAPS))
    row = next(row for row in rows if row[0] == "93990" and row[3:5] == ["15202", "00"])
    row[6] = str(Decimal(row[6]) + Decimal("0.01"))
    unchanged_after(
        database,
        sql,
        lambda: load(database, release(rvu25d(caps=csv_of(rows)))),
        "93990 .* in 15202-00: CMS prints",
    )


def test_a_capped_code_that_the_value_file_lacks_refuses_the_release(loaded, database, sql):
    members = rvu25d(caps=fixture(CAPS).replace(b"93990", b"93991"))
    unchanged_after(
        database,
        sql,
        lambda: load(database, release(members)),
        "cap 93990, 93990-TC, which OPPSCAP_Oct.csv does not",
    )
    aside = frozenset({"opps-cap-codes"})
    unchanged_after(
        database,
        sql,
        lambda: load(database, release(members), without_checks=aside),
        "93991.* is not in the relative value file",
    )


def test_invented_localities_are_not_believed(database, sql):
    rows = rows_of(fixture(GPCI))
    for number in range(12):
        rows[3 + number][2] = "88"
        rows[3 + number][0] = f"{20000 + number}"
    members = rvu25d(gpci=csv_of(rows), caps=None)
    with pytest.raises(
        ContentRefusedError,
        match="lacks 01112-54, 01112-55, 01112-56 and 9 more, which RVU25D of the embedded "
        "snapshot has",
    ):
        load(database, release(members))
    assert load(database, release(members), allow_change=True).outcome == "new"


def test_more_than_a_tenth_of_new_localities_is_not_believed(database):
    rows = rows_of(fixture(GPCI))

    def invented(count):
        new = [[*rows[3][:2], f"{70 + number}", "PLACE " + "ABCDEFGHIJK"[number], *rows[3][4:]]
               for number in range(count)]  # fmt: skip
        members = rvu25d(gpci=csv_of([*rows[:4], *new, *rows[4:]]), counties=None, caps=None)
        return load(database.with_name(f"{count}.db"), release(members))

    assert invented(10).outcome == "new"  # beside 109
    with pytest.raises(
        ContentRefusedError,
        match="120 localities, of which 11 are new and 0 gone beside the 109 of RVU25D of the "
        "embedded snapshot",
    ):
        invented(11)


def test_a_fifth_of_the_codes_gone_is_not_believed(loaded, database, sql):
    rows = rows_of(fixture(VALUES))
    head = header_line(rows)
    members = rvu25d(values=csv_of(rows[: head + 45]), caps=None)
    unchanged_after(
        database,
        sql,
        lambda: load(database, release(members, label="RVU25C")),
        "lacks 36 of the 80 rows of RVU25D: 77063-26",
    )
    assert load(database, release(members, label="RVU25C"), allow_change=True).outcome == "new"


def test_a_label_without_known_dates_needs_them(database, sql):
    values = fixture(VALUES).replace(b"2025 National", b"2029 National")
    members = rvu25d(values=values, gpci=fixture(GPCI).replace(b"2025", b"2029"), caps=None)
    with pytest.raises(ContentRefusedError, match="does not know the dates of RVU29AR") as refused:
        load(database, release(members, label="RVU29AR"))
    assert refused.value.hint == Hint(HintKind.GIVE_DATES, "RVU29AR")
    load(database, release(members, label="RVU29AR"), dates=(date(2029, 3, 10), date(2029, 3, 31)))
    again = load(
        database, release(members, label="RVU29AR"), dates=(date(2029, 3, 9), date(2029, 3, 31))
    )
    assert again.outcome == "redated"
    assert load(database, release(members, label="RVU29AR")).outcome == "unchanged"
    assert sql("SELECT effective_from, effective_to FROM release") == [("2029-03-09", "2029-03-31")]
    with pytest.raises(ContentRefusedError, match="not in effect in 2028"):
        load(
            database, release(members, label="RVU29AR"), dates=(date(2028, 3, 9), date(2028, 3, 31))
        )


def test_dates_that_feesync_knows_are_not_overridden(database):
    with pytest.raises(
        ContentRefusedError, match="RVU25D is in effect from 2025-10-01 to 2025-12-31, not as given"
    ):
        load(database, release(rvu25d()), dates=(date(2025, 1, 1), date(2025, 12, 31)))


def test_a_second_writer_is_told_to_wait(loaded, database, sql, monkeypatch):
    import sqlite3

    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.1)
    other = sqlite3.connect(loaded, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    members = rvu25d(values=changed(fixture(VALUES), "64493", 22, "1"))
    unchanged_after(
        database,
        sql,
        lambda: load(database, release(members)),
        "another process is writing",
        BusyError,
    )
    other.execute("ROLLBACK")
    other.close()
    assert load(database, release(members)).outcome == "revision"


def test_an_error_in_the_middle_of_loading_leaves_nothing(loaded, database, sql):
    def fail():
        raise KeyboardInterrupt

    members = rvu25d(values=changed(fixture(VALUES), "64493", 22, "1"))
    unchanged_after(
        database,
        sql,
        lambda: load(database, release(members), progress=fail),
        error=KeyboardInterrupt,
    )


def test_a_checkpoint_that_fails_does_not_take_the_release_back(database, sql, monkeypatch):
    import sqlite3

    def connect(*arguments, **options):
        return sqlite3.connect(*arguments, **options, factory=FullAtTheCheckpoint)

    class FullAtTheCheckpoint(sqlite3.Connection):
        def execute(self, statement, *values):
            if "wal_checkpoint" in statement:
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(statement, *values)

    monkeypatch.setattr(
        "feesync.store.schema.sqlite3", SimpleNamespace(**{**vars(sqlite3), "connect": connect})
    )
    assert load(database, release(rvu25d())).outcome == "new"
    assert sql("SELECT label FROM release") == [("RVU25D",)]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        load(tmp_path / "file" / "feesync.db", release(rvu25d()))
