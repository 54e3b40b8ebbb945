"""The page of rates: codes by place, and one's own fees in percent of what Medicare allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

from feesync.errors import FeesyncError, InvalidInputError
from feesync.model import money
from feesync.model.reading import excerpt
from feesync.queries.catalogue import ask
from feesync.queries.parameter import Kind, Parameter
from feesync.web.carry import alone
from feesync.web.page import Page, Visit
from feesync.web.problem import Problem
from feesync.web.site import address, by_name, site_of
from feesync.web.stream import Stream, Text

if TYPE_CHECKING:
    from feesync.writers.rates import Rates

_MOST = 200
_CODE = 5
_SETTINGS = ("nonfacility", "facility")
_AMOUNTS = ("nonfacility_amount", "facility_amount")
_OWN_COLUMNS = ("own_fee", "nonfacility_percent", "facility_percent")
CSV_PATH = "/rates.csv"
"""Where the rows of the page are, with one's own fees."""

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
        **({"twins": _twins(visit)} if fees else {}),
    }


def _twins(visit: Visit) -> dict[str, str]:
    """Return the links of the page, its CSV with one's own fees."""
    return {**PAGE.twins(visit), "csv": address(CSV_PATH, {**visit.values, **visit.own})}


def csv_endpoint(request: Request) -> ASGIApp:
    """Answer with the page's rows as CSV: those of the API, and one's own fees beside them."""
    site, values = site_of(request), by_name(request.query_params.multi_items())
    given = values.pop("fee", "")

    def problem(error: FeesyncError) -> Response:
        return PlainTextResponse(f"{site.error_text(error)}\n", Problem.of(error, site).status)

    def text() -> Text:
        from feesync.writers.cells import csv_text  # not at the start

        fees = read_fees(" ".join(given) if isinstance(given, list) else str(given))
        result = ask(PAGE.name, values, site.db).result
        columns = (*result.columns, *_OWN_COLUMNS)
        headers = {"content-disposition": 'attachment; filename="rates.csv"'}
        return Text(csv_text(columns, _with_fees(result, fees)), "text/csv", headers)

    return Stream(text, problem)


def _with_fees(result: Rates, fees: Mapping[str, int]) -> Iterator[list[Any]]:
    """Yield the cells of each row, one's own fee, and its percent of each amount."""
    at = [result.columns.index(name) for name in ("hcpcs", "modifier", *_AMOUNTS)]
    for cells in result.cells():
        code, modifier, *amounts = (cells[index] for index in at)
        fee = _fee(fees, code, modifier)
        percents = [_percent(fee, None if one is None else int(100 * one)) for one in amounts]
        yield [*cells, None if fee is None else money.dollars(fee), *percents]


def _fee(fees: Mapping[str, int], code: str, modifier: str) -> int | None:
    """Return one's own fee of a row in cents: of its code with modifier, its code, or of all."""
    whole = f"{code}-{modifier}" if modifier else code
    return fees.get(whole, fees.get(code, fees.get("")))


def _percent(fee: int | None, amount: int | None) -> Decimal | None:
    return money.percent_of(fee, amount) if fee is not None and amount else None


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
    fee = _fee(fees, row["hcpcs"], row["modifier"])
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
        "percents": [_percent(fee, amount) for amount in amounts],
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
