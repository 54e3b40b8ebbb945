"""The queries about claim lines: estimate, claim, check and sheet.

What answers is imported when it is asked, so that a catalogue of them all is at hand at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Date
from typing import Any

from feesync.errors import ExitStatus
from feesync.queries.answer import Answer
from feesync.queries.parameter import Kind, Parameter
from feesync.queries.query import Database, Query
from feesync.queries.shared import (
    CONTRACT,
    DATE,
    HEADER,
    LOCALITIES,
    MODIFIERS,
    NONPAR,
    ONE_PLACE,
    ONE_SETTING,
    PRACTITIONER,
    QP,
    ZIPS,
    header,
    places,
    values_of,
)
from feesync.queries.size import MOST, code_count, place_count
from feesync.queries.size import check as check_size
from feesync.reference.place_of_service import SETTINGS

_MOST_UNITS = 9_999


def _estimate(query: Query, values: dict[str, Any], db: Database) -> Answer:
    from feesync.claims.estimator import estimate

    own = {name: values[name] for name in ("units", "charge", "postop_days") if name in values}
    result = estimate(
        values["hcpcs"], modifiers=values.get("modifiers", ()), db=db, **own, **header(values)
    )

    def rows() -> Sequence[Mapping[str, Any]]:
        from feesync.claims.row import line_row

        return [line_row(result)]

    status = ExitStatus.OK if result.allowed is not None else ExitStatus.NO_PRICE
    return Answer(query, values, result, result.to_dict, rows, status=status)


def _claim(query: Query, values: dict[str, Any], db: Database) -> Answer:
    from feesync.claims.estimator import estimate_claim

    incomplete = values.get("incomplete", False)
    result = estimate_claim(values["lines"], incomplete=incomplete, db=db, **header(values))
    has_prices = all(line.allowed is not None for line in result.lines) and not result.refused
    status = ExitStatus.OK if has_prices else ExitStatus.NO_PRICE
    return Answer(query, values, result, result.to_dict, result.rows, status=status)


def _check(query: Query, values: dict[str, Any], db: Database) -> Answer:
    from feesync.analysis.check import check
    from feesync.claims.line import ClaimLine

    line = ClaimLine.read(values["line"])
    line = line._replace(modifiers=(*(line.modifiers or ()), *values.get("modifiers", ())))
    amounts: dict[str, Any] = {name: values.get(name) for name in ("allowed", "paid")}
    result = check(line, db=db, **amounts, **header(values))
    status = ExitStatus.OK if result.estimate.allowed is not None else ExitStatus.NO_PRICE
    return Answer(query, values, result, result.to_dict, result.rows, status=status)


def _sheet(query: Query, values: dict[str, Any], db: Database) -> Answer:
    from feesync.analysis.sheet import sheet

    settings = [name for text in values.get("settings", SETTINGS) for name in text.split(",")]
    settings = [name for name in settings if name.strip()]
    parts = {
        "line": code_count(values["lines"], values.get("date") or Date.today(), db),
        "place": place_count(values, db),
        "setting": len(settings),
    }
    check_size(query.name, parts, MOST, "fewer codes, places or settings")
    result = sheet(
        values["lines"],
        locality=places(values),
        date=values.get("date"),
        settings=settings,
        db=db,
        **values_of(values, (NONPAR, PRACTITIONER, QP, *CONTRACT)),
    )
    status = ExitStatus.OK if result.has_price and not result.refused else ExitStatus.NO_PRICE
    if result.refused and result.status:
        status = result.status
    return Answer(
        query,
        values,
        result,
        result.to_dict,
        result.rows,
        status=status,
        notes=tuple(each.note for each in result.notes),
    )


_LINES = Parameter(
    "lines",
    Kind.LINE,
    "A code with its modifiers, units and charge, 64493-50x1@250.00, or with days of care after an "
    "operation, 66984-55d30; repeatable.",
    "Lines",
    "64493-50",
    required=True,
    several=True,
)
ESTIMATE = Query(
    "estimate",
    "What Medicare allows for one line.",
    (
        Parameter(
            "hcpcs",
            Kind.TEXT,
            "CPT or HCPCS code, perhaps with modifiers, as in 64493-50.",
            "Code",
            "64493",
            required=True,
        ),
        MODIFIERS,
        Parameter(
            "units",
            Kind.WHOLE,
            "Units of service.",
            "Units",
            "1",
            least=1,
            most=_MOST_UNITS,
            default=1,
            option="--units",
        ),
        Parameter(
            "charge",
            Kind.AMOUNT,
            "Submitted charge of the line; the lower of charge and fee is allowed.",
            "Charge",
            "250.00",
            option="--charge",
        ),
        Parameter(
            "postop_days",
            Kind.WHOLE,
            "Days of care that modifier 55 pays for; all by default.",
            "Days of care after an operation",
            "30",
            least=1,
            most=_MOST_UNITS,
            option="--postop-days",
        ),
        *HEADER,
    ),
    respond=_estimate,
    needs=(ONE_PLACE,),
    excludes=(ONE_PLACE, ONE_SETTING),
)
CLAIM = Query(
    "claim",
    "What Medicare allows for the lines of a claim.",
    (
        _LINES,
        Parameter(
            "incomplete",
            Kind.FLAG,
            "Leave out a line that cannot be priced, and price the others as the claim without it.",
            "Leave out what cannot be priced",
            "true",
            default=False,
            option="--incomplete",
        ),
        *HEADER,
    ),
    respond=_claim,
    needs=(ONE_PLACE,),
    excludes=(ONE_PLACE, ONE_SETTING),
    table="lines",
)
CHECK = Query(
    "check",
    "What a paid line should be, and why it is not.",
    (
        Parameter(
            "line",
            Kind.LINE,
            "A code with its modifiers, units and charge, as for claim: 64493-50x1@250.00.",
            "Line",
            "64493",
            required=True,
        ),
        MODIFIERS,
        Parameter(
            "allowed",
            Kind.AMOUNT,
            "What the payer allowed for the line.",
            "Allowed",
            "222.87",
            option="--allowed",
        ),
        Parameter(
            "paid",
            Kind.AMOUNT,
            "What the payer paid for it, after deductible, coinsurance and sequestration.",
            "Paid",
            "174.73",
            option="--paid",
        ),
        *HEADER,
    ),
    respond=_check,
    needs=(ONE_PLACE, ("paid", "allowed")),
    excludes=(ONE_PLACE, ONE_SETTING),
    table="causes",
)
SHEET = Query(
    "sheet",
    "The fee list of a practice, to read and to print.",
    (
        Parameter(
            "lines",
            Kind.LINE,
            "A code with its modifiers, as for claim, or a range of codes; repeatable.",
            "Lines",
            "64490-64495",
            required=True,
            several=True,
        ),
        LOCALITIES,
        ZIPS,
        Parameter(
            "date",
            Kind.DAY,
            "Date of service, as for estimate; today by default. Repeatable.",
            "Dates of service",
            DATE.example,
            several=True,
            option="--date",
        ),
        Parameter(
            "settings",
            Kind.TEXT,
            "Settings of the columns, with commas between them: places of service by name or code, "
            "nonfacility or facility.",
            "Settings",
            ",".join(SETTINGS),
            several=True,
            default=",".join(SETTINGS),
            option="--settings",
        ),
        NONPAR,
        PRACTITIONER,
        QP,
        *CONTRACT,
    ),
    respond=_sheet,
    needs=(ONE_PLACE,),
    table="rows",
)
