"""Operations that their amounts alone put in order have the prices that all rules give them."""

from itertools import permutations

import pytest
from priced import Rates
from test_lines_beside import asked, capped, named

from feesync.pricing import group, units
from feesync.pricing.claim import entry_of
from feesync.pricing.entry import touching
from feesync.pricing.line import Contract

SURGERY = {"multiple_procedure": "2"}
SIDED = {**SURGERY, "bilateral": "1"}
PLAN = Contract(11250, None)
OTHER = named("99999", **SURGERY), asked("99999")
OPERATIONS = [
    (named(f"1000{at}", 9000 + 101 * at, **SURGERY), asked(f"1000{at}")) for at in range(1, 6)
]
THERAPY = (
    (named("10001", 20000, multiple_procedure="5"), asked("10001")),
    (named("10002", 30000, multiple_procedure="5"), asked("10002")),
)
IN_ORDER = [
    # the rate and the line of each
    (OTHER, (named("10001", 20000, **SURGERY), asked("10001"))),
    (OTHER, (named("10001", 10001, **SURGERY), asked("10001"))),
    (OTHER, (named("10001", 7000, **SIDED), asked("10001", "50"))),
    (OTHER, (named("10001", 5001, **SIDED), asked("10001", "50"))),
    (OTHER, (named("10001", 7000, **SIDED), asked("10001", "RT", charge=6999))),
    (OTHER, (named("10001", 20000, **SURGERY), asked("10001", charge=3333))),
    (OTHER, (named("10001", 9001, **SURGERY), asked("10001", "59", nonpar=True, kind="np"))),
    (OTHER, (named("10001", 20000, **SURGERY), asked("10001").on_terms(contract=PLAN))),
    (OTHER, *OPERATIONS[:4]),
]
BY_ALL_RULES = [
    (OTHER, (named("10001", **SURGERY), asked("10001"))),  # of the same amount
    (OTHER, (named("10001", 5000, **SURGERY, bilateral="3"), asked("10001", "50"))),  # the same
    (OTHER, (named("10001", 5000, **SURGERY), asked("10001", units=2))),
    (OTHER, (named("10001", 5000, **SURGERY), asked("10001", nonpar=True))),
    (OTHER, (named("10001", 20000, **SURGERY, co_surgeon="2"), asked("10001", "62"))),
    (
        OTHER,
        (named("10001", 20000, multiple_procedure="3", endoscopic_base="10002"), asked("10001")),
    ),
    (OTHER, (capped("10001", 20000, 8000, **SURGERY), asked("10001"))),
    (OTHER, (named("99999", **SIDED), asked("99999", "50"))),  # the code of the line beside it
    THERAPY,
    (OTHER, *THERAPY, (named("10003", 25000, **SURGERY), asked("10003"))),
    (OTHER, *OPERATIONS[:5]),
]


def prices(claim, lines):
    rates = Rates({(rate.hcpcs, rate.modifier): rate for rate, _ in claim})
    entries = [entry_of(number, line, rates) for number, line in enumerate(lines, start=1)]
    assert touching(entries)
    return group.group_prices(entries, rates)


def prices_by_all_rules(claim, lines, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(group, "_in_order", lambda _: None)
        return prices(claim, lines)


def orders(claim):
    """The lines of a claim in all orders, or in some of many."""
    return list(permutations(line for _, line in claim))[:24]


@pytest.mark.parametrize("claim", IN_ORDER)
def test_operations_in_order_are_priced_as_by_all_rules(claim, monkeypatch):
    for lines in orders(claim):
        by_order = prices(claim, lines)
        assert by_order == prices_by_all_rules(claim, lines, monkeypatch)
        with monkeypatch.context() as patch:
            patch.delattr(units, "services")
            assert by_order == prices(claim, lines)


@pytest.mark.parametrize("claim", BY_ALL_RULES)
def test_what_has_a_rule_of_its_own_is_priced_by_all_rules(claim, monkeypatch):
    for lines in orders(claim):
        found = prices(claim, lines)
        assert found == prices_by_all_rules(claim, lines, monkeypatch)
        with monkeypatch.context() as patch:
            patch.delattr(units, "services")
            with pytest.raises(AttributeError):
                prices(claim, lines)
