"""The arithmetic of recipes over the fees of lines, in the engine: no rule is here.

It multiplies in ten-thousandths and rounds half up as `model.money.scaled` does, takes the lower of
the charge as `pricing.price.fold` does, and splits what is allowed as `pricing.payer.split` does.
"""

from __future__ import annotations

from feesync.batch.engine import Engine
from feesync.batch.fee import rates_of
from feesync.batch.periods import Periods
from feesync.batch.programs import Recipes
from feesync.model.money import SCALE

_HALF = SCALE // 2


def make_priced(
    engine: Engine,
    found: Periods,
    size: Recipes,
    *,
    shares: bool,
    name: str = "priced",
    lines: str = "line",
    recipes: str = "recipe",
) -> None:
    """Make the table `priced`: the lines that can be read, each priced by itself.

    Its columns: row, shape, release_id, stand_in, place_id, paid; reason_id, why it cannot be
    priced, else NULL; folds; denial_id; beside, whether what the patient owes depends on other
    lines; fee, allowed, medicare_payment, sequestration, patient_responsibility and limiting_charge
    in cents; steps_id. Where it does not fold, all amounts but the fee are NULL.

    Args:
        engine: the engine.
        found: the releases.
        size: how many factors the recipes have.
        shares: whether the table `share` has rows.
        name: of the table.
        lines: the table of the lines.
        recipes: the table of the recipes.
    """
    factors = [f"x.before{number}" for number in range(size.before)]
    factors += [f"x.after{number}" for number in range(size.after)]
    amount = "fee"
    select = _fees(engine, found, lines, recipes, factors, shares=shares)
    for number in range(len(factors)):
        product = scaled(engine, amount, f"f{number}")
        amount = f"a{number}"
        select = f"SELECT p.*, {product} AS {amount} FROM ({select}) AS p"  # noqa: S608
    select = f"SELECT p.*, {amount} * services AS amount FROM ({select}) AS p"  # noqa: S608
    is_open = "folds AND denial_id IS NULL AND reason_id IS NULL"
    lower = "CASE WHEN charge < amount THEN charge ELSE amount END"
    allowed = f"CASE WHEN {is_open} THEN {lower} END"
    select = f"SELECT p.*, {allowed} AS allowed FROM ({select}) AS p"  # noqa: S608
    owed = (
        "CASE WHEN NOT owes OR deductible IS NULL THEN 0 "
        "WHEN deductible < allowed THEN deductible ELSE allowed END"
    )
    share = scaled(engine, f"(allowed - {owed})", f"({SCALE} - coinsurance)")
    select = f"SELECT p.*, {share} AS shared FROM ({select}) AS p"  # noqa: S608
    cut = scaled(engine, "shared", "sequestration_rate")
    select = f"SELECT p.*, {cut} AS sequestration FROM ({select}) AS p"  # noqa: S608
    engine.make(
        name,
        "SELECT row, shape, release_id, stand_in, place_id, paid, reason_id, folds, "  # noqa: S608
        "denial_id, beside, "
        "fee, allowed, shared - sequestration AS medicare_payment, sequestration, "
        "allowed - shared AS patient_responsibility, "
        f"CASE WHEN {is_open} AND limit_numerator IS NOT NULL THEN {_limit(engine)} END "
        "AS limiting_charge, "
        f"CASE WHEN {is_open} AND charge < amount THEN charge_steps_id ELSE steps_id END "
        "AS steps_id "
        f"FROM ({select}) AS p",
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


def _fees(
    engine: Engine, found: Periods, lines: str, recipes: str, factors: list[str], *, shares: bool
) -> str:
    """Return the SELECT of lines with the fee of their setting and what their recipe says."""
    named = "".join(f", {factor} AS f{number}" for number, factor in enumerate(factors))
    coinsurance, owes, beside, join = "d.coinsurance", "TRUE", "FALSE", ""
    if shares:
        coinsurance = "coalesce(h.coinsurance, d.coinsurance)"
        owes, beside = "coalesce(h.deductible, TRUE)", "coalesce(h.beside, FALSE)"
        join = (
            "LEFT JOIN share AS h ON h.code_id = l.code_id AND h.service_id = l.service_id "
            "AND h.sharing_id = d.sharing_id"
        )
    columns = ("row", "shape", "place_id", "code_id", "service_id", "day_id", "stand_in")
    lines = f"(SELECT * FROM {lines} WHERE reason_id IS NULL)"  # noqa: S608
    rates = rates_of(engine, found, lines, (*columns, "charge", "deductible", "paid"))
    return (
        "SELECT l.row, l.shape, l.release_id, l.stand_in, l.place_id, "  # noqa: S608
        "l.charge, l.deductible, l.paid, "
        "x.folds, x.denial_id, x.reason_id, x.services, x.steps_id, x.charge_steps_id, "
        "x.limit_numerator, x.limit_denominator, "
        "CASE WHEN x.facility THEN l.facility_amount ELSE l.nonfacility_amount END AS fee, "
        "CASE WHEN x.facility AND NOT l.facility_na THEN l.facility_capped_exact "
        "ELSE l.nonfacility_capped_exact END AS exact, "
        f"d.sequestration AS sequestration_rate, {coinsurance} AS coinsurance, {owes} AS owes, "
        f"{beside} AS beside{named} "
        f"FROM ({rates}) AS l JOIN {recipes} AS x ON x.shape = l.shape "
        f"JOIN service_day AS d ON d.day_id = l.day_id {join}"
    )
