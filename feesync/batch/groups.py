"""Which lines of a file belong to one claim, and which of them change each other's price.

A group is what `estimate_claim` calls a claim: lines of one claim of the file, or of one patient,
that one practitioner bills on one day. Only those of its lines go on to be priced together that
touch others, or that no recipe prices; the rest is priced alone. Which pools there are, and which
lines are paid only alone, is data that pricing gives (programs). Out of scope: prices (group_work).

With `tin`, imaging and therapy are reduced across the practitioners who bill under one tax number:
their lines of a patient and day are one group, and all other rules hold for each practitioner.
"""

from __future__ import annotations

from feesync.batch.fold import prices_of
from feesync.batch.plan import Run
from feesync.batch.reasons import Reason, Status
from feesync.batch.words import Numbers
from feesync.claims.claim import MOST_LINES
from feesync.pricing.neighbours import reaches_across

_NOTHING = "CAST(NULL AS STRING)"
_SAYS = ("code_id", "detail_id", "day_id", "place_id", "charge", "deductible")
"""What two lines under one number of a claim say alike, if one is the other once more."""


def make_groups(run: Run) -> None:
    """Make the tables of the lines that have others beside them.

    group_line: all lines that can be priced, with what groups are made by.
    crowd: the claims of several lines in which one line may be of consequence to another; most
    claims have none, and are looked at no further.
    beside: the lines of crowds in a group of several; grp, the number of the group, is that of its
    first row.
    unfolded: row; those that their recipe, if there is one, does not price.
    of_pool, of_code: what several lines of a group share: grp, with ranked_by and pool_id, or with
    biller and code_id.
    unfit: row, reason; the lines that their claim, and not they themselves, makes unreadable.
    """
    engine = run.engine
    _give_data(run)
    engine.view("group_line", _lines(run))
    _make_crowds(run)
    engine.make("member", "SELECT g.* FROM group_line AS g JOIN crowd AS c ON c.claim = g.claim")
    kept = "SELECT g.* FROM member AS g"
    doubles = _has_doubles(run)
    if doubles:
        kept += " WHERE NOT EXISTS (SELECT 1 FROM double_line AS d WHERE d.row = g.row)"
    engine.make(
        "several",
        "SELECT claim, day_id, billed_by, min(row) AS grp, count(*) AS lines, "  # noqa: S608
        "max(deductible) AS owed, min(CASE WHEN deductible > 0 THEN deductible END) AS least_owed, "
        "max(CASE WHEN (alone AND is_open) OR deductible > 0 OR looks_beside THEN 1 ELSE 0 END) "
        f"AS whole FROM ({kept}) AS g GROUP BY claim, day_id, billed_by HAVING count(*) > 1",
    )
    engine.make(
        "beside",
        "SELECT s.grp, g.row, g.biller, g.ranked_by, g.code_id, g.pool_id, "  # noqa: S608
        "g.simple, g.combines, g.is_open, s.whole = 1 AS whole, "
        f"CASE WHEN s.lines > {MOST_LINES} THEN '{Reason.TOO_MANY_LINES}' "
        f"WHEN s.owed > s.least_owed THEN '{Reason.DEDUCTIBLE}' END AS reason "
        f"FROM ({kept}) AS g JOIN several AS s ON s.claim = g.claim AND s.day_id = g.day_id "
        "AND s.billed_by = g.billed_by",
    )
    unfit = "SELECT row, reason FROM beside WHERE reason IS NOT NULL"
    if doubles:
        unfit += (
            f" UNION ALL SELECT row, '{Reason.DUPLICATE_LINE}' AS reason "  # noqa: S608
            "FROM double_line"
        )
    engine.make("unfit", unfit)
    engine.make("unfolded", _unfolded(run))
    engine.make("of_pool", _OF_POOL)
    engine.make("of_code", _OF_CODE)


def make_together_lines(run: Run) -> None:
    """Make the table of the lines that Python prices: they touch others, or do not fold.

    together_line: grp, row, biller. A line without others is a group too. The table ranked_row has
    been made, of the lines that the engine ranks.
    """
    run.engine.make("together_line", f"{_TOUCHING} UNION ALL {_SINGLE}")


