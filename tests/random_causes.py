"""Random lines that a payer prices with one change, drawn without a look at the search.

The changed amount is the answer of `estimate` or `estimate_claim` to the changed arguments; where
only the payers' shares change, it is computed here, in dollars.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from feesync import ClaimLine, Estimate, FeesyncError, estimate, estimate_claim, open_schedule
from feesync.reference.cost_sharing import part_b_deductible_on

D = Decimal
MODIFIERS = (
    *("50", "26", "TC", "80", "82", "AS", "62", "54", "55", "56", "LT", "RT", "KX", "59"),
    *("CQ", "CO", "FX", "76", "25"),
)
KINDS = (
    *("charge", "without-modifier", "setting", "rank", "sequestration", "coinsurance"),
    *("deductible", "modifier", "units", "practitioner", "participation", "conversion-factor"),
    *("release", "national", "locality", "limiting-charge"),
)
OF_PAYERS = ("sequestration", "coinsurance", "deductible")


class Code(NamedTuple):
    """A code of a release, with what decides which others rank beside it."""

    hcpcs: str
    row: str
    multiple: str
    family: str
    base: str


class Case(NamedTuple):
    """A line, the amount that the payer gave for it, and why."""

    line: ClaimLine
    arguments: dict[str, Any]
    kind: str
    value: str
    is_paid: bool
    amount: Decimal


class Cases:
    """A stream of random lines with one cause each.

    `releases` has for each label its days of effect and its codes.
    """

    def __init__(
        self, seed: int, releases: dict[str, tuple[date, date, list[Code]]], db: Any = None
    ) -> None:
        self._random, self._releases, self._db = random.Random(seed), releases, db
        self._places: dict[date, list[Any]] = {}

    def draw(self) -> Case:
        """The next line whose amount the cause changes."""
        while True:
            try:
                case = self._one()
            except FeesyncError:
                continue
            if case:
                return case

    def _one(self) -> Case | None:
        pick = self._random.choice
        label = pick(list(self._releases))
        first, last, codes = self._releases[label]
        day = first + timedelta(self._random.randrange((last - first).days + 1))
        code = pick(codes)
        if day not in self._places:
            _, places = open_schedule(self._db).localities(day)
            self._places[day] = [place for place in places if not place.is_national]
        place = pick(self._places[day])
        own = [code.row] if code.row else []
        if self._random.random() < 0.5:
            own.append(pick(MODIFIERS))
        charge = D(self._random.randrange(1_000, 100_000)) / 100 if self._chance(0.2) else None
        units = pick((2, 3, 4)) if self._chance(0.2) else 1
        line = ClaimLine(code.hcpcs, tuple(dict.fromkeys(own)), units, charge)
        arguments: dict[str, Any] = {
            "locality": place.key,
            "date": day,
            "setting": pick(("nonfacility", "facility")),
            "db": self._db,
        }
        if self._chance(0.15):
            arguments["nonpar"] = True
        if self._chance(0.15):
            arguments["practitioner"] = pick(("np", "pa", "csw"))
        if self._chance(0.15):
            arguments["deductible"] = D(self._random.randrange(100, 20_000)) / 100
        kind = pick(KINDS)
        is_paid = kind in OF_PAYERS or self._chance(0.5)
        expected = self._estimate(line, arguments)
        changed = getattr(self, "_" + kind.replace("-", "_"))(
            line, arguments, expected, label, code, place
        )
        if changed is None:
            return None
        value, allowed, paid = changed
        amount = paid if is_paid else allowed
        if not amount or amount == (expected.medicare_payment if is_paid else expected.allowed):
            return None
        return Case(line, arguments, kind, value, is_paid, amount)

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _estimate(self, line: ClaimLine, arguments: dict[str, Any], **changed: Any) -> Estimate:
        own = {"modifiers": list(line.modifiers or ()), "units": line.units, "charge": line.charge}
        return estimate(line.hcpcs, coverage=False, **{**own, **arguments, **changed})

    def _changed(self, value, line, arguments, **changed):
        answer = self._estimate(line, arguments, **changed)
        return value, answer.allowed, answer.medicare_payment

    def _without_modifier(self, line, arguments, *_):
        if not line.modifiers:
            return None
        less = self._random.choice(line.modifiers)
        rest = [modifier for modifier in line.modifiers if modifier != less]
        return self._changed(less, line, arguments, modifiers=rest)

    def _setting(self, line, arguments, *_):
        (other,) = {"nonfacility", "facility"} - {arguments["setting"]}
        return self._changed(other, line, arguments, setting=other)

    def _rank(self, line, arguments, expected, label, code, place):
        if code.multiple not in "234567" or "deductible" in arguments:
            return None
        beside = [
            other.hcpcs
            for other in self._releases[label][2]
            if other[1:] == code[1:] and other.hcpcs not in (code.hcpcs, code.base)
        ]
        self._random.shuffle(beside)
        for other in beside[:6]:
            lines = [line, ClaimLine(other, [code.row] if code.row else [])]
            own, companion = estimate_claim(lines, coverage=False, **arguments).lines
            if own.coinsurance_rate != expected.coinsurance_rate:  # its waiver depends on others
                return None
            if own.rank and companion.rank and own.rank > companion.rank:
                family = " of its endoscopic family" if code.multiple == "3" else ""
                return f"second{family}", own.allowed, own.medicare_payment
        return None

    def _sequestration(self, line, arguments, expected, *_):
        before, _ = self._parts(expected)
        rate = D(0) if expected.sequestration_rate else D("0.02")
        return f"{100 * rate:.0f} %", None, before - _cents(before * rate)

    def _coinsurance(self, line, arguments, expected, *_):
        _, rest = self._parts(expected)
        share = D(0) if expected.coinsurance_rate else D("0.2")
        before = _cents(rest * (1 - share))
        return f"{100 * share:.0f} %", None, before - _cents(before * expected.sequestration_rate)

    def _parts(self, expected):
        """What Medicare pays before sequestration, and what is left after the deductible."""
        if expected.allowed is None:
            raise FeesyncError("no price")
        rest = expected.allowed - expected.deductible
        return _cents(rest * (1 - expected.coinsurance_rate)), rest

    def _deductible(self, line, arguments, *_):
        if "deductible" in arguments:
            return self._changed("none", line, arguments, deductible=None)
        annual = part_b_deductible_on(arguments["date"])
        assert annual is not None
        return self._changed("whole", line, arguments, deductible=D(annual.cents) / 100)

    def _modifier(self, line, arguments, *_):
        more = self._random.choice(("50", "26", "TC", "80", "AS", "62", "78", "54", "55"))
        if more in line.modifiers:
            return None
        return self._changed(more, line, arguments, modifiers=[*line.modifiers, more])

    def _units(self, line, arguments, *_):
        units = self._random.choice([units for units in range(1, 7) if units != line.units])
        return self._changed(str(units), line, arguments, units=units)

    def _practitioner(self, line, arguments, *_):
        own = arguments.get("practitioner", "physician")
        kinds = [kind for kind in ("physician", "np", "csw", "dietitian") if kind != own]
        kind = self._random.choice(kinds)
        return self._changed(kind, line, arguments, practitioner=kind)

    def _participation(self, line, arguments, *_):
        value = "participating" if arguments.get("nonpar") else "non-participating"
        return self._changed(value, line, arguments, nonpar=not arguments.get("nonpar", False))

    def _charge(self, line, arguments, expected, *_):
        if line.charge is None:
            return None
        if expected.allowed == line.charge:
            return self._changed("none", line, arguments, charge=None)
        return "submitted", line.charge, None

    def _conversion_factor(self, line, arguments, *_):
        if arguments["date"].year < 2026:
            return None
        return self._changed("qp", line, arguments, qp=True)

    def _release(self, line, arguments, expected, label, *_):
        other = self._random.choice([name for name in self._releases if name != label])
        return self._changed(other, line, arguments, date=self._releases[other][0])

    def _national(self, line, arguments, *_):
        return self._changed("00000-00", line, arguments, locality="national")

    def _locality(self, line, arguments, expected, label, code, place):
        near = [
            other.key
            for other in self._places[arguments["date"]]
            if other.state == place.state and other.key != place.key
        ]
        if not near:
            return None
        other = self._random.choice(near)
        return self._changed(other, line, arguments, locality=other)

    def _limiting_charge(self, line, arguments, *_):
        answer = self._estimate(line, arguments, nonpar=True)
        return "limiting charge", answer.limiting_charge, None


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(D("0.01"), ROUND_HALF_UP)
