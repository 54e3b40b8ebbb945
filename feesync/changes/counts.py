"""How many payments differ between two loaded releases, or revisions, over all localities.

A payment is an amount that Medicare allows: of a code (and its 26, TC and 53 rows), a locality, a
setting and a basis.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from feesync.model.locality import NATIONAL
from feesync.model.rate import Setting


class ReleaseBasis(NamedTuple):
    """A release, or a revision of it, under one conversion factor (`nonqp` or `qp`)."""

    release_id: int
    basis: str


class PaymentCount(NamedTuple):
    """How many payments two releases have in common, and how many of those differ."""

    compared: int
    changed: int


_SAME_KEY = (
    "n.hcpcs = o.hcpcs AND n.modifier = o.modifier AND n.mac = o.mac AND n.locality = o.locality"
)
_BOTH = (
    f"revision_rate_cents AS n JOIN revision_rate_cents AS o ON {_SAME_KEY} "
    "WHERE n.release_id = ? AND n.basis = ? AND o.release_id = ? AND o.basis = ?"
)
_PRICED_IN_BOTH = (
    "SELECT "  # noqa: S608 - texts of this module
    "sum(n.nonfacility_amount IS NOT NULL AND o.nonfacility_amount IS NOT NULL), "
    "sum(n.facility_amount IS NOT NULL AND o.facility_amount IS NOT NULL) "
    f"FROM {_BOTH} AND n.mac = ? AND n.locality = ?"
)
_CHANGED = (
    "SELECT sum(n.nonfacility_amount <> o.nonfacility_amount), "  # noqa: S608
    "sum(n.facility_amount <> o.facility_amount) "
    f"FROM {_BOTH} AND n.mac <> ? AND n.priced AND o.priced"
)
_OF_CODES = " AND n.hcpcs IN (SELECT value FROM json_each(?))"
_PLACES = "SELECT mac, locality, work_gpci, pe_gpci, mp_gpci FROM locality WHERE release_id = ?"
_FACTOR = "SELECT factor FROM conversion_factor WHERE release_id = ? AND basis = ?"
_VALUES = (
    "SELECT hcpcs, modifier, status, work_rvu, nonfacility_pe_rvu, facility_pe_rvu, mp_rvu, "
    "facility_na, multiple_procedure "
    "FROM relative_value WHERE release_id = ?"
)
_OPPS_VALUES = (
    "SELECT hcpcs, modifier, nonfacility_pe_rvu, facility_pe_rvu, mp_rvu FROM opps_relative_value "
    "WHERE release_id = ? AND basis = ?"
)


def count_payments(
    connection: sqlite3.Connection,
    now: ReleaseBasis,
    before: ReleaseBasis,
    codes: Sequence[str] | None = None,
) -> dict[Setting, PaymentCount]:
    """Count the payments that two releases have in common, and those that differ, by setting.

    Args:
        connection: the database that has both.
        now: the later release.
        before: the earlier release.
        codes: the HCPCS codes to count; None for all.
    """
    places, places_before = (
        set(connection.execute(_PLACES, (release_basis.release_id,)))
        for release_basis in (now, before)
    )
    common = {place[:2] for place in places} & {place[:2] for place in places_before} - {NATIONAL}
    priced = _counts(connection, _PRICED_IN_BOTH, [*now, *before, *NATIONAL], codes)
    factor, factor_before = (
        connection.execute(_FACTOR, release_basis).fetchone() for release_basis in (now, before)
    )
    if places == places_before and factor == factor_before:
        # then only codes whose own numbers differ can be paid differently
        candidates = _unequal_codes(connection, now, before)
        codes = sorted(candidates if codes is None else candidates.intersection(codes))
    changed = _counts(connection, _CHANGED, [*now, *before, NATIONAL[0]], codes)
    return {
        setting: PaymentCount(compared * len(common), count)
        for setting, compared, count in zip(
            (Setting.NONFACILITY, Setting.FACILITY), priced, changed, strict=True
        )
    }


def _counts(
    connection: sqlite3.Connection, query: str, values: list[object], codes: Sequence[str] | None
) -> list[int]:
    limit = ("", []) if codes is None else (_OF_CODES, [json.dumps(list(codes))])
    return [
        count or 0
        for count in connection.execute(query + limit[0], [*values, *limit[1]]).fetchone()
    ]


def _unequal_codes(
    connection: sqlite3.Connection, now: ReleaseBasis, before: ReleaseBasis
) -> set[str]:
    """Return the codes with another number or indicator that their rates depend on."""
    values, values_before = (
        set(connection.execute(_VALUES, (release_basis.release_id,)))
        for release_basis in (now, before)
    )
    opps, opps_before = (
        set(connection.execute(_OPPS_VALUES, release_basis)) for release_basis in (now, before)
    )
    return {row[0] for row in (values ^ values_before) | (opps ^ opps_before)}