def _give_data(run: Run) -> None:
    """Give the engine who bills, and which pools reach across practitioners.

    Makes looking (row) too, of the lines whose share looks at the other codes of their claim.
    """
    billers = Numbers([])
    details = run.words.details
    ids = [billers.id_of(detail.terms.practitioner) for detail in details]
    run.engine.give(
        "biller",
        {"detail_id": ("INTEGER", range(len(details))), "biller": ("INTEGER", ids)},
    )
    across = run.request.group == "tin"
    pools = [
        number for number, pool in enumerate(run.recipes.pools) if across and reaches_across(pool)
    ]
    run.engine.give("reach", {"pool_id": ("INTEGER", pools)})
    run.engine.make(
        "looking",
        "SELECT l.row FROM line AS l JOIN service_day AS d ON d.day_id = l.day_id "
        "JOIN share AS h ON h.code_id = l.code_id AND h.detail_id = l.detail_id "
        "AND h.sharing_id = d.sharing_id WHERE l.special AND l.reason_id IS NULL AND h.beside",
    )


def _lines(run: Run) -> str:
    """Return the SELECT of the lines that can be priced, with what groups are made by.

    Lines of a group have the same claim, day and billed_by; in it, those of a pool are ranked
    together that have the same ranked_by.
    """
    request, columns = run.request, run.request.columns
    biller = "CAST(b.biller AS STRING)"
    if request.group != "line" and "npi" in columns:
        biller = f"{biller} || coalesce(l.npi, '')"
    billed_by = biller
    if request.group == "tin" and "tin" in columns:
        billed_by = f"coalesce('t' || l.tin, {biller})"
    return (
        f"SELECT l.row, {_claim_of(run)} AS claim, {_claim_id_of(run)} AS claim_id, "  # noqa: S608
        f"{billed_by} AS billed_by, {biller} AS biller, "
        f"CASE WHEN r.pool_id IS NULL THEN {biller} ELSE '' END AS ranked_by, "
        "l.day_id, l.code_id, l.detail_id, l.place_id, l.charge, l.deductible, "
        f"{_line_number_of(run)} AS line_number, x.pool_id, x.alone, x.simple, x.combines, "
        "x.denial_id IS NULL AS is_open, k.row IS NOT NULL AS looks_beside "
        "FROM line AS l JOIN recipe AS x ON x.shape = l.shape "
        "JOIN biller AS b ON b.detail_id = l.detail_id "
        "LEFT JOIN reach AS r ON r.pool_id = x.pool_id "
        "LEFT JOIN looking AS k ON k.row = l.row "
        "WHERE l.reason_id IS NULL AND x.reason_id IS NULL"
    )


def _claim_id_of(run: Run) -> str:
    """Return the SQL of the claim id of a line; NULL where it has none."""
    has_claims = run.request.group != "line" and "claim_id" in run.request.columns
    return "l.claim" if has_claims else _NOTHING


def _line_number_of(run: Run) -> str:
    """Return the SQL of the number of a line in its claim; NULL where it has none."""
    request, columns = run.request, run.request.columns
    numbered = request.group != "line" and "line" in columns and "claim_id" in columns
    return "l.line_number" if numbered else _NOTHING


def _claim_of(run: Run) -> str:
    """Return the SQL of the claim, or the patient, that a line is of; NULL where it has none."""
    claim = _claim_id_of(run)
    if run.request.group in ("line", "claim") or "patient" not in run.request.columns:
        return claim
    return f"coalesce('p' || l.patient, 'c' || {claim})"


_TOUCHES = (
    "sum(CASE WHEN x.pool_id IS NOT NULL OR x.combines THEN 1 ELSE 0 END) > 1 "
    "OR max(CASE WHEN l.deductible > 0 OR k.row IS NOT NULL "
    "OR (x.alone AND x.denial_id IS NULL) THEN 1 ELSE 0 END) = 1 "
    f"OR count(*) > {MOST_LINES}"
)
"""Whether a line of a claim may be of consequence to another: never FALSE where one is."""

