"""`feesync audit`: remittances beside what should have been allowed, and why it was not."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from glob import has_magic
from pathlib import Path
from typing import Any

import click

from feesync.cli.audit_text import print_audit, summary
from feesync.cli.command import Reader, refuse_several
from feesync.cli.contract import contract_options
from feesync.cli.hints import error_text
from feesync.cli.input import STDIN, STDIN_NAME, with_stdin
from feesync.cli.numbers import WholeNumber
from feesync.cli.options import (
    check_file,
    csv_option,
    db_option,
    force_option,
    json_option,
    nonpar_option,
    practitioner_option,
    qp_option,
)
from feesync.cli.output import print_csv_rows, print_file, print_json
from feesync.cli.place import fill, optional_locality_option
from feesync.errors import ExitStatus, worst
from feesync.pricing.practitioner import PHYSICIAN
from feesync.remittance.audit import TOLERANCE, audit_files
from feesync.remittance.audit_line import AuditLine
from feesync.remittance.audit_result import Audit, AuditFile, ProviderTotal
from feesync.remittance.line_status import Reason
from feesync.remittance.totals import Total, Unaudited
from feesync.text.cells import count_of
from feesync.writers import answer
from feesync.x12.findings import sentence

_MOST_FINDINGS = 20
_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


class _Files(click.Path):
    """A file that is there, or a pattern of several."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click has it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401
        """Return the path or the pattern as it stands."""
        return value if has_magic(value) else super().convert(value, param, ctx)


_FILES = _Files(exists=True, dir_okay=False, readable=True)
_FILES_OR_STDIN = _Files(exists=True, dir_okay=False, readable=True, allow_dash=True)


@click.command("audit", cls=Reader, short_help="What remittances underpaid, and why.")
@click.argument("files", nargs=-1, required=True, metavar="REMIT...", type=_FILES_OR_STDIN)
@partial(optional_locality_option, names=())
@click.option(
    "--providers",
    type=_FILE,
    metavar="FILE",
    help="A table of practitioners, .csv or .xlsx: npi, and of locality or zip, practitioner and "
    "nonpar what differs between them.",
)
@click.option(
    "--claims",
    type=_FILES,
    multiple=True,
    metavar="FILE",
    help="The claims as billed, for the place of each: 837P, or a table with claim_id, line, zip "
    "or locality, pos, npi. Repeatable.",
)
@practitioner_option
@nonpar_option
@qp_option
@contract_options
@click.option(
    "--tolerance",
    default=TOLERANCE,
    show_default=True,
    metavar="DOLLARS",
    help="The largest difference that is none.",
)
@click.option(
    "--most",
    type=WholeNumber(0),
    default=20,
    show_default=True,
    metavar="N",
    help="How many lines a table has; 0 for all. --csv, --json and -o have all.",
)
@click.option(
    "--show-claim-ids",
    is_flag=True,
    help="Name claims and lines by the provider's numbers, which are health information.",
)
@click.option(
    "--fail-on-difference",
    is_flag=True,
    help="Exit with status 4 where a line was underpaid or overpaid.",
)
@csv_option
@json_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write FILE.csv, FILE.json or FILE.xlsx, which nobody else can read.",
)
@force_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    locality: str | None,
    providers: Path | None,
    claims: tuple[str, ...],
    practitioner: str | None,
    nonpar: bool | None,
    qp: bool,
    percent: str | dict[str, str] | None,
    of_year: int | None,
    conversion_factor: str | None,
    tolerance: str,
    most: int,
    show_claim_ids: bool,
    fail_on_difference: bool,
    as_csv: bool,
    as_json: bool,
    output: Path | None,
    force: bool,
) -> None:
    """Find what remittances (X12 835) underpaid, and what each amount would be right for.

    REMIT is a file, a quoted pattern, or - for standard input.

    A line is held against what Medicare allows for it on its day, beside the other paid lines of
    its claim: allowed against allowed, so that sequestration and the deductible are no
    underpayment. The worklist is sorted by dollars. Reversals are netted with their corrections
    across all files, whatever their order.

    A remittance does not say where a service was furnished. --locality is for all lines,
    --providers for the lines of each practitioner, --claims for each claim as it was billed.
    Claims that are not Medicare Part B are audited by a contract: --percent, --of-year,
    --conversion-factor.

    \b
      feesync audit remit.835 --locality 01112-05
      feesync audit '2025-11/*.835' --providers practice.csv -o worklist.xlsx
      feesync audit remit.835 --claims billed.837 --show-claim-ids --csv
      feesync audit remit.835 --zip 33612 --percent 110 --of-year 2022

    Underpaid lines end with exit status 0 all the same, unless --fail-on-difference is given; a
    file that is refused does not, and the others are audited. Names of persons are read from no
    file, and claims have no number of their own unless --show-claim-ids is given.
    """
    refuse_several((("--json", as_json), ("--csv", as_csv), ("-o", output)))
    check_file(ctx, "-o", output, force=force, check=answer.check)
    values: dict[str, Any] = {
        "locality": locality,
        "practitioner": practitioner,
        "nonpar": nonpar,
    }
    names = [name for name in values if name != "locality" or not (providers or claims)]
    form = {"as_json": as_json, "as_csv": as_csv or output}
    with fill(values, names, form), with_stdin(files) as paths:
        if not (values["locality"] or providers or claims):
            raise click.UsageError(
                "a remittance does not say where services were furnished: give --locality (or "
                "--zip), --providers FILE, or --claims FILE"
            )
        progress = _Progress(is_visible=_on_terminal())
        try:
            result = audit_files(
                paths,
                progress.show,
                locality=values["locality"],
                providers=providers,
                claims=claims or None,
                practitioner=values["practitioner"] or PHYSICIAN,
                nonpar=bool(values["nonpar"]),
                qp=qp,
                contract={
                    "percent": percent,
                    "of_year": of_year,
                    "conversion_factor": conversion_factor,
                },
                tolerance=tolerance,
                show_claim_ids=show_claim_ids,
                db=ctx.obj,
                names={
                    Path(path): STDIN_NAME
                    for path, name in zip(paths, files, strict=True)
                    if name == STDIN
                },
            )
        finally:
            progress.end()
        if as_json:
            print_json(result.to_dict())
        elif as_csv:
            print_csv_rows(result.rows(), AuditLine._fields)
        elif output:
            answer.write(output, result.to_dict(), _sheets(result), force=force)
        else:
            print_audit(result, most)
    _print_remarks(result)
    if as_csv or output:
        click.echo(f"feesync: {summary(result)}", err=True)
    if output:
        print_file(count_of(len(result.lines), "line"), output)
    differs = fail_on_difference and result.differs
    ctx.exit(worst((result.status, ExitStatus.REFUSED if differs else ExitStatus.OK)))


