"""The rules for lines beside each other once more: what the package must agree with.

They are written from CMS's rules and not from the package. Every unit stands by itself here, in
Decimal and without any of the package's shortcuts. `beside` takes lines that `second_opinion` finds
neither refused nor unpaid.
"""

from copy import copy
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

D = Decimal
ROLE = {"80", "81", "82", "AS"}
SHARES = ("54", "55", "56")
SAYS_NOTHING = {
    "24",
    "25",
    "51",
    "57",
    "58",
    "59",
    "76",
    "77",
    "79",
    "91",
    "93",
    "95",
    "GA",
    "GC",
    "GT",
    "KX",
    "XE",
    "XP",
    "XS",
    "XU",
    "RT",
    "LT",
}
BOTH = {"0": D(1), "1": D("1.5"), "2": D(1), "3": D(2)}
KIND = {
    "np": "0.85",
    "pa": "0.85",
    "cns": "0.85",
    "dietitian": "0.85",
    "csw": "0.75",
    "mft": "0.75",
    "mhc": "0.75",
}
LEFT = {"E1", "E2", "FA", "F1", "F2", "F3", "F4", "TA", "T1", "T2", "T3", "T4"}
RIGHT = {"E3", "E4", "F5", "F6", "F7", "F8", "F9", "T5", "T6", "T7", "T8", "T9"}
SITES = LEFT | RIGHT | {"LC", "LD", "LM", "RC", "RI"}
ANOTHER = {"59", "76", "77", "91", "XE", "XP", "XS", "XU"}
GLOBAL = {"010": 10, "090": 90}
TRIP = {"UN": D(2), "UP": D(3), "UQ": D(4), "UR": D(5), "US": D(6)}
EQUIPMENT = {"FX": D("0.80"), "FY": D("0.90"), "CT": D("0.85")}  # of 2023 and later


class LeftToTheMacError(Exception):
    """There is no amount to work with."""


def cents(amount):
    return amount.quantize(D("0.01"), ROUND_HALF_UP)


def formula(row, setting, gpci, factor, *, capped):
    if setting == "facility" and row["facility_na"] and row["mult"] == "5":
        setting = "nonfacility"
    fee = (row["work"] * gpci[0] + row[f"{setting}_pe"] * gpci[1] + row["mp"] * gpci[2]) * factor
    if capped and (row["opps_mp"] or row["opps_nonfacility_pe"] or row["opps_facility_pe"]):
        fee = min(
            fee,
            (row["work"] * gpci[0] + row[f"opps_{setting}_pe"] * gpci[1] + row["opps_mp"] * gpci[2])
            * factor,
        )
    return fee


class Unit:
    """One service: a unit, or both sides of one."""

    def __init__(self, number, line, charge):
        self.lines, self.line, self.row, self.mods = [number], line, line["row"], set(line["mods"])
        self.charges, self.how, self.rank, self.report, self.cut = [charge], None, None, False, []
        self.both = D(1)

    def says(self):
        mods = sorted(self.mods)
        telling = sorted(set(mods) - SAYS_NOTHING)
        line = self.line
        return (
            self.row["hcpcs"],
            telling,
            mods,
            line["days"] or 0,
            line["units"],
            high(line["charge"]),
        )

    def after(self, kind):
        """What follows the ranking: the part in an operation, who bills, a therapy assistant."""
        row = self.row
        found: list[Decimal | tuple[Decimal, Decimal]] = []
        for mod in sorted(self.mods & (ROLE | {"62"})):
            found.append({"AS": D("0.136"), "62": D("0.625")}.get(mod, D("0.16")))
        for mod in self.mods & {*SHARES, "78"}:
            if mod == "78" and row["days"] == "000":
                continue
            found.append(
                {
                    "54": row["pre"] + row["intra"],
                    "55": row["post"],
                    "56": row["pre"],
                    "78": row["intra"],
                }[mod]
            )
            if mod == "55":
                found[-1] = row["post"] * self.care, D(GLOBAL[row["days"]])
        found += [(D(1), TRIP[mod]) for mod in self.mods & TRIP.keys()]
        if kind in KIND and "AS" not in self.mods:
            found.append(D(KIND[kind]))
        if self.mods & {"CQ", "CO"}:
            found.append(D("0.85"))
        return found

    @property
    def care(self):
        return self.line["days"] or (
            self.line["units"] if self.line["units"] > 1 else GLOBAL[self.row["days"]]
        )

    @property
    def charge(self):
        return None if None in self.charges else sum(self.charges)


