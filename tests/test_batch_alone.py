"""Lines by themselves, by the batch as by `estimate`: every text that a file may have."""

import random
import sqlite3
from collections import Counter
from contextlib import closing
from decimal import Decimal
from functools import partial
from itertools import product
from typing import Any

import pytest
from batches import NAMES, repriced
from cms_files import VALUES, changed, fixture, rvu25d, zip_of
from cms_files import repriced as repriced_code
from everyday import one_in

from feesync import estimate
from feesync.batch import plan, together
from feesync.batch.duckdb_engine import DuckDB
from feesync.batch.request import Request
from feesync.datasets.rvu.load import load
from feesync.errors import (
    FeesyncError,
    LocalityError,
    ModifierError,
    NoReleaseError,
    UnknownCodeError,
)
from feesync.formats.release import from_zip
from feesync.model.money import dollars

GOOD = {
    "date": {
        "2025-11-03": "2025-11-03",
        "11/03/2025": "2025-11-03",
        "20251231": "2025-12-31",
        "Oct 1 2025": "2025-10-01",
        "2025-12-01": "2025-12-01",
        "11/3/2025 12:00:00 AM": "2025-11-03",
    },
    "modifiers": {
        **dict.fromkeys(("", " "), ()),
        "50": ("50",),
        "59 RT": ("59", "RT"),
        "rt,59": ("RT", "59"),
        "LT|76": ("LT", "76"),
        "26": ("26",),
        "26.0, 59.00": ("26", "59"),
        "TC": ("TC",),
        "TC:59": ("TC", "59"),
        "53": ("53",),
        "PD": ("PD",),
        "80": ("80",),
        "AS": ("AS",),
        "62": ("62",),
        "78": ("78",),
        "54": ("54",),
        "33": ("33",),
        "PT": ("PT",),
        "GP": ("GP",),
        "CQ GP": ("CQ", "GP"),
        "FX": ("FX",),
        "UN": ("UN",),
        "UP": ("UP",),
        "GY": ("GY",),
        "22": ("22",),
    },
    "pos": {
        "": {"setting": "nonfacility"},
        "11": {"pos": "11"},
        "24": {"pos": "24"},
        "office": {"pos": "office"},
        "2": {"pos": "2"},
        "21.0": {"pos": 21},
    },
    "units": {"": 1, "1": 1, "2": 2, "3.0": 3, "07": 7},
    "charge": {
        "": None,
        "0.00": "0.00",
        "10.01": "10.01",
        "$1,200.00": "1200",
        "250.5": "250.50",
        "90": "90",
        "9999999.99": "9999999.99",
    },
    "practitioner": {
        "": "physician",
        "MD": "physician",
        "np": "np",
        "Nurse Practitioner": "np",
        "csw": "csw",
    },
    "nonpar": {"": False, "Y": True, "no": False, "1": True},
    "deductible": {"": None, "257": "257", "0.50": "0.50"},
    "locality": {
        "01112-05": "01112-05",
        "0111205": "01112-05",
        "national": "national",
        "CA-05": "CA-05",
        "AL": "AL",
        "94110": "94110",
    },
}
BAD = {
    "date": {"": "missing-date", "2025-02-30": "unreadable-date", "soon": "unreadable-date"},
    "hcpcs": {"": "missing-code", "6449": "unreadable-code", "64493@5": "unreadable-code"},
    "pos": {"98": "place-of-service", "moon": "place-of-service"},
    "practitioner": {"plumber": "practitioner"},
    "nonpar": {"maybe": "flag"},
    "modifiers": {
        "ZZ": "modifier",
        "50 RT": "modifier",
        "5": "modifier",
        "RT LT 59 76 77": "modifier",
        "26.5": "modifier",
        "1.26.0": "modifier",
    },
    "units": {"0": "units", "1.5": "units", "-1": "units", "10000": "units", "x": "units"},
    "charge": {"1.005": "charge", "ten": "charge", "-5.00": "charge", "1e3": "charge"},
    "deductible": {"none": "deductible"},
    "locality": {
        "": "missing-locality",
        "CA": "locality",
        "nowhere": "locality",
        "00000": "locality",
    },
}
"""What cannot be read, in the order in which a line has its reason."""

REFUSED = ("status", "reason", "fee", "allowed", "steps", "limiting_charge")
"""The columns that a refused line has the same."""

CLASSES = (
    (ModifierError, "modifier"),
    (UnknownCodeError, "unknown-code"),
    (NoReleaseError, "no-release"),
    (LocalityError, "locality"),
)


