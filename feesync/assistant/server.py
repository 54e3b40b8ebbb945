"""The server of the tools, on standard input and output, by the official SDK.

Nothing but the protocol is written to stdout. Out of scope: what a tool answers (reply).
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from feesync.about import VERSION
from feesync.assistant.answer_text import HintWords
from feesync.assistant.reply import reply
from feesync.assistant.tools import INSTRUCTIONS, TOOLS, input_schemas, output_schema
from feesync.errors import ExitStatus, MissingExtraError
from feesync.queries.query import Database

if TYPE_CHECKING:
    from mcp.server import Server

_WORKERS = 4
"""Calls that are answered at the same time, each in a thread with a connection of its own."""


def check_extra() -> None:
    """Raise MissingExtraError where the SDK is not installed."""
    try:
        import mcp.server.lowlevel  # noqa: F401
    except ModuleNotFoundError:
        raise MissingExtraError("the server of an assistant's tools", "mcp") from None


def make_server(hints: HintWords, db: Database = None) -> Server[Any]:
    """Return the server of the tools.

    Args:
        hints: how the front end words what helps.
        db: path of the database.

    Raises:
        MissingExtraError: the SDK is not installed.
    """
    check_extra()
    import mcp_types as types
    from mcp.server import Server

    only_reads = types.ToolAnnotations(read_only_hint=True, open_world_hint=False)
    inputs = input_schemas()
    tools = [
        types.Tool(
            name=tool.name,
            description=tool.text,
            input_schema=inputs[tool.name],
            output_schema=output_schema(tool.query),
            annotations=only_reads,
        )
        for tool in TOOLS.values()
    ]
    workers = ThreadPoolExecutor(_WORKERS, "feesync")

    async def list_tools(context: Any, params: Any) -> types.ListToolsResult:  # noqa: ANN401
        return types.ListToolsResult(tools=tools)

    async def call_tool(
        context: Any,  # noqa: ANN401 - the SDK's
        params: types.CallToolRequestParams,
    ) -> types.CallToolResult:
        text, content = await asyncio.get_running_loop().run_in_executor(
            workers, reply, params.name, params.arguments or {}, hints, db
        )
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)],
            structured_content=content,
            is_error=content is None,
        )

    server: Server[Any] = Server(
        "feesync",
        version=VERSION,
        title="Medicare Physician Fee Schedule",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    server.middleware.clear()  # no traces: a call may have a patient's lines
    return server


def serve(hints: HintWords, db: Database = None) -> None:
    """Serve the tools on standard input and output until the input ends.

    Raises:
        MissingExtraError: the SDK is not installed.
    """
    server = make_server(hints, db)
    logging.disable()  # the SDK's log has the arguments of calls
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupted)
    from mcp.server.stdio import stdio_server

    async def run() -> None:
        async with stdio_server() as (requests, answers):
            await server.run(requests, answers, server.create_initialization_options())

    status = ExitStatus.OK
    try:
        asyncio.run(run())
    except* BrokenPipeError:  # the reader of the answers has ended
        status = ExitStatus.UNEXPECTED
    sys.stderr.flush()
    os._exit(status)  # a call that still runs only reads, and nobody waits for it


def _interrupted(number: int, frame: object) -> None:
    """End at once: the SDK reads its input in a thread that nothing else can wake."""
    os.write(2, b"feesync: interrupted\n")
    os._exit(ExitStatus.INTERRUPTED)
