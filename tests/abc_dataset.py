"""A dataset that CMS does not have: `ABC2026.csv`, code and amount, as a stranger would add it."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

from feesync.cms.site import Site
from feesync.datasets.dataset import Advance, Dataset
from feesync.datasets.editions import Editions
from feesync.datasets.report import LoadOptions, LoadReport
from feesync.errors import ContentRefusedError
from feesync.store import checksums
from feesync.store.transaction import writing

MIGRATION = """
CREATE TABLE abc (
    edition_id INTEGER NOT NULL REFERENCES edition (edition_id),
    hcpcs      TEXT NOT NULL,
    amount     INTEGER NOT NULL,
    PRIMARY KEY (edition_id, hcpcs)
) STRICT, WITHOUT ROWID;
"""
EDITIONS = Editions("abc")


def parse(data: bytes, name: str) -> list[tuple[str, int]]:
    """Return code and amount in cents of each row."""
    rows = list(csv.reader(io.StringIO(data.decode("ascii", "replace"))))
    if not rows or rows[0] != ["code", "amount"]:
        raise ContentRefusedError("does not begin with code,amount", file=name, line=1)
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != 2 or len(row[0]) != 5 or not row[1].replace(".", "", 1).isdigit():
            raise ContentRefusedError("is no code and amount", file=name, line=line)
    return [(code, int(amount.replace(".", ""))) for code, amount in rows[1:]]


class Abc(Dataset):
    """ABC2026.csv."""

    name = "abc"
    download = "ABC"
    key = "abc_files"
    title = "the ABC file"
    files = "ABC*.csv"

    def page(self, site: Site) -> str:
        return site.fee_schedules

    def is_link(self, address: str) -> bool:
        return address.rpartition("/")[2].startswith("ABC")

    def check_download(self, path: Path, name: str) -> None:
        parse(path.read_bytes(), name)

    def has_loose(self, path: Path) -> bool:
        return path.name.startswith("ABC")

    def load_loose(
        self, database: Path, files: Mapping[str, bytes], options: LoadOptions, progress: Advance
    ) -> list[LoadReport]:
        ((name, data),) = files.items()
        label, sha256, rows = (
            f"ABC {name[3:7]}",
            hashlib.sha256(data).hexdigest(),
            parse(data, name),
        )
        with writing(database) as connection:
            checksums.check_shared(connection)
            known = EDITIONS.find(connection, label, sha256)
            if known:
                outcome = EDITIONS.meet(connection, label, known, force=options.force)
                return [LoadReport(label, name, outcome)]
            days = (f"{name[3:7]}-01-01", f"{name[3:7]}-12-31")
            number, outcome = EDITIONS.add(connection, label, sha256, name, days, len(rows))
            connection.executemany(
                "INSERT INTO abc VALUES (?, ?, ?)", ((number, *row) for row in rows)
            )
            checksums.seal_edition(connection, number, ["abc"])
            checksums.seal_shared(connection)
        return [LoadReport(label, name, outcome, {label: len(rows)})]
