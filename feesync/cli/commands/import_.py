"""`feesync import`.

Load release zips, a set of loose csv files, or ZIP to locality files, that a person downloaded.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date as Date
from functools import partial
from pathlib import Path

import click

from feesync.cli.command import Once
from feesync.cli.hints import error_text
from feesync.cli.import_zips import import_zip_files, is_zip_locality
from feesync.cli.loaded import OUTCOMES, contents
from feesync.cli.options import db_option, read_dates, without_check_option
from feesync.datasets.rvu.checks.suite import read_names
from feesync.datasets.rvu.load import LoadReport, load
from feesync.datasets.zip_locality.load import ZipLoadReport, load_zip_files
from feesync.errors import ContentRefusedError, ExitStatus, FeesyncError, one_line, worst
from feesync.formats import release as releases
from feesync.formats import zip_locality
from feesync.formats.archive import MAX_MEMBER_BYTES, MAX_ZIP_BYTES
from feesync.model.label import parse_label
from feesync.paths import database_path

_Read = Callable[[], releases.ParsedRelease]
_Store = Callable[..., LoadReport]
_LOOSE = (".csv", ".txt", ".prn", ".xls", ".xlsx", ".pdf", ".doc", ".docx")
_PARTS = 4


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
    decided = parse_label(label) if label else None
    without = read_names(without_checks)
    zips = [path for path in files if path.suffix.lower() not in _LOOSE]
    zip_texts = [path for path in files if path not in zips and is_zip_locality(path)]
    loose = [
        path
        for path in files
        if path not in zips and path not in zip_texts and releases.kind_of(path.name)
    ]
    for path in files:
        if path not in zips and path not in loose and path not in zip_texts:
            click.echo(
                f"feesync: {one_line(path.name)}: feesync does not read this file of a release, "
                "skipped",
                err=True,
            )
    if len({path.name for path in loose}) < len(loose):
        raise click.UsageError("two of the loose files have the same name")
    if not zips and not loose and not zip_texts:
        raise click.UsageError(
            "nothing to import: give a release zip, PPRRVU*.csv and GPCI*.csv together, or a ZIP5 "
            "or ZIP9 file"
        )
    if (decided or dates) and (zip_texts or len(zips) + bool(loose) > 1):
        raise click.UsageError(
            "--release and --effective go with one release; import the others by themselves"
        )
    database = database_path(ctx.obj)
    store = partial(
        load, database, dates=dates, allow_change=allow_change, without_checks=without, force=force
    )
    store_zips = partial(load_zip_files, database, allow_change=allow_change, force=force)
    jobs: list[Callable[[], None]] = [
        partial(_import_zip, path, decided, store, store_zips) for path in zips
    ]
    if loose:
        jobs.append(
            partial(
                _import_one, one_line(loose[0].name), partial(_read_loose, loose, decided), store
            )
        )
    jobs += [partial(_import_zip_text, path, store_zips) for path in zip_texts]
    statuses: list[ExitStatus] = []
    for job in jobs:
        try:
            job()
        except FeesyncError as error:
            click.echo(f"feesync: {error_text(error)}", err=True)
            statuses.append(error.exit_status)
    ctx.exit(worst(statuses))


def _import_zip(
    path: Path, label: str | None, store: _Store, store_zips: Callable[..., list[ZipLoadReport]]
) -> None:
    """Import a zip: of ZIP5 and ZIP9 files, of a release, or of both."""
    started = time.monotonic()
    data = _read(path)
    has_zip_files = _import_zip_files(data, path.name, store_zips, started)
    if not has_zip_files or label or releases.is_in(data, path.name):
        _import_one(one_line(path.name), lambda: releases.from_zip(data, path.name, label), store)


def _import_zip_files(
    data: bytes, name: str, store_zips: Callable[..., list[ZipLoadReport]], started: float
) -> bool:
    """Import the ZIP5 and ZIP9 files of a zip, which are given up then.

    Tell whether there were any.
    """
    files = zip_locality.from_zip(data, name)
    if files:
        import_zip_files(files, store_zips, started)
    return bool(files)


def _import_zip_text(path: Path, store_zips: Callable[..., list[ZipLoadReport]]) -> None:
    started = time.monotonic()
    data = _read(path, zip_locality.MAX_MEMBER_BYTES)
    import_zip_files([zip_locality.parse(data, path.name)], store_zips, started)


def _import_one(name: str, read: _Read, store: _Store) -> None:
    started = time.monotonic()
    with click.progressbar(
        length=_PARTS, label=name, file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        release = read()
        bar.update(2)
        report = store(release, progress=lambda: bar.update(1))
    for warning in report.warnings:
        click.echo(f"feesync: {report.label}: {warning}", err=True)
    click.echo(_summary(report, release, time.monotonic() - started))


def _read_loose(paths: list[Path], label: str | None) -> releases.ParsedRelease:
    return releases.from_files({path.name: _read(path, MAX_MEMBER_BYTES) for path in paths}, label)


def _summary(report: LoadReport, release: releases.ParsedRelease, seconds: float) -> str:
    outcome = OUTCOMES[report.outcome]
    if not report.rows:
        return f"{report.label} from {release.source}: {outcome}"
    return (
        f"{report.label} from {release.source}: {contents(report.rows, report.notes)}; "
        f"{outcome}, {seconds:.1f} s"
    )


def _read(path: Path, most: int = MAX_ZIP_BYTES) -> bytes:
    try:
        if not path.is_file():
            raise ContentRefusedError("is not a file", file=path.name)
        if path.stat().st_size > most:
            raise ContentRefusedError(f"is larger than {most >> 20} MiB", file=path.name)
        return path.read_bytes()
    except OSError as error:
        raise ContentRefusedError(f"cannot be read: {error.strerror}", file=path.name) from None
