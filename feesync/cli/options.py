"""Options that several commands share. Out of scope: those that name places (cli.place)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date as Date
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from feesync.claims.arguments import PURPOSES
from feesync.cli.command import Option, refuse_several
from feesync.cli.contract import contract_options
from feesync.cli.place import fill, one_locality_option, one_place, one_zip_option, required_place
from feesync.cli.word import Word
from feesync.model.dates import read_date
from feesync.model.rate import Setting
from feesync.paths import DATABASE_VARIABLE, database_path
from feesync.pricing.practitioner import PHYSICIAN, PRACTITIONERS
from feesync.pricing.practitioner import read as read_practitioner

if TYPE_CHECKING:
    from pathlib import Path

POS_HELP = "Place of service: its code, or a name such as office, hospital or asc"


def read_one_date(ctx: click.Context, param: click.Parameter, value: str | None) -> Date | None:
    """Return the day of an option that may be absent."""
    return None if value is None else read_date(value)


def read_each_date(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[Date, ...]:
    """Return the days of an option that is repeatable."""
    return tuple(map(read_date, values))


def read_dates(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[Date, Date] | None:
    """Return the two days of a text FIRST:LAST; they must be of one year."""
    if value is None:
        return None
    first_text, colon, last_text = value.partition(":")
    if not colon:
        raise click.UsageError(f"{param.opts[0]} {value!r} is not YYYY-MM-DD:YYYY-MM-DD")
    first, last = read_date(first_text), read_date(last_text)
    if first > last or first.year != last.year:
        raise click.UsageError(
            f"{param.opts[0]} {value!r} is not two days of one year, the first before the last"
        )
    return first, last


def _use_database(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value is None:
        return
    if ctx.obj is not None:
        raise click.UsageError("--db is given twice: before the command and after it")
    ctx.obj = value


db_option: Option = click.option(
    "--db",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    expose_value=False,
    callback=_use_database,
    help=f"Database; by default {DATABASE_VARIABLE}, else in the user's data folder.",
)
"""The database, given before the command or after it; commands find it in the context's `obj`."""

date_option: Option = click.option(
    "--date",
    "--dos",
    "day",
    callback=read_one_date,
    metavar="DATE",
    help="Date of service, 2025-11-03 or 11/03/2025; today by default.",
)
explain_option: Option = click.option(
    "--explain", is_flag=True, help="Print the derivation: RVU x GPCI, factor, steps, who pays."
)
json_option: Option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
csv_option: Option = click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
modifiers_option: Option = click.option(
    "-m",
    "--modifier",
    "modifiers",
    multiple=True,
    metavar="MOD",
    help="Modifier, such as 50, or several, such as 50,KX; repeatable.",
)
qp_option: Option = click.option(
    "--qp", is_flag=True, help="Conversion factor of a qualifying APM participant (from 2026 on)."
)
without_check_option: Option = click.option(
    "--without-check",
    "without_checks",
    multiple=True,
    metavar="NAME",
    help="Set one check of a release's own files aside, by its name; every answer from it then "
    "says so. Repeatable.",
)


