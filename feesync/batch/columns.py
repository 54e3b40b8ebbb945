"""Which column of a file of claims is which: names, usual spellings, and what the caller maps.

Files with other orders of columns are joined by name. Out of scope: what a cell means (words), and
the file itself (claim_file).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from typing import NamedTuple

from feesync.errors import Hint, HintKind, InvalidInputError
from feesync.formats.line_columns import BILLED, CODE, SPELLINGS, WHERE_AND_WHEN
from feesync.formats.table import plain
from feesync.model.reading import excerpt

MODIFIERS = "modifiers"
_MODIFIERS = tuple(name for name in SPELLINGS if name != CODE)

MEANINGS: Mapping[str, tuple[str, ...]] = {
    "claim_id": (
        *(
            "claim",
            "claim number",
            "claim no",
            "claim control number",
            "claim key",
            "icn",
            "clm id",
        ),
        *("patient control number", "encounter", "encounter id", "encounter number", "visit id"),
        *("visit number", "invoice", "invoice number"),
    ),
    "line": ("line number", "line no", "line id", "line item", "claim line", "service line"),
    **SPELLINGS,
    **{
        f"mod{number}": (
            *SPELLINGS[f"mod{number}"],
            *(f"procedure modifier {number}", f"proc mod {number}", f"cpt modifier {number}"),
            *(f"hcpcs modifier {number}", f"modifier code {number}", f"modifier {number} code"),
        )
        for number in range(1, 5)
    },
    "units": (
        *BILLED["units"],
        *("number of units", "unit count", "units billed", "billed units", "procedure quantity"),
        *("service unit count", "svc units"),
    ),
    "charge": (
        *BILLED["charge"],
        *("billed amt", "charge amt", "charged amount"),
        *("submitted charge amount", "charge billed", "line charge amount"),
    ),
    **WHERE_AND_WHEN,
    "zip": (
        *WHERE_AND_WHEN["zip"],
        *("facility zip", "service facility zip", "facility zip code", "service zip", "pos zip"),
    ),
    "date": (
        *WHERE_AND_WHEN["date"],
        *("svc date", "service dt", "svc dt", "from date", "dos from", "from dos", "service from"),
        *("date of service from", "service from date", "line service date", "srvc date"),
        *("service date from", "start date of service", "service start date"),
    ),
    "pos": (*WHERE_AND_WHEN["pos"], "place of service code", "place of svc", "pos cd"),
    "practitioner": ("practitioner kind", "practitioner type"),
    "nonpar": ("non participating", "nonparticipating"),
    "qp": ("qualifying participant", "qualifying apm participant"),
    "deductible": ("deductible owed", "part b deductible"),
    "patient": ("patient id", "member", "member id", "mrn", "beneficiary", "bene id", "mbi"),
    "tin": ("tax id", "billing tin", "group tin", "tax identification number", "ein"),
    "npi": (
        *("rendering npi", "rendering provider npi", "rendering provider id", "rendering provider"),
        *("performing npi", "performing provider npi", "performing provider id", "provider npi"),
        *("servicing npi", "servicing provider npi", "physician npi", "practitioner npi"),
    ),
    "paid_allowed": (
        *("allowed", "allowed amount", "amount allowed", "payer allowed", "allowed amt"),
        *("plan allowed", "eligible amount"),
    ),
}
"""The columns of a line in a file of claims by their names, and how else they are spelled."""

PLACES = ("locality", "zip")
_VAGUE = frozenset(("rendering provider", "rendering provider id", "performing provider id"))
"""Columns that may have another number than the NPI, or a name: one that says NPI goes before."""

_LIKE, _NEAREST = 0.85, 0.5
"""How like a usual name a carried column must be to be mentioned, and one to be named as the
nearest of what is missing: from 0 to 1."""

_TELLING = {"modifier": MODIFIERS, "units": "units"}
"""Words within a name by which a carried column is mentioned, since amounts depend on it."""

_MOST_MENTIONED = 200
"""In a file of more columns, none is mentioned."""

_OURS = {plain(name): own for own, others in MEANINGS.items() for name in (own, *others)}
_VAGUE_NAMES = frozenset(map(plain, _VAGUE))


class _Key(NamedTuple):
    """What a column is joined by.

    Attributes:
        meaning: our name of it; empty where it is only carried.
        name: its name without what makes no difference; empty where the meaning says it.
        number: which of several with that name, counted from 0.
    """

    meaning: str
    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of the files of one run.

    Attributes:
        names: the names of all columns, as they come out: no two alike, whatever their case.
        meanings: our names, and which columns (by their positions in `names`) have them; only
            modifiers may be several.
        of_files: for each file, the positions in `names` of its columns, in its order.
        unread: columns that are carried, though their names are near to usual ones: with those.
    """

    names: tuple[str, ...]
    meanings: Mapping[str, tuple[int, ...]]
    of_files: tuple[tuple[int, ...], ...]
    unread: tuple[tuple[str, str], ...]

    @property
    def carried(self) -> int:
        """How many columns have no meaning here."""
        return len(self.names) - sum(map(len, self.meanings.values()))


