"""The JSON Schema of what each command prints with `--json`.

The schemas stand beside this module, one file a command, and are read without any library.
`docs/build_schemas.py` makes them of the types of the results. Out of scope: holding an answer
against its schema, which any library for JSON Schema does.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from importlib.resources import files
from typing import Any

from feesync.errors import InvalidInputError
from feesync.model.reading import excerpt

SCHEMAS = (
    *("estimate", "claim", "check", "sheet", "coverage", "rates", "compare", "history"),
    *("reprice", "localities", "diff", "modifiers", "sync", "audit", "verify", "status"),
    *("cache", "config"),
)
"""The commands that have a schema, in the order of docs/reference/json.md."""

_WORDS = ("$schema", "$id", "title", "description")


def schema_text(command: str) -> str:
    """Return the schema of what a command prints with `--json`, as text.

    Args:
        command: such as `estimate`.

    Raises:
        InvalidInputError: there is no such command, or it prints no JSON.
    """
    if command not in SCHEMAS:
        near = get_close_matches(str(command).lower(), SCHEMAS, 1)
        raise InvalidInputError(
            f"no command {excerpt(command)} prints JSON: "
            + (f"is {near[0]} meant?" if near else f"there are {', '.join(SCHEMAS)}")
        )
    return files(__name__).joinpath(f"{command}.json").read_text(encoding="utf-8")


def schema_of(command: str, *, descriptions: bool = True) -> dict[str, Any]:
    """Return the schema of what a command prints with `--json` (JSON Schema, 2020-12).

    Args:
        command: such as `estimate`.
        descriptions: whether it says in words what each name is; without, it has no title and no
            address either.

    Returns:
        A dictionary of the caller's own, for `json.dumps`.

    Raises:
        InvalidInputError: there is no such command, or it prints no JSON.
    """
    schema: dict[str, Any] = json.loads(schema_text(command))
    return schema if descriptions else _bare(schema)


def _bare(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without words; what it is the schema of may have names like them."""
    bare: dict[str, Any] = {}
    for name, part in schema.items():
        if name in _WORDS:
            continue
        if name in ("properties", "$defs"):
            part = {inner: _bare(value) for inner, value in part.items()}
        elif isinstance(part, dict):
            part = _bare(part)
        elif name == "anyOf":
            part = [_bare(value) for value in part]
        bare[name] = part
    return bare
