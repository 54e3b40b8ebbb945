"""What functions take beside their exact forms: one or several, names of columns; codes as text."""

from typing import Any

import numpy
import pandas
import pytest

from feesync import (
    ClaimLine,
    InvalidInputError,
    UnknownCodeError,
    check,
    check_prices,
    compare,
    coverage_sheet,
    diff,
    estimate,
    estimate_claim,
    export,
    history,
    open_schedule,
    rates,
    sheet,
)

DAY: dict[str, Any] = {"locality": "AL", "date": "2025-11-03"}
WITH_CODE: dict[str, Any] = {
    "estimate": lambda code: estimate(code, **DAY),
    "estimate, earlier": lambda code: estimate("64493", **DAY, history=[("2025-03-01", code)]),
    "estimate, percent": lambda code: estimate("64493", **DAY, percent={code: 110}),
    "estimate_claim": lambda code: estimate_claim([code], **DAY),
    "estimate_claim, alone": lambda code: estimate_claim(code, **DAY),
    "estimate_claim, names": lambda code: estimate_claim([{"hcpcs": code}], **DAY),
    "estimate_claim, spelled": lambda code: estimate_claim([{"cpt": code}], **DAY),
    "ClaimLine": lambda code: estimate_claim([ClaimLine(code)], **DAY),
    "rates": lambda code: rates(code, **DAY),
    "rates, several": lambda code: rates(["64493", code], **DAY),
    "export": lambda code: export(code, **DAY),
    "compare": lambda code: compare(code, ["AL"], date="2025-11-03"),
    "compare, several": lambda code: compare([code], ["AL"], date="2025-11-03"),
    "history": lambda code: history(code, "AL"),
    "diff": lambda code: diff(2024, 2025, codes=code),
    "diff, several": lambda code: diff(2024, 2025, codes=[code]),
    "sheet": lambda code: sheet(code, **DAY),
    "sheet, several": lambda code: sheet([code], **DAY),
    "check": lambda code: check(code, **DAY, allowed="5"),
    "coverage_sheet": lambda code: coverage_sheet(code),
    "schedule": lambda code: open_schedule().rates(code, ["AL"], None, "2025-11-03"),
}


@pytest.mark.parametrize("function", WITH_CODE)
def test_a_code_is_text_and_a_number_has_the_text_to_give(function):
    for code in (64493, numpy.int64(64493), 64493.0):
        with pytest.raises(InvalidInputError, match="give '64493'$"):
            WITH_CODE[function](code)
    with pytest.raises(InvalidInputError, match="give '00100'$"):  # a number has lost its zeros
        WITH_CODE[function](100)
    with pytest.raises(InvalidInputError) as refusal:
        WITH_CODE[function](6_449_350)
    assert "give '" not in str(refusal.value)


@pytest.mark.parametrize("name", ["hcpcs", "cpt"])
def test_a_code_of_a_price_is_text_too(name):
    (price,) = check_prices([{name: 64493, "amount": "5"}], **DAY).prices
    assert price.finding == "refused"
    assert price.reason.endswith("hcpcs 64493 is not text: give '64493'")


def test_places_of_several_codes():
    several = compare(["64493", "64494-50"], ["AL", "02102-01"], date="2025-11-03")
    assert [answer.code for answer in several] == ["64493", "64494-50"]
    one = compare("64493", ["AL", "02102-01"], date="2025-11-03")
    assert several[0].rows() == one.rows()
    assert (
        compare(("64493",), "AL", date="2025-11-03")[0].rows()
        == compare("64493", ["AL"], settings="nonfacility", date="2025-11-03").rows()
    )
    with pytest.raises(UnknownCodeError, match="99998"):
        compare(["64493", "99998"], date="2025-11-03")
    with pytest.raises(UnknownCodeError, match="99998"):
        compare("99998", date="2025-11-03")


@pytest.mark.parametrize("setting", ["nonfacility", "facility"])
@pytest.mark.parametrize(
    "contract",
    [
        {"percent": 110},
        {"percent": "87.5", "of_year": 2022},
        {"of_year": 2022, "conversion_factor": "45.00"},
        {"percent": {"64490-64495": 120, "all": 90}},
    ],
)
def test_places_by_a_contract_are_those_of_estimate(contract, setting):
    answer = compare("64493-50", ["AL", "01112-05"], settings=[setting], **contract)
    for row in answer.rows():
        place = f"{row['mac']}-{row['locality']}"
        own = estimate("64493-50", locality=place, setting=setting, **contract)
        assert (row["allowed"], row["release"]) == (float(own.allowed), own.release.label)
        assert row["contract_percent"] == own.contract.percent
    assert len(answer.rows()) == 3
    assert answer.to_dict()["contract"] == own.to_dict()["contract"]
    assert "contract" not in compare("64493", ["AL"]).to_dict()


def test_differences_in_several_places():
    several = diff(2024, 2025, locality=["AL", "02102-01"], codes="64493")
    assert [each.here[1].key for each in several] == ["10112-00", "02102-01"]
    assert several[1].to_dict() == diff(2024, 2025, locality="02102-01", codes=["64493"]).to_dict()
    with pytest.raises(InvalidInputError, match="locality is empty"):
        diff(2024, 2025, locality=[])


@pytest.mark.parametrize("settings", ["asc", 24, "24", ["asc"]])
def test_one_setting_of_a_sheet(settings):
    page = sheet("64493-50", **DAY, settings=settings)
    (row,) = page.rows()
    assert (row["setting"], row["pos"]) == ("facility", "24")
    assert row["allowed"] == float(estimate("64493-50", **DAY, pos=24).allowed)


def test_settings_of_a_sheet_in_one_text():
    assert [column.pos for column in sheet(["64493"], **DAY, settings="office, asc").columns] == [
        *("11", "24")
    ]


def test_a_line_and_a_price_by_the_names_of_a_table():
    frame = pandas.DataFrame(
        {"CPT": ["64493", "64494"], "Mod1": ["50", None], "Place of Service": ["asc", "11"]}
    ).assign(fee=["122.49", "79.74"], zip="36104", dos="2025-11-03")
    prices = check_prices(frame.to_dict("records")).prices
    assert [price.finding for price in prices] == ["equal", "equal"]
    lines = frame[["CPT", "Mod1"]].to_dict("records")
    by_name = estimate_claim([ClaimLine("64493", ["50"]), "64494"], **DAY)
    assert estimate_claim(lines, **DAY).allowed == by_name.allowed
    (price,) = check_prices([{"code": "64493", "mac": "10112", "place": "00", "rate": 5}]).prices
    assert price.locality.key == "10112-00"


@pytest.mark.parametrize(
    "row",
    [
        {"hcpcs": "64493", "cpt": "64493", "amount": "5"},
        {"hcpcs": "64493", "amount": "5", "colour": "red"},
        {"hcpcs": "64493", "amount": "5", 7: "red"},
    ],
)
def test_a_name_that_is_nobodys_or_twice_there_is_refused(row):
    (price,) = check_prices([row], **DAY).prices
    assert price.finding == "refused"
    assert "its names are" in price.reason


@pytest.mark.parametrize("word", ["FACET", "hello", "QQ123", "1234A5"])
def test_what_has_not_the_form_of_a_code_is_no_unknown_code(word):
    with pytest.raises(InvalidInputError, match="is not a HCPCS code"):
        compare(word)
