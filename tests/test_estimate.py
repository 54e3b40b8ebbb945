"""estimate(), against amounts that CMS published or that were recomputed twice, independently."""

import datetime
import subprocess
import sys
from decimal import Decimal, Inexact, localcontext

import pytest
from cms_files import VALUES, csv_of, fixture, rows_of, rvu25d, zip_of

import feesync
from feesync import InvalidInputError, ModifierError, NoPriceError, estimate, estimate_claim
from feesync.datasets.rvu.load import load
from feesync.formats.release import from_zip

D = Decimal


@pytest.mark.parametrize(
    ("hcpcs", "locality", "day", "nonfacility", "facility"),
    [
        ("64493", "national", "2025-11-03", "172.08", "88.31"),  # published by CMS
        ("64493", "02102-01", "2025-11-03", "204.09", "113.53"),  # published: Alaska 2025
        ("64494", "02102-01", "2025-11-03", "107.08", "65.12"),
        ("64495", "02102-01", "2025-11-03", "106.35", "65.79"),
        ("64493", "15202-00", "2020-05-01", "168.09", "90.49"),  # published: Ohio 2020
        ("64493", "10112-00", "2025-11-03", "154.46", "81.66"),
        ("64493", "01112-05", "2025-11-03", "222.87", "103.99"),
        ("64493", "13202-01", "2025-11-03", "198.22", "100.53"),
        ("64493", "01182-18", "2026-08-01", "215.78", "86.97"),
        ("64493", "national", "2026-08-01", "190.39", "81.50"),
        ("64493", "national", "2024-03-08", "174.53", "88.41"),
        ("64493", "national", "2024-03-09", "177.42", "89.88"),
    ],
)
def test_fees_of_both_settings(hcpcs, locality, day, nonfacility, facility):
    assert estimate(hcpcs, locality=locality, date=day).fee == D(nonfacility)
    assert estimate(hcpcs, locality=locality, date=day, setting="facility").fee == D(facility)


@pytest.mark.parametrize(
    ("locality", "day", "nonfacility", "facility"),
    [
        ("01112-05", "2025-11-03", "334.31", "155.99"),
        ("national", "2025-11-03", "258.12", "132.47"),
        ("national", "2026-08-01", "285.59", "122.25"),
    ],
)
def test_modifier_50(locality, day, nonfacility, facility):
    for setting, amount in (("nonfacility", nonfacility), ("facility", facility)):
        answer = estimate("64493", locality=locality, date=day, modifiers=["50"], setting=setting)
        assert answer.allowed == D(amount)
        assert [(step.name, step.factor, step.amount) for step in answer.steps] == [
            ("bilateral", D("1.5"), D(amount))
        ]


def test_who_pays():
    answer = estimate("64493", locality="01112-05", modifiers=["50"], date="2025-11-03")
    # 334.31 x 0.8 = 267.448, 267.45; x 2 % = 5.349, 5.35; 267.45 - 5.35; 334.31 - 267.45
    assert (answer.medicare_payment, answer.sequestration, answer.patient_responsibility) == (
        D("262.10"),
        D("5.35"),
        D("66.86"),
    )


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        ("2020-04-30", "0.02"),
        ("2020-05-01", "0"),
        ("2022-03-31", "0"),
        ("2022-04-01", "0.01"),
        ("2022-06-30", "0.01"),
        ("2022-07-01", "0.02"),
    ],
)
def test_sequestration_by_date(day, rate):
    answer = estimate("64493", locality="national", date=day)
    before = (answer.allowed * D("0.8")).quantize(D("0.01"), "ROUND_HALF_UP")
    assert answer.sequestration == (before * D(rate)).quantize(D("0.01"), "ROUND_HALF_UP")
    assert answer.medicare_payment == before - answer.sequestration


