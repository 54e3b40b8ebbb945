"""Measure feesync as ratios to floors taken in the same run.

Machines differ and are noisy, ratios hold.

    FEESYNC_CMS_FILES=FOLDER python benchmarks/measure.py

FOLDER holds CMS's `releases/rvu25a.zip` to `rvu25d.zip`, `pages/RVU25A` to `RVU25D` and
`zip/ZIP5_*.txt`. Whole processes are run in turn, floor and feesync, and their medians compared;
what is measured inside a process alternates too.
"""

from __future__ import annotations

import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from feesync import compare, estimate, open_schedule
from feesync.model.rate import Rate
from feesync.store import checksums

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))
from fake_cms import PUBLISHED, FakeCms  # noqa: E402 - the tests' loopback server

SYNCED = ("RVU25A", "RVU25B", "RVU25C", "RVU25D")
RUNS = 9
LINES = 20_000


def process(*command: str) -> tuple[float, int]:
    """Run a command; return (wall seconds, peak memory in KiB)."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command} exited {child.returncode}")
    return time.perf_counter() - started, usage.ru_maxrss


def in_turn(floor: Callable[[], float], ours: Callable[[], float]) -> tuple[float, float]:
    """Return the median of both, run in turn after one warm-up."""
    floor(), ours()
    pairs = [(floor(), ours()) for _ in range(RUNS)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(
        pair[1] for pair in pairs
    )


def report(what: str, floor: float, ours: float, limit: float, unit: str, scale: float) -> None:
    """Print one line of the result."""
    print(
        f"{what:<58}{floor * scale:>10.1f} {unit:<3}{ours * scale:>10.1f} "
        f"{unit:<3}{ours / floor:>7.2f}   under {limit:g}"
    )


def measure_import(zip_path: str, folder: Path) -> Path:
    """Importing a full release against reading and inserting its rows."""
    database, memory = folder / "feesync.db", []

    def floor() -> float:
        (folder / "floor.db").unlink(missing_ok=True)
        return process(
            sys.executable, str(HERE / "floor_import.py"), zip_path, str(folder / "floor.db")
        )[0]

    def ours() -> float:
        database.unlink(missing_ok=True)
        seconds, peak = process(
            sys.executable, "-m", "feesync", "--db", str(database), "import", zip_path
        )
        memory.append(peak)
        return seconds

    report(
        "import of rvu25d.zip / csv.reader, txt and executemany",
        *in_turn(floor, ours),
        2.2,
        "ms",
        1e3,
    )
    print(f"{'  its peak memory':<58}{max(memory) / 1024:>37.0f} MiB   under 200")
    print(f"{'  its database':<58}{database.stat().st_size / 1e6:>37.1f} MB    under 6")
    return database


def measure_start_up(database: Path) -> None:
    """One estimate from a cold process against importing click and sqlite3."""
    none = database.with_name("none.db")
    for what, path, place, limit in (
        ("database", database, "01112-05", 1.8),
        ("snapshot", none, "01112-05", 1.9),
        ("a ZIP", none, "94110", 1.9),
    ):
        os.environ["FEESYNC_DB"] = str(path)
        line = ("estimate", "64493", "--locality", place, "-m", "50", "--date", "2025-11-03")
        times = in_turn(
            lambda: process(sys.executable, "-c", "import click, sqlite3")[0],
            lambda line=line: process(sys.executable, "-m", "feesync", *line)[0],
        )
        report(f"feesync estimate, cold, {what} / import click, sqlite3", *times, limit, "ms", 1e3)


def write_zip9(zip5: Path, text: Path) -> None:
    """Write a ZIP9 of CMS's size to its record layout: 1,856 ZIP+4s of each ZIP that ZIP5 flags."""
    flagged = [line for line in zip5.read_text(encoding="latin-1").splitlines() if line[20] == "1"]
    with text.open("w", encoding="latin-1", newline="") as out:
        for line in flagged:
            out.writelines(
                f"{line[:15]}     1{plus4:04}      A{'':43}{line[75:]}\r\n"
                for plus4 in range(1, 9_281, 5)
            )


