"""What touches what: which lines of a day change each other's price.

Lines of a claim that touch no other are priced as they are alone. How those that do are ranked and
reduced is for `multiple`, which of them are sides of one procedure for `units`, and shares of one
operation for `procedures`.

Source: CMS record layout of the relative value file, Multiple Procedure (Modifier 51) and
Diagnostic Imaging Family Indicator.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from feesync.model.note import Note
from feesync.model.rate import Indicators
from feesync.pricing.modifiers import ASSISTANTS, RETURN
from feesync.pricing.technical import has_technical_part

if TYPE_CHECKING:
    from feesync.pricing.entry import Entry

SURGERY, ENDOSCOPY, IMAGING, THERAPY, CARDIOVASCULAR, OPHTHALMOLOGY = "234567"
"""Multiple procedure indicators whose rules apply."""

Pool = tuple[str, str]

_OF_GROUP = {IMAGING: "imaging", THERAPY: "therapy"}


def pool(indicators: Indicators, modifiers: Sequence[str]) -> Pool | None:
    """Return the pool of a line, None where it has none.

    Lines of a day with the same pool are reduced beside each other.

    A return to the operating room (78) is outside the ranking; assistants at surgery rank among
    themselves, apart from the operations of the same practitioner.
    """
    indicator = indicators.multiple_procedure
    if indicator in (SURGERY, ENDOSCOPY):
        if RETURN in modifiers:
            return None
        return SURGERY, "assistants" if ASSISTANTS.intersection(modifiers) else ""
    if indicator == IMAGING:
        return IMAGING, indicators.imaging_family
    if indicator == THERAPY or (
        indicator in (CARDIOVASCULAR, OPHTHALMOLOGY) and has_technical_part(indicators)
    ):
        return indicator, ""
    return None


def touching(entries: Sequence[Entry]) -> list[Entry]:
    """Return those of the priced lines of a day that touch another.

    They share a pool, or are of one code: sides, units or shares of one procedure.
    """
    if len(entries) < 2:
        return []
    pools = Counter(entry.program.pool for entry in entries if entry.program.pool)
    codes = Counter(entry.line.hcpcs for entry in entries)
    return [
        entry
        for entry in entries
        if codes[entry.line.hcpcs] > 1 or (entry.program.pool and pools[entry.program.pool] > 1)
    ]


def group_notes(pool: Pool | None) -> list[Note]:
    """Say of what is paid in full that services of others of the same group count too."""
    what = _OF_GROUP.get(pool[0]) if pool else None
    if what is None:
        return []
    text = (
        f"The reduction of several {what} services of a day also reaches across the "
        "practitioners of one group, whose other claims are not seen here."
    )
    return [Note.info("group-practice", text, "CY 2011 and CY 2012 PFS final rules")]
