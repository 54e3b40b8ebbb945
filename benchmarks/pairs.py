"""Pairs of measurements: a floor, and in the same breath what feesync does above it.

Times are of the processor (user and system), not of the clock: what other processes do meanwhile
then matters least. The floor and feesync run in turn, and the figure is the median of the ratios
of the pairs, so that a machine that slows down slows both.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable

RUNS = 9
_COLUMNS = "{:<62}{:>10}{:>10}  {:<3}{:>7}   {}"


def header() -> None:
    """Print the names of the columns."""
    print(_COLUMNS.format("", "floor", "feesync", "", "ratio", ""), flush=True)


def process(*command: str) -> tuple[float, float]:
    """Run a command; return (seconds of the processor, peak memory in MiB)."""
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            errors.seek(0)
            said = errors.read().decode(errors="replace")
            raise SystemExit(f"{command} exited {child.returncode}: {said}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def seconds(work: Callable[[], object]) -> float:
    """Return how long something takes in this process."""
    started = time.process_time()
    work()
    return time.process_time() - started


def compare(
    what: str,
    floor: Callable[[], float],
    ours: Callable[[], float],
    *,
    under: float,
    unit: str,
    each: int = 1,
    runs: int = RUNS,
) -> None:
    """Run a floor and feesync in turn, after one run of each, and print a line.

    Args:
        what: the two, in words.
        floor: runs the floor; returns its seconds.
        ours: runs feesync; returns its seconds.
        under: the ratio to stay under.
        unit: of the printed times, `ms` or `us`; they are the least of all runs.
        each: how many pieces of work one run does.
        runs: how many pairs.
    """
    floor(), ours()
    pairs = [(floor(), ours()) for _ in range(runs)]
    ratio = statistics.median(own / least for least, own in pairs)
    scale = {"ms": 1e3, "us": 1e6}[unit] / each
    least, own = (f"{min(times) * scale:.1f}" for times in zip(*pairs, strict=True))
    verdict = f"under {under:g}" if ratio < under else f"NOT under {under:g}"
    print(_COLUMNS.format(what, least, own, unit, f"{ratio:.2f}", verdict), flush=True)


def size(what: str, value: float, unit: str, *, under: float) -> None:
    """Print a size beside what it is to stay under."""
    verdict = f"under {under:g}" if value < under else f"NOT under {under:g}"
    print(_COLUMNS.format(f"  {what}", "", f"{value:.1f}", unit, "", verdict), flush=True)
