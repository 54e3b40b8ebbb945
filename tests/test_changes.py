"""The changes between two releases, against a recomputation from the files' own numbers."""

import csv
import io
from decimal import ROUND_HALF_UP, Decimal

from cms_files import GPCI, VALUES, csv_of, fixture, quarter, repriced, rows_of, rvu25d, zip_of

from feesync.changes.payments import changes_of
from feesync.datasets.rvu.load import load
from feesync.formats.release import from_zip
from feesync.store.revisions import read_revisions
from feesync.store.schema import open_for_reading

FACTOR = Decimal("32.3465")


def amounts(work, pe, mp):
    """The amount of RVUs in every locality of the fixture, by MAC and locality."""
    rows = list(csv.reader(io.StringIO(fixture(GPCI).decode("latin-1"))))[3:]
    found = {}
    for mac, _, locality, _, *gpcis in (row[:7] for row in rows if row[0].strip().isdigit()):
        adjusted = sum(
            Decimal(rvu) * Decimal(gpci) for rvu, gpci in zip((work, pe, mp), gpcis, strict=True)
        )
        found[mac, locality] = (adjusted * FACTOR).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return found


def put(database, data, name="rvu25d.zip", *, allow_change=False):
    load(database, from_zip(data, name), allow_change=allow_change)


def changes(database, label="RVU25D", watch=("64493", "64494")):
    connection = open_for_reading(database)
    try:
        return changes_of(connection, label, watch)
    finally:
        connection.close()


def test_the_first_release_has_nothing_to_be_compared_with(loaded):
    assert changes(loaded) is None


def test_a_revision_that_raises_one_code(loaded):
    put(loaded, zip_of(rvu25d(values=repriced("64493", "3.74", "5.42"))))
    found = changes(loaded)
    before, after = amounts("1.52", "3.64", "0.16"), amounts("1.52", "3.74", "0.16")
    differences = [after[place] - before[place] for place in after]
    assert len(differences) == 109
    assert (found.against, found.added, found.deleted) == ("RVU25D", (), ())
    assert found.changed == sum(difference != 0 for difference in differences) == 109
    (watched,) = found.watched
    assert (watched.hcpcs, watched.modifier, watched.basis, watched.setting) == (
        "64493",
        "",
        "nonqp",
        "nonfacility",
    )
    # CMS's national amount of 64493 in 2025 is 172.08; (1.52 + 3.74 + 0.16) x 32.3465 = 175.318
    assert (watched.before, watched.after) == (Decimal("172.08"), Decimal("175.32"))
    assert (watched.lowest, watched.highest) == (min(differences), max(differences))
    assert (watched.localities, watched.changed) == (109, 109)


def test_the_payments_that_both_have_are_counted_as_the_view_has_them(loaded, sql):
    (count,) = sql(
        "SELECT sum((nonfacility_amount IS NOT NULL) + (facility_amount IS NOT NULL)) FROM rate "
        "WHERE mac <> '00000'"
    )[0]
    put(loaded, zip_of(rvu25d(values=repriced("64493", "3.74", "5.42"))))
    assert changes(loaded).compared == count > 10_000


def test_a_gpci_that_changes_one_locality(loaded):
    rows = rows_of(fixture(GPCI))
    row = next(row for row in rows if (row[0], row[2]) == ("01112", "05"))
    row[5] = "1.400"
    put(loaded, zip_of(rvu25d(gpci=csv_of(rows), caps=None)))
    nonfacility, facility = changes(loaded, watch=["64493"]).watched
    assert (nonfacility.setting, nonfacility.before, nonfacility.changed) == (
        "nonfacility",
        nonfacility.after,
        1,
    )
    assert (facility.setting, facility.before, facility.changed) == ("facility", facility.after, 1)
    # published for 01112-05: 222.87
    work, mp = Decimal("1.52") * Decimal(row[4]), Decimal("0.16") * Decimal(row[6])
    now = ((work + Decimal("3.64") * Decimal("1.400") + mp) * FACTOR).quantize(
        Decimal("0.01"), ROUND_HALF_UP
    )
    assert (nonfacility.lowest, nonfacility.highest) == (now - Decimal("222.87"), Decimal("0.00"))


