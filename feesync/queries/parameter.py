"""A parameter of a query: what a form, an address and a tool's input need to know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a parameter is."""

    TEXT = "text"
    WHOLE = "whole"
    AMOUNT = "amount"
    FLAG = "flag"
    DAY = "day"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query.

    Attributes:
        name: its key in a form, in the query string of an address, and in a tool's input.
        kind: what it is. An AMOUNT is a number with decimals, of dollars or percent; a LINE is a
            claim line, as text such as `64493-50x1@250.00`, or as an object with `hcpcs`,
            `modifiers`, `units`, `charge` and `postop_days`.
        text: what it means.
        label: its name in a form.
        example: a value that works.
        required: whether a question must have it.
        several: whether it is a list; in an address its name is then repeated.
        choices: the words that it may be.
        word: returns the word that a spelling means; None where there are no others.
        least: the lowest whole number.
        most: the highest whole number.
        default: what is meant where it is not given; None for nothing.
        option: how the command line calls it; empty where it is an argument there.
    """

    name: str
    kind: Kind
    text: str
    label: str
    example: str = ""
    required: bool = False
    several: bool = False
    choices: tuple[str, ...] = ()
    word: Callable[[str], str] | None = None
    least: int | None = None
    most: int | None = None
    default: bool | int | str | None = None
    option: str = ""
