"""Parameters that several queries share, and what their values become.

Their texts are those of the options (cli.options); a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from feesync.claims.arguments import PURPOSES
from feesync.errors import InvalidInputError
from feesync.model.rate import Setting
from feesync.model.reading import excerpt
from feesync.model.zip_code import place_of_zip
from feesync.pricing.practitioner import PHYSICIAN, PRACTITIONERS
from feesync.pricing.practitioner import read as read_practitioner
from feesync.queries.parameter import Kind, Parameter
from feesync.reference.states import read_states

SETTINGS = tuple(setting.value for setting in Setting)

LOCALITY = Parameter(
    "locality",
    Kind.TEXT,
    "ZIP or ZIP+4, 01112-05, CA-05, an unambiguous name, or national.",
    "Place",
    "01112-05",
    option="--locality",
)
ZIP = Parameter(
    "zip",
    Kind.TEXT,
    "ZIP or ZIP+4 of the place where the service is furnished, in place of locality.",
    "ZIP",
    "94110",
    option="--zip",
)
LOCALITIES = replace(
    LOCALITY, text="Locality, as for estimate; repeatable.", several=True, label="Places"
)
ZIPS = replace(
    ZIP,
    text="ZIP or ZIP+4 of the place where the service is furnished; repeatable.",
    several=True,
    label="ZIPs",
)
STATE = Parameter(
    "state",
    Kind.TEXT,
    "All localities of a state, CA or California; repeatable.",
    "States",
    "CA",
    several=True,
    word=lambda text: read_states(text)[0],
    option="--state",
)
DATE = Parameter(
    "date",
    Kind.DAY,
    "Date of service, 2025-11-03 or 11/03/2025; today by default.",
    "Date of service",
    "2025-11-03",
    option="--date",
)
MODIFIERS = Parameter(
    "modifiers",
    Kind.TEXT,
    "Modifier, such as 50, or several, such as 50,KX; repeatable.",
    "Modifiers",
    "50",
    several=True,
    option="--modifier",
)
SETTING = Parameter(
    "setting",
    Kind.TEXT,
    "Rate; nonfacility by default.",
    "Setting",
    Setting.FACILITY.value,
    choices=SETTINGS,
    word=lambda text: Setting.read(text).value,
    default=Setting.NONFACILITY.value,
    option="--setting",
)
POS = Parameter(
    "pos",
    Kind.TEXT,
    "Place of service: its code, or a name such as office, hospital or asc, instead of setting.",
    "Place of service",
    "office",
    option="--pos",
)
NONPAR = Parameter(
    "nonpar",
    Kind.FLAG,
    "Assigned claim of a non-participating practitioner; participating by default.",
    "Non-participating",
    "true",
    default=False,
    option="--nonpar/--par",
)
PRACTITIONER = Parameter(
    "practitioner",
    Kind.TEXT,
    "Who bills; a physician by default.",
    "Who bills",
    "np",
    choices=tuple(PRACTITIONERS),
    word=read_practitioner,
    default=PHYSICIAN,
    option="--practitioner",
)
QP = Parameter(
    "qp",
    Kind.FLAG,
    "Conversion factor of a qualifying APM participant (from 2026 on).",
    "Qualifying APM participant",
    "true",
    default=False,
    option="--qp",
)
PERCENT = Parameter(
    "percent",
    Kind.AMOUNT,
    "Of what Medicare allows, as a commercial contract pays it: 110 for 110 %.",
    "Percent of Medicare",
    "110",
    option="--percent",
)
OF_YEAR = Parameter(
    "of_year",
    Kind.WHOLE,
    "A contract's year of rates: those of its newest loaded release.",
    "Year of the contract's rates",
    "2025",
    least=2000,
    most=2099,
    option="--of-year",
)
CONVERSION_FACTOR = Parameter(
    "conversion_factor",
    Kind.AMOUNT,
    "Of a payer that uses Medicare's relative values and GPCIs, such as 45.00.",
    "Conversion factor of another payer",
    "45.00",
    option="--conversion-factor",
)
CONTRACT = (PERCENT, OF_YEAR, CONVERSION_FACTOR)
HEADER = (
    LOCALITY,
    ZIP,
    SETTING,
    POS,
    DATE,
    NONPAR,
    PRACTITIONER,
    QP,
    Parameter(
        "deductible",
        Kind.AMOUNT,
        "Part B deductible that the patient still owes.",
        "Deductible still owed",
        "100.00",
        option="--deductible",
    ),
    *CONTRACT,
    Parameter(
        "purpose",
        Kind.TEXT,
        "What facet joint injections are for, for the coverage notes.",
        "Purpose of facet joint injections",
        PURPOSES[0],
        choices=PURPOSES,
        option="--purpose",
    ),
    Parameter(
        "history",
        Kind.TEXT,
        "Earlier line of the patient, such as 2025-03-01:64493-50-KX; repeatable.",
        "Earlier lines of the patient",
        "2025-03-01:64493-50-KX",
        several=True,
        option="--history",
    ),
    Parameter(
        "coverage",
        Kind.FLAG,
        "Coverage notes on facet joint lines; on by default.",
        "Coverage notes",
        "false",
        default=True,
        option="--coverage/--no-coverage",
    ),
)
"""The parameters of a claim header, under the names of the arguments of `estimate`."""

ONE_PLACE = ("locality", "zip")
ONE_SETTING = ("setting", "pos")


def header(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a claim header that are given, its place in one."""
    names = {each.name for each in HEADER}
    given = {name: value for name, value in values.items() if name in names}
    given["locality"] = place(values)
    given.pop("zip", None)
    return {"coverage": True, **given}


def place(values: Mapping[str, Any]) -> str | None:
    """Return the one place that is given, by its ZIP or otherwise; None for none."""
    code = values.get("zip")
    return values.get("locality") if code is None else zip_place(code)


def places(values: Mapping[str, Any]) -> list[str]:
    """Return the places that are given, those by their ZIPs last."""
    return [*values.get("locality", ()), *map(zip_place, values.get("zip", ()))]


def zip_place(text: str) -> str:
    """Return a ZIP as a text that means no MAC.

    Raises:
        InvalidInputError: it is no ZIP.
    """
    code = place_of_zip(text)
    if code is None:
        raise InvalidInputError(
            f"zip {excerpt(text)} is not a ZIP, such as 33612 or 33612-9497; locality takes a name "
            "or a key"
        )
    return code


def values_of(values: Mapping[str, Any], parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Return the values of some parameters, those that are given."""
    return {each.name: values[each.name] for each in parameters if each.name in values}