_BITS = 31
_BIT = f"coalesce(try_cast(l.line_number AS BIGINT), 0) % {_BITS} + {_BITS - 1}"
_DOUBLED = (
    f"bit_count(bit_or(CASE WHEN l.line_number IS NULL THEN 0 ELSE CAST(1 AS BIGINT) << ({_BIT}) "
    "END)) < count(l.line_number)"
)
"""Whether lines of a claim may have one number: they have where they are more than their bits."""


def _make_crowds(run: Run) -> None:
    """Make the table crowd: claim; has_doubles, whether lines of it may have one number."""
    claim = _claim_of(run)
    doubled = _DOUBLED if _line_number_of(run) != _NOTHING else "FALSE"
    run.engine.make(
        "crowd",
        f"SELECT {claim} AS claim, {doubled} AS has_doubles FROM line AS l "  # noqa: S608
        "JOIN recipe AS x ON x.shape = l.shape LEFT JOIN looking AS k ON k.row = l.row "
        f"WHERE l.reason_id IS NULL AND x.reason_id IS NULL AND {claim} IS NOT NULL "
        f"GROUP BY {claim} HAVING count(*) > 1 AND ({_TOUCHES} OR {doubled})",
    )


def _has_doubles(run: Run) -> bool:
    """Make double_line, the lines that stand in a claim under one number, if there are any.

    Its columns: row; repeats, whether the line is the same as the first one, which is kept. Claims
    of two patients are two, whatever their numbers.
    """
    engine = run.engine
    engine.make(
        "double_number",
        "SELECT g.claim, g.claim_id, g.line_number FROM member AS g "
        "JOIN crowd AS c ON c.claim = g.claim AND c.has_doubles "
        "WHERE g.claim_id IS NOT NULL AND g.line_number IS NOT NULL "
        "GROUP BY g.claim, g.claim_id, g.line_number HAVING count(*) > 1",
    )
    if not _are_doubles(run):
        return False
    same = " AND ".join(
        f"coalesce(min({name}), -1) = coalesce(max({name}), -1) AND count({name}) IN (0, count(*))"
        for name in _SAYS
    )
    numbered = f"SELECT g.* FROM member AS g JOIN double_number AS d ON {_SAME_NUMBER}"  # noqa: S608
    engine.make(
        "double_line",
        f"SELECT g.row, d.same AS repeats FROM ({numbered}) AS g "  # noqa: S608
        f"JOIN (SELECT claim, claim_id, line_number, min(row) AS first, {same} AS same "
        f"FROM ({numbered}) AS g GROUP BY claim, claim_id, line_number) AS d ON {_SAME_NUMBER} "
        "WHERE NOT (d.same AND d.first = g.row)",
    )
    return True


def _are_doubles(run: Run) -> bool:
    """Tell whether lines stand in a claim under one number."""
    return bool(run.engine.rows("SELECT 1 FROM double_number LIMIT 1"))


_SAME_NUMBER = "d.claim = g.claim AND d.claim_id = g.claim_id AND d.line_number = g.line_number"


def _unfolded(run: Run) -> str:
    """Return the SELECT of the lines that no recipe prices.

    Most lines have a recipe that holds for any amount; only of the others the amounts are asked.
    """
    lines = (
        "(SELECT l.* FROM line AS l JOIN recipe AS x ON x.shape = l.shape "
        "WHERE x.denial_id IS NULL AND x.reason_id IS NULL AND (NOT x.folds OR x.rest_units > 0))"
    )
    select = prices_of(run.engine, run.found, run.recipes, shares=True, lines=lines)
    return f"SELECT row FROM ({select}) AS p WHERE NOT folds"  # noqa: S608


