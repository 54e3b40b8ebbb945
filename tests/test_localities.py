from datetime import date

import pytest

from feesync import FeeSchedule
from feesync.errors import LocalityError
from feesync.places.names import resolve
from feesync.schedule.threads import open_schedule


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    return FeeSchedule(tmp_path_factory.mktemp("none") / "none.db").localities(date(2025, 11, 3))[1]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("01112-05", "01112-05"),
        ("0111205", "01112-05"),
        (" 1112-5 ", "01112-05"),
        ("01112/05", "01112-05"),
        ("01112 05", "01112-05"),
        ("CA-05", "01112-05"),
        ("ca-18", "01182-18"),
        ("NY-4", "13292-04"),
        ("NY-99", "13282-99"),
        ("national", "00000-00"),
        ("00000-00", "00000-00"),
        ("Alaska", "02102-01"),
        ("AL", "10112-00"),
        ("manhattan", "13202-01"),
        ("Kansas", "05202-00"),
        ("Virginia", "11302-00"),
        ("rest of texas", "04412-99"),
        ("poughkpsie/n nyc suburbs", "13202-03"),
        ("Marin", "01112-52"),
        ("Detroit", "08202-01"),
    ],
)
def test_one_place(places, text, key):
    assert resolve(text, places).key == key


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("San Francisco", ["01112-05", "01112-52"]),
        ("Missouri", ["05302-01", "05302-02", "05302-99"]),
        ("New York", ["13202-01", "13202-02", "13202-03", "13282-99", "13292-04"]),
        ("WA", ["02402-02", "02402-99"]),
        ("01112", None),
    ],
)
def test_several_places_are_listed_never_guessed(places, text, candidates):
    with pytest.raises(LocalityError) as error:
        resolve(text, places)
    if candidates is None:
        candidates = [place.key for place in places if place.mac == "01112"]
    assert list(error.value.candidates) == candidates
    assert all(key in str(error.value) for key in candidates[:8])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("01112-18", "01182-18"),  # Los Angeles, under its other MAC
        ("99999-01", "no locality '99999-01'"),
        ("CA-98", "01112-05 CA SAN FRANCISCO"),
        ("ZZ-01", "no locality 'ZZ-01'"),
        ("Manhatan", "13202-01 NY MANHATTAN"),
        ("05", "alone names no place"),
        ("94110", "94110 alone names no place"),  # a ZIP is looked up before (test_zip_codes)
        ("10112", "10112 is a MAC, its localities are 10112-00 AL ALABAMA"),
        ("", "no locality ''"),
        ("qqqqqq", "no locality 'qqqqqq'"),
        ("MP", "no locality 'MP'"),  # the Northern Marianas, not HaMPshire
        ("GU", "no locality 'GU'"),
        ("x" * 40_000, "a text of 40000 characters"),
    ],
)
def test_an_unknown_place_says_what_is_near(places, text, says):
    with pytest.raises(LocalityError) as error:
        resolve(text, places)
    assert says in str(error.value)


def test_localities_are_those_of_the_release():
    schedule = open_schedule()
    # CMS retired three California localities in 2024, among them San Mateo 01112-06
    assert schedule.rate("64493", "", "01112-06", date(2023, 5, 1)).locality.name.endswith(
        "(SAN MATEO CNTY)"
    )
    with pytest.raises(LocalityError):
        schedule.rate("64493", "", "01112-06", date(2025, 5, 1))
