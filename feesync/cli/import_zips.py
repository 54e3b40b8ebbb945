"""The part of `feesync import` that loads CMS's Zip Code to Carrier Locality File.

Its zip, or ZIP5 and ZIP9 loose.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from feesync.cli.loaded import OUTCOMES
from feesync.datasets.zip_locality.load import ZipLoadReport
from feesync.formats import zip_locality
from feesync.model.zip_code import ZIP5

_HEAD = 400
"""Bytes of a loose file that are looked at to tell what it is."""


def is_zip_locality(path: Path) -> bool:
    """Tell by its name, or by its first row, whether a loose file is ZIP5 or ZIP9."""
    if zip_locality.has_name(path.name):
        return True
    with path.open("rb") as file:
        return zip_locality.has_form(file.read(_HEAD))


def import_zip_files(
    files: Sequence[zip_locality.ZipLocalityFile],
    store: Callable[[Sequence[zip_locality.ZipLocalityFile]], list[ZipLoadReport]],
    started: float,
) -> None:
    """Load the files of one zip, or a loose one, and say what that did.

    `started` is when reading began (time.monotonic).
    """
    for report in store(files):
        for warning in report.warnings:
            click.echo(f"feesync: {report.label}: {warning}", err=True)
        click.echo(_summary(report, time.monotonic() - started))


def _summary(report: ZipLoadReport, seconds: float) -> str:
    outcome = OUTCOMES[report.outcome].replace("new release", "new file")
    if not report.rows:
        return f"{report.label} from {report.name}: {outcome}"
    if report.label.startswith(ZIP5):
        rows = f"{report.rows:,} ZIPs, {report.flagged:,} of them in several localities"
    else:
        rows = f"{report.rows:,} ZIP+4s"
    return f"{report.label} from {report.name}: {rows}; {outcome}, {seconds:.1f} s"
