"""Counties that CMS does not name, names with their state, and what is not known: cities."""

from datetime import date

import pytest

from feesync import FeeSchedule, LocalityError
from feesync.model.locality import Locality
from feesync.places import words
from feesync.reference.counties import counties as by_state
from feesync.reference.counties import is_county, states_with, without_kind
from feesync.reference.states import bare, name_of, states, with_state

DAY = date(2025, 11, 3)


@pytest.fixture(scope="module")
def schedule(tmp_path_factory):
    return FeeSchedule(tmp_path_factory.mktemp("none") / "none.db")


@pytest.fixture(scope="module")
def known(schedule):
    """Localities and counties of a fresh install."""
    return schedule.localities(DAY)[1], schedule.counties(DAY)


def key_of(schedule, text):
    return schedule.nearest_locality(text, DAY)[1].key


def keys(places):
    return [place.key for place in places]


@pytest.mark.parametrize(
    ("county", "zip_code"),
    [
        *(("Hillsborough County, FL", "33602"), ("Orange County, FL", "32801")),
        *(("Monroe County, NY", "14604"), ("Kings County, NY", "11201")),
        *(("Bexar County, TX", "78205"), ("Harris County, TX", "77002")),
        *(("Worcester County, MA", "01608"), ("Kent County, MI", "49503")),
        *(("Allegheny County, PA", "15222"), ("Camden County, NJ", "ZIP 08102")),
        *(("Sangamon County, IL", "62701"), ("Saint Clair County, IL", "62220")),
        *(("Caddo Parish, LA", "71101"), ("Spokane County, WA", "99201")),
        *(("Maricopa County, AZ", "85003"), ("Henrico County, VA", "23233")),
        *(("Fulton County Georgia", "30303"), ("chatham county ga", "31401")),
        *(("Frederick County, MD", "21701"), ("Miami-Dade County, FL", "33130")),
        *(("Humboldt County, CA", "95501"), ("Orange County, CA", "92701")),
        *(("Honolulu County, Hawaii", "96813"), ("Lane County, Oregon", "97401")),
    ],
)
def test_a_county_with_its_state_lies_where_its_seat_does(schedule, county, zip_code):
    """CMS's ZIP file says the same of the ZIP of the county's seat."""
    assert key_of(schedule, county) == key_of(schedule, zip_code)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        *(("Miami, FL", "09102-04"), ("Houston TX", "04412-18"), ("austin, texas", "04412-31")),
        *(("Phoenix, AZ", "03102-00"), ("Wichita, Kansas", "05202-00")),
        ("Northern NJ", "12402-01"),  # a locality's own name comes first
    ],
)
def test_a_name_with_its_state(schedule, known, text, key):
    assert key_of(schedule, text) == key
    assert keys(words.search(text, *known)) == [key]


@pytest.mark.parametrize(
    ("text", "among"),
    [
        ("Tampa, FL", ["09102-03", "09102-04", "09102-99"]),
        ("Tampa Florida", ["09102-03", "09102-04", "09102-99"]),
        ("Portland, ME", ["14112-03", "14112-99"]),
        ("Jackson, MO", ["05302-01", "05302-02", "05302-99"]),  # not in Jackson County
        ("Arlington, VA", ["11302-00", "12202-01"]),
        ("Fairfax County, VA", ["11302-00", "12202-01"]),
        ("Bethesda, MD", ["12302-01", "12302-99", "12202-01"]),
        ("Montgomery County, MD", ["12302-01", "12302-99", "12202-01"]),
        ("Nowhere County, ME", ["14112-03", "14112-99"]),
    ],
)
def test_a_city_with_its_state_lists_the_localities_of_the_state(schedule, known, text, among):
    with pytest.raises(LocalityError) as error:
        key_of(schedule, text)
    assert list(error.value.candidates) == among
    assert str(error.value).startswith(f"cities are not known by name, and {text!r} may be in ")
    assert str(error.value).endswith(". Give its ZIP, or name one by MAC-locality")
    assert keys(words.search(text, *known)) == among


@pytest.mark.parametrize("text", ["Tampa", "Brooklyn", "Orlando", "Xyz", "Xyz, ZZ", "Denvr"])
def test_a_city_is_not_known_and_no_far_off_place_is_offered(schedule, known, text):
    for ask in (lambda: key_of(schedule, text), lambda: words.search(text, *known)):
        with pytest.raises(LocalityError) as error:
            ask()
        assert str(error.value) == (
            f"no locality {text!r}; cities are not known by name, a ZIP is enough"
        )
        assert error.value.candidates == ()


