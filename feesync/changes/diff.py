"""Every difference between two releases, or revisions: factor, localities, codes, and dollars.

It is read from the views, so that the dollars are those of every other answer. Out of scope: the
few lines in which a refresh describes a new release (payments).
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from feesync.changes.change import AmountChange, CodeChange, ColumnChange, Diff, Kind, PlaceChange
from feesync.changes.counts import ReleaseBasis, count_payments
from feesync.claims import arguments
from feesync.errors import LocalityError, UnknownCodeError
from feesync.formats.relative_value import RelativeValue
from feesync.model import reading
from feesync.model.hcpcs import CodeRange, read_codes
from feesync.model.locality import Locality
from feesync.model.money import decimal
from feesync.model.note import Note
from feesync.model.rate import Setting
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
_OF_CODES = " AND hcpcs IN (SELECT value FROM json_each(?))"


@of_one_state
def diff(
    before: str,
    after: str,
    *,
    locality: str = "national",
    settings: Iterable[Setting | str] = tuple(Setting),
    codes: Iterable[str] | None = (),
    qp: bool = False,
    db: str | os.PathLike[str] | None = None,
) -> Diff:
    """Return what changed from one release, or revision of a release, to another.

    Args:
        before: label of the first, such as `RVU25A`; or `RVU25D@1a2b3c`, a revision by the
            beginning of its sha256.
        after: label of the second.
        locality: the place of the dollars, as for `estimate`; both releases must have it.
        settings: the settings of the dollars: `nonfacility`, `facility` or both.
        codes: HCPCS codes and ranges of them, such as `64490-64495`; where there are none, all.
        qp: whether the conversion factor is that of a qualifying APM participant (from 2026 on).
        db: path of the database. For a label that it lacks, the embedded snapshot answers, with its
            few codes.

    Raises:
        InvalidInputError: a name or code cannot be read, or both name the same revision.
        NoReleaseError: there is no such release, no such revision of it, or several.
        LocalityError: the place is unknown, ambiguous, or not in both releases.
        UnknownCodeError: a code is in neither release.
        NoPriceError: a release has no qp conversion factor.
        StoreError: the database cannot be read.
    """
    both, qp = arguments.settings(settings), reading.flag("qp", qp)
    items = [read_codes(code) for code in reading.sequence_or_none("codes", codes, "64490-64495")]
    where, before, after = (
        reading.text(*argument)
        for argument in (("locality", locality), ("before", before), ("after", after))
    )
    schedule = open_schedule(db)
    with schedule.pair(before, after) as pair:
        day = pair.after.effective_from
        place, by_zip = schedule.place(pair.source, pair.after, where, day)
        result = _diff(pair, place, both, _single_codes(pair, items), qp=qp)
    notes = [
        *_notes(schedule, result, pair, qp=qp),
        *([zip_note(pair.after, place, by_zip, day)] if by_zip else []),
    ]
    return replace(result, notes=tuple(dict.fromkeys(notes)))


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


def _diff(
    pair: Pair, place: Locality, settings: Sequence[Setting], codes: Collection[str], *, qp: bool
) -> Diff:
    releases = (pair.before, pair.after)
    bases = (basis_of(pair.before, qp=qp), basis_of(pair.after, qp=qp))
    release_bases = [
        ReleaseBasis(release.release_id, basis)
        for release, basis in zip(releases, bases, strict=True)
    ]
    here = _here(pair, place)
    before, after = (
        _read(pair, release_basis, spot, codes)
        for release_basis, spot in zip(release_bases, here, strict=True)
    )
    if strangers := sorted(set(codes) - {hcpcs for hcpcs, _ in before.keys() | after.keys()}):
        raise UnknownCodeError(
            f"{', '.join(strangers)}: not in {pair.before.label}, nor in {pair.after.label}"
        )
    changes = [
        change
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
        and (change := _change(key, before.get(key), after.get(key), settings))
    ]
    localities, places = _places(pair)
    counts = count_payments(
        pair.source.connection, release_bases[1], release_bases[0], sorted(codes) or None
    )
    return Diff(
        pair.before,
        pair.after,
        bases,
        here,
        localities,
        places,
        tuple(sorted(changes, key=lambda code: (code.rank, code.hcpcs, code.modifier))),
        {setting: counts[setting] for setting in settings},
    )


def _single_codes(pair: Pair, codes: Iterable[str | CodeRange]) -> set[str]:
    """Return codes, and those of ranges that either of two releases has."""
    singles: set[str] = set()
    for item in codes:
        in_either = (
            {item}
            if isinstance(item, str)
            else {*pair.source.codes_in(pair.before, item), *pair.source.codes_in(pair.after, item)}
        )
        if not in_either:
            raise UnknownCodeError(
                f"no code of {item} is in {pair.before.label}, nor in {pair.after.label}"
            )
        singles |= in_either
    return singles


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
