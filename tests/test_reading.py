"""How an error shows a value: briefly, and at little cost however large the value is."""

import time
from collections import OrderedDict, deque
from decimal import Decimal

import pytest

from feesync.model.rate import Setting
from feesync.model.reading import excerpt


class Text(str):
    """A text of another class."""

    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [
        *("64493", "it's", "", b"50", 5, -7, 1.5, None, True, Setting.FACILITY),
        *(["50", "RT"], ("50",), (), {"b": 1, "a": [2]}, {3}, frozenset({4}), Text("RT")),
    ],
)
def test_a_short_value_is_its_repr(value):
    assert excerpt(value) == repr(value).replace("{'b': 1, 'a': [2]}", "{'a': [2], 'b': 1}")


@pytest.mark.parametrize("length", [57, 58, 59, 60, 61, 100])
@pytest.mark.parametrize("kind", [str, Text])
def test_a_long_text_is_its_beginning(kind, length):
    text = "".join(chr(ord("a") + number % 26) for number in range(length))
    whole = repr(text)
    assert excerpt(kind(text)) == (whole if len(whole) <= 60 else whole[:57] + "...")


@pytest.mark.parametrize(
    "build",
    [
        lambda: "\x00" * 20_000_000,
        lambda: Text("\x00" * 20_000_000),
        lambda: b"\x00" * 20_000_000,
        lambda: bytearray(20_000_000),
        lambda: ["\x00" * 20_000_000],
        lambda: {"a": ("\x00" * 20_000_000,)},
        lambda: [0] * 5_000_000,
        lambda: (1,) * 5_000_000,
        lambda: deque([0]) * 5_000_000,
        lambda: set(range(500_000)),
        lambda: OrderedDict.fromkeys(range(500_000)),
        lambda: [[[[0] * 5_000_000]]],
    ],
)
def test_a_large_value_costs_no_more_than_its_beginning(build):
    value = build()
    began = time.process_time()
    text = excerpt(value)
    assert len(text) <= 60
    assert time.process_time() - began < 0.05


def test_a_decimal_is_shown_as_the_number_that_it_is():
    assert [excerpt(Decimal("2.0")), excerpt([Decimal("1.10")])] == ["2.0", "[1.10]"]
