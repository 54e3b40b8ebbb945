"""Procedures that their amounts alone put in order, ranked in the engine.

Which lines those are, and what a rank does, is data that pricing gives (pricing.ranking): the
engine orders the lines of a pool by their amounts, and folds recipes that have the factor of the
rank in them. What is more than that goes to Python: families of endoscopies, sides and shares of
one operation, ties, more lines than ranks, fees that are capped, deductibles.
"""

from __future__ import annotations

from feesync.batch.engine import Engine
from feesync.batch.fee import rates_of
from feesync.batch.fold import prices_of, scaled
from feesync.batch.plan import Run
from feesync.batch.programs import Recipes, Shape, give_table
from feesync.batch.reasons import Status
from feesync.model.rate import Rate
from feesync.model.tuples import tuple_of
from feesync.pricing.multiple import last_rank
from feesync.pricing.ranking import family, ranked, ranks


def make_ranked(run: Run) -> None:
    """Make the tables of the lines that the engine ranks.

    ranked_row: row, rank. ranked: their answers, with the columns of `together`. The tables of
    groups have been made.
    """
    engine = run.engine
    _give_families(engine)
    engine.make("simple_line", _simple_lines())
    engine.make("ranked_amount", _amounts(run))
    engine.make("ranked_row", _RANKED)
    size = _give_recipes(run)
    engine.make(
        "ranked_line",
        "SELECT l.row, l.reason_id, l.code_id, l.detail_id, l.day_id, l.release_id, l.stand_in, "
        "l.place_id, l.rate_id, l.basis_id, l.charge, l.deductible, l.paid, "
        "s.number AS shape FROM ranked_row AS r "
        "JOIN line AS l ON l.row = r.row "
        "JOIN ranked_shape AS s ON s.shape = l.shape AND s.rank = r.rank",
    )
    names = {"lines": "ranked_line", "recipes": "ranked_recipe"}
    engine.make("ranked_price", prices_of(engine, run.found, size, shares=True, **names))
    texts = run.texts.texts
    engine.give(
        "ranked_text", {"steps_id": ("INTEGER", range(len(texts))), "steps": ("VARCHAR", texts)}
    )
    engine.view(
        "ranked",
        "SELECT p.row, p.fee, p.allowed, p.medicare_payment, p.sequestration, "  # noqa: S608
        "p.patient_responsibility, p.limiting_charge, t.steps, r.rank, "
        f"'{Status.PRICED}' AS status, CAST(NULL AS STRING) AS reason "
        "FROM ranked_price AS p JOIN ranked_row AS r ON r.row = p.row "
        "LEFT JOIN ranked_text AS t ON t.steps_id = p.steps_id",
    )


_RANKED = (
    "SELECT a.row, CAST(row_number() OVER "
    "(PARTITION BY a.grp, a.ranked_by, a.pool_id ORDER BY a.amount DESC) AS INTEGER) AS rank "
    "FROM ranked_amount AS a JOIN (SELECT grp, ranked_by, pool_id FROM ranked_amount "
    "GROUP BY grp, ranked_by, pool_id HAVING count(DISTINCT amount) = count(*) "
    "AND count(DISTINCT family_id) = count(*) "
    "AND max(CASE WHEN capped THEN 1 ELSE 0 END) = 0) AS p "
    "ON p.grp = a.grp AND p.ranked_by = a.ranked_by AND p.pool_id = a.pool_id"
)


def _simple_lines() -> str:
    """Return the SELECT of the lines of pools that may be ranked by their amounts."""
    of_pool = "p.grp = b.grp AND p.ranked_by = b.ranked_by AND p.pool_id = b.pool_id"
    of_code = "c.grp = b.grp AND c.biller = b.biller AND c.code_id = b.code_id AND b.combines"
    return (
        "SELECT b.grp, b.ranked_by, b.pool_id, b.row FROM beside AS b JOIN "  # noqa: S608
        "(SELECT p.grp, p.ranked_by, p.pool_id FROM of_pool AS p "
        f"JOIN beside AS b ON {of_pool} LEFT JOIN of_code AS c ON {of_code} "
        "WHERE b.is_open GROUP BY p.grp, p.ranked_by, p.pool_id "
        f"HAVING count(*) <= {last_rank()} AND count(c.grp) = 0 "
        "AND min(CASE WHEN b.simple THEN 1 ELSE 0 END) = 1) "
        f"AS p ON {of_pool} WHERE b.is_open"
    )


