"""Prices groups of lines, as worker processes do: chunk by chunk, by the rates that come with them.

A group is what `estimate_claim` calls a claim. The engine gives each line with its rate; what a
line needs besides (technical parts, bases of endoscopies) is read from the database. Out of scope:
which lines are in a group (groups), and the processes (processes).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from feesync.batch.answer_row import AnswerRow, answer_row, refused_row
from feesync.batch.details import Detail
from feesync.batch.reasons import Reason
from feesync.claims.answer import Payers
from feesync.claims.claim import claim_payers
from feesync.claims.rates import day_of_rates
from feesync.claims.refusal import refusal_of
from feesync.errors import FeesyncError, StoreError, UnknownCodeError
from feesync.model.rate import Rate
from feesync.model.tuples import tuple_of
from feesync.pricing.claim import claim
from feesync.pricing.line import Contract, Line, Price
from feesync.pricing.neighbours import pool, reaches_across
from feesync.schedule.rates import FeeSchedule
from feesync.schedule.threads import open_schedule

LOCAL = Rate._fields.index("work_gpci")
"""How many fields of a rate are of its code alone; the next three are of its place."""

COMPUTED = Rate._fields[Rate._fields.index("nonfacility_fee") :]
"""The fields of a rate that the formula computes."""

_MOST_LINES = 100_000
"""How many shapes of lines with their day, and places, are remembered; then they are forgotten."""


class ChunkPlace(NamedTuple):
    """A place of a chunk: its key, and the GPCIs of its release."""

    key: str
    gpcis: tuple[int, int, int]


class RateRow(NamedTuple):
    """What a rate is without its place: the fields of its code, and factor and basis."""

    of_code: tuple[Any, ...]
    factor: tuple[int, str]


class Facts(NamedTuple):
    """What the ids in a chunk mean, and of which state of the database.

    Attributes:
        db: path of the database.
        releases: the sha256 of each release by its label.
        details: what lines say but for code, day, place and amounts.
        days: dates of service.
        places: localities.
        contract: by what a plan other than Medicare pays; None where Medicare pays.
        rows: rates without their place.
    """

    db: str | os.PathLike[str] | None
    releases: Mapping[str, str]
    details: Sequence[Detail]
    days: Sequence[date]
    places: Sequence[ChunkPlace]
    contract: Contract | None
    rows: Mapping[int, RateRow]


class GroupWork:
    """Prices the groups of a chunk; a process makes its own of the same facts."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._rates: _ChunkRates | None = None
        self._terms: dict[tuple[int, int], tuple[Any, ...]] = {}

    def __reduce__(self) -> tuple[type[GroupWork], tuple[Facts]]:
        return GroupWork, (self._facts,)

    def __call__(self, chunk: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        """Return the answers to the lines of a chunk.

        Args:
            chunk: columns of lines: grp, by which they are sorted; row, rate_id, place_id,
                detail_id, day_id, charge, deductible, biller, and those of COMPUTED.

        Returns:
            The columns `row` and those of `AnswerRow`.

        Raises:
            StoreError: the database is not in the state that the run began with.
        """
        schedule = open_schedule(self._facts.db)
        with schedule.hold():
            if self._rates is None or not self._rates.is_of(schedule):
                _check_state(schedule, self._facts.releases)
                self._rates = _ChunkRates(schedule, self._facts.contract)
                self._terms.clear()
            rates = self._rates
            lines = self._lines(chunk, rates)
            answers: list[AnswerRow] = []
            groups = groupby(range(len(lines)), chunk["grp"].__getitem__)
            for _, numbers in groups:
                group = {number: lines[number] for number in numbers}
                answers += self._group(group, chunk, rates)
            rates.forget()
        columns = zip(*answers, strict=True) if answers else [()] * len(AnswerRow._fields)
        named = zip(AnswerRow._fields, map(list, columns), strict=True)
        return {"row": list(chunk["row"]), **dict(named)}

    def _lines(self, chunk: Mapping[str, list[Any]], rates: _ChunkRates) -> list[Line]:
        """Return the lines of a chunk, and note their rates."""
        facts, terms, note = self._facts, self._terms, rates.note
        rows, places = facts.rows, facts.places
        by_code = bool(facts.contract and facts.contract.ranges)
        if len(terms) > _MOST_LINES:
            terms.clear()
        lines = []
        ids = ("rate_id", "place_id", "detail_id", "day_id", "charge")
        of_lines = zip(*(chunk[name] for name in ids), strict=True)
        computed = zip(*(chunk[name] for name in COMPUTED), strict=True)
        for own, amounts in zip(of_lines, computed, strict=True):
            rate_id, place_id, detail_id, day_id, charge = own
            key = detail_id, day_id
            known = terms.get(key)
            if known is None:
                known = terms[key] = self._shape(detail_id, day_id, rates)
            modifiers, own_terms, units, period = known
            of_code, factor = rows[rate_id]
            place = places[place_id]
            token = rates.token(place.key, period)
            rate = tuple_of(Rate, of_code + place.gpcis + factor + amounts)
            note(rate, token)
            if by_code:
                own_terms = own_terms.of_code(rate.hcpcs)
            lines.append(
                tuple_of(Line, (rate.hcpcs, modifiers, own_terms, units, charge, None, token))
            )
        return lines

    def _shape(self, detail_id: int, day_id: int, rates: _ChunkRates) -> tuple[Any, ...]:
        detail, day = self._facts.details[detail_id], self._facts.days[day_id]
        terms = detail.terms._replace(day=day)
        return detail.modifiers, terms, detail.units, rates.period(day, detail.qp)

    def _group(
        self, group: Mapping[int, Line], chunk: Mapping[str, list[Any]], rates: _ChunkRates
    ) -> list[AnswerRow]:
        """Return the answers to the lines of a group, in their order.

        Imaging and therapy are ranked across the practitioners who bill, all else for each.
        """
        of_biller: dict[int, dict[int, Line]] = {}
        for number, line in group.items():
            of_biller.setdefault(chunk["biller"][number], {})[number] = line
        prices = {biller: claim(lines, rates) for biller, lines in of_biller.items()}
        across = claim(_across(group, prices.values()), rates) if len(prices) > 1 else {}
        answers: dict[int, AnswerRow] = {}
        for biller, lines in of_biller.items():
            found = {number: across.get(number, price) for number, price in prices[biller].items()}
            owed = max(chunk["deductible"][number] or 0 for number in lines)
            answers.update(_answers(lines, found, owed))
        return [answers[number] for number in group]


def _across(
    lines: Mapping[int, Line], prices: Iterable[Mapping[int, Price | FeesyncError]]
) -> dict[int, Line]:
    """Return the lines of a group that have a price, and are ranked across practitioners."""
    return {
        number: lines[number]
        for own in prices
        for number, price in own.items()
        if isinstance(price, Price)
        and price.allowed is not None
        and reaches_across(pool(price.rate.indicators, lines[number].modifiers))
    }


def _answers(
    lines: Mapping[int, Line], found: Mapping[int, Price | FeesyncError], owed: int
) -> Iterator[tuple[int, AnswerRow]]:
    """Yield the answer to each line that one practitioner bills."""
    prices = {number: price for number, price in found.items() if isinstance(price, Price)}
    shares: Mapping[int, Payers] = claim_payers(lines, prices, owed)
    for number, price in found.items():
        if isinstance(price, Price):
            yield number, answer_row(price, shares[number])
        else:
            yield number, refused_row(Reason(refusal_of(price)))


def _check_state(schedule: FeeSchedule, releases: Mapping[str, str]) -> None:
    own = {release.label: release.sha256 for release in schedule.releases()}
    if own != releases:
        labels = {label for label, _ in own.items() ^ releases.items()}
        raise StoreError(
            f"the database has changed since the run began ({', '.join(sorted(labels))}): run it "
            "again"
        )


class _ChunkRates:
    """The rates of a chunk, which came with its lines, and others from the database."""

    def __init__(self, schedule: FeeSchedule, contract: Contract | None) -> None:
        self._schedule, self._library = schedule, schedule.library()
        self._contract = contract
        self._factor = contract and contract.conversion_factor
        self._own: dict[tuple[str, str, str], Rate] = {}
        self._periods: dict[object, tuple[int, date, bool]] = {}
        self._tokens: dict[str, tuple[str, date, bool]] = {}
        self.token = lru_cache(maxsize=_MOST_LINES)(self._token)
        self._other = lru_cache(maxsize=_MOST_LINES)(self._read)

    def is_of(self, schedule: FeeSchedule) -> bool:
        """Tell whether the schedule is still in the state that the rates are of."""
        return schedule.library() is self._library

    def period(self, day: date, qp: bool) -> int:
        """Return the number of the days for which the releases answer that do for a day."""
        day = day_of_rates(self._contract, self._schedule, day)
        answers = self._library.on(day)
        key = qp, *((source.embedded, release.release_id) for source, release in answers)
        return self._periods.setdefault(key, (len(self._periods), day, qp))[0]

    def _token(self, place: str, period: int) -> str:
        """Return what the rates of a place in a period are known by."""
        token = f"{place} {period}"
        self._tokens[token] = place, *list(self._periods.values())[period][1:]
        return token

    def note(self, rate: Rate, token: str) -> None:
        """Note a rate that came with a line."""
        self._own[rate.hcpcs, rate.modifier, token] = rate

    def forget(self) -> None:
        """Forget the rates that came with lines."""
        self._own.clear()

    def rate(self, hcpcs: str, row: str, line: Line) -> Rate:
        """Return the rate of a code and row in the place and the period of a line."""
        key = hcpcs, row, line.place
        rate = self._own.get(key)
        if rate is not None:
            return rate
        other = self._other(*key)
        if isinstance(other, Rate):
            return other
        raise UnknownCodeError(f"{hcpcs} {row} is not in the release of the day", other)

    def _read(self, hcpcs: str, row: str, token: str) -> Rate | tuple[str, ...]:
        """Return a rate of the database, or the rows that the code does have."""
        place, day, qp = self._tokens[token]
        try:
            rate = self._schedule.quote(hcpcs, row, place, day, qp=qp).rate
        except UnknownCodeError as error:
            return error.rows
        return rate if self._factor is None else rate.by_factor(self._factor)