def times(amount, factor):
    return cents(amount * factor[0] / factor[1] if isinstance(factor, tuple) else amount * factor)


def expand(lines):
    units = []
    for number, line in enumerate(lines):
        mods = set(line["mods"])
        count = 1 if "55" in mods or {"RT", "LT"} <= mods else line["units"]
        for index in range(count):
            charge = line["charge"]
            if charge is not None:
                each, more = divmod(int(charge * 100), count)
                charge = D(each + (index < more)) / 100
            units.append(Unit(number, line, charge))
    return units


def high(charge):
    return (0, 0) if charge is None else (1, -charge)


def join(first, second, *, how):
    first.charges += second.charges
    first.lines += [number for number in second.lines if number not in first.lines]
    first.how = how
    return second


def is_whole(unit):
    """Whether a unit may be a side: of no named site, no return, no other service, all days."""
    if unit.mods & {"78", *SITES, *ANOTHER}:
        return False
    return "55" not in unit.mods or unit.care == GLOBAL[unit.row["days"]]


def sides(units):
    """Both sides of one procedure become one service.

    The RVU document: billed with 50, or "reported twice on the same day by any other means (e.g.,
    with RT and LT modifiers or with a 2 in the units field)".
    """
    gone: list[Any] = []
    groups: dict[Any, list[Any]] = {}
    for unit in units:
        if "50" in unit.mods or {"RT", "LT"} <= unit.mods:
            unit.how = "one line"
            continue
        care = unit.care if "55" in unit.mods else None
        key = unit.row["hcpcs"], unit.row["mod"], *sorted(unit.mods - SAYS_NOTHING), care
        groups.setdefault(key, []).append(unit)
    for group in groups.values():
        row = group[0].row
        group.sort(key=lambda unit: (high(unit.charges[0]), unit.says()))
        right, left = ([unit for unit in group if side in unit.mods] for side in ("RT", "LT"))
        plain = [unit for unit in group if not unit.mods & {"RT", "LT"} and is_whole(unit)]
        if row["bilateral"] in BOTH:
            gone += [join(*pair, how="two sides") for pair in zip(right, left, strict=False)]
        if len(plain) == 2 and row["bilateral"] in "123" and row["days"] != "ZZZ":
            gone.append(join(*plain, how="two units"))
    return [unit for unit in units if unit not in gone]


def charged(unit):
    """What is allowed of a unit after its charges, and the parts of its lines.

    The RVU document, indicators 0 to 2: the lower of the total charge for both sides and the fee
    for both; 3: the lower of the charge and the fee for each side. A side without a charge counts
    with its fee; a line has no more than its charge.
    """
    one = cents(unit.amount / unit.both)
    fees = [one, unit.amount - one]
    if all(charge is None for charge in unit.charges):
        total = unit.amount
    elif len(unit.charges) == 1:
        total = min(unit.amount, unit.charges[0])
    elif unit.both == 2:
        pairs = zip(fees, unit.charges, strict=True)
        total = sum(fee if charge is None else min(fee, charge) for fee, charge in pairs)
    else:
        total = min(unit.amount, sum(one if each is None else each for each in unit.charges))
    if len(unit.lines) == 1:
        return [total]
    first, other = unit.charges
    most = total if first is None else first
    least = D(0) if other is None else total - other
    part = max(least, min(most, cents(total / unit.both)))
    return [part, total - part]


