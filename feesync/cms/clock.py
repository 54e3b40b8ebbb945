"""The wall clock of a request, which ends the request however slowly a server sends.

The timeout of a socket begins anew with each byte, so that a server which sends a byte now and then
never runs into it. A clock is set once for a request, and all its tries, redirects and waits run on
it. Out of scope: how a request is broken off (exchange), and when it is tried again (retries).
"""

from __future__ import annotations

import time

from feesync.errors import UnreachableError


class TimeUpError(UnreachableError):
    """A request was not over when its clock ended.

    It is not tried again. What has come of a zip is kept, to be resumed.
    """


class Clock:
    """A wall clock, which runs from when it is made.

    Args:
        seconds: how long it runs.
        limit: why no longer, for messages, such as `the most that a page may take`.
    """

    def __init__(self, seconds: float, limit: str) -> None:
        self._seconds, self._limit = seconds, limit
        self._end = time.monotonic() + seconds

    def remainder(self) -> float:
        """Return the seconds until the clock ends, 0 where it has ended."""
        return max(0.0, self._end - time.monotonic())

    def within(self, other: Clock) -> Clock:
        """Return the clock that ends first, this one or the other."""
        return self if self._end <= other._end else other

    def __str__(self) -> str:
        """Return how long it runs, and why no longer."""
        minutes = self._seconds / 60
        span = (
            f"{minutes:.0f} minutes"
            if minutes > 1 and minutes.is_integer()
            else f"{self._seconds:.3g} s"
        )
        return f"{span}, {self._limit}"
