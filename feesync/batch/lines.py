"""The lines of a file as numbers: each row of `input` with what its texts mean, or why not.

Out of scope: reading the texts (words, periods), and what a line is paid (programs, fold).
"""

from __future__ import annotations

from feesync.batch.engine import Engine
from feesync.batch.reasons import Reason
from feesync.batch.request import Request
from feesync.batch.texts import Texts
from feesync.batch.words import Words, join_of
from feesync.claims import arguments
from feesync.errors import FeesyncError

_FLAWS = (Reason.RAGGED_ROW, Reason.QUOTES, Reason.X12)
_PLAIN = "DECIMAL(9, 2)"
"""The type of an amount whose text is plain, such as 123.45."""

CARRIED = {
    "claim": "claim_id",
    "line_number": "line",
    "patient": "patient",
    "tin": "tin",
    "npi": "npi",
}
"""Columns of `line` that are texts of the file, by what they mean."""


def make_lines(
    engine: Engine, request: Request, words: Words, texts: Texts, *, flaws: bool, rules: int
) -> None:
    """Make `line`, a row for each of `input`.

    Its columns: row; reason_id, NULL where the line can be read; code_id, detail_id, day_id,
    release_id, stand_in, place_id, rate_id, basis_id; shape, which numbers what a program depends
    on; charge, deductible and paid in cents; paid_unread, whether what was paid cannot be read;
    special, whether Medicare may waive something of it; and the columns of CARRIED that the file
    has and the groups need.

    Args:
        engine: the engine.
        request: what is asked.
        words: what the texts mean.
        texts: the reasons by id.
        flaws: whether `input` has a column `flaw`.
        rules: how many periods of the same rules there are.
    """
    charge = _Amount(engine, request, "charge", texts)
    paid = _Amount(engine, request, "paid_allowed", texts)
    deductible = bool(request.columns_of("deductible"))
    details, codes = len(words.details), len(words.codes) + 1
    flaw = _flaw(texts) if flaws else "NULL"
    carried = "".join(
        f", nullif(trim(i.{column}), '') AS {name}"
        for name, meaning in CARRIED.items()
        for column in request.columns_of(meaning)
        if request.group != "line"
    )
    unknown = f"CASE WHEN {_RELEASE} IS NULL THEN {texts.id_of(Reason.NO_RELEASE)} END"
    no_rate = f"CASE WHEN r.code_id IS NULL THEN {texts.id_of(Reason.UNKNOWN_CODE)} END"
    reasons = [
        *(flaw, "d.reason_id", "c.reason_id", "s.reason_id", charge.reason),
        *(["u.reason_id"] if deductible else []),
        *(unknown, "p.reason_id", "r.reason_id", no_rate),
    ]
    shape = f"((r.indicators_id * {details} + s.detail_id) * {rules} + d.rules_id) * {codes}"
    columns = {  # what no line has takes no room
        "charge": charge.cents,
        "deductible": "u.cents" if deductible else _NO_AMOUNT,
        "paid": paid.cents,
        "paid_unread": f"{paid.reason} IS NOT NULL",
    }
    present = {name: sql for name, sql in columns.items() if sql not in (_NO_AMOUNT, _READ)}
    amounts = "".join(f"{sql} AS {name}, " for name, sql in present.items())
    engine.make(
        "line_fact",
        f"SELECT i.row, coalesce({', '.join(reasons)}) AS reason_id, "  # noqa: S608
        f"c.code_id, s.detail_id, d.day_id, {_RELEASE} AS release_id, {_STAND_IN} AS stand_in, "
        "p.place_id, r.rate_id, r.basis_id, "
        f"CAST({shape} AS BIGINT) + CASE WHEN s.of_code THEN c.code_id + 1 ELSE 0 END AS shape, "
        f"{amounts}c.special OR s.special AS special{carried} "
        "FROM input AS i "
        f"{join_of(request, 'word_day', 'd')} {join_of(request, 'word_code', 'c')} "
        f"{join_of(request, 'word_detail', 's')} {join_of(request, 'word_place', 't')} "
        f"{join_of(request, 'word_deductible', 'u') if deductible else ''} "
        f"{charge.join} {paid.join} "
        f"LEFT JOIN word_locality AS p ON p.period_id = d.period_id AND p.text_id = t.text_id "
        f"AND p.release_id = {_RELEASE} "
        f"LEFT JOIN code_rate AS r ON r.kind_id = s.kind_id AND r.release_id = {_RELEASE} "
        "AND r.code_id = c.code_id",
    )
    constants = "".join(
        f", {sql} AS {name}" for name, sql in columns.items() if name not in present
    )
    engine.view("line", f"SELECT f.*{constants} FROM line_fact AS f")  # noqa: S608


_NO_AMOUNT = "CAST(NULL AS BIGINT)"
_READ = "NULL IS NOT NULL"
"""What the SQL of an amount, and of whether it cannot be read, is where no line has one."""


_STAND_IN = (
    "CASE WHEN c.embedded AND d.embedded_id IS NOT NULL THEN d.stand_in >= 2 "
    "ELSE d.stand_in IN (1, 3) END"
)
_RELEASE = (
    "CASE WHEN c.embedded AND d.embedded_id IS NOT NULL THEN d.embedded_id ELSE d.release_id END"
)
"""The release that answers: the snapshot's for its codes, where the day's own is not loaded."""


def _flaw(texts: Texts) -> str:
    cases = " ".join(f"WHEN '{flaw}' THEN {texts.id_of(flaw)}" for flaw in _FLAWS)
    return f"CASE i.flaw {cases} END"


class _Amount:
    """The SQL of a column of dollars in cents, of which Python reads what is not plain."""

    def __init__(self, engine: Engine, request: Request, name: str, texts: Texts) -> None:
        self.cents, self.reason, self.join = _NO_AMOUNT, "NULL", ""
        columns = request.columns_of(name)
        if not columns:
            return
        cell = f"i.{columns[0]}"
        plain = f"try_cast({cell} AS {_PLAIN})"
        is_plain = f"{plain} >= 0 AND CAST({plain} AS STRING) = {cell}"
        odd = engine.rows(
            f"SELECT DISTINCT {cell} FROM input AS i WHERE {cell} IS NOT NULL "  # noqa: S608
            f"AND NOT coalesce({is_plain}, FALSE)"
        )
        self.cents = f"CAST({plain} * 100 AS BIGINT)"
        if not odd:
            return
        table = f"word_{name}"
        amounts = [_cents_or_none(name, text) for (text,) in odd]
        reason = texts.id_of(Reason.CHARGE)
        engine.give(
            table,
            {
                "k0": ("VARCHAR", [text for (text,) in odd]),
                "cents": ("BIGINT", amounts),
                "reason_id": (
                    "INTEGER",
                    [
                        reason if cents is None and text.strip() else None
                        for cents, (text,) in zip(amounts, odd, strict=True)
                    ],
                ),
            },
        )
        self.join = f"LEFT JOIN {table} ON {table}.k0 = {cell}"
        self.reason = f"{table}.reason_id"
        self.cents = f"CASE WHEN {table}.k0 IS NULL THEN {self.cents} ELSE {table}.cents END"


def _cents_or_none(name: str, text: str) -> int | None:
    try:
        return arguments.cents(name, text.strip() or None)
    except FeesyncError:
        return None
