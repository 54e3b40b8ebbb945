"""The tools: which queries an assistant has, in what words, and the schemas of both ways.

Out of scope: the protocol (server), and answering a call (reply).
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from feesync.queries.catalogue import QUERIES
from feesync.queries.parameter import Kind, Parameter
from feesync.queries.query import Query
from feesync.schemas import schema_of

MOST = 50
"""The most rows of an answer, and of every list in it."""


def each_of(number: int) -> int:
    """Return how many rows each of some tables has at most, so that all have MOST or few more."""
    return max(1, MOST // max(1, number))


INSTRUCTIONS = """\
Amounts of the Medicare Physician Fee Schedule, to the cent, from CMS's own files on this machine.
They are what Medicare allows, pays and leaves to the patient: an estimate; no quote, no charge of
a provider, no determination of coverage or payment, which is the contractor's.
Say with an amount its release, date of service, locality and setting. Ask where and when the
service is furnished; there is no default place, and an ambiguous one is an error with candidates.
Do no arithmetic on amounts: ask `claim` for several lines together, whose sum is not the sum of
the lines; `units` for units, `percent` for a contract, `compare`, `history` and `diff` for
differences. A line without a price is an answer: give its reason, not an amount.
Codes have no descriptions here. `status` says what is loaded and how fresh it is."""


class Tool(NamedTuple):
    """A tool of an assistant.

    Attributes:
        query: what it asks.
        text: what it answers, and when to take it.
        narrow: how a question has fewer rows; empty where it never has many.
    """

    query: Query
    text: str
    narrow: str = ""

    @property
    def name(self) -> str:
        """The name of the query."""
        return self.query.name


def _tool(name: str, text: str, narrow: str = "") -> Tool:
    return Tool(QUERIES[name], text, narrow)


_PLACE = "Needs locality or zip; takes setting or pos."
TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        _tool(
            "estimate",
            "What Medicare allows and pays for one line, and the patient owes, step by step. "
            f"{_PLACE} Several lines: claim.",
        ),
        _tool(
            "claim",
            "Up to 50 lines of one practitioner, patient and day priced together, with their sum: "
            f"multiple procedures are reduced. {_PLACE}",
        ),
        _tool(
            "rates",
            "Allowed amounts, limiting charges, RVUs and GPCIs of codes by locality, in both "
            "settings, before modifiers.",
            "give fewer codes, or localities or a state",
        ),
        _tool(
            "localities",
            "Which payment locality a ZIP, county, state or name means; MAC, GPCIs, counties.",
            "give a query",
        ),
        _tool(
            "history",
            "What Medicare allowed for a code in a place, release by release. Needs locality or "
            "zip.",
        ),
        _tool(
            "compare",
            "A code across localities, the highest first, with differences to national; setting "
            "both: nonfacility beside facility.",
            "give fewer codes, or localities or a state",
        ),
        _tool(
            "diff",
            "What changed from one release to another: factor, localities, codes, dollars; the "
            "largest change first.",
            "give codes, a setting, or fewer places",
        ),
        _tool(
            "coverage",
            "What to know before facet joint codes are billed: modifiers, units, prior "
            "authorization, policy.",
        ),
        _tool(
            "check",
            "What a paid line should have been, and which causes meet the amount to the cent. "
            f"Needs allowed or paid. {_PLACE}",
        ),
        _tool(
            "status",
            "Which releases are loaded, from which files, and how fresh.",
        ),
    )
}
"""Every tool by its name; each only reads."""


def input_schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of the values of each tool, by its name.

    A model reads all of them before it asks anything, so each text is there once: a parameter that
    means the same in a later tool has its name and its type alone. What one of several names needs
    or excludes is in the tool's text: clients of models take no `anyOf` here.
    """
    known: set[tuple[str, str]] = set()
    schemas = {}
    for tool in TOOLS.values():
        parameters = tool.query.parameters
        properties = {each.name: _value(each) for each in parameters}
        for each in parameters:
            if (each.name, each.text) not in known:
                properties[each.name]["description"] = _REPEATABLE.sub("", each.text).rstrip(".")
        known |= {(each.name, each.text) for each in parameters}
        required = [each.name for each in parameters if each.required]
        schemas[tool.name] = {
            "type": "object",
            "properties": properties,
            **({"required": required} if required else {}),
        }
    return schemas


