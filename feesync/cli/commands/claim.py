"""`feesync claim`: what Medicare allows for the lines of a claim together."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from feesync.claims.claim_estimate import ClaimEstimate
from feesync.claims.estimate import Estimate
from feesync.claims.estimator import estimate_lines
from feesync.claims.header import Header
from feesync.claims.line import ClaimLine
from feesync.cli.command import Reader
from feesync.cli.options import db_option, explain_option, header_options, json_option, one_form
from feesync.cli.output import print_json, print_table
from feesync.errors import ExitStatus, InvalidInputError
from feesync.model.note import Note
from feesync.model.reading import excerpt

_COLUMNS = (
    "Line",
    "Code",
    "Units",
    "Fee",
    "Rank",
    "Steps",
    "Allowed",
    "Medicare",
    "Sequestr.",
    "Patient",
)
_WHOLE = re.compile(r"[0-9]{1,9}")
_PAYERS = 3
"""How many columns at the end say who pays; they are left out for a contract."""
_RIGHT = ("Line", "Units", "Fee", "Rank", "Allowed", "Medicare", "Sequestr.", "Patient")


@click.command("claim", cls=Reader, short_help="What Medicare allows for the lines of a claim.")
@click.argument("lines", nargs=-1, required=True, metavar="LINE...")
@header_options
@click.option(
    "--incomplete",
    is_flag=True,
    help="Leave out a line that cannot be priced, and price the others as the claim without it.",
)
@json_option
@explain_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    lines: tuple[str, ...],
    header: Header,
    incomplete: bool,
    as_json: bool,
    explain: bool,
) -> None:
    """Estimate what Medicare allows for the lines of a claim: one practitioner, patient and day.

    A LINE is a code with its modifiers, units and charge, 64493-50x1@250.00 (or 66984-55d30, days
    of care after an operation), or a file: .json holds a list of such texts, or of objects with
    hcpcs, modifiers, units, charge and postop_days; .csv has those columns, the modifiers with
    blanks between them.

    \b
      feesync claim 64493-50 64494-50 --locality 01112-05 --date 2025-11-03
      feesync claim 64493-RT@300 64493-LT@300 --locality CA-05 --deductible 100
      feesync claim 64493-50 64494-50 --locality AL --percent 110 --of-year 2022
      feesync claim lines.csv --locality 01112-05 --json
    """
    one_form(as_json, explain)
    claim_lines = [line for argument in lines for line in _lines(argument)]
    claim = estimate_lines(header, claim_lines, incomplete=incomplete, db=ctx.obj)
    if as_json:
        print_json(claim.to_dict())
    elif explain:
        click.echo(
            "\n\n".join(
                f"Line {number}: {line.explain()}"
                for number, line in zip(claim.numbers, claim.lines, strict=True)
            )
        )
        click.echo()
        _print_sums(claim)
    else:
        _print_table(claim)
    reasons = [
        (number, note.text)
        for number, line in zip(claim.numbers, claim.lines, strict=True)
        for note in line.denials
        if as_json  # the text has them among its notes
    ]
    if claim.refused:
        from feesync.cli.hints import with_hint  # not where every line has a price

        reasons += [(line.number, with_hint(line.reason, line.hint)) for line in claim.refused]
    for number, text in sorted(reasons):
        click.echo(f"feesync: no price: line {number}: {text}", err=True)
    if claim.refused or any(line.allowed is None for line in claim.lines):
        ctx.exit(ExitStatus.NO_PRICE)


def _lines(argument: str) -> Iterable[Any]:
    suffix = Path(argument).suffix.lower()
    if suffix not in (".json", ".csv"):
        return [argument]
    try:
        text = Path(argument).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InvalidInputError(f"{argument} cannot be read: {reason}") from None
    return _from_json(argument, text) if suffix == ".json" else _from_csv(argument, text)


def _from_json(name: str, text: str) -> list[Any]:
    import json

    try:
        lines = json.loads(text, parse_float=Decimal, object_pairs_hook=_once_each)
    except RecursionError:
        raise InvalidInputError(f"{name} holds no list of claim lines: it nests too deep") from None
    except ValueError as error:
        raise InvalidInputError(f"{name} is not JSON: {str(error)[:100]}") from None
    if not isinstance(lines, list):
        raise InvalidInputError(f"{name} holds no list of claim lines")
    return lines


def _once_each(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; refuse one with a name twice, since a choice would be a guess."""
    values = dict(members)
    if len(values) < len(members):
        names = [name for name, _ in members]
        raise ValueError(f"{excerpt(max(names, key=names.count))} appears twice in an object")
    return values


