"""The page of rates: codes by place, and one's own fees in percent of what Medicare allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from feesync.errors import InvalidInputError
from feesync.model import money
from feesync.model.reading import excerpt
from feesync.queries.parameter import Kind, Parameter
from feesync.web.carry import alone
from feesync.web.page import Page, Visit

_MOST = 200
_CODE = 5
_SETTINGS = ("nonfacility", "facility")
_FEES = Parameter(
    "fee",
    Kind.TEXT,
    "What you charge: one amount for every code, or each code with its own, such as "
    "64493=450 64494=225.",
    "Your fees",
    "64493=450",
)


def _view(visit: Visit) -> Mapping[str, object]:
    if visit.answer is None:
        return {}
    given = visit.own.get("fee", "")
    fees = read_fees(" ".join(given) if isinstance(given, list) else str(given))
    rows, left = visit.answer.bounded(_MOST)
    return {
        "rows": [_row(visit, row, fees) for row in rows],
        "whole": len(rows) + left,
        "place": _shared_place(rows),
        "has_fees": bool(fees),
        "has_contract": visit.answer.result.contract is not None,
        "unused": sorted(fees.keys() - {"", *_codes(rows)}) if not left else [],
        "releases": visit.answer.result.releases,
    }


def _shared_place(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the place where all rows are of one; else an empty text."""
    places = {(row["mac"], row["locality"], row["state"], row["locality_name"]) for row in rows}
    if len(places) != 1:
        return ""
    ((mac, locality, state, name),) = places
    return f"{mac}-{locality} {state} {name}" if state else name


def _codes(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    return {name for row in rows for name in (row["hcpcs"], _code(row))}


def _code(row: Mapping[str, Any]) -> str:
    return f"{row['hcpcs']}-{row['modifier']}" if row["modifier"] else str(row["hcpcs"])


def read_fees(text: str) -> dict[str, int]:
    """Return one's own fees in cents by code; an amount without a code is under an empty text.

    Args:
        text: amounts, or codes each with an amount: `64493=450`, or `64493 450`.

    Raises:
        InvalidInputError: one is no amount, or stands alone beside others.
    """
    fees: dict[str, int] = {}
    code = ""
    for word in text.replace("=", " ").replace(":", " ").replace(";", " ").split():
        bare = word.rstrip(",").upper()
        first = bare.partition("-")[0]
        if not code and len(first) == _CODE and first.isalnum() and "." not in bare:
            code = bare
            continue
        try:
            cents = money.cents(bare)
        except ValueError as error:
            raise InvalidInputError(
                f"fee {excerpt(word)} is no amount of dollars: {error}"
            ) from None
        if code in fees:
            raise InvalidInputError(f"fee has two amounts of {code or 'all codes'}")
        fees[code], code = cents, ""
    if code:
        raise InvalidInputError(f"fee {code} has no amount, as in {code}=450")
    return fees


def _row(visit: Visit, row: Mapping[str, Any], fees: Mapping[str, int]) -> dict[str, object]:
    code = _code(row)
    fee = fees.get(code, fees.get(row["hcpcs"], fees.get("")))
    key = "national" if row["mac"] == "00000" else f"{row['mac']}-{row['locality']}"
    amounts = [_cents(row[f"{setting}_amount"]) for setting in _SETTINGS]
    return {
        "code": code,
        "address": alone(visit.values, code, locality=key),
        "status": row["status"],
        "place": key,
        "state": row["state"],
        "name": row["locality_name"],
        "amounts": amounts,
        "contract": [row.get(f"{setting}_contract_amount") for setting in _SETTINGS],
        "fee": fee,
        "percents": [
            money.percent_of(fee, amount) if fee is not None and amount else None
            for amount in amounts
        ],
    }


def _cents(amount: Any) -> int | None:  # noqa: ANN401 - a number of JSON
    return None if amount is None else int(100 * amount.exact)


PAGE = Page(
    name="rates",
    short="Rates",
    title="Rates",
    text="What Medicare allows for codes and ranges of codes by place, in both settings and before "
    "modifiers; your own fees beside it, in percent of Medicare.",
    fields=("hcpcs", "locality", "date", "fee"),
    more=("state", "year", "qp", "percent", "of_year", "conversion_factor"),
    own=(_FEES,),
    split=frozenset({"hcpcs"}),
    view=_view,
)