def beside(lines, setting, gpci, factor, kind, nonpar, base_row):
    """What each line comes to.

    (allowed, limiting charge), allowed None where all of it is by report.

    A line is a dictionary: row, technical (the rows of the technical part), mods, units, charge,
    days. `base_row` finds the row of an endoscopic base.
    """
    priced = {index for index, line in enumerate(lines) if line["row"]["status"] != "T"}
    alone = priced or set(range(len(lines)))  # T: only where nothing else of the day is payable
    units = sides([unit for unit in expand(lines) if unit.lines[0] in alone])
    for unit in units:
        open_unit(unit, setting, gpci, factor)
    pools: dict[Any, list[Any]] = {}
    for unit in units:
        kind_of = unit.row["mult"]
        if kind_of in "23" and "78" not in unit.mods:
            pools.setdefault(("surgery", bool(unit.mods & ROLE)), []).append(unit)
        elif kind_of == "4":
            pools.setdefault(("imaging", unit.row["family"]), []).append(unit)
        elif kind_of == "5":
            pools.setdefault(("therapy",), []).append(unit)
        elif kind_of in "67" and unit.row["pctc"] in ("1", "3", "4") and unit.row["mod"] != "26":
            pools.setdefault(("technical", kind_of), []).append(unit)
    for key, pool in pools.items():
        if key[0] == "surgery":
            surgery(pool, setting, gpci, factor, kind, base_row)
        elif len(pool) > 1:
            {"imaging": imaging, "therapy": therapy, "technical": technical}[key[0]](
                pool, kind, nonpar, (setting, gpci, factor)
            )
    for unit in units:
        close(unit, kind, nonpar)
    for operation in operations([unit for unit in units if not unit.report]):
        within(operation, kind, nonpar)
    return [total(number, units, nonpar, kind) for number in range(len(lines))]


def open_unit(unit, setting, gpci, factor):
    row = unit.row
    unit.full = formula(row, setting, gpci, factor, capped=False)
    unit.capped = formula(row, setting, gpci, factor, capped=True)
    rows = [row] if row["pctc"] not in "14" or row["mod"] else unit.line["technical"]
    part = [formula(each, setting, gpci, factor, capped=False) for each in rows]
    cap = [formula(each, setting, gpci, factor, capped=True) for each in rows]
    unit.has_part = bool(rows) and all(part) and row["mod"] != "26"
    unit.binds = cents(unit.capped) < cents(unit.full)
    if unit.how:
        unit.both = D(1) if "78" in unit.mods else BOTH[row["bilateral"]]
    unit.amount = cents(cents(unit.full) * unit.both)
    unit.exact = unit.full * unit.both
    unit.part = (
        min(cents(sum(map(cents, part)) * unit.both), unit.amount) if row["mod"] != "26" else D(0)
    )
    unit.part_fee = unit.part
    unit.part_exact = sum(part) * unit.both if row["mod"] != "26" else D(0)
    unit.cap = cents(sum(map(cents, cap)) * unit.both), sum(cap) * unit.both
    for tool, left in EQUIPMENT.items():
        if tool in unit.mods:
            cut(unit, left, D(1))


def cut(unit, technical, professional):
    """Reduce the two parts of a unit."""
    if unit.row["mod"] != "26" and not unit.has_part:
        raise LeftToTheMacError
    rest, rest_exact = unit.amount - unit.part, unit.exact - unit.part_exact
    unit.part, unit.part_exact = cents(unit.part * technical), unit.part_exact * technical
    unit.amount = unit.part + cents(rest * professional)
    unit.exact = unit.part_exact + rest_exact * professional
    unit.cut.append(technical)


def ordered(units, amount, kind):
    def key(unit):
        payable = unit.amount
        for factor in unit.after(kind):
            payable = times(payable, factor)
        return -amount(unit), -payable, high(unit.charge), unit.says()

    return sorted(units, key=key)


def outcome(unit, reduce, kind, nonpar):
    """What is allowed of a unit in the end, if it is reduced so."""
    trial = copy(unit)
    trial.cut = [*unit.cut]
    reduce(trial)
    close(trial, kind, nonpar)
    return sum(charged(trial))


def top(pool, amount, kind):
    """The units with the highest amount, in order of what is payable and what they say."""
    most = max((amount(unit) for unit in pool), default=None)
    return [unit for unit in ordered(pool, amount, kind) if amount(unit) == most]


def imaging(pool, kind, nonpar, place):
    """Of tied parts those two are paid in full with which the sum comes out highest."""

    def reduce(unit, full, rest):
        factors = D(1) if full or not unit.part else D("0.5"), D(1) if rest else D("0.95")
        if unit.amount == unit.part:
            factors = factors[0], D(1)
        if factors != (D(1), D(1)):
            cut(unit, *factors)

    technical_parts = [unit for unit in pool if unit.part_fee]
    rests = [unit for unit in pool if unit.amount > unit.part]
    first_parts = top(technical_parts, lambda unit: unit.part_fee, kind) or [None]
    first_rests = top(rests, lambda unit: unit.amount - unit.part, kind) or [None]
    known = {}

    def worth(unit, full, rest):
        key = id(unit), full, rest
        if key not in known:
            known[key] = outcome(unit, lambda trial: reduce(trial, full, rest), kind, nonpar)
        return known[key]

    def total(pair):
        return sum(worth(unit, unit is pair[0], unit is pair[1]) for unit in pool)

    pairs = [(one, other) for one in first_parts for other in first_rests]
    best = max(pairs, key=total) if len(pairs) > 1 else pairs[0]
    for unit in pool:
        reduce(unit, unit is best[0], unit is best[1])


