"""OPPSCAP csv: CMS's own payment amounts of the codes that the OPPS cap binds, by locality.

They are not stored: at import they prove that feesync's rates equal CMS's. In this file the
facility price comes before the non-facility one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from feesync.errors import ContentRefusedError
from feesync.formats.gpci import with_zeros
from feesync.formats.text import ExactNumbers, csv_rows

_HEADER = ("HCPCS", "MOD", "PROCSTAT", "CARRIER", "LOCALITY", "FACILITY PRICE", "NON-FACIL")


class OppsCap(NamedTuple):
    """The capped payment of a code in a locality; prices in cents."""

    hcpcs: str
    modifier: str
    status: str
    mac: str
    locality: str
    facility_price: int
    nonfacility_price: int


@dataclass(frozen=True, slots=True)
class OppsCapFile:
    """A parsed OPPSCAP file; `basis` is `qp` where the name says QPP."""

    name: str
    basis: str
    rows: list[OppsCap]


def parse(data: bytes, name: str) -> OppsCapFile:
    """Read an OPPSCAP csv file.

    Raises:
        ContentRefusedError: the header is unknown, or a row cannot be read, with its line.
    """
    rows = csv_rows(data, name)
    line, header = next(rows, (1, []))
    if len(header) != len(_HEADER) or any(
        not cell.strip().upper().startswith(head)
        for cell, head in zip(header, _HEADER, strict=True)
    ):
        raise ContentRefusedError(
            f"has a header that is not known: {','.join(header)[:120]}", file=name, line=line
        )
    price = ExactNumbers(2, 9_999_999)
    records: list[OppsCap] = []
    for line, row in rows:
        try:
            hcpcs, modifier, status, mac, locality, facility, nonfacility = row
            if len(mac) != 5 or len(locality) != 2:
                mac, locality = with_zeros(mac, 5, "carrier"), with_zeros(locality, 2, "locality")
            records.append(
                OppsCap(
                    hcpcs,
                    modifier.strip(),
                    status,
                    mac,
                    locality,
                    price[facility],
                    price[nonfacility],
                )
            )
        except ValueError as error:
            raise ContentRefusedError(str(error), file=name, line=line) from None
    if not records:
        raise ContentRefusedError("holds no rows", file=name)
    upper = name.upper()
    return OppsCapFile(name, "qp" if "QPP" in upper and "NONQPP" not in upper else "nonqp", records)
