"""The queries that answer with rows: coverage, rates, compare, history, diff, localities.

What answers is imported when it is asked, so that a catalogue of them all is at hand at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from feesync.errors import ExitStatus
from feesync.model.rate import BOTH, Setting, read_choice, settings_of
from feesync.model.result import notes_of, one_or_list, rows_of
from feesync.queries.answer import Answer, RatesAnswer
from feesync.queries.parameter import Kind, Parameter
from feesync.queries.query import Database, Query
from feesync.queries.shared import (
    CONVERSION_FACTOR,
    DATE,
    LOCALITIES,
    LOCALITY,
    MODIFIERS,
    OF_YEAR,
    ONE_PLACE,
    PERCENT,
    POS,
    QP,
    SETTING,
    SETTINGS,
    STATE,
    ZIP,
    ZIPS,
    place,
    places,
    values_of,
)
from feesync.queries.size import MOST, MOST_CODES, most_codes, place_count
from feesync.queries.size import check as check_size


def _coverage(query: Query, values: dict[str, Any], db: Database) -> Answer:
    from feesync.coverage.sheet import coverage_sheets

    sheets, unknown = coverage_sheets(
        values["hcpcs"],
        pos=values.get("pos"),
        locality=place(values),
        date=values.get("date"),
        db=db,
    )
    several = max(len(values["hcpcs"]), len(sheets)) > 1
    return Answer(
        query,
        values,
        tuple(sheets),
        lambda: one_or_list(sheets, several=several),
        lambda: rows_of(sheets),
        status=ExitStatus.NO_PRICE if unknown else ExitStatus.OK,
        notes=notes_of(sheets),
        refused=tuple(unknown),
    )


def _rates(query: Query, values: dict[str, Any], db: Database) -> Answer:
    from feesync.writers.rates import rates

    result = rates(
        values["hcpcs"],
        locality=places(values),
        state=values.get("state"),
        db=db,
        **values_of(values, (DATE, _YEAR, QP, PERCENT, OF_YEAR, CONVERSION_FACTOR)),
    )
    return RatesAnswer(
        query,
        values,
        result,
        result.rows,
        result.rows,
        status=ExitStatus.NO_PRICE if result.unknown else ExitStatus.OK,
        notes=result.notes,
        refused=result.unknown,
    )


def _compare(query: Query, values: dict[str, Any], db: Database) -> Answer:
    from feesync.analysis.comparison import comparisons

    settings = settings_of(values.get("setting", Setting.NONFACILITY.value))
    check_size(
        query.name,
        {
            "code": len({*values["hcpcs"]}),
            "place": place_count(values, db),
            "setting": len(settings),
        },
        MOST,
        "fewer codes, or localities or a state",
    )
    known, unknown = comparisons(
        values["hcpcs"],
        places(values),
        values.get("state"),
        settings=settings,
        modifiers=values.get("modifiers", ()),
        db=db,
        **values_of(values, (DATE, QP, PERCENT, OF_YEAR, CONVERSION_FACTOR)),
    )
    has_prices = not unknown and all(each.has_price for each in known)
    return Answer(
        query,
        values,
        tuple(known),
        lambda: rows_of(known),
        lambda: rows_of(known),
        status=ExitStatus.OK if has_prices else ExitStatus.NO_PRICE,
        notes=notes_of(known),
        refused=tuple(unknown),
    )


def _history(query: Query, values: dict[str, Any], db: Database) -> Answer:
    from feesync.analysis.history import history

    setting = Setting.read(values.get("setting", Setting.NONFACILITY))
    result = history(
        values["hcpcs"], place(values) or "", db=db, **values_of(values, (MODIFIERS, QP))
    )
    return Answer(
        query,
        values,
        result,
        result.rows,
        result.rows,
        status=ExitStatus.OK if result.has_price(setting) else ExitStatus.NO_PRICE,
        notes=result.notes,
    )


def _diff(query: Query, values: dict[str, Any], db: Database) -> Answer:
    from feesync.changes.change import COLUMNS
    from feesync.changes.diff import diffs

    setting, states = values.get("setting"), values.get("state", ())
    number = place_count(values, db) if states or "locality" in values else 1
    codes = most_codes(values.get("codes", ()), values["after"], db)
    check_size(query.name, {"code": codes, "place": number}, MOST_CODES, "fewer codes or places")
    results = diffs(
        values["before"],
        values["after"],
        places=values.get("locality") or (() if states else ("national",)),
        states=states,
        settings=list(Setting) if setting is None else [Setting.read(setting)],
        codes=values.get("codes", ()),
        qp=values.get("qp", False),
        db=db,
    )
    return Answer(
        query,
        values,
        tuple(results),
        lambda: one_or_list(results, several=len(results) > 1),
        lambda: rows_of(results),
        COLUMNS,
        status=ExitStatus.NO_PRICE if results[0].unknown else ExitStatus.OK,
        notes=notes_of(results),
        refused=results[0].unknown,
    )


def _localities(query: Query, values: dict[str, Any], db: Database) -> Answer:
    from feesync.schedule.directory import COLUMNS, localities

    result = localities(values.get("query"), date=values.get("date"), db=db)
    return Answer(
        query,
        values,
        result,
        result.rows,
        result.rows,
        COLUMNS,
        notes=result.notes,
        remark=result.remark or "",
    )


_HCPCS = Parameter(
    "hcpcs",
    Kind.TEXT,
    "CPT or HCPCS code; repeatable.",
    "Codes",
    "64493",
    required=True,
    several=True,
)
_YEAR = Parameter(
    "year",
    Kind.WHOLE,
    "The newest loaded release of a year, instead of date.",
    "Year",
    "2025",
    least=2000,
    most=2099,
    option="--year",
)
_HISTORY_SETTING = replace(SETTING, text="Whose RVUs, change and bar are shown.")
_NO_STATE = (("locality", "state"), ("zip", "state"))
COVERAGE = Query(
    "coverage",
    "The billing sheet of facet joint codes.",
    (
        replace(_HCPCS, text="CPT code of a facet joint procedure, or a range; repeatable."),
        LOCALITY,
        ZIP,
        replace(
            POS,
            text="Place of service: its code, or a name such as office, hospital or asc, for prior "
            "authorization.",
        ),
        DATE,
    ),
    respond=_coverage,
    excludes=(ONE_PLACE,),
)
RATES = Query(
    "rates",
    "Locality-adjusted rates of codes.",
    (
        replace(_HCPCS, text="CPT or HCPCS code, or a range of codes; repeatable."),
        LOCALITIES,
        ZIPS,
        STATE,
        DATE,
        _YEAR,
        QP,
        PERCENT,
        OF_YEAR,
        CONVERSION_FACTOR,
    ),
    respond=_rates,
    excludes=(*_NO_STATE, ("date", "year", "of_year")),
)
COMPARE = Query(
    "compare",
    "A code across localities, or in the two settings.",
    (
        replace(_HCPCS, text="CPT or HCPCS code, perhaps with modifiers; repeatable."),
        LOCALITIES,
        ZIPS,
        STATE,
        DATE,
        QP,
        PERCENT,
        OF_YEAR,
        CONVERSION_FACTOR,
        replace(
            SETTING,
            text="Rate, or both to compare them.",
            choices=(*SETTINGS, BOTH),
            word=read_choice,
        ),
        MODIFIERS,
    ),
    respond=_compare,
    excludes=_NO_STATE,
)
HISTORY = Query(
    "history",
    "A code in a place over the loaded releases.",
    (
        Parameter(
            "hcpcs",
            Kind.TEXT,
            "CPT or HCPCS code, perhaps with modifiers, as in 64493-50.",
            "Code",
            "64493",
            required=True,
        ),
        LOCALITY,
        ZIP,
        _HISTORY_SETTING,
        MODIFIERS,
        QP,
    ),
    respond=_history,
    needs=(ONE_PLACE,),
    excludes=(ONE_PLACE,),
)
DIFF = Query(
    "diff",
    "What changed between two releases.",
    (
        Parameter(
            "before",
            Kind.TEXT,
            "Label, or year, whose newest loaded release is meant, or LABEL@HASH for a revision.",
            "Before",
            "RVU25A",
            required=True,
        ),
        Parameter(
            "after", Kind.TEXT, "Label or year, as before.", "After", "RVU25D", required=True
        ),
        replace(
            LOCALITIES,
            text="Where to give dollars, as for estimate; national by default. Repeatable.",
        ),
        STATE,
        replace(SETTING, text="One setting; both by default.", default=None),
        Parameter(
            "codes",
            Kind.TEXT,
            "A code, or a range of codes, to compare (repeatable); all by default.",
            "Codes",
            "64490-64495",
            several=True,
            option="--code",
        ),
        QP,
    ),
    respond=_diff,
    excludes=(("locality", "state"),),
    table="codes",
)
LOCALITIES_QUERY = Query(
    "localities",
    "What a ZIP, a county or a name means.",
    (
        Parameter(
            "query",
            Kind.TEXT,
            "A ZIP, a county, a state, a name, a key, a MAC or a contractor; all by default.",
            "Place",
            "santa clara",
        ),
        DATE,
    ),
    respond=_localities,
)
