"""The columns of a claim line in a caller's table: how they are spelled, and how a row is read.

Claim files, price lists and files of many claims have them. Out of scope: the file (table), and
whether code and modifiers exist (pricing).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from feesync.model.reading import value_or_none

CODE = "hcpcs"

_NUMBERED = tuple(f"mod{number}" for number in range(1, 5))

SPELLINGS: Mapping[str, tuple[str, ...]] = {
    CODE: (
        *("cpt", "code", "procedure", "proc", "service", "px"),
        *("hcpcs code", "cpt code", "procedure code", "proc code", "billing code"),
        *("cpt/hcpcs", "hcpcs/cpt", "cpt/hcpcs code", "hcpcs/cpt code"),
    ),
    "modifiers": ("mod", "mods", "modifier"),
    **{
        name: (f"modifier{name[-1]}", f"modifiers{name[-1]}", f"mods{name[-1]}", f"m{name[-1]}")
        for name in _NUMBERED
    },
}
"""The columns of a code with its modifiers, and how else they are spelled."""

BILLED: Mapping[str, tuple[str, ...]] = {
    "units": ("unit", "qty", "quantity", "service units", "units of service", "days or units"),
    "charge": (
        *("charges", "billed", "charge amount", "amount charged", "line charge"),
        *("billed amount", "amount billed", "billed charge", "billed charges", "submitted charge"),
    ),
}
"""The columns of what is billed of a line."""

LINE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    **SPELLINGS,
    **BILLED,
    "postop_days": ("postop", "postoperative days", "days of care"),
}
"""The columns of a line of one claim."""

WHERE_AND_WHEN: Mapping[str, tuple[str, ...]] = {
    "locality": ("place", "mac locality", "locality number"),
    "zip": ("zip code", "zip5", "postal code"),
    "mac": ("carrier", "contractor", "contractor number", "mac number"),
    "setting": (),
    "pos": ("place of service", "pos code"),
    "date": ("dos", "date of service", "service date", "day"),
}
"""The columns of the place and the day of a service."""


_FRACTION = re.compile(r"(?<![0-9A-Za-z.])([0-9]{2})\.0+(?![0-9A-Za-z.])")


def without_fractions(modifiers: str) -> str:
    """Return modifiers as they were before a spreadsheet took them for numbers: 26.0 is 26."""
    return _FRACTION.sub(r"\1", modifiers)


def code_and_modifiers(cells: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return the code and the modifiers of a row; either is empty where the row has none.

    Modifiers may stand in one column, in four, or after the code, as in `64493-50`.
    """
    code, *after = re.split(r"\s*-\s*", cells.get(CODE, ""))
    own = (cells.get(name, "") for name in ("modifiers", *_NUMBERED))
    return code, (*after, *re.findall(r"[^\s,;:/-]+", without_fractions(" ".join(own))))


def by_our_names(
    row: Mapping[str, Any], spellings: Mapping[str, Iterable[str]]
) -> dict[str, Any] | None:
    """Return a row under our names of its columns; modifiers of four columns are in one.

    None where a name is nobody's spelling, or two mean the same: the caller then refuses the row.

    Args:
        row: the cells by the caller's names.
        spellings: our names, and how else each is spelled.
    """
    from feesync.formats.table import plain  # not at the start of every line

    known = {plain(each): own for own, others in spellings.items() for each in (own, *others)}
    found: dict[str, Any] = {}
    for name, cell in row.items():
        own = known.get(plain(name)) if isinstance(name, str) else None
        if own is None or own in found:
            return None
        found[own] = value_or_none(cell)
    numbered = [cell for name in _NUMBERED if (cell := found.pop(name, None)) not in (None, "")]
    if numbered:
        first = found.get("modifiers") or ()
        found["modifiers"] = (*((first,) if isinstance(first, str) else first), *numbered)
    return found
