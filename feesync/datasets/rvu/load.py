"""Load a parsed release into the database in one transaction, as a whole or not at all.

Inside the transaction it is checked: by itself, against other releases, and CMS's OPPS cap amounts
against the computed rates (datasets.rvu.checks).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from feesync.datasets.editions import Editions, KnownEdition, Outcome
from feesync.datasets.report import LoadReport
from feesync.datasets.rvu.checks import suite
from feesync.errors import ContentRefusedError, Hint, HintKind
from feesync.formats.relative_value import RelativeValue
from feesync.formats.release import ParsedRelease
from feesync.model.label import FIRST_QP_YEAR, label_year
from feesync.model.locality import NATIONAL
from feesync.model.release import ACCEPTED_CHANGE
from feesync.reference.catalogue import catalogue, effective_dates
from feesync.store import checksums
from feesync.store.damage import DamageError
from feesync.store.schema import REFERENCE_FACTOR
from feesync.store.snapshot import open_snapshot
from feesync.store.transaction import writing

RELEASES = Editions("rvu")
_TABLES = (
    "conversion_factor",
    "relative_value",
    "opps_relative_value",
    "locality",
    "locality_counties",
    "source_file",
    "checksum",
)
"""The tables that have rows of a release by its number."""

_VALUE_COLUMNS = tuple(name for name in RelativeValue._fields if not name.startswith("opps_"))
"""The columns of `relative_value`; the fields of the OPPS cap, which are the last, have a table of
their own."""

_INSERT_VALUE = (
    f"INSERT INTO relative_value (release_id, {', '.join(_VALUE_COLUMNS)}) "  # noqa: S608
    f"VALUES ({', '.join('?' * (len(_VALUE_COLUMNS) + 1))})"
)


def load(
    path: Path,
    release: ParsedRelease,
    *,
    dates: tuple[date, date] | None = None,
    allow_change: bool = False,
    without_checks: frozenset[str] = frozenset(),
    force: bool = False,
    progress: Callable[[], object] = lambda: None,
) -> LoadReport:
    """Load a release into the database at a path.

    Args:
        path: the database; created and migrated as needed.
        release: the parsed release.
        dates: first and last day of effect, for a label whose dates feesync does not know.
        allow_change: accept localities, codes, RVUs, GPCIs and policies that differ much from those
            of other releases, and another conversion factor than the catalogue's.
        without_checks: names of checks of the release by itself that may fail
            (`registry.read_checks`); those that do are recorded with the release, and every answer
            from it says so.
        force: make bytes current again that a later revision has superseded.
        progress: called after each part of the work.

    Raises:
        ContentRefusedError: a check failed; the database is unchanged.
        BusyError: another process is writing.
        StoreError: the database cannot be used.
    """
    with writing(path) as connection:
        checksums.check_shared(connection)
        report = _load(connection, release, dates, allow_change, without_checks, force, progress)
        checksums.seal_shared(connection)
        return report


def _load(
    connection: sqlite3.Connection,
    release: ParsedRelease,
    dates: tuple[date, date] | None,
    allow_change: bool,
    without: frozenset[str],
    force: bool,
    progress: Callable[[], object],
) -> LoadReport:
    report = LoadReport(release.label, release.source)
    first, last = _dates(connection, release, dates)
    known = RELEASES.find(connection, release.label, release.sha256)
    if known:
        is_repaired = _repair(connection, release, known.number)
        report.outcome = _again(connection, release.label, known, first, last, force)
        if is_repaired and report.outcome is not Outcome.RESTORED:
            report.outcome = Outcome.REPAIRED
        return report
    if _is_part_of_current(connection, release):
        return report
    for file in release.files:
        report.rows[file.kind] = report.rows.get(file.kind, 0) + file.rows
    report.notes += release.notes + _unknown_counties(release)
    aside = suite.check_release(release, without)
    accepted, news = suite.check_changes(
        connection, release, first, open_snapshot, allow_change=allow_change
    )
    report.warnings += [f"allowed: {reason}" for reason in accepted] + news
    report.outcome = _insert(connection, release, first, last)
    if "qp" not in release.relative_values and label_year(release.label) >= FIRST_QP_YEAR:
        has_qp = any(basis == "qp" for basis, *_ in _factors(release))
        report.notes.append(
            "no QPP file: "
            + ("the qp factor is feesync's reference data" if has_qp else "no qp factor")
        )
    progress()
    notes, amounts_aside = suite.check_amounts(connection, release, without)
    report.notes += notes
    report.warnings += _set_aside(connection, release.label, [*aside, *amounts_aside])
    if accepted:
        _record(connection, release.label, [(ACCEPTED_CHANGE, "; ".join(accepted))])
    unneeded = without - {name for name, _ in [*aside, *amounts_aside]}
    report.notes += [f"check {name} passed, nothing was set aside" for name in sorted(unneeded)]
    progress()
    return report


def _set_aside(
    connection: sqlite3.Connection, label: str, aside: list[suite.SetAside]
) -> list[str]:
    """Record the checks that a release failed and that were set aside, and return them in words."""
    _record(connection, label, aside)
    return [f"check {name} is set aside: {reason}" for name, reason in aside]


def _record(connection: sqlite3.Connection, label: str, found: Iterable[tuple[str, str]]) -> None:
    """Store the names and reasons of what was accepted of the current release of a label."""
    connection.executemany(
        "INSERT INTO check_set_aside SELECT release_id, ?, ? FROM release WHERE label = ? AND "
        "superseded_by IS NULL",
        ((*row, label) for row in found),
    )


def _dates(
    connection: sqlite3.Connection, release: ParsedRelease, given: tuple[date, date] | None
) -> tuple[str, str]:
    """Return the first and last day of effect.

    They are those of the label; where feesync does not know it, those given, else those of an
    earlier revision.
    """
    known = effective_dates(release.label)
    if known and given and known != given:
        raise ContentRefusedError(
            f"{release.label} is in effect from {known[0]} to {known[1]}, not as given",
            file=release.source,
        )
    first_last = known or given
    if first_last is None:
        earlier: tuple[str, str] | None = connection.execute(
            "SELECT effective_from, effective_to FROM release WHERE label = ? ORDER BY release_id "
            "DESC",
            (release.label,),
        ).fetchone()
        if earlier:
            return earlier
        raise ContentRefusedError(
            f"feesync does not know the dates of {release.label}",
            file=release.source,
            hint=Hint(HintKind.GIVE_DATES, release.label),
        )
    if first_last[0].year != label_year(release.label):
        raise ContentRefusedError(
            f"{release.label} is not in effect in {first_last[0].year}", file=release.source
        )
    return first_last[0].isoformat(), first_last[1].isoformat()


def _again(
    connection: sqlite3.Connection,
    label: str,
    known: KnownEdition,
    first: str,
    last: str,
    force: bool,
) -> Outcome:
    """Decide about bytes that were loaded before, and return the outcome.

    Their dates are corrected, they are made current again, or nothing is done.
    """
    outcome = RELEASES.meet(connection, label, known, force=force)
    if outcome is Outcome.SUPERSEDED:
        return outcome
    redated = connection.execute(
        "UPDATE edition SET effective_from = ?, effective_to = ? WHERE edition_id = ? AND "
        "(effective_from, effective_to) <> (?, ?)",
        (first, last, known.number, first, last),
    ).rowcount
    return Outcome.REDATED if redated and outcome is Outcome.UNCHANGED else outcome


def _is_part_of_current(connection: sqlite3.Connection, release: ParsedRelease) -> bool:
    """Tell whether the current revision has all files of a release and more.

    Loose files may be a part of a zip that is loaded.
    """
    current = connection.execute(
        "SELECT f.kind, f.sha256 FROM source_file AS f JOIN release AS r USING (release_id) "
        "WHERE r.label = ? AND r.superseded_by IS NULL",
        (release.label,),
    )
    return {(file.kind, file.sha256) for file in release.files} < set(current)


def _insert(
    connection: sqlite3.Connection, release: ParsedRelease, first: str, last: str
) -> Outcome:
    """Insert the rows of a release, which is current from now on, and return the outcome."""
    release_id, outcome = RELEASES.add(
        connection, release.label, release.sha256, release.source, (first, last)
    )
    _insert_rows(connection, release_id, release)
    return outcome


def _repair(connection: sqlite3.Connection, release: ParsedRelease, release_id: int) -> bool:
    """Load the rows of known bytes anew where the database has others; tell whether it had."""
    try:
        checksums.check_release(connection, release_id, release.label)
    except DamageError:
        for table in _TABLES:
            connection.execute(
                f"DELETE FROM {table} WHERE release_id = ?",  # noqa: S608 - names of this module
                (release_id,),
            )
        _insert_rows(connection, release_id, release)
        return True
    return False


def _insert_rows(connection: sqlite3.Connection, release_id: int, release: ParsedRelease) -> None:
    """Insert the rows of a release, with their checksums."""
    connection.executemany(
        "INSERT INTO source_file VALUES (?, ?, ?, ?, ?)",
        ((release_id, file.name, file.kind, file.sha256, file.rows) for file in release.files),
    )
    opps: list[tuple[object, ...]] = []
    for basis, factor, source, rows in _factors(release):
        connection.execute(
            "INSERT INTO conversion_factor VALUES (?, ?, ?, ?)", (release_id, basis, factor, source)
        )
        opps += (
            (release_id, basis, row.hcpcs, row.modifier, *row.opps) for row in rows if any(row.opps)
        )
    connection.executemany("INSERT INTO opps_relative_value VALUES (?, ?, ?, ?, ?, ?, ?)", opps)
    values = sorted(
        (release_id, *row[: len(_VALUE_COLUMNS)]) for row in release.relative_values["nonqp"].rows
    )
    connection.executemany(_INSERT_VALUE, values)
    connection.executemany(
        "INSERT INTO locality VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _localities(release_id, release)
    )
    if release.counties:
        connection.executemany(
            "INSERT INTO locality_counties VALUES (?, ?, ?, ?, ?, ?)",
            ((release_id, *row) for row in release.counties.rows),
        )
    checksums.seal_release(connection, release_id, values, sorted(opps))


def _unknown_counties(release: ParsedRelease) -> list[str]:
    known = {(row.mac, row.locality) for row in release.gpci.rows}
    rows = release.counties.rows if release.counties else []
    strangers = sum((row.mac, row.locality) not in known for row in rows)
    return (
        [f"{strangers:,} county rows name a locality that the GPCI file lacks"] if strangers else []
    )


def _factors(release: ParsedRelease) -> Iterator[tuple[str, int, str, list[RelativeValue]]]:
    """Yield basis, conversion factor, its source, and the rows whose OPPS columns are by it."""
    nonqp = release.relative_values["nonqp"]
    for basis, file in release.relative_values.items():
        yield basis, file.conversion_factor, file.name, file.rows
    entry = catalogue().get(release.label)
    if "qp" not in release.relative_values and entry and entry.qp_conversion_factor:
        yield "qp", entry.qp_conversion_factor, REFERENCE_FACTOR, nonqp.rows


def _localities(release_id: int, release: ParsedRelease) -> Iterator[tuple[object, ...]]:
    """Yield rows of `locality`, the national one first.

    Where the file has no states (before 2021), they are the snapshot's.
    """
    yield (release_id, *NATIONAL, 1000, 1000, 1000, None, "National")
    states: dict[tuple[str, str], str] = {}
    if any(row.state is None for row in release.gpci.rows):
        known = open_snapshot().execute(
            "SELECT mac, locality, state FROM locality WHERE state IS NOT NULL"
        )
        states = {(mac, locality): state for mac, locality, state in known}
    for row in release.gpci.rows:
        state = row.state or states.get((row.mac, row.locality))
        yield (
            release_id,
            row.mac,
            row.locality,
            row.work_gpci,
            row.pe_gpci,
            row.mp_gpci,
            state,
            row.name,
        )
