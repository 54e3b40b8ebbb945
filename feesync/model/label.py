"""Release labels: CMS names a release by year and quarter, such as `RVU25D`.

The letters are A for January, B for April, C for July, D for October; `AR` is a re-issued January.
Out of scope: which labels CMS has published, and their dates of effect (reference.catalogue).
"""

from __future__ import annotations

import re

from feesync.errors import InvalidInputError
from feesync.model.reading import excerpt

FIRST_QP_YEAR = 2026
"""The first year with two conversion factors: qualifying APM participants (qp) have their own."""

FIRST_YEAR = 2015
"""The first year whose files feesync reads; those of 2014 and before have other layouts."""

_LABEL = r"(?ia)rvu([0-9]{2})([a-d])(r?[0-9]?)(?![a-z0-9])"


def parse_label(text: str) -> str:
    """Return a label in capitals and in full: `rvu25d` and `25D` are `RVU25D`.

    Raises:
        InvalidInputError: the text is no release label.
    """
    stripped = text.strip() if isinstance(text, str) else ""
    match = re.fullmatch(_LABEL, stripped) or re.fullmatch(_LABEL, "rvu" + stripped)
    if not match:
        raise InvalidInputError(
            f"{excerpt(text)} is not a release label; labels look like RVU25D or RVU24AR"
        )
    return match[0].upper()


def label_in(name: str) -> str | None:
    """Return the first label in a file name or address, or None where there is none."""
    match = re.search(_LABEL, name)
    return match[0].upper() if match else None


def label_year(label: str) -> int:
    """Return the calendar year of a label."""
    return 2000 + int(label[3:5])