class Draw:
    """Random rows of a file, each with what `estimate` is asked or with its reason."""

    def __init__(self, seed, codes, good=GOOD, wrong=0.04):
        self.chance, self.codes, self.good, self.wrong = random.Random(seed), codes, good, wrong

    def row(self):
        chance = self.chance
        row = {name: chance.choice(list(texts)) for name, texts in self.good.items()}
        row["hcpcs"] = chance.choice(self.codes)
        arguments = {
            "hcpcs": row["hcpcs"],
            **{name: texts[row[name]] for name, texts in self.good.items() if name != "pos"},
            **self.good["pos"][row["pos"]],
        }
        if chance.random() < 0.1 and "59" not in arguments["modifiers"]:
            row["hcpcs"] = f"{row['hcpcs'].lower()}-59"
            arguments["modifiers"] = ("59", *arguments["modifiers"])
        reason = None
        for name, texts in BAD.items():
            if chance.random() < self.wrong:
                row[name] = chance.choice(list(texts))
                reason = reason or texts[row[name]]
        return row, arguments, reason


def expected(arguments, reason):
    """The answer of `estimate`, under the names of the batch."""
    nothing = dict.fromkeys((*NAMES, "stand_in", "variance"))
    elsewhere = "locality" in (reason or "")  # which counts only after the release
    if reason and not elsewhere:
        return nothing | {"status": "refused", "reason": reason}
    try:
        arguments = arguments | ({"locality": "nowhere"} if elsewhere else {})
        answer = estimate(**arguments, coverage=False)
    except FeesyncError as error:
        found = [word for kind, word in CLASSES if isinstance(error, kind)]
        word = found[0] if found else "practitioner" if "pays a" in str(error) else "invalid"
        if "needs a release" in str(error):  # the snapshot alone answers, and lacks the code
            word = "no-release"
        word = reason if reason and word == "locality" else word
        return nothing | {"status": "refused", "reason": word}
    steps = [
        step.name if step.factor is None else f"{step.name} x {step.factor}"
        for step in answer.steps
    ]
    denials = [note.code for note in answer.notes if note.severity == "denial"]
    is_priced = answer.allowed is not None
    return {
        **{name: getattr(answer, name) for name in NAMES[:6]},
        "steps": "; ".join(steps) or None,
        "rank": answer.rank,
        "release": answer.release.label,
        "mac": answer.locality.mac,
        "locality": answer.locality.locality,
        "status": "priced" if is_priced else "denied",
        "reason": None if is_priced else denials[0],
        "stand_in": answer.quote.stand_in,
        "variance": None,
    }


def compared(folder, rows, **request):
    """Compare random rows with `estimate`; return how many have each status."""
    names = (*NAMES, "stand_in", "variance")
    answers = repriced(folder, [row for row, _, _ in rows], names=names, group="line", **request)
    apart = []
    for (row, arguments, reason), answer in zip(rows, answers, strict=True):
        wanted = expected(arguments, reason)
        if wanted["status"] == "refused":
            wanted = {name: wanted[name] for name in REFUSED}
        differences = {name: (answer[name], value) for name, value in wanted.items()}
        differences = {name: pair for name, pair in differences.items() if pair[0] != pair[1]}
        if differences:
            apart.append((row, differences))
    assert not apart, "\n".join(map(str, apart[:10]))
    return Counter(answer["status"] for answer in answers)


@pytest.mark.parametrize("seed", one_in(3, range(3)))
def test_random_lines_of_the_fixture(loaded, tmp_path, small_book, seed):
    draw = Draw(seed, [*sorted({code for code, _ in small_book.values}), "99999"])
    statuses = compared(tmp_path, [draw.row() for _ in range(600)])
    assert min(statuses[status] for status in ("priced", "denied", "refused")) > 60


DAYS = (
    *("2020-05-01", "2021-12-31", "2023-07-04", "2024-02-01", "2024-03-09", "2025-06-30"),
    "2026-02-03",
)
FACET = ["64490", "64493", "64494", "64495", "64633", "64635", "64636"]
PLACES = ("01112-05", "CA-05", "national", "94110", "63101", "AL", "Manhattan", "Dallas", "00215")
EARLIER = GOOD | {
    "date": {day: day for day in (*DAYS, "2019-12-31", "2027-01-01")},
    "locality": {place: place for place in PLACES},
    "qp": {"": False, "yes": True, "false": False},
}


def test_random_lines_of_the_snapshot(tmp_path):
    """Codes, days and places of many releases; some days and places have none, some no ZIP."""
    draw = Draw(3, [*FACET, "99213"], EARLIER, wrong=0.01)
    statuses = compared(tmp_path, [draw.row() for _ in range(600)])
    assert statuses["priced"] > 150


def test_a_release_stands_in_and_the_snapshot_is_beside_the_database(loaded, tmp_path):
    draw = Draw(4, [*FACET, "99213", "20610"], EARLIER | {"date": {day: day for day in DAYS}}, 0)
    assert compared(tmp_path, [draw.row() for _ in range(300)])["priced"] > 100


