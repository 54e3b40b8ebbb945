"""What is measured as calls in a process: estimates, claims, comparisons, checksums, the view."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

from pairs import compare, seconds

from feesync import compare as compare_places
from feesync import estimate, estimate_claim, open_schedule
from feesync.model.rate import Rate
from feesync.store import checksums

_LINES = 20_000
_CLAIM = 3
_DAY = "2025-11-03"
_COMPARISONS = 20
_SELECT = (
    f"SELECT {', '.join(Rate._fields)} FROM rate_cents WHERE release_id = 1 AND basis = 'nonqp' "
    "AND hcpcs = ? AND modifier = ? AND mac = ? AND locality = ?"
)
_KEYS = (
    "SELECT hcpcs, modifier, mac, locality FROM rate WHERE basis = 'nonqp' "
    "AND status IN ('A', 'R', 'T')"
)

Key = tuple[str, str, str, str]


def measure_estimate(_: Path, __: Path, database: Path) -> None:
    """estimate() over distinct lines, and the same again, against a SELECT of what it reads."""
    connection = sqlite3.connect(database)
    keys = random.Random(64493).sample(connection.execute(_KEYS).fetchall(), _LINES)
    lines = [(hcpcs, f"{mac}-{locality}", _row(row)) for hcpcs, row, mac, locality in keys]
    schedule = open_schedule(database)

    def work() -> None:
        for hcpcs, place, modifiers in lines:
            estimate(hcpcs, locality=place, modifiers=modifiers, date=_DAY, db=database)

    def distinct() -> float:
        schedule.answers.clear()
        return seconds(work)

    def floor() -> float:
        return _selects(connection, keys)

    what = "estimate(), warm, distinct lines / one indexed SELECT"
    compare(what, floor, distinct, under=2.2, unit="us", each=_LINES)
    compare("  the same lines again", floor, lambda: seconds(work), under=1, unit="us", each=_LINES)


def measure_claim(_: Path, __: Path, database: Path) -> None:
    """estimate_claim(), a line of claims of three lines, against one SELECT of its columns."""
    connection = sqlite3.connect(database)
    by_place: dict[tuple[str, str], list[Key]] = {}
    for key in random.Random(64494).sample(connection.execute(_KEYS).fetchall(), _LINES):
        by_place.setdefault(key[2:], []).append(key)
    claims = [
        (f"{mac}-{locality}", keys[at : at + _CLAIM])
        for (mac, locality), keys in by_place.items()
        for at in range(0, len(keys) - _CLAIM + 1, _CLAIM)
    ]
    keys = [key for _, lines in claims for key in lines]
    given = [
        (place, [{"hcpcs": hcpcs, "modifiers": _row(row)} for hcpcs, row, _, _ in lines])
        for place, lines in claims
    ]

    def work() -> None:
        for place, lines in given:
            estimate_claim(lines, locality=place, date=_DAY, db=database)

    compare(
        "estimate_claim(), warm, a line of three / one indexed SELECT",
        lambda: _selects(connection, keys),
        lambda: seconds(work),
        under=2.5,
        unit="us",
        each=len(keys),
    )


def measure_compare(_: Path, __: Path, database: Path) -> None:
    """Comparing a line in all localities against reading its rows there."""
    schedule = open_schedule(database)

    def rows() -> None:
        for _ in range(_COMPARISONS):
            schedule.rates("64493", (), (), _DAY)

    def places() -> None:
        for _ in range(_COMPARISONS):
            compare_places("64493", modifiers=["50"], date=_DAY, db=database)

    compare(
        "compare() in all localities / rates() of them",
        lambda: seconds(rows),
        lambda: seconds(places),
        under=2,
        unit="ms",
        each=_COMPARISONS,
    )


def measure_checksums(_: Path, __: Path, database: Path) -> None:
    """Comparing the rows of a code, and of a release, with their checksums against reading them."""
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT DISTINCT hcpcs FROM relative_value").fetchall()
    codes = random.Random(64493).sample([code for (code,) in rows], _LINES // 4)
    select = "SELECT * FROM relative_value WHERE release_id = 1 AND hcpcs = ?"
    tables = (
        "relative_value",
        "opps_relative_value",
        "locality",
        "locality_counties",
        "source_file",
    )

    def read_codes() -> None:
        for code in codes:
            connection.execute(select, (code,)).fetchall()

    def check_codes() -> None:
        for code in codes:
            checksums.check_code(connection, 1, "RVU25D", code)

    def read_all() -> None:
        for table in tables:
            connection.execute(f"SELECT * FROM {table} WHERE release_id = 1").fetchall()

    def check_all() -> None:
        assert not list(checksums.damages(connection))

    compare(
        "a code against its checksum / reading its rows",
        lambda: seconds(read_codes),
        lambda: seconds(check_codes),
        under=4,
        unit="us",
        each=len(codes),
    )
    compare(
        "a release against its checksums / reading its rows",
        lambda: seconds(read_all),
        lambda: seconds(check_all),
        under=4,
        unit="ms",
    )


def measure_view(_: Path, __: Path, database: Path) -> None:
    """Both fee columns of every priced row against the same join reading plain columns."""
    connection = sqlite3.connect(database)
    plain = (
        "SELECT v.nonfacility_pe_rvu, v.facility_pe_rvu FROM release r "
        "JOIN conversion_factor f USING (release_id) JOIN relative_value v USING (release_id) "
        "JOIN locality l USING (release_id) WHERE r.superseded_by IS NULL "
        "AND r.label = 'RVU25D' AND f.basis = 'nonqp' AND v.status IN ('A', 'R', 'T')"
    )
    view = (
        "SELECT nonfacility_fee, facility_fee FROM rate WHERE release = 'RVU25D' "
        "AND basis = 'nonqp' AND status IN ('A', 'R', 'T')"
    )

    def read(query: str) -> None:
        assert sum(1 for _ in connection.execute(query)) == 1_109_570

    compare(
        "fees of 1.1 million rows / the join's plain columns",
        lambda: seconds(lambda: read(plain)),
        lambda: seconds(lambda: read(view)),
        under=2,
        unit="ms",
        runs=5,
    )


def _row(modifier: str) -> tuple[str, ...]:
    return (modifier,) if modifier else ()


def _selects(connection: sqlite3.Connection, keys: list[Key]) -> float:
    def work() -> None:
        for key in keys:
            connection.execute(_SELECT, key).fetchone()

    return seconds(work)


CALLS = {
    "estimate": measure_estimate,
    "claim": measure_claim,
    "compare": measure_compare,
    "checksums": measure_checksums,
    "view": measure_view,
}
