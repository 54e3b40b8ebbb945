from datetime import date

import pytest

from feesync.cms.catalog import Offer
from feesync.datasets.dataset import Enquiry, Offers
from feesync.datasets.rvu.dataset import RelativeValueFiles
from feesync.datasets.selection import Selection
from feesync.errors import InvalidInputError
from feesync.model.label import label_year


def chosen(years=(), releases=(), everything=False, effective=None):
    return Selection.of(years, releases, everything=everything, this_year=2026, effective=effective)


@pytest.mark.parametrize(
    ("selection", "wanted"),
    [
        (chosen(), ["RVU25A", "RVU26D", "RVU27A"]),
        (chosen(years=[2015]), ["RVU15A"]),
        (chosen(years=[2015, 2024]), ["RVU15A", "RVU24D"]),
        (chosen(releases=["25a", "rvu24d"]), ["RVU24D", "RVU25A"]),
        (chosen(years=[2026], releases=["RVU15A"]), ["RVU15A", "RVU26D"]),
        (chosen(everything=True), ["RVU15A", "RVU24D", "RVU25A", "RVU26D", "RVU27A"]),
    ],
)
def test_what_is_wanted(selection, wanted):
    there = ["RVU14D", "RVU15A", "RVU24D", "RVU25A", "RVU26D", "RVU27A"]
    assert [label for label in there if selection.wants(label, 2000 + int(label[3:5]))] == wanted


@pytest.mark.parametrize(
    ("arguments", "name"), [({"years": [2014]}, "2014"), ({"releases": ["RVU09AR"]}, "RVU09AR")]
)
def test_years_whose_layout_is_not_read_are_refused_by_name(arguments, name):
    with pytest.raises(
        InvalidInputError,
        match=f"^{name}: CMS's files of 2014 and before have layouts that feesync does not read",
    ):
        chosen(**arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"years": ["2025"]}, "^year '2025' is not a year from 1 to 9999$"),
        ({"years": 2025}, r"^years is a list, such as \[2026\], not int$"),
        ({"releases": 25}, r"^releases is a list, such as \['RVU25D'\], not int$"),
        ({"releases": [25]}, "^25 is not a release label"),
        ({"years": [True]}, "^year True is not a year"),
        ({"releases": "RVU25D"}, r"^releases is a list, such as \['RVU25D'\], not text$"),
    ],
)
def test_what_is_no_year_and_no_list_is_refused(arguments, said):
    with pytest.raises(InvalidInputError, match=said):
        chosen(**arguments)


def test_all_excludes_the_others():
    with pytest.raises(InvalidInputError, match="exclude each other"):
        chosen(years=[2025], everything=True)


def test_what_was_named_and_is_not_there():
    there = {"RVU25A": 2025, "RVU25B": 2025}
    assert chosen(years=[2025, 2027], releases=["RVU25A", "RVU25C"]).missing(there) == [
        "2027",
        "RVU25C",
    ]
    assert chosen().missing({}) == []


def test_which_runs_bring_the_current_year_up_to_date():
    assert chosen().covers_this_year()
    assert chosen(everything=True).covers_this_year()
    assert chosen(years=[2026]).covers_this_year()
    assert not chosen(years=[2025]).covers_this_year()
    assert not chosen(releases=["RVU26D"]).covers_this_year()


FEBRUARY = (date(2025, 2, 1), date(2025, 3, 31))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "dates of effect go with one release by name"),
        ({"releases": ["RVU25AR", "RVU25BR"]}, "dates of effect go with one release by name"),
        ({"releases": ["RVU25AR"], "years": [2025]}, "dates of effect go with one release by name"),
        ({"everything": True}, "dates of effect go with one release by name"),
        (
            {"releases": ["RVU25A"]},
            "RVU25A is in effect from 2025-01-01 to 2025-03-31, not as given",
        ),
        ({"releases": ["RVU26AR"]}, "RVU26AR is not in effect from 2025-02-01 to 2025-03-31"),
        (
            {"releases": ["RVU25AR"], "effective": FEBRUARY[::-1]},
            "RVU25AR is not in effect from 2025-03-31 to 2025-02-01",
        ),
    ],
)
def test_dates_of_effect_are_those_of_one_release(arguments, said):
    with pytest.raises(InvalidInputError, match=f"^{said}$"):
        chosen(**{"effective": FEBRUARY, **arguments})
    assert chosen(releases=["RVU25AR"], effective=FEBRUARY).effective == FEBRUARY
    assert chosen(releases=["RVU25A"], effective=(date(2025, 1, 1), date(2025, 3, 31))).effective


def test_which_runs_must_find_something_recent():
    assert chosen().by_default()
    assert not any(
        selection.by_default()
        for selection in (
            chosen(everything=True),
            chosen(years=[2026]),
            chosen(releases=["RVU26D"]),
        )
    )


@pytest.mark.parametrize(
    ("catalogue", "name"), [("listing", "CMS's listing"), ("cache", "the cache")]
)
def test_what_is_named_and_not_there(catalogue, name):
    offers = Offers(
        [Offer(label, label_year(label)) for label in ("RVU25D", "RVU20A", "RVU25C")], catalogue
    )
    selection = Selection.of(None, ["RVU25B"], everything=False, this_year=2025)
    enquiry = Enquiry(selection, {}, frozenset())
    says = f"^{name} has nothing of RVU25B; of the last years it has RVU25C, RVU25D$"
    with pytest.raises(InvalidInputError, match=says):
        RelativeValueFiles().choice(offers, enquiry, lambda label, error: None)
