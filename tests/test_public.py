"""Every argument of every public function.

Text does, other integers do, and what does not is told as a FeesyncError.
"""

import inspect
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import feesync as package
from feesync import FeesyncError, InvalidInputError, Setting, open_schedule

D = Decimal
DAY = "2025-11-03"
REMITTANCE = Path(__file__).parent / "fixtures/x12/base.835"


class Hostile:
    """Says nothing of itself."""

    def __repr__(self):
        raise RuntimeError("no name")


def schedule_of(method):
    return lambda *args, **kwargs: getattr(open_schedule(), method)(*args, **kwargs)


def release(method):
    return lambda *args: getattr(open_schedule().releases()[-1], method)(*args)


def rate_in(setting):
    return open_schedule().rate("64493", "", "national", DAY).rate.in_setting(setting)


def past():
    return package.history("64493", "national")


CLAIMS = pyarrow.table({"cpt": ["64493"], "dos": [DAY], "place": ["AL"]})
PUBLIC: dict[str, tuple[Any, dict[str, Any]]] = {
    "estimate": (package.estimate, {"hcpcs": "64493", "locality": "national", "date": DAY}),
    "estimate_claim": (
        package.estimate_claim,
        {"lines": ["64493-50"], "locality": "national", "date": DAY},
    ),
    "check": (
        package.check,
        {"line": "64493-50", "locality": "AL", "allowed": "154.46", "date": DAY},
    ),
    "rates": (package.rates, {"codes": ["64493"], "locality": "AL", "date": DAY}),
    "export": (package.export, {"codes": ["64493"], "locality": "AL", "date": DAY}),
    "sheet": (package.sheet, {"lines": ["64493-50"], "locality": "national", "date": DAY}),
    "check_prices": (
        package.check_prices,
        {"prices": [{"hcpcs": "64493", "amount": "154.46"}], "locality": "AL", "date": DAY},
    ),
    "compare": (package.compare, {"hcpcs": "64493", "places": ["AL"], "date": DAY}),
    "history": (package.history, {"hcpcs": "64493", "locality": "national"}),
    "diff": (package.diff, {"before": "RVU25D", "after": "RVU26C", "codes": ["64493"]}),
    "verify": (package.verify, {"paths": []}),
    "audit": (package.audit, {"files": [str(REMITTANCE)], "locality": "01112-05"}),
    "reprice": (package.reprice, {"claims": CLAIMS, "workers": 1}),
    "coverage_sheet": (package.coverage_sheet, {"hcpcs": "64493", "date": DAY}),
    "sync": (package.sync, {"offline": True, "years": [2025]}),
    "open_schedule": (package.open_schedule, {}),
    "FeeSchedule": (package.FeeSchedule, {}),
    "FeeSchedule.rate": (
        schedule_of("rate"),
        {"hcpcs": "64493", "modifier": "", "locality": "AL", "day": DAY},
    ),
    "FeeSchedule.rates": (
        schedule_of("rates"),
        {"hcpcs": "64493", "places": ["AL"], "state": None, "day": DAY},
    ),
    "FeeSchedule.codes": (schedule_of("codes"), {"span": "64490-64495", "day": DAY}),
    "FeeSchedule.newest_day": (schedule_of("newest_day"), {"year": 2025}),
    "FeeSchedule.answering": (schedule_of("answering"), {"day": DAY}),
    "FeeSchedule.nearest_locality": (schedule_of("nearest_locality"), {"text": "AL", "day": DAY}),
    "FeeSchedule.sources": (schedule_of("sources"), {"when": date(2025, 11, 3)}),
    "FeeSchedule.localities": (schedule_of("localities"), {"day": DAY}),
    "FeeSchedule.find_localities": (
        schedule_of("find_localities"),
        {"query": "manhattan", "day": DAY},
    ),
    "FeeSchedule.zip_counts": (schedule_of("zip_counts"), {"day": DAY}),
    "FeeSchedule.counties": (schedule_of("counties"), {"day": DAY}),
    "FeeSchedule.remedy": (schedule_of("remedy"), {"day": DAY}),
    "localities": (package.localities, {"query": "manhattan", "date": DAY}),
    "modifiers": (package.modifiers, {"start": "Q"}),
    "status": (package.status, {}),
    "downloads": (package.downloads, {}),
    "ClaimLine.read": (package.ClaimLine.read, {"given": "64493-50"}),
}
KEYWORDS = {
    "FeeSchedule.rate": ["qp"], "FeeSchedule.rates": ["qp"],
}  # fmt: skip
METHODS = {
    "Rate.in_setting": rate_in,
    "Moment.rvus": lambda setting: past().moments[-1].rvus(setting),
    "History.has_price": lambda setting: past().has_price(setting),
    "Release.covers": release("covers"),
    "Release.distance": release("distance"),
}
STRANGE = [
    None, True, 0, -1, 10**30, 10**5000, 1.5, float("nan"), float("inf"), D("NaN"), D("sNaN"),
    D("1e999999"), "", " ", "\0", "x" * 5000, "2025-02-30", "٣", b"64493", [], [None], [""],
    ["x", 5], {}, {"a": 1}, object(), Hostile(), Setting, str, Ellipsis, 1j, range(3),
    numpy.int64(3), numpy.float64(2.5), numpy.str_("64493"), numpy.bool_(True), numpy.array([1, 2]),
    numpy.array(5), numpy.datetime64("2025-11-03"), lambda: None,
]  # fmt: skip


