"""`feesync schema`: the JSON Schema of what a command prints with --json."""

from __future__ import annotations

import click

from feesync.cli.command import Once
from feesync.schemas import SCHEMAS, schema_text


@click.command("schema", cls=Once, short_help="The JSON Schema of a command's --json.")
@click.argument("name", required=False, metavar="[COMMAND]")
def command(name: str | None) -> None:
    """Print the JSON Schema (2020-12) of what a command prints with --json.

    Without a COMMAND, print the commands that have one, each on a line.

    \b
      feesync schema
      feesync schema estimate
      feesync schema rates > rates.schema.json
    """
    click.echo("\n".join(SCHEMAS) if name is None else schema_text(name).rstrip())