def test_what_holds_where_a_line_says_nothing(loaded, tmp_path):
    rows = [{"hcpcs": "64493"}, {"hcpcs": "20610", "modifiers": "50"}]
    defaults = {
        "locality": "CA-05", "setting": "facility", "practitioner": "Nurse Practitioner",
        "nonpar": True, "date": "11/03/2025", "group": "line",
    }  # fmt: skip
    answers = repriced(tmp_path, rows, **defaults)
    for row, answer in zip(rows, answers, strict=True):
        arguments = {name: value for name, value in defaults.items() if name != "group"}
        assert answer == {name: expected(row | arguments, None)[name] for name in NAMES}
    (by_pos,) = repriced(tmp_path, rows[:1], **(defaults | {"setting": "nonfacility", "pos": 24}))
    assert by_pos == answers[0]


def test_a_line_is_priced_in_the_place_that_it_names_itself(loaded, tmp_path):
    places = [
        ({"mac": "13202", "locality": "01"}, "13202-01"),
        ({"mac": "1112", "locality": "5"}, "01112-05"),
        ({"mac": "13202", "locality": "13202-01"}, "13202-01"),
        ({"mac": "01112", "locality": "13202-01"}, None),
        ({"mac": "13202", "zip": "36104"}, "10112-00"),
        ({"locality": "13202-01", "zip": "36104"}, "13202-01"),
        ({"zip": "36104"}, "10112-00"),
        ({"mac": "1112"}, "01112-05"),
        ({"mac": "13202"}, None),
        ({}, "01112-05"),
    ]  # fmt: skip
    rows = [{"hcpcs": "64493", "date": "2025-11-03", **place} for place, _ in places]
    answers = repriced(tmp_path, rows, group="line", locality="01112-05")
    for (place, key), answer in zip(places, answers, strict=True):
        own = [answer[name] for name in ("mac", "locality", "reason")]
        assert own == ([None, None, "locality"] if key is None else [*key.split("-"), None]), place
    (without,) = repriced(tmp_path, rows[-2:-1], group="line")
    assert without["reason"] == "locality"  # a MAC is no ZIP, though 13202 is one of Syracuse


def test_a_superseded_revision_is_in_no_answer(loaded, tmp_path):
    data = zip_of(rvu25d(values=repriced_code("64493", "3.74", "5.42")))
    load(loaded, from_zip(data, "rvu25d.zip"), allow_change=True)
    row = {"hcpcs": "64493", "date": "2025-11-03", "locality": "01112-05"}
    (answer,) = repriced(tmp_path, [row], group="line")
    assert answer == {name: expected(row, None)[name] for name in NAMES}
    assert answer["fee"] > Decimal("222.87")  # of the practice expense of before


def test_no_line_is_no_failure(loaded, tmp_path):
    engine = DuckDB(tmp_path)
    engine.give(
        "input", {name: (kind, []) for name, kind in (("row", "BIGINT"), ("c0", "VARCHAR"))}
    )
    run = plan.run(engine, Request({"hcpcs": ("c0",)}), partial(together.price, workers=1))
    assert run.engine.rows("SELECT * FROM answer") == []


def test_no_release_is_a_reason(tmp_path):
    days = ["2019-05-01", "0001-01-01", "9999-12-31"]
    rows = [{"hcpcs": "64493", "date": day, "locality": "01112-05"} for day in days]
    answers = repriced(tmp_path, rows, group="line")
    assert [(each["status"], each["reason"]) for each in answers] == 3 * [("refused", "no-release")]


def test_what_was_allowed_is_compared(loaded, tmp_path):
    texts = ["300.00", "$1,000.5", "0", "", "n/a", "-3.00"]
    rows = [
        {"hcpcs": "64493", "date": "2025-11-03", "locality": "01112-05", "paid_allowed": text}
        for text in texts
    ]
    answers = repriced(tmp_path, rows, names=("allowed", "variance"), group="line")
    allowed = estimate("64493", locality="01112-05", date="2025-11-03").allowed
    paid = [Decimal("300"), Decimal("1000.50"), Decimal(0)]
    assert [answer["variance"] for answer in answers] == [
        *(amount - allowed for amount in paid), None, None, None,
    ]  # fmt: skip


RANKED = {
    "20610": ("", "50", "RT"), "27447": ("", "62", "80"), "64493": ("", "78"),
    "97035": ("GP", "CQ GP"), "97110": ("GP", "GO"),
}  # fmt: skip
"""Codes whose units rank among themselves, of surgery and of therapy, each with modifiers."""


