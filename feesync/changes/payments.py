"""How many payments changed between two loaded releases, or revisions, and some of them in dollars.

This is what `feesync sync` prints of a release that it has loaded. Out of scope: every change of
every code (diff).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from feesync.changes.counts import ReleaseBasis, count_payments
from feesync.model.locality import NATIONAL
from feesync.model.money import dollars
from feesync.store.schema import open_for_reading, store_error

_ONLY = (
    "SELECT DISTINCT hcpcs FROM relative_value WHERE release_id = ? EXCEPT SELECT hcpcs FROM "
    "relative_value WHERE release_id = ?"
)
_BASES = (
    "SELECT basis FROM conversion_factor WHERE release_id = ? INTERSECT SELECT basis FROM "
    "conversion_factor WHERE release_id = ?"
)
_SETTINGS = ("nonfacility", "facility")


@dataclass(frozen=True, slots=True)
class PaymentChange:
    """How the payment of one code changed, in dollars.

    Attributes:
        hcpcs: the code.
        modifier: 26, TC or 53 for a row of its own, else empty.
        basis: `nonqp` or `qp`.
        setting: `nonfacility` or `facility`.
        before: the national amount before; None where there was none.
        after: the national amount now; None where there is none.
        localities: how many localities have it both before and now.
        changed: in how many of them it changed.
        lowest: the lowest change in any of them, negative where it fell; None where no locality has
            it both before and now.
        highest: the highest change in any of them.
    """

    hcpcs: str
    modifier: str
    basis: str
    setting: str
    before: Decimal | None
    after: Decimal | None
    localities: int
    changed: int
    lowest: Decimal | None
    highest: Decimal | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What a release changed.

    Attributes:
        against: label of the release, or of the revision, that it is compared with.
        compared: how many payments both have, over all localities, settings and bases.
        changed: how many of them have changed.
        added: HCPCS codes that the earlier one lacks.
        deleted: HCPCS codes that only the earlier one has.
        watched: the payments of the watched codes that changed, or that only one of the two has.
    """

    against: str
    compared: int
    changed: int
    added: tuple[str, ...]
    deleted: tuple[str, ...]
    watched: tuple[PaymentChange, ...]


def read_changes(path: Path, label: str, watch: Sequence[str]) -> Changes | None:
    """Return what a release of the database at a path changed, as `changes_of` does.

    Without a database there is nothing to compare: None.

    Raises:
        StoreError: the database cannot be read.
    """
    try:
        connection = open_for_reading(path)
        if connection is None:
            return None
        with closing(connection):
            return changes_of(connection, label, watch)
    except sqlite3.Error as error:
        raise store_error(path, error) from error


def changes_of(connection: sqlite3.Connection, label: str, watch: Sequence[str]) -> Changes | None:
    """Compare a current release with the one before it.

    That is the revision that it superseded, else the loaded release before it in time.

    Args:
        connection: the database.
        label: the release.
        watch: HCPCS codes whose changes are given in dollars.

    Returns:
        The changes; None where there is nothing to compare with.
    """
    (now,) = connection.execute(
        "SELECT release_id FROM release WHERE label = ? AND superseded_by IS NULL", (label,)
    ).fetchone()
    before = (
        connection.execute(
            "SELECT release_id, label FROM release WHERE superseded_by = ? ORDER BY release_id "
            "DESC LIMIT 1",
            (now,),
        ).fetchone()
        or connection.execute(
            "SELECT o.release_id, o.label FROM release AS o JOIN release AS n ON n.release_id = ? "
            "WHERE o.superseded_by IS NULL AND o.effective_from < n.effective_from ORDER BY "
            "o.effective_from DESC LIMIT 1",
            (now,),
        ).fetchone()
    )
    return compare(connection, now, before[0], before[1], watch) if before else None


def compare(
    connection: sqlite3.Connection, now: int, before: int, against: str, watch: Sequence[str]
) -> Changes:
    """Compare two releases or revisions of the database by their numbers.

    `against` names the earlier one.
    """
    only_now, only_before = (
        [code for (code,) in connection.execute(_ONLY, pair)]
        for pair in ((now, before), (before, now))
    )
    counts = [
        count
        for (basis,) in connection.execute(_BASES, (now, before)).fetchall()
        for count in count_payments(
            connection, ReleaseBasis(now, basis), ReleaseBasis(before, basis)
        ).values()
    ]
    return Changes(
        against,
        sum(count.compared for count in counts),
        sum(count.changed for count in counts),
        tuple(sorted(only_now)),
        tuple(sorted(only_before)),
        tuple(_payment_changes(connection, now, before, watch)),
    )


_Key = tuple[str, str, str, str]
_Amounts = dict[_Key, dict[tuple[str, str], int]]


def _payment_changes(
    connection: sqlite3.Connection, now: int, before: int, watch: Sequence[str]
) -> Iterable[PaymentChange]:
    amounts, amounts_before = (_amounts(connection, release, watch) for release in (now, before))
    bases, bases_before = ({key[2] for key in found} for found in (amounts, amounts_before))
    for key in sorted(
        amounts.keys() | amounts_before.keys(),
        key=lambda key: (key[0], key[1], key[2], key[3] == "facility"),
    ):
        if key[2] not in bases & bases_before and bases and bases_before:
            continue  # a conversion factor that one of the two does not have
        current, earlier = amounts.get(key, {}), amounts_before.get(key, {})
        differences = [
            current[place] - earlier[place]
            for place in current.keys() & earlier.keys()
            if place != NATIONAL
        ]
        changed = sum(difference != 0 for difference in differences)
        if (
            changed
            or bool(current) != bool(earlier)
            or current.get(NATIONAL) != earlier.get(NATIONAL)
        ):
            yield PaymentChange(
                *key,
                _dollars(earlier.get(NATIONAL)),
                _dollars(current.get(NATIONAL)),
                len(differences),
                changed,
                _dollars(min(differences, default=None)),
                _dollars(max(differences, default=None)),
            )


def _amounts(connection: sqlite3.Connection, release: int, watch: Sequence[str]) -> _Amounts:
    found: _Amounts = {}
    rows = connection.execute(
        "SELECT hcpcs, modifier, basis, mac, locality, nonfacility_amount, facility_amount FROM "
        "revision_rate_cents "
        "WHERE release_id = ? AND hcpcs IN (SELECT value FROM json_each(?))",
        (release, json.dumps(list(watch))),
    )
    for hcpcs, modifier, basis, mac, locality, *amounts in rows:
        for setting, amount in zip(_SETTINGS, amounts, strict=True):
            if amount is not None:
                found.setdefault((hcpcs, modifier, basis, setting), {})[mac, locality] = amount
    return found


def _dollars(cents: int | None) -> Decimal | None:
    return None if cents is None else dollars(cents)
