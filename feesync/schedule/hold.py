"""A block of code that answers from one state of the database.

What other processes load meanwhile is seen after the block. Out of scope: noticing a change
(store.live).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from types import TracebackType

from feesync.store.live import LiveDatabase
from feesync.store.schema import store_error


class Hold:
    """The context of such a block; blocks inside it answer from the same state."""

    def __init__(self, live: LiveDatabase, forget: Callable[[], None]) -> None:
        """Make a context.

        Args:
            live: the database.
            forget: drops what is remembered of an earlier state.
        """
        self._live, self._forget = live, forget
        self.depth: int = 0
        """How many blocks are running, one inside the other."""

    def __enter__(self) -> None:
        """Begin to read the database as it is now.

        Raises:
            StoreError: it cannot be read, or is damaged.
        """
        if not self.depth:
            changed = True
            try:
                changed = self._live.begin()
            except (sqlite3.Error, UnicodeDecodeError) as error:
                self._fail(error)
            finally:
                if changed:
                    self._forget()
        self.depth += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the block.

        Raises:
            StoreError: the block could not read the database, or it is damaged.
        """
        self.depth -= 1
        if self.depth:
            return
        try:
            self._live.end()
        except sqlite3.Error as failed:
            error = failed
        if isinstance(error, sqlite3.Error | UnicodeDecodeError):
            self._fail(error)

    def _fail(self, error: sqlite3.Error | UnicodeDecodeError) -> None:
        self._live.forget()
        self._forget()
        raise store_error(self._live.path, error) from error
