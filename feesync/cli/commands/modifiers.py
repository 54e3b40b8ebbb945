"""`feesync modifiers`: the modifiers of a line, and what each does to its price."""

from __future__ import annotations

import click

from feesync.cli.command import Once
from feesync.cli.options import csv_option, json_option, one_format
from feesync.cli.output import print_csv, print_json, print_table
from feesync.errors import InvalidInputError
from feesync.reference.modifiers import MODIFIERS
from feesync.reference.tables import read_table

_TABLE = ("Modifier", "Effect", "Factor", "From", "To", "Sure", "What it does")
_WIDTHS = {"What it does": 72}


@click.command("modifiers", cls=Once, short_help="What a modifier does to the price.")
@click.argument("start", required=False)
@csv_option
@json_option
def command(start: str | None, as_csv: bool, as_json: bool) -> None:
    """List the modifiers that a line may have: all, or those that begin with START.

    \b
      feesync modifiers
      feesync modifiers Q
      feesync modifiers FY --json

    Sure is V where CMS's own text says so, S where another source does, R where feesync recalls it;
    --csv and --json name the source.
    """
    one_format(as_json, as_csv)
    prefix = (start or "").strip().upper()
    rows = [row for row in read_table(MODIFIERS) if row["modifier"].startswith(prefix)]
    if not rows:
        raise InvalidInputError(
            f"no modifier starts with {(start or '')[:40]!r}; 'feesync modifiers' lists all"
        )
    if as_json:
        print_json([{name: value or None for name, value in row.items()} for row in rows])
    elif as_csv:
        print_csv(tuple(rows[0]), (tuple(row.values()) for row in rows))
    else:
        print_table(_TABLE, [_cells(row) for row in rows], wrapped=_WIDTHS)


def _cells(row: dict[str, str]) -> tuple[str, ...]:
    names = ("modifier", "effect", "factor", "from", "to", "confidence", "words")
    return tuple(row[name].replace("_", " ") if name == "effect" else row[name] for name in names)
