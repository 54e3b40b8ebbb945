"""`feesync compare`: a code across localities, or in the two settings."""

from __future__ import annotations

from datetime import date as Date
from pathlib import Path

import click

from feesync.analysis.comparison import Comparison, comparisons
from feesync.cli.codes import codes_option, read_words, with_codes
from feesync.cli.command import Reader
from feesync.cli.contract import contract_options
from feesync.cli.options import (
    check_file,
    csv_option,
    date_option,
    db_option,
    force_option,
    json_option,
    modifiers_option,
    one_format,
    plot_option,
    qp_option,
)
from feesync.cli.output import (
    print_csv_rows,
    print_file,
    print_json,
    print_notes,
    print_text,
    print_unknown,
    source_line,
)
from feesync.cli.place import place_options
from feesync.cli.word import Word
from feesync.errors import ExitStatus
from feesync.model.locality import Locality
from feesync.model.money import change, decimal, dollars_or_none
from feesync.model.rate import BOTH, Setting, read_choice, settings_of
from feesync.model.result import notes_of, rows_of
from feesync.text.cells import change_cell, name_cell
from feesync.text.comparison import comparison_blocks


@click.command(
    "compare", cls=Reader, short_help="A code across localities, or in the two settings."
)
@click.argument("codes", nargs=-1, metavar="HCPCS...", callback=read_words)
@codes_option("one code or line")
@place_options
@date_option
@qp_option
@contract_options
@click.option(
    "--setting",
    type=Word([*(setting.value for setting in Setting), BOTH], read_choice),
    default=Setting.NONFACILITY.value,
    show_default=True,
    help="Rate, or both to compare them.",
)
@modifiers_option
@csv_option
@json_option
@plot_option
@force_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    codes: tuple[str, ...],
    more: tuple[str, ...],
    places: tuple[str, ...],
    states: tuple[str, ...],
    day: Date | None,
    qp: bool,
    percent: str | dict[str, str] | None,
    of_year: int | None,
    conversion_factor: str | None,
    setting: str,
    modifiers: tuple[str, ...],
    as_csv: bool,
    as_json: bool,
    plot: Path | None,
    force: bool,
) -> None:
    """Compare what Medicare allows for a code across localities; of several codes, one by one.

    The highest amount comes first, and each with its difference to the national amount. With
    --setting both, each place has its two rates side by side, and how the facility rate differs
    from the nonfacility rate. A code that the release lacks is named on stderr beside the others;
    the exit status is then 6. With --percent, --of-year or --conversion-factor the amounts are what
    a contract allows.

    \b
      feesync compare 64493 64635 --state CA --date 2025-11-03
      feesync compare 64493 -m 50 --locality AL --locality AK --setting both --csv
      feesync compare 64493-50 --state CA --percent 110 --of-year 2022
      feesync compare 64493 --all --plot 64493.svg
    """
    codes = with_codes(ctx, "codes", codes, more)
    one_format(as_json, as_csv)
    check_file(ctx, "--plot", plot, force=force)
    settings = settings_of(setting)
    if plot and len(codes) > 1:
        raise click.UsageError("--plot draws one code: name one")
    known, unknown = comparisons(
        codes,
        places,
        states,
        settings=settings,
        modifiers=modifiers,
        date=day,
        qp=qp,
        percent=percent,
        of_year=of_year,
        conversion_factor=conversion_factor,
        db=ctx.obj,
    )
    if plot and known[0].has_price:
        _draw(known[0], plot, force=force)
        print_file("a chart", plot)
    if as_json:
        print_json(rows_of(known))
    elif as_csv:
        print_csv_rows(rows_of(known))
    else:
        for number, comparison in enumerate(known):
            click.echo("\n" * bool(number), nl=False)
            print_text(comparison_blocks(comparison))
    print_notes(notes_of(known))
    print_unknown(ctx, unknown)
    if not all(comparison.has_price for comparison in known):
        ctx.exit(ExitStatus.NO_PRICE)


def _draw(comparison: Comparison, path: Path, *, force: bool) -> None:
    from feesync.analysis import plot

    release, both = comparison.quote.release, len(comparison.settings) > 1
    kind = "nonfacility and facility" if both else comparison.settings[0].value
    stand_in = (
        f"; it stands in: no loaded release covers {comparison.date}"
        if comparison.quote.stand_in
        else ""
    )
    caption = plot.Caption(
        f"{comparison.code}: what {_payer(comparison)} allows, {kind}",
        f"Date of service {comparison.date}, release {release.label}, "
        f"conversion factor {decimal(comparison.quote.rate.conversion_factor, 4)} "
        f"{comparison.quote.rate.basis}{stand_in}",
        source_line(release.label, f"{release.effective_from} to {release.effective_to}"),
        path,
        force,
    )
    rows = []
    for place in comparison.places:
        amounts = [place.amounts[setting] for setting in comparison.settings]
        before, after = (
            amounts if both else (comparison.national.amounts[comparison.settings[0]], amounts[0])
        )
        percent = None if place.locality.is_national and not both else change(before, after)[1]
        note = "" if percent is None else f"{change_cell(percent)} %"
        rows.append(
            plot.Bar(
                _label(place.locality),
                tuple(map(dollars_or_none, amounts)),
                note,
                place.locality.is_national,
            )
        )
    plot.bars(
        caption,
        [setting.value for setting in comparison.settings],
        "difference" if both else "to national",
        rows,
    )


def _payer(comparison: Comparison) -> str:
    contract = comparison.contract
    return f"a contract ({contract.words})" if contract else "Medicare"


def _label(place: Locality) -> str:
    return (
        place.name
        if place.is_national
        else f"{name_cell(place.name)}  {place.state or ''} {place.key}"
    )
