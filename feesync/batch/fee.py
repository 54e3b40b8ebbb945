"""The rates that a file needs, in the engine: tables of its releases, and the formula over them.

The formula is the text of the database's own views, which get numbers of a rate and of a place to
join by. Which row of a code a line has is decided by pricing, once for the rows that a code has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from feesync.batch.details import ANY_DAY
from feesync.batch.engine import Columns, Engine
from feesync.batch.periods import Periods, ReleaseLocality
from feesync.batch.reasons import Reason
from feesync.batch.texts import Texts
from feesync.batch.words import Numbers, RowKind, Words
from feesync.claims.refusal import refusal_of
from feesync.errors import FeesyncError, NoPriceError, UnknownCodeError
from feesync.model.rate import Indicators, Rate, Setting
from feesync.pricing.line import Contract, Line
from feesync.pricing.rows import rate_of
from feesync.pricing.terms import Terms
from feesync.store.columnar import release_tables
from feesync.store.formula import formula_views
from feesync.store.source import basis_of

_BASES = ("nonqp", "qp")
_KEYS = "v.hcpcs, v.modifier, l.mac"
"""Where the view names what a rate is of."""

_PLACES = re.compile(r"JOIN locality AS l ON l\.release_id = r\.\w+")
"""Where the view joins all places to all rows of codes."""

_EXACT = "FROM revision_rate_exact"
_STATED = tuple(name for name in Indicators._fields if not name.endswith("_priced"))


def give_rates(
    engine: Engine, words: Words, found: Periods, texts: Texts, contract: Contract | None
) -> list[Indicators]:
    """Give the engine the tables of the releases, and which rate a line has.

    A contract's conversion factor is in the place of Medicare's.

    Makes the tables that the formula reads, rate_row (rate_id, release_id, hcpcs, modifier, status,
    indicators_id) and code_rate (kind_id, release_id, code_id, rate_id, basis_id, indicators_id,
    reason_id).

    Returns:
        What the rows of codes say whatever their amounts, by indicators_id.
    """
    tables = release_tables(found.answers, words.codes)
    if contract and contract.conversion_factor is not None:
        tables["conversion_factor"] = _by_factor(
            tables["conversion_factor"], contract.conversion_factor
        )
    rows = _numbered(tables, found.places)
    for name, columns in tables.items():
        engine.give(name, columns)
    _give_code_rates(engine, words, found, texts, rows)
    return _indicators(engine, found)


def rates_of(engine: Engine, found: Periods, table: str, columns: Sequence[str]) -> str:
    """Return the SELECT of the rates of a table's rows, by the formula of the database's views.

    Args:
        engine: has the tables that the formula reads.
        found: the releases.
        table: has the columns rate_id, basis_id, release_id and place_id.
        columns: those of its columns that are wanted beside those of the view `rate_cents`.
    """
    views = formula_views(found.answers[0][0].connection, engine.dialect)
    own = "".join(f"n.{name}, " for name in columns)
    exact = views["revision_rate_exact"].replace(_KEYS, own + _KEYS)
    join = (  # a place is of one release: without it, no engine tries all places for all codes
        f"JOIN {table} AS n ON n.rate_id = v.rate_id AND n.basis_id = f.basis_id "
        "AND n.release_id = f.release_id JOIN locality AS l ON l.place_id = n.place_id"
    )
    return views["revision_rate_cents"].replace(_EXACT, f"FROM ({_PLACES.sub(join, exact)}) AS e")


def _by_factor(factors: Columns, factor: int) -> Columns:
    """Return the table of conversion factors with another payer's in all rows."""
    kind, values = factors["factor"]
    return {**factors, "factor": (kind, [factor] * len(values))}


