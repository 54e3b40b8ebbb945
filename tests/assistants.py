"""Sessions with the server of an assistant's tools, by the client of the protocol's own SDK."""

import asyncio

from mcp import Client

from feesync.assistant.answer_text import HintWords
from feesync.assistant.server import make_server
from feesync.cli.hints import with_hint, words

WORDING = HintWords(words, with_hint)


def session(talk, server=None, **options):
    """Run `talk(client)` in a session, by default with a server in this process."""

    async def run():
        whom = make_server(WORDING) if server is None else server
        async with Client(whom, **options) as client:
            return await talk(client)

    return asyncio.run(run())


def call(name, **values):
    """Return the result of one call."""
    return session(lambda client: client.call_tool(name, values))


def text_of(result):
    (content,) = result.content
    return content.text
