from itertools import permutations

import pytest

from feesync.errors import ExitStatus, worst

ORDER = [1, 4, 3, 5, 6, 0]


@pytest.mark.parametrize("pair", [*permutations(ORDER, 2)])
def test_the_worst_of_several_is_the_first_of_one_order(pair):
    assert worst(map(ExitStatus, pair)) == min(pair, key=ORDER.index)


def test_the_worst_of_none_and_of_all():
    assert worst(()) == ExitStatus.OK
    assert worst(map(ExitStatus, ORDER)) == ExitStatus.UNEXPECTED
    assert worst((ExitStatus.STALE, ExitStatus.OK)) == ExitStatus.STALE
    assert worst((ExitStatus.UNEXPECTED, ExitStatus.STALE)) == ExitStatus.UNEXPECTED
