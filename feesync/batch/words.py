"""The distinct texts of a file, each read once by the functions that `estimate` uses.

The engine collects the texts of each column that means something, Python reads them, and hands back
tables by which the engine gives each row its values, or the reason why it cannot be read. So no
rule of reading is in SQL. Out of scope: which release and locality are meant (periods).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from feesync.batch.details import COLUMNS, Detail, DetailReader, value_or_reason
from feesync.batch.engine import Engine
from feesync.batch.reasons import Reason
from feesync.batch.request import Request
from feesync.batch.texts import Texts
from feesync.claims import arguments
from feesync.claims.line import ClaimLine
from feesync.errors import InvalidInputError
from feesync.model.hcpcs import read_code
from feesync.pricing.modifiers import names_a_setting, row_of
from feesync.pricing.program import looks_at_code
from feesync.pricing.waiver import has_standard_share

_CODE = 5
_PLACE = ("mac", "locality", "zip")


class RowKind(NamedTuple):
    """What decides which row of a code a line has."""

    row: str
    names_a_setting: bool
    qp: bool


@dataclass(slots=True)
class Words:
    """What the texts of a file mean: lists by the ids that the engine's tables have.

    Attributes:
        codes: codes in capitals.
        days: dates of service.
        details: what a line says but for code, day, place and amounts.
        row_kinds: what decides which row of a code a line has, with modifiers that are so.
        places: texts of places.
    """

    codes: list[str] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    details: list[Detail] = field(default_factory=list)
    row_kinds: dict[RowKind, tuple[str, ...]] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)


def cell(column: str) -> str:
    """Return the SQL of a cell of `input`, of which an empty one is an empty text."""
    return f"coalesce(i.{column}, '')"


def keys_of(request: Request, table: str) -> list[str]:
    """Return the SQL of what the rows of `input` have in common with a word table."""
    if table == "word_day":
        columns = request.columns_of("date")
    elif table == "word_code":
        columns = request.columns_of("hcpcs")
    elif table == "word_place":
        columns = request.columns_of(*_PLACE)
    elif table == "word_deductible":
        columns = request.columns_of("deductible")
    else:
        return [_long_code(request), *map(cell, request.columns_of(*COLUMNS))]
    return list(map(cell, columns))


def join_of(request: Request, table: str, alias: str) -> str:
    """Return the SQL that joins a word table to `input`."""
    keys = enumerate(keys_of(request, table))
    met = " AND ".join(f"{alias}.k{number} = {key}" for number, key in keys)
    return f"JOIN {table} AS {alias} ON {met or '1 = 1'}"


def read_words(engine: Engine, request: Request, texts: Texts) -> Words:
    """Read the texts of `input` but for dates and codes, which the releases decide about.

    Makes the tables word_detail, word_place and word_deductible. Each has the columns k0, k1 ...
    with the texts, the ids of what they mean, and reason_id, NULL where all is well.
    """
    words = Words()
    _read_details(engine, request, texts, words)
    rows = distinct(engine, request, "word_place")
    places = Numbers(words.places)
    ids = [places.id_of(_place_text(request, cells)) for cells in rows]
    _give(engine, request, "word_place", rows, {"text_id": ("INTEGER", ids)})
    if request.columns_of("deductible"):
        rows = distinct(engine, request, "word_deductible")
        read = [
            value_or_reason(_deductible, Reason.DEDUCTIBLE, "deductible", *cells) for cells in rows
        ]
        if request.contract:  # the deductible is Medicare's
            read = [Reason.INVALID if cents else cents for cents in read]
        _give_read(engine, request, "word_deductible", rows, texts, {"cents": ("BIGINT", 0)}, read)
    return words


def distinct(engine: Engine, request: Request, table: str) -> list[tuple[str, ...]]:
    """Return the distinct texts that a word table is to have."""
    keys = keys_of(request, table)
    if not keys:
        return [()]
    return engine.rows(f"SELECT DISTINCT {', '.join(keys)} FROM input AS i")  # noqa: S608


class Numbers:
    """Ids for values, from 0 in the order in which they first come."""

    def __init__(self, values: list[Any]) -> None:
        self._values = values
        self._ids: dict[Any, int] = {value: number for number, value in enumerate(values)}

    def id_of(self, value: Any) -> int:  # noqa: ANN401 - of one type a list
        """Return the id of a value."""
        number = self._ids.get(value)
        if number is None:
            number = self._ids[value] = len(self._values)
            self._values.append(value)
        return number


def _long_code(request: Request) -> str:
    """Return the SQL of a cell of codes that has more in it than a code, else of an empty text."""
    (column,) = request.columns_of("hcpcs")
    return f"CASE WHEN length(i.{column}) > {_CODE} THEN i.{column} ELSE '' END"


def _deductible(what: str, text: str) -> int:
    return arguments.cents(what, text.strip() or None) or 0


def read_code_texts(
    engine: Engine, request: Request, texts: Texts, words: Words, embedded: Collection[str]
) -> None:
    """Read the codes of `input`.

    Makes the table word_code (k0, code_id, embedded, special, reason_id): whether the snapshot has
    the code, and whether Medicare may waive something of it.

    Args:
        engine: the engine.
        request: what is asked.
        texts: the reasons by id.
        words: gets the codes.
        embedded: the codes of the snapshot.
    """
    rows = distinct(engine, request, "word_code")
    codes = Numbers(words.codes)
    read: list[Reason | tuple[int, bool, bool]] = []
    for (text,) in rows:
        code = value_or_reason(_code, Reason.UNREADABLE_CODE, text) if text else Reason.MISSING_CODE
        if not isinstance(code, Reason):
            code = codes.id_of(code), code in embedded, not has_standard_share(code, ())
        read.append(code)
    columns = {
        "code_id": ("INTEGER", None),
        "embedded": ("BOOLEAN", False),
        "special": ("BOOLEAN", False),
    }
    _give_read(engine, request, "word_code", rows, texts, columns, read)


def _code(text: str) -> str:
    line = ClaimLine(text).in_parts()
    if line.charge is not None or line.postop_days is not None:
        raise InvalidInputError("a code with a charge or days of care")
    return read_code(line.hcpcs)


def _read_details(engine: Engine, request: Request, texts: Texts, words: Words) -> None:
    rows = distinct(engine, request, "word_detail")
    details, kinds = Numbers(words.details), words.row_kinds
    reader = DetailReader(request)
    by_code = bool(request.contract and request.contract.ranges)
    read: list[Reason | tuple[int, int, bool, bool]] = []
    for cells in rows:
        detail = reader.read(cells)
        if isinstance(detail, Reason):
            read.append(detail)
            continue
        modifiers = detail.modifiers
        kind = RowKind(row_of(modifiers), names_a_setting(modifiers), detail.qp)
        kinds.setdefault(kind, modifiers)
        special = not has_standard_share("", modifiers)
        number = list(kinds).index(kind)
        of_code = by_code or looks_at_code(modifiers)
        read.append((details.id_of(detail), number, of_code, special))
    columns = {
        "detail_id": ("INTEGER", None),
        "kind_id": ("INTEGER", None),
        "of_code": ("BOOLEAN", False),
        "special": ("BOOLEAN", False),
    }
    _give_read(engine, request, "word_detail", rows, texts, columns, read)


def _place_text(request: Request, cells: Sequence[str]) -> str:
    """Return the text of a place: a locality, alone or of a MAC; else a ZIP; else the default.

    A MAC alone is no place: the default holds for its lines only if it is a locality of that MAC.
    """
    names = [name for name in _PLACE if request.columns_of(name)]
    by_name = dict(zip(names, map(str.strip, cells), strict=True))
    mac, locality, postal_code = (by_name.get(name, "") for name in _PLACE)
    key = f"{mac.zfill(5)}-" if mac else ""
    if locality:
        return locality if locality.startswith(key) else f"{key}{locality.zfill(2)}"
    default = request.locality or ""
    return postal_code or (default if default.startswith(key) else key)


def _give_read(
    engine: Engine,
    request: Request,
    name: str,
    rows: Sequence[tuple[str, ...]],
    texts: Texts,
    columns: dict[str, tuple[str, Any]],
    read: Sequence[Any],
) -> None:
    """Give the engine a word table.

    Args:
        engine: the engine.
        request: what is asked.
        name: of the table.
        rows: the texts.
        texts: the reasons by id.
        columns: SQL type, and value where the texts cannot be read, of what they mean.
        read: what the texts of each row mean, one value or as many as there are columns, or why
            they cannot be read.
    """
    lists: dict[str, list[Any]] = {column: [] for column in columns}
    reasons: list[int | None] = []
    for values in read:
        failed = isinstance(values, Reason)
        reasons.append(texts.id_of(values) if failed else None)
        given = values if isinstance(values, tuple) else (values,) * len(columns)
        for number, (column, (_, missing)) in enumerate(columns.items()):
            lists[column].append(missing if failed else given[number])
    values_of = {column: (kind, lists[column]) for column, (kind, _) in columns.items()}
    _give(engine, request, name, rows, {**values_of, "reason_id": ("INTEGER", reasons)})


def _give(
    engine: Engine,
    request: Request,
    name: str,
    rows: Sequence[tuple[str, ...]],
    columns: dict[str, Any],
) -> None:
    engine.give(name, {**key_columns(request, name, rows), **columns})


def key_columns(
    request: Request, name: str, rows: Sequence[tuple[str, ...]]
) -> dict[str, tuple[str, list[str]]]:
    """Return the columns of the texts of a word table."""
    count = len(keys_of(request, name))
    return {f"k{key}": ("VARCHAR", [row[key] for row in rows]) for key in range(count)}
