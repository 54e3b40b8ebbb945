from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from cms_files import text_of, zip5_line, zip9_line

from feesync import LocalityError, estimate, estimate_claim, open_schedule
from feesync.datasets.zip_locality.load import load_zip_files
from feesync.errors import Hint, HintKind
from feesync.formats.zip_locality import parse

DAY = "2025-11-03"


def noted(answer):
    return [
        (note.severity.value, note.text, note.source)
        for note in answer.notes
        if note.code == "zip-locality"
    ]


@pytest.fixture
def put(database):
    """Load files given as lines."""

    def run(*texts):
        files = [parse(text_of(lines), f"ZIP{number}.txt") for number, lines in enumerate(texts)]
        load_zip_files(database, files, allow_change=True)

    return run


@pytest.fixture
def nine(put):
    """ZIP9 of two ZIPs that ZIP5 flags: Hollister, partly in Santa Clara county."""
    put(
        [
            zip9_line("95023", f"{plus4:04}", "01112", "65" if plus4 < 50 else "09")
            for plus4 in range(100)
        ]
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("94110", "01112-05"),
        ("94110-1234", "01112-05"),  # not flagged: by its ZIP5
        ("941101234", "01112-05"),
        ("ZIP 10112", "13202-01"),
        ("10112-0001", "13202-01"),
        ("10001", "13202-01"),
        ("22201", "12202-01"),  # Virginia, of the locality of the capital
        ("96910", "01212-01"),  # Guam
        ("00802", "09202-50"),  # Virgin Islands
    ],
)
def test_a_zip_prices_from_the_first_minute(text, key):
    answer = estimate("64493", locality=text, date=DAY)
    assert answer.locality.key == key
    assert answer.fee == estimate("64493", locality=key, date=DAY).fee
    assert noted(answer) == [
        ("info", f"ZIP {text.removeprefix('ZIP ').replace('941101234', '94110-1234')} lies in "
                 f"{key} by CMS's ZIP5 2025 Q4.",
         "ZIP5 2025 Q4 (ZIP5_OCT2025.txt)"),
    ]  # fmt: skip


def test_a_key_has_no_note_of_a_zip():
    assert noted(estimate("64493", locality="01112-05", date=DAY)) == []


def test_the_amount_of_a_zip_by_hand():
    # RVUs of 64493 and GPCIs of San Francisco as RVU25D prints them
    exact = (
        Decimal("1.52") * Decimal("1.088")
        + Decimal("3.64") * Decimal("1.419")
        + Decimal("0.16") * Decimal("0.445")
    )
    by_hand = (exact * Decimal("32.3465")).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert estimate("64493", locality="94110", date=DAY).fee == by_hand


def test_a_file_of_another_quarter_says_so():
    ((severity, text, _),) = noted(estimate("64493", locality="10001", date="2026-08-03"))
    assert (severity, text) == (
        "info",
        "ZIP 10001 lies in 13202-01 by CMS's ZIP5 2025 Q4, the nearest there is to 2026-08-03. "
        "'feesync sync --zips' brings the newest.",
    )


def test_years_in_which_the_state_was_divided_otherwise_warn():
    ((severity, text, _),) = noted(estimate("64493", locality="94110", date="2023-05-01"))
    assert severity == "warning"
    assert (
        "RVU23B divides CA otherwise (01112-06, 01112-07, 01182-26 are not in that file): check "
        "the locality." in text
    )
    assert noted(estimate("64493", locality="10001", date="2023-05-01"))[0][0] == "info"


@pytest.mark.parametrize(
    ("text", "says", "candidates"),
    [
        ("95023", "95023 spans localities: ZIP5 2025 Q4 gives 01112-65 CA SAN JOSE", ["01112-65"]),
        ("95023", "a part of it lies elsewhere. Give the ZIP+4, such as 95023-1234", ["01112-65"]),
        ("95023", "or name the locality, 01112-65 where that is right", ["01112-65"]),
        (
            "95023-0001",
            "The ZIP+4 decides by CMS's ZIP9 file, which is not loaded; or name the locality",
            ["01112-65"],
        ),
        ("09012", "09012 is a military ZIP (APO, FPO or DPO)", []),
        ("34002-1234", "34002-1234 is a military ZIP", []),
        ("96201", "96201 is a military ZIP", []),
        ("00001", "00001 is no ZIP of ZIP5 2025 Q4", []),
        ("00001-0001", "00001 is no ZIP of ZIP5 2025 Q4", []),
        (
            "10112",
            "10112 is a MAC (10112-00 AL ALABAMA) and a ZIP too (in 13202-01 NY MANHATTAN)",
            ["10112-00", "13202-01"],
        ),
        ("10112", "or write 'ZIP 10112' for the ZIP", ["10112-00", "13202-01"]),
        ("01182", "01182 is a MAC, its localities are 01182-17", None),  # and no ZIP
    ],
)
def test_what_is_refused(text, says, candidates):
    with pytest.raises(LocalityError) as error:
        estimate("64493", locality=text, date=DAY)
    assert says in str(error.value)
    if candidates is not None:
        assert list(error.value.candidates) == candidates
    spans = "spans localities" in str(error.value)
    assert spans is (error.value.hint == Hint(HintKind.LOAD_ZIPS))


def test_580_zips_are_never_answered_without_four_more_digits():
    from feesync.model.zip_code import ZipCode
    from feesync.store.zip_tables import embedded_zip_table

    flagged = [
        code
        for number in range(100_000)
        if (row := embedded_zip_table().row(ZipCode(code := f"{number:05}", ""))) and row.plus_four
    ]
    assert len(flagged) == 580
    schedule = open_schedule()
    for code in flagged:
        with pytest.raises(LocalityError, match=f"{code} (spans localities|is a MAC)"):
            schedule.rate("64493", "", code, date(2025, 11, 3))


