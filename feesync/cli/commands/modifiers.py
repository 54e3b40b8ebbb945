"""`feesync modifiers`: the modifiers of a line, and what each does to its price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from feesync.cli.command import Once
from feesync.cli.options import csv_option, json_option, one_format
from feesync.cli.output import print_csv_rows, print_json, print_table
from feesync.reference.modifiers import modifiers

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
    rows = modifiers(start)
    if as_json:
        print_json(rows)
    elif as_csv:
        print_csv_rows(rows)
    else:
        print_table(_TABLE, map(_cells, rows), widest=_WIDTHS)


def _cells(row: Mapping[str, Any]) -> list[str]:
    names = ("modifier", "effect", "factor", "from", "to", "confidence", "words")
    cells = {name: row[name] or "" for name in names}
    return list((cells | {"effect": cells["effect"].replace("_", " ")}).values())
