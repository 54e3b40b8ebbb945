"""Build the JSON Schema of what each command prints with --json.

A schema is made of the type of what is printed (the modules `dictionaries` of feesync), and of what
docs/reference/json.md says each name is. `python docs/build_reference.py` writes them to
feesync/schemas/; a test builds them again and compares.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator
from enum import Enum
from functools import cache
from itertools import count
from operator import itemgetter
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    NamedTuple,
    NotRequired,
    Required,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from feesync.analysis.dictionaries import ComparisonRowDict, HistoryRowDict
from feesync.batch.dictionaries import RepricingDict
from feesync.changes.dictionaries import DiffDict
from feesync.cli.dictionaries import (
    CheckAnswerDict,
    ClaimAnswerDict,
    ConfigDict,
    EstimateAnswerDict,
    FailedSyncDict,
    FeeSheetAnswerDict,
    PriceListAnswerDict,
    SheetAnswerDict,
)
from feesync.coverage.dictionaries import SheetDict
from feesync.model.money import JsonNumber
from feesync.reference.dictionaries import ModifierDict
from feesync.refresh.dictionaries import DownloadsDict, StatusDict, SyncDict
from feesync.remittance.dictionaries import AuditDict
from feesync.schedule.dictionaries import LocalityRowDict, RateDict
from feesync.verification.dictionaries import VerificationDict

FOLDER = Path(__file__).parent.parent / "feesync" / "schemas"
PAGE = Path(__file__).parent / "reference" / "json.md"
ADDRESS = "https://github.com/feesync/feesync/raw/main/feesync/schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema: TypeAlias = dict[str, Any]

COMMANDS: dict[str, Any] = {
    "estimate": EstimateAnswerDict,
    "claim": ClaimAnswerDict,
    "check": CheckAnswerDict | PriceListAnswerDict,
    "sheet": FeeSheetAnswerDict,
    "coverage": SheetAnswerDict | list[SheetDict],
    "rates": list[RateDict],
    "compare": list[ComparisonRowDict],
    "history": list[HistoryRowDict],
    "reprice": RepricingDict,
    "localities": list[LocalityRowDict],
    "diff": DiffDict | list[DiffDict],
    "modifiers": list[ModifierDict],
    "sync": SyncDict | FailedSyncDict,
    "audit": AuditDict,
    "verify": VerificationDict,
    "status": StatusDict,
    "cache": DownloadsDict,
    "config": ConfigDict,
}
"""What each command prints with --json, in the order of json.md."""

_FORMATS = ("date", "date-time")
_EACH = "each"
_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}
_ELSEWHERE = re.compile(r"as (of|in|above|for)\b")
"""What only refers to another name."""


def sections() -> dict[str, str]:
    """Return the sections of json.md by their titles."""
    parts = re.split(r"^## (.*)\n", PAGE.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def names(section: str) -> dict[str, str]:
    """Return what a section says of each dotted name."""
    found = re.findall(r"^- `([\w.*]+)`[^:]*: ((?:.+\n?)(?:  .+\n?)*)", section, re.M)
    return {path: plain(text) for path, text in found}


def plain(text: str) -> str:
    """Return a text of a page without links, on one line, as a sentence."""
    text = re.sub(r"; \[codes\]\([^)]*\)", "", text)
    text = " ".join(re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text).split())
    return text[0].upper() + text[1:]


def owner(kind: Any, name: str) -> Any:  # noqa: ANN401 - a typed dictionary
    """Return the typed dictionary, of one and its bases, that declares a name."""
    for base in bases(kind):
        if name in base.__annotations__:
            return owner(base, name)
    return kind


@cache
def bases(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a typed dictionary
    """Return the typed dictionaries that one is made of, which Python 3.11 does not remember."""
    module = sys.modules[kind.__module__]
    tree = ast.parse(inspect.getsource(module))
    return tuple(
        getattr(module, ast.unparse(base))
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__
        for base in node.bases
        if ast.unparse(base) != "TypedDict"
    )


def fields(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - a typed dictionary
    """Return the types of a typed dictionary's names."""
    return {
        name: without_mark(hint) for name, hint in get_type_hints(kind, include_extras=True).items()
    }


def without_mark(hint: Any) -> Any:  # noqa: ANN401 - a type
    """Return a type without NotRequired."""
    return get_args(hint)[0] if get_origin(hint) in (NotRequired, Required) else hint


