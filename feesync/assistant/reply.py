"""The reply to a call: the text, the JSON, or an error in one line; never an exception."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from feesync.assistant.answer_text import HintWords, answer_text
from feesync.assistant.tools import MOST, TOOLS, Tool, each_of
from feesync.errors import FeesyncError, InvalidInputError, one_line
from feesync.model.reading import excerpt
from feesync.queries.answer import Answer
from feesync.queries.catalogue import ask
from feesync.queries.query import Database
from feesync.queries.values import nearest

_LONGEST = 2_000


class Reply(NamedTuple):
    """What a call gets.

    Attributes:
        text: the answer as the command prints it, or what is wrong.
        content: the answer as `--json` prints it; None for an error.
    """

    text: str
    content: dict[str, Any] | None = None


def reply(name: str, values: Mapping[str, object], hints: HintWords, db: Database = None) -> Reply:
    """Return the reply to a call.

    Args:
        name: the tool's name.
        values: its arguments.
        hints: how the front end words what helps.
        db: path of the database.
    """
    try:
        tool = _named(name)
        return _reply(tool, ask(tool.query, values, db), hints)
    except FeesyncError as error:
        texts = (hints.error(one) for one in (error, *error.others))
        return Reply(one_line("; ".join(texts), _LONGEST))
    except Exception as error:  # the server goes on, and the caller's values go nowhere
        kind = type(error).__name__
        sys.stderr.write(f"feesync: {name if name in TOOLS else 'a call'} failed: {kind}\n")
        return Reply(f"feesync failed on this ({kind}); nothing was changed")


def _named(name: str) -> Tool:
    if name in TOOLS:
        return TOOLS[name]
    near = nearest(name, TOOLS)
    meant = f"is {near} meant?" if near else f"there are {', '.join(TOOLS)}"
    raise InvalidInputError(f"there is no tool {excerpt(name)}: {meant}")


def _reply(tool: Tool, answer: Answer, hints: HintWords) -> Reply:
    if tool.name == "rates":
        first, more = answer.bounded(MOST)
        whole, left = {"rows": first}, {"rows": more} if more else {}
    else:
        found = answer.json
        whole, left = _cut(found if isinstance(found, dict) else {"rows": found})
        if isinstance(found, dict):
            text = answer_text(answer, [], hints)
            return _with_left_out(text, whole, left, tool)
    rows: list[dict[str, Any]] = whole["rows"]
    text = answer_text(answer, rows, hints)
    if tool.name in ("coverage", "diff"):
        whole["rows"] = [_marked(*_cut(row, each_of(len(rows))), tool) for row in rows]
    content = {
        **_about(answer),
        "rows": whole["rows"],
        "notes": [note.to_dict() for note in answer.notes],
        "unknown": [error.to_dict() for error in answer.refused],
    }
    return _with_left_out(text, content, left, tool)


def _about(answer: Answer) -> dict[str, Any]:
    """Return what the rows of an answer do not have themselves: the day and the release."""
    if answer.query.name != "localities":
        return {}
    names = ("date", "release", "stand_in", "remark")
    whole: dict[str, Any] = answer.result.to_dict()
    return {name: whole[name] for name in names}


def _cut(content: dict[str, Any], most: int = MOST) -> tuple[dict[str, Any], dict[str, int]]:
    """Return an object with the first items of every list, and how many each list lacks."""
    left = {
        name: len(value) - most
        for name, value in content.items()
        if isinstance(value, list) and len(value) > most
    }
    return {**content, **{name: content[name][:most] for name in left}}, left


def _marked(content: dict[str, Any], left: dict[str, int], tool: Tool) -> dict[str, Any]:
    narrow = {"narrow": tool.narrow} if tool.narrow else {}
    return {**content, "left_out": left, **narrow} if left else content


def _with_left_out(text: str, content: dict[str, Any], left: dict[str, int], tool: Tool) -> Reply:
    if left:
        counts = ", ".join(f"{number:,} more {name}" for name, number in left.items())
        helps = f"; to narrow: {tool.narrow}" if tool.narrow else ""
        text += f"\n\nLeft out: {counts}{helps}"
    return Reply(text, _marked(content, left, tool))
