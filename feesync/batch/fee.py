"""The rates that a file needs, in the engine: tables of its releases, and the formula over them.

The formula is the text of the database's own views, which get numbers of a rate and of a place to
join by. Which row of a code a line has is decided by pricing, once for the rows that a code has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from feesync.batch.engine import Columns, Engine
from feesync.batch.periods import Periods, Place
from feesync.batch.reasons import Reason, reason_of
from feesync.batch.texts import Texts
from feesync.batch.words import ANY_DAY, Kind, Words
from feesync.errors import FeesyncError, NoPriceError, UnknownCodeError
from feesync.model.rate import Indicators, Rate, Setting
from feesync.pricing.line import Line
from feesync.pricing.rows import rate_of
from feesync.pricing.terms import Terms
from feesync.store.columnar import release_tables
from feesync.store.formula import formula_views
from feesync.store.source import basis_of

_BASES = ("nonqp", "qp")
_KEYS = "v.hcpcs, v.modifier, l.mac"
"""Where the views name what a rate is of."""

_NUMBERS = f"{len(_BASES)} * v.rate_number + f.basis_number AS rate_id, l.place_id, "
_STATED = tuple(name for name in Indicators._fields if not name.endswith("_priced"))


class Rates(NamedTuple):
    """The rates that a file needs.

    Attributes:
        indicators: what the rows of codes say whatever their amounts, by id.
    """

    indicators: list[Indicators]


def give_rates(engine: Engine, words: Words, found: Periods, texts: Texts) -> Rates:
    """Give the engine the tables of the releases, the formula, and which rate a line has.

    Makes the tables of the formula, rate_row (rate_id, release_id, hcpcs, modifier, status,
    indicators_id) and code_rate (kind_id, release_id, code_id, rate_id, indicators_id, reason_id).
    """
    tables = release_tables(found.answers)
    if not tables:
        tables = _none()
    rows = _numbered(tables, found.places)
    for name, columns in tables.items():
        engine.give(name, columns)
    connection = found.answers[0][0].connection
    for name, select in formula_views(connection, engine.dialect).items():
        engine.view(name, select.replace(_KEYS, _NUMBERS + _KEYS))
    _give_code_rates(engine, words, found, texts, rows)
    return Rates(_indicators(engine))


def _none() -> dict[str, Columns]:
    raise NoPriceError("no release answers for any day of the file")


def _numbered(
    tables: dict[str, Columns], places: Sequence[Place]
) -> dict[tuple[int, str], dict[str, int]]:
    """Number rows of codes, places and bases; return the numbers of the rows of each code."""
    values = tables["relative_value"]
    numbers = range(len(values["hcpcs"][1]))
    tables["relative_value"] = {**values, "rate_number": ("INTEGER", numbers)}
    factors = tables["conversion_factor"]
    bases = [_BASES.index(str(basis)) for basis in factors["basis"][1]]
    tables["conversion_factor"] = {**factors, "basis_number": ("INTEGER", bases)}
    ids = {place: number for number, place in enumerate(places)}
    local = tables["locality"]
    keys = zip(*(local[name][1] for name in ("release_id", "mac", "locality")), strict=True)
    place_ids = [ids.get(Place(*key)) for key in keys]
    tables["locality"] = {**local, "place_id": ("INTEGER", place_ids)}
    rows: dict[tuple[int, str], dict[str, int]] = {}
    names = ("release_id", "hcpcs", "modifier")
    keys = zip(*(values[name][1] for name in names), numbers, strict=True)
    for release, hcpcs, modifier, number in keys:
        rows.setdefault((release, hcpcs), {})[modifier] = number
    return rows


def _give_code_rates(
    engine: Engine,
    words: Words,
    found: Periods,
    texts: Texts,
    rows: Mapping[tuple[int, str], Mapping[str, int]],
) -> None:
    cells: list[tuple[int, int, int, int | None, int | None]] = []
    for kind_id, (kind, modifiers) in enumerate(words.kinds.items()):
        for release, answer in enumerate(found.answers, start=1):
            basis = _basis(kind, answer[1])
            for code_id, hcpcs in enumerate(words.codes):
                of_code = rows.get((release, hcpcs))
                if of_code is None:
                    continue
                row = _row(modifiers, tuple(of_code))
                if isinstance(row, Reason) or basis is None:
                    reason = row if isinstance(row, Reason) else Reason.NO_RATE
                    cells.append((kind_id, release, code_id, None, texts.id_of(reason)))
                else:
                    rate_id = len(_BASES) * of_code[row] + basis
                    cells.append((kind_id, release, code_id, rate_id, None))
    names = ("kind_id", "release_id", "code_id", "rate_id", "reason_id")
    values = list(zip(*cells, strict=True)) or [()] * len(names)
    engine.give("code_row", {name: ("INTEGER", of) for name, of in zip(names, values, strict=True)})


def _basis(kind: Kind, release: object) -> int | None:
    try:
        return _BASES.index(basis_of(release, qp=kind.qp))  # type: ignore[arg-type]
    except NoPriceError:
        return None


class _Rows:
    """A lookup that knows which rows a code has, and no rate."""

    def __init__(self, rows: Sequence[str]) -> None:
        self._rows, self.row = list(rows), ""

    def rate(self, hcpcs: str, row: str, line: Line) -> Rate:
        """Note the row; there is no rate to return."""
        if row not in self._rows:
            raise UnknownCodeError("", self._rows)
        self.row = row
        return None  # type: ignore[return-value]


@cache
def _row(modifiers: tuple[str, ...], rows: tuple[str, ...]) -> str | Reason:
    """Return the row of a code that has certain rows, for a line with modifiers."""
    lookup = _Rows(rows)
    try:
        rate_of(Line("", modifiers, Terms(ANY_DAY, Setting.NONFACILITY)), lookup)
    except FeesyncError as error:
        return reason_of(error)
    return lookup.row


def _indicators(engine: Engine) -> list[Indicators]:
    """Make rate_row and code_rate, and return the sets of indicators by id."""
    stated = ", ".join(f"v.{name}" for name in _STATED)
    engine.make(
        "rate_fact",
        f"SELECT v.rate_id, v.release_id, v.hcpcs, v.status, {stated.replace('v.status, ', '')}, "  # noqa: S608
        "v.nonfacility_amount IS NOT NULL AS nonfacility_priced, "
        "v.facility_amount IS NOT NULL AS facility_priced FROM revision_rate_cents AS v "
        "JOIN (SELECT DISTINCT rate_id FROM code_row) AS u ON u.rate_id = v.rate_id "
        "JOIN (SELECT release_id, min(mac) AS mac FROM locality GROUP BY release_id) AS o "
        "ON o.release_id = v.release_id AND o.mac = v.mac "
        "JOIN (SELECT release_id, mac, min(locality) AS locality FROM locality "
        "GROUP BY release_id, mac) AS n "
        "ON n.release_id = v.release_id AND n.mac = v.mac AND n.locality = v.locality",
    )
    names = ", ".join(Indicators._fields)
    engine.make(
        "indicator_set",
        f"SELECT row_number() OVER (ORDER BY {names}) - 1 AS indicators_id, {names} "  # noqa: S608
        f"FROM (SELECT DISTINCT {names} FROM rate_fact) AS f",
    )
    same = " AND ".join(f"s.{name} = f.{name}" for name in Indicators._fields)
    engine.make(
        "rate_row",
        "SELECT f.rate_id, f.release_id, f.hcpcs, f.modifier, f.status, s.indicators_id "  # noqa: S608
        f"FROM rate_fact AS f JOIN indicator_set AS s ON {same}",
    )
    engine.make(
        "code_rate",
        "SELECT c.kind_id, c.release_id, c.code_id, c.rate_id, r.indicators_id, c.reason_id "
        "FROM code_row AS c LEFT JOIN rate_row AS r ON r.rate_id = c.rate_id",
    )
    rows = engine.rows(f"SELECT {names} FROM indicator_set ORDER BY indicators_id")  # noqa: S608
    return [Indicators._make(row) for row in rows]
