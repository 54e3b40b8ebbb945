"""estimate() and estimate_claim(): check the arguments, find the rates, price the lines, answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import date as Date
from decimal import Decimal
from typing import TYPE_CHECKING

from feesync.claims import arguments
from feesync.claims.answer import single_answer
from feesync.claims.estimate import Estimate
from feesync.claims.header import Header
from feesync.claims.line import ClaimLine
from feesync.claims.memory import answer_of, header_of, number_of, plain, remember
from feesync.claims.outline import Outline
from feesync.claims.rates import ClaimRates
from feesync.errors import FeesyncError, InvalidInputError
from feesync.model import reading
from feesync.model.rate import Setting
from feesync.model.tuples import tuple_of
from feesync.schedule.state import of_one_state
from feesync.schedule.threads import open_schedule

if TYPE_CHECKING:
    from feesync.claims.claim_estimate import ClaimEstimate

_PLACE_AND_CHARGE = 2
"""How many values of a question come before those that all places have in common."""


def estimate(
    hcpcs: str,
    *,
    locality: str,
    setting: Setting | str = "nonfacility",
    pos: str | int | None = None,
    modifiers: Iterable[str] | None = (),
    date: Date | str | None = None,
    units: int = 1,
    charge: Decimal | int | str | None = None,
    nonpar: bool = False,
    practitioner: str = "physician",
    qp: bool = False,
    deductible: Decimal | int | str | None = None,
    percent: arguments.Percent | None = None,
    of_year: int | None = None,
    conversion_factor: Decimal | int | str | None = None,
    postop_days: int | None = None,
    coverage: bool = True,
    purpose: str | None = None,
    history: arguments.EarlierLines = (),
    db: str | os.PathLike[str] | None = None,
) -> Estimate:
    """Return what Medicare allows for one professional claim line, to the cent.

    Args:
        hcpcs: CPT or HCPCS code, five characters, or with modifiers as `estimate_claim` takes it:
            `64493-50`, `64493-50x1@250.00`; what is given beside it is added.
        locality: a ZIP or ZIP+4 (`94110`, `94110-1234`), `01112-05`, `0111205`, `CA-05`, an
            unambiguous name, or `national`.
        setting: `nonfacility` or `facility`; where a place of service is given, it decides instead.
        pos: CMS place of service code, such as 11 or 24, or its name, such as `office` or `asc`.
        modifiers: such as `["50"]` or `"50,KX"`, in any order; None and empty texts are no
            modifiers.
        date: date of service, a `date` or text such as `2025-11-03`, `11/03/2025`, `Nov 3 2025` or
            `today`; today by default. It decides which release answers.
        units: units of service, priced as so many lines; of modifier 55 they are days.
        charge: submitted charge of the whole line, in dollars; Medicare allows the lower of charge
            and fee.
        nonpar: whether it is an assigned claim of a non-participating practitioner: 95 %, and the
            limiting charge of a physician.
        practitioner: physician, np, pa, cns, dietitian, midwife, csw, mft or mhc, or the name of
            one, such as `Nurse Practitioner` or `MD`.
        qp: whether the practitioner is a qualifying APM participant (with a conversion factor of
            their own from 2026 on).
        deductible: dollars of the Part B deductible that the patient still owes; preventive
            services do not count towards it.
        percent: what a commercial contract pays of Medicare's amount, in percent, such as 110 or
            "112.5"; 100 where it is not given. A dictionary has a percentage for each code or range
            of codes, and for `all` others: `{"64490-64495": 110, "all": 95}`; the smallest range
            that holds the code decides.
        of_year: the year whose rates a contract names. Its newest loaded release replaces that of
            the date for fee, indicators and `locality`; the rules of modifiers and practitioners
            stay those of the date.
        conversion_factor: dollars per relative value unit of a payer that uses Medicare's relative
            values and GPCIs, such as "45.00" of a workers' compensation board, in place of
            Medicare's. Who pays is for the plan to decide, as by a contract.
        postop_days: the days of care after an operation for modifier 55; by default all of the
            global period.
        coverage: whether to add coverage notes on facet joint lines; they never change the price.
        purpose: what a facet joint injection is for, `diagnostic` or `therapeutic`; by default the
            modifier KX decides.
        history: earlier claim lines of the patient, such as `["2025-03-01:64493-50-KX"]`, for the
            sessions in twelve months; lines after the date are not counted.
        db: path of the database; by default FEESYNC_DB, else the user's data folder. The embedded
            snapshot answers for what it lacks.

    Returns:
        The estimate. A line that Medicare does not price has `allowed` None and a note that says
        why. By a contract, the amount that Medicare would allow is multiplied before the lower of
        the charge is applied; the plan decides who pays it.

    Raises:
        InvalidInputError: an argument cannot be read or contradicts another.
        ModifierError: a modifier is unknown, contradictory, does not apply, or is not priced.
        NoPriceError: the code, the date or the locality is unknown (UnknownCodeError,
            NoReleaseError, LocalityError).
        StoreError: the database cannot be read.

        Source of the rules: Medicare Claims Processing Manual, chapter 12; CMS's RVU record layout
            documents.
    """
    shared = {
        "setting": setting,
        "pos": pos,
        "date": date if type(date) is Date else arguments.day(date) or Date.today(),
        "nonpar": nonpar,
        "practitioner": practitioner,
        "qp": qp,
        "deductible": deductible,
        "percent": percent,
        "of_year": of_year,
        "conversion_factor": conversion_factor,
        "coverage": coverage,
        "purpose": purpose,
    }
    number, key = number_of(shared), None
    if (
        number is not None
        and type(history) is tuple
        and not history
        and type(modifiers) in (tuple, list)
    ):
        key = plain(locality, charge, number, hcpcs, units, postop_days, *modifiers)  # type: ignore[misc]

    def answer() -> Estimate:
        shape = key and key[_PLACE_AND_CHARGE:]
        outline = schedule.outlines.get(shape)
        if isinstance(outline, Outline):
            return outline.answer(schedule, reading.text("locality", locality), charge)
        header = header_of(locality, history, shared, number)
        line = header.line(tuple_of(ClaimLine, (hcpcs, modifiers, units, charge, postop_days)))
        rates = ClaimRates(header, schedule)
        if shape and shape not in schedule.outlines:
            remember(schedule.outlines, shape, Outline.of(header, line, rates))
        return single_answer(header, rates, line)

    schedule = open_schedule(db)
    return answer_of(schedule, key, answer)


def estimate_claim(
    lines: Iterable[ClaimLine | str | Mapping[str, object]],
    *,
    locality: str,
    setting: Setting | str = "nonfacility",
    pos: str | int | None = None,
    date: Date | str | None = None,
    nonpar: bool = False,
    practitioner: str = "physician",
    qp: bool = False,
    deductible: Decimal | int | str | None = None,
    percent: arguments.Percent | None = None,
    of_year: int | None = None,
    conversion_factor: Decimal | int | str | None = None,
    coverage: bool = True,
    purpose: str | None = None,
    history: arguments.EarlierLines = (),
    incomplete: bool = False,
    db: str | os.PathLike[str] | None = None,
) -> ClaimEstimate:
    """Return what Medicare allows for the lines of one claim: one practitioner, patient and day.

    Besides the rules for each line, those for several procedures apply: surgery is ranked (100, 50,
    50, 50, 50 %); endoscopies of a family, imaging, therapy, cardiovascular and ophthalmology
    services are reduced; RT and LT lines of a code are the two sides of one procedure, and shares
    (54, 55, 56) of one operation are one procedure. Units are priced as lines, each with an equal
    part of the charge. Neither the order of lines nor how units are divided into lines changes what
    is allowed. A line without a price changes no other.

    Args:
        lines: each a `ClaimLine`, a dictionary with its names, or text such as `64493-50` or
            `64493-50x1@250.00` (units, charge).
        locality: as for `estimate`, of all lines.
        setting: of all lines.
        pos: of all lines.
        date: of all lines.
        nonpar: of all lines.
        practitioner: of all lines.
        qp: of all lines.
        deductible: dollars that the patient still owes. The lines count towards it in an order that
            depends on what they say, and not on their places in the claim.
        percent: of all lines.
        of_year: of all lines.
        conversion_factor: of all lines.
        coverage: as for `estimate`; notes on the day as a whole are notes of the claim.
        purpose: of all facet joint injections.
        history: earlier claim lines of the patient.
        incomplete: whether a line that cannot be read, of an unknown code, or with a modifier that
            does not apply is left out, with its reason in `refused`. The others are then priced as
            the claim without it, and a note says `claim-incomplete`. By default its error is
            raised.
        db: path of the database.

    Returns:
        The claim. A line that Medicare does not price has `allowed` None and a note that says why.

    Raises:
        FeesyncError: for the reasons of `estimate`; the message names the line, and `others` has
            the errors of other lines. With `incomplete`, only where no line can be priced.

        Source of the rules: Medicare Claims Processing Manual, chapter 12, section 40.6; CMS's RVU
            record layout documents.
    """
    shared = {
        "setting": setting,
        "pos": pos,
        "date": date if type(date) is Date else arguments.day(date) or Date.today(),
        "nonpar": nonpar,
        "practitioner": practitioner,
        "qp": qp,
        "deductible": deductible,
        "percent": percent,
        "of_year": of_year,
        "conversion_factor": conversion_factor,
        "coverage": coverage,
        "purpose": purpose,
    }
    header = header_of(locality, history, shared, number_of(shared))
    return estimate_lines(header, lines, incomplete=incomplete, db=db)


@of_one_state
def estimate_line(
    header: Header, claim_line: ClaimLine, *, db: str | os.PathLike[str] | None = None
) -> Estimate:
    """Return what Medicare allows for one line under a header, as `estimate` does."""
    rates = ClaimRates(header, open_schedule(db))
    return single_answer(header, rates, header.line(claim_line))


@of_one_state
def estimate_lines(
    header: Header,
    lines: Iterable[ClaimLine | str | Mapping[str, object]],
    *,
    incomplete: bool = False,
    db: str | os.PathLike[str] | None = None,
    name: Callable[[int], str] = "line {}".format,
) -> ClaimEstimate:
    """Return what Medicare allows for lines under a header, as `estimate_claim` does.

    Errors name a line by what `name` returns for its number.
    """
    incomplete = reading.flag("incomplete", incomplete)
    if isinstance(lines, str | bytes | Mapping | ClaimLine) or not reading.is_iterable(lines):
        from feesync.model.hcpcs import text_to_give

        way = text_to_give(lines)
        raise InvalidInputError(f"lines is a list of claim lines, not {type(lines).__name__}{way}")
    from feesync.claims.claim import price_claim  # not at the start of every line

    try:
        rates = ClaimRates(header, open_schedule(db))
        return price_claim(header, lines, rates, incomplete=incomplete)
    except FeesyncError as error:
        for one in (error, *error.others):
            if one.claim_line is not None:
                one.args = (f"{name(one.claim_line)}: {one}",)
        raise
