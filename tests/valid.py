"""Answers held against their schemas, with what jsonschema leaves to its user: days and times."""

import json
from datetime import date, datetime
from functools import cache

from feesync.schemas import SCHEMAS, schema_of

MOST = 60
"""Of a longer list, its beginning and its end are held against the schema."""


@cache
def validator(command):
    """The validator of what a command prints with --json; made once."""
    return validator_of(schema_of(command))


def validator_of(schema):
    """The validator of a schema, for days and times too."""
    from jsonschema import Draft202012Validator, FormatChecker  # where something is validated

    formats = FormatChecker(formats=())
    formats.checks("date", ValueError)(is_day)
    formats.checks("date-time", ValueError)(is_time)
    return Draft202012Validator(schema, format_checker=formats)


def is_day(text):
    return not isinstance(text, str) or date.fromisoformat(text).isoformat() == text


def is_time(text):
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


def faults(schema_validator, answer):
    """What is wrong with an answer by its schema, in lines."""
    if isinstance(answer, list) and len(answer) > MOST:
        answer = [*answer[: MOST // 2], *answer[-MOST // 2 :]]
    errors = schema_validator.iter_errors(answer)
    return [f"{error.json_path}: {error.message[:300]}" for error in errors]


def hold(args, stdout):
    """Fail where what a command printed with --json is not what its schema says."""
    command = next(iter(args), None)
    if command in SCHEMAS and "--json" in args and stdout.strip():
        found = faults(validator(command), json.loads(stdout))
        if found:
            raise AssertionError("\n".join([f"not by its schema: {args}", *found]))
