"""A made-up fee schedule of sixty codes in which every kind of indicator meets every other.

CMS's files have few codes of some kinds. The amounts here are few and small, so that many tie and
caps bind; each rate is worked out in this module, in Decimal.
"""

import itertools
import random
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace
from typing import Any

from book import row_of
from priced import Rates
from second_opinion import exact_fee
from test_pricing import rate

from feesync.reference.codes import technical_codes

D = Decimal
GPCIS = D("1.088"), D("1.419"), D("0.445")
FACTOR = D("32.3465")
RVUS = 40, 55, 100, 333
PLAIN = dict(
    status="A", multiple_procedure="0", bilateral="0", assistant_surgeon="2", co_surgeon="2",
    team_surgeon="2", pctc="0", global_days="XXX", facility_na=0, nonfacility_na=0,
    preoperative=0, intraoperative=0, postoperative=0, endoscopic_base="", imaging_family="99",
)  # fmt: skip
SHARES = {
    "010": dict(preoperative=10, intraoperative=80, postoperative=10),
    "090": dict(preoperative=9, intraoperative=70, postoperative=21),
}


def _kinds():
    """Yield a code and the indicators of its rows, by the modifiers of the rows."""
    for number, (days, bilateral) in enumerate(
        itertools.product(("000", "010", "090"), ("0", "1", "2", "3", "9"))
    ):
        kind = dict(multiple_procedure="2", global_days=days, bilateral=bilateral)
        yield f"{20100 + number}", {"": kind | SHARES.get(days, {})}
    whole = dict(multiple_procedure="2", global_days="090", bilateral="1")
    yield "29805", {"": whole | SHARES["090"]}
    yield "43235", {"": dict(multiple_procedure="3", global_days="000")}
    for base, number, bilateral in itertools.product(("29805", "43235"), (1, 2, 3), ("0", "1")):
        kind = dict(multiple_procedure="3", global_days="000", endoscopic_base=base)
        yield f"{int(base) + 2 * number + int(bilateral)}", {"": kind | dict(bilateral=bilateral)}
    for code, bilateral in (("64494", "1"), ("22614", "0"), ("20700", "3")):
        yield code, {"": dict(global_days="ZZZ", bilateral=bilateral)}
    for code, bilateral in (("70450", "0"), ("71250", "0"), ("73200", "3"), ("73706", "3")):
        yield code, _parts(multiple_procedure="4", imaging_family="88", bilateral=bilateral)
    yield "70551", _parts(multiple_procedure="4", imaging_family="89")
    for code, bilateral in (("71046", "0"), ("73030", "3")):
        yield code, _parts(bilateral=bilateral)
    for code in ("97110", "97140", "97530"):
        yield code, {"": dict(multiple_procedure="5", facility_na=code == "97110")}
    for code in ("93306", "93880"):
        yield code, _parts(multiple_procedure="6")
    for code, bilateral in (("92133", "2"), ("92250", "2"), ("92235", "3")):
        yield code, _parts(multiple_procedure="7", bilateral=bilateral)
    yield "93000", {"": dict(multiple_procedure="6", pctc="4")}
    yield "93005", {"": dict(multiple_procedure="6", pctc="3")}
    yield "94760", {"": dict(status="T")}
    yield "36591", {"": dict(status="T", bilateral="1")}
    for code, status in (("99213", "A"), ("99307", "R"), ("99900", "C")):
        yield code, {"": dict(status=status)}


def _parts(**kind):
    """A test with its rows: the whole, the professional and the technical part."""
    return {modifier: dict(pctc="1", **kind) for modifier in ("", "26", "TC")}


def cents(amount):
    return int(amount.quantize(D("0.01"), ROUND_HALF_UP) * 100)


class MadeUp:
    """A book, as `test_second_opinion.Book`, without a database."""

    def __init__(self, seed=64493):
        chance = random.Random(seed)
        self.places, self.factor = {"national": GPCIS}, FACTOR
        self.values: dict[Any, Any] = {}
        for hcpcs, rows in _kinds():
            amounts: dict[str, dict[str, int]] = {}
            for modifier in sorted(rows, reverse=True):  # TC, 26, and the whole as their sum
                has_work = modifier != "TC" and rows[modifier].get("pctc") != "3"
                own = {
                    "work_rvu": chance.choice(RVUS) if has_work else 0,
                    "nonfacility_pe_rvu": chance.choice(RVUS),
                    "mp_rvu": chance.choice((2, 10)),
                }
                if len(rows) == 3 and not modifier:
                    own = {name: sum(part[name] for part in amounts.values()) for name in own}
                amounts[modifier] = own
            capped = len(rows) == 3 and chance.random() < 0.5
            saved = chance.choice((5, 20, 35))
            for modifier, kind in rows.items():
                own = amounts[modifier]
                pe = own["nonfacility_pe_rvu"]
                opps = capped and modifier != "26"
                own |= {
                    "facility_pe_rvu": pe if len(rows) == 3 else pe // 2,
                    "opps_nonfacility_pe_rvu": pe - saved if opps else 0,
                    "opps_facility_pe_rvu": pe - saved if opps else 0,
                    "opps_mp_rvu": own["mp_rvu"] if opps else 0,
                }
                value = SimpleNamespace(hcpcs=hcpcs, modifier=modifier, **(PLAIN | kind | own))
                value.is_priced = value.status in "ART"
                self.values[hcpcs, modifier] = value
        self.rates = {key: self._rate(value) for key, value in self.values.items()}

    def _rate(self, value):
        row, has_opps = row_of(value), bool(value.opps_mp_rvu)
        own = dict(vars(value), work_gpci=1088, pe_gpci=1419, mp_gpci=445)
        del own["is_priced"]
        for name in ("opps_nonfacility_pe_rvu", "opps_facility_pe_rvu", "opps_mp_rvu"):
            own[name] = own[name] if has_opps else None
        bare = row | {"opps_mp": 0, "opps_nonfacility_pe": 0, "opps_facility_pe": 0}
        for setting in ("nonfacility", "facility"):
            flagged = dict(facility_na=0)  # the columns of a setting are what they are
            exact = exact_fee(row | flagged, setting, GPCIS, FACTOR)
            uncapped = exact_fee(bare | flagged, setting, GPCIS, FACTOR)
            own[f"{setting}_fee"] = cents(uncapped)
            own[f"{setting}_capped_fee"] = cents(exact)
            own[f"{setting}_capped_exact"] = int(exact * 10**9)
            own[f"{setting}_amount"] = cents(exact) if value.is_priced else None
        if value.facility_na and value.is_priced:
            own["facility_amount"] = own["nonfacility_amount"]  # of therapy alone
        return rate(**own)

    def lookup(self, place):
        """The rates, as pricing asks for them."""
        return Rates(self.rates)

    def parts(self, hcpcs):
        """The keys of the rows of a code's technical part."""
        rows = [(code, "") for code in technical_codes().get(hcpcs, ())] or [(hcpcs, "TC")]
        return [row for row in rows if row in self.values]

    def row(self, key):
        return row_of(self.values[key])

    def technical_rows(self, hcpcs):
        """The same rows as the second opinion reads them."""
        return [self.row(row) for row in self.parts(hcpcs)]

    def base_row(self, hcpcs):
        """The row of an endoscopic base."""
        return self.row((hcpcs, ""))
