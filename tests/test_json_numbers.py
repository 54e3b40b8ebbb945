"""What to_dict() returns: json.dumps writes it digit by digit, and it stays Decimal elsewhere."""

import copy
import json
import operator
import pickle
from decimal import Decimal
from typing import Any

import pytest
import simplejson
from hypothesis import given
from hypothesis import strategies as st

import feesync
from feesync.model.money import JsonNumber, json_exact, json_ready

D = Decimal
SAN_FRANCISCO: dict[str, Any] = {"locality": "01112-05", "date": "2025-11-03"}


@given(st.integers(-(10**9), 10**9), st.integers(0, 4))
def test_json_text_is_the_decimal_without_its_zeros_at_the_end(digits, places):
    exact = D(digits).scaleb(-places)
    text = json.dumps(JsonNumber(exact))
    assert json.loads(text, parse_float=D, parse_int=D) == exact
    shortest = f"{exact:f}".rstrip("0").rstrip(".") if places else f"{exact:f}"
    assert text.removesuffix(".0") == (shortest or "0").replace("-0", "0" if not exact else "-0")


@pytest.mark.slow
def test_every_cent_up_to_a_thousand_dollars():
    cents = range(100_000)
    assert json.loads(json.dumps([JsonNumber(D(c).scaleb(-2)) for c in cents]), parse_float=D) == [
        D(c).scaleb(-2) for c in cents
    ]


@given(st.decimals("-1e7", "1e7", places=2), st.decimals("-1e7", "1e7", places=2))
def test_it_is_the_decimal_for_everyone_but_an_encoder(one, other):
    number = JsonNumber(one)
    assert number == one
    assert (number == other, number < other, number >= JsonNumber(other)) == (
        one == other,
        one < other,
        one >= other,
    )
    assert (number != other, number <= other, number > other) == (
        one != other,
        one <= other,
        one > other,
    )
    assert (str(number), repr(number), f"{number:,.2f}", bool(number), number.exact) == (
        str(one),
        str(one),
        f"{one:,.2f}",
        bool(one),
        one,
    )


@given(st.decimals("-1e7", "1e7", places=2), st.decimals("-1e7", "1e7", places=2))
def test_it_is_what_its_text_reads_as(one, other):
    number, read = JsonNumber(one), float(str(one))
    assert json.loads(json.dumps([number])) == [number] == [read]
    assert (hash(number), number != read, {number, read}) == (hash(read), False, {read})
    second = JsonNumber(other)
    order = (one == other, one != other, one < other, one <= other, one > other, one >= other)
    for right in (second, float(str(other))):
        assert (
            number == right,
            number != right,
            number < right,
            number <= right,
            number > right,
            number >= right,
        ) == order


@pytest.mark.parametrize("other", [1, 0.1, D("0.1"), JsonNumber(D("0.10"))])
@pytest.mark.parametrize(
    "name", ["add", "sub", "mul", "truediv", "floordiv", "mod", "divmod", "pow"]
)
def test_no_reckoning_with_floats(name, other):
    number = JsonNumber(D("154.40"))
    reckon = getattr(operator, name, divmod)
    for pair in ((number, other), (other, number)):
        with pytest.raises(TypeError):
            reckon(*pair)


@pytest.mark.parametrize("reckon", [operator.neg, operator.pos, abs, round, sum])
def test_no_rounding_of_floats(reckon):
    number = JsonNumber(D("154.45"))
    with pytest.raises(TypeError, match=r"154.45 is a number for JSON; calculate with .*\.exact"):
        reckon([number] if reckon is sum else number)


def test_copies_keep_the_zeros():
    number = JsonNumber(D("154.40"))
    for same in (copy.copy(number), copy.deepcopy(number), pickle.loads(pickle.dumps(number))):
        assert (type(same), str(same)) == (JsonNumber, "154.40")


def test_what_a_float_cannot_tell_apart_is_refused():
    for exact in (D("1234567890123456"), D("NaN"), D("0.1234567890123456")):
        with pytest.raises(ValueError, match="cannot be written exactly"):
            JsonNumber(exact)


def test_an_estimate_and_a_claim_are_json_ready():
    answer = feesync.estimate("64493", modifiers=["50"], **SAN_FRANCISCO).to_dict()
    read = json.loads(json.dumps(answer))
    assert (read["fee"], read["allowed"], read["medicare_payment"], read["steps"][0]["factor"]) == (
        222.87,
        334.31,
        262.1,
        1.5,
    )
    assert (read["rate"]["conversion_factor"], read["rate"]["work_gpci"]) == (32.3465, 1.088)
    assert '"medicare_payment": 262.1,' in json.dumps(answer)
    assert read == answer
    assert answer["allowed"] == 334.31
    assert str(answer["medicare_payment"]) == "262.10"
    claim = feesync.estimate_claim(["64493-50", "64494-50"], **SAN_FRANCISCO).to_dict()
    # 334.31 + 110.99 x 1.5 = 166.485, half up 166.49
    assert json.loads(json.dumps(claim), parse_float=D)["allowed"] == D("500.80")
    assert claim["allowed"] == D("500.80")


def test_the_command_prints_the_same_dictionary_with_both_decimals(feesync):
    import feesync as package

    for line in (["64493", "-m", "50"], ["64493", "--deductible", "999"]):
        printed = feesync(
            "estimate", *line, "--locality", "01112-05", "--date", "2025-11-03", "--json"
        ).stdout
        options: dict[str, Any] = {"modifiers": ["50"]} if "-m" in line else {"deductible": 999}
        returned = package.estimate("64493", **SAN_FRANCISCO, **options).to_dict()
        assert simplejson.loads(printed, use_decimal=True) == json_exact(returned)
        assert json.loads(printed, parse_float=D) == json.loads(json.dumps(returned), parse_float=D)
    assert '"medicare_payment": 0.00,' in printed


def test_shapes_are_kept():
    value = {"a": [D("1.10"), None, "x", 3, {"b": (D("2"),)}], "c": True}
    ready: dict[str, Any] = json_ready(value)
    assert json.dumps(ready) == '{"a": [1.1, null, "x", 3, {"b": [2]}], "c": true}'
    assert str(json_exact(ready)) == str({"a": [D("1.10"), None, "x", 3, {"b": [2]}], "c": True})
