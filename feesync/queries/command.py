"""The line to type for a question: the command, its arguments and options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from feesync.queries.parameter import Parameter

_DAYS_OF_CARE = "55"
"""The modifier that the days of care stand with."""


def words(name: str, parameters: Iterable[Parameter], values: Mapping[str, Any]) -> list[str]:
    """Return the words of a command for a question.

    Args:
        name: the command's name.
        parameters: those of the query.
        values: the checked values that are given.
    """
    arguments: list[str] = []
    options: list[str] = []
    for parameter in parameters:
        value = values.get(parameter.name)
        if value is None:
            continue
        for each in value if isinstance(value, list) else [value]:
            if not parameter.option:
                arguments.append(text(each))
            elif isinstance(each, bool):
                options += _flag(parameter.option, each)
            else:
                word = text(each)
                options += (
                    [f"{parameter.option}={word}"]
                    if word.startswith("-")
                    else [
                        parameter.option,
                        word,
                    ]
                )
    if any(word.startswith("-") for word in arguments):
        return ["feesync", name, *options, "--", *arguments]
    return ["feesync", name, *arguments, *options]


def _flag(option: str, value: bool) -> Iterator[str]:
    """Yield the spelling of a flag; one that is off and has no spelling for it has none."""
    on, _, off = option.partition("/")
    if word := on if value else off:
        yield word


def text(value: object) -> str:
    """Return a value as it is typed."""
    if isinstance(value, dict):
        return _line(value)
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)


def _line(line: Mapping[str, Any]) -> str:
    """Return a claim line in the short form."""
    modifiers = line.get("modifiers") or ()
    each = modifiers.replace(",", " ").split() if isinstance(modifiers, str) else modifiers
    days = line.get("postop_days")
    short = "-".join(
        f"{one}d{days}" if days is not None and str(one) == _DAYS_OF_CARE else str(one)
        for one in (line.get("hcpcs", ""), *each)
    )
    units, charge = line.get("units"), line.get("charge")
    return short + (f"x{units}" if units is not None else "") + (f"@{charge}" if charge else "")