def inner(hint: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - a type
    """Yield the typed dictionaries in a type, each with the path that leads to it."""
    origin = get_origin(hint)
    if is_typeddict(hint):
        yield "", hint
    elif origin is dict:
        yield from ((f".*{path}", kind) for path, kind in inner(get_args(hint)[1]))
    elif origin in (list, Union, UnionType, Annotated):
        for part in get_args(hint)[:1] if origin is Annotated else get_args(hint):
            yield from inner(part)


class Meaning(NamedTuple):
    """What json.md says of a name of a typed dictionary.

    Attributes:
        rank: where it stands on the page.
        text: the sentence; empty where it only refers to another name.
    """

    rank: int
    text: str


Meanings: TypeAlias = dict[tuple[Any, str], Meaning]
"""What json.md says, by the typed dictionary that declares a name, and the name."""


def meanings() -> Meanings:
    """Return what json.md says of each name of each typed dictionary.

    Of several commands, the first one decides that says more than where else it stands.
    """
    found: Meanings = {}
    by_command, ranks = sections(), count()

    def walk(kind: Any, page: dict[str, Meaning], before: str) -> None:  # noqa: ANN401
        for name, hint in fields(kind).items():
            path = f"{before}{name}"
            key = owner(kind, name), name
            if path in page:
                first = found.setdefault(key, page[path])
                found[key] = Meaning(first.rank, first.text or page[path].text)
            for further, part in inner(hint):
                walk(part, page, f"{path}{further}.")

    for command, answer in COMMANDS.items():
        page = {
            path: Meaning(next(ranks), "" if _ELSEWHERE.match(text.lower()) else text)
            for path, text in names(by_command[command]).items()
        }
        for _, kind in inner(answer):
            walk(kind, page, "")
    return found


class Builder:
    """Makes the schema of one command."""

    def __init__(self, meanings: Meanings) -> None:
        self._meanings = meanings
        self.parts: dict[str, Schema] = {}

    def whole(self, command: str, answer: Any, text: str) -> Schema:  # noqa: ANN401 - a type
        """Return the schema of what a command prints."""
        body = self.object(answer) if is_typeddict(answer) else self.of(answer)
        schema: Schema = {
            "$schema": DIALECT,
            "$id": f"{ADDRESS}/{command}.json",
            "title": f"feesync {command} --json",
            "description": text,
            **body,
        }
        if self.parts:
            schema["$defs"] = dict(sorted(self.parts.items()))
        return schema

    def of(self, hint: Any) -> Schema:  # noqa: ANN401 - a type
        """Return the schema of a type."""
        origin, arguments = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return self._annotated(arguments[0], *arguments[1:])
        if origin in (Union, UnionType):
            return self._any(arguments)
        if origin is list:
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is dict:
            return self._map(*arguments)
        if is_typeddict(hint):
            return {"$ref": f"#/$defs/{self._part(hint)}"}
        return {"type": "number" if hint is JsonNumber else _TYPES[hint]}

    def object(self, kind: Any) -> Schema:  # noqa: ANN401 - a typed dictionary
        """Return the schema of a typed dictionary."""
        ranked = []
        for name, hint in fields(kind).items():
            rank, text = self._meanings.get((owner(kind, name), name), (0, ""))
            words = {"description": text} if text else {}
            ranked.append((rank, name, {**self.of(hint), **words}))
        properties = {name: part for _, name, part in sorted(ranked, key=itemgetter(0))}
        return {
            "type": "object",
            "properties": properties,
            "required": [name for name in properties if name in kind.__required_keys__],
            "additionalProperties": False,
        }

    def _part(self, kind: Any) -> str:  # noqa: ANN401 - a typed dictionary
        name = str(kind.__name__).removesuffix("Dict")
        if name not in self.parts:
            self.parts[name] = {}
            self.parts[name] = self.object(kind)
        return name

    def _annotated(self, hint: Any, mark: Any) -> Schema:  # noqa: ANN401 - of a type
        if mark == _EACH:
            key, value = get_args(hint)
            named = self.of(key)["enum"]
            return {
                "type": "object",
                "properties": dict.fromkeys(named, self.of(value)),
                "required": named,
                "additionalProperties": False,
            }
        if mark in _FORMATS:
            return {**self.of(hint), "format": mark}
        values = [value.value if isinstance(value, Enum) else value for value in mark]
        return {**self.of(hint), "enum": values}

    def _map(self, key: Any, value: Any) -> Schema:  # noqa: ANN401 - types
        schema = {"type": "object", "additionalProperties": self.of(value)}
        if key is not str:
            schema["propertyNames"] = {"enum": self.of(key)["enum"]}
        return schema

    def _any(self, hints: tuple[Any, ...]) -> Schema:
        """Return the schema of a union: one type of several names where that says it all."""
        parts: list[Schema] = []
        for part in map(self.of, hints):
            if part == {"type": "integer"} and {"type": "number"} in parts:
                continue  # an integer is a number
            parts.append(part)
        if all("type" in part and isinstance(part["type"], str) for part in parts):
            rich = [part for part in parts if part.keys() != {"type"}]
            if len(rich) <= 1:
                merged: Schema = {**(rich[0] if rich else {})}
                merged["type"] = [part["type"] for part in parts]
                if "enum" in merged and {"type": "null"} in parts:
                    merged["enum"] = [*merged["enum"], None]
                return merged if len(parts) > 1 else parts[0]
        return {"anyOf": parts}


def schema_of_type(kind: Any) -> Schema:  # noqa: ANN401 - a type
    """Return the schema of a type that no command prints, without words."""
    builder = Builder({})
    return {**builder.of(kind), "$defs": builder.parts}


def schemas() -> dict[str, str]:
    """Return the text of each schema by its command."""
    known, by_command = meanings(), sections()
    return {
        command: json.dumps(
            Builder(known).whole(
                command, answer, plain(by_command[command].strip().split("\n\n")[0])
            ),
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
        for command, answer in COMMANDS.items()
    }


def main() -> None:
    """Write every schema."""
    for command, text in schemas().items():
        (FOLDER / f"{command}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