def test_codes_that_come_and_go(loaded):
    rows = rows_of(fixture(VALUES))
    gone = [row for row in rows if row[0] == "64495"]
    rest = [row for row in rows if row[0] != "64495"]
    for row in gone:
        row[0] = "64499"
    put(loaded, zip_of(rvu25d(values=csv_of(rest + gone))), allow_change=True)
    found = changes(loaded, watch=["64495", "64499", "64493"])
    assert (found.added, found.deleted, found.changed) == (("64499",), ("64495",), 0)
    assert [
        (change.hcpcs, change.setting, change.before, change.after, change.localities)
        for change in found.watched
    ] == [
        ("64495", "nonfacility", Decimal("87.01"), None, 0),
        ("64495", "facility", Decimal("49.49"), None, 0),
        ("64499", "nonfacility", None, Decimal("87.01"), 0),
        ("64499", "facility", None, Decimal("49.49"), 0),
    ]


def test_a_new_release_is_compared_with_the_one_before_it_in_time(database):
    put(database, quarter("D"), "rvu25d.zip")
    put(database, quarter("A"), "rvu25a.zip")
    put(database, quarter("C", values=repriced("64493", "3.74", "5.42")), "rvu25c.zip")
    assert changes(database, "RVU25A") is None
    assert (changes(database, "RVU25C").against, changes(database, "RVU25C").changed) == (
        "RVU25A",
        109,
    )
    assert (changes(database, "RVU25D").against, changes(database, "RVU25D").changed) == (
        "RVU25C",
        109,
    )


def test_the_revisions_of_a_database_by_their_hashes(database):
    assert read_revisions(database) == {}
    first, second = (
        from_zip(quarter("D"), "rvu25d.zip"),
        from_zip(quarter("D", values=repriced("64493", "3.74", "5.42")), "rvu25d.zip"),
    )
    load(database, first)
    assert read_revisions(database)["RVU25D"].superseded == frozenset()
    load(database, second)
    revisions = read_revisions(database)["RVU25D"]
    assert (revisions.current, revisions.superseded) == (second.sha256, frozenset([first.sha256]))
    assert [day.isoformat() for day in revisions.effective] == ["2025-10-01", "2025-12-31"]


def test_real_quarters_against_a_full_comparison(of_releases):
    """Every payment of RVU25A and RVU25B, compared one by one."""
    database = of_releases("rvu25a", "rvu25b")
    found = changes(database, "RVU25B")
    connection = open_for_reading(database)
    query = (
        "SELECT hcpcs, modifier, mac, locality, nonfacility_amount, facility_amount FROM "
        "rate_cents WHERE release = ? AND mac <> '00000'"
    )
    paid = {row[:4]: row[4:] for row in connection.execute(query, ("RVU25A",))}
    compared = changed = 0
    for row in connection.execute(query, ("RVU25B",)):
        for was, now in zip(paid.get(row[:4], (None, None)), row[4:], strict=True):
            if was is not None and now is not None:
                compared += 1
                changed += was != now
    assert (found.compared, found.changed) == (compared, changed)
    codes = {
        label: {
            code
            for (code,) in connection.execute(
                "SELECT DISTINCT hcpcs FROM rate_cents WHERE release = ? AND mac = '00000'",
                (label,),
            )
        }
        for label in ("RVU25A", "RVU25B")
    }
    assert set(found.added) == codes["RVU25B"] - codes["RVU25A"]
    assert set(found.deleted) == codes["RVU25A"] - codes["RVU25B"]


def test_a_real_year_against_published_amounts(of_releases):
    """64493 nationally.

    172.08 and 88.31 in 2025, 190.39 and 81.50 in 2026, as CMS's numbers give.
    """
    watched = changes(of_releases("rvu25d", "rvu26c"), "RVU26C", watch=["64493"]).watched
    assert [
        (change.basis, change.setting, str(change.before), str(change.after)) for change in watched
    ] == [
        ("nonqp", "nonfacility", "172.08", "190.39"),
        ("nonqp", "facility", "88.31", "81.50"),
    ]
