"""Charts: read back from the SVG, whose texts are texts, and from the size of the PNG."""

import re
import struct
import sys
from datetime import date
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from feesync.analysis import plot

pytestmark = pytest.mark.filterwarnings("error")

DAY = ("--date", "2025-11-03")
SVG = "{http://www.w3.org/2000/svg}"


def texts(path):
    return [(element.text or "").strip() for element in ElementTree.parse(path).iter(f"{SVG}text")]


def rightmost(path, color):
    """How far to the right filled bars of a color reach, from the top down.

    In points of the page.
    """
    ends = []
    for element in ElementTree.parse(path).iter(f"{SVG}path"):
        if f"fill: {color}" in element.get("style", "") and element.get("clip-path"):
            ends.append(
                max(float(x) for x, _ in re.findall(r"([\d.]+) ([\d.]+)", element.get("d")))
            )
    return ends


def size(path):
    return struct.unpack(">II", path.read_bytes()[16:24])


@pytest.fixture
def chart(feesync, tmp_path):
    """Draw a chart by a command; give its path."""

    def draw(*arguments, name="chart.svg"):
        path = tmp_path / name
        result = feesync(*arguments, "--plot", path)
        assert (result.exit_code, result.stderr) == (0, f"feesync: a chart in {path}\n")
        assert (
            result.stdout == feesync(*(given for given in arguments if given != "--force")).stdout
        )
        return path

    return draw


@pytest.mark.slow
def test_every_place_has_its_label_and_amount(chart):
    path = chart("compare", "64493", "--all", *DAY)
    said = texts(path)
    assert "64493: what Medicare allows, nonfacility" in said
    assert "Date of service 2025-11-03, release RVU25D, conversion factor 32.3465 nonqp" in said
    assert "National: $172.08" in said
    assert "US dollars allowed" in said
    assert any(
        text.startswith(
            "Source: Centers for Medicare & Medicaid Services, Physician Fee Schedule RVU25D"
        )
        for text in said
    )
    assert sum(bool(re.search(r" [A-Z]{2} [0-9]{5}-[0-9]{2}$", text)) for text in said) == 109
    # CMS's amounts of the nation and Alaska, and 204.09 / 172.08
    assert {"ALASKA  AK 02102-01", "204.09", "+18.60 %", "172.08"} <= set(said)
    rows = [text for text in said if re.fullmatch(r"[0-9]+\.[0-9]{2}", text)]
    assert len(rows) == 110
    assert [Decimal(row) for row in rows] == sorted(map(Decimal, rows), reverse=True)


@pytest.mark.slow
def test_labels_do_not_touch(chart):
    path = chart("compare", "64493", "--all", *DAY)
    places = [
        (float(element.get("y")), element.get("style"))
        for element in ElementTree.parse(path).iter(f"{SVG}text")
        if re.search(r" [A-Z]{2} [0-9]{5}-[0-9]{2}$", element.text or "")
    ]
    heights = sorted(y for y, _ in places)
    smallest = min(b - a for a, b in pairwise(heights))
    (font,) = {int(re.search(r"font-size: ([0-9]+)px", style)[1]) for _, style in places}
    assert smallest > 1.4 * font


def test_bars_are_as_long_as_the_amounts(chart):
    path = chart("compare", "64493", "--locality", "AK", "--locality", "AL", *DAY)
    alaska, alabama = rightmost(path, "#2b6cb0")
    (national,) = rightmost(path, "#c05621")
    # three lengths from one zero: (a - c) / (b - c) as the amounts are
    assert (alaska - national) / (national - alabama) == pytest.approx(
        (204.09 - 172.08) / (172.08 - 154.46), rel=1e-3
    )


def test_both_settings(chart):
    said = texts(chart("compare", "64493", "--setting", "both", "--locality", "AK", *DAY))
    assert {
        "National, nonfacility: $172.08",
        "National, facility: $88.31",
        "204.09",
        "113.53",
        "-44.37 %",
    } <= set(said)


def test_history_has_the_release_dates_and_the_amounts_where_they_change(chart):
    said = texts(chart("history", "64493", "--locality", "national"))
    assert "64493: what Medicare allowed, 2020 to 2026" in said
    assert {"RVU24A  2024-01-01", "RVU24AR  2024-03-09", "RVU26C  2026-07-01"} <= set(said)
    amounts = [text for text in said if re.fullmatch(r"[0-9]+\.[0-9]{2}", text)]
    # CMS: 2024 in two parts, 2025, July 2026; each once for all quarters of a year
    for amount in ("174.53", "177.42", "172.08", "190.39", "88.41", "89.88", "88.31", "81.50"):
        assert amounts.count(amount) == 1
    assert said.count("not loaded") == 2  # RVU24D, RVU26A and B
    assert said.count("no amount") == 0


def test_a_release_without_the_place_is_shaded(chart):
    said = texts(chart("history", "64493", "--locality", "01112-06"))
    assert said.count("no amount") == 3
    assert {"nonfacility", "facility", "RVU24A  2024-01-01"} <= set(said)


@pytest.mark.slow
def test_the_same_values_make_the_same_file(chart):
    for arguments in (
        ("compare", "64493", "--state", "CA", *DAY),
        ("history", "64493", "--locality", "AL"),
    ):
        for name in ("a.svg", "a.png"):
            first = chart(*arguments, "--force", name=name).read_bytes()
            assert chart(*arguments, "--force", name=name).read_bytes() == first
            assert b"dc:date" not in first


@pytest.mark.slow
def test_a_png_is_as_tall_as_its_rows_need(chart):
    few = size(chart("compare", "64493", "--locality", "AK", *DAY, name="few.png"))
    many = size(chart("compare", "64493", "--state", "CA", *DAY, name="MANY.PNG"))
    assert few[0] == many[0] > 1200
    assert many[1] - few[1] > 28 * 20


def test_values_alone_are_enough(tmp_path):
    path = tmp_path / "values.svg"
    caption = plot.Caption("$1 and $2", "under it", "from here", path, force=True)
    quarter = plot.Period("A", date(2024, 1, 1), date(2024, 3, 31), (Decimal("1.00"), None))
    plot.steps(caption, ["one", "two"], [quarter])
    assert {"$1 and $2", "1.00", "A  2024-01-01"} <= set(texts(path))
    plot.bars(caption, ["one"], "note", [plot.Bar("here", (None,))])
    assert "no price" in texts(path)


def test_without_the_package_the_extra_is_named_and_nothing_is_printed(
    feesync, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for arguments in (("compare", "64493", *DAY), ("history", "64493", "--locality", "AL")):
        result = feesync(*arguments, "--plot", tmp_path / "a.svg")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "pip install 'feesync[plot]'" in result.stderr
    assert list(tmp_path.glob("a.*")) == []


def test_the_suffix_says_what_is_drawn(feesync):
    result = feesync("compare", "64493", "--plot", "a.pdf")
    assert (result.exit_code, result.stdout) == (2, "")
    assert (
        "a.pdf does not end in .svg or .png, which says what kind of file to write" in result.stderr
    )
