"""The package and a second implementation of the line rules agree.

They do on every profile of indicators and on random lines of RVU25D.
"""

import itertools
import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from cms_files import fixture, rvu25d, zip_of
from priced import Rates, prices
from second_opinion import contradict, opinion
from test_modifiers import INFORMING, check, effects

from feesync import ModifierError
from feesync.datasets.rvu.load import load
from feesync.formats.release import from_zip
from feesync.model.rate import Setting
from feesync.pricing import modifiers
from feesync.pricing.line import Line
from feesync.pricing.terms import Terms
from feesync.reference.codes import technical_codes
from feesync.reference.modifiers import known_modifiers
from feesync.schedule.threads import open_schedule

D = Decimal
DAY = date(2025, 11, 3)
KINDS = ["physician", "np", "pa", "cns", "dietitian", "midwife", "csw", "mft", "mhc"]
COLUMNS = {
    "hcpcs": "hcpcs", "base": "endoscopic_base", "family": "imaging_family", "mod": "modifier",
    "status": "status", "mult": "multiple_procedure", "bilateral": "bilateral",
    "assistant": "assistant_surgeon", "co": "co_surgeon", "team": "team_surgeon", "pctc": "pctc",
    "days": "global_days", "facility_na": "facility_na",
}  # fmt: skip
HUNDREDTHS = {
    "work": "work_rvu", "nonfacility_pe": "nonfacility_pe_rvu", "facility_pe": "facility_pe_rvu",
    "mp": "mp_rvu", "pre": "preoperative", "intra": "intraoperative", "post": "postoperative",
    "opps_nonfacility_pe": "opps_nonfacility_pe_rvu", "opps_facility_pe": "opps_facility_pe_rvu",
    "opps_mp": "opps_mp_rvu",
}  # fmt: skip


def row_of(value):
    """A parsed row of CMS's file as the second opinion reads it."""
    row = {name: getattr(value, column) for name, column in COLUMNS.items()}
    return row | {name: D(getattr(value, column)).scaleb(-2) for name, column in HUNDREDTHS.items()}


class InPlace:
    """The rates of a book in one place, by code and row modifier."""

    def __init__(self, book, place):
        self.book, self.place = book, place

    def __contains__(self, key):
        return key in self.book.values

    def __iter__(self):
        return iter(self.book.values)

    def __getitem__(self, key):
        return self.book.rate(*key, place=self.place)


