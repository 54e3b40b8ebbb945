"""`feesync verify`: recompute CMS's payment files from the loaded releases."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click

from feesync.cli.command import SNAPSHOT, QuietReader
from feesync.cli.hints import error_text
from feesync.cli.numbers import WholeNumber
from feesync.cli.options import csv_option, db_option, json_option, one_format
from feesync.cli.output import print_json, print_table
from feesync.errors import FeesyncError
from feesync.model.label import FIRST_QP_YEAR
from feesync.paths import database_path
from feesync.verification.recompute import verify_each
from feesync.verification.report import (
    Difference,
    FileVerification,
    RefusedFile,
    Verification,
)
from feesync.writers.cells import inert

_FILES = ("File", "Release", "Basis", "Keys", "Equal", "Different", "Not loaded")
_DIFFERENCES = ("File", "Code", "Locality", "Setting", "CMS", "feesync", "feesync - CMS")
_CSV = (
    "file",
    "release",
    "hcpcs",
    "modifier",
    "mac",
    "locality",
    "setting",
    "published",
    "computed",
    "difference",
)
_STEPS = 1000


@click.command("verify", cls=QuietReader, short_help="Recompute CMS's payment files.")
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
    help="The release to compare with, such as RVU25D, whatever the names say.",
)
@click.option(
    "--qp",
    is_flag=True,
    help="Conversion factor of a qualifying APM participant, whatever the names say.",
)
@click.option(
    "--most",
    type=WholeNumber(0),
    default=20,
    show_default=True,
    metavar="N",
    help="How many differences of a file are printed; 0 for all, as --csv prints.",
)
@csv_option
@json_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[Path, ...],
    label: str | None,
    qp: bool,
    most: int,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Recompute every amount of CMS's payment files from the loaded release.

    \b
      feesync verify PFREV25C.txt
      feesync verify pfrev26a.zip --most 100
      feesync verify OHIO.txt --release RVU25D --csv > differences.csv

    FILE is PFALL, PFREV, or a single carrier's file: text, a zip of text, or a zip of such zips.
    Its name says which release it belongs to (PFREV25D to RVU25D), and since 2026 whose conversion
    factor it has (QP or nonQP; nonQP where the name does not say). The fees before the OPPS cap are
    compared, in both settings, each code, modifier and locality once; --csv prints the differences.

    Exit status: 0 every amount is equal; 4 one differs, or a file was refused; 6 none differs, but
    the release is not loaded or lacks codes or localities, or a file ends without CMS's trailer
    lines and may have been cut.
    """
    one_format(as_json, as_csv)
    bar, table = _Bar(is_visible=_on_terminal()), _CsvTable()
    results: list[FileVerification] = []
    problems: list[RefusedFile] = []
    for path in files:
        try:
            each = table.add if as_csv else None
            for file in verify_each(
                [path], release=label, qp=qp, db=ctx.obj, most=most, each=each, progress=bar.move
            ):
                results.append(file)  # one by one: a later file of a zip may be refused
        except FeesyncError as error:
            problems.append(RefusedFile(str(path), error))
        finally:
            bar.close()
    report = Verification(tuple(results), tuple(problems))
    if as_json:
        print_json(report.to_dict())
    elif as_csv:
        table.finish()
    elif results:
        _print_tables(report)
    for file in results:
        _warn(file)
    path = database_path(ctx.obj)
    if results and not path.exists():
        click.echo(SNAPSHOT.format(path=path), err=True)
    for problem in problems:
        click.echo(f"feesync: {error_text(problem.error)}", err=True)
    if as_csv and results:
        click.echo(f"feesync: {_summary(report)}", err=True)
    ctx.exit(report.status)


def _on_terminal() -> bool:
    return sys.stderr.isatty()