def read_columns(
    headers: Iterable[tuple[str, Sequence[str]]],
    mapping: Mapping[str, str] | None = None,
    given: Iterable[str] = (),
) -> Columns:
    """Return which columns of some files are which.

    A name is compared without case, blanks and punctuation. What the caller maps goes before what a
    name says by itself. Where a file has `locality`, its `zip` is only carried: the locality is the
    more exact.

    Args:
        headers: each file's name, for errors, and the names of its columns.
        mapping: their names of columns to ours.
        given: what every line has without a column: `date`, `locality`.

    Raises:
        InvalidInputError: a column that is needed is in none of a file's; two have one meaning; or
            the mapping names what is not there.
    """
    files = [(file, list(header)) for file, header in headers]
    own = _mapping(mapping or {}, files)
    given = frozenset(given)
    keys = [_keys(file, header, own, given) for file, header in files]
    positions: dict[_Key, int] = {}
    names: dict[str, str] = {}
    for (_, header), of_file in zip(files, keys, strict=True):
        for name, key in zip(header, of_file, strict=True):
            if key not in positions:
                positions[key] = len(names)
                unique = _unique(name.strip() or f"column{len(names) + 1}", names)
                names[unique.casefold()] = unique
    meanings: dict[str, tuple[int, ...]] = {}
    for key, position in sorted(positions.items(), key=lambda item: _order(*item)):
        if key.meaning:
            meaning = MODIFIERS if key.meaning in _MODIFIERS else key.meaning
            meanings[meaning] = (*meanings.get(meaning, ()), position)
    all_names = tuple(names.values())
    unread = [
        (all_names[position], near)
        for key, position in positions.items()
        if len(positions) <= _MOST_MENTIONED
        and not key.meaning
        and (near := _near_meaning(key.name))
        and near not in meanings
    ]
    return Columns(
        all_names,
        meanings,
        tuple(tuple(positions[key] for key in of_file) for of_file in keys),
        tuple(unread),
    )


def _order(key: _Key, position: int) -> tuple[int, int]:
    """Return what columns are sorted by: those of modifiers as `modifiers`, `mod1` and so on."""
    return _MODIFIERS.index(key.meaning) if key.meaning in _MODIFIERS else 0, position


def _mapping(
    mapping: Mapping[str, str], files: Sequence[tuple[str, Sequence[str]]]
) -> dict[str, str]:
    """Return our names by the plain names of columns that the caller maps."""
    there = {plain(name): name for _, header in files for name in header}
    result: dict[str, str] = {}
    for theirs, ours in mapping.items():
        meaning = _OURS.get(plain(ours))
        if meaning is None:
            near = get_close_matches(plain(ours), _OURS, 1)
            text = f"; the nearest is {_OURS[near[0]]}" if near else ""
            raise InvalidInputError(
                f"{excerpt(ours)} is no column of a claim line{text}; those are "
                f"{', '.join(MEANINGS)}"
            )
        if plain(theirs) not in there:
            near = get_close_matches(plain(theirs), there, 1)
            text = f"; the nearest is {excerpt(there[near[0]])}" if near else ""
            where = files[0][0] if len(files) == 1 else f"none of the {len(files)} files"
            verb = "has no" if len(files) == 1 else "has a"
            raise InvalidInputError(f"{where} {verb} column {excerpt(theirs)}{text}")
        result[plain(theirs)] = meaning
    return result


