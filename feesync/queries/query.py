"""A query: its name, its parameters, and what answers it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from feesync.errors import InvalidInputError
from feesync.model.reading import excerpt
from feesync.queries.answer import Answer
from feesync.queries.parameter import Parameter
from feesync.queries.values import nearest, read

Database = str | os.PathLike[str] | None
Respond = Callable[["Query", dict[str, Any], Database], Answer]


@dataclass(frozen=True, slots=True)
class Question:
    """What may be given under the name of a command.

    Attributes:
        name: the command's.
        text: what it answers.
        parameters: in the order of a form.
        needs: groups of parameters, of each of which one must be given.
        excludes: groups of parameters, of each of which at most one may be given.
    """

    name: str
    text: str
    parameters: tuple[Parameter, ...]
    needs: tuple[tuple[str, ...], ...] = ()
    excludes: tuple[tuple[str, ...], ...] = ()

    def parameter(self, name: str) -> Parameter:
        """Return a parameter by its name.

        Raises:
            InvalidInputError: there is none; the text has the nearest name.
        """
        by_name = {each.name: each for each in self.parameters}
        if name in by_name:
            return by_name[name]
        near = nearest(name, by_name)
        meant = f"is {near} meant?" if near else f"it has {', '.join(by_name) or 'none'}"
        raise InvalidInputError(f"{self.name} has no parameter {excerpt(name)}: {meant}")

    def read(self, values: Mapping[str, object]) -> dict[str, Any]:
        """Return the checked values that are given, in the order of the parameters.

        Raises:
            InvalidInputError: a name is unknown, a value is wrong, or one is missing.
        """
        for name in values:
            self.parameter(name)
        given = {
            each.name: value
            for each in self.parameters
            if each.name in values and (value := read(each, values[each.name])) is not None
        }
        for each in self.parameters:
            if each.required and each.name not in given:
                raise InvalidInputError(
                    f"{each.name} is missing: {each.text} As in {each.name}={each.example}"
                )
        for group in self.excludes:
            several = [name for name in group if name in given]
            if len(several) > 1:
                raise InvalidInputError(f"{' and '.join(several)} exclude each other")
        for group in self.needs:
            if not any(name in given for name in group):
                example = self.parameter(group[-1])
                raise InvalidInputError(
                    f"{' or '.join(group)} is missing, as in {example.name}={example.example}"
                )
        return given


@dataclass(frozen=True, slots=True)
class Query(Question):
    """What may be asked by a name.

    Attributes:
        respond: answers checked values, of this query, from a database.
        table: the name, in the JSON object, of the list that may be long; empty where the JSON is a
            list itself, or is short.
    """

    respond: Respond = field(repr=False, compare=False, kw_only=True)
    table: str = field(default="", kw_only=True)