def _give_families(engine: Engine) -> None:
    """Give the engine the families of codes, by pricing."""
    rows = engine.rows("SELECT DISTINCT hcpcs, endoscopic_base FROM relative_value")
    at = Rate._fields.index("endoscopic_base")
    nothing = [None] * len(Rate._fields)
    families: list[str] = []
    for hcpcs, base in rows:
        rate = [hcpcs, *nothing[1:at], base, *nothing[at + 1 :]]
        families.append(family(tuple_of(Rate, rate)))
    numbers = {name: number for number, name in enumerate(dict.fromkeys(families))}
    engine.give(
        "family",
        {
            "hcpcs": ("VARCHAR", [hcpcs for hcpcs, _ in rows]),
            "endoscopic_base": ("VARCHAR", [base for _, base in rows]),
            "family_id": ("INTEGER", [numbers[name] for name in families]),
        },
    )


def _amounts(run: Run) -> str:
    """Return the SELECT of simple lines with the amounts that they rank by."""
    engine = run.engine
    amount = "CASE WHEN {facility} THEN v.facility_amount ELSE v.nonfacility_amount END"
    facility = "x.facility AND NOT v.facility_na"
    amount = amount.format(facility=facility)
    for number in range(run.recipes.before):
        amount = scaled(engine, amount, f"x.before{number}")
    capped = (
        f"CASE WHEN {facility} THEN v.facility_capped_fee < v.facility_fee "
        "ELSE v.nonfacility_capped_fee < v.nonfacility_fee END"
    )
    lines = (
        "(SELECT s.*, l.shape, l.rate_id, l.basis_id, l.release_id, l.place_id "
        "FROM simple_line AS s JOIN line AS l ON l.row = s.row)"
    )
    own = ("grp", "ranked_by", "pool_id", "row", "shape")
    return (
        f"SELECT v.grp, v.ranked_by, v.pool_id, v.row, {amount} AS amount, {capped} AS capped, "  # noqa: S608
        f"f.family_id FROM ({rates_of(engine, run.found, lines, own)}) AS v "
        "JOIN recipe AS x ON x.shape = v.shape "
        "JOIN family AS f ON f.hcpcs = v.hcpcs AND f.endoscopic_base = v.endoscopic_base"
    )


def _give_recipes(run: Run) -> Recipes:
    """Give the engine the recipes of simple lines with their ranks, and how many factors they have.

    Makes ranked_shape (shape, rank, number) and ranked_recipe, whose shapes are these numbers.
    """
    engine = run.engine
    pairs = engine.rows(
        "SELECT DISTINCT l.shape, r.rank FROM ranked_row AS r JOIN line AS l ON l.row = r.row"
    )
    shapes: dict[int, Shape] = {}
    for number, (shape, rank) in enumerate(pairs):
        known = run.recipes.shapes[shape]
        assert known.own is not None
        of_day = ranks(known.line.terms.day)
        shapes[number] = known._replace(own=ranked(known.own, of_day[rank - 1]))
    size = run.recipes._replace(before=run.recipes.before + 1, rest=False)
    give_table(engine, "ranked_recipe", shapes, size, run.texts)
    engine.give(
        "ranked_shape",
        {
            "shape": ("BIGINT", [shape for shape, _ in pairs]),
            "rank": ("INTEGER", [rank for _, rank in pairs]),
            "number": ("BIGINT", range(len(pairs))),
        },
    )
    return size
