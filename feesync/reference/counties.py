"""The counties of each state, and what stands in their place: parishes, boroughs, cities."""

from __future__ import annotations

from functools import cache

from feesync.reference.states import bare
from feesync.reference.tables import read_table

_KINDS = (" COUNTY", " PARISH", " BOROUGH")


def is_county(name: str) -> bool:
    """Tell whether a name says of itself that it is a county's: `Lee County`."""
    return bare(name).endswith(_KINDS)


def without_kind(name: str) -> str:
    """Return the name of a county in capitals and without marks, `LEE` for `Lee County`."""
    plain = bare(name)
    for kind in _KINDS:
        plain = plain.removesuffix(kind)
    return _SPELLINGS.get(plain, plain)


def states_with(name: str) -> list[str]:
    """Return the states that have a county of a name, by their two letters."""
    plain = without_kind(name)
    return [state for state, names in counties().items() if plain in names]


@cache
def counties() -> dict[str, frozenset[str]]:
    """Return the names of the counties of each state, in capitals and without marks."""
    return {
        row["state"]: frozenset(map(without_kind, row["counties"].split(";")))
        for row in read_table("reference/counties.csv")
    }


_SPELLINGS = {"MIAMI DADE": "DADE"}
"""Names of counties as CMS spells them, where it does so in its own way."""
