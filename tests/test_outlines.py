"""What is remembered of a line for other places changes no answer."""

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from cms_files import VALUES, csv_of, fixture, rows_of, rvu25d, zip_of

from feesync import ModifierError, estimate
from feesync.claims import estimator, memory
from feesync.claims.estimator import estimate_line
from feesync.claims.header import read_header
from feesync.claims.line import ClaimLine
from feesync.claims.outline import Outline
from feesync.claims.rates import ClaimRates
from feesync.datasets.rvu.load import load
from feesync.formats.release import from_zip
from feesync.model.money import dollars
from feesync.schedule.threads import open_schedule

DAY = "2025-11-03"
PLACES = ("01112-05", "94110", "national", "13202-01")
HEADERS: tuple[dict[str, Any], ...] = (
    {},
    {"setting": "facility"},
    {"pos": 22},
    {"pos": "24", "coverage": False},
    {"nonpar": True},
    {"nonpar": True, "practitioner": "np", "setting": "facility"},
    {"practitioner": "csw"},
    {"deductible": 300},
    {"qp": True},
    {"percent": 110},
    {"conversion_factor": "45.00"},
)
MODIFIERS = ((), ("26",), ("TC",), ("50",), ("80",), ("RT", "59"), ("33",), ("GY",))
CHARGES = ("9000", "60", "100.50", "9000")


def anew(hcpcs, place, modifiers=(), units=1, charge=None, **header):
    """The answer for a line for which nothing is remembered."""
    line = ClaimLine(hcpcs, modifiers, units, charge)
    own = {"setting": "nonfacility", "date": DAY, "coverage": True, **header}
    return estimate_line(read_header(locality=place, **own), line)


def by_estimate(hcpcs, place, modifiers=(), units=1, charge=None, **header):
    """The answer of `estimate`, which remembers."""
    line = {"modifiers": modifiers, "units": units, "charge": charge}
    return estimate(hcpcs, locality=place, date=DAY, **line, **header)


def outcome(answer, *line, **header):
    """An answer, or the text of its error."""
    try:
        return answer(*line, **header)
    except ModifierError as error:
        return str(error)


def codes():
    return sorted({row[0] for row in rows_of(fixture(VALUES)) if len(row[0]) == 5} - {"HCPCS"})


@pytest.mark.parametrize("third", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))])
@pytest.mark.parametrize("header", HEADERS, ids=str)
def test_an_answer_is_the_same_as_without_memory(loaded, header, third):
    """In the everyday run a header has a third of the codes, its neighbour another."""
    own = codes()[(HEADERS.index(header) + third) % 3 :: 3]
    for hcpcs, modifiers in itertools.product(own, MODIFIERS):
        units = 2 if "59" in modifiers else 1
        for place, charge in zip(PLACES, CHARGES, strict=True):
            line = (hcpcs, place, modifiers, units, charge)
            assert outcome(by_estimate, *line, **header) == outcome(anew, *line, **header)


def test_another_place_is_answered_from_what_is_remembered(loaded, monkeypatch):
    first = by_estimate("99213", "01112-05", charge="500.00")
    expected = anew("99213", "13202-01", charge="50.00")
    monkeypatch.delattr(estimator, "single_answer")
    assert by_estimate("99213", "13202-01", charge="50.00") == expected
    assert first.allowed != expected.allowed


def test_the_cap_of_a_line_in_one_place_is_not_remembered_for_another(loaded):
    header = read_header(locality="national", setting="nonfacility", date=DAY)
    schedule = open_schedule()
    with schedule.hold():
        rates = ClaimRates(header, schedule)
        outline = Outline.of(header, header.line(ClaimLine("93990")), rates)
        assert outline is not None
        capped = outline.answer(schedule, "national", None)
    rate = capped.quote.rate
    fee: dict[str, Any] = {
        "nonfacility_capped_fee": rate.nonfacility_fee,
        "nonfacility_amount": rate.nonfacility_fee,
    }
    quote = capped.quote._replace(rate=rate._replace(**fee))
    elsewhere: Any = SimpleNamespace(quote=lambda *_, qp: quote)
    uncapped = outline.answer(elsewhere, "another", None)
    assert capped.allowed == capped.fee < uncapped.allowed == dollars(rate.nonfacility_fee)
    assert "opps-cap" in [note.code for note in capped.notes]
    assert [*uncapped.notes] == [note for note in capped.notes if note.code != "opps-cap"]


def test_another_release_is_not_answered_from_what_is_remembered_of_one_before(loaded):
    before = by_estimate("99213", "01112-05")
    rows = rows_of(fixture(VALUES))
    row = next(row for row in rows if row[0] == "99213")
    row[3] = "C"
    load(loaded, from_zip(zip_of(rvu25d(values=csv_of(rows))), "rvu25d.zip"), allow_change=True)
    after = by_estimate("99213", "13202-01")
    assert before.allowed is not None
    assert after.allowed is None
    assert after == anew("99213", "13202-01")


def test_only_so_much_is_remembered(loaded, monkeypatch):
    monkeypatch.setattr(memory, "MOST_ANSWERS", 3)
    for place, code in itertools.product(PLACES, codes()):
        assert by_estimate(code, place) == anew(code, place)
        assert len(open_schedule().outlines) <= 3