def test_what_has_no_word_is_no_city(schedule):
    for text in ("???", "ZZ-01", "01112-99"):
        with pytest.raises(LocalityError) as error:
            key_of(schedule, text)
        assert "cities" not in str(error.value)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("hillsborough", ["09102-99", "14312-40"]),
        ("Maricopa County", ["03102-00"]),
        ("king", ["02402-02", "04412-99"]),  # what bears the name, then King County in Texas
        ("Cook", ["06102-16", "10212-99", "06202-00"]),
        ("dade", ["09102-04", "10212-99", "05302-99"]),
        ("nevada", ["01312-00"]),  # a state, and no county of the name elsewhere
        ("Oregon", ["02302-01", "02302-99"]),  # likewise: one is in Missouri
        ("Houston", ["04412-18"]),  # a locality by its whole name: five states have the county
        ("Napa", ["01112-51"]),
        ("Suffolk County", ["14212-01", "13202-02"]),
        ("Queens", ["13292-04"]),
        ("Saint Louis", ["05302-01", "06102-12", "06202-00"]),
    ],
)
def test_counties_among_all_other_counties_are_found(known, query, found):
    assert keys(words.search(query, *known)) == found


def test_two_letters_are_no_county():
    place = Locality("99902", "01", "ZZ", "CITY (LA CNTY)", 1000, 1000, 1000)
    assert words.of_county("LA", [place], {}) == []
    assert words.of_county("LA C", [place], {}) == []
    other = place._replace(name="CITY (LEE CNTY)")
    assert words.of_county("Lee County", [place, other], {}) == [other]


def test_a_county_alone_is_listed_and_not_chosen(schedule):
    with pytest.raises(LocalityError) as error:
        key_of(schedule, "Hillsborough")
    assert str(error.value) == (
        "'Hillsborough' is no locality by name; it is a county of 09102-99 FL REST OF FLORIDA; "
        "14312-40 NH NEW HAMPSHIRE. Name one by MAC-locality, or give a ZIP"
    )


def test_a_county_that_cms_names_or_excepts_is_in_no_rest(known):
    places, counties = known
    assert "12302-99" not in keys(words.of_rest("Montgomery", places, counties))
    assert "11302-00" not in keys(words.of_rest("Arlington", places, counties))
    assert "06102-99" not in keys(words.of_rest("Cook", places, counties))
    assert "01112-75" not in keys(words.of_rest("Orange", places, counties))


def test_every_county_is_in_one_locality_of_its_state(known):
    """A state's counties are each named for one locality, or among those of one."""
    places, counties = known
    several = {}
    for state, names in by_state().items():
        inside = [place for place in places if place.state == state]
        for name in names:
            found = [
                *words.of_county(name, inside, counties),
                *words.of_rest(name, inside, counties),
            ]
            if len(found) != 1:
                several[f"{name}, {state}"] = keys(found)
    in_dc = {"MONTGOMERY, MD", "PRINCE GEORGE S, MD", "FAIRFAX, VA", "ARLINGTON, VA"}
    cities = {"ALEXANDRIA CITY, VA", "FAIRFAX CITY, VA", "FALLS CHURCH CITY, VA"}
    assert {name for name, found in several.items() if not found} == in_dc | cities
    assert {name for name, found in several.items() if found} == set()


def test_every_county_that_cms_names_is_in_the_list(known):
    places, counties = known
    strange = set()
    for place in places:
        text = counties.get((place.mac, place.locality), "").upper().split("EXCEPT")[0]
        if place.state == "DC" or text.startswith("ALL "):
            continue
        for name in text.replace(" AND ", ",").replace("/", ",").split(","):
            plain = without_kind(name.strip().removesuffix("CNTY").removesuffix("COUNTY"))
            if plain and plain not in by_state()[place.state]:
                strange.add(f"{plain}, {place.state}")
    assert strange <= {"ORAGNGE, CA", "BALTIMORE CITY, MD"}


def test_names_of_counties():
    assert without_kind("St. Louis County") == without_kind("saint louis") == "ST LOUIS"
    assert without_kind("Orleans Parish") == "ORLEANS"
    assert without_kind("Miami-Dade") == "DADE"
    assert is_county("Lee County")
    assert not is_county("County Line")
    assert states_with("maricopa") == ["AZ"]
    assert set(by_state()) == set(states().values())
    assert sum(map(len, by_state().values())) > 3_100


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Tampa, FL", ("Tampa", "FL")),
        ("Tampa fl", ("Tampa", "FL")),
        ("Chapel Hill, North Carolina", ("Chapel Hill", "NC")),
        ("Tampa", None),
        ("FL", None),
        (", FL", None),
        ("Tampa, ZZ", None),
    ],
)
def test_a_text_that_ends_in_a_state(text, parts):
    assert with_state(text) == parts


def test_names_of_states():
    assert name_of("NY") == "NEW YORK"
    assert bare("St. Mary's-X") == "ST MARY S X"
