from itertools import permutations

import pytest

from feesync.errors import ContentRefusedError, ExitStatus, FeesyncError, of_line, worst

ORDER = [1, 4, 3, 5, 6, 0]


@pytest.mark.parametrize("pair", [*permutations(ORDER, 2)])
def test_the_worst_of_several_is_the_first_of_one_order(pair):
    assert worst(map(ExitStatus, pair)) == min(pair, key=ORDER.index)


def test_the_worst_of_none_and_of_all():
    assert worst(()) == ExitStatus.OK
    assert worst(map(ExitStatus, ORDER)) == ExitStatus.UNEXPECTED
    assert worst((ExitStatus.STALE, ExitStatus.OK)) == ExitStatus.STALE
    assert worst((ExitStatus.UNEXPECTED, ExitStatus.STALE)) == ExitStatus.UNEXPECTED


def test_the_first_mark_of_a_line_stays():
    with pytest.raises(FeesyncError) as error, of_line(3), of_line(2):
        raise FeesyncError("x")
    assert (error.value.claim_line, str(error.value)) == (2, "x")
    assert FeesyncError("x").claim_line is None


def test_the_line_of_a_file_is_not_that_of_a_claim():
    with pytest.raises(ContentRefusedError) as error, of_line(2):
        raise ContentRefusedError("x", file="a.csv", line=7)
    assert (error.value.line, error.value.claim_line) == (7, 2)