def _on_terminal() -> bool:
    return sys.stderr.isatty()


class _Progress:
    """Shows on a terminal's stderr what is being done, in one line."""

    def __init__(self, *, is_visible: bool) -> None:
        self._is_visible, self._width = is_visible, 0

    def show(self, what: str, done: int, of: int) -> None:
        if self._is_visible:
            text = f"{what}: {done:,} of {of:,} claims" if of else f"{what}: {done:,} claims"
            click.echo(f"\r{text.ljust(self._width)}", nl=False, err=True)
            self._width = len(text)

    def end(self) -> None:
        if self._width:
            click.echo(f"\r{' ' * self._width}\r", nl=False, err=True)
            self._width = 0


def _sheets(result: Audit) -> list[answer.AnswerTable]:
    """Return the tables of a workbook."""

    def sums(name: str, totals: Iterable[Total]) -> answer.AnswerTable:
        return answer.AnswerTable(name, Total._fields, [each.to_dict() for each in totals])

    left = [each.to_dict() for each in result.unaudited]
    apart = [each.to_dict() for each in result.provider_adjustments]
    return [
        answer.AnswerTable("Lines", AuditLine._fields, result.rows()),
        sums("By code", result.by_code),
        sums("By cause", result.by_cause),
        sums("By payer", result.by_payer),
        answer.AnswerTable("Not audited", Unaudited._fields, left),
        answer.AnswerTable("Provider adjustments", ProviderTotal._fields, apart),
    ]


def _print_remarks(result: Audit) -> None:
    """Print on stderr what is wrong in the files, and what makes the answer less certain."""
    for file in (*result.files, *result.claim_files):
        for text in _remarks(file):
            click.echo(f"feesync: {text}", err=True)
    if count := sum(line.reason == Reason.NO_RELEASE for line in result.lines):
        click.echo(
            f"feesync: warning: no loaded release answers for {count_of(count, 'line')}; 'feesync "
            "sync' brings those of this year and the last, --year YYYY others",
            err=True,
        )
    for label, count in result.stand_ins.items():
        click.echo(
            f"feesync: warning: {count_of(count, 'line')} of dates whose release is not loaded: "
            f"{label} of the same year answers; 'feesync sync' brings the exact one",
            err=True,
        )


def _remarks(file: AuditFile) -> list[str]:
    if file.error is not None:
        return [error_text(file.error)]
    shown = file.findings[:_MOST_FINDINGS]
    texts = [f"warning: {file.file}: {sentence(finding)}" for finding in shown]
    if more := len(file.findings) - len(shown):
        texts.append(f"warning: {file.file}: and {more:,} more")
    if file.repeated:
        claims = count_of(file.repeated, "claim")
        texts.append(f"info: {file.file}: {claims} that a file before it has too, counted once")
    return texts
