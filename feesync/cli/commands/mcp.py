"""`feesync mcp`: the tools of an assistant, by the Model Context Protocol."""

from __future__ import annotations

import click

from feesync.cli.command import QuietReader
from feesync.cli.options import db_option


@click.command("mcp", cls=QuietReader, short_help="Exact Medicare amounts for an assistant (MCP).")
@db_option
@click.pass_context
def command(ctx: click.Context) -> None:
    """Serve an assistant's tools by the Model Context Protocol, on standard input and output.

    The tools are estimate, claim, rates, localities, history, compare, diff, coverage, check and
    status: the answers of these commands, as text and as their JSON. They only read. An assistant
    starts this command by itself, with the extra `mcp`; its settings have the line:

    \b
      uvx --from 'feesync[mcp]' feesync mcp
      feesync mcp --db schedule.db

    It ends where its input ends.
    """
    from feesync.assistant.answer_text import HintWords
    from feesync.assistant.server import serve
    from feesync.cli.hints import tool_with_hint, tool_words

    serve(HintWords(tool_words, tool_with_hint), ctx.obj)
