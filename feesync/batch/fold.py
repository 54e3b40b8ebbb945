"""The arithmetic of recipes over the fees of lines, in the engine: no rule is here.

It multiplies in ten-thousandths and rounds half up as `model.money.scaled` does, takes the lower of
the charge as `pricing.price.fold` does, and splits what is allowed as `pricing.payer.split` does.
"""

from __future__ import annotations

from collections.abc import Sequence

from feesync.batch.engine import Engine
from feesync.batch.fee import rates_of
from feesync.batch.periods import Periods
from feesync.batch.programs import Recipes
from feesync.model.money import SCALE

_HALF = SCALE // 2
_OF_CENT = 10_000_000
"""Billionths of a dollar in a cent."""


def prices_of(
    engine: Engine,
    found: Periods,
    size: Recipes,
    *,
    shares: bool,
    lines: str = "line",
    recipes: str = "recipe",
) -> str:
    """Return the SELECT of lines that can be read, each priced by itself.

    Its columns: row, shape, release_id, stand_in, place_id, paid; reason_id, why it cannot be
    priced, else NULL; folds; denial_id; beside, whether what the patient owes depends on other
    lines; fee, allowed, medicare_payment, sequestration, patient_responsibility and limiting_charge
    in cents; steps_id. Where it does not fold, all amounts but the fee are NULL. Whether one folds
    whose units rank among themselves depends on its fee and charge (`pricing.recipe.Rest`).

    Args:
        engine: the engine.
        found: the releases.
        size: what the recipes have.
        shares: whether the table `share` has rows.
        lines: the table of the lines, or a SELECT of them in brackets.
        recipes: the table of the recipes.
    """
    select = _amounts(engine, _fees(engine, found, lines, recipes, size, shares=shares), size)
    is_open = "folds AND denial_id IS NULL AND reason_id IS NULL"
    lower = "CASE WHEN charge < amount THEN charge ELSE amount END"
    allowed = f"CASE WHEN {is_open} THEN {lower} END"
    select = f"SELECT p.*, {allowed} AS allowed FROM ({select}) AS p"  # noqa: S608
    owed = (
        "CASE WHEN NOT owes OR deductible IS NULL THEN 0 "
        "WHEN deductible < allowed THEN deductible ELSE allowed END"
    )
    share = "CAST(NULL AS BIGINT)"
    if size.of_medicare:
        share = scaled(engine, f"(allowed - {owed})", f"({SCALE} - coinsurance)")
    select = f"SELECT p.*, {share} AS shared FROM ({select}) AS p"  # noqa: S608
    cut = scaled(engine, "shared", "sequestration_rate")
    select = f"SELECT p.*, {cut} AS sequestration FROM ({select}) AS p"  # noqa: S608
    return (
        "SELECT row, shape, release_id, stand_in, place_id, paid, reason_id, folds, "  # noqa: S608
        "denial_id, beside, "
        "fee, allowed, shared - sequestration AS medicare_payment, sequestration, "
        "allowed - shared AS patient_responsibility, "
        f"CASE WHEN {is_open} AND limit_numerator IS NOT NULL THEN {_limit(engine)} END "
        "AS limiting_charge, "
        f"CASE WHEN {is_open} AND charge < amount THEN charge_steps_id ELSE steps_id END "
        "AS steps_id "
        f"FROM ({select}) AS p"
    )


def _amounts(engine: Engine, select: str, size: Recipes) -> str:
    """Return the SELECT of fees with the amount of all services of a line, and whether it folds."""
    factors = [f"f{number}" for number in range(size.before + size.after)]
    before, after = factors[: size.before], factors[size.before :]
    select, first = _times(engine, select, "fee", before)
    folds, rest = "has_recipe", ""
    if size.rest:
        select = f"SELECT p.*, {_further(engine, first)} AS further FROM ({select}) AS p"  # noqa: S608
        select, further = _times(engine, select, "further", after)
        rest = f" + {further} * rest_units"
    select, first = _times(engine, select, first, after)
    if size.rest:
        folds = (
            f"CASE WHEN rest_units > 0 AND (capped OR charge < {first} * (1 + rest_units)) "
            "THEN FALSE ELSE has_recipe END"
        )
    return (
        f"SELECT p.*, {folds} AS folds, {first} * services{rest} AS amount "  # noqa: S608
        f"FROM ({select}) AS p"
    )


