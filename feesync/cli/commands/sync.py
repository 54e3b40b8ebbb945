"""`feesync sync`: bring the database up to date with CMS, by hand or from cron."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from feesync.changes.payments import Changes, PaymentChange
from feesync.cli.command import Once
from feesync.cli.hints import error_text, with_hint, words
from feesync.cli.numbers import Seconds, WholeNumber
from feesync.cli.options import db_option, json_option, read_dates, without_check_option
from feesync.cli.outcome import contents, outcome_of
from feesync.cli.output import print_json, print_table
from feesync.cli.run_log import OWN_LINES, run_log
from feesync.cms.progress import Progress
from feesync.cms.retries import RUN_SECONDS
from feesync.datasets.editions import Outcome
from feesync.datasets.registry import DATASETS, owner
from feesync.errors import ExitStatus, FeesyncError
from feesync.model.hcpcs import FACET_JOINT_CODES
from feesync.paths import database_path
from feesync.reference.catalogue import label_on
from feesync.refresh.report import Problem, ReleaseReport, SyncReport
from feesync.refresh.sync import sync
from feesync.refresh.today import Today
from feesync.store.freshness import read_freshness

_TABLE = (
    "Code",
    "Basis",
    "Setting",
    "Before",
    "Now",
    "Change",
    "Localities",
    "Lowest",
    "Highest",
)
_PLANS = (Outcome.WOULD_LOAD, Outcome.WOULD_COMPARE)


def _dataset_flags(command: Callable[..., None]) -> Callable[..., None]:
    """Add the flags that ask for datasets; what is asked for comes as `datasets`."""

    @wraps(command)
    def with_datasets(*positional: object, **arguments: object) -> None:
        asked = [flag.name for flag in flags if arguments.pop(flag.name)]
        command(*positional, datasets=asked, **arguments)

    flags = [dataset.flag for dataset in DATASETS if dataset.flag]
    for flag in reversed(flags):
        with_datasets = click.option(f"--{flag.name}", is_flag=True, help=flag.help)(with_datasets)
    return with_datasets


@click.command("sync", cls=Once, short_help="Bring the database up to date with CMS.")
@click.option(
    "--year",
    "years",
    type=WholeNumber(2000, 2099),
    multiple=True,
    metavar="YYYY",
    help="Releases of a year (repeatable); by default this year, the last, and the next once CMS "
    "offers it.",
)
@click.option(
    "--release",
    "releases",
    multiple=True,
    metavar="LABEL",
    help="A release such as RVU25D (repeatable).",
)
@click.option("--all", "everything", is_flag=True, help="Every release of 2015 and later.")
@click.option(
    "--effective",
    metavar="FIRST:LAST",
    callback=read_dates,
    help="Dates of effect, YYYY-MM-DD:YYYY-MM-DD, of the one --release, where feesync does not "
    "know them.",
)
@click.option(
    "--dry-run", is_flag=True, help="Ask CMS, say what would be done, and change nothing."
)
@click.option(
    "--offline",
    is_flag=True,
    help="Open no connection; load what the cache holds and the database lacks.",
)
@click.option(
    "--quiet",
    is_flag=True,
    help="Print nothing unless something changed or failed; a warning once.",
)
@click.option("--verbose", is_flag=True, help="Print every request and its answer on stderr.")
@click.option(
    "--log-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Add what the run asks, does and finds to a file, with times, also with --quiet.",
)
@json_option
@click.option(
    "--jitter",
    type=Seconds(),
    default=0,
    metavar="S",
    help="First sleep a random part of S seconds.",
)
@click.option(
    "--wait",
    type=Seconds(),
    default=0,
    metavar="S",
    help="Wait S seconds for a refresh that is running.",
)
@click.option(
    "--deadline",
    type=Seconds(),
    default=f"{RUN_SECONDS:g}",
    metavar="S",
    show_default=True,
    help="Seconds that the whole run may spend on requests that fail.",
)
@click.option(
    "--watch",
    multiple=True,
    metavar="HCPCS",
    default=FACET_JOINT_CODES,
    help="A code whose changes are reported in dollars (repeatable); by default the facet joint "
    "codes.",
)
@click.option(
    "--changed-status",
    type=WholeNumber(0, 255),
    default=0,
    metavar="N",
    help="Exit with N when something new was loaded and nothing failed.",
)
@click.option(
    "--user-agent",
    metavar="TEXT",
    help="What to call oneself, in place of feesync's name, version and address.",
)
@_dataset_flags
@without_check_option
@click.option(
    "--force",
    is_flag=True,
    help="Ask in spite of a cool-down; make superseded bytes current again.",
)
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    quiet: bool,
    verbose: bool,
    log_file: Path | None,
    as_json: bool,
    changed_status: int,
    **arguments: object,
) -> None:
    """Download what CMS has new or changed, check it, load it, and say what that changed.

    \b
      feesync sync
      feesync sync --dry-run
      feesync sync --zips
      feesync sync --year 2023 --watch 64493 --watch 99213
      feesync sync --quiet --jitter 1800 --log-file sync.log        (from cron)

    The old data keep answering until a new release is checked and loaded as a whole, and where that
    fails. Downloads are kept in FEESYNC_CACHE, else in the user's cache folder; FEESYNC_CMS_URL
    names a mirror in place of https://www.cms.gov.

    Exit status: 0 done; 1 this machine (disk, permissions); 2 usage; 3 CMS could not be reached; 4
    what it sent was refused; 5 another refresh is running. Where several apply, it is the first of
    1, 4, 3, 5.
    """
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other")
    with run_log(verbose=verbose, path=log_file):
        _run(ctx, quiet, as_json, changed_status, arguments)


def _run(
    ctx: click.Context,
    quiet: bool,
    as_json: bool,
    changed_status: int,
    arguments: dict[str, Any],
) -> None:
    progress = _Progress(quiet=quiet, bars=sys.stderr.isatty())
    try:
        last_problems = read_freshness(database_path(ctx.obj)).problems if quiet else ()
        report = sync(**arguments, db=ctx.obj, progress=progress)
    except FeesyncError as error:
        OWN_LINES.error("%s", error_text(error))
        if as_json:
            print_json(
                {
                    "status": int(error.exit_status),
                    "changed": False,
                    "releases": [],
                    "problems": [{"release": None, **error.to_dict()}],
                }
            )
        raise
    for release in report.releases:
        OWN_LINES.info("%s", _line(release))
    for problem in report.problems:
        level = logging.ERROR if problem.status else logging.WARNING
        OWN_LINES.log(level, "%s", with_hint(str(problem), problem.hint))
    OWN_LINES.info("ended with status %d", report.status)
    problems = [
        problem for problem in report.problems if not _is_known_warning(problem, last_problems)
    ]
    for problem in problems:
        click.echo(f"feesync: {with_hint(str(problem), problem.hint)}", err=True)
    if as_json and (report.changed or not quiet or problems):
        print_json(report.to_dict())
    elif not as_json:
        _print(report, quiet=quiet)
    today = report.today
    if today and today.lack and not (quiet or arguments["years"] or arguments["releases"]):
        click.echo(f"feesync: {today.lack}{_why(today)}", err=True)
    if report.hint:
        click.echo(f"feesync: {words(report.hint)}", err=True)
    ctx.exit(changed_status if report.changed and report.status == ExitStatus.OK else report.status)


def _why(today: Today) -> str:
    """Return why no loaded release is of today, where what is told of the run does not say it."""
    if today.is_listed:
        return ""
    if today.is_listed is None:
        return f"; whether CMS has {label_on(today.day)} is not known"
    return f"; {words(today.remedy)}"


def _is_known_warning(problem: Problem, last_problems: tuple[str, ...]) -> bool:
    """Tell whether the last run has given the same warning, so that a quiet run need not."""
    return problem.status == ExitStatus.OK and str(problem) in last_problems


class _Progress(Progress):
    """Shows a run on stderr: lines of text, and on a terminal a bar for each download."""

    def __init__(self, *, quiet: bool, bars: bool) -> None:
        self._quiet, self._bars = quiet, bars and not quiet
        self._bar: click._termui_impl.ProgressBar[int] | None = None

    def message(self, text: str) -> None:
        self._close()
        OWN_LINES.warning("%s", text)
        if not self._quiet:
            click.echo(f"feesync: {text}", err=True)

    def download(self, label: str, size: int, total: int | None) -> None:
        if not self._bars or not total:
            return
        if self._bar is None:
            self._bar = click.progressbar(length=total, label=label, file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(size - self._bar.pos)

    def load(self, label: str) -> None:
        self._close()
        OWN_LINES.info("%s: checking and loading", label)
        if self._bars:
            click.echo(f"{label}: checking and loading", err=True)

    def end(self, label: str) -> None:
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None


def _print(report: SyncReport, *, quiet: bool) -> None:
    releases = [
        release
        for release in report.releases
        if release.changed or release.outcome is Outcome.FAILED or not quiet
    ]
    if not releases and not quiet and report.status == ExitStatus.OK:
        click.echo(
            "nothing in the cache"
            if report.catalogue == "cache"
            else "CMS lists no release of these years"
        )
    if (
        releases
        and not report.dry_run
        and all(release.outcome is Outcome.UNCHANGED for release in releases)
    ):
        labels = ", ".join(release.label for release in releases)
        click.echo(
            f"nothing new: {labels} "
            f"{'as cached' if report.catalogue == 'cache' else 'as CMS has them'}"
        )
        releases = []
    for release in releases:
        click.echo(_line(release))
        if release.changes:
            _print_changes(release.changes)


def _line(release: ReleaseReport) -> str:
    size = f" ({release.size / 1e6:.1f} MB)" if release.downloaded else ""
    loaded = f"; {contents(release.rows, release.notes)}" if release.rows else ""
    outcome = outcome_of(release.outcome, owner(release.label))
    if release.outcome in _PLANS and release.sha256:  # it is in the cache
        outcome = outcome.replace("downloaded and ", "")
    return f"{release.label}{size}: {outcome}{loaded}"


def _print_changes(changes: Changes) -> None:
    counts = [f"{changes.changed:,} of {changes.compared:,} payments changed"]
    counts += [
        f"{_codes(codes)} {kind}"
        for kind, codes in (("added", changes.added), ("deleted", changes.deleted))
        if codes
    ]
    click.echo(f"  against {changes.against}: {', '.join(counts)}")
    if not changes.watched:
        click.echo("  none of the watched codes")
        return
    click.echo(
        "  watched codes, national amount in dollars, and lowest and highest change of all "
        "localities:\n"
    )
    print_table(_TABLE, [_row(change) for change in changes.watched], right=_TABLE[3:])
    click.echo()


def _codes(codes: tuple[str, ...]) -> str:
    return "1 code" if len(codes) == 1 else f"{len(codes):,} codes"


def _row(change: PaymentChange) -> tuple[object, ...]:
    code = f"{change.hcpcs}-{change.modifier}" if change.modifier else change.hcpcs
    difference = (
        "" if change.before is None or change.after is None else f"{change.after - change.before:+}"
    )
    lowest, highest = (
        "" if bound is None else f"{bound:+}" for bound in (change.lowest, change.highest)
    )
    localities = f"{change.changed} of {change.localities}"
    return (
        code,
        change.basis,
        change.setting,
        change.before,
        change.after,
        difference,
        localities,
        lowest,
        highest,
    )
