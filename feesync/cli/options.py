"""Options that several commands share."""

from __future__ import annotations

from datetime import date as Date

import click

from feesync.dates import read_date
from feesync.paths import DATABASE_VARIABLE


def _read_date(ctx: click.Context, param: click.Parameter, value: str | None) -> Date | None:
    return None if value is None else read_date(value)


def read_dates(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[Date, Date] | None:
    """Read FIRST:LAST, two days of one year."""
    if value is None:
        return None
    first_text, colon, last_text = value.partition(":")
    if not colon:
        raise click.UsageError(f"{param.opts[0]} {value!r} is not YYYY-MM-DD:YYYY-MM-DD")
    first, last = read_date(first_text), read_date(last_text)
    if first > last or first.year != last.year:
        raise click.UsageError(f"{param.opts[0]} {value!r} is not two days of one year, the first before the last")
    return first, last


def _use_database(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.obj = value


db_option = click.option(
    "--db", type=click.Path(dir_okay=False), metavar="FILE", expose_value=False, callback=_use_database,
    help=f"Database; by default {DATABASE_VARIABLE}, else in the user's data folder.",
)  # fmt: skip
"""The database, before the command or after it; commands find it in the context's `obj`."""

date_option = click.option("--date", "day", callback=_read_date, metavar="YYYY-MM-DD", help="Date of service; today by default.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
csv_option = click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
qp_option = click.option("--qp", is_flag=True, help="Conversion factor of a qualifying APM participant (from 2026 on).")


def one_format(as_json: bool, as_csv: bool) -> None:
    """Refuse two output formats at once."""
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")
