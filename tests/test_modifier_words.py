"""What is said of a modifier: what is near it, when it is in use, whose steps come first."""

from datetime import date

import pytest
from priced import Rates, price, prices
from test_lines_beside import asked, named
from test_modifiers import TABLE
from test_pricing import line, rate

from feesync.errors import InvalidInputError, ModifierError
from feesync.pricing import modifiers, practitioner
from feesync.pricing.claim import price_in_places
from feesync.pricing.line import Contract


@pytest.mark.parametrize("given", ["BB", "EZ", "ZZ", "4Z", "W1"])
def test_of_those_that_begin_alike_six_are_named(given):
    near = sorted({row["modifier"] for row in TABLE if row["modifier"][0] == given[0]})[:6]
    verb = "is" if len(near) == 1 else "are"
    with pytest.raises(ModifierError) as refused:
        modifiers.read((given,))
    assert str(refused.value) == (
        f"modifier {given} is not known to feesync, and is not ignored"
        + (f"; near it {verb} {', '.join(near)}" if near else "")
    )


PERIODS = [
    ("FX", "2016-12-31", "from 2017-01-01 on"),
    ("FY", "2017-12-31", "from 2018-01-01 on"),
    ("CQ", "2018-12-31", "from 2019-01-01 on"),
    ("MA", "2019-12-31", "from 2020-01-01 to 2024-12-31"),
    ("MA", "2025-01-01", "from 2020-01-01 to 2024-12-31"),
    ("QQ", "2025-01-01", "from 2018-07-01 to 2024-12-31"),
]


@pytest.mark.parametrize(("modifier", "day", "period"), PERIODS)
def test_a_modifier_that_is_not_in_use_says_when_it_is(modifier, day, period):
    with pytest.raises(ModifierError) as refused:
        modifiers.on(modifier, date.fromisoformat(day))
    assert str(refused.value) == f"modifier {modifier} is in use {period}, not on {day}"


@pytest.mark.parametrize("day", ["2012-12-31", "2019-01-01"])
def test_dates_that_are_only_recalled_refuse_nothing(day):
    (note,) = price(rate(), line("CH", day=day)).notes
    assert (note.code, note.severity.value) == ("modifier-ch", "warning")
    assert note.text == (
        "Modifier CH is in use from 2013-01-01 to 2018-12-31, as far as feesync recalls: not on "
        "this day."
    )


@pytest.mark.parametrize("day", ["2013-01-01", "2018-12-31"])
def test_the_first_and_the_last_day_are_in_use(day):
    assert price(rate(), line("CH", day=day)).notes == []


@pytest.mark.parametrize("kind", ["mft", "mhc"])
def test_a_practitioner_is_paid_from_the_first_day_on(kind):
    practitioner.check(kind, date(2024, 1, 1))
    with pytest.raises(InvalidInputError, match="from 2024-01-01 on, not on 2023-12-31"):
        practitioner.check(kind, date(2023, 12, 31))


@pytest.mark.parametrize("mods", [("54", "62"), ("62", "54"), ("78", "62"), ("78", "82")])
def test_a_role_comes_before_the_share_of_an_operation(mods):
    """0.05 of 62.5 % is 0.03; 80 % of it 0.02. The other way round it is 0.04 and 0.03."""
    own = rate(
        co_surgeon="2", global_days="090", preoperative=10, intraoperative=70, postoperative=20
    )
    cents = own._replace(**{name: 5 for name in own._fields if name.endswith(("fee", "amount"))})
    found = price(cents, line(*mods))
    role = "assistant" if "82" in mods else "co-surgeon"
    assert [step.name for step in found.steps] == [role, "global share"]
    if "54" in mods:
        assert [str(step.amount) for step in found.steps] == ["0.03", "0.02"]


def test_an_error_of_a_line_in_many_places_is_of_the_first():
    own = named("71046", pctc="1")
    with pytest.raises(ModifierError, match="no amount: bill it on a line of its own") as refused:
        price_in_places(asked("71046", "FX"), {"one": own}, Rates({}))
    assert refused.value.claim_line == 1


def test_a_code_that_has_only_rows_with_modifiers_asks_for_one():
    rates = Rates({("10001", row): named("10001", modifier=row) for row in ("26", "TC")})
    with pytest.raises(ModifierError) as refused:
        prices([asked("10001")], rates)
    assert str(refused.value) == "10001 has rows for modifier 26, TC only; give one"


@pytest.mark.parametrize(
    ("rows", "row", "says"),
    [
        (["", "26", "TC"], "53", None),  # priced by report
        ([""], "26", "modifier 26 does not apply to 10001: it has no such parts"),
        (["", "53"], "TC", "modifier TC does not apply to 10001: its rows are 53"),
        (["26", "TC"], "53", "modifier 53 does not apply to 10001: its rows are 26, TC"),
    ],
)
def test_rows_that_a_code_has_not(rows, row, says):
    rates = Rates({("10001", own): named("10001", modifier=own) for own in rows})
    if says is None:
        (found,) = prices([asked("10001", row)], rates)
        assert [note.code for note in found.notes] == ["by-report"]
        return
    with pytest.raises(ModifierError) as refused:
        prices([asked("10001", row)], rates)
    assert str(refused.value) == says


def test_a_contract_says_what_it_pays_and_by_what():
    own = price(rate(), line().on_terms(contract=Contract(11_000, 2022)))
    (step,), (note,) = own.steps, own.notes
    assert (step.name, str(step.amount)) == ("contract", "245.16")  # 222.87 x 1.1 = 245.157
    assert step.source == "the contract, as it was given"
    assert step.reason == "110 % of what Medicare allows by the rates of 2022"
    assert (note.code, note.severity.value, note.source) == ("contract", "info", "feesync")
    (step,) = price(rate(), line().on_terms(contract=Contract(11_000, None))).steps
    assert step.reason == "110 % of what Medicare allows"
