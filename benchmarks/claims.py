"""Files of claims to measure with, invented from a feesync database: the same for the same seed.

    python benchmarks/claims.py OUT [--mix national|correlated|practice] [--lines N] [--seed N]
                                [--db DATABASE]

OUT ends in .csv or .parquet. The database has RVU25A to RVU25D. The mixes:

- national: 1.6 lines a claim, codes of a claim drawn independently (by Zipf's law over all that
  are priced), 109 localities, 365 days, ten places of service, modifiers by indicator, three kinds
  of practitioner, charges. The hard case: hardly a claim is like another.
- correlated: the same, but a claim's codes, modifiers, units and charges are one of 5,000 sets.
- practice: one place and 300 codes.

Numbers come from DuckDB's `hash` of line, purpose and seed, which another version may change.
"""

from __future__ import annotations

import argparse
import sqlite3
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

_HEAD = (
    "99214", "99213", "99232", "99233", "99204", "97110", "99223", "93010", "71046", "99291",
    "99215", "99203", "99285", "97140", "96372", "99212", "90837", "99308", "99231", "92014",
    "93306", "99222", "70450", "99309", "99239", "20610", "66984", "64493", "45380", "43239",
)  # fmt: skip
"""The codes that are drawn most; the others follow in an order that the seed decides."""

_SETS = 5_000
_RELEASE = "RVU25D"
_CODES = """
SELECT v.hcpcs, v.multiple_procedure, v.bilateral, v.assistant_surgeon, v.co_surgeon,
    v.global_days, v.intraoperative, v.pctc,
    CAST(round(100 * coalesce(v.nonfacility_amount, v.facility_amount)) AS INTEGER) AS cents
FROM rate v
WHERE v.release = ? AND v.basis = 'nonqp' AND v.modifier = '' AND v.mac = '00000'
    AND coalesce(v.nonfacility_amount, v.facility_amount) IS NOT NULL
ORDER BY v.hcpcs
"""
_PLACES = """
SELECT DISTINCT mac || '-' || locality AS place FROM rate
WHERE release = ? AND hcpcs = '99213' AND mac <> '00000' ORDER BY place
"""
_MACROS = """
CREATE MACRO part(key, purpose) AS
    (hash(key, purpose, getvariable('seed')) >> 11) / 9007199254740992.0;
CREATE MACRO pick(words, u) AS words[1 + CAST(floor(u * len(words)) AS BIGINT)];
"""
_CLAIMS = """
CREATE TABLE claim AS
SELECT claim, topic, list_sum([CAST(part(topic, 'size') >= share AS INTEGER)
        FOR share IN [0.0, 0.66, 0.84, 0.93, 0.965, 0.985]]) AS size,
    DATE '2025-01-01' + CAST(floor(365 * part(claim, 'day')) AS INTEGER) AS day,
    pick(getvariable('places'), part(claim, 'place')) AS place,
    pick(getvariable('services'), part(claim, 'pos')) AS pos,
    CASE WHEN part(claim, 'who') < 0.85 THEN 'physician'
         WHEN part(claim, 'who') < 0.95 THEN 'np' ELSE 'pa' END AS practitioner
FROM (
    SELECT claim, CASE WHEN getvariable('sets') = 0 THEN claim
        ELSE CAST(floor(exp(part(claim, 'set') * ln(getvariable('sets')))) AS BIGINT)
        END AS topic
    FROM range(1, getvariable('lines') + 1) numbers(claim)
)
"""
_LINES = """
CREATE TABLE numbered AS
SELECT claim, topic, day, place, pos, practitioner,
    unnest(range(1, CAST(size AS BIGINT) + 1)) AS line
FROM claim LIMIT getvariable('lines')
"""
_WORDS = """
SELECT printf('C%09d', claim) AS claim_id, line, day AS date, hcpcs, modifiers,
    place AS locality, pos, units,
    CAST(round(units * cents * CASE WHEN part(key, 'charge') < 0.04 THEN 0.6
        ELSE 1.3 + 2 * part(key, 'more') END) / 100 AS DECIMAL(12, 2)) AS charge,
    practitioner
FROM (
    SELECT *, CASE
        WHEN hcpcs LIKE '992__' THEN CASE WHEN u < 0.1 THEN '25' ELSE '' END
        WHEN multiple_procedure = '5' THEN CASE WHEN u < 0.9 THEN 'GP'
            WHEN u < 0.95 THEN 'CQ,GP' WHEN u < 0.97 THEN 'GP,59' ELSE 'GO' END
        WHEN pctc = '1' AND pos NOT IN ('10', '11', '12') THEN '26'
        WHEN pctc = '1' THEN CASE WHEN u < 0.35 THEN '26' WHEN u < 0.4 THEN 'TC'
            WHEN u < 0.401 THEN 'FX' WHEN u < 0.402 THEN 'FY' WHEN u < 0.42 THEN '26,59'
            ELSE '' END
        WHEN bilateral IN ('1', '3') AND u < 0.25 THEN CASE WHEN u < 0.08 THEN '50'
            WHEN u < 0.16 THEN 'RT' WHEN u < 0.24 THEN 'LT' ELSE 'RT,LT' END
        WHEN assistant_surgeon = '2' AND u < 0.28 THEN
            CASE WHEN practitioner = 'physician' THEN '80' ELSE 'AS' END
        WHEN co_surgeon IN ('1', '2') AND u < 0.29 THEN '62'
        WHEN global_days IN ('010', '090') AND intraoperative > 0 AND u < 0.32 THEN
            CASE WHEN u < 0.3 THEN '54' WHEN u < 0.31 THEN '55' ELSE '78' END
        WHEN multiple_procedure IN ('2', '3') AND u < 0.4 THEN
            CASE WHEN u < 0.36 THEN '51' ELSE '59' END
        WHEN u > 0.999 THEN 'GY'
        ELSE '' END AS modifiers,
        CASE WHEN multiple_procedure = '5' THEN 1 + CAST(floor(4 * part(key, 'units')) AS INTEGER)
            WHEN part(key, 'units') < 0.97 THEN 1 WHEN part(key, 'units') < 0.99 THEN 2 ELSE 3
            END AS units
    FROM (
        SELECT *, topic * 64 + line AS key, part(topic * 64 + line, 'modifier') AS u
        FROM numbered JOIN code ON code.position
            = CAST(floor(exp(part(topic * 64 + line, 'code') * ln(getvariable('codes') + 1)))
                AS BIGINT)
    )
)
ORDER BY claim, line
"""