def test_the_deductible_comes_first():
    answer = estimate("64493", locality="national", date="2025-11-03", deductible="100")
    # (172.08 - 100) x 0.8 = 57.664, 57.66; x 2 % = 1.1532, 1.15
    assert (answer.medicare_payment, answer.sequestration, answer.patient_responsibility) == (
        D("56.51"),
        D("1.15"),
        D("114.42"),
    )
    assert not answer.notes
    more = estimate("64493", locality="national", date="2025-11-03", deductible=300)
    assert (more.medicare_payment, more.patient_responsibility) == (D("0.00"), D("172.08"))
    assert [note.code for note in more.notes] == ["deductible-above-annual"]  # 2025: 257


def test_nonparticipating_physician():
    answer = estimate("64493", locality="national", date="2025-11-03", nonpar=True)
    assert (answer.allowed, answer.limiting_charge) == (
        D("163.48"),
        D("188.00"),
    )  # 172.08 x 0.95; the limit is CMS's own


BOTH_SIDES = """\
  bilateral x 1.5                                   334.31   modifier 50, indicator 1: 150 % of the fee for both sides
"""  # noqa: E501
NONPAR = """\
  nonparticipating x 0.95                           317.59   non-participating: 95 % of the amount
  Medicare allows                                   317.59
  Deductible takes                                  100.00
  Medicare pays                                     170.59   80 % of the rest: 174.07, less 2 % sequestration
  Sequestration takes                                 3.48
  Patient owes                                      143.52
  Limiting charge                                   365.23   the most that may be charged on an unassigned claim
"""  # noqa: E501
CONTRACT = """\
  contract x 1.1                                    367.74   110 % of what Medicare allows
  Contract allows                                   367.74
"""


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        # 334.31 x 0.95 = 317.5945; less 100.00, x 0.8 = 174.072; x 2 % = 3.4814; the limit is
        # 222.87126658 x 1.5 x 0.95 x 1.15 = 365.2303
        ({"nonpar": True, "deductible": 100}, NONPAR),
        ({"percent": 110}, CONTRACT),
    ],
)
def test_every_amount_is_a_row(given, rows):
    answer = estimate("64493-50", locality="01112-05", date="2025-11-03", coverage=False, **given)
    fee = "  Fee schedule amount                               222.87\n"
    assert answer.explain().split("\n\n")[2] == f"{fee}{BOTH_SIDES}{rows}".rstrip()


def test_nothing_is_sequestered_in_2021():
    answer = estimate("64493", locality="national", date="2021-11-03")
    pays = (answer.allowed * D("0.8")).quantize(D("0.01"), "ROUND_HALF_UP")
    *_, medicare, patient = answer.explain().split("\n\n")[2].splitlines()
    assert medicare == f"  {'Medicare pays':<44}{pays:>12}   80 %"
    assert patient == f"  {'Patient owes':<44}{answer.allowed - pays:>12}"


@pytest.mark.parametrize(
    ("pos", "setting"),
    [
        ("11", "nonfacility"),
        (24, "facility"),
        ("22", "facility"),
        ("2", "facility"),
        (10, "nonfacility"),
    ],
)
def test_the_place_of_service_decides_the_setting(pos, setting):
    answer = estimate("64493", locality="national", date="2025-11-03", pos=pos)
    assert (answer.setting, answer.pos) == (setting, str(pos).zfill(2))


def test_a_place_that_medicare_does_not_adjudicate_is_warned_of():
    answer = estimate("64493", locality="national", date="2025-11-03", pos="05")
    assert [(note.code, note.severity.value) for note in answer.notes] == [
        ("pos-not-adjudicated", "warning")
    ]


def test_parts_have_rows_of_their_own(loaded):
    parts = [
        estimate("71046", locality="national", date="2025-11-03", modifiers=mods).fee
        for mods in ([], ["26"], ["TC"])
    ]
    assert parts[0] == D("32.67")  # (0.22 + 0.77 + 0.02) x 32.3465
    assert abs(parts[1] + parts[2] - parts[0]) <= D("0.01")


