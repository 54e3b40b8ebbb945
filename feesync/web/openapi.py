"""The description of the API, in the words of OpenAPI 3.1: of the queries and of their schemas."""

from __future__ import annotations

from functools import cache
from typing import Any

from feesync.about import VERSION
from feesync.queries.catalogue import QUERIES
from feesync.queries.parameter import Kind, Parameter
from feesync.queries.query import Question
from feesync.schemas import schema_of
from feesync.web import claims_file

_LONGEST = 1_000
_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string", "maxLength": _LONGEST},
    Kind.LINE: {"type": "string", "maxLength": _LONGEST},
    Kind.DAY: {"type": "string", "maxLength": _LONGEST},
    Kind.AMOUNT: {"type": "string", "maxLength": _LONGEST},
    Kind.FLAG: {"type": "boolean"},
    Kind.WHOLE: {"type": "integer"},
}
PROBLEMS = {
    "400": "What was asked cannot be read, or contradicts itself.",
    "404": "There is no price: the code, the place or the date is unknown, or a place is "
    "ambiguous.",
    "503": "The database cannot be read, or another process is writing to it.",
}
"""What may be wrong with a question, by the status of HTTP."""

FILE_PROBLEMS = {
    **PROBLEMS,
    "403": "A page of another site sent it.",
    "413": f"It is larger than {claims_file.LARGEST >> 20} MiB.",
    "415": "The body is a form, and not the file itself.",
    "501": "The extra `batch`, which prices files of claims, is not installed.",
    "503": "Another file is being priced, or the database cannot be read.",
}
"""What may be wrong with a file of claims, by the status of HTTP."""

_NUMBER = {"type": "integer"}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Why there is no answer (RFC 9457).",
    "required": ["title", "status", "detail", "exit_status", "error", "others", "hint"],
    "properties": {
        "title": {"type": "string", "description": "The kind of problem."},
        "status": {**_NUMBER, "description": "The status of HTTP."},
        "detail": {"type": "string", "description": "What is wrong, and what helps: one line."},
        "exit_status": {**_NUMBER, "description": "What the command would exit with."},
        "error": {"type": ["string", "null"], "description": "The class of the error."},
        "others": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What else is wrong, in other lines.",
        },
        "hint": {"type": ["object", "null"], "description": "What helps, as data."},
        "rows": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Of an unknown row of a code: the row modifiers that it does have.",
        },
        "candidates": {
            "type": "array",
            "description": "What may have been meant.",
            "items": {
                "type": "object",
                "required": ["parameter", "value", "label"],
                "properties": {
                    "parameter": {"type": "string"},
                    "value": {"type": "string"},
                    "label": {"type": "string"},
                },
            },
        },
    },
}
HEALTH: dict[str, Any] = {
    "type": "object",
    "required": ["status", "version"],
    "properties": {
        "status": {"enum": ["ok", "failed"], "description": "`ok`, or `failed`."},
        "version": {"type": "string", "description": "Of feesync."},
        "problem": {"type": "string", "description": "Why nothing can be answered."},
        "source": {
            "enum": ["database", "embedded snapshot"],
            "description": "`database`, or `embedded snapshot` where there is none.",
        },
        "releases": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Labels of the loaded releases.",
        },
        "last_success": {
            "type": ["string", "null"],
            "description": "When a sync last succeeded (UTC).",
        },
        "last_run": {"type": ["string", "null"], "description": "When one last ended (UTC)."},
        "last_status": {"type": ["integer", "null"], "description": "Its exit status."},
    },
}
_NOTES = {
    "feesync-notes": {
        "description": "What is said beside rows: a list of texts as JSON.",
        "schema": {"type": "string"},
    },
    "feesync-exit-status": {
        "description": "What the command would exit with, where that is not 0.",
        "schema": {"type": "integer"},
    },
}


