"""The billing sheets of one or several codes in words, for a terminal and for paper.

What several codes share is said once. Out of scope: the facts (sheet), and the forms (cli,
writers).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from feesync.coverage.facts import Fact, lcds
from feesync.coverage.sheet import POLICY, TOPICS, Sheet
from feesync.reference.place_of_service import places_of_service

ELSEWHERE = "Elsewhere: recorded of other contractors only"


class Item(NamedTuple):
    """A fact in words: its subject, its text, and the number of its source."""

    about: str
    text: str
    source: int


class CoveragePage(NamedTuple):
    """Billing sheets in words.

    Attributes:
        codes: each code with what it is for.
        subject: the day, the place of service, and the place.
        origin: which release the amounts are from, with its hash; empty where there are none.
        amounts: each code with what Medicare allows outside facilities and in them.
        sections: the headings with their facts.
        sources: where the facts stand; the first has number 1.
        notes: what a person should know.
    """

    codes: tuple[tuple[str, str], ...]
    subject: tuple[str, ...]
    origin: str
    amounts: tuple[tuple[str, tuple[Decimal | None, Decimal | None]], ...]
    sections: tuple[tuple[str, tuple[Item, ...]], ...]
    sources: tuple[str, ...]
    notes: tuple[str, ...]


def coverage_page(sheets: Sequence[Sheet]) -> CoveragePage:
    """Return billing sheets of the same day, place and place of service in words."""
    first = sheets[0]
    own = _merged((sheet.hcpcs, sheet.facts) for sheet in sheets)
    others = _merged((sheet.hcpcs, sheet.elsewhere) for sheet in sheets)
    sources = tuple(dict.fromkeys(fact.source for fact in (*own, *others)))

    def items(codes_of: Mapping[Fact, Sequence[str]], topic: str) -> Iterator[Item]:
        for fact, codes in codes_of.items():
            if fact.topic == topic:
                some = "" if len(codes) == len(sheets) else f"{', '.join(codes)}: "
                is_named = codes_of is own or topic == POLICY
                who = "" if is_named else f"{_contractors(fact)}: "
                text = f"{some}{who}{fact.text.removeprefix(who)}"
                yield Item(fact.about, text, sources.index(fact.source) + 1)

    sections = [(heading, tuple(items(own, topic))) for topic, heading in TOPICS.items()]
    sections.append(
        (ELSEWHERE, tuple(chain.from_iterable(items(others, topic) for topic in TOPICS)))
    )
    return CoveragePage(
        tuple((sheet.hcpcs, sheet.title) for sheet in sheets),
        _subject(first),
        _origin(sheets),
        tuple(
            (sheet.hcpcs, (sheet.nonfacility_amount, sheet.facility_amount))
            for sheet in sheets
            if sheet.release
        ),
        tuple(section for section in sections if section[1]),
        sources,
        tuple(dict.fromkeys(note.text for sheet in sheets for note in sheet.notes)),
    )


def _merged(facts_of: Iterable[tuple[str, Iterable[Fact]]]) -> dict[Fact, list[str]]:
    """Return each fact once, with the codes that it is about."""
    codes_of: dict[Fact, list[str]] = {}
    for hcpcs, facts in facts_of:
        for fact in facts:
            codes_of.setdefault(fact, []).append(hcpcs)
    return codes_of


def _contractors(fact: Fact) -> str:
    """Return the names of the contractors that a fact is recorded of."""
    return " and ".join(dict.fromkeys(lcds()[each].contractor for each in fact.jurisdictions))


def _subject(sheet: Sheet) -> tuple[str, ...]:
    place = (
        f", place of service {sheet.pos} ({places_of_service()[sheet.pos].name})"
        if sheet.pos
        else ""
    )
    return (f"{sheet.date}{place}", *([str(sheet.locality)] if sheet.locality else []))


def _origin(sheets: Sequence[Sheet]) -> str:
    """Return which release the amounts are from, and what they are."""
    releases = dict.fromkeys(
        f"{release.label}, in effect {release.effective_from} to {release.effective_to}, "
        f"sha256 {release.sha256}"
        for release in (sheet.release for sheet in sheets)
        if release
    )
    where = "" if sheets[0].locality else ", national"
    return f"Amounts before modifiers{where}: {'; '.join(releases)}" if releases else ""
