from datetime import date

import pytest

from feesync.model.zip_code import ZipCode, ZipFile, may_be_mac, quarter_of, read_zip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("94110", ("94110", "")),
        (" 94110 ", ("94110", "")),
        ("94110-1234", ("94110", "1234")),
        ("94110 1234", ("94110", "1234")),
        ("941101234", ("94110", "1234")),
        ("zip 10112", ("10112", "")),
        ("ZIP10112-0001", ("10112", "0001")),
        ("01112-05", None),  # the key of a locality
        ("0111205", None),
        ("01112-5", None),
        ("9411", None),
        ("94110-123", None),
        ("94110-12345", None),
        ("94110\n", ("94110", "")),
        ("٩٤١١٠", None),  # digits, but none that CMS writes
        ("CA-05", None),
        ("", None),
    ],
)
def test_what_is_a_zip(text, code):
    assert read_zip(text) == code


def test_a_bare_number_may_be_a_mac_a_zip_that_is_named_one_may_not():
    assert may_be_mac("10112")
    assert not may_be_mac("ZIP 10112")
    assert not may_be_mac("10112-0001")


@pytest.mark.parametrize(
    ("zip5", "military"),
    [
        ("09012", True),
        ("34002", True),
        ("96201", True),
        ("96613", True),
        ("34108", False),
        ("96799", False),
        ("90210", False),
    ],
)
def test_military_zips(zip5, military):
    assert ZipCode(zip5, "").is_military is military


def test_quarters():
    assert [quarter_of(date(2025, month, 1)) for month in range(1, 13)] == [
        (2025, 1 + (month - 1) // 3) for month in range(1, 13)
    ]
    file = ZipFile("ZIP5", 2025, 4, "ZIP5_OCT2025.txt", 42956, False)
    assert str(file) == "ZIP5 2025 Q4"
    days = (date(2025, 9, 30), date(2025, 10, 1), date(2025, 12, 31), date(2026, 1, 1))
    assert [file.is_of(day) for day in days] == [False, True, True, False]