@cache
def document() -> dict[str, Any]:
    """Return the description, for `json.dumps`."""
    schemas: dict[str, Any] = {"Problem": PROBLEM, "Health": HEALTH}
    for name in (*QUERIES, claims_file.QUESTION.name):
        schemas |= _hoisted(name, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "feesync",
            "version": VERSION,
            "description": "What Medicare's Physician Fee Schedule allows, to the cent. Amounts "
            "are dollars with all their places. Each answer is what the command of the same name "
            "prints.",
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            **{f"/api/{name}": {"get": _operation(query)} for name, query in QUERIES.items()},
            f"/api/{claims_file.QUESTION.name}": {"post": _of_file()},
            "/health": {
                "get": {
                    "operationId": "health",
                    "summary": "Whether the server can answer, and from what.",
                    "responses": {
                        "200": _response("It can.", _json("Health")),
                        "503": _response("It cannot.", _json("Health")),
                    },
                }
            },
        },
        "components": {"schemas": schemas},
    }


def _operation(query: Question) -> dict[str, Any]:
    answer = _response("The answer.", {**_json(query.name), "text/csv": {}})
    form = {"type": "string", "enum": ["json", "csv"], "default": "json"}
    return {
        "operationId": query.name,
        "summary": query.text,
        **_rules(query),
        "parameters": [
            *map(_parameter, query.parameters),
            {
                "name": "format",
                "in": "query",
                "description": "JSON or CSV; an address that ends in .csv is CSV too.",
                "schema": form,
            },
        ],
        "responses": {"200": {**answer, "headers": _NOTES}, **_problems(PROBLEMS)},
    }


def _of_file() -> dict[str, Any]:
    question = claims_file.QUESTION
    return {
        "operationId": question.name,
        "summary": question.text,
        "description": "The body is a file as for `feesync reprice`. Nothing of it is kept.",
        "parameters": list(map(_parameter, question.parameters)),
        "requestBody": {
            "required": True,
            "content": {"text/csv": {}, "application/octet-stream": {}},
        },
        "responses": {
            "200": _response("The lines, priced.", {"text/csv": {}, **_json(question.name)}),
            **_problems(FILE_PROBLEMS),
        },
    }


def _rules(query: Question) -> dict[str, Any]:
    """Return in words which parameters need or exclude each other."""
    texts = [f"One of {', '.join(group)} is needed." for group in query.needs]
    texts += [f"At most one of {', '.join(group)} is given." for group in query.excludes]
    return {"description": " ".join(texts)} if texts else {}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = schema_of_parameter(parameter)
    example: Any = parameter.example
    if parameter.kind is Kind.WHOLE:
        example = int(example)
    elif parameter.kind is Kind.FLAG:
        example = example == "true"
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.text,
        **({"required": True} if parameter.required else {}),
        **({"style": "form", "explode": True} if parameter.several else {}),
        "schema": schema,
        "example": [example] if parameter.several else example,
    }


def schema_of_parameter(parameter: Parameter) -> dict[str, Any]:
    """Return the JSON Schema of a parameter in a query string."""
    schema = dict(_TYPES[parameter.kind])
    if parameter.choices and not parameter.word:
        schema["enum"] = list(parameter.choices)
    elif parameter.choices:
        schema["examples"] = list(parameter.choices)
    if parameter.least is not None:
        schema["minimum"] = parameter.least
    if parameter.most is not None:
        schema["maximum"] = parameter.most
    if parameter.several:
        schema = {"type": "array", "items": schema}
    elif parameter.default is not None:
        schema["default"] = parameter.default
    return schema


def _hoisted(name: str, others: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a command, and its parts beside it, under names of their own.

    A part that several commands share stands there once.
    """
    schema = schema_of(name)
    for word in ("$schema", "$id"):
        schema.pop(word, None)
    parts = schema.pop("$defs", {})
    own = {part: f"{name}.{part}" if _differs(part, parts, others) else part for part in parts}
    return {
        name: _pointing(schema, own),
        **{own[part]: _pointing(value, own) for part, value in parts.items()},
    }


def _differs(part: str, parts: dict[str, Any], others: dict[str, Any]) -> bool:
    plain = {name: name for name in parts}
    return part in others and others[part] != _pointing(parts[part], plain)


def _pointing(schema: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 - of the same shape
    """Return a schema whose references are to the parts of the description."""
    if isinstance(schema, list):
        return [_pointing(part, names) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: f"#/components/schemas/{names[value.removeprefix('#/$defs/')]}"
        if key == "$ref"
        else _pointing(value, names)
        for key, value in schema.items()
    }


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _response(text: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": content}


def _problems(texts: dict[str, str]) -> dict[str, Any]:
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: _response(text, {"application/problem+json": schema})
        for status, text in sorted(texts.items())
    }
