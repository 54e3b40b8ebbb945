"""The types of options that are whole numbers or seconds.

They are plain digits: 1_0, +1, 1e3 and digits of another script are refused.
"""

from __future__ import annotations

import re

import click

from feesync.model.reading import digits, excerpt

_SECONDS = r"[0-9]{1,6}(?:\.[0-9]{1,3})?"


class WholeNumber(click.ParamType[int]):
    """A whole number with a lower bound, and an upper one or none."""

    name = "integer"

    def __init__(self, least: int, most: int | None = None) -> None:
        self._least, self._most = least, most

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the number that a text means."""
        if isinstance(value, int):
            return value
        number = digits(value) if isinstance(value, str) else None
        most = self._most if self._most is not None else number
        if number is None or most is None or not self._least <= number <= most:
            bounds = (
                f"from {self._least} to {self._most}"
                if self._most is not None
                else f"of {self._least} or more"
            )
            self.fail(f"{excerpt(value)} is not a whole number {bounds}", param, ctx)
        return number


class Seconds(click.ParamType[float]):
    """Seconds, with up to three decimals."""

    name = "seconds"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the seconds that a text means."""
        if isinstance(value, int | float):
            return float(value)
        if not isinstance(value, str) or not re.fullmatch(_SECONDS, value):
            self.fail(f"{excerpt(value)} is not a number of seconds, such as 30 or 0.5", param, ctx)
        return float(value)
