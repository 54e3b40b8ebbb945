"""Counts of payments that differ, against recounts from the files' own numbers."""

import csv
import io
from contextlib import closing
from decimal import ROUND_HALF_UP, Decimal

from cms_files import GPCI, VALUES, changed, fixture, quarter, repriced, rvu26d, zip_of

from feesync.changes.counts import PaymentCount, ReleaseBasis, count_payments
from feesync.datasets.rvu.load import load
from feesync.formats.release import from_zip
from feesync.model.rate import Setting
from feesync.store.schema import open_for_reading

D = Decimal


def put(database, data, name="rvu25d.zip", **options):
    load(database, from_zip(data, name), **options)


def count(database, now, before, codes=None):
    with closing(open_for_reading(database)) as connection:
        return count_payments(connection, ReleaseBasis(*now), ReleaseBasis(*before), codes)


def amounts(work, pe, mp, factor):
    """The amount of RVUs in every locality of the fixture."""
    rows = list(csv.reader(io.StringIO(fixture(GPCI).decode("latin-1"))))[3:]
    found = []
    for gpcis in (row[4:7] for row in rows if row[0].strip().isdigit()):
        adjusted = sum(D(rvu) * D(gpci) for rvu, gpci in zip((work, pe, mp), gpcis, strict=True))
        found.append((adjusted * D(factor)).quantize(D("0.01"), ROUND_HALF_UP))
    return found


def differing(before, after):
    return sum(one != other for one, other in zip(before, after, strict=True))


def test_only_an_opps_column_differs(database):
    """The OPPS columns cap 93990-TC, whose own PE is 3.63.

    Another of them is another payment, though its own RVUs stay.
    """
    put(database, quarter("A"), "rvu25a.zip")
    lower = changed(changed(fixture(VALUES), "93990", 28, "3.00", "TC"), "93990", 29, "3.00", "TC")
    put(database, quarter("D", values=lower, caps=None))
    changes = differing(
        amounts("0", "3.26", "0.03", "32.3465"), amounts("0", "3.00", "0.03", "32.3465")
    )
    found = count(database, (2, "nonqp"), (1, "nonqp"))
    assert (found[Setting.NONFACILITY].changed, found[Setting.FACILITY].changed) == (
        changes,
        0,
    )  # it has no facility amount
    assert changes == 109


def test_codes_that_are_counted(database):
    put(database, quarter("A"), "rvu25a.zip")
    put(database, quarter("D", values=repriced("64493", "3.74", "5.42")))
    for codes, changes in ((["64493"], 109), (["64493", "64494"], 109), (["64494"], 0), ([], 0)):
        counts = count(database, (2, "nonqp"), (1, "nonqp"), codes)
        assert counts == {
            Setting.NONFACILITY: PaymentCount(109 * len(codes), changes),
            Setting.FACILITY: PaymentCount(109 * len(codes), 0),
        }  # fmt: skip


def test_each_edition_has_its_own_factor(database):
    """99213 in 2026, under both factors; its RVUs are the same."""
    put(database, zip_of(rvu26d()), "rvu26d.zip", allow_change=True)
    places = [
        amounts(*rvus, factor)
        for rvus in (("1.30", "1.46", "0.09"), ("1.30", "0.33", "0.09"))
        for factor in ("33.4009", "33.5675")
    ]
    found = count(database, (1, "qp"), (1, "nonqp"), ["99213"])
    assert found == {
        Setting.NONFACILITY: PaymentCount(109, differing(*places[:2])),
        Setting.FACILITY: PaymentCount(109, differing(*places[2:])),
    }  # fmt: skip
    assert found[Setting.FACILITY].changed > 100
