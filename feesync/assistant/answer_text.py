"""An answer in the text of its command, and what the command says beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from feesync.assistant.tools import MOST, each_of
from feesync.coverage.page import coverage_page
from feesync.errors import FeesyncError, Hint, HintKind, one_line
from feesync.model.note import Note, Severity
from feesync.model.rate import Setting
from feesync.text import diff, history, localities, rates
from feesync.text.block import Block, Line, plain_text
from feesync.text.claim import claim_blocks
from feesync.text.comparison import comparison_blocks
from feesync.text.coverage import coverage_blocks
from feesync.text.status import status_blocks

if TYPE_CHECKING:
    from feesync.model.release import Release
    from feesync.queries.answer import Answer

Rows = list[dict[str, Any]]


class HintWords(NamedTuple):
    """How the front end words what helps.

    Attributes:
        words: returns what helps.
        with_hint: returns a text followed by what helps.
    """

    words: Callable[[Hint], str]
    with_hint: Callable[[str, Hint | None], str]

    def error(self, error: FeesyncError) -> str:
        """Return an error with what helps."""
        return self.with_hint(str(error), error.hint)


def answer_text(answer: Answer, rows: Rows, hints: HintWords) -> str:
    """Return an answer as its command prints it, and then what the command says on stderr.

    Args:
        answer: the answer.
        rows: its rows as JSON, those that are shown; empty where it has none.
        hints: how the front end words what helps.
    """
    name, result = answer.query.name, answer.result
    text = _WHOLE[name](result) if name in _WHOLE else plain_text(_blocks(answer, rows, hints))
    beside = [one_line(each, _LONGEST) for each in _beside(answer, rows, hints)]
    return "\n".join([text, *([""] if beside else []), *beside])


_LONGEST = 2_000
_WHOLE: dict[str, Callable[[Any], str]] = {
    "estimate": lambda result: str(result.summary()),
    "check": lambda result: str(result.summary()),
}
"""Results that have a text of their own."""


def _blocks(answer: Answer, rows: Rows, hints: HintWords) -> Iterator[Block]:
    result: Any = answer.result
    match answer.query.name:
        case "claim":
            yield from claim_blocks(result)
        case "rates":
            yield rates.rates_table(rows, result.contract)
        case "localities":
            remark = hints.with_hint(result.remark, result.hint) if result.remark else ""
            yield from localities.localities_blocks(result, remark, MOST)
        case "history":
            yield from history.history_blocks(result, _setting(answer), MOST)
        case "compare":
            room = MOST
            for number, comparison in enumerate(result):
                if room > 0:
                    yield from [Line()] if number else []
                    yield from comparison_blocks(comparison, room)
                room -= len(comparison.places)
        case "diff":
            yield from diff.diff_blocks(result, min(diff.ROWS, each_of(len(result))))
        case "coverage":
            yield from coverage_blocks(coverage_page(result))
        case "status":
            yield from status_blocks(result, hints.words, hints.with_hint)


def _setting(answer: Answer) -> Setting:
    return Setting.read(answer.values.get("setting", Setting.NONFACILITY))


def _beside(answer: Answer, rows: Rows, hints: HintWords) -> Iterator[str]:
    """Yield what the command says on stderr, without its name."""
    result: Any = answer.result
    match answer.query.name:
        case "claim":
            for line in result.refused:
                reason = hints.with_hint(line.reason, line.hint)
                yield f"no price: line {line.number}: {reason}"
            return
        case "estimate" | "check":
            return
        case "status":
            for damage in result.damages:
                yield hints.with_hint(damage, Hint(HintKind.LOAD_ANEW))
            if result.stale_because:
                hint = result.stale_hint
                helps = f"; {hints.words(hint)}" if hint else ""
                yield f"stale: {result.stale_because}{helps}"
            return
        case "history":
            if text := history.left_out(result):
                yield f"info: {text}"
        case "localities":
            yield from map(_note, answer.notes)
            if text := localities.stand_in(result):
                yield text
            yield f"On {result.date}, by {_effect(result.release)}"
            return
    yield from map(_note, answer.notes)
    if answer.query.name == "rates":
        for text in dict.fromkeys(filter(None, map(rates.reason, rows))):
            yield f"no price: {text}"
    begin = "" if answer.query.name == "coverage" else "no price: "
    for error in answer.refused:
        yield begin + hints.error(error)
    if answer.query.name == "rates":
        for day, label, first, last in dict.fromkeys(
            (row["date"], row["release"], row["effective_from"], row["effective_to"])
            for row in rows
        ):
            yield f"{f'On {day}, by' if day else 'By'} {label}, in effect {first} to {last}"


def _effect(release: Release) -> str:
    return f"{release.label}, in effect {release.effective_from} to {release.effective_to}"


def _note(note: Note) -> str:
    kind = "no price" if note.severity is Severity.DENIAL else note.severity.value
    return f"{kind}: {note.text}"