def _keys(
    file: str, header: Sequence[str], own: Mapping[str, str], given: frozenset[str]
) -> list[_Key]:
    """Return what the columns of a file are joined by."""
    mapped = {own[plain(name)] for name in header if plain(name) in own}
    certain = {_OURS.get(plain(name)) for name in header if plain(name) not in _VAGUE_NAMES}
    keys: list[_Key] = []
    numbers: Counter[tuple[str, str]] = Counter()
    for name in header:
        meaning = own.get(plain(name)) or _OURS.get(plain(name), "")
        is_vague = plain(name) in _VAGUE_NAMES and meaning in certain
        if (meaning in mapped or is_vague) and plain(name) not in own:
            meaning = ""
        joined = "" if meaning else plain(name) or "column"
        number = numbers[meaning, joined]
        numbers[meaning, joined] += 1
        if number and meaning and meaning != MODIFIERS:
            first = next(
                other for other, key in zip(header, keys, strict=False) if key.meaning == meaning
            )
            raise _twice(file, first.strip(), name.strip(), meaning)
        keys.append(_Key(meaning, joined, number))
    _check(file, header, {key.meaning for key in keys} - {""}, given)
    if any(key.meaning == "locality" for key in keys):
        keys = [_Key("", "zip", 0) if key.meaning == "zip" else key for key in keys]
    return keys


def _twice(file: str, first: str, second: str, meaning: str) -> InvalidInputError:
    if plain(first) == plain(second):
        return InvalidInputError(f"{file} has the column {excerpt(first)} twice")
    return InvalidInputError(
        f"{file} has {excerpt(first)} and {excerpt(second)}, which are both {meaning}",
        hint=Hint(HintKind.MAP_COLUMN, column=first, meaning=meaning),
    )


def _check(file: str, header: Sequence[str], there: set[str], given: frozenset[str]) -> None:
    """Refuse a file without a column that is needed."""
    if not any(map(str.strip, header)):
        raise InvalidInputError(f"{file} is empty: its first row is to name the columns")
    if not there:  # what stands there may be a row of claims, and is not shown
        raise InvalidInputError(
            f"{file}: the first row names no column of a claim line; put a row above it, such as "
            "claim_id,date,hcpcs,modifiers,locality,pos,units,charge",
            hint=Hint(HintKind.MAP_COLUMN, meaning=CODE),
        )
    if CODE not in there:
        raise _missing(file, header, "codes (hcpcs, cpt, code)", (CODE,))
    if not {"date"} & (there | given):
        raise _missing(file, header, "dates of service (date, dos, service date)", ("date",))
    if not {*PLACES} & (there | given):
        what = "localities; a mac needs one" if "mac" in there else "places (locality, or zip)"
        raise _missing(file, header, what, PLACES)


def _missing(
    file: str, header: Sequence[str], what: str, meanings: Sequence[str]
) -> InvalidInputError:
    known = {plain(name): own for own in meanings for name in (own, *MEANINGS[own])}
    unread = {plain(name): name.strip() for name in header if plain(name) not in _OURS}
    scores = [
        (near[0], theirs)
        for theirs in unread
        if theirs and (near := get_close_matches(theirs, known, 1, _NEAREST))
    ]
    nearest = max(scores, key=lambda pair: _likeness(*pair), default=None)
    name = unread[nearest[1]] if nearest else ""
    text = f"; the nearest is {excerpt(name)}" if name else ""
    kind = HintKind.MAP_COLUMN if meanings[0] == CODE else HintKind.MAP_COLUMN_OR_GIVE
    return InvalidInputError(
        f"{file} has no column of {what}{text}",
        hint=Hint(kind, column=name, meaning=known[nearest[0]] if nearest else meanings[0]),
    )


def _likeness(first: str, second: str) -> float:
    return SequenceMatcher(None, first, second).ratio()


def _near_meaning(name: str) -> str:
    """Return our name of what a carried column may be; empty where its name is near to none."""
    near = get_close_matches(name, _OURS, 1, _LIKE)
    telling = (meaning for word, meaning in _TELLING.items() if word in name)
    meaning = _OURS[near[0]] if near else next(telling, "")
    return MODIFIERS if meaning in _MODIFIERS else meaning


def _unique(name: str, names: Container[str]) -> str:
    """Return a name, with a number where another is like it but for case."""
    result, number = name, 1
    while result.casefold() in names:
        number += 1
        result = f"{name}_{number}"
    return result
