"""The states and territories that have payment localities: their two letters and their names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from feesync.errors import InvalidInputError
from feesync.model.reading import sequence, text
from feesync.reference.tables import read_table

_LETTERS = 2
_LEAST_LIKENESS = 0.75
_MOST_NAMES = 1_024
"""How many names are remembered as `bare` has them: of 110 localities, each with its counties."""


def read_states(names: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the two letters of the states that a text or a list of texts names; none for None.

    A name that is not known is returned in capitals: a release says which states it has.

    Args:
        names: each the letters of a state or its name, in any case, or several with commas.

    Raises:
        InvalidInputError: the argument is neither text nor a list, or a name is empty.
    """
    if names is None:
        return ()
    texts = (names,) if isinstance(names, str) else sequence("state", names, "CA")
    single = (part for each in texts for part in text("state", each).split(","))
    letters = tuple(dict.fromkeys(letters_of(name.strip()) for name in single))
    if "" in letters:
        raise InvalidInputError("state is empty; name one by its two letters, such as CA")
    return letters


def letters_of(name: str) -> str:
    """Return the two letters of a state by its name; another text in capitals as it is."""
    capitals = name.upper()
    if len(capitals) <= _LETTERS:
        return capitals
    plain = bare(name.replace(".", ""))
    return states().get(plain, plain if len(plain) == _LETTERS else capitals)


def name_of(letters: str) -> str:
    """Return the name of a state in capitals, by its two letters."""
    return next(name for name, state in states().items() if state == letters)


def with_state(text: str) -> tuple[str, str] | None:
    """Return the name and the state's letters of a text such as `Tampa, FL` or `Tampa Florida`.

    Return None where the text does not end in a state.
    """
    name, comma, last = text.rpartition(",")
    if not comma:
        name, _, last = text.strip().rpartition(" ")
    state = letters_of(last.strip())
    return (name.strip(), state) if name.strip() and state in states().values() else None


@lru_cache(maxsize=_MOST_NAMES)
def bare(text: str) -> str:
    """Return a text in capitals, with blanks in place of marks, and ST for Saint."""
    words = re.sub(r"[^A-Z0-9]+", " ", text.upper()).split()
    return " ".join("ST" if word == "SAINT" else word for word in words)


def near_state(name: str) -> str:
    """Return the two letters of the state that is spelt most nearly as a name; empty for none."""
    from difflib import get_close_matches  # where something is wrong

    close = get_close_matches(name.upper(), states(), n=1, cutoff=_LEAST_LIKENESS)
    return states()[close[0]] if close else ""


@cache
def states() -> dict[str, str]:
    """Return the two letters of each state, by its name in capitals."""
    return {row["name"].upper(): row["state"] for row in read_table("reference/states.csv")}
