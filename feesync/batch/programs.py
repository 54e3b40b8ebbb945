"""What the rules say of the lines of a file: a recipe for each shape, made by pricing.

A shape is what a program depends on: indicators, modifiers, setting, units, practitioner and the
period of rules, and the code where a modifier is for some codes alone. A file of five million lines
has some 24,000. Out of scope: the arithmetic (fold), and lines without a recipe (together).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from feesync.batch.engine import Engine
from feesync.batch.periods import Periods
from feesync.batch.reasons import Reason
from feesync.batch.texts import Texts
from feesync.batch.words import Numbers, Words
from feesync.claims.refusal import refusal_of
from feesync.errors import FeesyncError, InvalidInputError
from feesync.model.money import SCALE
from feesync.model.rate import Indicators, Setting
from feesync.pricing import practitioner as practitioners
from feesync.pricing.line import CODE, Line
from feesync.pricing.neighbours import Pool
from feesync.pricing.program import program
from feesync.pricing.ranking import is_simple
from feesync.pricing.recipe import CHARGE_TEXT, Recipe, Rest, recipe
from feesync.pricing.waiver import depends_on_codes, patient_share

_HIGHEST = 10**38
_MOST_EXACT = 10**17
"""No unrounded amount is as high, in billionths of a dollar."""


class Recipes(NamedTuple):
    """What the engine has of the recipes of a file.

    Attributes:
        before: how many factors they have before any reduction, at most.
        after: how many after it.
        rest: whether any has further units that are reduced.
        pools: the pools of their lines, by id.
        of_medicare: whether Medicare pays, so that it is known who pays what; a contract's plan
            decides that itself.
        shapes: what becomes of the lines of each shape, by its number.
    """

    before: int
    after: int
    rest: bool
    pools: list[Pool]
    of_medicare: bool
    shapes: Mapping[int, Shape]


class Shape(NamedTuple):
    """A shape with what becomes of its lines.

    Attributes:
        line: a line of the shape.
        own: its recipe; None where it does not fold, or cannot be priced.
        pool: the lines that it is reduced with.
        alone: whether it is paid only where no other line of the day is.
        combines: whether it and another line of its code may be one procedure.
        simple: whether its amount alone says how it ranks.
        reason: why it cannot be priced.
    """

    line: Line
    own: Recipe | None
    pool: Pool | None = None
    alone: bool = False
    combines: bool = False
    simple: bool = False
    reason: Reason | None = None


def give_recipes(
    engine: Engine, words: Words, found: Periods, indicators: list[Indicators], texts: Texts
) -> Recipes:
    """Give the engine a recipe for each shape of `line`.

    Makes the table recipe: shape; facility, whether the fee is that of a facility; folds, whether
    there is a recipe; before0 ..., after0 ..., services; rest_units, rest_factor and
    rest_practice_expense, of further units; steps_id and charge_steps_id, the texts of
    the steps without and with the charge; denial_id; limit_numerator and limit_denominator as text;
    pool_id, alone, combines, simple; reason_id, NULL where the lines can be priced.
    """
    rows = engine.rows("SELECT DISTINCT shape FROM line WHERE reason_id IS NULL")
    shapes = {number: _shape_of(number, words, found, indicators) for (number,) in rows}
    recipes = [shape.own for shape in shapes.values() if shape.own]
    size = Recipes(
        max((len(each.before) for each in recipes), default=0),
        max((len(each.after) for each in recipes), default=0),
        any(each.rest for each in recipes),
        [],
        not any(detail.terms.contract for detail in words.details),
        shapes,
    )
    give_table(engine, "recipe", shapes, size, texts)
    return size


def give_table(
    engine: Engine, name: str, shapes: Mapping[int, Shape], size: Recipes, texts: Texts
) -> None:
    """Give the engine a table of recipes, with the columns of the table recipe.

    Args:
        engine: the engine.
        name: of the table.
        shapes: what becomes of the lines of each shape, by its number.
        size: how many factors the table has columns for.
        texts: the texts by id.
    """
    pools = Numbers(size.pools)
    rows = [_cells(shape, size, pools, texts) for shape in shapes.values()]
    kinds = _kinds(size)
    values = list(zip(*rows, strict=True)) or [()] * len(kinds)
    columns = {name: (kind, of) for (name, kind), of in zip(kinds.items(), values, strict=True)}
    engine.give(name, {"shape": ("BIGINT", list(shapes)), **columns})


def give_shares(engine: Engine, words: Words, found: Periods) -> bool:
    """Give the engine what patients owe of lines of which Medicare may waive something.

    Makes the table share (code_id, detail_id, sharing_id, coinsurance, deductible, beside), where
    `beside` tells whether the other codes of the claim decide. Returns whether it has rows.
    """
    rows = engine.rows(
        "SELECT DISTINCT l.code_id, l.detail_id, d.sharing_id FROM line AS l "
        "JOIN service_day AS d ON d.day_id = l.day_id WHERE l.reason_id IS NULL AND l.special"
    )
    cells = []
    for code_id, detail_id, sharing_id in rows:
        detail = words.details[detail_id]
        terms = detail.terms._replace(day=found.sharing[sharing_id])
        line = Line(words.codes[code_id], detail.modifiers, terms, detail.units)
        share = patient_share(line, ())
        cells.append((share.coinsurance, share.deductible, depends_on_codes(line)))
    names = ("code_id", "detail_id", "sharing_id", "coinsurance", "deductible", "beside")
    kinds = ("INTEGER", "INTEGER", "INTEGER", "BIGINT", "BOOLEAN", "BOOLEAN")
    values = list(zip(*((*row, *more) for row, more in zip(rows, cells, strict=True)), strict=True))
    values = values or [()] * len(names)
    columns = {name: (kind, of) for name, kind, of in zip(names, kinds, values, strict=True)}
    engine.give("share", columns)
    return bool(rows)


def _shape_of(number: int, words: Words, found: Periods, indicators: list[Indicators]) -> Shape:
    """Return the shape that a number is of (lines.make_lines)."""
    rest, code = divmod(number, len(words.codes) + 1)
    rest, rules = divmod(rest, len(found.rules))
    indicators_id, detail_id = divmod(rest, len(words.details))
    detail = words.details[detail_id]
    terms = detail.terms._replace(day=found.rules[rules])
    hcpcs = words.codes[code - 1] if code else CODE
    line = Line(hcpcs, detail.modifiers, terms, detail.units)
    try:
        practitioners.check(terms.practitioner, terms.day)
    except InvalidInputError:
        return Shape(line, None, reason=Reason.PRACTITIONER)
    try:
        line = line._replace(terms=terms.of_code(hcpcs))
        own_program = program(indicators[indicators_id], line)
        own = recipe(own_program, line)
    except FeesyncError as error:
        return Shape(line, None, reason=Reason(refusal_of(error)))
    if own and own.limit and 2 * SCALE * own.limit[0] * _MOST_EXACT + own.limit[1] >= _HIGHEST:
        own = None
    simple = is_simple(own_program, own)
    pool, alone, combines = own_program.pool, own_program.alone, own_program.combines
    return Shape(line, own, pool, alone, combines, simple)


_NO_RECIPE = Recipe((), (), 1, (), None, "")
_NO_REST = Rest(0)


def _kinds(size: Recipes) -> dict[str, str]:
    """Return the SQL types of the columns of a table of recipes but its first, by their names."""
    factors = [f"before{number}" for number in range(size.before)]
    factors += [f"after{number}" for number in range(size.after)]
    return {
        **dict.fromkeys(("facility", "folds"), "BOOLEAN"),
        **dict.fromkeys((*factors, "services"), "BIGINT"),
        **dict.fromkeys((f"rest_{name}" for name in Rest._fields), "BIGINT"),
        **dict.fromkeys(("steps_id", "charge_steps_id", "denial_id"), "INTEGER"),
        **dict.fromkeys(("limit_numerator", "limit_denominator"), "VARCHAR"),
        "pool_id": "INTEGER",
        **dict.fromkeys(("alone", "combines", "simple"), "BOOLEAN"),
        "reason_id": "INTEGER",
    }


def _cells(shape: Shape, size: Recipes, pools: Numbers, texts: Texts) -> tuple[Any, ...]:
    """Return the cells of a shape, in the order of `_kinds`."""
    own = shape.own or _NO_RECIPE
    limit = own.limit
    return (
        shape.line.terms.setting is Setting.FACILITY,
        shape.own is not None,
        *_factors(own.before, size.before),
        *_factors(own.after, size.after),
        own.services,
        *(own.rest or _NO_REST),
        texts.id_of("; ".join(own.steps)) if own.steps else None,
        texts.id_of("; ".join((*own.steps, CHARGE_TEXT))),
        texts.id_of(own.denial) if own.denial else None,
        *(map(str, limit) if limit else (None, None)),
        pools.id_of(shape.pool) if shape.pool else None,
        shape.alone,
        shape.combines,
        shape.simple,
        texts.id_of(shape.reason) if shape.reason else None,
    )


def _factors(factors: tuple[int, ...], count: int) -> tuple[int, ...]:
    return (*factors, *(SCALE,) * (count - len(factors)))
