"""Small bars of text for tables: block characters, or ASCII where the output lacks them."""

from __future__ import annotations

from typing import NamedTuple

WIDTH, NARROW = 20, 6
"""The characters of the highest amount, and where there is little room."""

_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL, _LIGHT = "█", "░"
CHARACTERS = f"{_FULL}{_LIGHT}{_EIGHTHS}"
"""The characters of a bar, which an output may lack."""


class Bar(NamedTuple):
    """A bar whose length shows an amount.

    Attributes:
        amount: what the bar shows; None or 0 has no bar.
        longest: the highest amount of the table.
        part: an amount within the bar; the bar beyond it is lighter.
    """

    amount: int | None
    longest: int
    part: int | None = None

    def text(self, width: int, *, has_blocks: bool) -> str:
        """Return the bar as text.

        Args:
            width: the characters of the highest amount.
            has_blocks: whether the output has block characters.
        """
        amount, longest, part = self
        if not amount or not longest:
            return ""
        eighths = amount * width * 8 // longest
        whole, rest = divmod(eighths, 8)
        if part is not None and part < amount:
            dark = part * width // longest
            full, light = (_FULL, _LIGHT) if has_blocks else ("#", "-")
            return full * dark + light * max(whole - dark, 0)
        if not has_blocks:
            return "#" * whole
        return _FULL * whole + _EIGHTHS[rest].strip()

    def __str__(self) -> str:
        return self.text(WIDTH, has_blocks=True)
