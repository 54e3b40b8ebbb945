"""A process that loads and supersedes releases while others read: run as a program."""

import sys
import time
from itertools import count
from pathlib import Path

import pytest
import small
from cms_files import quarter
from test_state import revised, switch

from feesync.datasets.rvu.checks import suite
from feesync.datasets.rvu.load import load
from feesync.formats.release import from_zip

ENOUGH = 4
"""How many times others are to have read while a revision was made current, at least."""


def change(database: Path, until: Path) -> int:
    """Load RVU25C and another RVU25D, then make one RVU25D current after the other.

    Return how many times that was; it ends when the file `until` is there. After ENOUGH times it
    makes the file `enough` beside that.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(suite, "OF_ITSELF", small.checks())
        load(database, from_zip(quarter("C"), "rvu25c.zip"))
        load(database, revised(), allow_change=True)
    editions = (1, 3)
    for number in count():
        if number == ENOUGH:
            until.with_name("enough").touch()
        if until.exists():
            return number
        current = editions[number % 2]
        switch(database, current, editions[1 - number % 2])
        time.sleep(0.02)
    raise AssertionError


if __name__ == "__main__":
    print(change(Path(sys.argv[1]), Path(sys.argv[2])))
