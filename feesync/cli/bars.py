"""Small bars of text for tables.

Block characters where the output can hold them, ASCII where it cannot.
"""

from __future__ import annotations

import sys

_WIDTH = 20
_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL, _LIGHT = "█", "░"


def bar(amount: int | None, longest: int, part: int | None = None) -> str:
    """Return a bar from zero to an amount, where the longest amount is 20 characters.

    Nothing for no amount.

    Args:
        amount: what the bar shows.
        longest: the highest amount of the table.
        part: an amount within the bar; what is beyond it is shown lighter.
    """
    if not amount or not longest:
        return ""
    eighths = amount * _WIDTH * 8 // longest
    whole, rest = divmod(eighths, 8)
    if part is not None and part < amount:
        dark = part * _WIDTH // longest
        full, light = (_FULL, _LIGHT) if _has_blocks() else ("#", "-")
        return full * dark + light * max(whole - dark, 0)
    if not _has_blocks():
        return "#" * whole
    return _FULL * whole + _EIGHTHS[rest].strip()


def _has_blocks() -> bool:
    try:
        f"{_FULL}{_LIGHT}{_EIGHTHS}".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
