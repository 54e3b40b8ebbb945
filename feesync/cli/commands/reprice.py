"""`feesync reprice`: files of claims in, the same lines with what Medicare allows out."""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from feesync.batch.job import Group, Job, column_pair, read_job, read_mapping, read_request
from feesync.batch.reasons import Reason, Status
from feesync.batch.repricing import Repricing, Variance
from feesync.batch.request import Request
from feesync.cli.command import Reader
from feesync.cli.contract import contract_options
from feesync.cli.hints import with_hint
from feesync.cli.input import STDIN, STDIN_NAME, with_stdin
from feesync.cli.numbers import WholeNumber
from feesync.cli.options import (
    db_option,
    force_option,
    json_option,
    nonpar_option,
    one_setting,
    pos_option,
    practitioner_option,
    qp_option,
    read_one_date,
    setting_option,
)
from feesync.cli.output import print_file, print_json, print_lines, print_table
from feesync.cli.place import fill, one_locality_option, one_place, one_zip_option
from feesync.errors import Hint, HintKind
from feesync.formats.table import plain
from feesync.model.rate import Setting
from feesync.model.reading import excerpt
from feesync.pricing.practitioner import PHYSICIAN
from feesync.text.cells import count_of
from feesync.x12.findings import sentence

_MOST_FINDINGS = 20
_ENGINES = ("duckdb", "spark")
_WIDTH, _MEANING = 80, 44
_WIDE, _AMOUNT = 24, 18


def _read_map(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """Return the columns of `--map`: their names to ours."""
    columns: dict[str, str] = {}
    for value in values:
        pair = column_pair(value)
        if pair is None:
            raise click.UsageError(
                f"--map {excerpt(value)} is not THEIRS=OURS, such as svc_dt=date"
            )
        columns.update((pair,))
    return columns


@click.command("reprice", cls=Reader, short_help="Price files of claims, of any size.")
@click.argument("claims", nargs=-1, required=True, metavar="CLAIMS...", type=click.Path())
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(),
    metavar="FILE",
    help="FILE.csv, FILE.csv.gz, FILE.csv.zst or FILE.parquet.",
)
@force_option
@click.option(
    "--map",
    "columns",
    multiple=True,
    callback=_read_map,
    metavar="THEIRS=OURS",
    help="A column of the file and what it is, such as svc_dt=date; repeatable.",
)
@click.option(
    "--group",
    type=click.Choice([group.value for group in Group], case_sensitive=False),
    default=Group.CLAIM.value,
    show_default=True,
    help="Which lines of a day are priced together: of a claim, of a patient, of a patient at the "
    "practitioners of one tax id too, or none.",
)
@one_locality_option
@one_zip_option
@setting_option
@pos_option
@click.option(
    "--date",
    "--dos",
    "day",
    callback=read_one_date,
    metavar="DATE",
    help="Date of service of lines without one; there is no default.",
)
@nonpar_option
@practitioner_option
@qp_option
@contract_options
@click.option(
    "--workers",
    type=WholeNumber(1, 256),
    metavar="N",
    help="Processes; one a core, at most 8.",
)
@click.option(
    "--memory",
    metavar="SIZE",
    help="What the tables may take of memory, such as 4GB; 850MB by default.",
)
@click.option(
    "--engine",
    type=click.Choice(_ENGINES, case_sensitive=False),
    default=_ENGINES[0],
    show_default=True,
    help="What computes: DuckDB on this machine, or Spark.",
)
@click.option(
    "--master",
    metavar="URL",
    help="Where Spark runs, such as local[4] or spark://host:7077; by default as its own "
    "configuration says, else on this machine.",
)
@json_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    claims: tuple[str, ...],
    output: str,
    force: bool,
    columns: dict[str, str],
    group: str,
    as_json: bool,
    workers: int | None,
    memory: str | None,
    engine: str,
    master: str | None,
    **terms: Any,  # noqa: ANN401 - what holds where a line says nothing
) -> None:
    """Price files of claims: every line comes out, in its order, with what Medicare allows.

    CLAIMS are CSV files (also .gz and .zst), Parquet files, workbooks or X12 837P files, a quoted
    pattern, or - for standard input. Columns are known by usual names, whatever their case:
    claim_id, line, date (dos), hcpcs (cpt), modifiers (or mod1 to mod4), locality (or mac and
    locality, or zip), pos or setting, units, charge (billed), practitioner, nonpar, qp, deductible,
    patient, tin, and paid_allowed, what the payer allowed. Needed are hcpcs, date and a place;
    other columns are carried through.

    \b
      feesync reprice claims.csv -o priced.csv
      feesync reprice 'claims/*.csv' -o priced.parquet --map svc_dt=date
      feesync reprice claims.parquet -o priced.csv --group patient --json

    The answer adds fee, allowed, medicare_payment, sequestration, patient_responsibility,
    limiting_charge, steps, rank, release, mac, locality, status (priced, denied, refused), reason,
    and variance (paid_allowed less allowed). A column of the file with such a name stays, and the
    answer's is feesync_locality, say. --locality, --pos and their like are for lines that do not
    say. The file appears whole or not at all, and you alone can read it. A line that cannot be
    priced has its reason in the file, and the exit status is 0. Needs pip install 'feesync[batch]'.

    --percent, --of-year and --conversion-factor are of a contract that pays all lines in the place
    of Medicare: allowed is what it allows, and its plan decides who pays what of that.

    With --engine spark, which needs pip install 'feesync[spark]' and Java, CLAIMS and FILE are what
    Spark takes: .csv, .csv.gz or .parquet, files, folders or addresses such as s3a://. FILE is a
    folder, whole when _SUCCESS is in it: its files, by name, have the lines of each of CLAIMS in
    their order.

    \b
      feesync reprice claims.parquet -o priced.parquet --engine spark
    """
    in_spark = engine == _ENGINES[1]
    _check_engine(in_spark, master, workers, memory)
    terms["locality"] = one_place(terms["locality"], terms.pop("zip_code"))
    one_setting(terms["setting"], terms["pos"])
    terms["date"] = terms.pop("day")
    wanted = ("locality", "practitioner", "nonpar", *(() if terms["setting"] else ("pos",)))
    stdin = nullcontext(claims) if in_spark else with_stdin(claims)
    with fill(terms, wanted, {"as_json": as_json}), stdin as paths:
        terms["setting"] = terms["setting"] or Setting.NONFACILITY
        terms["practitioner"] = terms["practitioner"] or PHYSICIAN
        terms["nonpar"] = bool(terms["nonpar"])
        terms |= {"group": group, "db": ctx.obj}
        if in_spark:
            request = read_request(**terms)
            result = _run_in_spark(claims, output, force, read_mapping(columns), request, master)
        else:
            job = read_job(
                paths,
                output,
                columns=columns,
                workers=workers,
                memory=memory,
                force=force,
                **terms,
            )
            result = _run(job, claims, paths)
        if as_json:
            print_json(result.to_dict())
        else:
            _print(result)
        _print_warnings(result)
        print_file(count_of(result.lines, "line"), Path(output))


