"""`feesync config`: the defaults of the user, shown, set and unset."""

from __future__ import annotations

import click

from feesync import defaults
from feesync.cli.command import QuietReader
from feesync.cli.options import db_option, json_option
from feesync.cli.output import print_json, print_table
from feesync.paths import settings_name

_SHOW, _SET, _UNSET = "show", "set", "unset"
_SPARE = {"zip": "locality"}
"""What people call a default besides."""

_EXAMPLES = {"locality": "33612", "pos": "office", "practitioner": "np", "nonpar": "true"}


class _Action(click.Choice[str]):
    """An action, or the line to type where a default stands in its place."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the action."""
        name, _, given = value.partition("=")
        name = _SPARE.get(name, name)
        if name in _EXAMPLES:
            raise click.UsageError(
                f"'feesync config set {name} {given or _EXAMPLES[name]}' sets a default, and "
                "'feesync config' shows all",
                ctx,
            )
        return super().convert(value, param, ctx)


@click.command("config", cls=QuietReader, short_help="Your own defaults: place, POS, who bills.")
@click.argument("action", type=_Action((_SHOW, _SET, _UNSET)), default=_SHOW)
@click.argument("name", required=False)
@click.argument("value", required=False)
@json_option
@db_option
@click.pass_context
def command(
    ctx: click.Context, action: str, name: str | None, value: str | None, as_json: bool
) -> None:
    """Show, set or unset what commands take where an option is not given.

    They are estimate, claim, check, sheet, coverage and history. NAME is locality (a ZIP, or what
    --locality takes), pos, practitioner or nonpar. An option goes before a variable
    (FEESYNC_LOCALITY, FEESYNC_POS, FEESYNC_PRACTITIONER, FEESYNC_NONPAR), and a variable before the
    file. An answer says which defaults it used.

    \b
      feesync config
      feesync config set locality 33612
      feesync config set pos office
      feesync config unset pos
    """
    if action == _SET and name and value is None and "=" in name:
        name, _, value = name.partition("=")
    name = _SPARE.get(name, name) if name else name
    if action == _SHOW:
        if name:
            raise click.UsageError(f"show takes no NAME; 'feesync config set {name} VALUE' sets it")
        _show(as_json)
    elif name is None:
        raise click.UsageError(
            f"{action} needs a NAME: {', '.join(defaults.VARIABLES)}, as in 'feesync config "
            f"{action} locality{' 33612' if action == _SET else ''}'"
        )
    elif action == _SET:
        if value is None:
            raise click.UsageError(
                f"set needs a NAME and a VALUE, as in 'feesync config set {name} "
                f"{_EXAMPLES.get(name, 'VALUE')}'"
            )
        _set(ctx, name, value)
    else:
        if value is not None:
            raise click.UsageError(f"unset takes no VALUE: 'feesync config unset {name}'")
        was_there = defaults.forget(name)
        click.echo(f"{name} {'is no default any more' if was_there else 'was no default'}")


def _set(ctx: click.Context, name: str, value: str) -> None:
    if name == "locality":
        from datetime import date

        from feesync.schedule.threads import open_schedule

        _, place, _ = open_schedule(ctx.obj).nearest_locality(value, date.today())
        meaning = f": {place}"
    else:
        meaning = ""
    kept = defaults.keep(name, value)
    click.echo(f"{name} is {_shown(kept)}{meaning}\nin {settings_name()}")


def _show(as_json: bool) -> None:
    found = defaults.read()
    if as_json:
        values = {
            name: {"value": value, "source": source} for name, (value, source) in found.items()
        }
        print_json({"file": settings_name(), "defaults": values})
        return
    rows = [
        (name, _shown(found[name][0]), found[name][1]) if name in found else (name, "", "")
        for name in defaults.VARIABLES
    ]
    print_table(("Default", "Value", "From"), rows)
    if not found:
        click.echo("\nNone is set; 'feesync config set locality ZIP' sets a place")


def _shown(value: defaults.Value) -> str:
    return str(value).lower() if isinstance(value, bool) else value
