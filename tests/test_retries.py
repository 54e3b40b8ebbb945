from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from feesync.cms import retries
from feesync.cms.clock import Clock, TimeUpError
from feesync.cms.retries import (
    EndingError,
    HostUnreachableError,
    Retries,
    TransientError,
    seconds_to_wait,
)
from feesync.errors import ContentRefusedError


def retry(policy, attempts):
    return policy.call(attempts, Clock(1e9, "long"))


class Attempts:
    """Fails as often as it has errors, then answers.

    Each attempt takes a while on its own clock.
    """

    def __init__(self, monkeypatch, *errors, takes=0.0):
        self.errors, self.takes, self.now, self.made = list(errors), takes, 1000.0, 0
        monkeypatch.setattr("time.monotonic", lambda: self.now)
        monkeypatch.setattr("tenacity.nap.time", self)

    def sleep(self, seconds):
        self.now += seconds

    def __call__(self):
        self.made += 1
        self.now += self.takes
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


def errors(count, retry_after=None):
    return [TransientError(f"failed {number}", retry_after) for number in range(count)]


def test_four_tries_with_growing_waits(monkeypatch):
    said: list[str] = []
    attempts = Attempts(monkeypatch, *errors(3))
    assert retry(Retries(180, said.append), attempts) == "answer"
    assert attempts.made == 4
    assert 1 + 2 + 4 <= attempts.now - 1000 <= 1 + 2 + 4 + 3
    assert [text.split(";")[0] for text in said] == ["failed 0", "failed 1", "failed 2"]

    attempts = Attempts(monkeypatch, *errors(4))
    with pytest.raises(TransientError, match="failed 3"):
        retry(Retries(180, said.append), attempts)


def test_only_what_may_be_over_soon_is_tried_again(monkeypatch):
    attempts = Attempts(monkeypatch, ContentRefusedError("no"))
    with pytest.raises(ContentRefusedError):
        retry(Retries(180, print), attempts)
    assert attempts.made == 1
    assert issubclass(HostUnreachableError, TransientError)


def test_the_server_is_given_the_time_it_asks_for(monkeypatch):
    attempts = Attempts(monkeypatch, *errors(1, retry_after=30))
    retry(Retries(180, lambda text: None), attempts)
    assert 30 <= attempts.now - 1000 <= 31


def test_a_wait_longer_than_the_budget_is_not_begun(monkeypatch):
    attempts = Attempts(monkeypatch, *errors(1, retry_after=61))
    with pytest.raises(EndingError, match="^failed 0; it asks to be left alone for 61 s$"):
        retry(Retries(180, print), attempts)
    assert (attempts.made, attempts.now) == (1, 1000)
    attempts = Attempts(monkeypatch, *errors(4, retry_after=5))
    with pytest.raises(TransientError) as raised:
        retry(Retries(180, lambda text: None), attempts)
    assert not isinstance(raised.value, EndingError)


def test_a_wait_that_the_clock_does_not_outlast_is_not_begun(monkeypatch):
    attempts = Attempts(monkeypatch, *errors(1, retry_after=30))
    with pytest.raises(TransientError, match="^failed 0$") as raised:
        Retries(180, print).call(attempts, Clock(30, "short"))
    assert not isinstance(raised.value, EndingError)  # another request has a clock of its own
    assert (attempts.made, attempts.now) == (1, 1000)
    attempts = Attempts(monkeypatch, *errors(1, retry_after=30))
    assert Retries(180, lambda text: None).call(attempts, Clock(32, "short")) == "answer"


def test_what_a_clock_ended_is_not_tried_again_and_counts_towards_the_deadline(monkeypatch):
    policy = Retries(100, print)
    for left, ends_the_run in ((40, False), (0, False), (0, True)):
        attempts = Attempts(monkeypatch, TimeUpError("in vain"), takes=60)
        with pytest.raises(TimeUpError, match="^in vain") as raised:
            retry(policy, attempts)
        assert (attempts.made, policy.remainder, policy.is_spent) == (1, left, left == 0)
        assert isinstance(raised.value, EndingError) == ends_the_run


def test_the_last_retry_of_a_request_begins_within_a_minute_of_its_first_failure(monkeypatch):
    attempts = Attempts(monkeypatch, *errors(4), takes=30)
    with pytest.raises(TransientError, match="failed 2"):
        retry(Retries(180, lambda text: None), attempts)
    assert attempts.now - 1000 <= 30 + retries.REQUEST_SECONDS + 30


def test_the_retries_of_a_run_take_no_longer_than_its_deadline(monkeypatch):
    policy, made, waited = Retries(20, lambda text: None), [], 0.0
    # every wait is a second or longer: 19 requests that wait leave no more than one second of 20
    for _ in range(20):
        attempts = Attempts(monkeypatch, *errors(4))
        with pytest.raises(TransientError):
            retry(policy, attempts)
        made.append(attempts.made)
        waited += attempts.now - 1000
    assert made[:2] == [4, 4]
    assert made[-1] == 1
    assert waited <= 20
    attempts = Attempts(monkeypatch)
    assert retry(policy, attempts) == "answer"


def test_no_retries_at_all(monkeypatch):
    attempts = Attempts(monkeypatch, *errors(1))
    with pytest.raises(TransientError):
        retry(Retries(0, print), attempts)
    assert attempts.made == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("", None), ("7", 7), (" 120 ", 120), ("soon", None), ("-5", None),
     ("1.5", None), ("٣", None), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("9" * 400, 999_999_999),
     ("Thu, 01 Jan 2030 00:00:00 +" + "9" * 30, None),
     ("Thu, 01 Jan " + "9" * 30 + " 00:00:00 GMT", None)],
)  # fmt: skip
def test_what_retry_after_asks_for(header, seconds):
    assert seconds_to_wait(header) == seconds


def test_retry_after_as_a_date():
    later = datetime.now(UTC) + timedelta(seconds=90)
    assert 85 <= seconds_to_wait(format_datetime(later, usegmt=True)) <= 90
    assert 85 <= seconds_to_wait(format_datetime(later.replace(tzinfo=None))) <= 90
