"""The type of options that are one of a few words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click


class Word(click.Choice[str]):
    """One of a few words, which people may write in another way."""

    def __init__(self, choices: Sequence[str], read: Callable[[str], str]) -> None:
        """Take the words, and what finds the word that a text means."""
        super().__init__(choices)
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - Click's
        """Return the word that a text means."""
        return value if value in self.choices else self._read(value)