def file_option(
    name: str, kinds: tuple[str, ...], text: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return an option that names a file to write; its suffix must be one of `kinds`."""

    def read(ctx: click.Context, param: click.Parameter, value: str | None) -> Path | None:
        if value is None:
            return None
        from pathlib import Path  # where a file is named, not at every start

        from feesync.writers import target

        path = Path(value)
        target.check_kind(path, kinds)
        return path

    return click.option(name, callback=read, metavar="FILE", help=text)


plot_option: Callable[[Callable[..., None]], Callable[..., None]] = file_option(
    "--plot", (".svg", ".png"), "Draw a chart too; the suffix says SVG or PNG."
)
force_option: Option = click.option("--force", is_flag=True, help="Replace a file that is there.")


def check_file(
    ctx: click.Context,
    name: str,
    path: Path | None,
    *,
    force: bool,
    check: Callable[..., None] | None = None,
) -> None:
    """Refuse, before anything is read, a file that must not be written, or a lone `--force`.

    Args:
        ctx: the command's.
        name: of the option, for errors.
        path: the file.
        force: whether an existing file may be replaced.
        check: the writer's own check of a file; by default that of every file.
    """
    if path:
        from feesync.writers import target

        (check or target.check)(path, database_path(ctx.obj), force=force)
    elif force:
        raise click.UsageError(f"--force goes with {name}")


nonpar_option: Option = click.option(
    "--nonpar/--par",
    default=None,
    help="Assigned claim of a non-participating practitioner; participating by default.",
)
practitioner_option: Option = click.option(
    "--practitioner",
    type=Word(list(PRACTITIONERS), read_practitioner),
    help="Who bills; a physician by default.",
)
setting_option: Option = click.option(
    "--setting",
    type=Word([setting.value for setting in Setting], Setting.read),
    help="Rate; nonfacility by default.",
)
pos_option: Option = click.option("--pos", metavar="POS", help=f"{POS_HELP}, instead of --setting.")
_HEADER_OPTIONS = (
    one_locality_option,
    one_zip_option,
    setting_option,
    pos_option,
    date_option,
    nonpar_option,
    practitioner_option,
    qp_option,
    click.option(
        "--deductible", metavar="DOLLARS", help="Part B deductible that the patient still owes."
    ),
    contract_options,
    click.option(
        "--purpose",
        type=click.Choice(PURPOSES, case_sensitive=False),
        help="What facet joint injections are for, for the coverage notes.",
    ),
    click.option(
        "--history",
        multiple=True,
        metavar="DATE:LINE",
        help="Earlier line of the patient, such as 2025-03-01:64493-50-KX; repeatable.",
    ),
    click.option(
        "--coverage/--no-coverage",
        default=True,
        help="Coverage notes on facet joint lines; on by default.",
    ),
)
"""The options of a claim header, under the names of the arguments of `read_header`."""


def one_setting(setting: str | None, pos: str | None) -> None:
    """Refuse a setting beside a place of service."""
    if setting and pos:
        raise click.UsageError(
            "--setting and --pos exclude each other: the place of service decides the setting"
        )


def header_options(
    command: Callable[..., None], place: Callable[[str | None], str] = required_place
) -> Callable[..., None]:
    """Add the options of a claim header, and pass them to the command as one checked `header`.

    Args:
        command: the command.
        place: returns the place, also where none is given.
    """

    @wraps(command)
    def with_header(*args: object, **kwargs: Any) -> None:  # noqa: ANN401 - of many types
        from feesync.claims.header import read_header

        values = {name: kwargs.pop(name) for name in names}
        values["locality"] = one_place(values["locality"], values.pop("zip_code"))
        one_setting(values["setting"], values["pos"])
        values["date"] = values.pop("day")
        wanted = ["locality", "practitioner", "nonpar", *(() if values["setting"] else ("pos",))]
        with fill(values, wanted, kwargs):
            values["locality"] = place(values["locality"])
            values["setting"] = values["setting"] or Setting.NONFACILITY
            values["practitioner"] = values["practitioner"] or PHYSICIAN
            values["nonpar"] = bool(values["nonpar"])
            command(*args, header=read_header(**values), **kwargs)

    wrapper: Callable[..., None] = with_header
    before = len(_parameters(wrapper))
    for option in reversed(_HEADER_OPTIONS):
        wrapper = option(wrapper)
    names = [str(param.name) for param in _parameters(wrapper)[before:]]
    return wrapper


def _parameters(command: Callable[..., None]) -> list[click.Parameter]:
    """Return the parameters that decorators have added to a function so far."""
    return getattr(command, "__click_params__", [])


def one_form(as_json: bool, explain: bool, as_csv: bool = False) -> None:
    """Refuse two forms of output."""
    refuse_several((("--json", as_json), ("--csv", as_csv), ("--explain", explain)))


def one_format(as_json: bool, as_csv: bool, xlsx: Path | None = None) -> None:
    """Refuse two output formats at once."""
    refuse_several((("--json", as_json), ("--csv", as_csv), ("--xlsx", xlsx)))