def _numbered(
    tables: dict[str, Columns], places: Sequence[ReleaseLocality]
) -> dict[tuple[int, str], dict[str, int]]:
    """Number rows of codes, places and bases; return the numbers of the rows of each code."""
    values = tables["relative_value"]
    numbers = range(len(values["hcpcs"][1]))
    tables["relative_value"] = {**values, "rate_id": ("INTEGER", numbers)}
    factors = tables["conversion_factor"]
    bases = [_BASES.index(str(basis)) for basis in factors["basis"][1]]
    tables["conversion_factor"] = {**factors, "basis_id": ("INTEGER", bases)}
    ids = Numbers(list(places))
    local = tables["locality"]
    keys = zip(*(local[name][1] for name in ("release_id", "mac", "locality")), strict=True)
    place_ids = [ids.id_of(ReleaseLocality(*key)) for key in keys]
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
    cells: list[tuple[int | None, ...]] = []
    of_codes = [
        (release, code_id, of_code, tuple(of_code))
        for release in range(1, len(found.answers) + 1)
        for code_id, hcpcs in enumerate(words.codes)
        if (of_code := rows.get((release, hcpcs)))
    ]
    for kind_id, (kind, modifiers) in enumerate(words.row_kinds.items()):
        bases = [_basis(kind, release) for _, release in found.answers]
        choices: dict[tuple[str, ...], str | Reason] = {}
        for release, code_id, of_code, names in of_codes:
            row, basis = choices.get(names), bases[release - 1]
            if row is None:
                row = choices[names] = _row(modifiers, names)
            if isinstance(row, Reason) or basis is None:
                reason = row if isinstance(row, Reason) else Reason.NO_RATE
                cells.append((kind_id, release, code_id, None, None, texts.id_of(reason)))
            else:
                cells.append((kind_id, release, code_id, of_code[row], basis, None))
    columns = ("kind_id", "release_id", "code_id", "rate_id", "basis_id", "reason_id")
    values = list(zip(*cells, strict=True)) or [()] * len(columns)
    engine.give(
        "code_row", {name: ("INTEGER", of) for name, of in zip(columns, values, strict=True)}
    )


def _basis(kind: RowKind, release: object) -> int | None:
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


def _row(modifiers: tuple[str, ...], rows: tuple[str, ...]) -> str | Reason:
    """Return the row of a code that has certain rows, for a line with modifiers."""
    lookup = _Rows(rows)
    try:
        rate_of(Line("", modifiers, Terms(ANY_DAY, Setting.NONFACILITY)), lookup)
    except FeesyncError as error:
        return Reason(refusal_of(error))
    return lookup.row


def _indicators(engine: Engine, found: Periods) -> list[Indicators]:
    """Make rate_row and code_rate, and return the sets of indicators by id."""
    engine.make(
        "rate_sample",
        "SELECT c.rate_id, c.basis_id, c.release_id, l.place_id FROM (SELECT rate_id, release_id, "
        "min(basis_id) AS basis_id FROM code_row WHERE rate_id IS NOT NULL "
        "GROUP BY rate_id, release_id) AS c "
        "JOIN (SELECT release_id, min(place_id) AS place_id FROM locality GROUP BY release_id) "
        "AS l ON l.release_id = c.release_id",
    )
    stated = ", ".join(_STATED)
    engine.make(
        "rate_fact",
        f"SELECT rate_id, release_id, hcpcs, {stated}, "  # noqa: S608
        "nonfacility_amount IS NOT NULL AS nonfacility_priced, "
        "facility_amount IS NOT NULL AS facility_priced "
        f"FROM ({rates_of(engine, found, 'rate_sample', ('rate_id',))}) AS v",
    )
    names = ", ".join(Indicators._fields)
    engine.make(
        "indicator_set",
        f"SELECT CAST(row_number() OVER (ORDER BY {names}) - 1 AS BIGINT) AS indicators_id, "  # noqa: S608
        f"{names} "
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
        "SELECT c.kind_id, c.release_id, c.code_id, c.rate_id, c.basis_id, r.indicators_id, "
        "c.reason_id "
        "FROM code_row AS c LEFT JOIN rate_row AS r ON r.rate_id = c.rate_id",
    )
    rows = engine.rows(f"SELECT {names} FROM indicator_set ORDER BY indicators_id")  # noqa: S608
    return [Indicators._make(row) for row in rows]