class _Bar:
    """Shows on a terminal's stderr how far a file is."""

    def __init__(self, *, is_visible: bool) -> None:
        self._is_visible = is_visible
        self._name = ""
        self._bar: click._termui_impl.ProgressBar[int] | None = None

    def move(self, name: str, share: float) -> None:
        if not self._is_visible:
            return
        if name != self._name:
            self.close()
            self._name, self._bar = (
                name,
                click.progressbar(length=_STEPS, label=name, file=sys.stderr),
            )
            self._bar.__enter__()
        if self._bar is not None:
            self._bar.update(int(share * _STEPS) - self._bar.pos)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
        self._name, self._bar = "", None


class _CsvTable:
    """Prints differences as they come, since there may be millions."""

    def __init__(self) -> None:
        self._has_header = False

    def add(self, file: str, release: str, difference: Difference) -> None:
        self.finish()
        change = difference.computed - difference.published
        csv.writer(sys.stdout, lineterminator="\n").writerow(
            (inert(file), release, *difference, change)
        )

    def finish(self) -> None:
        """Print the header, if it has not been printed yet."""
        if not self._has_header:
            self._has_header = True
            csv.writer(sys.stdout, lineterminator="\n").writerow(_CSV)


def _print_tables(report: Verification) -> None:
    rows = [
        (
            file.file,
            file.release,
            file.basis,
            *(f"{n:,}" for n in (file.keys, file.equal, file.different, file.not_loaded)),
        )
        for file in report.files
    ]
    print_table(_FILES, rows, right=_FILES[3:])
    differences = [
        (file.file, difference) for file in report.files for difference in file.differences
    ]
    if differences:
        click.echo()
        several = len(report.files) > 1
        print_table(
            _DIFFERENCES if several else _DIFFERENCES[1:],
            [
                (name, *_row(difference)) if several else _row(difference)
                for name, difference in differences
            ],
            right=_DIFFERENCES[4:],
        )
    if more := report.different - len(differences):
        click.echo(
            f"\n{_count_of(more, 'more difference', 'more differences')}; --most 0 prints all, as "
            "--csv does"
        )
    click.echo(f"\n{_summary(report)}")


def _row(difference: Difference) -> tuple[str, ...]:
    change = difference.computed - difference.published
    return (
        difference.code,
        difference.place,
        difference.setting,
        f"{difference.published:,}",
        f"{difference.computed:,}",
        f"{change:+,}",
    )


def _count_of(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _summary(report: Verification) -> str:
    others = ((report.different, "different"), (report.not_loaded, "not loaded"))
    return f"{report.equal:,} of {report.amounts:,} equal" + "".join(
        f", {count:,} {kind}" for count, kind in others if count
    )


def _warn(file: FileVerification) -> None:
    for note in file.notes:
        click.echo(f"feesync: {note.severity.value}: {file.file}: {note.text}", err=True)
    if file.not_loaded:
        kinds = (
            (file.missing_codes, "code", "codes"),
            (file.missing_localities, "locality", "localities"),
        )
        lacks = [
            f"{_count_of(missing.total, one, many)} ({missing})"
            for missing, one, many in kinds
            if missing.total
        ]
        text = (
            f"{file.file}: {file.release} lacks {' and '.join(lacks)}: {file.not_loaded:,} "
            "amounts not compared"
        )
        if file.embedded:
            text += (
                f". It is the embedded snapshot's; 'feesync sync --release {file.release}' brings "
                "the whole release, or 'feesync import' of its zip from cms.gov"
            )
        click.echo(f"feesync: warning: {text}", err=True)
    if not file.has_trailer:
        text = (
            f"{file.file}: ends without CMS's trailer lines: it may have been cut, and what is "
            "cut off was not compared"
        )
        click.echo(f"feesync: {text}", err=True)
    if file.different and file.year >= FIRST_QP_YEAR and not file.basis_named:
        click.echo(
            f"feesync: warning: {file.file}: the name does not say whose conversion factor it has; "
            f"{file.basis} was taken, --qp takes the other",
            err=True,
        )