def test_a_part_that_the_code_does_not_have(loaded):
    with pytest.raises(ModifierError, match="26 does not apply to 64493: it has no such parts"):
        estimate("64493", locality="national", date="2025-11-03", modifiers=["26"])
    stopped = estimate("71046", locality="national", date="2025-11-03", modifiers=["53"])
    assert (stopped.fee, stopped.allowed, [note.code for note in stopped.denials]) == (
        D("32.67"),
        None,
        ["by-report"],
    )
    with pytest.raises(ModifierError, match="26 does not apply to 45378: its rows are 53"):
        estimate("45378", locality="national", date="2025-11-03", modifiers=["26"])
    assert estimate("45378", locality="national", date="2025-11-03", modifiers=["53"]).fee


def test_a_code_that_has_parts_only(database):
    rows = [row for row in rows_of(fixture(VALUES)) if row[:2] != ["71046", ""]]
    load(database, from_zip(zip_of(rvu25d(values=csv_of(rows), caps=None)), "rvu25d.zip"))
    with pytest.raises(ModifierError, match="^71046 has rows for modifier 26, TC only; give one$"):
        estimate("71046", locality="national", date="2025-11-03")


def test_a_line_without_a_price(loaded):
    answer = estimate("15824", locality="national", date="2025-11-03")
    money = (
        "fee",
        "allowed",
        "medicare_payment",
        "sequestration",
        "patient_responsibility",
        "limiting_charge",
    )
    assert [getattr(answer, name) for name in money] == [None] * 6
    assert [note.code for note in answer.denials] == ["contractor-priced"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"date": "2025-W45-1"}, "is not YYYY-MM-DD"),
        ({"hcpcs": "64493-5Z"}, "5Z is not known"),
        ({"modifiers": ["5Z"]}, "5Z is not known"),
        ({"modifiers": ["55"], "postop_days": 0}, "postoperative days 0"),
        ({"modifiers": ["55"], "postop_days": True}, "postoperative days True"),
        ({"postop_days": 3}, "go with modifier 55"),
        ({"deductible": "2,50"}, "is not an amount"),
        ({"date": 20251103}, "neither a date nor"),
        ({"setting": "room"}, r"neither nonfacility \(office\) nor facility \(hospital, asc\)$"),
        ({"pos": "77"}, "is not a CMS code"),
        ({"pos": "11", "setting": "facility"}, "takes the nonfacility rate"),
        ({"units": 0}, "units 0"),
        ({"units": 1.5}, "units 1.5"),
        ({"units": True}, "units True"),
        ({"units": 10**9}, "units 1000000000"),
        ({"charge": 250.0}, "charge: 250.0 is a float"),
        ({"charge": "-5"}, "charge: an amount is between 0"),
        ({"deductible": "x"}, "deductible: 'x' is not an amount"),
        ({"practitioner": "surgeon"}, "practitioner 'surgeon'"),
        ({"hcpcs": "6449"}, "not a HCPCS code"),
        ({"hcpcs": "6449 3"}, "not a HCPCS code"),
        ({"hcpcs": "٦٤٤٩٣"}, "not a HCPCS code"),
        ({"hcpcs": 64493}, "hcpcs 64493 is not text: give '64493'"),
        ({"hcpcs": None}, "hcpcs None is not text"),
        ({"locality": 111205}, "locality 111205 is not text"),
        ({"practitioner": None}, "practitioner None is not text"),
        ({"modifiers": 50}, "modifiers is a list, such as \\['50'\\], not int"),
        ({"modifiers": [50]}, "modifier 50 is not text"),
        ({"modifiers": [["50"]]}, "modifier \\['50'\\] is not text"),
        ({"modifiers": (["50"],)}, "modifier \\['50'\\] is not text"),
        ({"units": 10**5000}, "units a huge int"),
        ({"pos": 10**5000}, "place of service a huge int"),
        ({"pos": True}, "pos True"),
        ({"date": "x" * 500}, r"^date 'x{40}' is not YYYY-MM-DD, such as"),
        ({"date": "2025-02-30"}, "2025-02-30 is no day of the calendar"),
        ({"charge": True}, "charge: bool is not"),
        ({"charge": "٣"}, "is not an amount"),
        ({"charge": Decimal("NaN")}, "is not an amount"),
        ({"nonpar": "no"}, "nonpar 'no' is neither True nor False"),
        ({"qp": 1}, "qp 1 is neither"),
        ({"db": 5}, "a database is a path, not int"),
        ({"db": ""}, "the path of the database is empty"),
    ],
)
def test_bad_arguments_are_named(arguments, says):
    with pytest.raises(InvalidInputError, match=says):
        estimate(**{"hcpcs": "64493", "locality": "national", "date": "2025-11-03", **arguments})


