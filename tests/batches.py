"""Lines of a file as a test has them, through the plan of the batch, and the same one by one."""

from functools import partial
from typing import Any

from feesync import ClaimLine, estimate, estimate_claim
from feesync.batch import plan, together
from feesync.batch.duckdb_engine import DuckDB
from feesync.batch.request import Request
from feesync.errors import FeesyncError, ModifierError, UnknownCodeError
from feesync.model.money import dollars
from feesync.schedule.threads import open_schedule

NAMES = (
    *("fee", "allowed", "medicare_payment", "sequestration", "patient_responsibility"),
    *("limiting_charge", "steps", "rank", "release", "mac", "locality", "status", "reason"),
)
REFUSED = dict.fromkeys(NAMES) | {"status": "refused"}
FEW = 1_000
SHARED = ("locality", "setting", "date", "nonpar", "practitioner", "qp", "deductible")


def rows_of(claims):
    """The rows of a file with claims: each the terms that its lines share, and the lines.

    A line is a code, modifiers, units, and charge in cents.
    """
    return [
        {
            "claim_id": str(number),
            "line": str(at),
            **{name: str(value) for name, value in shared.items()},
            "hcpcs": hcpcs,
            "modifiers": " ".join(mods),
            "units": str(units),
            "charge": "" if charge is None else str(dollars(charge)),
        }
        for number, (shared, lines) in enumerate(claims, start=1)
        for at, (hcpcs, mods, units, charge) in enumerate(lines, start=1)
    ]


def repriced(
    folder, rows, *, workers=1, names=NAMES, flaws=False, **request
) -> list[dict[str, Any]]:
    """The answers to the rows of a file, in their order."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    # over few rows a second thread only costs time: there is nothing for it to do
    engine = DuckDB(folder, threads=2 if len(rows) > FEW else 1)
    engine.give(
        "staged", {name: ("VARCHAR", [row.get(name) or None for row in rows]) for name in columns}
    )
    engine.view("input", "SELECT rowid AS row, * FROM staged")
    asked = Request({name: (name,) for name in columns}, **request)
    plan.run(engine, asked, partial(together.price, workers=workers), flaws=flaws)
    found = engine.connection.execute(f"SELECT {', '.join(names)} FROM answer ORDER BY row")
    answers = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    engine.close()
    return answers


def one_by_one(claims, **contract) -> list[dict[str, Any]]:
    """The same by `estimate_claim`, or `estimate` where a claim has one line."""
    with open_schedule().hold():
        return [answer for shared, lines in claims for answer in _answers(shared | contract, lines)]


def _answers(shared, lines):
    return _claim(shared, lines) if lines[1:] else [_single(shared, *lines[0])]


def _single(shared, hcpcs, mods, units, charge):
    given = {"modifiers": mods, "units": units, "charge": charge and dollars(charge)}
    try:
        answer = estimate(hcpcs, **given, **shared, coverage=False)
    except FeesyncError as error:
        return REFUSED | {"reason": _reason(error)}
    return _answer(answer, incomplete=False)


def _claim(shared, lines):
    given = [
        ClaimLine(hcpcs, mods, units, charge and dollars(charge))
        for hcpcs, mods, units, charge in lines
    ]
    try:
        claim = estimate_claim(given, **shared, coverage=False, incomplete=True)
    except FeesyncError as error:
        errors = {each.claim_line: each for each in (error, *error.others)}
        of_lines = [errors.get(at, error) for at in range(1, len(lines) + 1)]
        return [REFUSED | {"reason": _reason(each)} for each in of_lines]
    lost = {line.number for line in claim.refused}
    priced = iter(claim.lines)
    return [
        REFUSED if at in lost else _answer(next(priced), incomplete=bool(lost))
        for at in range(1, len(lines) + 1)
    ]


def _reason(error):
    return {ModifierError: "modifier", UnknownCodeError: "unknown-code"}.get(type(error), "invalid")


def _answer(estimate, *, incomplete):
    denials = [note.code for note in estimate.notes if note.severity == "denial"]
    is_priced = estimate.allowed is not None
    steps = [
        step.name if step.factor is None else f"{step.name} x {step.factor}"
        for step in estimate.steps
    ]
    return {
        **{name: getattr(estimate, name) for name in NAMES[:6]},
        "steps": "; ".join(steps) or None,
        "rank": estimate.rank,
        "release": estimate.release.label,
        "mac": estimate.locality.mac,
        "locality": estimate.locality.locality,
        "status": "priced" if is_priced else "denied",
        "reason": ("claim-incomplete" if incomplete else None) if is_priced else denials[0],
    }


def differences(claims, answers, **contract):
    """What differs between answers and those one by one, each with its line; [] where nothing."""
    rows, found = rows_of(claims), []
    for row, answer, expected in zip(rows, answers, one_by_one(claims, **contract), strict=True):
        names = NAMES if expected["status"] != "refused" else ("status",)
        apart = {name: (answer[name], expected[name]) for name in names}
        apart = {name: each for name, each in apart.items() if each[0] != each[1]}
        if apart:
            found.append((row, apart))
    return found