_FIT = "b.reason IS NULL AND b.is_open"
_OF_POOL = (
    "SELECT grp, ranked_by, pool_id FROM beside AS b "  # noqa: S608
    f"WHERE {_FIT} AND NOT whole AND pool_id IS NOT NULL "
    "GROUP BY grp, ranked_by, pool_id HAVING count(*) > 1"
)
_OF_CODE = (
    "SELECT grp, biller, code_id FROM beside AS b "  # noqa: S608
    f"WHERE {_FIT} AND NOT whole AND combines GROUP BY grp, biller, code_id HAVING count(*) > 1"
)
_TOUCHING = (
    "SELECT b.grp, b.row, b.biller FROM beside AS b LEFT JOIN of_pool AS p "  # noqa: S608
    "ON p.grp = b.grp AND p.ranked_by = b.ranked_by AND p.pool_id = b.pool_id "
    "LEFT JOIN of_code AS c "
    "ON c.grp = b.grp AND c.biller = b.biller AND c.code_id = b.code_id AND b.combines "
    "LEFT JOIN unfolded AS n ON n.row = b.row "
    "LEFT JOIN ranked_row AS r ON r.row = b.row "
    f"WHERE {_FIT} AND r.row IS NULL "
    "AND (b.whole OR n.row IS NOT NULL OR p.grp IS NOT NULL OR c.grp IS NOT NULL)"
)
_SINGLE = (
    "SELECT g.row AS grp, g.row, g.biller FROM group_line AS g JOIN unfolded AS n ON n.row = g.row "
    "WHERE NOT EXISTS (SELECT 1 FROM beside AS b WHERE b.row = g.row) "
    "AND NOT EXISTS (SELECT 1 FROM unfit AS u WHERE u.row = g.row)"
)


def make_incomplete(run: Run) -> None:
    """Make the table incomplete (row): lines whose claim has lost a line, which is refused.

    It is a line of the same day, or one whose day cannot be read: of the same claim of the file and
    of no other patient, or of the same patient where it has no claim. A line that another repeats
    is not lost. The table `together` has been made.
    """
    engine = run.engine
    refused = f"SELECT row FROM together WHERE status = '{Status.REFUSED}'"  # noqa: S608
    if _are_doubles(run):
        refused += " AND row NOT IN (SELECT row FROM double_line WHERE repeats)"
    of_any_day = f"coalesce('c' || {_claim_id_of(run)}, {_claim_of(run)})"
    engine.make(
        "lost",
        " UNION ALL ".join(
            f"SELECT {_claim_of(run)} AS claim, {of_any_day} AS of_any_day, l.day_id "  # noqa: S608
            f"FROM line AS l {condition}"
            for condition in (*_LOST, f"JOIN ({refused}) AS t ON t.row = l.row")
        ),
    )
    ((of_days, of_no_day),) = engine.rows(
        "SELECT count(claim) FILTER (WHERE day_id IS NOT NULL), "
        "count(of_any_day) FILTER (WHERE day_id IS NULL) FROM lost"
    )
    parts = []
    if of_days:
        parts.append(
            "SELECT g.row FROM group_line AS g JOIN "
            "(SELECT DISTINCT claim, day_id FROM lost WHERE day_id IS NOT NULL) "
            "AS o ON o.claim = g.claim AND o.day_id = g.day_id"
        )
    if of_no_day:
        parts.append(
            "SELECT DISTINCT g.row FROM group_line AS g JOIN "  # noqa: S608
            "(SELECT DISTINCT of_any_day, claim FROM lost WHERE day_id IS NULL) "
            "AS o ON o.of_any_day = coalesce('c' || g.claim_id, g.claim) "
            f"AND (o.claim = g.claim OR {_NO_PATIENT})"
        )
    engine.make("incomplete", " UNION ".join(parts) or "SELECT row FROM unfolded WHERE FALSE")


_LOST = (
    "WHERE l.reason_id IS NOT NULL",
    "JOIN recipe AS x ON x.shape = l.shape WHERE l.reason_id IS NULL AND x.reason_id IS NOT NULL",
)
"""The lines that are refused by themselves, and by their program."""

_NO_PATIENT = "o.claim LIKE 'c%' OR g.claim LIKE 'c%'"
"""Where a claim is not known to be of a patient (_claim_of)."""
