from datetime import date
from itertools import pairwise

import pytest

from feesync.errors import InvalidInputError
from feesync.model import label as label_module
from feesync.reference import catalogue


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("rvu25d.zip", "RVU25D"),
        ("https://www.cms.gov/files/zip/rvu24ar-posted-04/01/2024.zip", "RVU24AR"),
        ("rvu25a-updated-01/10/2025.zip", "RVU25A"),
        ("RVU18C1.zip", "RVU18C1"),
        ("rvu26a-updated-12-29-2025 (1).zip", "RVU26A"),
        ("2025.zip", None),
        ("PPRRVU25_JAN.csv", None),
        ("PPRRVU2025_Oct.csv", None),
    ],
)
def test_label_in_a_file_name(name, label):
    assert label_module.label_in(name) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [("RVU25D", "RVU25D"), ("rvu24ar", "RVU24AR"), ("26c", "RVU26C"), (" 25A ", "RVU25A")],
)
def test_parse_label(text, label):
    assert label_module.parse_label(text) == label


@pytest.mark.parametrize("text", ["", "RVU25", "RVU25E", "25DX", "2025D", "latest"])
def test_parse_label_refuses(text):
    with pytest.raises(InvalidInputError, match="RVU25D"):
        label_module.parse_label(text)


def test_the_conversion_factor_tells_a_january_from_its_reissue():
    # CMS: 32.7442 to March 8, 33.2875 from March 9, 2024
    assert catalogue.label_of_title(2024, "January", 327442) == "RVU24A"
    assert catalogue.label_of_title(2024, "January", 332875) == "RVU24AR"
    assert catalogue.label_of_title(2027, "July", 340000) == "RVU27C"
    assert catalogue.label_of_title(2027, "March", 340000) is None


def test_effective_dates_from_the_catalogue_and_from_the_letter():
    assert catalogue.effective_dates("RVU24A") == (date(2024, 1, 1), date(2024, 3, 8))
    assert catalogue.effective_dates("RVU24AR") == (date(2024, 3, 9), date(2024, 3, 31))
    assert catalogue.effective_dates("RVU29B") == (date(2029, 4, 1), date(2029, 6, 30))
    assert catalogue.effective_dates("RVU29AR") is None


def test_the_catalogue_covers_every_day_from_2020_to_2026_once():
    entries = [
        entry for entry in catalogue.catalogue().values() if entry.effective_from.year >= 2020
    ]
    assert entries[0].effective_from == date(2020, 1, 1)
    assert entries[-1].effective_to == date(2026, 12, 31)
    assert all(
        (after.effective_from - before.effective_to).days == 1
        for before, after in pairwise(entries)
    )
