"""The floor of repricing: claims joined once with prices that are known, and written.

    python benchmarks/floor_reprice.py known CLAIMS REPRICED PRICES
    python benchmarks/floor_reprice.py join CLAIMS PRICES OUT

The first takes the prices from claims that feesync has repriced: one for each code, row modifier
(26, TC), place, quarter and setting. The second is the floor: it reads claims, joins them with
those prices, and writes them with as many columns of answers as feesync, in no order.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

_KEY = """
c.hcpcs AS key_hcpcs, c.locality AS key_locality, quarter(CAST(c.date AS DATE)) AS key_quarter,
CASE WHEN starts_with(c.modifiers, '26') THEN '26' WHEN starts_with(c.modifiers, 'TC') THEN 'TC'
    ELSE '' END AS key_row,
c.pos IN ('11', '12', '10') AS key_office
"""
_NAMES = "key_hcpcs, key_locality, key_quarter, key_row, key_office"
_ANSWERS = (
    "fee", "allowed", "medicare_payment", "sequestration", "patient_responsibility",
    "limiting_charge", "steps", "rank", "release", "mac", "status", "reason",
)  # fmt: skip


def table(path: str) -> str:
    """Return the table function that reads a file as text, or as its types."""
    if path.endswith(".parquet"):
        return f"read_parquet('{path}')"
    return f"read_csv('{path}', all_varchar = true)"


def known(claims: str, repriced: str, prices: str) -> None:
    """Write the price of each key, from the claims as feesync repriced them."""
    answers = ", ".join(f"any_value(r.{name}) AS {name}" for name in _ANSWERS)
    duckdb.execute(
        f"COPY (SELECT {_KEY}, {answers} FROM {table(claims)} c "
        f"JOIN {table(repriced)} r USING (claim_id, line) GROUP BY ALL) TO '{prices}'"
    )


def join(claims: str, prices: str, out: str) -> None:
    """Write claims with the prices that are known of them."""
    connection = duckdb.connect()
    connection.execute(f"SET temp_directory = '{Path(out).parent}'")
    connection.execute("SET preserve_insertion_order = false")
    answers = ", ".join(f"p.{name}" for name in _ANSWERS)
    connection.execute(
        f"COPY (SELECT c.* EXCLUDE ({_NAMES}), {answers} "
        f"FROM (SELECT *, {_KEY} FROM {table(claims)} c) c "
        f"LEFT JOIN read_parquet('{prices}') p USING ({_NAMES})) TO '{out}'"
    )


if __name__ == "__main__":
    {"known": known, "join": join}[sys.argv[1]](*sys.argv[2:])
