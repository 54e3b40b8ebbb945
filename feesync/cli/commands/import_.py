"""`feesync import`: load files of CMS's that a person has downloaded.

They are release zips, the loose csv files of a release, and ZIP to locality files.
"""

from __future__ import annotations

import sys
import time
from datetime import date as Date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feesync.cli.command import Once
from feesync.cli.hints import error_text
from feesync.cli.options import db_option, read_dates, without_check_option
from feesync.cli.outcome import contents, outcome_of
from feesync.datasets.dataset import Dataset
from feesync.datasets.registry import DATASETS, read_checks
from feesync.datasets.report import LoadOptions, LoadReport
from feesync.errors import ContentRefusedError, ExitStatus, FeesyncError, one_line, worst
from feesync.formats.archive import MAX_ZIP_BYTES
from feesync.model.label import parse_label
from feesync.paths import database_path

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

_LOOSE = (".csv", ".txt", ".prn", ".xls", ".xlsx", ".pdf", ".doc", ".docx")


@click.command("import", cls=Once, short_help="Load CMS release zips, and ZIP to locality files.")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option(
    "--release",
    "label",
    metavar="LABEL",
    help="The release's label, such as RVU25D, whatever name and title say.",
)
@click.option(
    "--allow-change",
    is_flag=True,
    help="Accept what differs much from the known releases, or from the known conversion factor.",
)
@without_check_option
@click.option(
    "--force", is_flag=True, help="Make bytes current again that a later revision has superseded."
)
@click.option(
    "--effective",
    "dates",
    metavar="FIRST:LAST",
    callback=read_dates,
    help="Dates of effect, YYYY-MM-DD:YYYY-MM-DD, of a label whose dates feesync does not know.",
)
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[Path, ...],
    label: str | None,
    allow_change: bool,
    without_checks: tuple[str, ...],
    force: bool,
    dates: tuple[Date, Date] | None,
) -> None:
    """Load CMS release zips into the database, and CMS's Zip Code to Carrier Locality File.

    Loose csv files, PPRRVU and GPCI together, are loaded as one release; of the ZIP to locality
    files, the zip or its ZIP5 and ZIP9 files, txt or xlsx.

    \b
      feesync import rvu25d.zip rvu26a.zip
      feesync import ~/Downloads/2025.zip --release RVU25B
      feesync import PPRRVU2025_Oct.csv GPCI2025.csv
      feesync import zip-code-carrier-locality-file-updated-05-13-2026.zip

    Every row is checked, against the txt of the same name where there is one, and CMS's own capped
    amounts must equal the computed rates; a file that fails is refused and the database stays as it
    was. A check that only CMS's own error fails can be set aside by the name that the refusal
    gives; every answer from that release then says so.
    """
    options = LoadOptions(
        label=parse_label(label) if label else None,
        dates=dates,
        allow_change=allow_change,
        without_checks=read_checks(without_checks),
        force=force,
    )
    zips = [path for path in files if path.suffix.lower() not in _LOOSE]
    loose = _by_dataset([path for path in files if path not in zips])
    if not zips and not loose:
        raise click.UsageError(
            f"nothing to import: give {', or '.join(dataset.files for dataset in DATASETS)}"
        )
    labelled = len(zips) + sum(dataset.has_labels for dataset, _ in loose)
    if (label or dates) and (labelled > 1 or not all(dataset.has_labels for dataset, _ in loose)):
        raise click.UsageError(
            "--release and --effective go with one release; import the others by themselves"
        )
    database = database_path(ctx.obj)
    count = len(zips) + len(loose)
    jobs = [
        *(
            partial(_import_zip, path, _place(number, count), database, options)
            for number, path in enumerate(zips, 1)
        ),
        *(
            partial(_import_loose, dataset, paths, _place(number, count), database, options)
            for number, (dataset, paths) in enumerate(loose, len(zips) + 1)
        ),
    ]
    statuses: list[ExitStatus] = []
    for job in jobs:
        try:
            job()
        except FeesyncError as error:
            click.echo(f"feesync: {error_text(error)}", err=True)
            statuses.append(error.exit_status)
    ctx.exit(worst(statuses))


def _by_dataset(paths: list[Path]) -> list[tuple[Dataset, list[Path]]]:
    """Return loose files with their dataset; those of one edition are in one list."""
    by_dataset: dict[Dataset, list[Path]] = {dataset: [] for dataset in DATASETS}
    for path in paths:
        dataset = next((each for each in reversed(DATASETS) if each.has_loose(path)), None)
        if dataset:
            by_dataset[dataset].append(path)
        else:
            click.echo(
                f"feesync: {one_line(path.name)}: feesync does not read this file of a release, "
                "skipped",
                err=True,
            )
    for dataset, own in by_dataset.items():
        if dataset.are_together and len({path.name for path in own}) < len(own):
            raise click.UsageError("two of the loose files have the same name")
    return [
        (dataset, together)
        for dataset, own in by_dataset.items()
        for together in ([own] if dataset.are_together else [[path] for path in own])
        if together
    ]


def _place(number: int, count: int) -> str:
    """Return which of several files a bar is about, such as `3 of 12: `."""
    return f"{number} of {count}: " if count > 1 else ""


def _import_zip(path: Path, place: str, database: Path, options: LoadOptions) -> None:
    """Import a zip, which may have files of several datasets."""
    start = time.monotonic()
    data = _read(path)
    has_content = False
    for dataset in reversed(DATASETS):
        is_last = dataset is DATASETS[0]
        with _bar(dataset, place, path) as bar:
            reports = dataset.load_zip(
                database,
                data,
                path.name,
                options,
                expected=is_last and not has_content,
                progress=bar.update,
            )
        _print(dataset, reports, start)
        has_content |= bool(reports)


def _import_loose(
    dataset: Dataset, paths: list[Path], place: str, database: Path, options: LoadOptions
) -> None:
    start = time.monotonic()
    with _bar(dataset, place, paths[0]) as bar:
        files = {path.name: _read(path, dataset.most_loose_bytes) for path in paths}
        reports = dataset.load_loose(database, files, options, bar.update)
    _print(dataset, reports, start)


def _bar(dataset: Dataset, place: str, path: Path) -> ProgressBar[int]:
    return click.progressbar(
        length=dataset.parts,
        label=place + one_line(path.name),
        file=sys.stderr,
        hidden=not (dataset.parts and sys.stderr.isatty()),
    )


def _print(dataset: Dataset, reports: list[LoadReport], start: float) -> None:
    """Print what loading changed; `start` is when reading began (time.monotonic)."""
    for report in reports:
        for warning in report.warnings:
            click.echo(f"feesync: {report.label}: {warning}", err=True)
        click.echo(_summary(dataset, report, time.monotonic() - start))


def _summary(dataset: Dataset, report: LoadReport, seconds: float) -> str:
    outcome = outcome_of(report.outcome, dataset)
    if not report.rows:
        return f"{report.label} from {report.source}: {outcome}"
    content = report.contents or contents(report.rows, report.notes)
    return f"{report.label} from {report.source}: {content}; {outcome}, {seconds:.1f} s"


def _read(path: Path, most: int = MAX_ZIP_BYTES) -> bytes:
    try:
        if not path.is_file():
            raise ContentRefusedError("is not a file", file=path.name)
        if path.stat().st_size > most:
            raise ContentRefusedError(f"is larger than {most >> 20} MiB", file=path.name)
        return path.read_bytes()
    except OSError as error:
        raise ContentRefusedError(f"cannot be read: {error.strerror}", file=path.name) from None
