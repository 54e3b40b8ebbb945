"""Measure feesync, installed from its wheel, as ratios to floors taken in the same run.

    FEESYNC_CMS_FILES=FOLDER python benchmarks/measure.py [NAME ...]

FOLDER holds CMS's `releases/rvu25a.zip` to `rvu25d.zip`, `pages/RVU25A` to `RVU25D` and
`zip/ZIP5_*.txt`. A wheel is built of this checkout and installed, with its modules compiled, in an
environment of its own, which measures itself; with `--installed` the interpreter that runs this
does. A NAME measures that part alone; without one, all.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

import pairs

ROOT = Path(__file__).parent.parent
NAMES = (  # processes come first: a child begins with the memory of its parent
    "import",
    "zip9",
    "cold",
    "sync",
    "rates",
    "export",
    "verify",
    "estimate",
    "claim",
    "compare",
    "checksums",
    "view",
)


def main() -> None:
    """Measure what is named, and print a table."""
    parser = argparse.ArgumentParser(description="Measure feesync as ratios to floors.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--installed", action="store_true", help="measure this interpreter's")
    given = parser.parse_args()
    unknown = set(given.names) - set(NAMES)
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))} is none of {', '.join(NAMES)}")
    folder = os.environ.get("FEESYNC_CMS_FILES")
    if not folder:
        raise SystemExit("FEESYNC_CMS_FILES names no folder of CMS's files")
    with tempfile.TemporaryDirectory() as scratch:
        if given.installed:
            measure(Path(folder), Path(scratch), given.names or NAMES)
        else:
            measure_wheel(Path(scratch), given.names)


def measure_wheel(scratch: Path, names: Sequence[str]) -> None:
    """Install a wheel of this checkout in an environment of its own, and measure there."""
    pip = (sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "-w", str(scratch))
    subprocess.run([*pip, str(ROOT)], check=True)
    (wheel,) = scratch.glob("feesync-*.whl")
    venv.create(scratch / "venv", with_pip=True)
    python = str(scratch / "venv/bin/python")
    install = (python, "-m", "pip", "install", "-qq", f"{wheel}[batch]", "beautifulsoup4")
    subprocess.run(install, check=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    subprocess.run([python, __file__, "--installed", *names], check=True, env=kept)


def measure(files: Path, scratch: Path, names: Sequence[str]) -> None:
    """Measure the feesync of this interpreter."""
    from calls import CALLS
    from grids import GRIDS
    from processes import PROCESSES, load

    measurements = PROCESSES | CALLS | GRIDS
    database = scratch / "feesync.db"
    load(files, database)
    pairs.header()
    for name in NAMES:
        if name in names:
            measurements[name](files, scratch, database)


if __name__ == "__main__":
    main()
