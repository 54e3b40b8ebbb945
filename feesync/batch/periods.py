"""Which release answers for the days of a file, and which localities its places mean in it.

Days are of one period where the same releases answer for them, and a text means the same place.
Out of scope: rates (fee).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from feesync.batch.engine import Engine
from feesync.batch.reasons import Reason
from feesync.batch.request import Request
from feesync.batch.texts import Texts
from feesync.batch.words import Numbers, Words, distinct, join_of, key_columns
from feesync.claims import arguments
from feesync.claims.rates import day_of_rates
from feesync.errors import InvalidInputError, LocalityError, NoReleaseError
from feesync.model.release import Release
from feesync.model.zip_code import quarter_of, read_zip
from feesync.places.words import is_name
from feesync.pricing.program import rules_since
from feesync.pricing.waiver import standard_share
from feesync.reference.cost_sharing import sequestration_on, sharing_since
from feesync.schedule.rates import FeeSchedule
from feesync.store.source import Source

_DAY_COLUMNS = (
    *("day_id", "period_id", "release_id", "embedded_id", "stand_in", "rules_id", "reason_id"),
)
_MOST_PAIRS = 20_000
"""Up to how many pairs of periods and places all are read, whether or not the file has them."""


class Period(NamedTuple):
    """Days for which the same releases answer, and on which a text means the same place.

    Attributes:
        release: the number of the release that answers for all codes, None where none does.
        embedded: the number of the snapshot's release that comes before it for the snapshot's
            codes, None where none does.
        places: what else the meaning of a place depends on.
    """

    release: int | None
    embedded: int | None
    places: object


class ReleaseLocality(NamedTuple):
    """A locality of a release, by the number of the release."""

    release: int
    mac: str
    locality: str


@dataclass(slots=True)
class Periods:
    """What answers for the days of a file.

    Attributes:
        answers: the releases that do, with their sources; their numbers count from 1.
        periods: by id, each with its first day of the file, or of a contract's year of rates.
        answered: the days for which a release answers.
        rules: the days since which the rules are the same as on a day of the file, by id.
        sharing: the days since which patients share the costs as on a day of the file, by id.
        places: the localities that the file names, by id.
    """

    answers: list[tuple[Source, Release]] = field(default_factory=list)
    periods: dict[Period, date] = field(default_factory=dict)
    answered: set[date] = field(default_factory=set)
    rules: list[date] = field(default_factory=list)
    sharing: list[date] = field(default_factory=list)
    places: list[ReleaseLocality] = field(default_factory=list)


def read_days(
    engine: Engine, request: Request, schedule: FeeSchedule, words: Words, texts: Texts
) -> Periods:
    """Read the dates of `input`, and find the releases that answer for them.

    Makes the tables word_day (day_id, period_id, release_id, embedded_id, stand_in, rules_id,
    reason_id) and service_day (day_id, sharing_id, sequestration, coinsurance). Where no release
    answers for any day, `answers` has one that no line refers to.
    """
    found = Periods()
    numbers = _ReleaseNumbers(schedule, found)
    days, rules = Numbers(words.days), Numbers(found.rules)
    modifiers = sorted({each for detail in words.details for each in detail.modifiers})
    rows = distinct(engine, request, "word_day")
    read = [_day(request, *cells) for cells in rows]
    finder = _PeriodFinder(schedule, numbers, any(map(_depends_on_day, words.places)))
    columns: dict[str, list[int | None]] = {name: [] for name in _DAY_COLUMNS}
    for day in read:
        cells: tuple[int | None, ...]
        if isinstance(day, Reason):
            cells = (*(None,) * (len(columns) - 1), texts.id_of(day))
        else:
            of_rates = day_of_rates(request.contract, schedule, day)
            period, rule = finder.period(of_rates), rules.id_of(rules_since(modifiers, day))
            if period is None:
                cells = (days.id_of(day), None, None, None, None, rule, None)
            else:
                found.answered.add(day)
                found.periods.setdefault(period, of_rates)
                number = list(found.periods).index(period)
                stand_in = _stand_in(period, found, of_rates)
                releases = period.release, period.embedded
                cells = (days.id_of(day), number, *releases, stand_in, rule, None)
        for column, value in zip(columns.values(), cells, strict=True):
            column.append(value)
    values = {name: ("INTEGER", of) for name, of in columns.items()}
    engine.give("word_day", {**key_columns(request, "word_day", rows), **values})
    if not found.answers:
        numbers.number_of(*schedule.library().nearest(date.today()))
    _give_days(engine, words, found)
    return found


def _stand_in(period: Period, found: Periods, day: date) -> int:
    """Return 1 where the release of all codes stands in, and 2 more where the snapshot's does."""
    return sum(
        bit
        for bit, release in ((1, period.release), (2, period.embedded))
        if release and not found.answers[release - 1][1].covers(day)
    )


