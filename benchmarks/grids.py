"""What is measured of many rates at once: exports, `rates` of all codes of a state, verifications.

The floors are DuckDB's own: it reads the tables of the release before, and has no order to keep.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pairs import compare, process, seconds

from feesync import export, verify
from feesync.store import columnar
from feesync.store.source import Source
from feesync.writers.grid import DECIMALS, KEY

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_RELEASE, _STATE, _RUNS = "RVU25D", "CA", 3
_RECORDS = 1_000_000
_REST = '" ","0","A","2","0000000.00","0000000.00","9","0000000.00","0000000.00"'
_FIELDS = ["year", "mac", "locality", "hcpcs", "modifier", "nonfacility_fee", "facility_fee"]
_CENTS = "CAST(replace(p.{0}, '.', '') AS INTEGER) = r.{0}"
_EQUAL = " + ".join(f"({_CENTS.format(name)})::INTEGER" for name in _FIELDS[-2:])
_JOIN = f"""
SELECT count(*), sum({_EQUAL})
FROM read_csv(?, header = false, all_varchar = true, quote = '"', delim = ',', names = ?) AS p
JOIN revision_rate_cents AS r
    ON r.mac = p.mac AND r.locality = p.locality AND r.hcpcs = p.hcpcs
    AND r.modifier = trim(p.modifier)
WHERE r.basis = 'nonqp'
"""


@contextmanager
def _duckdb(database: Path) -> Iterator[DuckDBPyConnection]:
    source = Source(sqlite3.connect(database), embedded=False)
    release = next(release for release in source.releases if release.label == _RELEASE)
    with columnar.open_duckdb() as connection:
        columnar.give_releases(connection, [(source, release)])
        yield connection


def measure_export(_: Path, scratch: Path, database: Path) -> None:
    """export() of a release against DuckDB's COPY of the same columns."""
    cells = [
        f"CAST({name} * {10 ** -DECIMALS[name]:f} AS DECIMAL(12, {DECIMALS[name]})) AS {name}"
        if name in DECIMALS
        else name
        for name in (*KEY, *DECIMALS)
    ]
    query = (
        f"SELECT {', '.join(cells)}, '2025-10-01' AS date, '2025-10-01' AS effective_from, "
        "'2025-12-31' AS effective_to, false AS stand_in, '' AS checks_set_aside "
        "FROM revision_rate_cents WHERE basis = 'nonqp'"
    )
    with _duckdb(database) as connection:
        for ending in ("csv", "parquet"):
            output = scratch / f"export.{ending}"
            copy = f"COPY ({query}) TO '{scratch / f'floor.{ending}'}'"
            ours = partial(export, release=_RELEASE, output=output, force=True, db=database)
            compare(
                f"export of a release to {ending} / DuckDB's COPY of the same",
                partial(seconds, partial(connection.execute, copy)),
                partial(seconds, ours),
                under=3,
                unit="ms",
                runs=_RUNS,
            )


def measure_rates(_: Path, __: Path, database: Path) -> None:
    """`feesync rates` of all codes of a state against `feesync export` of the same."""
    ranges: dict[str, list[str]] = {}
    query = (
        "SELECT DISTINCT hcpcs FROM relative_value JOIN release USING (release_id) WHERE label = ?"
    )
    for (code,) in sqlite3.connect(database).execute(query, (_RELEASE,)):
        ranges.setdefault(re.sub("[0-9]", "0", code), []).append(code)
    codes = [f"{own[0]}-{own[-1]}" if own[1:] else own[0] for own in ranges.values()]
    line = (*codes, "--state", _STATE, "--date", "2025-11-03", "--db", str(database))
    feesync = (sys.executable, "-m", "feesync")

    def run(*command: str) -> float:
        return process(*feesync, *command, *line)[0]

    for form in ("--csv", "--json"):
        compare(
            f"rates {form} of all codes of a state / export of the same",
            partial(run, "export"),
            partial(run, "rates", form),
            under=2,
            unit="ms",
            runs=_RUNS,
        )


def measure_verify(_: Path, scratch: Path, database: Path) -> None:
    """verify() of a million records against DuckDB's join of them with the rates."""
    path = scratch / "PFALL25D.txt"
    with _duckdb(database) as connection:
        write_payments(connection, path)
        names = [*_FIELDS, *(f"field_{number}" for number in range(9))]

        def join() -> None:
            rows = connection.execute(_JOIN, [str(path), names]).fetchall()
            assert rows == [(_RECORDS, 2 * _RECORDS)]

        def own() -> None:
            assert verify([path], db=database).equal == 2 * _RECORDS

        compare(
            "verify() of a million records / DuckDB's join of them",
            lambda: seconds(join),
            lambda: seconds(own),
            under=3,
            unit="ms",
            runs=_RUNS,
        )


def write_payments(connection: DuckDBPyConnection, path: Path) -> None:
    """Write a payment file of the release's own fees, in CMS's layout, without the trailer."""
    rows = connection.execute(
        "SELECT mac, locality, hcpcs, modifier, nonfacility_fee, facility_fee "
        "FROM revision_rate_cents WHERE basis = 'nonqp' AND mac <> '00000' "
        f"ORDER BY mac, locality, hcpcs, modifier LIMIT {_RECORDS}"
    ).fetchall()
    with path.open("w") as file:
        for mac, locality, hcpcs, modifier, *fees in rows:
            amounts = ",".join(f'"{fee // 100:07d}.{fee % 100:02d}"' for fee in fees)
            file.write(f'"2025","{mac}","{locality}","{hcpcs}","{modifier:2}",{amounts},{_REST}\n')


GRIDS = {"export": measure_export, "rates": measure_rates, "verify": measure_verify}
