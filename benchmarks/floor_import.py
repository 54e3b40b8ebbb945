"""The floor of an import: read the csv members of a release zip with csv.reader and insert them with executemany, unchecked."""

from __future__ import annotations

import csv
import io
import sqlite3
import sys
import zipfile


def main(zip_path: str, database: str) -> None:
    """Insert the members that feesync reads into untyped tables."""
    connection = sqlite3.connect(database)
    with zipfile.ZipFile(zip_path) as archive:
        for number, name in enumerate(archive.namelist()):
            if not name.endswith(".csv") or name.startswith("ANES"):
                continue
            rows = list(csv.reader(io.StringIO(archive.read(name).decode("latin-1"), newline=None)))
            width = max(map(len, rows))
            connection.execute(f"CREATE TABLE t{number} ({', '.join(f'c{column}' for column in range(width))})")
            full = (row for row in rows if len(row) == width)
            connection.executemany(f"INSERT INTO t{number} VALUES ({', '.join('?' * width)})", full)
    connection.commit()
    connection.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