class Book:
    """A loaded release, by both readings: the parsed rows, and the rates of the database."""

    def __init__(self, release):
        self.values = {
            (row.hcpcs, row.modifier): row for row in release.relative_values["nonqp"].rows
        }
        self.factor = D(release.relative_values["nonqp"].conversion_factor).scaleb(-4)
        self.places = {
            place.key: tuple(
                D(gpci).scaleb(-3) for gpci in (place.work_gpci, place.pe_gpci, place.mp_gpci)
            )
            for place in release.gpci.rows
        }
        self.places["national"] = (D(1), D(1), D(1))
        self.schedule = open_schedule()
        self._rates = {}

    def rate(self, hcpcs, modifier, *, place):
        key = hcpcs, modifier, place
        if key not in self._rates:
            self._rates[key] = self.schedule.rate(hcpcs, modifier, place, DAY).rate
        return self._rates[key]

    def lookup(self, place):
        """The rates of a place, as pricing asks for them."""
        return Rates(InPlace(self, place))

    def parts(self, hcpcs):
        """The keys of the rows of a code's technical part."""
        rows = [(code, "") for code in technical_codes().get(hcpcs, ())] or [(hcpcs, "TC")]
        return [row for row in rows if row in self.values]

    def technical_rows(self, hcpcs):
        """The same rows as the second opinion reads them."""
        return [row_of(self.values[row]) for row in self.parts(hcpcs)]

    def base_row(self, hcpcs):
        """The row of an endoscopic base."""
        return row_of(self.values[hcpcs, ""])

    def compare(
        self,
        key,
        place,
        mods,
        units=1,
        kind="physician",
        nonpar=False,
        charge=None,
        setting="nonfacility",
    ):
        """Price a line by both; return the kind of answer, 'paid', 'unpaid' or 'refused'."""
        if "53" in mods and (key[0], "53") in self.values:
            key = key[0], "53"
        elif "PD" in mods and not key[1] and (key[0], "26") in self.values:
            key = key[0], "26"
        row = row_of(self.values[key])
        expected = opinion(
            row,
            self.technical_rows(key[0]),
            setting,
            self.places[place],
            self.factor,
            mods,
            units,
            kind,
            nonpar,
            charge,
            DAY,
            self.base_row,
        )
        asked = f"{key} {place} {mods} {units} {kind} {nonpar} {charge} {setting}"
        try:
            line = Line(
                key[0], modifiers.read(tuple(mods)),
                Terms(DAY, Setting(setting), nonpar=nonpar, practitioner=kind), units,
                None if charge is None else int(charge * 100),
            )  # fmt: skip
            (result,) = prices([modifiers.placed(line)], self.lookup(place))
        except ModifierError:
            result = None
        if result is None:
            assert expected == ("refused",), asked
            return "refused"
        if result.allowed is None:
            assert expected == ("unpaid",), asked
            assert [note for note in result.notes if note.severity == "denial"], asked
            return "unpaid"
        limit = result.limiting_charge
        got = ("paid", D(result.allowed).scaleb(-2), None if limit is None else D(limit).scaleb(-2))
        assert got == expected, asked
        last = result.steps[-1].amount if result.steps else D(result.fee).scaleb(-2)
        assert last == got[1], asked
        return "paid"


def profiles(book):
    """One row of each set of indicators that the rules look at."""
    found: dict[Any, Any] = {}
    for key, value in book.values.items():
        profile = (value.status, value.bilateral, value.assistant_surgeon, value.co_surgeon,
                   value.team_surgeon, value.pctc, value.global_days, value.multiple_procedure,
                   value.facility_na, value.modifier, value.is_priced,
                   value.intraoperative == 0)  # fmt: skip
        found.setdefault(profile, key)
    return list(found.values())


EACH_KIND = (
    *(
        "22",
        "23",
        "50",
        "52",
        "53",
        "54",
        "55",
        "56",
        "62",
        "66",
        "73",
        "78",
        "80",
        "81",
        "AS",
        "CO",
        "CQ",
        "CT",
        "E1",
        "EY",
        "FX",
    ),
    *(
        "FY",
        "GA",
        "GO",
        "GP",
        "GX",
        "GY",
        "GZ",
        "KX",
        "LT",
        "PD",
        "QX",
        "RT",
        "SA",
        "SG",
        "T5",
        "UN",
        "X1",
    ),
)
"""Modifiers that price, leave no amount, or exclude others.

Of those that are alike, and of those that only inform, some.
"""


def own(key, mods):
    """The modifiers of a line whose row is that of a modifier.

    With it, and without another row's.
    """
    others = [mod for mod in mods if mod not in ("26", "TC")]
    return [key[1], *others] if key[1] and key[1] not in others else others


@pytest.fixture
def small(database):
    release = from_zip(zip_of(rvu25d(values=fixture("PPRRVU2025_Oct.csv"))), "rvu25d.zip")
    load(database, release)
    return Book(release)


@pytest.fixture
def whole(cms, of_releases, monkeypatch):
    monkeypatch.setenv("FEESYNC_DB", str(of_releases("rvu25d")))
    return Book(from_zip((cms / "releases/rvu25d.zip").read_bytes(), "rvu25d.zip"))


