"""Remittances of invented claims, for tests: segments whose money balances."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

X12 = Path(__file__).parent / "fixtures/x12"
CENT = Decimal("0.01")


def cents(amount):
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def service(
    code,
    allowed,
    charge="500",
    *,
    day="20251103",
    sent=True,
    units="1",
    billed="",
    billed_units="",
    merit="0",
    remarks=(),
    number="1",
):
    """A line that Medicare pays: 80 %, less 2 %, less or more by a merit adjustment (CARC 237)."""
    allowed, charge, merit = cents(allowed), cents(charge), cents(merit)
    patient = cents(allowed / 5)
    cut = cents((allowed - patient) / 50)
    paid = allowed - patient - cut - merit
    reason = f"*237*{merit}" if merit > 0 else f"*144*{merit}" if merit else ""
    svc = f"SVC*HC:{code}*{charge}*{paid}**{units}*{billed and f'HC:{billed}'}*{billed_units}"
    segments = [
        svc.rstrip("*"),
        *([f"DTM*472*{day}"] if day else []),
        f"CAS*CO*45*{charge - allowed}**253*{cut}",
        *([f"CAS*CO{reason}"] if reason else []),
        f"CAS*PR*2*{patient}",
        f"REF*6R*{number}",
        *([f"AMT*B6*{allowed}"] if sent else []),
        *(f"LQ*HE*{remark}" for remark in remarks),
    ]
    return charge, paid, patient, segments


def denied(code, charge="500", *, day="20251103", reason="CO*50", units="1", billed_units=""):
    """A line that nobody pays."""
    charge = cents(charge)
    svc = f"SVC*HC:{code}*{charge}*0**{units}**{billed_units}".rstrip("*")
    return charge, cents(0), cents(0), [svc, f"DTM*472*{day}", f"CAS*{reason}*{charge}"]


def raw(charge, paid, patient, *segments):
    """A line as its segments stand."""
    return cents(charge), cents(paid), cents(patient), list(segments)


def claim(
    *services,
    number="CLAIM1",
    status="1",
    filing="MB",
    icn="ICN1",
    pos="11",
    npi="1234567893",
    corrects="",
    sign=1,
    more=(),
):
    """A claim of services; `sign=-1` takes it back."""
    charge = sum(each[0] for each in services)
    paid, patient = sum(each[1] for each in services), sum(each[2] for each in services)
    owed = patient if sign > 0 else ""
    segments = [
        f"CLP*{number}*{status}*{sign * charge}*{sign * paid}*{owed}*{filing}*{icn}*{pos}*1",
        "NM1*QC*1*DOE*JANE****MI*1AA0AA0AA00",
        f"NM1*82*1*ROE*RICHARD****XX*{npi}",
        *([f"REF*F8*{corrects}"] if corrects else []),
        *more,
    ]
    for *_, lines in services:
        segments += lines if sign > 0 else map(_negative, lines)
    return sign * paid, segments


def _negative(segment):
    """A segment with its amounts of money taken back."""
    name, *parts = segment.split("*")
    at = {"SVC": (1, 2), "CAS": (2, 5, 8), "AMT": (1,)}.get(name, ())
    return "*".join(
        (name, *(str(-Decimal(part)) if n in at else part for n, part in enumerate(parts)))
    )


def transaction(*claims, number=1, day="20251119", payer="01112", plb=()):
    """The segments of one payment."""
    paid = sum(each[0] for each in claims)
    inner = [
        f"ST*835*{number:04}",
        f"BPR*I*{paid}*C*ACH*CCP*01*999999999*DA*0001*1999999999**01*999999998*DA*0002*{day}",
        f"TRN*1*EFT{number}*1999999999",
        f"DTM*405*{day}",
        f"N1*PR*MADE UP PAYER*XV*{payer}",
        "N3*1 MADE UP STREET",
        "N4*ANYTOWN*CA*94110",
        "PER*BL*EDI*TE*5550100000",
        "N1*PE*MADE UP CLINIC*XX*1999999984",
        "LX*1",
        *(segment for each in claims for segment in each[1]),
        *plb,
    ]
    return [*inner, f"SE*{len(inner) + 1}*{number:04}"]


def remit(path, *claims, **of_transaction):
    """Write a file with one payment of claims, and return its path."""
    return write(path, transaction(*claims, **of_transaction))


def write(path, *transactions):
    """Write a file of payments, and return its path."""
    segments = [
        "ISA*00*          *00*          *ZZ*MADEUPPAYER    *ZZ*MADEUPCLINIC   "
        "*251120*1200*^*00501*000000001*0*T*:",
        "GS*HP*MADEUPPAYER*MADEUPCLINIC*20251120*1200*1*X*005010X221A1",
        *(segment for each in transactions for segment in each),
        f"GE*{len(transactions)}*1",
        "IEA*1*000000001",
    ]
    path.write_text("".join(f"{segment}~\n" for segment in segments))
    return path
