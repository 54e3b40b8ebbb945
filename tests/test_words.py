"""Words of input: dates, places of service, settings, practitioners, states, modifiers, codes."""

import datetime
from datetime import date
from decimal import Decimal

import pytest

from feesync import ClaimLine, InvalidInputError, ModifierError, compare, estimate, history
from feesync.claims import arguments
from feesync.model import dates
from feesync.model.dates import read_date, read_day
from feesync.model.rate import Setting
from feesync.pricing import practitioner
from feesync.reference.place_of_service import places_of_service, read_setting
from feesync.reference.states import near_state, read_states, states

D = Decimal
THIRD = date(2025, 11, 3)


def priced(code="64493", **others):
    return estimate(code, locality="01112-05", **{"date": "2025-11-03", **others})


@pytest.mark.parametrize(
    "text",
    [
        *("2025-11-03", " 2025-11-03 ", "2025/11/03", "2025-11-3", "20251103"),
        *("11/03/2025", "11-03-2025", "11/3/2025"),
        *("Nov 3 2025", "nov 3, 2025", "Nov. 3, 2025", "November 03 2025", "NOV-3-2025"),
        *("3 Nov 2025", "3-Nov-2025", "03NOV2025", "3 november, 2025"),
        *("2025-11-03 00:00:00", "2025-11-03T00:00:00", "2025-11-03T00:00:00.000000"),
        *("2025-11-03 0:00", "11/3/2025 12:00:00 AM", "11/3/2025 12:00 am", "Nov 3 2025 00:00:00"),
        *("20251103T00:00:00", "11/3/2025 12:00AM"),
    ],
)
def test_dates_as_people_write_them(text):
    assert read_date(text) == read_day("date", text) == THIRD


@pytest.mark.parametrize("month", range(1, 13))
def test_months_by_their_first_three_letters_and_in_full(month):
    day = date(2025, month, 7)
    assert read_date(f"{day:%b} 7 2025") == read_date(f"{day:%B} 7 2025") == day


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "11/03/25",
            "^date 11/03/25 has the year 25, not one of four digits: .* 2025-11-03$",
        ),
        ("Nov 3 25", "the year 25, not one of four digits: .* 2025-11-03$"),
        ("11/03/125", "the year 125, not one of four digits: give it in full, as in 2"),
        ("11/03/20255", "the year 20255, not one of four digits"),
        ("11/03", "^date 11/03 has no year: give it in full, as in [0-9]{4}-11-03$"),
        ("3 Nov", "has no year: give it in full, as in [0-9]{4}-11-03$"),
        ("13/11/2025", "has no month 13: numbers are month/day/year; give 2025-11-13 if"),
        ("13/13/2025", "^date 13/13/2025 is no day of the calendar$"),
        ("2025-13-11", "^date 2025-13-11 is no day of the calendar$"),
        ("02/30/2025", "^date 02/30/2025 is no day of the calendar$"),
        ("Feb 30 2025", "is no day of the calendar$"),
        ("11032025", "no day of the calendar; eight digits are YYYYMMDD, as in 20251103$"),
        ("0/3/2025", "is not YYYY-MM-DD"),
        ("No 3 2025", "is not YYYY-MM-DD"),
        ("Nox 3 2025", "is not YYYY-MM-DD"),
        ("11.03.2025", "is not YYYY-MM-DD, such as 2025-11-03; nor 11/03/2025, Nov 3 2025, today"),
        ("2025", "is not YYYY-MM-DD"),
        ("2025-W45-1", "is not YYYY-MM-DD"),
        ("٢٠٢٥١١٠٣", "is not YYYY-MM-DD"),
        ("tomorrow", "is not YYYY-MM-DD"),
        ("2025-11-03 08:30:00", "is not YYYY-MM-DD"),
        ("2025-11-03T00:00:01", "is not YYYY-MM-DD"),
        ("2025-11-03T00:00:00Z", "is not YYYY-MM-DD"),
        ("11/3/2025 12:00:00 PM", "is not YYYY-MM-DD"),
        ("11/3/2025 12:00:00", "is not YYYY-MM-DD"),
        (" 00:00:00", "is not YYYY-MM-DD"),
    ],
)
def test_dates_that_are_not_certain(text, says):
    with pytest.raises(InvalidInputError, match=says):
        read_date(text)


