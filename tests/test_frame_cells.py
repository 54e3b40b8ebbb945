"""Arguments as tables of pandas and numpy have them: their integers, dates and empty cells."""

import datetime
from decimal import Decimal
from typing import Any

import numpy
import pandas
import pytest

import feesync as fs
from feesync import InvalidInputError
from feesync.model.reading import index, value_or_none, whole_or_none

D = Decimal
DAY = "2025-11-03"
EMPTY: tuple[Any, ...] = (None, float("nan"), numpy.float64("nan"), numpy.float32("nan"),
                          pandas.NaT, pandas.NA)  # fmt: skip
estimate: Any = fs.estimate


def allowed(**more):
    return estimate("64493", locality="national", **{"date": DAY, **more}).allowed


@pytest.mark.parametrize("empty", EMPTY, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize(
    "name",
    ["charge", "deductible", "percent", "of_year", "conversion_factor", "pos", "postop_days",
     "purpose", "modifiers"],
)  # fmt: skip
def test_an_empty_cell_is_nothing(name, empty):
    assert allowed(**{name: empty}) == D("172.08")  # CMS


@pytest.mark.parametrize("empty", EMPTY, ids=lambda value: type(value).__name__)
def test_empty_cells_of_a_line(empty):
    line = {"hcpcs": "64493", "modifiers": empty, "units": empty, "charge": empty,
            "postop_days": empty}  # fmt: skip
    claim = fs.estimate_claim([line], locality="national", date=DAY)
    assert (claim.allowed, claim.lines[0].units) == (D("172.08"), 1)
    both = {"hcpcs": "64493", "modifiers": ["50", empty]}
    assert fs.estimate_claim([both], locality="national", date=DAY).allowed == D("258.12")


def test_a_frame_of_lines():
    frame = pandas.DataFrame(
        {"hcpcs": ["64493", "64494"], "modifiers": ["50", None], "units": [1, None],
         "charge": [D("200.00"), None]}
    )  # fmt: skip
    claim = fs.estimate_claim(frame.to_dict("records"), locality="national", date=DAY)
    assert frame["units"].dtype == float
    # 172.08 x 1.5 = 258.12, and the charge is lower; CMS: 87.98
    assert [line.allowed for line in claim.lines] == [D("200.00"), D("87.98")]


@pytest.mark.parametrize(
    "day",
    [
        pandas.Timestamp("2025-11-03 14:30"),
        pandas.Timestamp("2025-11-03", tz="US/Pacific"),
        numpy.datetime64("2025-11-03"),
        numpy.datetime64("2025-11-03T14:30:00.123456789"),
        datetime.datetime(2025, 11, 3, 14, 30),
        datetime.date(2025, 11, 3),
    ],
)
def test_dates_of_pandas_and_numpy(day):
    answer = estimate("64493", locality="national", date=day)
    assert (answer.date, type(answer.date)) == (datetime.date(2025, 11, 3), datetime.date)
    assert fs.rates("64493", locality="AL", date=day).rows()[0]["date"] == DAY


@pytest.mark.parametrize("empty", [pandas.NaT, numpy.datetime64("NaT"), float("nan"), pandas.NA])
def test_an_empty_date_is_no_date(empty):
    """None is today; an empty cell of a table is a date that is missing."""
    with pytest.raises(InvalidInputError, match="neither a date nor YYYY-MM-DD"):
        allowed(date=empty)


def test_integers_and_decimals():
    assert allowed(units=D("1"), pos=D(11), charge=numpy.int64(100)) == D("100.00")
    assert allowed(pos=24.0) == D("88.31")  # CMS, facility
    assert allowed(pos=numpy.float64(11)) == D("172.08")
    assert allowed(of_year=2025.0) == D("172.08")
    for wrong in (1.5, D("1.5"), D("NaN"), D("1e999999"), D("Infinity"), D("sNaN")):
        with pytest.raises(InvalidInputError, match="units .* is not a whole number"):
            allowed(units=wrong)
    for wrong in (1.5, D("11.5"), float("inf")):
        with pytest.raises(InvalidInputError):
            allowed(pos=wrong)


@pytest.mark.parametrize("name", ["charge", "deductible"])
@pytest.mark.parametrize("money", [99.5, 100.0, numpy.float64(99.5), numpy.float32(99.5)])
def test_a_float_is_no_money(name, money):
    with pytest.raises(InvalidInputError) as caught:
        allowed(**{name: money})
    text = "is a float; give dollars as Decimal, int or text, so that no cent is guessed"
    assert str(caught.value).endswith(text)


def test_what_cells_mean():
    assert [value_or_none(value) for value in EMPTY] == [None] * len(EMPTY)
    kept: tuple[Any, ...] = ("", "x", 0, 1.5, D("1.5"), [], False)
    assert [value_or_none(value) for value in kept] == list(kept)
    assert [whole_or_none(value) for value in (2.0, numpy.float64(2), 2.5, "2", None)] == [
        2, 2, 2.5, "2", None,
    ]  # fmt: skip
    assert [index(D(text)) for text in ("2", "2.00", "2.5", "1e19", "1e20", "NaN")] == [
        2, 2, None, 10**19, None, None,
    ]  # fmt: skip
