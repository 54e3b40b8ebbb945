"""An assistant's tools: what each says is what its command prints, bounded, never an exception."""

import json
import re
import shutil
import sqlite3
import sys
from collections import Counter
from typing import Any

import pytest
from assistants import WORDING, call, session, text_of
from everyday import one_in
from random_questions import questions

from feesync.assistant import reply as replies
from feesync.assistant.server import make_server
from feesync.assistant.tools import INSTRUCTIONS, MOST, TOOLS, input_schemas
from feesync.errors import InvalidInputError, MissingExtraError
from feesync.queries.catalogue import QUERIES
from feesync.queries.command import words

LINE = {"hcpcs": "64493-50", "locality": "01112-05", "date": "2025-11-03"}
NAMES = [
    *("estimate", "claim", "rates", "localities", "history", "compare", "diff", "coverage"),
    *("check", "status"),
]
OF_THE_DAY = re.compile(r"(On \d{4}-\d\d-\d\d, by|By) RVU\d\d[A-D]R?, in effect .*")


def tools(**options):
    return session(lambda client: client.list_tools(), **options)


def size(listing):
    """The bytes of a list of tools as they are sent."""
    return len(listing.model_dump_json(by_alias=True, exclude_none=True).encode())


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_list_is_short_and_says_that_they_only_read(mode):
    listing = tools(mode=mode)
    assert [tool.name for tool in listing.tools] == NAMES
    for tool in listing.tools:
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.open_world_hint is False
        assert tool.output_schema["type"] == "object"
    assert size(listing) < 40_000
    for tool in listing.tools:
        tool.output_schema = None
    assert size(listing) < 10_000


def test_a_tool_takes_what_its_query_takes_and_each_text_is_there_once():
    schemas, texts = input_schemas(), []
    for name, schema in schemas.items():
        parameters = QUERIES[name].parameters
        assert list(schema["properties"]) == [each.name for each in parameters]
        assert schema.get("required", []) == [each.name for each in parameters if each.required]
        for each in parameters:
            value = schema["properties"][each.name]
            assert (value["type"] == "array") == each.several
            one = value["items"] if each.several else value
            assert one.get("enum", []) == list(each.choices)
            texts += [(each.name, value["description"])] if "description" in value else []
    assert max(Counter(texts).values()) == 1
    described = {name for name, _ in texts}
    assert described == {each.name for name in TOOLS for each in QUERIES[name].parameters}
    assert not [text for _, text in texts if "repeatable" in text.lower()]


def test_what_an_assistant_is_told():
    async def told(client):
        return client.instructions

    assert session(told) == INSTRUCTIONS
    for part in ("no quote", "no determination of coverage", "no default place", "ask `claim`"):
        assert part in " ".join(INSTRUCTIONS.split()) or part in INSTRUCTIONS


def test_the_line_that_feesync_was_born_for(loaded):
    result = call("estimate", **LINE)
    assert not result.is_error
    assert result.structured_content["allowed"] == 334.31  # CMS, 222.87 x 1.5
    assert result.structured_content["release"]["label"] == "RVU25D"
    assert result.structured_content["date"] == "2025-11-03"
    assert re.search(r"^  Medicare allows +334\.31$", text_of(result), re.M)


def said(stderr):
    """The lines on stderr without the name of the command, each in one line."""
    return [line.removeprefix("feesync: ") for line in stderr.splitlines()]


