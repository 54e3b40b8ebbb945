"""The floor of an import.

Read a release zip with the standard library and insert its rows with executemany, unchecked.

Its csv members are read with csv.reader; the txt of the relative values, which an import holds
against the csv, is split by column.
"""

from __future__ import annotations

import csv
import io
import sqlite3
import sys
import zipfile
from operator import itemgetter

COLUMNS = (
    (0, 5), (5, 7), (57, 58), (59, 65), (66, 72), (72, 74), (75, 81), (81, 83), (84, 89),
    (102, 103), (103, 106), (106, 109), (109, 112), (112, 115), (115, 116), (116, 117), (117, 118),
    (118, 119), (119, 120), (127, 132), (132, 140), (141, 143), (145, 147), (151, 157), (158, 164),
    (165, 171),
)  # fmt: skip
"""The columns of a PPRRVU txt that are compared: where each begins and ends."""


def columns_of(text: str) -> list[tuple[str, ...]]:
    """Split the rows of a PPRRVU txt by column."""
    pick = itemgetter(*(slice(*column) for column in COLUMNS))
    return list(
        zip(*(pick(line) for line in text.splitlines() if not line.startswith("HDR")), strict=True)
    )


def main(zip_path: str, database: str) -> None:
    """Insert the members that feesync reads into untyped tables."""
    connection = sqlite3.connect(database)
    with zipfile.ZipFile(zip_path) as archive:
        for number, name in enumerate(archive.namelist()):
            if name.startswith("PPRRVU") and name.endswith(".txt"):
                columns_of(archive.read(name).decode("latin-1"))
            if not name.endswith(".csv") or name.startswith("ANES"):
                continue
            rows = list(csv.reader(io.StringIO(archive.read(name).decode("latin-1"), newline=None)))
            width = max(map(len, rows))
            connection.execute(
                f"CREATE TABLE t{number} ({', '.join(f'c{column}' for column in range(width))})"
            )
            full = (row for row in rows if len(row) == width)
            connection.executemany(f"INSERT INTO t{number} VALUES ({', '.join('?' * width)})", full)
    connection.commit()
    connection.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
