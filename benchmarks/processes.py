"""What is measured as whole processes: imports, a cold estimate, a refresh with nothing new."""

from __future__ import annotations

import os
import re
import sys
from functools import partial
from pathlib import Path

from pairs import compare, process, size

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))
from fake_cms import PUBLISHED, FakeCms  # noqa: E402 - the tests' loopback server

FEESYNC = str(Path(sys.executable).with_name("feesync"))
_SYNCED = ("RVU25A", "RVU25B", "RVU25C", "RVU25D")
_STARTS = 25


def load(files: Path, database: Path) -> None:
    """Import the release that the other measurements read, unmeasured."""
    process(FEESYNC, "--db", str(database), "import", str(_release(files)))


def measure_import(files: Path, scratch: Path, _: Path) -> None:
    """Importing a full release against reading and inserting its rows."""
    database, memory = scratch / "imported.db", []

    def floor() -> float:
        (scratch / "floor.db").unlink(missing_ok=True)
        return _floor("floor_import.py", str(_release(files)), str(scratch / "floor.db"))

    def ours() -> float:
        _remove(database)
        spent, peak = process(FEESYNC, "--db", str(database), "import", str(_release(files)))
        memory.append(peak)
        return spent

    what = "import of rvu25d.zip / csv.reader, txt and executemany"
    compare(what, floor, ours, under=2.2, unit="ms")
    size("its peak memory", max(memory), "MiB", under=200)
    size("its database", database.stat().st_size / 1e6, "MB", under=6)


def measure_zip9(files: Path, scratch: Path, _: Path) -> None:
    """Importing 1.08 million rows of ZIP9 against cutting up its lines and inserting them."""
    database, text, memory = scratch / "zip9.db", scratch / "ZIP9_OCT2025.txt", []
    (zip5,) = (files / "zip").glob("ZIP5_*.txt")
    _write_zip9(zip5, text)

    def floor() -> float:
        (scratch / "floor9.db").unlink(missing_ok=True)
        return _floor("floor_zip9.py", str(text), str(scratch / "floor9.db"))

    def ours() -> float:
        _remove(database)
        spent, peak = process(FEESYNC, "--db", str(database), "import", str(text))
        memory.append(peak)
        return spent

    what = "import of ZIP9, 1.08 million rows / lines and executemany"
    compare(what, floor, ours, under=3, unit="ms", runs=5)
    size("its peak memory", max(memory), "MiB", under=200)
    size("its database", database.stat().st_size / 1e6, "MB", under=60)


def _cold(line: tuple[str, ...]) -> float:
    return process(FEESYNC, *line)[0]


def measure_cold(_: Path, scratch: Path, database: Path) -> None:
    """One estimate from a cold process against importing click and sqlite3."""
    none = scratch / "none.db"
    for what, path, place, under in (
        ("database", database, "01112-05", 1.8),
        ("snapshot", none, "01112-05", 1.9),
        ("snapshot, by ZIP", none, "94110", 1.9),
    ):
        os.environ["FEESYNC_DB"] = str(path)
        line = ("estimate", "64493", "--locality", place, "-m", "50", "--date", "2025-11-03")
        compare(
            f"feesync estimate, cold, {what} / import click, sqlite3",
            lambda: process(sys.executable, "-c", "import click, sqlite3")[0],
            partial(_cold, line),
            under=under,
            unit="ms",
            runs=_STARTS,
        )


def measure_sync(files: Path, scratch: Path, _: Path) -> None:
    """A refresh with nothing new against the same requests and each page parsed once."""
    server = FakeCms()
    for label in _SYNCED:
        server.offer(label, (files / f"releases/{label.lower()}.zip").read_bytes())
        link, page = server.releases[label].path, server.releases[label].page
        text = (files / f"pages/{label}").read_text(encoding="utf-8")
        body = re.sub(r'href="/files/zip/[^"]*"', f'href="{link}"', text)
        server.faults[page] = lambda handler, body=body: handler.page(body)
    os.environ |= {"FEESYNC_CMS_URL": server.url, "FEESYNC_CACHE": str(scratch / "cache")}
    database = scratch / "synced.db"
    command = (FEESYNC, "--db", str(database), "sync", "--year", "2025", "--quiet")
    process(*command)
    server.paths()
    process(*command)
    asked, before = server.paths(), database.read_bytes()
    compare(
        f"feesync sync, nothing new ({len(asked)} requests) / the same requests",
        lambda: _floor("floor_sync.py", server.url, PUBLISHED, *asked),
        lambda: process(*command)[0],
        under=1.4,
        unit="ms",
    )
    assert database.read_bytes() == before
    server.stop()


def _floor(script: str, *given: str) -> float:
    return process(sys.executable, str(HERE / script), *given)[0]


def _release(files: Path) -> Path:
    return files / "releases/rvu25d.zip"


def _remove(database: Path) -> None:
    for left in database.parent.glob(f"{database.name}*"):
        left.unlink()


def _write_zip9(zip5: Path, text: Path) -> None:
    """Write a ZIP9 of CMS's size to its record layout: 1,856 ZIP+4s of each ZIP that ZIP5 flags."""
    flagged = [line for line in zip5.read_text(encoding="latin-1").splitlines() if line[20] == "1"]
    with text.open("w", encoding="latin-1", newline="") as out:
        for line in flagged:
            out.writelines(
                f"{line[:15]}     1{plus4:04}      A{'':43}{line[75:]}\r\n"
                for plus4 in range(1, 9_281, 5)
            )


PROCESSES = {
    "import": measure_import,
    "zip9": measure_zip9,
    "cold": measure_cold,
    "sync": measure_sync,
}