def best_first(pool, amount, reduce, kind, nonpar):
    """Reduce all but one of the highest: that with which the sum comes out highest."""
    tied = top(pool, amount, kind)

    def total(first):
        return sum(
            outcome(unit, (lambda _: None) if unit is first else reduce, kind, nonpar)
            for unit in pool
        )

    best = max(tied, key=total) if len(tied) > 1 else tied[0]
    for unit in pool:
        if unit is not best:
            reduce(unit)


def technical(pool, kind, nonpar, place):
    share = D("0.75") if pool[0].row["mult"] == "6" else D("0.8")
    best_first(pool, lambda unit: unit.part_fee, lambda unit: cut(unit, share, D(1)), kind, nonpar)


def therapy(pool, kind, nonpar, place):
    setting, gpci, factor = place

    def expense(unit):
        given = "nonfacility" if setting == "facility" and unit.row["facility_na"] else setting
        return unit.row[f"{given}_pe"]

    def reduce(unit):
        half = expense(unit) * gpci[1] * factor / 2
        unit.amount -= cents(unit.full) - cents(unit.full - half)
        unit.exact *= 1 - half / unit.full

    best_first(pool, expense, reduce, kind, nonpar)


def share_of(unit):
    (share,) = unit.mods & set(SHARES)
    return share


def places(unit):
    """The sides that a share is of."""
    if unit.how == "two sides" or "50" in unit.mods:
        return {"RT", "LT"}
    return unit.mods & {"RT", "LT"} or ({"one", "other"} if unit.how == "two units" else {"one"})


def free_days(unit, operation, before):
    """The days of care that shares before it have left for a unit."""
    days = GLOBAL[unit.row["days"]]
    own, care = places(unit), [other for other in before if share_of(other) == "55"]
    of_all = set().union(own, *map(places, operation))
    if of_all <= {"one", "other"}:
        spent = sum(other.care * len(places(other)) for other in care)
        return max(0, days * len(of_all) - spent) // len(own)
    return max(
        0,
        days - max(sum(other.care for other in care if side in places(other)) for side in own),
    )


def share_key(unit):
    share = share_of(unit)
    days = unit.care if share == "55" else 0
    another = bool(unit.mods & ANOTHER)
    return SHARES.index(share), another, -days, not unit.how, high(unit.charge), unit.says()


def operations(units):
    """Shares of one operation together; any other unit by itself."""
    found = [[unit] for unit in units if not unit.mods & set(SHARES)]
    shared: dict[Any, list[Any]] = {}
    for unit in sorted([unit for unit in units if unit.mods & set(SHARES)], key=share_key):
        share = share_of(unit)
        same_code = shared.setdefault(
            (unit.row["hcpcs"], *sorted(unit.mods - SAYS_NOTHING - {*SHARES, "50"})), []
        )
        fit = [
            operation
            for operation in same_code
            if any(places(unit) & places(other) for other in operation)
            and (share == "55" or share not in map(share_of, operation))
        ]
        roomy = [
            operation
            for operation in fit
            if share != "55" or unit.care <= free_days(unit, operation, operation)
        ]
        if roomy:
            roomy[0].append(unit)
        elif fit and not unit.mods & ANOTHER:
            fit[0].append(unit)
        else:
            same_code.append([unit])
    return found + [operation for group in shared.values() for operation in group]