def measure_zip9(zip5: Path, folder: Path) -> None:
    """Importing 1.08 million rows of ZIP9 against cutting up its lines and inserting them."""
    text, memory = folder / "ZIP9_OCT2025.txt", []
    write_zip9(zip5, text)

    def floor() -> float:
        (folder / "floor9.db").unlink(missing_ok=True)
        return process(
            sys.executable, str(HERE / "floor_zip9.py"), str(text), str(folder / "floor9.db")
        )[0]

    def ours() -> float:
        for left in folder.glob("zip9.db*"):
            left.unlink()
        seconds, peak = process(
            sys.executable, "-m", "feesync", "--db", str(folder / "zip9.db"), "import", str(text)
        )
        memory.append(peak)
        return seconds

    report(
        "import of ZIP9, 1.08 million rows / lines and executemany",
        *in_turn(floor, ours),
        3,
        "ms",
        1e3,
    )
    print(f"{'  its peak memory':<58}{max(memory) / 1024:>37.0f} MiB   under 200")
    print(
        f"{'  its database':<58}{(folder / 'zip9.db').stat().st_size / 1e6:>37.1f} MB    under 60"
    )


def measure_estimate(database: Path) -> None:
    """estimate() over distinct lines against one indexed SELECT of the columns that it reads."""
    connection = sqlite3.connect(database)
    keys = connection.execute(
        "SELECT hcpcs, modifier, mac, locality FROM rate WHERE basis = 'nonqp' AND status IN ('A', "
        "'R', 'T')"
    ).fetchall()
    keys = random.Random(64493).sample(keys, LINES)
    select = (
        f"SELECT {', '.join(Rate._fields)} FROM rate_cents WHERE release_id = 1 AND basis = "
        "'nonqp' AND hcpcs = ? AND modifier = ? "
        "AND mac = ? AND locality = ?"
    )

    def floor() -> float:
        started = time.perf_counter()
        for key in keys:
            connection.execute(select, key).fetchone()
        return (time.perf_counter() - started) / LINES

    def ours() -> float:
        started = time.perf_counter()
        for hcpcs, modifier, mac, locality in keys:
            modifiers = (modifier,) if modifier else ()
            estimate(
                hcpcs,
                locality=f"{mac}-{locality}",
                modifiers=modifiers,
                date="2025-11-03",
                db=database,
            )
        return (time.perf_counter() - started) / LINES

    times = in_turn(floor, lambda: (open_schedule(database).answers.clear(), ours())[1])
    report("estimate(), warm, distinct lines / one indexed SELECT", *times, 2.2, "us", 1e6)
    report("  the same lines again", *in_turn(floor, ours), 1, "us", 1e6)


def measure_compare(database: Path) -> None:
    """Comparing a line in all localities against reading its rows there."""
    schedule = open_schedule(database)

    def rows() -> float:
        started = time.perf_counter()
        schedule.rates("64493", (), (), "2025-11-03")
        return time.perf_counter() - started

    def ours() -> float:
        started = time.perf_counter()
        compare("64493", modifiers=["50"], date="2025-11-03", db=database)
        return time.perf_counter() - started

    report("compare() in all localities / rates() of them", *in_turn(rows, ours), 2, "ms", 1e3)