class Mix(NamedTuple):
    """What claims are drawn from: how many sets of lines (0 for as many as claims), codes, places.

    `services` are the places of service; one that comes more than once is drawn more.
    """

    sets: int
    codes: int | None
    places: int | None
    services: tuple[str, ...]


_SERVICES = (
    "11", "11", "11", "11", "11", "11", "22", "22", "21", "21", "23", "24", "19", "31", "12", "02",
    "10",
)  # fmt: skip
MIXES = {
    "national": Mix(0, None, None, _SERVICES),
    "correlated": Mix(_SETS, None, None, _SERVICES),
    "practice": Mix(0, 300, 1, ("11", "11", "11", "22", "24")),
}


def write(database: Path, out: Path, mix: str, lines: int, seed: int = 64493) -> None:
    """Write claims.

    Args:
        database: feesync's, with the releases of 2025.
        out: a file that ends in .csv or .parquet.
        mix: a name of MIXES.
        lines: how many.
        seed: another gives other claims.
    """
    sets, codes, places, services = MIXES[mix]
    connection = duckdb.connect()
    connection.execute(f"SET temp_directory = '{out.parent}'")
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as source:
        found = source.execute(_CODES, (_RELEASE,))
        columns = [column[0] for column in found.description]
        rows = found.fetchall()
        names = [name for (name,) in source.execute(_PLACES, (_RELEASE,))]
    if not rows:
        raise SystemExit(f"{database} has no {_RELEASE}")
    for name, value in {
        "seed": seed, "lines": lines, "sets": sets, "places": names[:places],
        "services": list(services), "codes": min(codes or len(rows), len(rows)),
    }.items():  # fmt: skip
        connection.execute(f"SET VARIABLE {name} = ?", [value])
    connection.execute(_MACROS)
    connection.register(
        "priced", pa.table(dict(zip(columns, zip(*rows, strict=True), strict=True)))
    )
    connection.execute("SET VARIABLE head = ?", [list(_HEAD)])
    connection.execute(
        "CREATE TABLE code AS SELECT *, row_number() OVER (ORDER BY coalesce("
        "list_position(getvariable('head'), hcpcs), 1000 + part(hcpcs, 'order'))) AS position "
        "FROM priced"
    )
    connection.execute(_CLAIMS)
    connection.execute(_LINES)
    form = "PARQUET" if out.suffix == ".parquet" else "CSV, HEADER"
    connection.execute(f"COPY ({_WORDS}) TO '{out}' (FORMAT {form})")


def main() -> None:
    """Write the file that the command line describes."""
    parser = argparse.ArgumentParser(description="Write a file of invented claims.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--mix", choices=[*MIXES], default="national")
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=64493)
    parser.add_argument("--db", type=Path, required=True)
    given = parser.parse_args()
    write(given.db, given.out, given.mix, given.lines, given.seed)


if __name__ == "__main__":
    main()
