"""A release by two readings: the parsed rows of its files, and the rates of its database."""

from datetime import date
from decimal import Decimal

from priced import Rates, prices
from second_opinion import opinion

from feesync import ModifierError
from feesync.model.rate import Setting
from feesync.pricing import modifiers
from feesync.pricing.line import Line
from feesync.pricing.terms import Terms
from feesync.reference.codes import technical_codes
from feesync.schedule.threads import open_schedule

D = Decimal
DAY = date(2025, 11, 3)
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

    def __init__(self, release, database):
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
        self.schedule = open_schedule(database)
        self._rates = {}
        self._lookups = {}
        self._rows = {}

    def row(self, key):
        """A row as the second opinion reads it."""
        if key not in self._rows:
            self._rows[key] = row_of(self.values[key])
        return self._rows[key]

    def rate(self, hcpcs, modifier, *, place):
        key = hcpcs, modifier, place
        if key not in self._rates:
            self._rates[key] = self.schedule.rate(hcpcs, modifier, place, DAY).rate
        return self._rates[key]

    def lookup(self, place):
        """The rates of a place, as pricing asks for them."""
        if place not in self._lookups:
            self._lookups[place] = Rates(InPlace(self, place))
        return self._lookups[place]

    def parts(self, hcpcs):
        """The keys of the rows of a code's technical part."""
        rows = [(code, "") for code in technical_codes().get(hcpcs, ())] or [(hcpcs, "TC")]
        return [row for row in rows if row in self.values]

    def technical_rows(self, hcpcs):
        """The same rows as the second opinion reads them."""
        return [self.row(row) for row in self.parts(hcpcs)]

    def base_row(self, hcpcs):
        """The row of an endoscopic base."""
        return self.row((hcpcs, ""))

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
        row = self.row(key)
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
            (result,) = prices([modifiers.in_its_setting(line)], self.lookup(place))
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


def times(book, number):
    """How often something is drawn: of the small release a fortieth."""
    return range(number if len(book.values) > 10_000 else number // 40)
