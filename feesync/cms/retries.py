"""When a request is tried again: the policy, made of tenacity's parts and three of our own.

A request has four tries. Waits between them grow exponentially, with jitter, and are never shorter
than the `Retry-After` that CMS sent. A wait does not begin where the retries of the request would
then take more than a minute or outlast its clock, or those of the whole run its deadline. A request
that its clock has ended is not tried again; its time counts towards the deadline as retries do.
Once the deadline is spent, the next request that its clock ends also ends the run.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)
from tenacity.stop import stop_base
from tenacity.wait import wait_base

from feesync.cms.clock import Clock, TimeUpError
from feesync.errors import UnreachableError

TRIES = 4
REQUEST_SECONDS = 60.0
RUN_SECONDS = 180.0
_LONGEST_WAIT = 20

_T = TypeVar("_T")


class TransientError(UnreachableError):
    """A request failed in a way that may be over soon.

    Attributes:
        retry_after: seconds that CMS asks to wait, or None.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class EndingError(UnreachableError):
    """A request failed in a way that every other request of the run would fail too."""


class HostUnreachableError(TransientError, EndingError):
    """No connection to the host could be made at all."""


class PostponedError(TransientError, EndingError):
    """CMS asks for a longer wait than the run may make."""


class DeadlineSpentError(TimeUpError, EndingError):
    """A clock ended a request after earlier requests had spent the run's deadline."""


def seconds_to_wait(header: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for, as a number or by a date.

    None where there is no such header, or it cannot be read.
    """
    if not header:
        return None
    if header.strip().isascii() and header.strip().isdigit():
        return float(header.strip()[:9])
    try:
        until = parsedate_to_datetime(header)
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return max(0.0, (until - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


class wait_as_asked(wait_base):  # noqa: N801 - named as tenacity names its policies
    """Wait as long as another policy says, but no shorter than the server asked for."""

    def __init__(self, otherwise: wait_base) -> None:
        self.otherwise = otherwise

    def __call__(self, retry_state: RetryCallState) -> float:
        """Return the seconds to wait."""
        error = retry_state.outcome.exception() if retry_state.outcome else None
        request = error.retry_after if isinstance(error, TransientError) else None
        wait = self.otherwise(retry_state)
        return wait if request is None else max(wait, request + random.random())


class stop_when_spent(stop_base):  # noqa: N801
    """Stop before retries take longer than a request, or the run, may spend on them.

    Their time is counted from the first failure on.
    """

    def __init__(self, run_seconds: float) -> None:
        self.remainder: float = run_seconds
        self.is_spent: bool = False
        self._first_failure = 0.0

    def __call__(self, retry_state: RetryCallState) -> bool:
        """Tell whether to give up."""
        now = time.monotonic()
        if retry_state.attempt_number == 1:
            self._first_failure = now
        return now - self._first_failure + retry_state.upcoming_sleep >= min(
            REQUEST_SECONDS, self.remainder
        )

    def settle(self, attempts: int) -> None:
        """Subtract the time that the request which has just ended spent on retries."""
        if attempts > 1:
            self.spend(time.monotonic() - self._first_failure)

    def spend(self, seconds: float) -> None:
        """Subtract seconds that were spent on a failure."""
        self.remainder = max(0.0, self.remainder - seconds)
        self.is_spent = not self.remainder


class stop_by_clock(stop_base):  # noqa: N801
    """Stop before a wait that would outlast the clock of the request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self, retry_state: RetryCallState) -> bool:
        """Tell whether to give up."""
        return retry_state.upcoming_sleep >= self._clock.remainder()


class Retries:
    """The retries of one run."""

    def __init__(self, run_seconds: float, say: Callable[[str], None]) -> None:
        self._budget = stop_when_spent(run_seconds)
        self._say = say

    @property
    def remainder(self) -> float:
        """The seconds that the run may still spend on requests that fail."""
        return self._budget.remainder

    @property
    def is_spent(self) -> bool:
        """Whether requests have failed for as long as the run allows."""
        return self._budget.is_spent

    def call(self, attempt: Callable[[], _T], clock: Clock) -> _T:
        """Return what an attempt returns; try again after a TransientError as the policy allows.

        Args:
            attempt: one try.
            clock: the clock of the request, on which every try runs.

        Raises:
            PostponedError: CMS asks for a longer wait than the run may make.
            TransientError: the last one, where all tries failed.
            TimeUpError: the clock ended a try (DeadlineSpentError where the run's deadline had been
                spent).
        """
        start, was_spent = time.monotonic(), self._budget.is_spent
        policy = Retrying(
            retry=retry_if_exception_type(TransientError),
            wait=wait_as_asked(wait_exponential_jitter(max=_LONGEST_WAIT)),
            stop=stop_after_attempt(TRIES) | self._budget | stop_by_clock(clock),
            before_sleep=self._before_sleep,
            reraise=True,
        )
        try:
            result = policy(attempt)
        except TimeUpError as error:
            self._budget.spend(time.monotonic() - start)
            if was_spent:
                raise DeadlineSpentError(
                    f"{error}; failures have spent the run's deadline, and no more is asked for"
                ) from error
            raise
        except TransientError as error:
            wait, most = error.retry_after, min(REQUEST_SECONDS, self._budget.remainder)
            self._settle(policy)
            if wait and wait >= most:
                raise PostponedError(
                    f"{error}; it asks to be left alone for {wait:,.0f} s", wait
                ) from error
            raise
        self._settle(policy)
        return result

    def _settle(self, policy: Retrying) -> None:
        self._budget.settle(policy.statistics.get("attempt_number", 1))

    def _before_sleep(self, retry_state: RetryCallState) -> None:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        self._say(f"{error}; trying again in {retry_state.upcoming_sleep:.0f} s")