def test_today_and_yesterday_are_days_of_the_clock(monkeypatch):
    class Day(type):
        def __instancecheck__(cls, value):
            return isinstance(value, datetime.date)

    class Clock(datetime.date, metaclass=Day):
        now = date(2025, 11, 3)

        @classmethod
        def today(cls):
            return cls.now

    monkeypatch.setattr(dates, "date", Clock)
    assert (read_date("today"), read_date("Yesterday ")) == (THIRD, date(2025, 11, 2))
    assert priced(date="today").date == priced(date="2025-11-03").date == THIRD
    Clock.now = date(2026, 1, 1)
    assert (read_date("today"), read_date("yesterday")) == (Clock.now, date(2025, 12, 31))
    assert priced(date="today").date == Clock.now, "no answer of another day is remembered"


@pytest.mark.parametrize(
    ("pos", "code"),
    [
        *((11, "11"), ("11", "11"), ("2", "02"), ("office", "11"), ("Doctor's Office", "11")),
        *(("home", "12"), ("urgent care", "20"), ("inpatient", "21"), ("hospital", "22")),
        *(("HOPD", "22"), ("outpatient", "22"), ("off-campus", "19"), ("ER", "23"), ("ed", "23")),
        *(("emergency room", "23"), ("asc", "24"), ("A.S.C.", "24"), ("SNF", "31"), ("lab", "81")),
        *(("Emergency room, hospital", "23"), ("hospice", "34"), ("dialysis", "65")),
    ],
)
def test_places_of_service_by_name(pos, code):
    setting, place = read_setting("nonfacility", pos)
    assert (place.pos, setting) == (code, places_of_service()[code].setting)


@pytest.mark.parametrize(
    ("pos", "says"),
    [
        ("telehealth", r"may be 02 \(Tele.* patient's home\) or 10 \(Tele.*\); give 02 or 10$"),
        ("nursing home", r"may be 31 \(Skilled .*\) or 32 \(Nursing facility\); give 31 or 32$"),
        ("clinic", r"near it are 17 \(Walk.*\); 49 \(Ind.*\); 71 \(Pub.*\); 72 \(Rural [^;]*\)$"),
        ("ofice", r"'ofice' is not a CMS code or name; near it is 11 \(Office\)$"),
        ("facility", "is a setting: give it as the setting, or a place of service such as office"),
        ("77", r"most used are 11 \(Office\); 12 \(Home\); .* 24 \(Amb.*; all are 01, 02, .* 99$"),
        ("", "is not a CMS code or name; most used are"),
        ("of", "is not a CMS code or name; most used are"),
    ],
)
def test_places_of_service_that_are_not_certain(pos, says):
    with pytest.raises(InvalidInputError, match=says):
        read_setting("nonfacility", pos)


def test_a_place_of_service_by_name_decides_the_setting():
    assert priced(pos="hospital").pos == "22"
    assert priced(pos="hospital").fee == priced(setting="facility").fee < priced(pos="office").fee


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (Setting.NONFACILITY, ("Nonfacility", "NON-FACILITY", "non facility", "nonfac", "office")),
        (Setting.FACILITY, ("facility", "Fac", "hospital", "ASC")),
    ],
)
def test_settings_by_other_words(setting, words):
    assert {Setting.read(word) for word in words} == {setting}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("physician", ("physician", "MD", "DO", "M.D.", "MD/DO", "doctor")),
        ("np", ("np", "NP", "Nurse Practitioner", "nurse-practitioner", "CRNP", "FNP")),
        ("pa", ("PA", "PA-C", "physician assistant", "Physician's Assistant",
                "Physician Associate")),
        ("cns", ("CNS", "Clinical Nurse Specialist")),
        ("dietitian", ("RD", "RDN", "registered dietitian", "dietician", "Nutritionist",
                       "nutrition professional")),
        ("midwife", ("CNM", "midwife", "certified nurse-midwife", "nurse midwife")),
        ("csw", ("CSW", "LCSW", "clinical social worker", "Social worker")),
        ("mft", ("MFT", "LMFT", "Marriage and Family Therapist", "marriage and family counselor")),
        ("mhc", ("MHC", "LMHC", "LPC", "mental health counselor", "Counselor")),
    ],
)  # fmt: skip
def test_practitioners_by_other_words(kind, words):
    assert {practitioner.read(word) for word in words} == {kind}


def test_a_practitioner_that_is_not_known():
    with pytest.raises(InvalidInputError, match=r"'crna' is not one of physician \(MD, DO\), np"):
        practitioner.read("crna")
    assert set(practitioner.PRACTITIONERS) == set(practitioner._kinds().values())


