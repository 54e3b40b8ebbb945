"""Bars of text as the output draws them: their width, and block characters where it has them."""

from __future__ import annotations

import sys

from feesync.cli.terminal import terminal_width
from feesync.text.bar import CHARACTERS, NARROW, WIDTH, Bar

_WIDE_TERMINAL = 100


def bar_text(bar: Bar) -> str:
    """Return a bar as text.

    The highest amount has 20 characters, or 6 on a terminal of less than 100 columns.
    """
    width = NARROW if (terminal_width() or _WIDE_TERMINAL) < _WIDE_TERMINAL else WIDTH
    return bar.text(width, has_blocks=_has_blocks())


def _has_blocks() -> bool:
    try:
        CHARACTERS.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
