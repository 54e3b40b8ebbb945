"""Every difference between two releases, or revisions: factor, localities, codes, and dollars.

It is read from the views, so that the dollars are those of every other answer. Out of scope: the
few lines in which a refresh describes a new release (payments).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import overload

from feesync.changes.change import AmountChange, CodeChange, ColumnChange, Diff, Kind, PlaceChange
from feesync.changes.counts import ReleaseBasis, count_payments
from feesync.claims import arguments
from feesync.errors import InvalidInputError, LocalityError, UnknownCodeError, together
from feesync.formats.relative_value import RelativeValue
from feesync.model import reading
from feesync.model.hcpcs import CodeRange, read_codes
from feesync.model.locality import Locality
from feesync.model.money import decimal
from feesync.model.note import Note
from feesync.model.rate import Setting
from feesync.places.names import of_states
from feesync.schedule.notes import release_notes, zip_note
from feesync.schedule.rates import FeeSchedule
from feesync.schedule.state import of_one_state
from feesync.schedule.threads import open_schedule
from feesync.store.pair import Pair
from feesync.store.source import basis_of

_COLUMNS = tuple(name for name in RelativeValue._fields if name not in ("hcpcs", "modifier"))
_HUNDREDTHS = {name for name in _COLUMNS if name.endswith(("_rvu", "operative"))}
_SELECT = (
    "SELECT hcpcs, modifier, nonfacility_amount, facility_amount, "  # noqa: S608 - own names
    f"{', '.join(_COLUMNS)} FROM revision_rate_cents "
    "WHERE release_id = ? AND basis = ? AND mac = ? AND locality = ?"
)
_YEAR = "20[0-9]{2}"
_OF_CODES = " AND hcpcs IN (SELECT value FROM json_each(?))"


@overload
def diff(  # type: ignore[overload-overlap]
    before: str | int,
    after: str | int,
    *,
    locality: str = "national",
    settings: str | Iterable[Setting | str] = tuple(Setting),
    codes: str | Iterable[str] | None = (),
    qp: bool = False,
    db: str | os.PathLike[str] | None = None,
) -> Diff: ...


@overload
def diff(
    before: str | int,
    after: str | int,
    *,
    locality: Iterable[str],
    settings: str | Iterable[Setting | str] = tuple(Setting),
    codes: str | Iterable[str] | None = (),
    qp: bool = False,
    db: str | os.PathLike[str] | None = None,
) -> list[Diff]: ...


@of_one_state
def diff(
    before: str | int,
    after: str | int,
    *,
    locality: str | Iterable[str] = "national",
    settings: str | Iterable[Setting | str] = tuple(Setting),
    codes: str | Iterable[str] | None = (),
    qp: bool = False,
    db: str | os.PathLike[str] | None = None,
) -> Diff | list[Diff]:
    """Return what changed from one release, or revision of a release, to another.

    Args:
        before: label of the first, such as `RVU25A`; or `RVU25D@1a2b3c`, a revision by the
            beginning of its sha256; or a year, such as 2025, whose newest loaded release is meant.
        after: label or year of the second.
        locality: the place of the dollars, as for `estimate`; both releases must have it. Or a list
            of places, each of which has the dollars of its own.
        settings: the settings of the dollars: `nonfacility`, `facility` or both.
        codes: a HCPCS code, or a range such as `64490-64495`, or a list of them; where there are
            none, all. A code that neither release has is among `unknown` of the answer, where there
            are others.
        qp: whether the conversion factor is that of a qualifying APM participant (from 2026 on).
        db: path of the database. For a label that it lacks, the embedded snapshot answers, with its
            few codes.

    Returns:
        What changed; of a list of places a list, in its order, with each locality once.

    Raises:
        InvalidInputError: a name or code cannot be read, or both name the same revision.
        NoReleaseError: there is no such release, no such revision of it, or several.
        LocalityError: the place is unknown, ambiguous, or not in both releases.
        UnknownCodeError: no code is in either release.
        NoPriceError: a release has no qp conversion factor.
        StoreError: the database cannot be read.
    """
    one = isinstance(locality, str) or not reading.is_iterable(locality)
    places = [locality] if one else reading.sequence("locality", locality, "AL")
    texts = [reading.text("locality", place) for place in places]
    if not texts:
        raise InvalidInputError("locality is empty; 'national' is the nation")
    found = _diffs(before, after, texts, (), settings, codes, qp=qp, db=db)
    return found[0] if one else found


@of_one_state
def diffs(
    before: str,
    after: str,
    *,
    places: Sequence[str],
    states: Sequence[str],
    settings: Iterable[Setting | str],
    codes: Iterable[str],
    qp: bool,
    db: str | os.PathLike[str] | None,
) -> list[Diff]:
    """Return what `diff` does in several places: those that are named, else those of states."""
    return _diffs(before, after, places, states, settings, codes, qp=qp, db=db)


def _diffs(
    before: str | int,
    after: str | int,
    places: Sequence[str],
    states: Sequence[str],
    settings: str | Iterable[Setting | str],
    codes: str | Iterable[str] | None,
    *,
    qp: bool,
    db: str | os.PathLike[str] | None,
) -> list[Diff]:
    both, qp = arguments.settings(settings), reading.flag("qp", qp)
    items = [read_codes(code) for code in reading.one_or_several("codes", codes, "64490-64495")]
    schedule = open_schedule(db)
    names = [_release_name(schedule, "before", before), _release_name(schedule, "after", after)]
    with schedule.pair(*names) as pair:
        day = pair.after.effective_from
        by_place = dict(schedule.place(pair.source, pair.after, text, day) for text in places)
        localities = list(by_place) or of_states(
            pair.after.label, pair.source.localities(pair.after), states
        )
        singles, unknown = _single_codes(pair, items)
        results = list(_in_places(pair, localities, both, singles, qp=qp))
    found = []
    for place, result in zip(localities, results, strict=True):
        by_zip = by_place.get(place)
        notes = [
            *_notes(schedule, result, pair, qp=qp),
            *([zip_note(pair.after, place, by_zip, day)] if by_zip else []),
        ]
        found.append(replace(result, notes=tuple(dict.fromkeys(notes)), unknown=tuple(unknown)))
    return found


def _release_name(schedule: FeeSchedule, what: str, given: str | int) -> str:
    """Return a label, or that of the newest loaded release of a year."""
    year = reading.index(given)
    if year is None:
        text = reading.text(what, given)
        if not re.fullmatch(_YEAR, text):
            return text
        year = int(text)
    day = schedule.newest_day(year)
    releases = [
        release
        for release in schedule.releases()
        if release.effective_from == day and release.year == year
    ]
    return min(releases, key=lambda release: release.embedded).label


def _notes(schedule: FeeSchedule, result: Diff, pair: Pair, *, qp: bool) -> Iterator[Note]:
    if pair.embedded:
        labels = " and ".join(release.label for release in pair.embedded)
        text = (
            f"{labels} {'are' if len(pair.embedded) > 1 else 'is'} not loaded: the embedded "
            "snapshot's few codes are compared."
        )
        yield Note.info("embedded-snapshot", text, "feesync")
    for release, basis in zip((result.before, result.after), result.bases, strict=True):
        yield from release_notes(schedule, release, basis, None, qp=qp, capped=not release.embedded)


def _in_places(
    pair: Pair,
    localities: Sequence[Locality],
    settings: Sequence[Setting],
    codes: Collection[str],
    *,
    qp: bool,
) -> Iterator[Diff]:
    """Yield the differences in each place; what is of the releases is counted once."""
    releases = (pair.before, pair.after)
    bases = (basis_of(pair.before, qp=qp), basis_of(pair.after, qp=qp))
    release_bases = [
        ReleaseBasis(release.release_id, basis)
        for release, basis in zip(releases, bases, strict=True)
    ]
    common, places = _places(pair)
    counts = count_payments(
        pair.source.connection, release_bases[1], release_bases[0], sorted(codes) or None
    )
    for place in localities:
        here = _here(pair, place)
        before, after = (
            _read(pair, release_basis, spot, codes)
            for release_basis, spot in zip(release_bases, here, strict=True)
        )
        changes = [
            change
            for key in before.keys() | after.keys()
            if before.get(key) != after.get(key)
            and (change := _change(key, before.get(key), after.get(key), settings))
        ]
        yield Diff(
            pair.before,
            pair.after,
            bases,
            here,
            common,
            places,
            tuple(sorted(changes, key=lambda code: (code.rank, code.hcpcs, code.modifier))),
            {setting: counts[setting] for setting in settings},
        )


def _single_codes(
    pair: Pair, codes: Iterable[str | CodeRange]
) -> tuple[set[str], list[UnknownCodeError]]:
    """Return the codes that either of two releases has, and why others are unknown.

    Raises:
        UnknownCodeError: neither has any of them.
    """
    singles: set[str] = set()
    unknown: list[UnknownCodeError] = []
    for item in codes:
        span = CodeRange(item, item) if isinstance(item, str) else item
        in_either = {
            *pair.source.codes_in(pair.before, span),
            *pair.source.codes_in(pair.after, span),
        }
        if not in_either:
            what = f"{item}: not" if isinstance(item, str) else f"no code of {item} is"
            unknown.append(
                UnknownCodeError(f"{what} in {pair.before.label}, nor in {pair.after.label}")
            )
        singles |= in_either
    if unknown and not singles:
        raise together(unknown)
    return singles, unknown


_Row = tuple[int | str | None, ...]


def _read(
    pair: Pair, release_basis: ReleaseBasis, place: Locality, codes: Collection[str]
) -> dict[tuple[str, str], _Row]:
    query, values = _SELECT, [*release_basis, place.mac, place.locality]
    if codes:
        query, values = query + _OF_CODES, [*values, json.dumps(sorted(codes))]
    rows = pair.source.connection.execute(query, values)
    return {(hcpcs, modifier): tuple(values) for hcpcs, modifier, *values in rows}


def _change(
    key: tuple[str, str], before: _Row | None, after: _Row | None, settings: Sequence[Setting]
) -> CodeChange | None:
    """Return how a code differs; None where it does so only in a setting that was not asked for."""
    columns = tuple(
        ColumnChange(name, _value(name, old), _value(name, new))
        for name, old, new in zip(_COLUMNS, (before or ())[2:], (after or ())[2:], strict=False)
        if old != new
    )
    kind = (
        Kind.ADDED
        if before is None
        else Kind.DELETED
        if after is None
        else Kind.CHANGED
        if columns
        else Kind.REPRICED
    )
    amounts = tuple(
        AmountChange(setting, _amount(before, setting), _amount(after, setting))
        for setting in settings
    )
    code = CodeChange(*key, kind, columns, amounts)
    return code if kind is not Kind.REPRICED or any(amount.differs for amount in amounts) else None


def _amount(row: _Row | None, setting: Setting) -> int | None:
    amount = row[0 if setting is Setting.NONFACILITY else 1] if row else None
    assert amount is None or isinstance(amount, int)
    return amount


def _value(name: str, value: int | str | None) -> Decimal | int | str | None:
    return decimal(value, 2) if isinstance(value, int) and name in _HUNDREDTHS else value


def _here(pair: Pair, after: Locality) -> tuple[Locality, Locality]:
    before = next(
        (place for place in pair.source.localities(pair.before) if place.key == after.key), None
    )
    if before is None:
        raise LocalityError(
            f"{after} is a locality of {pair.after.label}, but not of {pair.before.label}"
        )
    return before, after


def _places(pair: Pair) -> tuple[int, tuple[PlaceChange, ...]]:
    """Return how many localities both have, and those with other GPCIs or in one only, by key."""
    before, after = (
        {place.key: place for place in pair.source.localities(release) if not place.is_national}
        for release in (pair.before, pair.after)
    )

    def gpcis(place: Locality | None) -> tuple[int, ...] | None:
        return (place.work_gpci, place.pe_gpci, place.mp_gpci) if place else None

    keys = sorted(before.keys() | after.keys())
    changes = [
        PlaceChange(before.get(key), after.get(key))
        for key in keys
        if gpcis(before.get(key)) != gpcis(after.get(key))
    ]
    return len(before.keys() & after.keys()), tuple(changes)
