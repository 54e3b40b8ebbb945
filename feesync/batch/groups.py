"""Which lines of a file belong to one claim, and which of them change each other's price.

A group is what `estimate_claim` calls a claim: lines of one claim of the file, or of one patient,
that one practitioner bills on one day. Only those of its lines go on to be priced together that
touch others, or that no recipe prices; the rest is priced alone. Which pools there are, and which
lines are paid only alone, is data that pricing gives (programs). Out of scope: prices (group_work).

With `tin`, imaging and therapy are reduced across the practitioners who bill under one tax number:
their lines of a patient and day are one group, and all other rules hold for each practitioner.
"""

from __future__ import annotations

from feesync.batch.plan import Run
from feesync.batch.reasons import Reason, Status
from feesync.batch.words import Numbers
from feesync.claims.claim import MOST_LINES
from feesync.pricing.neighbours import reaches_across

_NOTHING = "CAST(NULL AS STRING)"
_SAYS = ("code_id", "service_id", "day_id", "place_id", "charge", "deductible")
"""What two lines under one number of a claim say alike, if one is the other once more."""


def make_groups(run: Run) -> None:
    """Make the tables of the lines that have others beside them.

    group_line: all lines that can be priced, with what groups are made by.
    beside: those in a group of several; grp, the number of the group, is that of its first row.
    unfolded: row; those that their recipe, if there is one, does not price.
    of_pool, of_code: what several lines of a group share: grp, with ranked_by and pool_id, or with
    biller and code_id.
    unfit: row, reason; the lines that their claim, and not they themselves, makes unreadable.
    """
    engine = run.engine
    _give_data(run)
    engine.view("group_line", _lines(run))
    kept = "SELECT g.* FROM group_line AS g WHERE g.claim IS NOT NULL"
    doubles = _has_doubles(run)
    if doubles:
        kept += " AND NOT EXISTS (SELECT 1 FROM double_line AS d WHERE d.row = g.row)"
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
    engine.view("unfolded", _UNFOLDED)
    engine.make("of_pool", _OF_POOL)
    engine.make("of_code", _OF_CODE)


def make_together_lines(run: Run) -> None:
    """Make the table of the lines that Python prices: they touch others, or do not fold.

    together_line: grp, row, biller. A line without others is a group too. The table ranked_row has
    been made, of the lines that the engine ranks.
    """
    run.engine.make("together_line", f"{_TOUCHING} UNION ALL {_SINGLE}")


def _give_data(run: Run) -> None:
    """Give the engine who bills, and which pools reach across practitioners."""
    billers = Numbers([])
    services = run.words.services
    ids = [billers.id_of(service.terms.practitioner) for service in services]
    run.engine.give(
        "biller",
        {"service_id": ("INTEGER", range(len(services))), "biller": ("INTEGER", ids)},
    )
    across = run.request.group == "tin"
    pools = [
        number for number, pool in enumerate(run.recipes.pools) if across and reaches_across(pool)
    ]
    run.engine.give("reach", {"pool_id": ("INTEGER", pools)})


def _lines(run: Run) -> str:
    """Return the SELECT of the lines that can be priced, with what groups are made by.

    Lines of a group have the same claim, day and billed_by; in it, those of a pool are ranked
    together that have the same ranked_by.
    """
    request, columns = run.request, run.request.columns
    numbered = request.group != "line" and "line" in columns and "claim_id" in columns
    line_number = "l.line_number" if numbered else _NOTHING
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
        "l.day_id, l.code_id, l.service_id, l.place_id, l.charge, l.deductible, "
        f"{line_number} AS line_number, x.pool_id, x.alone, x.simple, x.combines, "
        "x.denial_id IS NULL AS is_open, coalesce(h.beside, FALSE) AS looks_beside "
        "FROM line AS l JOIN recipe AS x ON x.shape = l.shape "
        "JOIN biller AS b ON b.service_id = l.service_id "
        "LEFT JOIN reach AS r ON r.pool_id = x.pool_id "
        "JOIN service_day AS d ON d.day_id = l.day_id "
        "LEFT JOIN share AS h ON h.code_id = l.code_id AND h.service_id = l.service_id "
        "AND h.sharing_id = d.sharing_id WHERE l.reason_id IS NULL AND x.reason_id IS NULL"
    )


def _claim_id_of(run: Run) -> str:
    """Return the SQL of the claim id of a line; NULL where it has none."""
    has_claims = run.request.group != "line" and "claim_id" in run.request.columns
    return "l.claim" if has_claims else _NOTHING


def _claim_of(run: Run) -> str:
    """Return the SQL of the claim, or the patient, that a line is of; NULL where it has none."""
    claim = _claim_id_of(run)
    if run.request.group in ("line", "claim") or "patient" not in run.request.columns:
        return claim
    return f"coalesce('p' || l.patient, 'c' || {claim})"


def _has_doubles(run: Run) -> bool:
    """Make double_line, the lines that stand in a claim under one number, if there are any.

    Its columns: row; repeats, whether the line is the same as the first one, which is kept. Claims
    of two patients are two, whatever their numbers.
    """
    engine = run.engine
    engine.make(
        "double_number",
        "SELECT claim, claim_id, line_number FROM group_line "
        "WHERE claim_id IS NOT NULL AND line_number IS NOT NULL "
        "GROUP BY claim, claim_id, line_number HAVING count(*) > 1",
    )
    if not _are_doubles(run):
        return False
    same = " AND ".join(
        f"coalesce(min({name}), -1) = coalesce(max({name}), -1) AND count({name}) IN (0, count(*))"
        for name in _SAYS
    )
    numbered = f"SELECT g.* FROM group_line AS g JOIN double_number AS d ON {_SAME_NUMBER}"  # noqa: S608
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


_UNFOLDED = "SELECT row FROM priced WHERE reason_id IS NULL AND denial_id IS NULL AND NOT folds"
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
    lost = (
        "FROM line AS l LEFT JOIN recipe AS x ON x.shape = l.shape "
        f"LEFT JOIN ({refused}) AS t ON t.row = l.row "
        "WHERE (l.reason_id IS NOT NULL OR x.reason_id IS NOT NULL OR t.row IS NOT NULL)"
    )
    engine.make(
        "incomplete",
        "SELECT g.row FROM group_line AS g JOIN "  # noqa: S608
        f"(SELECT DISTINCT {_claim_of(run)} AS claim, l.day_id {lost} AND l.day_id IS NOT NULL) "
        "AS o ON o.claim = g.claim AND o.day_id = g.day_id UNION "
        "SELECT g.row FROM group_line AS g JOIN "
        f"(SELECT DISTINCT {of_any_day} AS of_any_day, {_claim_of(run)} AS claim "
        f"{lost} AND l.day_id IS NULL) "
        "AS o ON o.of_any_day = coalesce('c' || g.claim_id, g.claim) "
        f"AND (o.claim = g.claim OR {_NO_PATIENT})",
    )


_NO_PATIENT = "o.claim LIKE 'c%' OR g.claim LIKE 'c%'"
"""Where a claim is not known to be of a patient (_claim_of)."""
