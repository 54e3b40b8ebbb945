"""`feesync check`: a paid line, what it should have been, and what the amount is right for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click

from feesync.analysis.check import check_line
from feesync.analysis.price_check import price_list
from feesync.analysis.price_file import read_price_list
from feesync.analysis.price_list import PriceList
from feesync.analysis.price_row import Finding, PriceRow
from feesync.claims.header import Header
from feesync.claims.line import ClaimLine
from feesync.cli.command import Reader
from feesync.cli.input import STDIN, read_input
from feesync.cli.options import (
    csv_option,
    db_option,
    header_options,
    json_option,
    modifiers_option,
    one_format,
)
from feesync.cli.output import (
    print_csv_rows,
    print_json,
    print_notes,
    print_prose,
    print_table,
)
from feesync.cli.place import required_place
from feesync.errors import ExitStatus, InvalidInputError, worst
from feesync.formats.table import TABLE_SUFFIXES
from feesync.text.cells import count_of

_FINDING_WIDTH = 28
_RIGHT = ("Row", "Amount", "Medicare", "Percent")


@click.command("check", cls=Reader, short_help="What a paid line should be, and why it is not.")
@click.argument("line", metavar="LINE|TABLE")
@modifiers_option
@click.option("--allowed", metavar="DOLLARS", help="What the payer allowed for the line.")
@click.option(
    "--paid",
    metavar="DOLLARS",
    help="What the payer paid for it, after deductible, coinsurance and sequestration.",
)
@partial(header_options, place=lambda text: text or "")
@click.option(
    "--fail-on-difference", is_flag=True, help="Exit with status 4 where an amount differs."
)
@json_option
@csv_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    line: str,
    header: Header,
    modifiers: tuple[str, ...],
    allowed: str | None,
    paid: str | None,
    fail_on_difference: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Hold an amount of a remittance against what Medicare allows, and say what it is right for.

    LINE is a code with its modifiers, units and charge, as for claim: 64493-50x1@250.00. Give what
    was allowed, or what was paid, or both. Every cause that meets the amount to the cent is listed,
    the likeliest first, with its arithmetic: a modifier left out, the other setting, a rank behind
    another procedure, other units, rates of another quarter or locality, and so on; pairs of
    causes where no single one does.

    TABLE is a price list of your own, .csv, .xlsx or - for standard input: columns of codes,
    modifiers and amounts, perhaps of places (a ZIP or a locality), settings and dates. Each row is
    equal to what Medicare allows, or of another quarter, or different, in percent of it.

    The difference is the answer: the exit status is 0 all the same, unless --fail-on-difference is
    given.

    \b
      feesync check 64493-50 --allowed 222.87 --zip 94110 --date 11/03/2025
      feesync check 64493-50 --paid 174.73 --locality 01112-05 --date 2025-11-03
      feesync check prices.csv --locality 01112-05 --date 2025-11-03
    """
    one_format(as_json, as_csv)
    if line == STDIN or Path(line).suffix.lower() in TABLE_SUFFIXES:
        if allowed is not None or paid is not None or header.deductible or modifiers:
            raise click.UsageError(
                "--allowed, --paid, --deductible and --modifier are for a line: a price list has "
                "its amounts and modifiers in columns"
            )
        rows = read_price_list(*read_input(line))
        if rows and not any(row.get("locality") for _, row in rows):
            required_place(header.locality or None)
        prices = price_list(header, rows, db=ctx.obj)
        _print_prices(prices, as_json=as_json, as_csv=as_csv)
        status, differs = prices.status, prices.differs
    else:
        required_place(header.locality or None)
        if allowed is None and paid is None:
            raise click.UsageError(
                "what does the remittance say? Give --allowed, what the payer allowed for the "
                "line, or --paid, what it paid of it"
            )
        claim_line = ClaimLine.read(line)
        own = (*(claim_line.modifiers or ()), *modifiers)
        claim_line = claim_line._replace(modifiers=own)
        result = check_line(header, claim_line, allowed=allowed, paid=paid, db=ctx.obj)
        if as_json:
            print_json(result.to_dict())
        elif as_csv:
            print_csv_rows(result.rows())
        else:
            click.echo(result.summary())
        has_price = result.estimate.allowed is not None
        status, differs = ExitStatus.OK if has_price else ExitStatus.NO_PRICE, result.differs
    ctx.exit(worst((status, ExitStatus.REFUSED if fail_on_difference and differs else status)))


