"""Small bars of text for tables: block characters, or ASCII where the output lacks them."""

from __future__ import annotations

import sys

from feesync.cli.terminal import terminal_width

_WIDTH, _NARROW = 20, 6
_WIDE_TERMINAL = 100
_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL, _LIGHT = "█", "░"


def bar(amount: int | None, longest: int, part: int | None = None) -> str:
    """Return a bar whose length shows an amount.

    The highest amount has 20 characters, or 6 on a terminal of less than 100 columns.

    Args:
        amount: what the bar shows; None or 0 has no bar.
        longest: the highest amount of the table.
        part: an amount within the bar; the bar beyond it is lighter.
    """
    if not amount or not longest:
        return ""
    width = _NARROW if (terminal_width() or _WIDE_TERMINAL) < _WIDE_TERMINAL else _WIDTH
    eighths = amount * width * 8 // longest
    whole, rest = divmod(eighths, 8)
    if part is not None and part < amount:
        dark = part * width // longest
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
