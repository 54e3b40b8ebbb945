"""`feesync mcp` as an assistant starts it: by its settings, on standard input and output."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import small
from assistants import session, text_of
from cms_files import VALUES, changed, fixture, rvu25d, zip_of
from documents import ROOT, blocks
from mcp import StdioServerParameters

from feesync.about import VERSION

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]
LINE = {"hcpcs": "64493-50", "locality": "01112-05", "date": "2025-11-03"}
FEESYNC = str(Path(sys.executable).with_name("feesync"))
START = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "tests", "version": "1"},
    },
}


def settings():
    """The block of the documents for an assistant's settings."""
    (text,) = (block.text for block in blocks("json") if "mcpServers" in block.text)
    return json.loads(text)["mcpServers"]["feesync"]


def server(errors=None, **variables):
    """The server of the documents' block, by the feesync of these tests in place of uvx's."""
    block = settings()
    assert (block["command"], *block["args"][:2]) == ("uvx", "--from", "feesync[mcp]")
    assert block["args"][2] == "feesync"
    return StdioServerParameters(
        command=FEESYNC, args=block["args"][3:], env={**os.environ, **variables}
    )


def test_the_settings_of_the_documents_answer(loaded):
    async def talk(client):
        listing = await client.list_tools()
        answer = await client.call_tool("estimate", LINE)
        error = await client.call_tool("estimate", {**LINE, "locality": "CA"})
        again = await client.call_tool("estimate", LINE)
        return listing, answer, error, again

    listing, answer, error, again = session(talk, server())
    assert len(listing.tools) == 10
    assert answer.structured_content["allowed"] == 334.31  # CMS, 222.87 x 1.5
    assert (error.is_error, "01112-05" in text_of(error)) == (True, True)
    assert again == answer


def test_the_file_for_registries_says_what_is_installed():
    described = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
    (package,) = described["packages"]
    assert described["version"] == package["version"] == VERSION
    assert package["runtimeArguments"][0]["value"] == f"feesync[mcp]=={VERSION}"
    assert [each["value"] for each in package["packageArguments"]] == ["mcp"]
    assert len(described["description"]) <= 100
    assert f"mcp-name: {described['name']}" in (ROOT / "README.md").read_text(encoding="utf-8")


def start(**options):
    process = subprocess.Popen(
        [FEESYNC, "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )
    send(process, START)
    assert json.loads(process.stdout.readline())["result"]["serverInfo"]["version"] == VERSION
    send(process, {"jsonrpc": "2.0", "method": "notifications/initialized"})
    return process


def send(process, message):
    text = message if isinstance(message, bytes) else json.dumps(message).encode()
    process.stdin.write(text + b"\n")
    process.stdin.flush()


def calling(number, values):
    params = {"name": "estimate", "arguments": values}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


def test_it_ends_where_its_input_ends(loaded):
    process = start()
    process.stdin.close()
    assert (process.wait(20), process.stdout.read(), process.stderr.read()) == (0, b"", b"")


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_is_interrupted_though_it_waits_for_input(loaded, by):
    process = start()
    process.send_signal(by)
    assert (process.wait(20), process.stderr.read()) == (130, b"feesync: interrupted\n")
    assert process.stdout.read() == b""
    process.stdin.close()


def test_a_reader_that_has_gone_is_no_traceback(loaded):
    process = start()
    process.stdout.close()
    send(process, calling(2, LINE))
    process.stdin.close()
    assert process.wait(20) in (0, 1)
    assert process.stderr.read() == b""


def test_what_is_no_message_ends_nothing(loaded):
    process = start()
    for text in (b"{", b"\xff\xfe", b"[1]", b"null", b"[" * 5_000, b'{"id": 3}'):
        send(process, text)
    send(process, calling(4, [1, 2]))
    send(process, calling(5, LINE))
    process.stdin.flush()
    answers = [json.loads(process.stdout.readline())]
    while answers[-1].get("id") != 5:
        answers.append(json.loads(process.stdout.readline()))
    assert answers[-1]["result"]["structuredContent"]["allowed"] == 334.31
    assert {each["id"] for each in answers if "error" in each} >= {4}
    process.stdin.close()
    assert (process.wait(20), process.stderr.read()) == (0, b"")


def test_a_release_that_is_imported_meanwhile_answers_at_once(loaded, tmp_path):
    path = tmp_path / "rvu25d.zip"
    path.write_bytes(zip_of(rvu25d(values=changed(fixture(VALUES), "64493", 22, "1"))))
    trial = loaded.with_name("trial.db")
    shutil.copy(loaded, trial)
    command = [sys.executable, small.__file__, "--db"]
    subprocess.run([*command, trial, "import", path], check=True, capture_output=True)
    by_command = {}
    for database in (loaded, trial):
        line = [FEESYNC, "--db", database, "estimate", "64493", "--locality", "01112-05"]
        printed = subprocess.run(
            [*line, "--date", "2025-11-03", "--json"], check=True, capture_output=True
        )
        by_command[database] = json.loads(printed.stdout)
    before, after = by_command[loaded], by_command[trial]
    assert before["release"]["sha256"] != after["release"]["sha256"]

    async def talk(client):
        line = {**LINE, "hcpcs": "64493"}
        importing = await asyncio.create_subprocess_exec(
            *map(str, [*command, loaded, "import", path]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        answers = []
        while importing.returncode is None:
            several = await asyncio.gather(*(client.call_tool("estimate", line) for _ in range(4)))
            answers += [each.structured_content for each in several]
        last = await client.call_tool("estimate", line)
        return importing.returncode, answers, last.structured_content

    status, answers, last = session(talk, server())
    assert status == 0
    assert answers[0] == before
    assert last == after
    assert all(answer in (before, after) for answer in answers)