def _give_days(engine: Engine, words: Words, found: Periods) -> None:
    """Make service_day, of the days for which a release answers."""
    ids = [number for number, day in enumerate(words.days) if day in found.answered]
    days = [words.days[number] for number in ids]
    cuts = [sequestration_on(day) for day in days]
    sharing = Numbers(found.sharing)
    engine.give(
        "service_day",
        {
            "day_id": ("INTEGER", ids),
            "sharing_id": ("INTEGER", [sharing.id_of(sharing_since(day)) for day in days]),
            "sequestration": ("BIGINT", [cut.rate if cut else 0 for cut in cuts]),
            "coinsurance": ("BIGINT", [standard_share(day).coinsurance for day in days]),
        },
    )


def read_places(
    engine: Engine,
    request: Request,
    schedule: FeeSchedule,
    words: Words,
    texts: Texts,
    found: Periods,
) -> None:
    """Find the localities that the places of `input` mean.

    Makes the table word_locality (period_id, text_id, release_id, place_id, reason_id).
    """
    periods, places = list(found.periods.items()), Numbers(found.places)
    rows: list[tuple[int, int, int, int | None, int | None]] = []
    for period_id, text_id in _pairs(engine, request, len(periods), len(words.places)):
        period, day = periods[period_id]
        text = words.places[text_id]
        for release in filter(None, (period.release, period.embedded)):
            place = _locality(schedule, found.answers[release - 1], text, day)
            if place is None:
                reason = texts.id_of(Reason.LOCALITY if text else Reason.MISSING_LOCALITY)
                rows.append((period_id, text_id, release, None, reason))
            else:
                number = places.id_of(ReleaseLocality(release, *place))
                rows.append((period_id, text_id, release, number, None))
    names = ("period_id", "text_id", "release_id", "place_id", "reason_id")
    values = list(zip(*rows, strict=True)) or [()] * len(names)
    engine.give(
        "word_locality",
        {name: ("INTEGER", of) for name, of in zip(names, values, strict=True)},
    )


def _day(request: Request, text: str = "") -> date | Reason:
    try:
        day = arguments.day(text.strip() or request.date or None)
    except InvalidInputError:
        return Reason.UNREADABLE_DATE
    return day or Reason.MISSING_DATE


def _depends_on_day(text: str) -> bool:
    """Tell whether a text may mean another place on another day: a ZIP, or a name."""
    return read_zip(text) is not None or is_name(text)


class _ReleaseNumbers:
    """Numbers of the releases that answer, from 1."""

    def __init__(self, schedule: FeeSchedule, found: Periods) -> None:
        self.schedule, self._found = schedule, found
        self._numbers: dict[tuple[bool, int], int] = {}

    def number_of(self, source: Source, release: Release) -> int:
        """Return the number of a release."""
        key = source.embedded, release.release_id
        if key not in self._numbers:
            self._found.answers.append((source, release))
            self._numbers[key] = len(self._found.answers)
        return self._numbers[key]


class _PeriodFinder:
    """Finds the period of a day."""

    def __init__(self, schedule: FeeSchedule, numbers: _ReleaseNumbers, dated: bool) -> None:
        self._schedule, self._numbers, self._dated = schedule, numbers, dated

    def period(self, day: date) -> Period | None:
        """Return the period of a day, None where no release answers for it."""
        try:
            answers = self._schedule.library().on(day)
        except NoReleaseError:
            return None
        number, of_all = self._numbers.number_of, None
        embedded: int | None = None
        for source, release in answers:
            if not source.embedded:
                of_all = number(source, release)
                break
            embedded = embedded or number(source, release)
        return Period(of_all, embedded, self._places(day) if self._dated else None)

    def _places(self, day: date) -> object:
        """Return what the meaning of a ZIP and of a name depends on, besides the release."""
        return quarter_of(day), frozenset(self._schedule.counties(day).items())


def _pairs(
    engine: Engine, request: Request, periods: int, places: int
) -> Iterable[tuple[int, int]]:
    """Return the pairs of a period and a place that are to be read."""
    if periods * places <= _MOST_PAIRS:
        return [(period, place) for period in range(periods) for place in range(places)]
    return engine.rows(
        "SELECT DISTINCT d.period_id, p.text_id FROM input AS i "  # noqa: S608
        f"{join_of(request, 'word_day', 'd')} {join_of(request, 'word_place', 'p')} "
        "WHERE d.period_id IS NOT NULL"
    )


def _locality(
    schedule: FeeSchedule, answer: tuple[Source, Release], text: str, day: date
) -> tuple[str, str] | None:
    if not text:
        return None
    try:
        place, _ = schedule.place(*answer, text, day)
    except LocalityError:
        return None
    return place.mac, place.locality