def of_ranked_units(charges):
    """Rows of three and five ranked units, and what `estimate` is asked, with charges for each.

    The charges are given by how many units there are and the amount of one, in cents.
    """
    for hcpcs, texts in RANKED.items():
        for text, units, setting, nonpar in product(
            texts, (3, 5), ("nonfacility", "facility"), (False, True)
        ):
            if nonpar and hcpcs.startswith("97"):
                continue  # a limiting charge of parts of a service
            shared = {
                "hcpcs": hcpcs, "modifiers": text, "date": "2025-11-03", "locality": "01112-05",
                "setting": setting,
            }  # fmt: skip
            arguments: dict[str, Any] = shared | {
                "modifiers": tuple(text.split()),
                "nonpar": nonpar,
            }
            one = estimate(**arguments, coverage=False).allowed
            for charge in charges(units, int(one * 100)):
                charge = None if charge is None else str(dollars(charge))
                row = shared | {"units": str(units), "nonpar": "Y" if nonpar else ""}
                yield (
                    row | {"charge": charge or ""},
                    arguments | {"units": units, "charge": charge},
                    None,
                )


def test_ranked_units_with_a_charge_that_does_not_bind_are_priced_by_the_engine(
    loaded, tmp_path, monkeypatch
):
    monkeypatch.setattr(together, "GroupWork", lambda facts: None)
    rows = [*of_ranked_units(lambda units, one: (None, units * one, units * one * 3))]
    assert compared(tmp_path, rows)["priced"] == len(rows) > 130


def test_ranked_units_with_a_charge_that_may_bind(loaded, tmp_path):
    def charges(units, one):
        return (units * one - 1, units * (one - 1), units * one // 2, units * one // 3, 1)

    rows = [*of_ranked_units(charges)]
    assert compared(tmp_path, rows)["priced"] == len(rows) > 350


def test_ranked_units_of_a_capped_fee(loaded, tmp_path):
    values = fixture(VALUES)
    for hcpcs in RANKED:
        for column, relative_value in ((28, "0.20"), (29, "0.20"), (30, "0.01")):
            values = changed(values, hcpcs, column, relative_value)
    data = zip_of(rvu25d(values=values, caps=None))
    load(
        loaded,
        from_zip(data, "rvu25d.zip"),
        allow_change=True,
        without_checks=frozenset({"opps-columns"}),
    )
    rows = [*of_ranked_units(lambda units, one: (None, units * one * 3))]
    assert compared(tmp_path, rows)["priced"] == len(rows) > 130


def test_a_row_with_a_flaw_has_it_as_its_reason(loaded, tmp_path):
    rows = [
        {"hcpcs": "64493", "date": "2025-11-03", "locality": "01112-05", "flaw": flaw}
        for flaw in ("", "ragged-row", "quotes")
    ]
    answers = repriced(tmp_path, rows, flaws=True, group="line")
    reasons = [answer["reason"] for answer in answers]
    assert reasons == [None, "ragged-row", "quotes"]


def held_to_the_view(database, folder, places):
    """Compare the fees of all rows of a release in places with those that its view has."""
    names = "hcpcs, modifier, mac || '-' || locality, nonfacility_amount, facility_amount"
    where = f"WHERE modifier IN ('', '26', 'TC') AND mac || '-' || locality LIKE '{places}'"
    with closing(sqlite3.connect(database)) as connection:
        rates = connection.execute(f"SELECT {names} FROM rate_cents {where}").fetchall()
    cells = [
        ({"hcpcs": hcpcs, "modifiers": row, "locality": place, "setting": setting}, cents)
        for hcpcs, row, place, *amounts in rates
        for setting, cents in zip(("nonfacility", "facility"), amounts, strict=True)
    ]
    rows = [row | {"date": "2025-11-03"} for row, _ in cells]
    answers = repriced(folder, rows, group="line", names=("fee", "status"))
    fees = [answer["fee"] for answer in answers if answer["status"] != "refused"]
    assert fees == [
        None if cents is None else dollars(cents)
        for (_, cents), answer in zip(cells, answers, strict=True)
        if answer["status"] != "refused"
    ]
    return len(fees)


def test_the_fees_of_the_fixture_are_those_of_the_view(loaded, tmp_path):
    assert held_to_the_view(loaded, tmp_path, "%-0%") > 4_000


@pytest.mark.slow
def test_the_fees_of_a_release_are_those_of_the_view(of_releases, tmp_path, monkeypatch):
    path = of_releases("rvu25d")
    monkeypatch.setenv("FEESYNC_DB", str(path))
    assert held_to_the_view(path, tmp_path, "%-03") > 100_000


@pytest.mark.slow
def test_random_lines_of_a_release(of_releases, tmp_path, whole_book, monkeypatch):
    monkeypatch.setenv("FEESYNC_DB", str(of_releases("rvu25d")))
    draw = Draw(11, sorted({code for code, _ in whole_book.values}), wrong=0.01)
    compared(tmp_path, [draw.row() for _ in range(20_000)])