def _times(engine: Engine, select: str, amount: str, factors: Sequence[str]) -> tuple[str, str]:
    """Return a SELECT with an amount times factors, rounded after each, and its column."""
    for factor in factors:
        product = f"{amount}_{factor}"
        select = (
            f"SELECT p.*, {scaled(engine, amount, factor)} AS {product} "  # noqa: S608
            f"FROM ({select}) AS p"
        )
        amount = product
    return select, amount


def _further(engine: Engine, first: str) -> str:
    """Return the SQL of the amount of a unit after the first, before the factors of both."""
    cut = f"CAST(practice_expense AS {engine.wide}) * ({SCALE} - rest_practice_expense)"
    cent = SCALE * _OF_CENT
    reduced = (
        f"CAST((CAST(exact AS {engine.wide}) * {SCALE} - {cut} + {cent // 2}) "
        f"{engine.dialect.quotient} {cent} AS BIGINT)"
    )
    return (
        f"CASE WHEN rest_practice_expense < {SCALE} THEN {reduced} "
        f"ELSE {scaled(engine, first, 'rest_factor')} END"
    )


def scaled(engine: Engine, amount: str, factor: str) -> str:
    """Return the SQL of an amount times a factor in ten-thousandths, rounded half up."""
    return f"(({amount}) * {factor} + {_HALF}) {engine.dialect.quotient} {SCALE}"


def _limit(engine: Engine) -> str:
    """Return the SQL of the limiting charge: the unrounded amount times a fraction, half up."""
    wide = engine.wide
    numerator, denominator = (
        f"CAST(limit_{name} AS {wide})" for name in ("numerator", "denominator")
    )
    doubled = f"2 * CAST(exact AS {wide}) * {numerator} + {denominator}"
    return f"CAST(({doubled}) {engine.dialect.quotient} (2 * {denominator}) AS BIGINT)"


_FACILITY = "x.facility AND NOT l.facility_na"
_OF_REST = (
    ", x.rest_units, x.rest_factor, x.rest_practice_expense, "
    f"CASE WHEN {_FACILITY} THEN l.facility_capped_fee < l.facility_fee "
    "ELSE l.nonfacility_capped_fee < l.nonfacility_fee END AS capped, "
    f"CASE WHEN {_FACILITY} THEN l.facility_pe_rvu ELSE l.nonfacility_pe_rvu END "
    "* l.pe_gpci * l.conversion_factor AS practice_expense"
)
"""The columns that only recipes with further units need."""


def _fees(
    engine: Engine, found: Periods, lines: str, recipes: str, size: Recipes, *, shares: bool
) -> str:
    """Return the SELECT of lines with the fee of their setting and what their recipe says."""
    factors = [f"x.before{number}" for number in range(size.before)]
    factors += [f"x.after{number}" for number in range(size.after)]
    named = "".join(f", {factor} AS f{number}" for number, factor in enumerate(factors))
    named += _OF_REST if size.rest else ""
    coinsurance, owes, beside, join = "d.coinsurance", "TRUE", "FALSE", ""
    if shares:
        coinsurance = "coalesce(h.coinsurance, d.coinsurance)"
        owes, beside = "coalesce(h.deductible, TRUE)", "coalesce(h.beside, FALSE)"
        join = (
            "LEFT JOIN share AS h ON h.code_id = l.code_id AND h.detail_id = l.detail_id "
            "AND h.sharing_id = d.sharing_id"
        )
    columns = ("row", "shape", "place_id", "code_id", "detail_id", "day_id", "stand_in")
    lines = f"(SELECT n.* FROM {lines} AS n WHERE n. reason_id IS NULL)"  # noqa: S608
    rates = rates_of(engine, found, lines, (*columns, "charge", "deductible", "paid"))
    return (
        "SELECT l.row, l.shape, l.release_id, l.stand_in, l.place_id, "  # noqa: S608
        "l.charge, l.deductible, l.paid, "
        "x.folds AS has_recipe, x.denial_id, x.reason_id, "
        "x.services, x.steps_id, x.charge_steps_id, "
        "x.limit_numerator, x.limit_denominator, "
        "CASE WHEN x.facility THEN l.facility_amount ELSE l.nonfacility_amount END AS fee, "
        f"CASE WHEN {_FACILITY} THEN l.facility_capped_exact "
        "ELSE l.nonfacility_capped_exact END AS exact, "
        f"d.sequestration AS sequestration_rate, {coinsurance} AS coinsurance, {owes} AS owes, "
        f"{beside} AS beside{named} "
        f"FROM ({rates}) AS l JOIN {recipes} AS x ON x.shape = l.shape "
        f"JOIN service_day AS d ON d.day_id = l.day_id {join}"
    )
