"""Which questions are the same, so that a remembered answer, or a header, can be returned.

The schedule that an answer is from keeps it, and drops it when its database changes. It also keeps
what the answers for a line have in common in all places.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from feesync.claims import arguments
from feesync.claims.answer import deductible_notes, in_dollars, own_notes, payers
from feesync.claims.arguments import EarlierLines
from feesync.claims.estimate import Estimate
from feesync.claims.header import Header, read_header
from feesync.claims.rates import QuoteLookup
from feesync.coverage import facts
from feesync.model import reading
from feesync.model.note import Note
from feesync.model.rate import Setting
from feesync.model.tuples import tuple_of
from feesync.pricing.claim import entry_of
from feesync.pricing.entry import Entry
from feesync.pricing.line import Line
from feesync.pricing.price import fold
from feesync.pricing.waiver import PatientShare, patient_share
from feesync.schedule import notes as provenance
from feesync.schedule.rates import FeeSchedule

MOST_ANSWERS = 20_480
"""How many answers a schedule keeps, some 40 MB; then it forgets all of them."""

MOST_HEADERS = 4_096
"""How many headers a process keeps, without their places; then it forgets all of them."""

_CHARGE = Line._fields.index("charge")

_count = count()
_types: dict[tuple[type, ...], int] = {}
"""Numbers of the types of plain values, which take less memory in a question than the types."""

_numbers: dict[Hashable, int] = {}
_headers: dict[int, tuple[Any, ...]] = {}
"""Headers without their places, by the numbers of their arguments."""

_PLAIN = frozenset((str, int, bool, type(None), date, Setting))


def plain(*values: object) -> tuple[object, ...] | None:
    """Return a value that only equal values share, or None where that cannot be guaranteed.

    Equal values may mean different things, such as 1 and True, so that their types count too. Of a
    type that is not plain, equality is no guarantee.
    """
    types = tuple(map(type, values))
    number = _types.get(types)
    if number is None:
        if not _PLAIN.issuperset(types):
            return None
        number = _types.setdefault(types, next(_count))
    return (*values, number)


def number_of(shared: Mapping[str, object]) -> int | None:
    """Return a number that only equal arguments of a header share, None where they are not plain.

    Args:
        shared: arguments of `read_header` but for place and history, always in the same order.
    """
    key = plain(*shared.values())
    if key is None:
        return None
    number = _numbers.get(key)
    if number is None:
        if len(_numbers) >= MOST_HEADERS:
            _numbers.clear()
            _headers.clear()
        number = _numbers.setdefault(key, next(_count))
    return number


def header_of(
    locality: object, history: EarlierLines, shared: Mapping[str, object], number: int | None
) -> Header:
    """Return the header of arguments of `read_header`; of plain ones, as it was read before.

    Args:
        locality: the place, which is no part of what is remembered.
        history: earlier lines; with any, the header is read anew.
        shared: the other arguments by their names.
        number: that of `number_of`.
    """
    if number is None or type(history) is not tuple or history:
        return read_header(locality=locality, history=history, **shared)  # type: ignore[arg-type]
    rest = _headers.get(number)
    if rest is None:
        header = read_header(locality=locality, **shared)  # type: ignore[arg-type]
        rest = _headers[number] = header[1:]
    return tuple_of(Header, (reading.text("locality", locality), *rest))


class Outline:
    """What the answers for a line by itself have in common, in all places and with any charge.

    There is one of a line that is priced by factors, with notes in which no amount stands.
    """

    __slots__ = ("_header", "_line", "_notes", "_program", "_row", "_share")

    def __init__(
        self,
        header: Header,
        line: Line,
        entry: Entry,
        share: PatientShare,
        notes: tuple[Note, ...],
    ) -> None:
        """Make an outline.

        Args:
            header: what it is priced under; the place in it does not matter.
            line: the line; its place and its charge do not matter.
            entry: the line with its rate in a place, and its program.
            share: what the patient owes.
            notes: all notes on it, but for those on where its rate comes from and on an OPPS cap.
        """
        self._header, self._line = header, line
        self._row, self._program = entry.rate.modifier, entry.program
        self._share, self._notes = share, notes

    @classmethod
    def of(cls, header: Header, line: Line, rates: QuoteLookup) -> Outline | None:
        """Return the outline of a line, None where there is none.

        Raises:
            FeesyncError: why the line cannot be priced.
        """
        entry = entry_of(1, line, rates)
        program, base = entry.program, entry.base
        has_facts = header.circumstances is not None and line.hcpcs in facts.codes()
        if program.denials or not program.folds or program.limited or line.contract or has_facts:
            return None
        uncapped = entry._replace(base=base._replace(uncapped_fee=base.fee))
        share = patient_share(line, ())
        quote = rates.quote_of(line, entry.rate)
        notes = own_notes(header, line, fold(uncapped), share, quote)
        return cls(header, line, entry, share, (*notes, *deductible_notes(header)))

    def answer(
        self, schedule: FeeSchedule, place: str, charge: Decimal | int | str | None
    ) -> Estimate:
        """Return the answer in a place.

        Args:
            schedule: what has the rates, in the state of the database that the outline is of.
            place: the place, as the caller names it.
            charge: the submitted charge in dollars.

        Raises:
            FeesyncError: the charge cannot be read, or there is no such place.
        """
        header, own = self._header, self._line
        terms, cents = own.terms, None if charge is None else arguments.cents("charge", charge)
        line = tuple_of(Line, (*own[:_CHARGE], cents, own.postoperative_days, place))
        quote = schedule.quote(line.hcpcs, self._row, place, terms.day, qp=header.qp)
        rate = quote.rate
        base = rate.in_setting(terms.setting)
        price = fold(tuple_of(Entry, (1, line, rate, base, self._program)))
        by = payers(line, price, header.deductible, (), self._share)
        notes = self._notes
        if price.uncapped_fee is not None:
            own_texts = own_notes(header, line, price, self._share, quote)
            notes = (*own_texts, *deductible_notes(header))
        if origin := provenance.notes(schedule, quote, terms.day, qp=header.qp):
            notes = (*origin, *notes)
        return in_dollars(header, line, price, by, quote, notes)


def answer_of(
    schedule: FeeSchedule, key: Hashable | None, answer: Callable[[], Estimate]
) -> Estimate:
    """Return the answer to a question, the one of before where the database is still the same.

    What a stand-in release says is asked for anew: it depends on what CMS has listed since.

    Args:
        schedule: what answers.
        key: the question, None where it is not to be remembered.
        answer: finds the answer.
    """
    with schedule.hold():
        earlier = schedule.answers.get(key) if key else None
        if isinstance(earlier, Estimate):
            return earlier
        latest = answer()
        if key and latest.quote.exact:
            remember(schedule.answers, key, latest)
        return latest


def remember(memory: dict[Hashable, object], key: Hashable, value: object) -> None:
    """Keep a value under a key, of at most MOST_ANSWERS."""
    if len(memory) >= MOST_ANSWERS:
        memory.clear()
    memory[key] = value