@pytest.mark.parametrize("part", range(8))
def test_every_modifier_and_pair_on_every_row_of_the_fixture(small, part):
    answers = set()
    for key in [*small.values][part::8]:
        for count in (1, 2):
            for mods in itertools.combinations(EACH_KIND, count):
                if len({*mods, key[1]} - {""}) == count + bool(key[1]):
                    answers.add(small.compare(key, "01112-05", own(key, mods)))
    assert answers == {"paid", "unpaid", "refused"}


def test_every_modifier_and_pair_on_every_profile_of_a_release(whole):
    keys = profiles(whole)
    assert len(keys) > 500
    pairs = [*itertools.combinations(EACH_KIND, 1),
             *itertools.combinations(EACH_KIND, 2)]  # fmt: skip
    for key in keys:
        for mods in pairs:
            if key[1] not in mods:
                whole.compare(key, "national", own(key, mods))


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["nonfacility", "facility"])
def test_every_modifier_of_the_table_on_every_profile_of_a_release(whole, setting):
    """Those that only inform leave the price as it is.

    What all others do is worked out by the second implementation.
    """
    keys = profiles(whole)
    assert len(keys) > 500
    found = set()
    for key in keys:
        plain = Line(key[0], tuple(filter(None, [key[1]])), Terms(DAY, Setting(setting)))
        for mod in known_modifiers():
            if mod in ("26", "TC", key[1]):
                continue
            if effects(mod) <= INFORMING:
                found.add(check(mod, whole.rate(*key, place="national"), plain))
            else:
                found.add(whole.compare(key, "national", own(key, [mod]), setting=setting))
    assert found == {"priced", "paid", "unpaid", "denied", "refused"}


def test_triples_and_quadruples(whole):
    chance = random.Random(20251103)
    keys = profiles(whole)
    for _ in range(20_000):
        key = chance.choice(keys)
        mods = chance.sample(
            [mod for mod in EACH_KIND if mod != "53"], chance.choice((3, 4 - bool(key[1])))
        )
        whole.compare(
            key,
            "01112-05",
            own(key, mods),
            units=chance.choice((1, 1, 2, 3)),
            kind=chance.choice(KINDS),
        )


def test_a_hundred_thousand_random_lines(whole):
    chance = random.Random(64493)
    keys = sorted(whole.values)
    priced = [key for key in keys if whole.values[key].is_priced]
    places = sorted(whole.places)
    mild = [
        "50",
        "RT",
        "LT",
        "62",
        "80",
        "AS",
        "54",
        "55",
        "56",
        "78",
        "CQ",
        "FX",
        "FY",
        "CT",
        "KX",
        "59",
    ]
    paid = 0
    for _ in range(100_000):
        key = chance.choice(priced if chance.random() < 0.9 else keys)
        mods = own(key, chance.sample(mild, chance.choice((0, 0, 1, 1, 1, 2, 2, 3))))
        charge = D(chance.randrange(1, 200_000)).scaleb(-2) if chance.random() < 0.3 else None
        answer = whole.compare(
            key, chance.choice(places), mods, units=chance.choice((1, 1, 1, 2, 3)),
            kind=chance.choice(KINDS), nonpar=chance.random() < 0.5, charge=charge,
            setting=chance.choice(("nonfacility", "facility")),
        )  # fmt: skip
        paid += answer == "paid"
    assert paid > 30_000


@pytest.mark.parametrize(
    "mods",
    [
        ["50", "RT"],
        ["80", "AS"],
        ["54", "78"],
        ["GA", "GZ"],
        ["80", "54"],
        ["FX", "FY"],
        ["CQ", "CO"],
        ["GP", "GN"],
        ["GO", "CQ"],
        ["50", "TA"],
        ["RT", "F2"],
        ["GX", "GA"],
        ["GA", "GY"],
        ["Q7", "Q8"],
        ["JW", "JZ"],
    ],
)
def test_both_find_the_same_contradictions(mods):
    assert contradict(mods)
    with pytest.raises(ModifierError, match="contradicts"):
        modifiers.read(tuple(mods))