def test_dates_in_their_forms():
    for day in (
        datetime.date(2025, 11, 3),
        datetime.datetime(2025, 11, 3, 14, 30),
        "2025-11-03",
        " 2025-11-03 ",
    ):
        assert estimate("64493", locality="national", date=day).date == datetime.date(2025, 11, 3)


def test_today_is_the_default(monkeypatch):
    today = datetime.date(2025, 11, 3)

    class Day(datetime.date):
        @classmethod
        def today(cls):
            return today

    monkeypatch.setattr("feesync.claims.estimator.Date", Day)
    assert estimate("64493", locality="national").fee == D("172.08")
    today = datetime.date(2024, 11, 3)  # a process that runs for long
    (line,) = estimate_claim(["64493"], locality="national").lines
    assert estimate("64493", locality="national").date == line.date == today


def test_the_callers_decimal_context_does_not_matter():
    with localcontext() as context:
        context.prec = 1
        context.traps[Inexact] = True
        answer = estimate(
            "64493",
            locality="01112-05",
            modifiers=["50"],
            date="2025-11-03",
            charge="332.15",
            deductible=D("12.34"),
        )
        as_dict, text = answer.to_dict(), answer.explain()
    assert (as_dict["allowed"].exact, answer.steps[-1].amount) == (D("332.15"), D("332.15"))
    assert as_dict["rate"]["conversion_factor"] == D("32.3465")
    assert "222.871266580" in text
    # (332.15 - 12.34) x 0.8 = 255.848, 255.85
    assert answer.patient_responsibility == D("332.15") - D("255.85")


def test_the_catalogue_does_not_depend_on_who_reads_it_first(tmp_path):
    script = (
        "import decimal\ndecimal.getcontext().prec = 2\nfrom feesync.reference.catalogue import "
        "catalogue\n"
        "print(catalogue()['RVU25D'].conversion_factor, catalogue()['RVU26C'].qp_conversion_factor)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "323465 335675\n"


def test_the_answer_cannot_be_changed():
    with pytest.raises(AttributeError):
        estimate("64493", locality="national", date="2025-11-03").fee = D(1)  # type: ignore[misc]


def test_to_dict_has_the_names_of_the_contract():
    answer = estimate("64493", locality="01112-05", modifiers=["50"], date="2025-11-03").to_dict()
    assert list(answer) == [
        "hcpcs", "modifiers", "date", "setting", "pos", "units", "locality", "rate", "fee", "steps",
        "allowed", "medicare_payment", "sequestration", "patient_responsibility", "limiting_charge",
        "release", "notes",
    ]  # fmt: skip
    assert answer["rate"] == {
        "work_rvu": D("1.52"), "pe_rvu": D("3.64"), "mp_rvu": D("0.16"), "work_gpci": D("1.088"),
        "pe_gpci": D("1.419"), "mp_gpci": D("0.445"), "conversion_factor": D("32.3465"),
        "basis": "nonqp",
    }  # fmt: skip
    assert list(answer["release"]) == [
        "label",
        "effective_from",
        "effective_to",
        "sha256",
        "source",
    ]
    assert list(answer["steps"][0]) == ["name", "factor", "amount", "reason"]
    assert list(answer["locality"]) == ["mac", "locality", "state", "name"]


def test_it_works_without_database_and_network(tmp_path):
    script = (
        "import socket; socket.socket = None\n"
        "from feesync import estimate\n"
        "print(estimate('64493', locality='01112-05', modifiers=['50'], date='2025-11-03').allowed)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        env={"HOME": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout, run.stderr) == ("334.31\n", "")


def test_every_public_name_is_there():
    assert all(hasattr(feesync, name) for name in feesync.__all__)
    assert issubclass(ModifierError, InvalidInputError)
    assert issubclass(feesync.LocalityError, NoPriceError)