_REPEATABLE = re.compile(r"[;.] repeatable\b| \(repeatable\)", re.IGNORECASE)
_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.WHOLE: {"type": "integer"},
    Kind.AMOUNT: {"type": "number"},
    Kind.FLAG: {"type": "boolean"},
    Kind.DAY: {"type": "string", "format": "date"},
    Kind.LINE: {"type": "string"},
}


def _value(parameter: Parameter) -> dict[str, Any]:
    one = dict(_TYPES[parameter.kind])
    if parameter.choices:
        one["enum"] = list(parameter.choices)
    return {"type": "array", "items": one} if parameter.several else one


def output_schema(query: Query) -> dict[str, Any]:
    """Return the JSON Schema of a tool's structured content.

    It is that of the command's `--json`; rows stand under a name of their own, with the notes.
    """
    schema = schema_of(query.name, descriptions=False)
    defs: dict[str, Any] = schema.pop("$defs", {})
    forms: list[dict[str, Any]] = schema.get("anyOf", [schema])
    if query.name == "check":  # a price list is no query
        forms = [defs[_target(forms[0])]]
    several = len(forms) > 1
    for each in forms:
        content = defs[_target(each)] if several and "$ref" in each else each
        if content["type"] == "object":
            content["properties"].update(_LEFT_OUT)
        elif several:
            defs[_target(each["items"])]["properties"].update(_LEFT_OUT)
    found = [_rows(each) if each.get("type") == "array" else each for each in forms]
    defs["Note"] = schema_of("estimate", descriptions=False)["$defs"]["Note"]
    whole = {"type": "object", "anyOf": found} if several else found[0]
    short: dict[str, Any] = _short(whole)
    return {**short, "$defs": _used(short, _short(defs))}


def _short(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Return a schema that is open to names to come, and has no long list of words.

    The user's defaults, which no tool takes, are not in it.
    """
    if isinstance(schema, list):
        return [_short(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _short(part) for name, part in schema.items() if not _is_left_out(name, part)}


def _is_left_out(name: str, part: object) -> bool:
    if name == "enum":
        return isinstance(part, list) and len(part) > _MOST_WORDS
    return name == "defaults" or (name, part) in (
        ("additionalProperties", False),
        ("format", "date"),
    )


_MOST_WORDS = 4


_LEFT_OUT: dict[str, Any] = {
    "left_out": {"type": "object", "additionalProperties": {"type": "integer"}},
    "narrow": {"type": "string"},
}
_ERRORS = {"type": "array", "items": {"type": "object"}}
_BESIDE: dict[str, Any] = {
    "date": {"type": "string"},
    "release": {"type": "object"},
    "stand_in": {"type": "boolean"},
    "remark": {"type": ["string", "null"]},
    "notes": {"type": "array", "items": {"$ref": "#/$defs/Note"}},
    "unknown": _ERRORS,
    **_LEFT_OUT,
}
"""What may stand beside rows."""


def _rows(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"rows": schema, **_BESIDE},
        "required": ["rows", "notes", "unknown"],
    }


def _target(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).removeprefix("#/$defs/")


def _used(schema: object, defs: dict[str, Any]) -> dict[str, Any]:
    """Return the definitions that a schema refers to, and those that they refer to."""
    used: dict[str, Any] = {}

    def walk(part: object) -> None:
        if isinstance(part, dict):
            name = _target(part)
            if name and name not in used:
                used[name] = defs[name]
                walk(defs[name])
            part = list(part.values())
        if isinstance(part, list):
            for each in part:
                walk(each)

    walk(schema)
    return used