def _from_csv(name: str, text: str) -> list[Any]:
    try:
        reader = csv.DictReader(text.splitlines(), strict=True)
        columns = [column.strip().lower() for column in reader.fieldnames or ()]
        rows = list(reader)
    except csv.Error as error:
        raise InvalidInputError(f"{name} is not readable as csv ({error})") from None
    if len(set(columns)) < len(columns):
        raise InvalidInputError(
            f"{name} has the column {excerpt(max(columns, key=columns.count))} twice"
        )
    return [_csv_line(f"{name}, row {number}", row) for number, row in enumerate(rows, start=2)]


def _csv_line(where: str, row: dict[str | None, str | None]) -> ClaimLine:
    if None in row:
        raise InvalidInputError(f"{where} has more cells than the header")
    values: dict[str, object] = {
        str(name).strip().lower(): value.strip()
        for name, value in row.items()
        if value and value.strip()
    }
    for name in ("units", "postop_days"):
        if name in values:
            if not _WHOLE.fullmatch(str(values[name])):
                raise InvalidInputError(
                    f"{where}: {name} {excerpt(values[name])} is not a whole number"
                )
            values[name] = int(str(values[name]))
    try:
        return ClaimLine.read(values)
    except InvalidInputError as error:
        raise InvalidInputError(f"{where}: {error}") from None


def _print_table(claim: ClaimEstimate) -> None:
    first = claim.lines[0]
    place = f", place of service {first.pos}" if first.pos else ""
    settings = " and ".join(dict.fromkeys(line.setting.value for line in claim.lines))
    click.echo(f"{settings}{place}, {first.date}\n{first.locality}")
    for release in dict.fromkeys(
        (line.release.label, line.rate.conversion_factor, line.rate.basis) for line in claim.lines
    ):
        click.echo("{}, conversion factor {} {}".format(*release))
    click.echo()
    rows = [_row(number, line) for number, line in zip(claim.numbers, claim.lines, strict=True)]
    sums = (
        claim.allowed,
        claim.medicare_payment,
        claim.sequestration,
        claim.patient_responsibility,
    )
    end = -_PAYERS if first.contract else None
    table = [row[:end] for row in (*rows, ("", "Total", "", "", "", "", *map(_money, sums)))]
    print_table(_COLUMNS[:end], table, right=_RIGHT)
    _print_notes(claim)


def _row(number: int, line: Estimate) -> tuple[object, ...]:
    steps = ", ".join(
        f"{step.name} x {step.factor}" if step.factor is not None else step.name
        for step in line.steps
    )
    amounts = (line.allowed, line.medicare_payment, line.sequestration, line.patient_responsibility)
    return (
        number,
        line.code,
        line.units,
        _money(line.fee),
        line.rank or "",
        steps,
        *map(_money, amounts),
    )


def _money(amount: Decimal | None) -> str:
    return "no price" if amount is None else f"{amount:,.2f}"


def _print_sums(claim: ClaimEstimate) -> None:
    contract = claim.lines[0].contract
    sums = [("Contract allows" if contract else "Medicare allows", claim.allowed)]
    if not contract:
        sums += [
            ("Medicare pays", claim.medicare_payment),
            ("Sequestration takes", claim.sequestration),
            ("Patient owes", claim.patient_responsibility),
        ]
    for label, amount in sums:
        click.echo(f"  {'Claim: ' + label:<44}{_money(amount):>12}")
    for note in claim.notes:
        click.echo(f"  {note}")


def _print_notes(claim: ClaimEstimate) -> None:
    numbers_of: dict[Note, list[int]] = {}
    for number, line in zip(claim.numbers, claim.lines, strict=True):
        for note in line.notes:
            numbers_of.setdefault(note, []).append(number)
    notes = [f"line {', '.join(map(str, numbers))}: {note}" for note, numbers in numbers_of.items()]
    for text in ["", *notes, *claim.notes] if notes or claim.notes else []:
        click.echo(str(text))
