"""CMS's own capped payments against the computed rates; any difference refuses the release."""

from __future__ import annotations

import sqlite3

from feesync.errors import ContentRefusedError
from feesync.formats.opps_cap import OppsCap, OppsCapFile
from feesync.model.money import dollars


def compare(connection: sqlite3.Connection, label: str, file: OppsCapFile) -> list[str]:
    """Compare every payment of an OPPSCAP file with the view, in both settings.

    Args:
        connection: a database in which the release is current.
        label: the release.
        file: the parsed file.

    Returns:
        What was compared and what could not be, in words: CMS names some localities under another
        MAC, and sets no relative values for contractor-priced codes (status C).

    Raises:
        ContentRefusedError: an amount differs, or its code is not in the relative value file.
    """
    rates: dict[tuple[str, ...], tuple[int, int]] = {}
    for hcpcs, modifier in {(row.hcpcs, row.modifier) for row in file.rows if row.status == "A"}:
        rows = connection.execute(
            "SELECT mac, locality, facility_capped_fee, nonfacility_capped_fee FROM rate_cents "
            "WHERE release = ? AND basis = ? AND hcpcs = ? AND modifier = ?",
            (label, file.basis, hcpcs, modifier),
        ).fetchall()
        if not rows:
            raise ContentRefusedError(
                f"{hcpcs} {modifier}".strip() + " is not in the relative value file", file=file.name
            )
        rates.update(
            {
                (hcpcs, modifier, mac, locality): (facility, other)
                for mac, locality, facility, other in rows
            }
        )
    equal = elsewhere = 0
    for row in file.rows:
        if row.status != "A":
            continue
        rate = rates.get((row.hcpcs, row.modifier, row.mac, row.locality))
        if rate is None:
            elsewhere += 1
        elif rate == (row.facility_price, row.nonfacility_price):
            equal += 1
        else:
            raise ContentRefusedError(_difference(row, rate), file=file.name)
    notes = [f"{equal:,} caps equal"]
    if elsewhere:
        notes.append(f"{elsewhere:,} caps name a locality that the GPCI file lacks")
    contractor_priced = len(file.rows) - equal - elsewhere
    return notes + (
        [f"{contractor_priced:,} caps are contractor-priced"] if contractor_priced else []
    )


def _difference(row: OppsCap, rate: tuple[int, int]) -> str:
    return (
        f"{row.hcpcs} {row.modifier} in {row.mac}-{row.locality}: CMS prints facility "
        f"{dollars(row.facility_price)} and "
        f"nonfacility {dollars(row.nonfacility_price)}, its own relative values give "
        f"{dollars(rate[0])} and {dollars(rate[1])}"
    )
