"""A claim is priced by a dictionary of rates, without a database, as it is with the database."""

import pickle
import random
import sqlite3
from datetime import date

import pytest
from priced import Rates
from test_claim_properties import OTHER, SURGICAL

from feesync import FeesyncError, estimate_claim
from feesync.claims.claim import price_claim
from feesync.claims.header import read_header
from feesync.model.rate import Rate
from feesync.schedule.quote import Quote
from feesync.schedule.threads import open_schedule

DAY = date(2025, 11, 3)
PLACES = ["national", "01112-05", "02102-01", "10112-00"]
KINDS = ["physician"] * 5 + ["np", "csw"]


class Quotes:
    """The rates of a release in some places, read once, with the release and the places."""

    def __init__(self, database):
        schedule = open_schedule(database)
        self.release, places = schedule.localities(DAY)
        self.places = {place.key: place for place in places}
        self.places["national"] = next(place for place in places if place.is_national)
        connection = sqlite3.connect(database)
        query = (
            f"SELECT {', '.join(Rate._fields)} FROM rate_cents WHERE release_id = ? "
            "AND basis = 'nonqp' AND mac = ? AND locality = ?"
        )
        self.rates = {
            name: {(row[0], row[1]): Rate._make(row) for row in connection.execute(query, key)}
            for name in PLACES
            for key in [
                (self.release.release_id, self.places[name].mac, self.places[name].locality)
            ]
        }
        connection.close()
        self.lookups = {name: Rates(rates) for name, rates in self.rates.items()}

    def rate(self, hcpcs, row, line):
        return self.lookups[line.place].rate(hcpcs, row, line)

    def quote_of(self, line, rate):
        return Quote(rate, self.release, self.places[line.place], exact=True)

    def notes(self, quote):
        return []


class Draw:
    """Random claims of a release, mostly of codes that touch each other."""

    def __init__(self, quotes, seed):
        self.chance = random.Random(seed)
        self.pools: dict[str, list[tuple[str, str]]] = {}
        for key, rate in sorted(quotes.rates["national"].items()):
            names = [rate.multiple_procedure, f"status {rate.status}"]
            names += [f"family {rate.endoscopic_base}"] if rate.endoscopic_base else []
            for name in names:
                self.pools.setdefault(name, []).append(key)
        self.names = sorted(self.pools)

    def line(self, keys):
        code, row = self.chance.choice(keys)
        modifiers = self.chance.choice([*SURGICAL, *OTHER, "GX", "PD", "53", "ZZ"]).split()
        return {
            "hcpcs": code,
            "modifiers": [*filter(None, [row]), *(one for one in modifiers if one != row)],
            "units": self.chance.choice((1, 1, 1, 2, 3, 7)),
            "charge": self.chance.choice((None, None, "10.01", 75, "400.50")),
        }

    def claim(self):
        chance = self.chance
        keys = self.pools[chance.choice(self.names)]
        few = chance.sample(keys, min(len(keys), chance.choice((1, 2, 3))))
        few += chance.sample(self.pools[chance.choice(self.names)], 1)
        return [self.line(few) for _ in range(chance.choice((1, 2, 3, 3, 5)))]

    def header(self):
        chance = self.chance
        contract = chance.random() < 0.1
        return {
            "locality": chance.choice(PLACES),
            "setting": chance.choice(("nonfacility", "facility")),
            "date": DAY,
            "nonpar": chance.random() < 0.2,
            "practitioner": chance.choice(KINDS),
            "deductible": None if contract else chance.choice((None, 0, "57.25")),
            "percent": 110 if contract else None,
        }


def outcome(answer):
    """An answer in every field, its objects apart from those of another answer; or the error."""
    try:
        return pickle.loads(pickle.dumps(answer()))
    except FeesyncError as error:
        return type(error), error.claim_line


def check(database, number):
    """Price random claims both ways; return how many lines of them have a price."""
    with open_schedule(database).hold():
        return check_of_one_state(database, Quotes(database), number)


def check_of_one_state(database, quotes, number):
    draw = Draw(quotes, 64493)
    priced = 0
    for _ in range(number):
        lines, header = draw.claim(), draw.header()
        incomplete = draw.chance.random() < 0.9
        by_rates = outcome(
            lambda lines=lines, header=header, incomplete=incomplete: price_claim(
                read_header(**header, coverage=True), lines, quotes, incomplete=incomplete
            )
        )
        by_database = outcome(
            lambda lines=lines, header=header, incomplete=incomplete: estimate_claim(
                lines, **header, incomplete=incomplete, db=database
            )
        )
        if not isinstance(by_database, tuple):
            priced += sum(line.allowed is not None for line in by_database.lines)
        assert by_rates == by_database, (lines, header)
    return priced


def test_claims_of_the_fixture_by_a_dictionary_of_rates(loaded):
    assert check(loaded, 400) > 200


@pytest.mark.slow
def test_claims_of_a_release_by_a_dictionary_of_rates(of_releases):
    assert check(of_releases("rvu25d"), 20_000) > 20_000
