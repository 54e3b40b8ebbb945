"""PPRRVU csv: the National Physician Fee Schedule Relative Value File.

Two layouts are known: 31 columns (2015 to 2025) and 32 columns (since 2026, with PRIC IND). CMS
stacks the column names over several lines; joined, they are unique, and columns are found by them.
The 37 columns of 2014 and before (transitional and fully implemented practice expense) are refused
with that reason. The column of descriptors, which are the AMA's, is never read.

Source of the layout: CMS's record layout document in each release (RVU25D and others).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter

from feesync.errors import ContentRefusedError
from feesync.formats.relative_value import RelativeValue, RelativeValueFile
from feesync.formats.text import ExactNumbers, csv_rows, is_footer

_COLUMNS = (
    "HCPCS",
    "MOD",
    "STATUS CODE",
    "WORK RVU",
    "NON-FAC PE RVU",
    "NON-FAC NA INDICATOR",
    "FACILITY PE RVU",
    "FACILITY NA INDICATOR",
    "MP RVU",
    "NON-FACILITY TOTAL",
    "FACILITY TOTAL",
    "PCTC IND",
    "GLOB DAYS",
    "PRE OP",
    "INTRA OP",
    "POST OP",
    "MULT PROC",
    "BILAT SURG",
    "ASST SURG",
    "CO- SURG",
    "TEAM SURG",
    "ENDO BASE",
    "CONV FACTOR",
    "PHYSICIAN SUPERVISION OF DIAGNOSTIC PROCEDURES",
    "DIAGNOSTIC IMAGING FAMILY INDICATOR",
    "NON-FACILITY PE USED FOR OPPS PAYMENT AMOUNT",
    "FACILITY PE USED FOR OPPS PAYMENT AMOUNT",
    "MP USED FOR OPPS PAYMENT AMOUNT",
)
_UNREAD = {"DESCRIPTION", "NOT USED FOR MEDICARE PAYMENT", "CALCULATION FLAG"}
_PRICING_INDICATOR = "PRIC IND"
_TITLE = re.compile(
    r"(\d{4})\s+National Physician Fee Schedule Relative Value File\s+(?:(\w+) Release)?",
    re.IGNORECASE,
)
_HCPCS = re.compile(r"[0-9A-Z]{5}")
_MODIFIER = re.compile(r"[0-9A-Z]{2}|")
_ZEROS = ("global days", "physician supervision indicator")
"""Indicators that may begin with a zero, which a spreadsheet removes."""

_BASIS_BY_INDICATOR = {"9": "nonqp", "1": "qp"}


class _Indicators:
    """Checks the policy indicators of rows; each combination (a file has some 800) once."""

    _RULES = (
        ("status code", re.compile(r"[A-Z]")),
        ("non-facility NA indicator", re.compile(r"NA|")),
        ("facility NA indicator", re.compile(r"NA|")),
        ("PC/TC indicator", re.compile(r"[0-9]")),
        ("global days", re.compile(r"000|010|090|XXX|YYY|ZZZ|MMM")),
        ("multiple procedure indicator", re.compile(r"[0-9]")),
        ("bilateral indicator", re.compile(r"[01239]")),
        ("assistant indicator", re.compile(r"[0129]")),
        ("co-surgeon indicator", re.compile(r"[0129]")),
        ("team surgery indicator", re.compile(r"[0129]")),
        ("endoscopic base", re.compile(r"[0-9A-Z]{5}|")),
        ("physician supervision indicator", re.compile(r"[0-9][0-9A-Z]")),
        ("imaging family indicator", re.compile(r"[0-9]{2}")),
    )

    def __init__(self) -> None:
        self._sound: set[tuple[str, ...]] = set()

    def check(self, values: tuple[str, ...]) -> None:
        if values in self._sound:
            return
        for (what, pattern), value in zip(self._RULES, values, strict=True):
            if pattern.fullmatch(value):
                continue
            if what in _ZEROS and re.fullmatch(r"[0-9]{1,2}", value):
                raise ValueError(
                    f"{what} {value!r}: zeros are lost, a spreadsheet has rewritten this file; "
                    "take CMS's own"
                )
            raise ValueError(f"{what} {value!r:.40} is not one that CMS documents")
        self._sound.add(values)


def parse(data: bytes, name: str) -> RelativeValueFile:
    """Read a PPRRVU csv file and check every row.

    Args:
        data: the bytes of the file.
        name: its name; `nonQPP` or `QPP` in it must agree with the file's PRIC IND column.

    Raises:
        ContentRefusedError: the layout is unknown, or a row fails, with its line: work + PE + MP is
            not the total, the code is there twice, the conversion factor is another one, zeros are
            lost to a spreadsheet, or an indicator is not one that CMS documents.
    """
    rows = csv_rows(data, name)
    year, month, columns = _header(rows, name)
    pick = itemgetter(*(columns[column] for column in _COLUMNS))
    pricing_column = columns.get(_PRICING_INDICATOR)
    rvu, share, factor = ExactNumbers(2, 99_999), ExactNumbers(2, 100), ExactNumbers(4, 999_999)
    indicators = _Indicators()
    keys: set[tuple[str, str]] = set()
    factors: set[int] = set()
    pricing_indicators: set[str] = set()
    records: list[RelativeValue] = []
    width = len(columns)
    for line, row in rows:
        if not _HCPCS.fullmatch(row[0].strip()) and is_footer(row):
            continue
        try:
            if len(row) != width:
                raise ValueError(f"has {len(row)} cells, the header has {width}")
            (
                hcpcs,
                modifier,
                status,
                work,
                nonfacility_pe,
                nonfacility_na,
                facility_pe,
                facility_na,
                mp,
                nonfacility_total,
                facility_total,
                pctc,
                global_days,
                pre,
                intra,
                post,
                multiple,
                bilateral,
                assistant,
                co_surgeon,
                team,
                endoscopic_base,
                conversion_factor,
                supervision,
                imaging_family,
                opps_nonfacility_pe,
                opps_facility_pe,
                opps_mp,
            ) = pick(row)
            key = (hcpcs, modifier)
            if not _HCPCS.fullmatch(hcpcs) or not _MODIFIER.fullmatch(modifier):
                raise ValueError(_code_fault(hcpcs, modifier))
            if key in keys:
                raise ValueError(f"{' '.join(key).strip()} appears twice")
            keys.add(key)
            if endoscopic_base == hcpcs:
                raise ValueError(f"{hcpcs} is the endoscopic base of itself")
            indicators.check(
                (
                    status,
                    nonfacility_na,
                    facility_na,
                    pctc,
                    global_days,
                    multiple,
                    bilateral,
                    assistant,
                    co_surgeon,
                    team,
                    endoscopic_base,
                    supervision,
                    imaging_family,
                )
            )
            record = RelativeValue(
                hcpcs,
                modifier,
                status,
                rvu[work],
                rvu[nonfacility_pe],
                rvu[facility_pe],
                rvu[mp],
                1 if nonfacility_na else 0,
                1 if facility_na else 0,
                multiple,
                bilateral,
                assistant,
                co_surgeon,
                team,
                pctc,
                global_days,
                share[pre],
                share[intra],
                share[post],
                endoscopic_base,
                supervision,
                imaging_family,
                rvu[opps_nonfacility_pe],
                rvu[opps_facility_pe],
                rvu[opps_mp],
            )
            base = record.work_rvu + record.mp_rvu
            if base + record.nonfacility_pe_rvu != rvu[nonfacility_total]:
                raise ValueError(
                    f"{hcpcs}: work + non-facility PE + MP is not the total {nonfacility_total}"
                )
            if base + record.facility_pe_rvu != rvu[facility_total]:
                raise ValueError(
                    f"{hcpcs}: work + facility PE + MP is not the total {facility_total}"
                )
            factors.add(factor[conversion_factor])
            if len(factors) > 1:
                raise ValueError(
                    f"conversion factor {conversion_factor} differs from the rows above"
                )
        except ValueError as error:
            raise ContentRefusedError(str(error), file=name, line=line) from None
        if pricing_column is not None:
            pricing_indicators.add(row[pricing_column])
        records.append(record)
    if not records or factors == {0}:
        raise ContentRefusedError(
            "holds no relative values" if not records else "has a conversion factor of 0", file=name
        )
    basis = _basis(name, pricing_indicators)
    return RelativeValueFile(name, basis, factors.pop(), year, month, records)


def _header(
    rows: Iterator[tuple[int, list[str]]], name: str
) -> tuple[int | None, str | None, dict[str, int]]:
    """Return year and month of the title line, and the place of each column by its joined name."""
    year: int | None = None
    month: str | None = None
    heads: list[list[str]] = []
    for line, row in rows:
        if row[0].strip().upper() == "HCPCS":
            heads.append(row)
            break
        title = _TITLE.search(" ".join(row))
        if title:
            year, month = int(title[1]), title[2]
        if len(heads) > 20 or _HCPCS.fullmatch(row[0].strip()):
            raise ContentRefusedError(
                "has no header: no line above the first code begins with HCPCS",
                file=name,
                line=line,
            )
        heads = [] if len(row) > 2 and row[2].strip() else [*heads, row]
    else:
        raise ContentRefusedError(
            "has no header line that begins with HCPCS: it is not a PPRRVU csv file", file=name
        )
    width = max(len(row) for row in heads)
    padded = [row + [""] * (width - len(row)) for row in heads]
    names = [" ".join(" ".join(cells).split()).upper() for cells in zip(*padded, strict=True)]
    return year, month, _known_layout(names, name, line)


def _known_layout(names: list[str], file: str, line: int) -> dict[str, int]:
    if len(names) == 37 or any(
        "FULLY IMPLEMENTED" in column or "TRANSITION" in column for column in names
    ):
        raise ContentRefusedError(
            f"has {len(names)} columns, the layout of 2014 and before (transitional PE); feesync "
            "reads 2015 on",
            file=file,
            line=line,
        )
    columns = {column: index for index, column in enumerate(names)}
    needs, options = {*_COLUMNS, *_UNREAD}, {_PRICING_INDICATOR}
    missing = sorted(needs - columns.keys())
    unknown = sorted(columns.keys() - needs - options)
    if missing or unknown or len(columns) != len(names):
        faults = [f"{len(names)} columns"]
        if len(columns) != len(names):
            faults.append(
                "names that stand twice, so that columns cannot be told apart (CMS stacks them "
                "over several lines)"
            )
        if missing:
            faults.append(
                "no column "
                + ", ".join(repr(column) for column in missing[:3])
                + (" ..." if missing[3:] else "")
            )
        if unknown:
            faults.append(
                "unknown "
                + ", ".join(repr(column) for column in unknown[:3])
                + (" ..." if unknown[3:] else "")
            )
        raise ContentRefusedError(
            "has a header that is not known: " + "; ".join(faults), file=file, line=line
        )
    return columns


def _code_fault(hcpcs: str, modifier: str) -> str:
    if hcpcs.isdigit() and len(hcpcs) < 5:
        return (
            f"HCPCS {hcpcs!r} lost its leading zeros: a spreadsheet has rewritten this file; "
            "take CMS's own"
        )
    return (
        f"{hcpcs!r} with modifier {modifier!r} is not a HCPCS code of five characters and a "
        "modifier of none or two"
    )


def _basis(name: str, indicators: set[str]) -> str:
    upper = name.upper()
    by_name = "nonqp" if "NONQPP" in upper else "qp" if "QPP" in upper else None
    if len(indicators) > 1 or not indicators <= _BASIS_BY_INDICATOR.keys():
        raise ContentRefusedError(
            f"PRIC IND is not 9 or 1 throughout: {', '.join(sorted(indicators)[:5])}", file=name
        )
    by_column = _BASIS_BY_INDICATOR[indicators.pop()] if indicators else None
    if by_name and by_column and by_name != by_column:
        raise ContentRefusedError(
            f"the name says {by_name}, the PRIC IND column says {by_column}", file=name
        )
    return by_column or by_name or "nonqp"
