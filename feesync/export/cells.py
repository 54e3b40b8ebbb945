"""Cells of csv text that stay text: a spreadsheet runs what begins as a formula.

No name that is loaded begins so; file names that a person gives may, and names that feesync 0.4 and
before took as they were.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"\s*(?:[=@]|[+-](?![0-9.,]+\Z))|[\t\r\n]")
"""How a text begins that a spreadsheet takes for a formula; a number with its sign is none."""


def inert(value: object) -> object:
    """Return a cell that no spreadsheet runs.

    A text that begins as a formula stands behind an apostrophe.
    """
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