def measure_checksums(database: Path) -> None:
    """Checksums of an estimate's rows and of a whole release, against reading the same rows."""
    connection = sqlite3.connect(database)
    (codes,) = zip(
        *connection.execute("SELECT DISTINCT hcpcs FROM relative_value").fetchall(), strict=True
    )
    codes = random.Random(64493).sample(codes, LINES // 4)
    select = "SELECT * FROM relative_value WHERE release_id = 1 AND hcpcs = ?"
    whole = (
        "relative_value",
        "opps_relative_value",
        "locality",
        "locality_counties",
        "source_file",
    )

    def read_codes() -> float:
        started = time.perf_counter()
        for code in codes:
            connection.execute(select, (code,)).fetchall()
        return (time.perf_counter() - started) / len(codes)

    def check_codes() -> float:
        started = time.perf_counter()
        for code in codes:
            checksums.check_code(connection, 1, "RVU25D", code)
        return (time.perf_counter() - started) / len(codes)

    def read_all() -> float:
        started = time.perf_counter()
        for table in whole:
            connection.execute(f"SELECT * FROM {table} WHERE release_id = 1").fetchall()
        return time.perf_counter() - started

    def check_all() -> float:
        started = time.perf_counter()
        assert not list(checksums.damages(connection))
        return time.perf_counter() - started

    report(
        "a code against its checksum / reading its rows",
        *in_turn(read_codes, check_codes),
        4,
        "us",
        1e6,
    )
    report(
        "a release against its checksums / reading its rows",
        *in_turn(read_all, check_all),
        4,
        "ms",
        1e3,
    )


def measure_view(database: Path) -> None:
    """Both fee columns of every priced row against the same join reading plain columns."""
    connection = sqlite3.connect(database)
    plain = (
        "SELECT v.nonfacility_pe_rvu, v.facility_pe_rvu FROM release r JOIN conversion_factor f "
        "USING (release_id) "
        "JOIN relative_value v USING (release_id) JOIN locality l USING (release_id) "
        "WHERE r.superseded_by IS NULL AND r.label = 'RVU25D' AND f.basis = 'nonqp' AND v.status "
        "IN ('A', 'R', 'T')"
    )
    view = (
        "SELECT nonfacility_fee, facility_fee FROM rate WHERE release = 'RVU25D' AND basis = "
        "'nonqp' AND status IN ('A', 'R', 'T')"
    )

    def timed(query: str) -> float:
        started = time.perf_counter()
        rows = sum(1 for _ in connection.execute(query))
        assert rows == 1_109_570
        return time.perf_counter() - started

    report(
        "fees of 1.1 million rows / the join's plain columns",
        *in_turn(lambda: timed(plain), lambda: timed(view)),
        2,
        "ms",
        1e3,
    )


def measure_sync(releases: Path, folder: Path) -> None:
    """A refresh with nothing new, over real pages, against its requests and one parse of them."""
    server = FakeCms()
    pages = {
        label: (releases.parent / f"pages/{label}").read_text(encoding="utf-8") for label in SYNCED
    }
    for label in SYNCED:
        server.offer(label, (releases / f"{label.lower()}.zip").read_bytes())
        link, page = server.releases[label].path, server.releases[label].page
        body = re.sub(r'href="/files/zip/[^"]*"', f'href="{link}"', pages[label])
        server.faults[page] = lambda handler, body=body: handler.page(body)
    os.environ |= {"FEESYNC_CMS_URL": server.url, "FEESYNC_CACHE": str(folder / "cache")}
    database = folder / "synced.db"
    command = (
        sys.executable,
        "-m",
        "feesync",
        "--db",
        str(database),
        "sync",
        "--year",
        "2025",
        "--quiet",
    )
    process(*command)
    server.paths()
    process(*command)
    asked, before = server.paths(), database.read_bytes()
    times = in_turn(
        lambda: process(sys.executable, str(HERE / "floor_sync.py"), server.url, PUBLISHED, *asked)[
            0
        ],
        lambda: process(*command)[0],
    )
    report(
        f"feesync sync, nothing new ({len(asked)} requests) / the same requests",
        *times,
        1.4,
        "ms",
        1e3,
    )
    assert database.read_bytes() == before
    server.stop()


def main() -> None:
    """Measure everything and print a table."""
    folder = os.environ.get("FEESYNC_CMS_FILES")
    if not folder:
        raise SystemExit("FEESYNC_CMS_FILES names no folder of CMS's files")
    print(f"{'':<58}{'floor':>13}{'feesync':>13}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as scratch:
        database = measure_import(str(Path(folder) / "releases/rvu25d.zip"), Path(scratch))
        (zip5,) = (Path(folder) / "zip").glob("ZIP5_*.txt")
        measure_zip9(
            zip5, Path(scratch)
        )  # before this process grows: a child begins with the memory of its parent
        measure_start_up(database)
        measure_estimate(database)
        measure_compare(database)
        measure_checksums(database)
        measure_view(database)
        measure_sync(Path(folder) / "releases", Path(scratch))


if __name__ == "__main__":
    main()
