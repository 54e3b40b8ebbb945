"""The answers of a run: a row for each row of `input`, of lines alone and of lines together.

Out of scope: what the amounts are (fold, together), and writing them beside the input.
"""

from __future__ import annotations

from feesync.batch.engine import Engine
from feesync.batch.periods import Periods
from feesync.batch.reasons import Reason, Status
from feesync.batch.texts import Texts

AMOUNTS = (
    *("fee", "allowed", "medicare_payment", "sequestration"),
    *("patient_responsibility", "limiting_charge"),
)
"""The columns of an answer that are money."""

COLUMNS = (
    *AMOUNTS,
    *("steps", "rank", "release", "stand_in", "mac", "locality", "status", "reason", "variance"),
)
"""The columns of an answer, in order."""


def make_answers(engine: Engine, texts: Texts, found: Periods) -> None:
    """Make the table `result` and the view `answer`, a row for each of `input`.

    `result` has numbers: row, AMOUNTS and variance in cents, rank, and steps_id, status_id,
    reason_id, release_id, stand_in and place_id. `answer` has COLUMNS in dollars and words.
    """
    _give_together_texts(engine, texts)
    priced, denied, refused = (texts.id_of(status) for status in Status)
    incomplete = texts.id_of(Reason.CLAIM_INCOMPLETE)
    alone = {
        **{name: f"p.{name}" for name in AMOUNTS},
        "steps_id": "CASE WHEN p.reason_id IS NULL THEN p.steps_id END",
        "rank": "CAST(NULL AS INTEGER)",
        "status_id": (
            f"CASE WHEN p.reason_id IS NOT NULL THEN {refused} "
            f"WHEN p.denial_id IS NOT NULL THEN {denied} ELSE {priced} END"
        ),
        "reason_id": "coalesce(p.reason_id, p.denial_id)",
    }
    columns = ", ".join(
        f"CASE WHEN t.row IS NULL THEN {sql} ELSE t.{name} END AS {name}"
        for name, sql in alone.items()
    )
    fee = "CASE WHEN p.reason_id IS NULL THEN p.fee END"
    columns = columns.replace("THEN p.fee ELSE", f"THEN {fee} ELSE")
    of_priced = (
        f"SELECT p.row, {columns}, p.release_id, p.stand_in, p.place_id, p.paid, "  # noqa: S608
        "n.row AS incomplete "
        "FROM priced AS p LEFT JOIN together_row AS t ON t.row = p.row "
        "LEFT JOIN incomplete AS n ON n.row = p.row"
    )
    result = (
        f"SELECT row, {', '.join(AMOUNTS)}, steps_id, rank, release_id, stand_in, "  # noqa: S608
        "place_id, status_id, "
        f"CASE WHEN status_id = {priced} AND incomplete IS NOT NULL THEN {incomplete} "
        f"ELSE reason_id END AS reason_id, paid - allowed AS variance FROM ({of_priced}) AS r"
    )
    nothing = ", ".join(f"CAST(NULL AS BIGINT) AS {name}" for name in AMOUNTS)
    unread = (
        f"SELECT row, {nothing}, CAST(NULL AS INTEGER) AS steps_id, CAST(NULL AS INTEGER) AS rank, "  # noqa: S608
        "release_id, stand_in, place_id, "
        f"{refused} AS status_id, reason_id, CAST(NULL AS BIGINT) AS variance "
        "FROM line WHERE reason_id IS NOT NULL"
    )
    engine.make("result", f"{result} UNION ALL {unread}")
    engine.drop("together", "together_row", "incomplete")
    _give_words(engine, texts, found)


def _give_together_texts(engine: Engine, texts: Texts) -> None:
    """Make together_row, the table `together` with numbers in place of its texts."""
    names = ("steps", "status", "reason")
    each = " UNION ".join(f"SELECT {name} AS text FROM together" for name in names)  # noqa: S608
    used = sorted(text for (text,) in engine.rows(each) if text)
    engine.give(
        "together_text",
        {"text": ("VARCHAR", used), "text_id": ("INTEGER", [texts.id_of(text) for text in used])},
    )
    joins = " ".join(
        f"LEFT JOIN together_text AS {name}_text ON {name}_text.text = t.{name}" for name in names
    )
    ids = ", ".join(f"{name}_text.text_id AS {name}_id" for name in names)
    amounts = ", ".join(f"t.{name}" for name in AMOUNTS)
    engine.make(
        "together_row",
        f"SELECT t.row, {amounts}, t.rank, {ids} FROM together AS t {joins}",  # noqa: S608
    )


def _give_words(engine: Engine, texts: Texts, found: Periods) -> None:
    """Give the texts of the numbers in `result`, and make the view `answer`."""
    engine.give(
        "text",
        {"text_id": ("INTEGER", range(len(texts.texts))), "text": ("VARCHAR", texts.texts)},
    )
    numbers = range(1, len(found.answers) + 1)
    labels = [release.label for _, release in found.answers]
    engine.give(
        "release_label", {"release_id": ("INTEGER", numbers), "release": ("VARCHAR", labels)}
    )
    places = {
        "place_id": ("INTEGER", range(len(found.places))),
        "mac": ("VARCHAR", [place.mac for place in found.places]),
        "locality": ("VARCHAR", [place.locality for place in found.places]),
    }
    engine.give("place", places)
    amounts = ", ".join(f"{_dollars(f'r.{name}')} AS {name}" for name in AMOUNTS)
    engine.view(
        "answer",
        f"SELECT r.row, {amounts}, s.text AS steps, r.rank, e.release, r.stand_in, "  # noqa: S608
        "p.mac, p.locality, "
        f"a.text AS status, w.text AS reason, {_dollars('r.variance')} AS variance "
        "FROM result AS r LEFT JOIN text AS s ON s.text_id = r.steps_id "
        "LEFT JOIN text AS a ON a.text_id = r.status_id "
        "LEFT JOIN text AS w ON w.text_id = r.reason_id "
        "LEFT JOIN release_label AS e ON e.release_id = r.release_id "
        "LEFT JOIN place AS p ON p.place_id = r.place_id",
    )


def _dollars(cents: str) -> str:
    return f"CAST(CAST({cents} AS DECIMAL(18, 0)) * 0.01 AS DECIMAL(14, 2))"
