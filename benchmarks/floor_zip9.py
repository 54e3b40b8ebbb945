"""The floor of importing ZIP9.

Read the lines of the text, cut out the fields, and insert them with executemany, unchecked.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path


def main(text_path: str, database: str) -> None:
    """Insert the fields that feesync keeps into an untyped table."""
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE t (zip, plus4, mac, locality, state, plus_four)")
    with Path(text_path).open(encoding="latin-1") as lines:
        rows = (
            (line[2:7], line[21:25], line[7:12], line[12:14], line[:2], line[20]) for line in lines
        )
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
