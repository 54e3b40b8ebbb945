"""What a question says, for the question of another page: so that nobody types it again.

Out of scope: which pages there are (pages), and what the values mean (queries).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from feesync.claims.line import ClaimLine
from feesync.errors import InvalidInputError
from feesync.queries.catalogue import QUERIES
from feesync.queries.parameter import Kind
from feesync.queries.query import Query
from feesync.web.site import address

_CODES = ("lines", "line", "hcpcs", "codes")
_PLACES = ("zip", "locality")
_SHARED = (
    *("date", "setting", "pos", "practitioner", "nonpar", "qp", "state"),
    *("percent", "of_year", "conversion_factor"),
)
_RANGES = frozenset({"rates", "sheet", "diff"})
"""The queries that take a range of codes."""

_LONGEST_MODIFIER = 2


def values_for(values: Mapping[str, object], query: Query) -> dict[str, object]:
    """Return what the values of one question say to another query: code, place, date and terms.

    Args:
        values: of any query, by name: texts, or lists of them.
        query: the other query.

    Returns:
        Values of the other query, as an address has them.
    """
    names = {parameter.name: parameter for parameter in query.parameters}
    found: dict[str, object] = {}
    if (name := next((each for each in _CODES if each in names), None)) and (
        codes := list(dict.fromkeys(_codes(values, query, names[name].kind is Kind.LINE)))
    ):
        found[name] = codes if names[name].several else codes[0]
    places = [each for name in _PLACES for each in _texts(values.get(name))]
    if places and "locality" in names:
        found["locality"] = places if names["locality"].several else places[0]
    elif places and "query" in names:
        found["query"] = places[0]
    for name in _SHARED:
        if name in names and values.get(name) not in (None, "", []):
            given = values[name]
            if isinstance(given, list) and not names[name].several:
                given = given[0]
            found[name] = given
    if "setting" in found and "pos" in found:
        del found["setting"]
    choices = names["setting"].choices if "setting" in names else ()
    if choices and found.get("setting", choices[0]) not in choices:
        del found["setting"]
    return found


def _texts(value: object) -> list[str]:
    if value is None or value == "":
        return []
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]


def _codes(values: Mapping[str, object], query: Query, whole: bool) -> Iterator[str]:
    """Yield each line of a question as another query takes it.

    Args:
        values: of the question.
        query: the other query.
        whole: whether it takes claim lines, with units and charge.
    """
    modifiers = _texts(values.get("modifiers"))
    with_modifiers = whole or any(each.name == "modifiers" for each in query.parameters)
    for text in (each for name in _CODES for each in _texts(values.get(name))):
        code, *others = text.split("-")
        if any(len(other) > _LONGEST_MODIFIER for other in others[:1]) and len(code) == len(
            others[0]
        ):
            if query.name in _RANGES:
                yield text
            continue
        try:
            line = ClaimLine.read({"hcpcs": text, "modifiers": modifiers}).in_parts()
        except InvalidInputError:
            yield text  # the other page says what is wrong with it
            continue
        parts = "-".join((line.hcpcs, *(line.modifiers or ()))) if with_modifiers else line.hcpcs
        units = values.get("units") or line.units
        charge = values.get("charge") or line.charge
        if whole and query.name != "sheet":
            parts += "" if str(units) == "1" else f"x{units}"
            parts += "" if charge is None else f"@{charge}"
        yield parts


def alone(values: Mapping[str, object], code: str, **others: object) -> str:
    """Return the address of the estimate of one line of a question.

    Args:
        values: of the question, whose place, date and terms hold for the line.
        code: the line as people write it, such as `64493-50`.
        others: what is otherwise, such as the locality.
    """
    shared = {name: value for name, value in values.items() if name not in (*_CODES, "modifiers")}
    if "locality" in others:
        shared.pop("zip", None)
    question = {"hcpcs": code, **values_for({**shared, **others}, QUERIES["estimate"])}
    return address("/", question)
