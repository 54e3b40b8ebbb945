import json
import pickle
import re
import traceback
from inspect import signature
from itertools import permutations

import pytest

import feesync
from feesync import localities, modifiers
from feesync.cli.hints import error_text, words
from feesync.errors import (
    ContentRefusedError,
    ExitStatus,
    FeesyncError,
    Hint,
    HintKind,
    InvalidInputError,
    LocalityError,
    NoReleaseError,
    UnknownCodeError,
    of_line,
    worst,
)

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


def test_a_hint_stands_beside_the_text_and_below_it_in_a_traceback():
    error = NoReleaseError("RVU24D is not loaded", hint=Hint(HintKind.LOAD_RELEASE, "RVU24D"))
    assert str(error) == "RVU24D is not loaded"
    assert str(error.hint) == "feesync.sync(releases=['RVU24D']) brings it"
    assert traceback.format_exception_only(error)[1:] == [f"{error.hint}\n"]
    assert error_text(error).startswith(
        "RVU24D is not loaded: 'feesync sync --release RVU24D' brings it, or 'feesync import'"
    )
    assert json.loads(json.dumps(error.to_dict())) == {
        "status": 6,
        "text": "RVU24D is not loaded",
        "hint": {"kind": "load-release", "label": "RVU24D"},
    }
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.hint) == (str(error), error.hint)


def test_where_no_function_helps_a_traceback_says_no_more():
    error = InvalidInputError("x.csv exists", hint=Hint(HintKind.REPLACE_FILE))
    assert (str(error.hint), traceback.format_exception_only(error)[1:]) == ("", [])
    assert error_text(error) == "x.csv exists; --force replaces it"
    assert FeesyncError("x").hint is None
    assert error_text(FeesyncError("x")) == "x"


@pytest.mark.parametrize("kind", HintKind)
def test_every_kind_of_hint_has_words(kind):
    hint = Hint(kind, label="RVU24D", year=2024, check="text-twin", reason="CMS lists none")
    assert "{" not in str(hint) + words(hint)
    assert "feesync " not in str(hint)
    assert re.search(r"'feesync |--[a-z]", words(hint)) or kind is HintKind.NOTHING_YET


@pytest.mark.parametrize("kind", HintKind)
def test_a_hint_names_public_functions_and_their_arguments(kind):
    hint = Hint(kind, label="RVU24D", year=2024, check="text-twin", reason="CMS lists none")
    called = re.findall(r"feesync\.(\w+)\((.*?)\)", str(hint))
    assert bool(called) == ("feesync." in str(hint))
    for name, arguments in called:
        assert name in feesync.__all__
        named = re.findall(r"(\w+)=", arguments)
        assert signature(getattr(feesync, name)).parameters.keys() >= {*named}


@pytest.mark.parametrize("ask", [modifiers, lambda start: localities(start, date="2025-11-03")])
def test_a_hint_on_a_list_names_the_function_that_lists(ask):
    with pytest.raises(FeesyncError) as error:
        ask("9Q")
    assert re.fullmatch(r"feesync\.(modifiers|localities)\(\) lists all", str(error.value.hint))


def test_an_error_names_its_candidates():
    assert LocalityError("x", ["01112-05"]).to_dict()["candidates"] == ["01112-05"]
    assert UnknownCodeError("x", ["26"]).to_dict()["rows"] == ["26"]