def test_states_by_letters_and_names():
    given = ["ca", "California", "new york, Tx", "D.C.", "Washington, D.C."]
    assert read_states(given[:-1]) == ("CA", "NY", "TX", "DC")
    assert (read_states(None), read_states("north carolina")) == ((), ("NC",))
    assert read_states("Atlantis") == ("ATLANTIS",)
    assert len(set(states().values())) == 53, "fifty, DC, PR and VI"
    with pytest.raises(InvalidInputError, match="state is empty"):
        read_states(["CA", " "])


def test_states_spelt_nearly_so():
    assert (near_state("Californa"), near_state("qqqq")) == ("CA", "")


@pytest.mark.parametrize(
    "given", ["KX,59", "KX 59", "kx-59", ["KX", "59"], ["KX,59"], ["KX", "", "59"], ["KX,", " 59"]]
)
def test_modifiers_in_one_text(given):
    assert arguments.modifiers(given) == ("KX", "59")


@pytest.mark.parametrize(
    ("name", "modifier"),
    [("bilateral", "50"), ("Left", "LT"), ("right", "RT"), ("professional", "26"),
     ("TECHNICAL", "TC")],
)  # fmt: skip
def test_the_name_of_a_modifier_says_which_to_give(name, modifier):
    with pytest.raises(ModifierError) as refused:
        arguments.modifiers([name])
    assert str(refused.value) == (
        f"'{name.upper()}' is not a modifier of two characters; give {modifier}"
    )


def test_marks_alone_are_no_modifier():
    for given in (",", ",,", "--"):
        with pytest.raises(ModifierError):
            arguments.modifiers(given)


@pytest.mark.parametrize("given", ["50KX", ["50KX"], ["5"]])
def test_what_is_no_modifier(given):
    with pytest.raises(ModifierError, match="not a modifier of two characters; several .* 50,KX$"):
        arguments.modifiers(given)


@pytest.mark.parametrize(
    "line",
    [
        ClaimLine("64493-50"),
        ClaimLine("64493", "50"),
        ClaimLine(" 64493-50 "),
        ClaimLine("64493-50", None),
    ],
)
def test_a_code_with_modifiers(line):
    whole = line.in_parts()
    assert (whole.hcpcs, arguments.modifiers(whole.modifiers)) == ("64493", ("50",))


def test_what_stands_beside_a_code_with_modifiers_is_added():
    line = ClaimLine("64493-50x2@250.00", "KX,59").in_parts()
    assert (line.hcpcs, arguments.modifiers(line.modifiers)) == ("64493", ("50", "KX", "59"))
    assert (line.units, line.charge) == (2, "250.00")
    assert ClaimLine("66984-55d30").in_parts().postop_days == 30
    assert ClaimLine("64493x2", units=2).in_parts().units == 2
    assert ClaimLine("64493-50", units=3, charge=D(9)).in_parts()[2:4] == (3, D(9))
    bare = ClaimLine("64493", ("50",), 3)
    assert bare.in_parts() is bare


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            ClaimLine("64493x2", units=3),
            "^units 2 with the code contradicts units 3 beside it: giv",
        ),
        (ClaimLine("64493@2", charge=3), "^charge 2 with the code contradicts charge 3"),
        (ClaimLine("66984-55d3", postop_days=4), "^days of care 3 with the code contradicts days"),
        (ClaimLine("64493-50KX"), "as in 64493-50x1@250.00"),
        (ClaimLine("64493-50", 50), "^modifiers is a list"),  # type: ignore[arg-type]
    ],
)
def test_a_code_with_parts_that_contradict(line, says):
    with pytest.raises(InvalidInputError, match=says):
        line.in_parts()


def test_a_code_with_modifiers_is_priced_as_one_with_modifiers_beside():
    assert priced("64493-50").allowed == priced(modifiers=["50"]).allowed == D("334.31")
    assert priced("64493-50", modifiers="KX").code == "64493-50-KX"
    assert priced("64493-RTx2").units == 2
    with pytest.raises(ModifierError, match="modifier 50 appears twice"):
        priced("64493-50", modifiers=["50"])
    with pytest.raises(ModifierError, match="50 means both sides"):
        priced("64493-50", modifiers=["LT"])


def test_compare_and_history_take_a_code_with_modifiers():
    places = compare("64493-50", ["01112-05"], date="11/03/2025")
    amounts = {place.locality.key: place.amounts for place in places.places}
    assert amounts["01112-05"][Setting.NONFACILITY] == 33431
    assert history("64493-50", "01112-05").code == "64493-50"
    for read in (lambda: compare("64493-50x2", ["AL"]), lambda: history("64493x2", "AL")):
        with pytest.raises(InvalidInputError, match="amounts are for one unit: give 64493"):
            read()