def test_with_zip9_the_four_digits_decide(nine):
    assert estimate("64493", locality="95023-0001", date=DAY).locality.key == "01112-65"
    answer = estimate("64493", locality="950230050", date=DAY)
    assert answer.locality.key == "01112-09"
    assert noted(answer) == [
        (
            "info",
            "ZIP 95023-0050 lies in 01112-09 by CMS's ZIP9 2025 Q4.",
            "ZIP9 2025 Q4 (ZIP0.txt)",
        )
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "95023",
            "but a part of it lies elsewhere (ZIP9 2025 Q4: 01112-09, 01112-65). Give the ZIP+4, "
            "such as 95023-1234; or",
        ),
        (
            "95023-9999",
            "ZIP9 2025 Q4 has no 95023-9999: check the ZIP+4; or name the locality, 01112-65",
        ),
    ],
)
def test_with_zip9_what_is_still_open(nine, text, says):
    with pytest.raises(LocalityError) as error:
        estimate("64493", locality=text, date=DAY)
    assert says in str(error.value)
    assert error.value.hint is None  # loading helps no more
    assert error.value.candidates == ("01112-65", "01112-09")


def test_a_loaded_file_answers_from_its_quarter_on(put):
    put([zip5_line("94110", "01112", "52", quarter="20262")])  # as if CMS had moved it
    days = (DAY, "2026-02-01", "2026-04-01", "2026-08-01")
    keys = [estimate("64493", locality="94110", date=day).locality.key for day in days]
    assert keys == ["01112-05", "01112-05", "01112-52", "01112-52"]


def test_a_repost_is_seen_by_an_open_schedule(put):
    put([zip5_line("94110", "01112", "52")])
    assert estimate("64493", locality="94110", date=DAY).locality.key == "01112-52"
    put([zip5_line("94110", "01112", "05")])
    assert estimate("64493", locality="94110", date=DAY).locality.key == "01112-05"


def test_a_pair_that_the_release_does_not_have(put):
    put([zip5_line("94401", "01112", "06")])  # retired in 2024
    with pytest.raises(
        LocalityError,
        match="94401 lies in 01112-06 by ZIP5 2025 Q4, which is no locality of RVU25D; name",
    ):
        estimate("64493", locality="94401", date=DAY)
    with pytest.raises(
        LocalityError,
        match="^ZIP 94401 lies in 01112-06 by ZIP5 2025 Q4; that is no locality on 2025-11-03: ",
    ):
        open_schedule().find_localities("94401", date(2025, 11, 3))


def test_claims_and_rates_take_zips():
    claim = estimate_claim(["64493-50", "64494-50"], locality="94110", date=DAY)
    assert [line.locality.key for line in claim.lines] == ["01112-05", "01112-05"]
    quotes = open_schedule().rates("64493", ["94110", "national"], None, date(2025, 11, 3))
    assert [(quote.locality.key, quote.zip and str(quote.zip.code)) for quote in quotes] == [
        ("01112-05", "94110"), ("00000-00", None),
    ]  # fmt: skip


def test_what_a_zip_may_mean_is_listed_with_its_doubts(nine):
    schedule, day = open_schedule(), date(2025, 11, 3)

    def found(text):
        answer = schedule.find_localities(text, day)
        return [place.key for place in answer.localities], answer.spans, answer.remark

    assert found("94110") == (["01112-05"], False, "ZIP 94110 lies in 01112-05 by ZIP5 2025 Q4")
    assert found("95023") == (
        ["01112-65", "01112-09"],
        True,
        "ZIP 95023 spans localities, by ZIP9 2025 Q4: the ZIP+4 decides",
    )
    assert found("95023-0050") == (
        ["01112-09"],
        False,
        "ZIP 95023-0050 lies in 01112-09 by ZIP9 2025 Q4",
    )
    assert found("10112")[:2] == (["10112-00", "13202-01"], False)
    assert found("10112")[2].startswith("10112 is a MAC, and a ZIP too: ")
    assert found("alaska") == (["02102-01"], None, None)


def test_what_a_zip_may_mean_by_the_embedded_file_alone():
    schedule = open_schedule()
    for text in ("95023", "95023-0001"):
        answer = schedule.find_localities(text, date(2025, 11, 3))
        assert ([place.key for place in answer.localities], answer.spans) == (["01112-65"], True)
        assert answer.remark.startswith(
            f"ZIP {text} lies in 01112-65 by ZIP5 2025 Q4, but a part of it lies elsewhere: "
        )
    remark = schedule.find_localities("94110", date(2026, 8, 3)).remark
    assert remark == (
        "ZIP 94110 lies in 01112-05 by ZIP5 2025 Q4 (the nearest file there is to 2026-08-03)"
    )


def test_of_one_quarter_the_file_of_the_database_is_named(put):
    def named():
        return [(str(file), file.embedded) for file in open_schedule().zip_files()]

    assert named() == [("ZIP5 2025 Q4", True)]
    put(
        [zip5_line("94110", "01112", "52")],
        [zip5_line("94110", "01112", "52", quarter="20262")],
        [zip9_line("95023", "0001", "01112", "65")],
    )
    assert named() == [
        ("ZIP5 2025 Q4", False),
        ("ZIP5 2026 Q2", False),
        ("ZIP9 2025 Q4", False),
    ]