def _print_prices(prices: PriceList, *, as_json: bool, as_csv: bool) -> None:
    if not prices.prices:
        raise InvalidInputError("the price list has no rows")
    if as_json:
        print_json(prices.to_dict())
    elif as_csv:
        print_csv_rows(prices.rows())
    else:
        _print_list(prices)
    reasons = [price for price in prices.prices if price.reason]
    if reasons:
        from feesync.cli.hints import with_hint  # not where every row has a price

        texts: dict[str, None] = {}  # a row with two amounts has its reason once
        for price in reasons:
            kind = "no price: " if price.finding is Finding.NO_PRICE else ""
            texts[f"{kind}row {price.row}: {with_hint(price.reason, price.hint)}"] = None
        for text in texts:
            click.echo(f"feesync: {text}", err=True)
    print_notes(prices.notes)


_Cell = Callable[[PriceRow], object]
_COMMON: dict[str, _Cell] = {
    "Date": lambda price: price.date,
    "Setting": lambda price: price.setting.value,
    "Place": lambda price: price.locality and price.locality.key,
}
"""Columns that stand above the table where all rows have the same value."""

_COLUMNS: dict[str, _Cell] = {
    "Row": lambda price: price.row,
    "Code": lambda price: price.code,
    **_COMMON,
    "Amount": lambda price: _money(price.amount),
    "Medicare": lambda price: _money(price.allowed),
    "Percent": lambda price: price.percent,
    "Finding": lambda price: _finding(price),
}


def _print_list(prices: PriceList) -> None:
    known = [price for price in prices.prices if price.locality]
    same = [name for name, cell in _COMMON.items() if len({cell(price) for price in known}) <= 1]
    if known:
        first = known[0]
        names = {"Date": str(first.date), "Setting": first.setting, "Place": str(first.locality)}
        for name in same:
            print_prose(str(names[name]))
        click.echo(", ".join(dict.fromkeys(str(price.release) for price in known)) + "\n")
    columns = [name for name in _COLUMNS if name not in same]
    rows = [[_COLUMNS[name](price) for name in columns] for price in prices.prices]
    print_table(columns, rows, right=_RIGHT, widest={"Finding": _FINDING_WIDTH})
    click.echo()
    for text in _summary(prices):
        print_prose(text)


def _summary(prices: PriceList) -> Sequence[str]:
    """Return the findings in numbers, and how the prices stand to Medicare's."""
    counts = [f"{count} {_NAMES[finding]}" for finding, count in prices.counts.items() if count]
    texts = [f"{count_of(len(prices.prices), 'price')}: {', '.join(counts)}."]
    if prices.releases:
        shares = (f"{label} {count}" for label, count in prices.releases.items())
        texts.append(f"Prices that are right by another release: {', '.join(shares)}.")
    if prices.percents:
        low, middle, high = prices.percents
        text = f"Of what Medicare allows: {low} % to {high} %, {middle} % in the middle"
        if prices.common_percent:
            percent, count = prices.common_percent
            text += f"; {percent} % in {count} of {len(prices.prices)}"
        texts.append(f"{text}.")
    return texts


_NAMES = {
    Finding.EQUAL: "equal",
    Finding.RELEASE: "right by another release",
    Finding.CAUSE: "right otherwise",
    Finding.DIFFERENT: "different",
    Finding.NO_PRICE: "without a price",
    Finding.REFUSED: "refused",
}


def _finding(price: PriceRow) -> str:
    if price.finding is Finding.RELEASE:
        return ", ".join(price.releases)
    if price.finding is Finding.CAUSE:
        return f"as {price.causes[0]}"
    return price.finding.value.replace("-", " ")


def _money(amount: object) -> str:
    return "" if amount is None else f"{amount:,.2f}"
