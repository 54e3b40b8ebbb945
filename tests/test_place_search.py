from datetime import date

import pytest

from feesync import FeeSchedule, LocalityError
from feesync.places.words import search

DAY = date(2025, 11, 3)


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """Localities and counties of a fresh install."""
    schedule = FeeSchedule(tmp_path_factory.mktemp("none") / "none.db")
    return schedule.localities(DAY)[1], schedule.counties(DAY)


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("santa clara", ["01112-09", "01112-65"]),  # the county first, then what bears its name
        ("Solano", ["01112-53"]),  # a county that no name has: Vallejo
        ("bronx", ["13202-02"]),
        ("alexandria city", ["12202-01"]),  # not VIRGINIA, which excepts it
        ("mo", ["05302-01", "05302-02", "05302-99"]),
        ("J15", ["15102-00", "15202-00"]),
        ("cgs", ["15102-00", "15202-00"]),
        ("first coast", ["09102-03", "09102-04", "09102-99", "09202-20", "09202-50"]),
        ("CA-18", []),
        ("01182-18", []),
        ("national", []),
    ],
)
def test_what_a_text_may_mean(known, query, keys):
    assert [place.key for place in search(query, *known)] == keys


def test_what_cms_names_comes_before_what_it_counts_among_others(known):
    found = [place.key for place in search("montgomery", *known)]
    assert found[:4] == ["12202-01", "06102-12", "12502-01", "10112-00"]
    assert "12302-99" not in found, "REST OF MARYLAND excepts it"
    assert len(found) == len(set(found)) == 18


@pytest.mark.parametrize(
    ("query", "near"),
    [
        ("santa clra", ["01112-09", "01112-65"]),
        ("Contra Csta", ["01112-05"]),
        ("Manhatan", ["13202-01"]),
        ("Multnoma", ["02302-01"]),
        ("qqqqqq", []),
    ],
)
def test_a_near_miss_suggests_and_refuses(known, query, near):
    with pytest.raises(LocalityError) as error:
        search(query, *known)
    assert list(error.value.candidates) == near
    said = f"no locality {query!r}"
    assert str(error.value).startswith(f"{said} (near it: {near[0]} " if near else said)
