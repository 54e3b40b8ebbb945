"""Lines that touch others, and lines that no recipe prices: priced in Python, by processes.

Out of scope: which lines those are (groups), and how a process prices them (group_work).
"""

from __future__ import annotations

from feesync.batch.answer_row import AnswerRow
from feesync.batch.fee import rates_of
from feesync.batch.group_work import COMPUTED, LOCAL, ChunkPlace, Facts, GroupWork, RateRow
from feesync.batch.groups import make_groups, make_incomplete, make_together_lines
from feesync.batch.plan import Run
from feesync.batch.ranks import make_ranked
from feesync.batch.reasons import Status
from feesync.model.rate import PAYER, Rate
from feesync.schedule.threads import open_schedule

FEW = 6_000
"""Up to how many lines this process prices by itself: a worker takes half a second to begin."""

_TYPES = {
    name: "STRING" if name in ("steps", "status", "reason") else "BIGINT"
    for name in AnswerRow._fields
}
_COLUMNS = {"row": "BIGINT", **_TYPES, "rank": "INTEGER"}
_OF_LINE = ("grp", "row", "biller", "place_id", "detail_id", "day_id", "charge", "deductible")
_RATE = "2 * rate_id + basis_id AS rate_id"
"""A rate by its row and its basis, of which there are two."""

_OF_ENGINE = ("work_gpci", "pe_gpci", "mp_gpci")


def price(run: Run, workers: int = 1) -> None:
    """Make the tables `together`, of the lines that this decides about, and `incomplete`.

    Args:
        run: as far as the lines are priced alone.
        workers: how many processes of this machine price; executors of Spark do by themselves.

    Raises:
        StoreError: the database has changed since the run began.
        FeesyncError: a process ended, or could not price a line.
    """
    engine = run.engine
    make_groups(run)
    make_ranked(run)
    make_together_lines(run)
    ((count,),) = engine.rows("SELECT count(*) FROM together_line")
    lines = "(SELECT t.grp, t.biller, l.* FROM together_line AS t JOIN line AS l ON l.row = t.row)"
    rates = rates_of(engine, run.found, lines, (*_OF_LINE, "rate_id", "basis_id"))
    engine.through(
        "together_price",
        f"SELECT grp, row, biller, {_RATE}, {', '.join(_OF_LINE[3:])}, {', '.join(COMPUTED)} "  # noqa: S608
        f"FROM ({rates}) AS v ORDER BY grp, row",
        GroupWork(_facts(run)),
        _COLUMNS,
        1 if count <= FEW else workers,
    )
    unknown = ", ".join(
        f"CAST({_UNFIT.get(name, 'NULL')} AS {kind}) AS {name}"
        for name, kind in _COLUMNS.items()
        if name != "row"
    )
    engine.make(
        "together",
        "SELECT * FROM together_price UNION ALL SELECT * FROM ranked "  # noqa: S608
        f"UNION ALL SELECT u.row, {unknown} FROM unfit AS u",
    )
    make_incomplete(run)
    engine.drop(*_PARTS)


_PARTS = (
    *("crowd", "member", "several", "beside", "of_pool", "of_code", "unfit", "unfolded", "lost"),
    *("simple_line", "ranked_amount", "ranked_row", "ranked_line", "ranked_price"),
    *("together_line", "together_price"),
)
"""Tables that nothing needs any more where `together` is made: the answers need the memory."""

_UNFIT = {"status": f"'{Status.REFUSED}'", "reason": "u.reason"}


def _facts(run: Run) -> Facts:
    """Return what the ids of the lines that are priced together mean."""
    found = run.found
    gpcis = {
        place_id: tuple(values)
        for place_id, *values in run.engine.rows(
            f"SELECT place_id, {', '.join(_OF_ENGINE)} FROM locality WHERE place_id IS NOT NULL"  # noqa: S608
        )
    }
    places = [
        ChunkPlace(f"{place.mac}-{place.locality}", gpcis[number])
        for number, place in enumerate(found.places)
    ]
    lines = (
        "(SELECT l.rate_id, l.basis_id, l.release_id, min(l.place_id) AS place_id "
        "FROM together_line AS t JOIN line AS l ON l.row = t.row "
        "GROUP BY l.rate_id, l.basis_id, l.release_id)"
    )
    rates = rates_of(run.engine, found, lines, ("rate_id", "basis_id"))
    of_code = ", ".join(Rate._fields[:LOCAL])
    contract = run.request.contract
    basis = f"'{PAYER}'" if contract and contract.conversion_factor is not None else "basis"
    rows = run.engine.rows(
        f"SELECT {_RATE}, {of_code}, conversion_factor, {basis} FROM ({rates}) AS v"  # noqa: S608
    )
    schedule = open_schedule(run.request.db)
    return Facts(
        run.engine.shipped(run.request.db),
        {release.label: release.sha256 for release in schedule.releases()},
        run.words.details,
        run.words.days,
        places,
        contract,
        {
            rate_id: RateRow(tuple(values[:LOCAL]), tuple(values[LOCAL:]))
            for rate_id, *values in rows
        },
    )
