"""The few texts that answers repeat, by number: reasons, states, steps and labels."""

from __future__ import annotations

from feesync.batch.reasons import Reason, Status


class Texts:
    """Texts by number, from 0 in the order in which they first come.

    Reasons and states come first, in their order.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._ids: dict[str, int] = {}
        for text in (*Reason, *Status):
            self.id_of(text.value)

    def id_of(self, text: str) -> int:
        """Return the number of a text."""
        plain = str.__str__(text)
        number = self._ids.get(plain)
        if number is None:
            number = self._ids[plain] = len(self.texts)
            self.texts.append(plain)
        return number
