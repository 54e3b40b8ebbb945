"""The header of a claim: one set of names for Python and for the command, and values read once."""

import inspect
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from feesync import Contract, InvalidInputError, Setting, estimate, estimate_claim
from feesync.claims import estimator
from feesync.claims.header import Header, read_header
from feesync.cli.commands import claim as claim_command
from feesync.cli.commands import estimate as estimate_command
from feesync.coverage.notes import Circumstances
from feesync.pricing.terms import Terms

OF_A_LINE = {"hcpcs", "modifiers", "units", "charge", "postop_days"}


def keywords(function):
    return set(inspect.signature(function).parameters)


def test_every_way_in_has_the_names_of_the_header():
    names = keywords(read_header) - {"terms"} | keywords(Terms.read) - {"day", "contract"}
    assert keywords(estimate) - OF_A_LINE - {"db"} == names
    assert keywords(estimate_claim) - {"lines", "incomplete", "db"} == names
    shown = {"as_csv", "as_json", "explain", "db", "lines", "incomplete", "zip_code"}
    for command in (estimate_command.command, claim_command.command):
        options = {param.name for param in command.params} - OF_A_LINE - shown - {"zip_code"}
        assert {"date" if name == "day" else name for name in options} == names
    callback: Any = estimate_command.command.callback
    assert keywords(callback.__wrapped__) & names == set()


VALUES: dict[str, Any] = {
    "locality": "94110",
    "setting": Setting.FACILITY,
    "pos": "24",
    "date": date(2025, 3, 4),
    "nonpar": True,
    "practitioner": "np",
    "qp": True,
    "deductible": Decimal("12.34"),
    "percent": None,
    "of_year": None,
    "coverage": True,
    "purpose": "diagnostic",
    "history": (),
}
HEADER = read_header(**VALUES)


ANSWER = SimpleNamespace(quote=SimpleNamespace(exact=False))


@pytest.mark.parametrize("function", [estimate, estimate_claim])
@pytest.mark.parametrize("changes", [{}, {"deductible": None, "percent": "110", "of_year": 2022}])
def test_the_functions_pass_every_value_on(monkeypatch, function, changes):
    values = {**VALUES, **changes}
    given = []

    def answer(header, rates, line):
        given.append(header)
        return ANSWER

    monkeypatch.setattr(estimator, "single_answer", answer)
    monkeypatch.setattr(
        estimator, "estimate_lines", lambda header, lines, **_: given.append(header)
    )
    function("64493" if function is estimate else ["64493"], **values)
    assert given == [read_header(**values)]


def test_values_are_read():
    place = HEADER.place_of_service
    assert (place.pos, place.setting) == ("24", "facility")
    assert (
        Header(
            locality="94110",
            terms=Terms(date(2025, 3, 4), Setting.FACILITY, None, nonpar=True, practitioner="np"),
            place_of_service=place,
            qp=True,
            deductible=1234,
            circumstances=Circumstances("diagnostic"),
        )
        == HEADER
    )
    assert HEADER.pos == "24"


def test_text_is_the_same_header():
    texts = {
        **VALUES,
        "locality": " 94110 ",
        "setting": "nonfacility",
        "pos": 24,
        "date": "2025-03-04",
        "practitioner": "NP",
        "deductible": "$12.34",
        "purpose": "Diagnostic",
        "history": None,
    }
    assert read_header(**texts) == HEADER


def test_by_a_contract_there_are_no_coverage_notes_and_no_deductible():
    given: dict[str, Any] = {
        "locality": "AL",
        "setting": "facility",
        "percent": 110,
        "coverage": True,
    }
    header = read_header(**given)
    assert (header.terms.contract, header.circumstances) == (Contract(11000, None), None)
    assert (header.pos, header.deductible) == (None, 0)
    with pytest.raises(InvalidInputError, match="deductible is Medicare's"):
        read_header(**given, deductible="0.01")


def test_it_does_not_change():
    with pytest.raises(AttributeError):
        HEADER.qp = False  # type: ignore[misc]
