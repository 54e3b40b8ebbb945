"""The embedded snapshot: the facet joint codes in every release from 2020 on, and all localities.

It is CSV files of data/snapshot, without descriptors, loaded into a database of the same schema and
views. A wheel has that database in their place (hatch_build.py); in a checkout it is made in memory
once a process, so that it is never older than the files. `data/README.md` describes them, and
`data/build_snapshot.py` makes them from CMS's files. The table of ZIPs is read apart (zip_tables).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING

from feesync.model.label import label_year
from feesync.reference.tables import data_folder, read_table
from feesync.store.schema import REFERENCE_FACTOR, memory_database, open_memory, open_unchanging

if TYPE_CHECKING:
    from pathlib import Path

_SHARES = ("preoperative", "intraoperative", "postoperative")

DATABASE = "snapshot/snapshot.db"
"""The path of a wheel's snapshot in the folder of data files."""


def open_snapshot() -> sqlite3.Connection:
    """Return a connection to the snapshot, that of a wheel, or one in memory."""
    database = f"{data_folder()}/{DATABASE}"
    return open_unchanging(database) if os.path.isfile(database) else _in_memory()


def write_snapshot(path: Path) -> None:
    """Write the snapshot to a new database file.

    Args:
        path: the file, which must not exist.
    """
    with closing(_in_memory()) as connection:
        connection.execute("VACUUM INTO ?", (str(path),))


def _in_memory() -> sqlite3.Connection:
    connection = open_memory()
    connection.deserialize(_of_tables())
    return connection


@cache
def _of_tables() -> bytes:
    """Return the database file that the tables make: bytes, which threads and forks may share."""
    from feesync.reference.catalogue import catalogue  # not where a wheel has the database

    connection = memory_database()
    connection.execute("BEGIN")
    ids: dict[str, int] = {}
    for release_id, row in enumerate(read_table("snapshot/releases.csv"), start=1):
        entry = catalogue()[row["label"]]
        ids[entry.label] = release_id
        connection.execute(
            "INSERT INTO edition (edition_id, label, year, effective_from, effective_to, sha256, "
            "source, dataset) VALUES (?, ?, ?, ?, ?, ?, ?, 'rvu')",
            (
                release_id,
                entry.label,
                label_year(entry.label),
                entry.effective_from.isoformat(),
                entry.effective_to.isoformat(),
                row["sha256"],
                f"embedded snapshot ({row['source']})",
            ),
        )
        connection.execute(
            "INSERT INTO conversion_factor VALUES (?, 'nonqp', ?, ?)",
            (release_id, _integer(row["conversion_factor"]), row["source"]),
        )
        if row["qp_conversion_factor"]:
            factor = _integer(row["qp_conversion_factor"])
            connection.execute(
                "INSERT INTO conversion_factor VALUES (?, 'qp', ?, ?)",
                (release_id, factor, REFERENCE_FACTOR),
            )
    values = read_table("snapshot/relative_values.csv")
    columns = [name for name in values[0] if name != "label"]
    decimals = [name.endswith("_rvu") or name in _SHARES for name in columns]
    connection.executemany(
        f"INSERT INTO relative_value (release_id, {', '.join(columns)}) "  # noqa: S608
        f"VALUES (?{', ?' * len(columns)})",
        (
            (
                ids[row["label"]],
                *(
                    _integer(row[name]) if is_decimal else row[name]
                    for name, is_decimal in zip(columns, decimals, strict=True)
                ),
            )
            for row in values
        ),
    )
    for row in read_table("snapshot/localities.csv"):
        gpcis = (_integer(row["work_gpci"]), _integer(row["pe_gpci"]), _integer(row["mp_gpci"]))
        place = (row["mac"], row["locality"], *gpcis, row["state"] or None, row["name"])
        span = range(ids[row["first_label"]], ids[row["last_label"]] + 1)
        connection.executemany(
            "INSERT INTO locality VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(release_id, *place) for release_id in span],
        )
    connection.executemany(
        "INSERT INTO locality_counties VALUES (?, ?, ?, ?, ?, ?)",
        (
            (
                ids[row["label"]],
                row["mac"],
                row["locality"],
                row["state_name"],
                row["area"],
                row["counties"],
            )
            for row in read_table("snapshot/counties.csv")
        ),
    )
    connection.execute("COMMIT")
    with closing(connection):
        return connection.serialize()


def _integer(decimal: str) -> int:
    """Return a decimal with all its places (RVU 1.52, GPCI 1.000) as an integer."""
    return int(decimal.replace(".", ""))
