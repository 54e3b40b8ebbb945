"""The counts and sums of an answer, from the tables that a plan leaves.

Out of scope: their names and forms (repricing).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from feesync.batch.intake import Intake
from feesync.batch.plan import Run
from feesync.batch.reasons import Status
from feesync.batch.repricing import ReasonCount, ReleaseCount, Repricing, Variance
from feesync.model.money import dollars

_SUMS = ("allowed", "medicare_payment", "sequestration", "patient_responsibility")


def summarize(run: Run, intake: Intake, output: Path | None, table: Any = None) -> Repricing:  # noqa: ANN401
    """Return the counts and sums of a run.

    Args:
        run: has made `line` and `result`.
        intake: what was read.
        output: the file that the rows were written to; None where there is none.
        table: the rows, where there is none.
    """
    texts = run.texts.texts
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in _SUMS)
    rows = run.engine.rows(
        f"SELECT status_id, reason_id, count(*), {sums} FROM result "  # noqa: S608
        "GROUP BY status_id, reason_id"
    )
    lines: Counter[str] = Counter()
    amounts = dict.fromkeys(_SUMS, 0)
    reasons = []
    for status_id, reason_id, count, *cents in rows:
        status = texts[status_id]
        lines[status] += count
        if status == Status.PRICED:
            for name, amount in zip(_SUMS, cents, strict=True):
                amounts[name] += int(amount)
        if reason_id is not None:
            reasons.append(ReasonCount(status, texts[reason_id], count))
    columns, contract = intake.columns, run.request.contract
    return Repricing(
        output=output,
        lines=intake.rows,
        priced=lines[Status.PRICED],
        denied=lines[Status.DENIED],
        refused=lines[Status.REFUSED],
        allowed=dollars(amounts["allowed"]),
        **{name: None if contract else dollars(amounts[name]) for name in _SUMS[1:]},
        variance=_variance(run) if "paid_allowed" in columns.meanings else None,
        reasons=tuple(sorted(reasons, key=_by_status)),
        releases=_releases(run),
        group=run.request.group,
        columns=_columns(intake),
        carried=columns.carried,
        unread=columns.unread,
        findings=intake.findings,
        contract=contract,
        _table=table,
    )


def _by_status(reason: ReasonCount) -> tuple[int, int, str]:
    """Return what reasons are sorted by: refusals first, of these the most frequent."""
    return -[*Status].index(Status(reason.status)), -reason.lines, reason.reason


def _columns(intake: Intake) -> Mapping[str, tuple[str, ...]]:
    columns = intake.columns
    return {
        name: tuple(columns.names[position] for position in positions)
        for name, positions in columns.meanings.items()
    }


def _variance(run: Run) -> Variance:
    parts = (
        *("count(*) FILTER (WHERE variance = 0)", "count(*) FILTER (WHERE variance < 0)"),
        "coalesce(sum(-variance) FILTER (WHERE variance < 0), 0)",
        *("count(*) FILTER (WHERE variance > 0)",),
        "coalesce(sum(variance) FILTER (WHERE variance > 0), 0)",
    )
    ((equal, under, short, over, excess),) = run.engine.rows(
        f"SELECT {', '.join(parts)} FROM result"  # noqa: S608
    )
    ((unread,),) = run.engine.rows("SELECT count(*) FROM line WHERE paid_unread")
    return Variance(equal, under, dollars(int(short)), over, dollars(int(excess)), unread)


def _releases(run: Run) -> tuple[ReleaseCount, ...]:
    """Return the releases that answer for lines, and for how many days' lines they stand in."""
    lines: Counter[int] = Counter()
    stand_ins: Counter[int] = Counter()
    for release_id, stand_in, count in run.engine.rows(
        "SELECT release_id, stand_in, count(*) FROM line WHERE reason_id IS NULL "
        "GROUP BY release_id, stand_in"
    ):
        lines[release_id] += count
        if stand_in:
            stand_ins[release_id] += count
    counts = [
        ReleaseCount(run.found.answers[number - 1][1], count, stand_ins[number])
        for number, count in lines.items()
    ]
    return tuple(sorted(counts, key=lambda one: (one.release.effective_from, one.release.label)))
