from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feesync.model import money


@given(st.integers(0, 10**18), st.integers(1, 10**12))
def test_half_up_is_decimals_half_up(numerator, denominator):
    with localcontext() as context:
        context.prec = 60
        expected = int(
            (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), ROUND_HALF_UP)
        )
    assert money.half_up(numerator, denominator) == expected


@pytest.mark.parametrize(
    ("numerator", "denominator", "whole"),
    [(5, 10, 1), (15, 10, 2), (25, 10, 3), (4, 10, 0), (1, 3, 0), (2, 3, 1), (0, 7, 0)],
)
def test_half_up_takes_ties_up(numerator, denominator, whole):
    assert money.half_up(numerator, denominator) == whole


@given(st.integers(0, 10**9), st.integers(0, 40_000))
def test_scaled_is_the_product_rounded_half_up(cents, factor):
    expected = (Decimal(cents) * Decimal(factor) / 10_000).quantize(Decimal(1), ROUND_HALF_UP)
    assert money.scaled(cents, factor) == int(expected)


@given(st.integers(0, 10**9))
def test_dollars_have_two_places_whatever_the_callers_context(cents):
    with localcontext() as context:
        context.prec = 2
        amount = money.dollars(cents)
    assert (amount.as_tuple().exponent, int(amount * 100)) == (-2, cents)
    assert money.cents(amount) == cents


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("250", 25_000),
        ("250.5", 25_050),
        ("$1,250.00", 125_000),
        ("1,234,567", 123_456_700),
        (" 0.07 ", 7),
        (3, 300),
        (Decimal("1.20"), 120),
    ],
)
def test_cents_of_what_people_write(text, cents):
    assert money.cents(text) == cents


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "abc",
        "1.005",
        "-1",
        "NaN",
        "inf",
        "1e30",
        2.5,
        None,
        Decimal("0.001"),
        "10000001",
        "2,50",
        "12,34,567",
        "1_0",
        "1e2",
        "$",
        "--1",
    ],
)
def test_cents_refuses_what_is_no_exact_amount(bad):
    with pytest.raises(ValueError, match="."):
        money.cents(bad)


def test_factors_print_as_people_write_them():
    assert [
        str(money.decimal_factor(factor)) for factor in (15_000, 20_000, 9_500, 100_000, 6_250)
    ] == [
        "1.5",
        "2",
        "0.95",
        "10",
        "0.625",
    ]


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [
        (200, 205, "2.50"),
        (200, 195, "-2.50"),
        (17208, 17208, "0.00"),
        (16_000, 16_001, "0.01"),
        (16_000, 15_999, "-0.01"),
        (1, 3, "200.00"),
    ],
)
def test_percent_change(before, after, percent):
    found = money.percent_change(before, after)
    assert str(found) == percent
    assert found == (Decimal(after - before) * 100 / before).quantize(
        Decimal("0.01"), ROUND_HALF_UP
    )
