"""Rates in text: a table of the rows of `feesync rates`, and why some have no amount."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from feesync.pricing import status
from feesync.text.block import Table
from feesync.text.cells import name_cell

if TYPE_CHECKING:
    from feesync.pricing.line import Contract

_AMOUNTS = ("nonfacility_amount", "facility_amount")
_LIMITS = ("nonfacility_limiting_charge", "facility_limiting_charge")
_CONTRACT = ("nonfacility_contract_amount", "facility_contract_amount")


def rates_table(rows: Iterable[Mapping[str, Any]], contract: Contract | None) -> Table:
    """Return a table of rates: the amounts, and the limiting charges or a contract's amounts.

    Args:
        rows: the rates under the names of `feesync rates --json`.
        contract: the contract whose amounts stand in place of the limiting charges, or None.
    """
    percent = "Limit"
    if contract:
        plain = not (contract.ranges or contract.conversion_factor)
        percent = f"{contract.percent} %" if plain else "Contract"
    money = ("Nonfacility", "Facility", f"{percent} nonfac.", f"{percent} fac.")
    names = (*_AMOUNTS, *(_CONTRACT if contract else _LIMITS))
    return Table(
        ("Code", "Status", "Locality", "State", "Name", *money, "Basis", "Release"),
        [_cells(row, names) for row in rows],
        right=money,
        cut=("Name",),
        common=("Basis", "Release", "Status"),
    )


def reason(row: Mapping[str, Any]) -> str:
    """Return why a row has no amount; empty where it has one."""
    is_priced = row["nonfacility_amount"] is not None
    denial = status.row_denial(row["status"], row["hcpcs"], is_priced=is_priced)
    return denial.text if denial else ""


def _cells(row: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    return [
        f"{row['hcpcs']}-{row['modifier']}" if row["modifier"] else row["hcpcs"],
        row["status"],
        f"{row['mac']}-{row['locality']}",
        row["state"] or "",
        name_cell(row["locality_name"]),
        *("" if row[name] is None else f"{row[name]:,.2f}" for name in names),
        row["basis"],
        row["release"],
    ]
