"""Which names a text is near enough to, at the bounds and beside them."""

from datetime import date

import pytest

from feesync import FeeSchedule, estimate
from feesync.errors import LocalityError
from feesync.model.locality import Locality
from feesync.places import words
from feesync.places.names import enumeration, has_words, matches, of_states, resolve, similar


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """The localities of RVU25D."""
    return FeeSchedule(tmp_path_factory.mktemp("none") / "none.db").localities(date(2025, 11, 3))[1]


def named(*names):
    return [
        Locality("99902", f"{number:02}", "ZZ", name, 1000, 1000, 1000)
        for number, name in enumerate(names)
    ]


def test_states(places):
    assert of_states("RVU25D", places, []) == places
    assert {place.key for place in of_states("RVU25D", places, ["MO", "WY"])} == {
        "03602-21",
        "05302-01",
        "05302-02",
        "05302-99",
    }
    for states in (["ZZ"], ["WY", "ZZ"], ["ZZ", "WY"], ["ZZ", "YY"]):
        with pytest.raises(LocalityError, match="^RVU25D has no locality in state 'ZZ'"):
            of_states("RVU25D", places, states)


@pytest.mark.parametrize(
    ("states", "letters"), [(["ZZ"], "CA"), (["TEXIS"], "TX"), (["WYOMNG", "TEXAS"], "WY")]
)
def test_a_state_that_is_none_is_met_with_the_letters_of_one(places, states, letters):
    with pytest.raises(LocalityError) as error:
        of_states("RVU25D", places, states)
    assert str(error.value) == (
        f"RVU25D has no locality in state {states[0]!r}; give its two letters, such as {letters}, "
        "or its name"
    )


def test_a_text_of_a_hundred_characters_may_be_a_name(places):
    with pytest.raises(LocalityError, match=f"^no locality '{'x' * 100}'"):
        resolve("x" * 100, places)
    with pytest.raises(LocalityError, match="^a text of 101 characters is no locality$"):
        resolve("x" * 101, places)


def test_the_beginning_of_a_word_counts_from_four_letters_on(places):
    assert resolve("manh", places).key == "13202-01"
    with pytest.raises(LocalityError, match="^no locality 'man'"):
        resolve("man", places)


def test_a_whole_word_comes_before_the_beginning_of_one():
    first, second = named("BIG CLAY", "OLD CLAYTON")
    assert matches("clay", [first, second]) == [first]
    assert matches("clayt", [first, second]) == [second]


def test_the_rest_of_a_state_is_not_all_of_it(places):
    assert resolve("rest of tex", places).key == "04412-99"
    with pytest.raises(LocalityError) as error:
        resolve("texas", places)
    assert {key[:5] for key in error.value.candidates} == {"04412"}
    assert len(error.value.candidates) == 8


def test_two_letters_are_no_word_of_a_name():
    assert not has_words("ST. LOUIS", "st")
    assert has_words("LAS VEGAS", "las")


def test_eight_localities_are_listed(places):
    eight = "; ".join(f"{place.key} {place.state} {place.name}" for place in places[1:9])
    assert enumeration(places[1:9]) == eight
    assert enumeration(places[1:10]) == f"{eight}; and 1 more"


def test_beside_an_unknown_key_stand_its_number_elsewhere_and_the_rest_of_its_mac(places):
    with pytest.raises(LocalityError) as error:
        resolve("01112-18", places)  # Los Angeles is under the other MAC of California
    of_mac = [place.key for place in places if place.mac == "01112"]
    assert list(error.value.candidates) == ["01182-18", *of_mac]


def test_a_part_of_a_name_that_is_a_county_of_that_place_alone():
    assert estimate("64493", locality="Marin", date="2025-11-03").locality.key == "01112-52"


def test_a_whole_name_comes_before_a_county():
    """DELAWARE is a state, and a county that CMS names for Philadelphia."""
    assert estimate("64493", locality="Delaware", date="2025-11-03").locality.state == "DE"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("San Francisco", "'San Francisco' may be 2 localities: "),  # and a county
        ("qqqqqq", "no locality 'qqqqqq'"),  # neither
        ("bronx", "'bronx' is no locality by name; it is a county of 13202-02 "),
    ],
)
def test_a_name_comes_before_a_county(text, says):
    with pytest.raises(LocalityError) as error:
        estimate("64493", locality=text, date="2025-11-03")
    assert str(error.value).startswith(says)


@pytest.mark.parametrize(
    ("text", "names", "near"),
    [
        ("abcde", ["ABCDF"], [0]),  # four letters of five: 0.8 is like enough
        ("abcd", ["ABCE"], []),
        ("abcde", ["XBCDE"], []),  # another first letter
        ("orlando", ["PORTLAND"], []),
        ("abcdefghij", ["XYZ", "ABCDEFGHIX", "ABCDEFGHIJ"], [2]),  # 0.9 is not within 0.05 of 1
        (  # 0.95 is; the likest first
            "abcdefghijabcdefghij",
            ["ABCDEFGHIJABCDEFGHIX", "AX", "ABCDEFGHIJABCDEFGHIJ"],
            [2, 0],
        ),
        ("new yrok", ["REST OF NEW YORK", "YORK"], [0]),
        ("texis", ["REST OF TEXAS"], [0]),  # the last word
        (
            "man hattan",
            ["METROPOLE MANHATTAN TOWNSHIP"],
            [0],
        ),  # one word alone
        ("x new york", ["LONGWORD NEW YORK"], []),  # as many words as the text, or one
        ("n new york", ["LONGWORD NEW YORK"], []),  # not fewer at the end of the name
        ("aaaaa", ["AAAAB", "AAAAC", "AAAAD", "AAAAE", "AAAAF"], [0, 1, 2, 3]),  # four at most
        ("", ["ABCE"], []),
    ],
)
def test_what_is_spelt_nearly_so(text, names, near):
    localities = named(*names)
    assert similar(text, localities) == [localities[number] for number in near]


def test_a_county_is_near_too():
    localities = named("ONE", "TWO")
    counties = {("99902", "01"): ["MULTNOMAH"]}
    assert similar("multnoma", localities, counties) == [localities[1]]


@pytest.mark.parametrize(
    ("text", "name"),
    [("CA", False), (" ca ", False), ("ohio", True), ("05", False), ("01112-05", False),
     ("national", False), ("CA-05", False), ("DC+", True)],
)  # fmt: skip
def test_what_may_be_a_name(text, name):
    assert words.is_name(text) is name