def _run(job: Job, claims: Sequence[str], paths: Sequence[str]) -> Repricing:
    """Run a job; on a terminal, stderr shows how far it is."""
    temporary = {path for claim, path in zip(claims, paths, strict=True) if claim == STDIN}
    files = [(path, STDIN_NAME if name in temporary else name) for path, name in job.files]
    job = replace(job, files=tuple(files))
    if not sys.stderr.isatty():
        return job.run()
    line = _Line()
    try:
        return job.run(line.show)
    finally:
        line.clear()


def _check_engine(
    in_spark: bool, master: str | None, workers: int | None, memory: str | None
) -> None:
    """Refuse an option of the other engine."""
    if in_spark and (workers or memory):
        name = "--workers" if workers else "--memory"
        raise click.UsageError(f"{name} is of DuckDB; Spark has settings of its own")
    if master is not None and not in_spark:
        raise click.UsageError("--master goes with --engine spark")


def _run_in_spark(
    claims: tuple[str, ...],
    output: str,
    force: bool,
    columns: Mapping[str, str],
    request: Request,
    master: str | None,
) -> Repricing:
    """Run a job in a session of Spark."""
    from feesync.batch.spark_job import SparkJob
    from feesync.batch.spark_session import open_session

    job = SparkJob(claims, output, force, columns, request)
    job.check()
    with open_session(master) as session:
        return job.run(session)


class _Line:
    """A line on the terminal that says what a run is doing, and for how long."""

    def __init__(self) -> None:
        self._begin = time.monotonic()

    def show(self, stage: str, share: float | None) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._begin), 60)
        done = "" if share is None else f" {share:.0%}"
        self._write(f"feesync: {stage}{done}, {minutes}:{seconds:02}")

    def clear(self) -> None:
        self._write("")

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()


