"""The share of the fee that a practitioner other than a physician is paid.

Source: Social Security Act s. 1833(a)(1); Medicare Claims Processing Manual, chapter 12, sections
110 to 160.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from feesync.errors import InvalidInputError
from feesync.pricing.line import Adjustment, Line


class Practitioner(NamedTuple):
    """A kind of practitioner.

    Share in ten-thousandths, and the first day on which Medicare pays the kind.
    """

    name: str
    share: int
    since: date
    source: str


_EARLIEST = date.min
_MANUAL = "Claims Processing Manual ch. 12 s. "
PRACTITIONERS = {
    "physician": Practitioner("physician", 10_000, _EARLIEST, _MANUAL + "20"),
    "np": Practitioner("nurse practitioner", 8_500, _EARLIEST, _MANUAL + "120"),
    "pa": Practitioner("physician assistant", 8_500, _EARLIEST, _MANUAL + "110"),
    "cns": Practitioner("clinical nurse specialist", 8_500, _EARLIEST, _MANUAL + "120"),
    "dietitian": Practitioner(
        "registered dietitian", 8_500, _EARLIEST, "Claims Processing Manual ch. 4 s. 300"
    ),
    "midwife": Practitioner("certified nurse-midwife", 10_000, _EARLIEST, _MANUAL + "130"),
    "csw": Practitioner("clinical social worker", 7_500, _EARLIEST, _MANUAL + "150"),
    "mft": Practitioner(
        "marriage and family therapist",
        7_500,
        date(2024, 1, 1),
        "Consolidated Appropriations Act, 2023, s. 4121",
    ),
    "mhc": Practitioner(
        "mental health counselor",
        7_500,
        date(2024, 1, 1),
        "Consolidated Appropriations Act, 2023, s. 4121",
    ),
}


def check(kind: str, day: date) -> None:
    """Refuse a kind that is unknown, or that Medicare did not pay on a day.

    Raises:
        InvalidInputError: with the kinds that exist.
    """
    known = PRACTITIONERS.get(kind)
    if known is None:
        raise InvalidInputError(
            f"practitioner {kind[:40]!r} is not one of {', '.join(PRACTITIONERS)}"
        )
    if day < known.since:
        raise InvalidInputError(f"Medicare pays a {known.name} from {known.since} on, not on {day}")


def adjustments(line: Line) -> list[Adjustment]:
    """Return the share of who bills a line, nothing at 100 %.

    What AS pays at surgery is 85 % already.
    """
    known = PRACTITIONERS[line.practitioner]
    if known.share == 10_000 or "AS" in line.modifiers:
        return []
    return [
        Adjustment(
            "practitioner",
            known.share,
            f"{known.name}: {known.share // 100} % of the physician's amount",
            known.source,
        )
    ]


def is_physician(line: Line) -> bool:
    """Tell whether a physician bills a line.

    Others must accept assignment, so that there is no limiting charge.
    """
    return line.practitioner == "physician" and "AS" not in line.modifiers
