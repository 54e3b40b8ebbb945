"""The rules of a line once more, written from CMS's rules and not from the package, in Decimal.

What the package must agree with.

`opinion` returns ("refused",), ("unpaid",) or ("paid", allowed, limiting charge).
"""

import csv
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from claim_opinion import LEFT, RIGHT, SITES, TRIP, LeftToTheMacError, beside

D = Decimal
CENT = D("0.01")
SHARE = {"np": D("0.85"), "pa": D("0.85"), "cns": D("0.85"), "dietitian": D("0.85"),
         "csw": D("0.75"), "mft": D("0.75"), "mhc": D("0.75"), "physician": D(1),
         "midwife": D(1)}  # fmt: skip
REFUSED, UNPAID = ("refused",), ("unpaid",)
CONFLICTS = [set(group.split()) for group in (
             "26 TC 53", "80 81 82 AS 62 66", "54 55 56 78", "FX FY CT", "CQ CO",
             "AA AD QK QX QY QZ", "P1 P2 P3 P4 P5 P6", "GA GZ", "GY GZ", "GA GY", "GP GO GN",
             "CQ GO", "CQ GN", "CO GP", "CO GN", "Q7 Q8 Q9", "JW JZ", "53 73 74", "PN PO", "96 97",
             "UN UP UQ UR US", "GX EY", "GX GA", "GX GL", "GX GZ", "GX KB", "GX QL")]  # fmt: skip
ANESTHESIA = {
    "AA",
    "AD",
    "QK",
    "QX",
    "QY",
    "QZ",
    "QS",
    "G8",
    "G9",
    "23",
    "P1",
    "P2",
    "P3",
    "P4",
    "P5",
    "P6",
}
NO_AMOUNT = {"22", "52", "66", "73", "74", "GY", "GZ", "EY", "PA", "PB", "PC"}
with (Path(__file__).parent.parent / "data/reference/modifiers.csv").open(
    newline="", encoding="utf-8"
) as table:
    TABLE = list(csv.DictReader(table))
PRICED_DAYS = {"010": 10, "090": 90}