def surgery(pool, setting, gpci, factor, kind, base_row):
    bases = {unit.row["base"] for unit in pool if unit.row["mult"] == "3" and unit.row["base"]}
    families: dict[str, list[Any]] = {}
    alone = []
    for operation in operations(pool):
        row = operation[0].row
        base = row["base"] if row["mult"] == "3" else ""
        if base or row["hcpcs"] in bases:
            families.setdefault(base or row["hcpcs"], []).append(operation)
        else:
            alone.append([operation])

    def key(family):
        payable, charges, says = D(0), [], []
        for operation in family:
            for unit in operation:
                left = unit.amount
                for step in unit.after(kind):
                    left = times(left, step)
                payable += left
                charges += unit.charges
                says.append(unit.says())
        amount = sum(max(unit.amount for unit in operation) for operation in family)
        return -amount, -payable, high(None if None in charges else sum(charges)), sorted(says)

    for base, family in families.items():
        if len(family) < 2:
            continue
        first = min(
            (operation for operation in family if operation[0].row["hcpcs"] != base),
            key=lambda one: key([one]),
        )
        row = base_row(base)
        for operation in family:
            for unit in operation if operation is not first else ():
                both = BOTH.get(row["bilateral"], D(1)) if unit.how else D(1)
                fee = formula(row, setting, gpci, factor, capped=True)
                if unit.row["hcpcs"] == base:
                    unit.amount = unit.exact = D(0)
                else:
                    unit.amount = max(D(0), unit.amount - cents(cents(fee) * both))
                    unit.exact = max(D(0), unit.exact - fee * both)
    ranked = sorted([*alone, *families.values()], key=key)
    for rank, family in enumerate(ranked, start=1):
        for operation in family:
            for unit in operation:
                unit.report = rank > 5
                if rank > 1:
                    unit.amount, unit.exact = cents(unit.amount / 2), unit.exact / 2


def close(unit, kind, nonpar):
    """The cap, and what follows it up to the charge."""
    if unit.binds and unit.cut:
        cap, cap_exact = unit.cap
        unit.amount -= max(D(0), unit.part - cap)
        unit.exact -= max(D(0), unit.part_exact - cap_exact)
    elif unit.binds:
        unit.amount, unit.exact = cents(cents(unit.capped) * unit.both), unit.capped * unit.both
    steps = unit.after(kind)
    at = len([mod for mod in unit.mods if mod in ROLE | {"62"}])
    for step in steps[:at]:
        unit.amount = times(unit.amount, step)
    unit.whole = unit.amount
    for step in steps[at:]:
        unit.amount = times(unit.amount, step)
    for step in steps:
        unit.exact = (
            unit.exact * step[0] / step[1] if isinstance(step, tuple) else unit.exact * step
        )
    if nonpar:
        unit.amount = cents(unit.amount * D("0.95"))


def within(operation, kind, nonpar):
    """The shares of an operation never exceed it; 56 is in 54 of the same side."""
    if not operation[0].mods & set(SHARES):
        return

    def paid(amount):
        if kind in KIND:
            amount = cents(amount * D(KIND[kind]))
        return cents(amount * D("0.95")) if nonpar else amount

    left = max(paid(unit.whole) for unit in operation)
    care = max(paid(cents(unit.whole * unit.row["post"])) for unit in operation)
    covered = set().union(*(places(unit) for unit in operation if "54" in unit.mods))
    for position, unit in enumerate(operation):
        most = left
        if "55" in unit.mods:
            days = GLOBAL[unit.row["days"]]
            free = free_days(unit, operation, operation[:position])
            most = min(left, care)
            if unit.care > free:
                most = min(most, paid(times(unit.whole, (unit.row["post"] * free, D(days)))))
        elif "56" in unit.mods and covered & places(unit):
            other = unit.amount - cents(unit.amount / unit.both)
            most = min(left, other if places(unit) - covered else D(0))
        if unit.amount > most:
            unit.amount = most
            unit.exact *= bool(most)
        left -= unit.amount
        care -= unit.amount if "55" in unit.mods else 0


def total(number, units, nonpar, kind):
    """What the parts of one line in all services come to."""
    allowed = limit = half_limits = None
    for unit in units:
        if number not in unit.lines or unit.report:
            continue
        allowed = (allowed or D(0)) + charged(unit)[unit.lines.index(number)]
        limits = unit.exact * D("1.0925")
        if len(unit.lines) == 1:
            limit = (limit or D(0)) + limits
        else:
            part = cents(cents(limits) / unit.both)
            half_limits = (half_limits or D(0)) + (
                part if unit.lines[0] == number else cents(limits) - part
            )
    if allowed is None:
        return None, None
    physician = kind == "physician" and not any(
        number in unit.lines and "AS" in unit.mods for unit in units
    )
    return allowed, cents(limit or D(0)) + (half_limits or D(0)) if nonpar and physician else None
