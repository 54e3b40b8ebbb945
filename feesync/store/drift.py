"""Is a release plausible beside what is known? Its conversion factor, localities, codes and numbers.

A file whose rows all add up can still be the wrong file, or an invented or damaged one. It is compared with the nearest loaded
year, or with the embedded snapshot where nothing is loaded. From one year to the next CMS has never changed more than a few
localities of some 110, but for 2017, when California went from 9 localities to 32; never a fifth of the codes; and never halved
or doubled a kind of RVU altogether.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Set
from datetime import date
from typing import NamedTuple

from feesync.errors import ContentRefusedError
from feesync.formats.release import ParsedRelease
from feesync.labels import catalogue, effective_dates, label_year
from feesync.money import decimal

MOST_LOCALITIES = 10
MOST_CODES = 20
"""Percent of the localities, and of the codes, that may be new or gone."""

_REORGANISED = 2017
"""The year of California's new localities: those of the years before are not compared with those since."""

MOST_PE_GPCI = 250
"""Thousandths by which the PE GPCI of a locality may move from one release to the next; of at most a tenth of them by more."""

_KINDS = ("work_rvu", "nonfacility_pe_rvu", "facility_pe_rvu", "mp_rvu")
_CODES = "SELECT DISTINCT hcpcs FROM relative_value WHERE release_id = ?"
_PRICED_CODES = (
    "SELECT hcpcs, modifier FROM rate_cents "
    "WHERE release_id = ? AND basis = 'nonqp' AND mac = '00000' AND locality = '00' AND priced"
)
_VALUES = "SELECT hcpcs, modifier, work_rvu, nonfacility_pe_rvu, facility_pe_rvu, mp_rvu FROM relative_value WHERE release_id = ?"
_NOT_BELIEVED = "is not believed without --allow-change"


class _Known(NamedTuple):
    """The release to compare with: where it is, and how errors call it."""

    connection: sqlite3.Connection
    release_id: int
    year: int
    name: str
    complete: bool


def check(connection: sqlite3.Connection, release: ParsedRelease, open_snapshot: Callable[[], sqlite3.Connection]) -> None:
    """Compare a parsed release with what is known.

    Raises:
        ContentRefusedError: it differs more than is believed.
    """
    _check_factors(release)
    known = _nearest(connection, release.label, complete=True) or _nearest(open_snapshot(), release.label, complete=False)
    if known:
        _check_localities(known, release)
        _check_codes(known, release)
        _check_sizes(known, release)


def _check_factors(release: ParsedRelease) -> None:
    entry = catalogue().get(release.label)
    if entry is None:
        return
    for basis, factor in (("nonqp", entry.conversion_factor), ("qp", entry.qp_conversion_factor)):
        file = release.relative_values.get(basis)
        if file and factor and file.conversion_factor != factor:
            raise ContentRefusedError(
                f"has conversion factor {decimal(file.conversion_factor, 4)}, that of {release.label} is {decimal(factor, 4)}; "
                f"another {_NOT_BELIEVED}",
                file=file.name,
            )


def _nearest(connection: sqlite3.Connection, label: str, *, complete: bool) -> _Known | None:
    dates = effective_dates(label)
    first = dates[0] if dates else date(label_year(label), 1, 1)
    row = connection.execute(
        "SELECT release_id, year, label FROM release WHERE superseded_by IS NULL "
        "ORDER BY abs(year - ?), abs(julianday(effective_from) - julianday(?)), release_id LIMIT 1",
        (label_year(label), first.isoformat()),
    ).fetchone()
    if row is None:
        return None
    release_id, year, found = row
    return _Known(connection, release_id, year, found if complete else f"{found} of the embedded snapshot", complete)


def _check_localities(known: _Known, release: ParsedRelease) -> None:
    rows = known.connection.execute(
        "SELECT mac, locality, pe_gpci FROM locality WHERE release_id = ? AND mac <> '00000'", (known.release_id,)
    )
    before = {(mac, locality): pe_gpci for mac, locality, pe_gpci in rows}
    found = {(row.mac, row.locality): row.pe_gpci for row in release.gpci.rows}
    file = release.gpci.name
    if (known.year < _REORGANISED) == (label_year(release.label) < _REORGANISED):
        _compare(before.keys(), found.keys(), MOST_LOCALITIES, "localities", known.name, file)
    moved = [key for key in before.keys() & found.keys() if abs(before[key] - found[key]) > MOST_PE_GPCI]
    if len(moved) * 100 > MOST_LOCALITIES * len(before):
        raise ContentRefusedError(
            f"the PE GPCI of {len(moved)} localities differs from that of {known.name} by more than {decimal(MOST_PE_GPCI, 3)}; "
            f"so many {_NOT_BELIEVED}",
            file=file,
        )


def _check_codes(known: _Known, release: ParsedRelease) -> None:
    """Compare the codes, and those that have a price; the snapshot's few codes must be there, others are not new because of it."""
    file = release.relative_values["nonqp"]
    codes = {(row.hcpcs,) for row in file.rows}
    priced = {(row.hcpcs, row.modifier) for row in file.rows if row.is_priced}
    for what, found, query in (("codes", codes, _CODES), ("priced codes", priced, _PRICED_CODES)):
        before = set(known.connection.execute(query, (known.release_id,)).fetchall())
        _compare(before, found if known.complete else found & before, MOST_CODES, what, known.name, file.name)


def _check_sizes(known: _Known, release: ParsedRelease) -> None:
    """Compare the sums of each kind of RVU over the rows that both have: a swapped column shows here."""
    file = release.relative_values["nonqp"]
    rows = known.connection.execute(_VALUES, (known.release_id,))
    before = {(hcpcs, modifier): values for hcpcs, modifier, *values in rows}
    totals = [[0, 0] for _ in _KINDS]
    for row in file.rows:
        values = before.get((row.hcpcs, row.modifier))
        if values:
            for total, old, kind in zip(totals, values, _KINDS, strict=True):
                total[0] += old
                total[1] += getattr(row, kind)
    for kind, (old, new) in zip(_KINDS, totals, strict=True):
        if new > 2 * old or old > 2 * new:
            raise ContentRefusedError(
                f"the {kind} of the codes that {known.name} has too sum to {decimal(new, 2)}, there to {decimal(old, 2)}; "
                f"so great a change {_NOT_BELIEVED}",
                file=file.name,
            )


def _compare(known: Set[tuple[str, ...]], found: Set[tuple[str, ...]], most: int, what: str, name: str, file: str) -> None:
    new, gone = found - known, known - found
    if max(len(new), len(gone)) * 100 > most * len(known):
        examples = ", ".join("-".join(filter(None, key)) for key in sorted(new or gone)[:3])
        raise ContentRefusedError(
            f"{len(found)} {what}, of which {len(new)} are new and {len(gone)} gone beside the {len(known)} of {name} "
            f"(such as {examples}); more than {most} % {_NOT_BELIEVED}",
            file=file,
        )
