"""Cells of csv text that no spreadsheet runs as a formula.

No name that feesync loads begins as a formula. The names of a user's files may, and so may names
that feesync 0.4 and before loaded.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"\s*(?:[=@]|[+-](?![0-9.,]+\Z))|[\t\r\n]")
"""The beginning of a text that a spreadsheet runs as a formula; a number with a sign is none."""


def inert(value: object) -> object:
    """Return a cell that no spreadsheet runs: a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
