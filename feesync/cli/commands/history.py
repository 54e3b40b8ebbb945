"""`feesync history`: a code in a place over the loaded releases."""

from __future__ import annotations

from pathlib import Path

import click

from feesync.analysis.history import History, history
from feesync.cli.command import Reader
from feesync.cli.options import (
    check_file,
    csv_option,
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
    source_line,
)
from feesync.cli.place import locality_option
from feesync.cli.word import Word
from feesync.errors import ExitStatus, one_line
from feesync.model.money import dollars
from feesync.model.rate import Setting
from feesync.text.history import history_blocks, left_out, reasons


@click.command("history", cls=Reader, short_help="A code in a place over the loaded releases.")
@click.argument("hcpcs")
@locality_option
@click.option(
    "--setting",
    type=Word([setting.value for setting in Setting], Setting.read),
    default=Setting.NONFACILITY.value,
    show_default=True,
    help="Whose RVUs, change and bar are shown.",
)
@modifiers_option
@qp_option
@csv_option
@json_option
@plot_option
@force_option
@db_option
@click.pass_context
def command(
    ctx: click.Context,
    hcpcs: str,
    locality: str,
    setting: str,
    modifiers: tuple[str, ...],
    qp: bool,
    as_csv: bool,
    as_json: bool,
    plot: Path | None,
    force: bool,
) -> None:
    """Print what Medicare allowed for a code in a place, release by release.

    Each release has its change in percent; one that lacks the place or the code has the reason. The
    releases of the embedded snapshot are included.

    \b
      feesync history 64493 --locality 02102-01
      feesync history 64493 --locality national -m 50 --setting facility --csv
      feesync history 64493 --locality CA-05 --plot history.svg
    """
    one_format(as_json, as_csv)
    check_file(ctx, "--plot", plot, force=force)
    result = history(hcpcs, locality, modifiers=modifiers, qp=qp, db=ctx.obj)
    shown = Setting(setting)
    if plot and result.has_price(shown):
        _plot(result, plot, force=force)
        print_file("a chart", plot)
    if as_json:
        print_json(result.rows())
    elif as_csv:
        print_csv_rows(result.rows())
    else:
        print_text(history_blocks(result, shown))
    if text := left_out(result):
        click.echo(f"feesync: info: {text}", err=True)
    print_notes(result.notes)
    if not result.has_price(shown):
        if as_json or as_csv:  # the table has them
            for reason in reasons(result):
                click.echo(f"feesync: no price: {one_line(reason)}", err=True)
        ctx.exit(ExitStatus.NO_PRICE)


def _plot(result: History, path: Path, *, force: bool) -> None:
    from feesync.analysis import plot

    first, last = result.moments[0].release, result.moments[-1].release
    caption = plot.Caption(
        f"{result.code}: what Medicare allowed, {first.effective_from.year} to "
        f"{last.effective_to.year}",
        str(result.locality),
        source_line(
            f"{first.label} to {last.label}", f"{first.effective_from} to {last.effective_to}"
        ),
        path,
        force,
    )
    periods = [
        plot.Period(
            moment.release.label,
            moment.release.effective_from,
            moment.release.effective_to,
            tuple(
                None if (amount := moment.amounts[setting]) is None else dollars(amount)
                for setting in Setting
            ),
        )
        for moment in result.moments
    ]
    plot.steps(caption, [setting.value for setting in Setting], periods)
