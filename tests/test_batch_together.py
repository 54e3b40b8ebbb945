"""Lines that touch, by the batch as by `estimate_claim`: random claims, biased to touch."""

import random
from collections import Counter
from typing import Any

import pytest
from batches import differences, repriced, rows_of
from cms_files import quarter
from everyday import one_in
from test_claim_properties import CHARGES, Draw

from feesync.batch import duckdb_engine, together
from feesync.datasets.rvu.load import load
from feesync.errors import StoreError
from feesync.formats.release import from_zip

DAYS = ("2025-11-03", "2025-11-03", "2025-10-01", "2025-12-31")
PLACES = ("01112-05", "13202-01", "national")
KINDS = ["physician"] * 6 + ["np", "pa", "csw"]
DEDUCTIBLES = [0] * 8 + [40, 257]
OTHERS = ["99213", "99214 25", "G0439", "G0121 PT", "45378 33", "64493 KX", "99152 33", "J3301"]


class Claims(Draw):
    """Claims with what their lines share; now and then with lines that touch none, or are bad."""

    def whole(self):
        chance = self.chance
        lines = [(key[0], mods, units, charge) for key, mods, units, charge, _ in super().claim()]
        if chance.random() < 0.3:
            code, *mods = chance.choice(OTHERS).split()
            lines.append((code, tuple(mods), 1, chance.choice(CHARGES)))
        if chance.random() < 0.1:
            lines.append(chance.choice([("99999", (), 1, None), (lines[0][0], ("ZZ",), 1, None)]))
        chance.shuffle(lines)
        return self.shared(), lines

    def shared(self):
        chance = self.chance
        return {
            "locality": chance.choice(PLACES),
            "setting": chance.choice(["nonfacility", "nonfacility", "facility"]),
            "date": chance.choice(DAYS),
            "nonpar": chance.random() < 0.2,
            "practitioner": chance.choice(KINDS),
            "deductible": chance.choice(DEDUCTIBLES),
        }


def claims_of(book, seed, number):
    draw = Claims(book, seed)
    return [draw.whole() for _ in range(number)]


@pytest.mark.parametrize("seed", one_in(3, range(3)))
def test_random_claims_of_the_fixture(loaded, tmp_path, small_book, seed):
    claims = claims_of(small_book, seed, 300)
    found = differences(claims, repriced(tmp_path, rows_of(claims)))
    assert not found, "\n".join(map(str, found[:10]))


@pytest.mark.slow
def test_permuted_rows_and_processes_change_nothing(loaded, tmp_path, small_book, monkeypatch):
    claims = claims_of(small_book, 7, 120)
    rows = rows_of(claims)
    monkeypatch.setattr(together, "FEW", 0)
    monkeypatch.setattr(duckdb_engine, "CHUNK", 100)
    order = random.Random(1).sample(range(len(rows)), len(rows))
    answers = repriced(tmp_path, [rows[at] for at in order], workers=2)
    turned = dict(zip(order, answers, strict=True))
    found = [turned[at] for at in range(len(rows))]
    assert by_what_they_say(rows, found) == by_what_they_say(rows, repriced(tmp_path, rows))


def by_what_they_say(rows, answers):
    """The answers to lines of a claim that say the same, in any order."""
    counted: Counter[Any] = Counter()
    for row, answer in zip(rows, answers, strict=True):
        said = tuple(value for name, value in row.items() if name != "line")
        counted[said, tuple(answer.values())] += 1
    return counted


def singles_of(book, seed, number):
    """Claims of one line, of every row of a release, priced or not."""
    draw, keys = Claims(book, seed), sorted(book.values)
    claims = []
    for _ in range(number):
        (hcpcs, _), mods, units, charge, _ = draw.line(draw.chance.choice(keys))
        claims.append((draw.shared(), [(hcpcs, mods, units, charge)]))
    return claims


@pytest.mark.slow
def test_random_claims_of_a_release(cms, of_releases, tmp_path, whole_book, monkeypatch):
    monkeypatch.setenv("FEESYNC_DB", str(of_releases("rvu25d")))
    claims = [*claims_of(whole_book, 25, 27_000), *singles_of(whole_book, 26, 100_000)]
    rows = rows_of(claims)
    assert len(rows) > 200_000
    found = differences(claims, repriced(tmp_path, rows, workers=2))
    assert not found, "\n".join(map(str, found[:10]))


@pytest.mark.slow
def test_a_run_is_of_one_state_of_the_database(loaded, tmp_path, small_book, monkeypatch):
    def change(facts):
        facts = make(facts)
        load(loaded, from_zip(quarter("C"), "rvu25c.zip"))
        return facts

    make = together._facts
    monkeypatch.setattr(together, "_facts", change)
    monkeypatch.setattr(together, "FEW", 0)
    with pytest.raises(StoreError, match=r"changed since the run began \(RVU25C\): run it again"):
        repriced(tmp_path, rows_of(claims_of(small_book, 3, 20)), workers=2)
