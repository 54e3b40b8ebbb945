"""Measure `feesync reprice`: lines a second, peak memory, and its ratio to a floor.

    python benchmarks/reprice.py --db DATABASE [--mix NAME ...] [--lines N ...] [--form csv|parquet]
                                 [--runs N] [--scratch FOLDER] [--spark MASTER]
                                 [-- OPTIONS OF feesync reprice]

DATABASE has RVU25A to RVU25D. Claims are invented (claims.py) and kept in FOLDER for the next time.
The floor reads the same claims, joins them once with prices that are known, and writes them to
Parquet as feesync does (floor_reprice.py). Both run in turn as processes of their own; times are
by the clock, as both use all cores, and the figure is the median of the ratios of the pairs.
Memory is the most that a process and those below it held together.

With `--spark local[2]`, say, feesync reprices with Spark, and the floor is feesync with DuckDB.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import claims

HERE = Path(__file__).parent
FEESYNC = str(Path(sys.executable).with_name("feesync"))
_SIZES = (10_000, 100_000, 1_000_000)
_BOUNDS = {"national": 4.0, "correlated": 4.0, "practice": 2.0}
_MOST_MEMORY = 1_500
_PAGES_PER_MIB = 2**20 / os.sysconf("SC_PAGE_SIZE")
_PAUSE = 0.05
_ROW = "{:<28}{:>9}{:>9}{:>7}{:>11}{:>9}{:>9}   {}"


def run(*command: str) -> tuple[float, float]:
    """Run a command; return (seconds, most MiB of it and the processes below it together)."""
    with tempfile.TemporaryFile() as errors:
        started, most = time.perf_counter(), 0.0
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        while child.poll() is None:
            most = max(most, memory(child.pid))
            time.sleep(_PAUSE)
        spent = time.perf_counter() - started
        if child.returncode:
            errors.seek(0)
            message = errors.read().decode(errors="replace")
            raise SystemExit(f"{command} exited {child.returncode}: {message}")
    return spent, most


def memory(root: int) -> float:
    """Return the resident memory in MiB of a process and all below it; 0 where it has ended."""
    pages, below = 0, [root]
    while below:
        process = Path(f"/proc/{below.pop()}")
        try:
            pages += int((process / "statm").read_text().split()[1])
            for task in (process / "task").iterdir():
                below += map(int, (task / "children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return pages / _PAGES_PER_MIB


def measure(database: Path, scratch: Path, mix: str, lines: int, form: str, *, runs: int,
            spark: str | None, options: list[str]) -> None:  # fmt: skip
    """Measure one file of claims, and print a line."""
    name = f"{mix}-{lines}"
    source, prices = scratch / f"{name}.{form}", scratch / f"{name}-prices.parquet"
    out, floor_out = scratch / "repriced.parquet", scratch / "joined.parquet"
    if not source.exists():
        claims.write(database, source, mix, lines)
    ours: tuple[str, ...] = (
        FEESYNC,
        "--db",
        str(database),
        "reprice",
        str(source),
        "-o",
        str(out),
        "--force",
        *options,
    )
    floor = (sys.executable, str(HERE / "floor_reprice.py"))
    run(*ours)
    if not prices.exists():
        run(*floor, "known", str(source), str(out), str(prices))
    join: tuple[str, ...] = (*floor, "join", str(source), str(prices), str(floor_out))
    run(*join)
    if spark:
        folder = str(scratch / "spark.parquet")
        in_spark = [folder if word == str(out) else word for word in ours]
        join, ours = ours, (*in_spark, "--engine", "spark", "--master", spark)
    pairs = [(run(*join), run(*ours)) for _ in range(runs)]
    shutil.rmtree(scratch / "spark.parquet", ignore_errors=True)
    out.unlink()
    floor_out.unlink()
    ratio = statistics.median(own[0] / least[0] for least, own in pairs)
    least, own = (statistics.median(each[0] for each in side) for side in zip(*pairs, strict=True))
    most = max(peak for _, (_, peak) in pairs)
    bound = _BOUNDS[mix]
    verdict = f"{'under' if ratio < bound else 'NOT under'} {bound:g}"
    if spark:
        verdict = "to DuckDB"
    elif most >= _MOST_MEMORY:
        verdict += f", NOT under {_MOST_MEMORY} MiB"
    what = f"{mix}, {lines:,}, {form}"
    per_second = f"{lines / own:,.0f}"
    print(
        _ROW.format(
            what, f"{least:.2f}", f"{own:.2f}", "s", per_second, f"{most:.0f}", f"{ratio:.2f}",
            verdict,
        ),
        flush=True,
    )  # fmt: skip


def main() -> None:
    """Measure what the command line asks for, and print a table."""
    parser = argparse.ArgumentParser(description="Measure `feesync reprice` as ratios to a floor.")
    parser.add_argument("--db", type=Path, required=True, help="a database with RVU25A to RVU25D")
    parser.add_argument("--mix", nargs="+", choices=[*claims.MIXES], default=[*claims.MIXES])
    parser.add_argument("--lines", nargs="+", type=int, default=_SIZES)
    parser.add_argument("--form", choices=["csv", "parquet"], default="csv")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--scratch", type=Path, help="where claims are kept for the next time")
    parser.add_argument("--spark", metavar="MASTER", help="reprice with Spark, beside DuckDB")
    parser.add_argument("options", nargs="*", help="after --, given to feesync reprice")
    given = parser.parse_args()
    print(_ROW.format("claims", "floor", "feesync", "", "lines/s", "MiB", "ratio", ""), flush=True)
    with tempfile.TemporaryDirectory() as own:
        scratch = given.scratch or Path(own)
        for mix in given.mix:
            for lines in given.lines:
                measure(
                    given.db, scratch, mix, lines, given.form, runs=given.runs,
                    spark=given.spark, options=given.options,
                )  # fmt: skip


if __name__ == "__main__":
    main()
