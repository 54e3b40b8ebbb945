"""Which lines of a day change each other's price.

The other lines of a claim are priced as they are alone. How lines that do are ranked and reduced is
decided in `multiple`, which of them are sides of one procedure in `units`, and which are shares of
one operation in `procedures`. Source: CMS record layout of the relative value file, Multiple
Procedure (Modifier 51) and Diagnostic Imaging Family Indicator.
"""

from __future__ import annotations

from collections.abc import Sequence

from feesync.model.note import Note
from feesync.model.rate import Indicators
from feesync.pricing.modifiers import ASSISTANTS, RETURN
from feesync.pricing.technical import has_technical_part

SURGERY, ENDOSCOPY, IMAGING, THERAPY, CARDIOVASCULAR, OPHTHALMOLOGY = "234567"
"""Multiple procedure indicators whose rules apply."""

Pool = tuple[str, str]

RANKINGS = {
    SURGERY: "surgery",
    ENDOSCOPY: "surgery",
    IMAGING: "imaging",
    THERAPY: "therapy",
    CARDIOVASCULAR: "cardiovascular",
    OPHTHALMOLOGY: "ophthalmology",
}
"""What lines are ranked among, by indicator; families of endoscopies rank with other surgery."""

_ACROSS_GROUPS = (IMAGING, THERAPY)
"""The indicators whose rules also count services of others in the practitioner's group."""


def pool(indicators: Indicators, modifiers: Sequence[str]) -> Pool | None:
    """Return the pool of a line, or None where it has none.

    Lines of a day in the same pool are reduced together. A return to the operating room (78) is not
    ranked. Assistants at surgery rank among themselves, apart from operations of the same
    practitioner.
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


def reaches_across(pool: Pool | None) -> bool:
    """Tell whether services of other practitioners of the group are in the pool too."""
    return pool is not None and pool[0] in _ACROSS_GROUPS


def group_notes(pool: Pool | None) -> list[Note]:
    """Return the note that services of the practitioner's group count too."""
    if pool is None or not reaches_across(pool):
        return []
    text = (
        f"The reduction of several {RANKINGS[pool[0]]} services of a day also reaches across the "
        "practitioners of one group, whose other claims are not seen here."
    )
    return [Note.info("group-practice", text, "CY 2011 and CY 2012 PFS final rules")]