def cents(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


def exact_fee(row, setting, gpci, factor):
    """The fee before rounding, after the OPPS cap.

    Therapy flagged NA in facilities takes the nonfacility one.
    """
    if setting == "facility" and row["facility_na"] and row["mult"] == "5":
        setting = "nonfacility"
    work, pe, mp = row["work"], row[f"{setting}_pe"], row["mp"]
    fee = (work * gpci[0] + pe * gpci[1] + mp * gpci[2]) * factor
    if row["opps_mp"] or row["opps_nonfacility_pe"] or row["opps_facility_pe"]:
        fee = min(
            fee,
            (work * gpci[0] + row[f"opps_{setting}_pe"] * gpci[1] + row["opps_mp"] * gpci[2])
            * factor,
        )
    return fee


@cache
def in_use(mod, day):
    """Whether the table has a row of a modifier for a day.

    True, False, or None where its dates are only recalled.
    """
    rows = [row for row in TABLE if row["modifier"] == mod]
    if any((row["from"] or "0000") <= day.isoformat() <= (row["to"] or "9999") for row in rows):
        return True
    return None if all(row["confidence"] == "R" for row in rows) else False


def contradict(mods):
    return exclude_each_other(frozenset(mods))


@cache
def exclude_each_other(given):
    if "50" in given and given & ({"RT", "LT"} | SITES):
        return True
    if ("RT" in given and given & LEFT) or ("LT" in given and given & RIGHT):
        return True
    if any(len(given & group) > 1 for group in CONFLICTS):
        return True
    return bool(given & {"80", "81", "82", "AS"} and given & {"54", "55", "56"})


def sides_apply(row, mods, units):
    """Whether 50, or RT with LT, apply to a code.

    RT with LT and three units cannot be told apart.
    """
    pair = {"RT", "LT"} <= set(mods)
    return not ("50" in mods or pair) or (
        row["bilateral"] in ("0", "1", "2", "3") and not (pair and units > 2)
    )


CT = (70450, 70498), (71250, 71275), (72125, 72133), (72191, 72194), (73200, 73206), \
     (73700, 73706), (74150, 74178), (74261, 74263), (75571, 75574)  # fmt: skip
"""CMS's list for CT, as MM9250 has it."""


THERAPY = (29065, 29086), (29105, 29131), (29200, 29280), (29345, 29425), (29505, 29550), \
     (29580, 29584), (90901, 90913), (92507, 92526), (92597, 92618), (95851, 95852), \
     (95992, 95992), (96000, 96004), (96105, 96125), (97010, 97799), (98970, 98985)  # fmt: skip


def may_be_therapy(code):
    """Whether a code is therapy where a therapist furnishes it, as recalled of CMS's list."""
    if not code.isdigit():
        return code in {"G0281", "G0282", "G0283", "G0329", "G0451", "G2250", "G2251"}
    return any(first <= int(code) <= last for first, last in THERAPY)


def listed(tool, code):
    """Whether equipment counts for a code: CMS's list of CT, the table's X-rays."""
    if not code.isdigit():
        return False
    if tool == "CT":
        return any(first <= int(code) <= last for first, last in CT)
    (codes,) = {row["codes"] for row in TABLE if row["modifier"] == tool}
    spans = [(span.split("-") * 2)[:2] for span in codes.split()]
    return any(first <= code <= last for first, last in spans)


def equipment(mods, day):
    off = {
        "FX": [("2017", "0.20")],
        "FY": [("2018", "0.07"), ("2023", "0.10")],
        "CT": [("2016", "0.05"), ("2017", "0.15")],
    }
    for mod in mods:
        if mod in off:
            current = [D(share) for since, share in off[mod] if day.year >= int(since)]
            return mod, current[-1] if current else None
    return None, None


def surgical(row, mods, kind):
    """(factors, unpaid), or None where a modifier does not apply."""
    first, then, unpaid = [], [], False
    for mod in mods:
        if mod in ("80", "81", "82", "AS"):
            if mod == "AS" and kind not in ("physician", "np", "pa", "cns"):
                return None
            if mod != "AS" and kind in ("np", "pa", "cns"):
                return None
            if row["assistant"] == "9":
                return None
            unpaid |= row["assistant"] == "1"
            first.append(D("0.136") if mod == "AS" else D("0.16"))
        elif mod == "62":
            if row["co"] == "9":
                return None
            unpaid |= row["co"] == "0"
            first.append(D("0.625"))
        elif mod in ("54", "55", "56", "78"):
            if mod == "78" and row["days"] == "000":
                continue
            if row["days"] not in PRICED_DAYS:
                return None
            unpaid |= row["intra"] == 0
            then.append(
                {
                    "54": row["pre"] + row["intra"],
                    "55": row["post"],
                    "56": row["pre"],
                    "78": row["intra"],
                }[mod]
            )
    return first + then, unpaid


def opinion(
    row, technical, setting, gpci, factor, mods, units, kind, nonpar, charge, day, base_row=None
):
    """What a line comes to.

    `row` and `technical` (rows of the technical part) are dictionaries of the file's columns.
    """
    if contradict(mods) or any(in_use(mod, day) is False for mod in mods):
        return REFUSED
    mods = [mod for mod in mods if in_use(mod, day)]
    if "PD" in mods:
        setting = "facility"
        if row["pctc"] == "4":
            return REFUSED
    if TRIP.keys() & set(mods) and row["hcpcs"] != "R0075":
        return REFUSED
    if not sides_apply(row, mods, units):
        return REFUSED
    tool, off = equipment(mods, day)
    partial = row["pctc"] == "1" and row["mod"] == ""
    if tool and (row["pctc"] not in ("1", "3") or row["mod"] == "26" or off is None):
        return REFUSED
    if tool and not listed(tool, row["hcpcs"]):
        return REFUSED
    if {"CQ", "CO"} & set(mods) and row["mult"] != "5" and not may_be_therapy(row["hcpcs"]):
        return REFUSED
    role = surgical(row, mods, kind)
    if role is None:
        return REFUSED
    if ANESTHESIA & set(mods) and row["status"] != "J":
        return REFUSED
    if "66" in mods and row["team"] == "9":
        return REFUSED
    has_rvus = row["work"] or row["nonfacility_pe"] or row["facility_pe"] or row["mp"]
    if row["status"] not in ("A", "R", "T") or not has_rvus:
        return UNPAID
    if setting == "facility" and row["facility_na"] and row["mult"] != "5":
        return UNPAID
    no_amount = NO_AMOUNT | ({"53"} if row["mod"] != "53" else set())
    if (
        no_amount & set(mods)
        or role[1]
        or ("PD" in mods and (row["mod"] == "TC" or row["pctc"] == "3"))
    ):
        return UNPAID

    if tool and partial and not (technical and exact_fee(technical[0], setting, gpci, factor)):
        return REFUSED
    line = {
        "row": row,
        "technical": technical,
        "mods": mods,
        "units": units,
        "charge": charge,
        "days": None,
    }
    try:
        ((allowed, limit),) = beside([line], setting, gpci, factor, kind, nonpar, base_row)
    except LeftToTheMacError:
        return REFUSED
    return ("paid", allowed, limit)