def _print(result: Repricing) -> None:
    files = "each by itself" if result.group == Group.LINE else f"by {result.group}"
    click.echo(f"{count_of(result.lines, 'line')}, {files}\n")
    counts = [(Status.PRICED, result.priced), (Status.DENIED, result.denied)]
    rows: list[tuple[str, str, str, str]] = []
    for status, count in (*counts, (Status.REFUSED, result.refused)):
        own = [one for one in result.reasons if one.status == status]
        rest = count - sum(one.lines for one in own)
        if rest or (status is Status.PRICED and not own):
            rows.append((status.value, f"{rest:,}", "", ""))
        rows += [(status.value, f"{one.lines:,}", one.reason, _words(one.reason)) for one in own]
    print_table(("Status", "Lines", "Reason", "Meaning"), rows, ("Lines",), {"Meaning": _MEANING})
    click.echo()
    for label, amount in (
        ("The contract allows" if result.contract else "Medicare allows", result.allowed),
        ("Medicare pays", result.medicare_payment),
        ("Sequestration takes", result.sequestration),
        ("Patients owe", result.patient_responsibility),
    ):
        if amount is not None:
            click.echo(f"  {label:<{_WIDE}}{amount:>{_AMOUNT},.2f}")
    click.echo()
    if result.contract:
        print_lines(f"The contract: {result.contract.words}")
    if found := result.variance:
        print_lines(_variance_words(found))
    for one in result.releases:
        release = one.release
        stand_in = f", for {one.stand_in:,} of them as a stand-in" if one.stand_in else ""
        print_lines(
            f"{release.label}, in effect {release.effective_from} to {release.effective_to}: "
            f"{count_of(one.lines, 'line')}{stand_in}"
        )
    click.echo(_column_words(result))


def _column_words(result: Repricing) -> str:
    """Return which columns were read as what, and how many were not, in lines of some length."""
    read = [
        theirs if plain(theirs) == plain(ours) else f"{theirs} ({ours})"
        for ours, names in result.columns.items()
        for theirs in names
    ]
    carried = f"; {count_of(result.carried, 'other')} carried" if result.carried else ""
    return textwrap.fill(f"Columns: {', '.join(read)}{carried}", _WIDTH, subsequent_indent="  ")


def _variance_words(found: Variance) -> str:
    """Return how what was allowed compares, in a sentence."""
    parts = [f"{found.equal:,} equal"]
    if found.under:
        parts.append(f"{found.under:,} under by {found.under_amount:,.2f}")
    if found.over:
        parts.append(f"{found.over:,} over by {found.over_amount:,.2f}")
    total = found.equal + found.under + found.over
    return f"Of {count_of(total, 'line')} with what was allowed: {', '.join(parts)}"


def _words(reason: str) -> str:
    """Return what a reason means; nothing of the code of a note."""
    return Reason(reason).words if reason in {*Reason} else ""


def _print_warnings(result: Repricing) -> None:
    """Print on stderr what may be other than was meant: files, columns, groups, stand-ins."""
    shown = result.findings[:_MOST_FINDINGS]
    for file, finding in shown:
        _warn(f"{file}: {sentence(finding)}")
    if more := len(result.findings) - len(shown):
        _warn(f"and {more:,} more of the kind")
    for theirs, ours in result.unread:
        text = f"the column {excerpt(theirs)} was carried through, not read"
        hint = Hint(HintKind.MAP_COLUMN, column=theirs, meaning=ours)
        _warn(with_hint(text, hint))
    if result.group == Group.CLAIM and result.lines and "claim_id" not in result.columns:
        _warn("there is no column claim_id: each line was priced by itself")
    if (found := result.variance) and found.unread:
        count = count_of(found.unread, "line")
        _warn(f"what was allowed cannot be read in {count}: they have no variance")
    for reason in result.reasons:
        if reason.reason == Reason.NO_RELEASE:
            _warn(
                f"no loaded release answers for {count_of(reason.lines, 'line')}; 'feesync sync' "
                "brings those of this year and the last, --year YYYY others"
            )
    for one in result.releases:
        if one.stand_in:
            _warn(
                f"{one.release.label} stood in for the release of "
                f"{count_of(one.stand_in, 'line')}; 'feesync sync' brings what is missing"
            )


def _warn(text: str) -> None:
    click.echo(f"feesync: warning: {text}", err=True)