def arguments_of(name):
    function, given = PUBLIC[name]
    if name.startswith("FeeSchedule."):
        return [*given, *KEYWORDS.get(name, [])]
    return list(inspect.signature(function).parameters)


CASES = [(name, argument) for name in PUBLIC for argument in arguments_of(name)]


def called(name, **changed):
    function, given = PUBLIC[name]
    try:
        return function(**given | changed)
    except FeesyncError as error:
        text = str(error)
        assert text.isprintable()
        paths = {"db", "cache", "output"}  # a path is named whole
        assert len(text) < 3000 or paths & changed.keys()
        return error


def test_every_public_function_is_here():
    functions = {name for name in package.__all__ if inspect.isfunction(getattr(package, name))}
    assert functions <= PUBLIC.keys()
    methods = {
        f"FeeSchedule.{name}"
        for name, method in vars(package.FeeSchedule).items()
        if inspect.isfunction(method)
        and not name.startswith("_")
        and len(inspect.signature(method).parameters) > 1
    }
    assert methods - PUBLIC.keys() == {
        "FeeSchedule.place",
        "FeeSchedule.pair",
        "FeeSchedule.quote",
    }  # their arguments are no public objects, or have been read


@pytest.mark.parametrize(
    ("name", "argument"), CASES, ids=[f"{name}-{argument}" for name, argument in CASES]
)
@pytest.mark.parametrize(
    "quarter", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 3))]
)
def test_whatever_an_argument_is_only_a_feesync_error_comes_out(
    name, argument, quarter, monkeypatch, tmp_path
):
    """In the everyday run an argument has a quarter of the values, its neighbour another."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    for strange in STRANGE[(CASES.index((name, argument)) + quarter) % 4 :: 4]:
        called(name, **{argument: strange})


@pytest.mark.parametrize("name", METHODS)
def test_whatever_an_argument_of_a_public_object_is(name):
    for strange in STRANGE:
        try:
            METHODS[name](strange)
        except FeesyncError:
            continue


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.decimals()
    | st.dates()
    | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        | st.tuples(inner, inner)
    ),
    max_leaves=5,
)


@pytest.mark.slow
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(
        [case for case in CASES if case[0] != "sync" and case[1] not in ("db", "paths", "database")]
    ),
    anything,
)
def test_values_of_any_shape(case, value):
    called(case[0], **{case[1]: value})


NEEDED = (
    *(
        "hcpcs",
        "locality",
        "before",
        "after",
        "lines",
        "day",
        "paths",
        "span",
        "year",
        "text",
        "query",
        "given",
        "settings",
    ),
    *("setting", "units", "nonpar", "practitioner", "qp", "coverage", "most"),
)
OPTIONAL = {
    ("check_prices", "locality"),
    ("coverage_sheet", "locality"),
    ("export", "locality"),
    ("export", "year"),
    ("localities", "query"),
    ("rates", "locality"),
    ("reprice", "locality"),
    ("rates", "year"),
}
REQUIRED = [case for case in CASES if case[1] in NEEDED and case not in OPTIONAL]


@pytest.mark.parametrize(("name", "argument"), REQUIRED)
def test_none_for_what_is_needed_is_invalid_input(name, argument):
    assert isinstance(called(name, **{argument: None}), InvalidInputError)


def test_an_old_name_does_what_the_new_one_does():
    assert package.FeeSchedule.held is package.FeeSchedule.hold


def test_text_and_enum_are_alike():
    amounts = {}
    for setting in ("nonfacility", Setting.NONFACILITY, " NonFacility ", numpy.str_("nonfacility")):
        (change,) = package.diff("RVU25D", "RVU26C", codes=["64493"], settings=[setting]).codes
        amounts[str(setting)] = [(amount.before, amount.after) for amount in change.amounts]
        compared = package.compare("64493", ["national"], settings=[setting], date=DAY)
        assert compared.national.amounts == {Setting.NONFACILITY: 17208}
        assert rate_in(setting).amount == 17208
        assert past().moments[-1].rvus(setting) == 570  # 2026: 190.39 / 33.4009
        assert package.estimate("64493", locality="national", setting=setting, date=DAY).fee == D(
            "172.08"
        )
    assert set(map(tuple, amounts.values())) == {((D("172.08"), D("190.39")),)}
    (change,) = package.diff("RVU25D", "RVU26C", codes=["64493"], settings=["facility"]).codes
    assert [(amount.before, amount.after) for amount in change.amounts] == [
        (D("88.31"), D("81.50"))
    ]
    assert package.compare(
        "64493", ["national"], settings=["facility"], date=DAY
    ).national.amounts == {Setting.FACILITY: 8831}
    assert rate_in("facility").amount == 8831


def test_days_are_text_or_dates():
    for day in (DAY, date(2025, 11, 3), numpy.str_(DAY)):
        assert open_schedule().rate("64493", "", "AL", day).rate.nonfacility_amount == 15446
        assert open_schedule().rates("64493", ["AL"], None, day)[0].rate.facility_amount == 8166
        assert package.compare("64493", ["AL"], date=day).quote.release.label == "RVU25D"
        assert package.coverage_sheet("64493", date=day).date == date(2025, 11, 3)
    assert open_schedule().releases()[-1].covers("2026-09-30")
    assert open_schedule().releases()[-1].distance("2026-10-02") == 2


def test_integers_of_any_type():
    estimate: Any = package.estimate
    answer = estimate(
        "64493",
        locality="national",
        units=numpy.int64(1),
        pos=numpy.int32(24),
        charge=numpy.int16(50),
        date=DAY,
    )
    assert (answer.units, answer.pos, answer.allowed) == (1, "24", D("50.00"))
    assert type(answer.units) is int
    priced = estimate(
        "64493", locality="national", date=DAY, percent=numpy.int64(110), of_year=numpy.int64(2022)
    )
    assert priced.allowed == D("198.70")  # 180.64 x 1.1 = 198.704
    assert estimate("64493", locality="national", units=numpy.uint8(2), date=DAY).units == 2
    for wrong in (1.0, numpy.float64(1), "1", True, numpy.bool_(True), None, 0, 10_000):
        assert isinstance(called("estimate", units=wrong), InvalidInputError)


@pytest.mark.parametrize("empty", [None, [], [""], ["", " "], (), numpy.array([], dtype=str)])
def test_empty_modifiers_are_none(empty):
    assert package.estimate("64493", locality="national", modifiers=empty, date=DAY).modifiers == ()
    assert package.compare("64493", ["national"], modifiers=empty, date=DAY).modifiers == ()
    assert package.history("64493", "national", modifiers=empty).modifiers == ()
    line = {"hcpcs": "64493", "modifiers": empty}
    assert package.estimate_claim([line], locality="national", date=DAY).lines[0].modifiers == ()
    assert package.estimate(
        "64493", locality="national", modifiers=["50", ""], date=DAY
    ).allowed == D("258.12")


def test_several_states():
    both = open_schedule().rates("64493", None, ["TX", "fl"], DAY)
    alone = [open_schedule().rates("64493", (), state, DAY) for state in ("FL", "TX")]
    assert [quote.locality for quote in both] == [
        quote.locality for quotes in alone for quote in quotes
    ]
    assert {quote.locality.state for quote in both} == {"TX", "FL"}
    compared = package.compare("64493", state=["TX", "FL"], date=DAY)
    assert {place.locality.state for place in compared.places} == {None, "TX", "FL"}
    with pytest.raises(package.LocalityError, match="RVU25D has no locality in state 'ZZ'"):
        open_schedule().rates("64493", None, ["TX", "ZZ"], DAY)


def test_flags_are_flags():
    for name, flags in {
        "sync": ["everything", "dry_run", "offline", "force", "zips"],
        "diff": ["qp"],
        "verify": ["qp"],
        "reprice": ["qp", "nonpar", "force"],
    }.items():
        for flag in flags:
            assert isinstance(called(name, **{flag: "no"}), InvalidInputError)