def same_as_command(feesync, client_reply, name, values):
    """Compare a call with the command: its JSON, and its text; return what kind it was."""
    query = QUERIES[name]
    text, content = client_reply
    try:
        read = query.read(values)
    except InvalidInputError as error:
        wrong = str(error)
    else:
        wrong = ""
    if wrong:
        assert (text, content) == (wrong, None)
        return "unread"
    typed = words(name, query.parameters, read)[1:]
    whole = feesync(*typed, "--json")
    if content is None:
        assert (whole.stdout, whole.exit_code > 0) == ("", True), typed
        assert text == "; ".join(said(whole.stderr)), typed
        return "error"
    expected = json.loads(whole.stdout)
    left = content.get("left_out", {})
    if isinstance(expected, list):
        rows = content["rows"]
        assert len(expected) == len(rows) + left.get("rows", 0), typed
        for row, other in zip(rows, expected, strict=False):
            cut = row.get("left_out", {})
            assert {**row, **{part: other[part] for part in cut}}.items() >= other.items(), typed
    else:
        for part, number in left.items():
            assert len(expected[part]) == MOST + number
            assert expected[part][:MOST] == content[part]
        own = {**content, **{part: expected[part] for part in left}}
        assert {part: own[part] for part in own if part not in ("left_out", "narrow")} == expected
    if left.get("rows"):
        assert text.splitlines()[-1].startswith(f"Left out: {left['rows']:,} more rows"), typed
        return "bounded"
    places = len(expected) if isinstance(expected, list) else 1
    printed = feesync(*typed, *(["--most", min(40, MOST // places)] if name == "diff" else []))
    beside = said(printed.stderr)
    lines = [*printed.stdout.removesuffix("\n").split("\n"), *([""] if beside else []), *beside]
    own = text.split("\n")
    assert own[: len(lines)] == lines, typed
    more = [line for line in own[len(lines) :] if line and not line.startswith("Left out: ")]
    assert all(map(OF_THE_DAY.fullmatch, more)), typed
    return "answer"


@pytest.mark.parametrize("seed", one_in(10, range(10)))
def test_random_calls_equal_the_commands(feesync, loaded, seed):
    asked = [(name, values) for name, values in questions(seed, 24) if name in TOOLS]
    seen: Counter[str] = Counter()

    async def talk(client):
        for name, values in asked:  # the client holds each answer against its schema
            result = await client.call_tool(name, values)
            reply = text_of(result), result.structured_content
            seen[same_as_command(feesync, reply, name, values)] += 1

    session(talk)
    assert seen["answer"] > len(asked) // 3
    assert len(seen) > 1


def test_a_line_without_a_price_is_an_answer_with_its_reason(loaded):
    result = call("estimate", hcpcs="15824", locality="AL", date="2025-11-03")
    assert not result.is_error
    assert result.structured_content["allowed"] is None
    assert "denial: 15824 has status R and no relative values" in text_of(result)


def test_a_place_that_may_be_several_is_an_error_with_the_candidates(loaded):
    result = call("estimate", hcpcs="64493", locality="Santa Clara", date="2025-11-03")
    assert (result.is_error, result.structured_content) == (True, None)
    assert "01112-09" in text_of(result)
    assert "01112-65" in text_of(result)


def test_there_is_no_default_place(loaded, monkeypatch):
    monkeypatch.setenv("FEESYNC_LOCALITY", "01112-05")
    result = call("estimate", hcpcs="64493", date="2025-11-03")
    assert result.is_error
    assert text_of(result) == "locality or zip is missing, as in zip=94110"


def test_more_rows_than_fit_are_counted_and_how_to_ask_for_fewer_is_said(loaded):
    result = call("rates", hcpcs=["64493", "64494"], date="2025-11-03")
    content, text = result.structured_content, text_of(result)
    assert len(content["rows"]) == MOST
    assert content["left_out"] == {"rows": 2 * 110 - MOST}  # 109 localities and national
    assert text.endswith(
        "\nLeft out: 170 more rows; to narrow: give fewer codes, or localities or a state"
    )
    assert len(re.findall("^6449", text, re.M)) == MOST
    assert "On 2025-11-03, by RVU25D, in effect 2025-10-01 to 2025-12-31\n" in text
    several = call("compare", hcpcs=["64493", "64494"], date="2025-11-03")
    assert several.structured_content["left_out"] == {"rows": 170}
    assert len(re.findall("^[0-9]{5}-[0-9]{2} ", text_of(several), re.M)) == MOST


@pytest.mark.slow
def test_the_dollars_of_many_places_are_bounded_together(loaded):
    result = call("diff", before="2025", after="2026", state=["CA"])
    rows = result.structured_content["rows"]
    assert len(rows) == 29
    assert {len(row["codes"]) for row in rows} == {1}
    assert all(row["left_out"]["codes"] > 0 for row in rows)
    assert text_of(result).count("\n1 of ") == 29


def asked(name, **values):
    return replies.reply(name, values, WORDING)


PLACE = {"locality": "AL", "date": "2025-11-03"}


def test_the_longest_claim_is_answered_whole(loaded):
    text, content = asked("claim", lines=["99213"] * MOST, **PLACE)
    assert MOST == 50
    assert len(content["lines"]) == MOST
    assert "left_out" not in content
    assert "Left out" not in text
    assert len(re.findall("^ +[0-9]+  99213 ", text, re.M)) == MOST


def test_what_is_wrong_in_each_line_is_said():
    text, content = asked("claim", lines=["99998", "99999"], **PLACE)
    assert content is None
    assert re.search("line 1: .*99998.*; line 2: .*99999.*", text)
    assert len(asked("claim", lines=["99999"] * MOST, **PLACE).text) == 2_000


def test_a_line_that_is_left_out_of_a_claim_has_its_reason(loaded):
    text, content = asked("claim", lines=["64493", "99999"], incomplete=True, **PLACE)
    assert [line["line"] for line in content["refused"]] == [2]
    assert "\nno price: line 2: 99999 is not in RVU25D" in text


def test_localities_say_the_day_and_the_release(loaded):
    text, content = asked("localities", query="alameda", date="2025-11-03")
    assert (content["date"], content["stand_in"]) == ("2025-11-03", False)
    assert content["release"]["label"] == "RVU25D"
    assert text.endswith("\nOn 2025-11-03, by RVU25D, in effect 2025-10-01 to 2025-12-31")


def test_what_a_command_says_beside_its_answer_is_below_it(feesync, loaded):
    text, _ = asked("history", hcpcs="99213", locality="AL")
    assert re.search(r"\ninfo: \d+ releases of the embedded snapshot, which lacks 99213,", text)
    text, content = asked("coverage", hcpcs=["64493", "99213"], **PLACE)
    assert [row["hcpcs"] for row in content["rows"]] == ["64493"]
    assert content["unknown"][0]["text"] in text
    assert "no price: 99213" not in text
    rates: dict[str, Any] = {"hcpcs": ["64493"], "locality": "94110", "date": "2026-11-03"}
    rates["conversion_factor"] = 45
    printed = feesync(*words("rates", QUERIES["rates"].parameters, rates)[1:])
    text, content = asked("rates", **rates)
    assert said(printed.stderr) == text.split("\n\n")[-1].splitlines()[:-1]
    assert len(content["notes"]) == 3
    text, content = asked("rates", hcpcs=["15824", "99999"], **PLACE)
    assert "\nno price: 15824 has status R and no relative values" in text
    assert "\nno price: 99999 is not in RVU25D" in text
    assert [error["status"] for error in content["unknown"]] == [6]


def test_the_status_says_what_is_stale_and_what_is_damaged(loaded):
    text, content = asked("status", max_age="30d")
    assert content["stale"] is True
    assert f"\nstale: {content['stale_because']}" in text
    with sqlite3.connect(loaded) as connection:
        connection.execute("UPDATE relative_value SET work_rvu = work_rvu + 1")
    connection.close()
    text, content = asked("status")
    assert f"\n{content['damages'][0]}. Move the file away; 'feesync sync'" in text


def test_no_trace_is_kept_of_calls():
    assert make_server(WORDING).middleware == []


HOSTILE = [
    ("estimat", {}, "there is no tool 'estimat': is estimate meant?"),
    ("sheet", {}, "there is no tool 'sheet'"),
    ("\0" * 3_000, {}, "there is no tool"),
    ("estimate", {}, "hcpcs is missing"),
    ("estimate", {"hcpc": "64493"}, "is hcpcs meant?"),
    ("estimate", {"hcpcs": None, "locality": "AL"}, "hcpcs is missing"),
    ("estimate", {"hcpcs": ["64493", "64494"], "locality": "AL"}, "takes one value"),
    ("estimate", {"hcpcs": {"a": {"b": []}}, "locality": "AL"}, "is not text"),
    ("estimate", {"hcpcs": "64493\0", "locality": "AL"}, "no text"),
    ("estimate", {"hcpcs": "6" * 100_000, "locality": "AL"}, "100,000 characters"),
    ("estimate", {"hcpcs": "64493", "locality": "<script>" * 20}, ""),
    ("estimate", {**LINE, "units": True}, "units True is not a whole number"),
    ("estimate", {**LINE, "units": 10**300}, "is not a whole number"),
    ("estimate", {**LINE, "units": 1e300}, "is not a whole number"),
    ("estimate", {**LINE, "charge": [1.5, 2.5]}, "takes one value"),
    ("estimate", {**LINE, "charge": -1}, ""),
    ("estimate", {**LINE, "nonpar": "perhaps"}, "is neither true nor false"),
    ("estimate", {**LINE, "date": 20251103}, "is not YYYY-MM-DD"),
    ("estimate", {**LINE, "zip": "94110"}, "locality and zip exclude each other"),
    ("estimate", {**LINE, "db": "/etc/passwd"}, "has no parameter 'db'"),
    ("claim", {"lines": "64493", "locality": "AL", "date": "soon"}, ""),
    ("claim", {"lines": [{}] * 3_000, "locality": "AL"}, "more than 2,000"),
    ("claim", {"lines": [[[["64493"]]]], "locality": "AL"}, ""),
    ("claim", {"lines": [{"hcpcs": "64493", "patient": "X"}], "locality": "AL"}, "'patient'"),
    ("rates", {"hcpcs": ["64495-64490"]}, ""),
    ("rates", {"hcpcs": ["../../etc/passwd"]}, ""),
    ("diff", {"before": "'; DROP TABLE edition; --", "after": "2025"}, ""),
    ("localities", {"query": "%" * 500}, ""),
    ("status", {"max_age": "NaN"}, ""),
]


@pytest.mark.parametrize(("name", "values", "says"), HOSTILE)
def test_hostile_arguments_are_an_error_in_one_line(loaded, capfd, name, values, says):
    result = session(lambda client: client.call_tool(name, values))
    text = text_of(result)
    assert (result.is_error, result.structured_content) == (True, None)
    assert says in text
    assert text.isprintable()
    assert 0 < len(text) <= 2_000
    assert capfd.readouterr() == ("", "")


def test_what_nobody_expected_is_one_line_without_the_callers_values(monkeypatch, capfd):
    def fail(query, values, db):
        raise KeyError("C000001 64493")

    monkeypatch.setattr(replies, "ask", fail)
    result = call("estimate", **LINE)
    assert result.is_error
    assert text_of(result) == "feesync failed on this (KeyError); nothing was changed"
    assert capfd.readouterr() == ("", "feesync: estimate failed: KeyError\n")


def test_a_call_while_another_is_long_and_a_call_that_waits_for_nobody(loaded):
    async def talk(client):
        import asyncio

        calls = [client.call_tool("estimate", LINE) for _ in range(20)]
        return await asyncio.gather(client.call_tool("status", {}), *calls)

    first, *others = session(talk)
    assert not first.is_error
    assert {each.structured_content["allowed"] for each in others} == {334.31}


def test_a_database_that_appears_meanwhile_answers(database, small_rvu25d):
    async def talk(client):
        line = {"hcpcs": "99213", "locality": "AL", "date": "2025-11-03"}
        before = await client.call_tool("estimate", line)
        shutil.copy(small_rvu25d, database)
        return before, await client.call_tool("estimate", line)

    before, after = session(talk)
    assert before.is_error
    assert "feesync sync" in text_of(before)
    assert after.structured_content["release"]["label"] == "RVU25D"


def test_without_the_sdk_the_extra_is_named(feesync, monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp.server.lowlevel", None)
    with pytest.raises(MissingExtraError, match=r"feesync\[mcp\]"):
        make_server(WORDING)
    result = feesync("mcp")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "feesync: the server of an assistant's tools needs a package that is not installed: pip "
        "install 'feesync[mcp]' brings it\n"
    )
