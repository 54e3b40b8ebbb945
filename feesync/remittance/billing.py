"""The claims that were billed, for what a remittance does not say of them: place and practitioner.

They are an 837P, or a table with a row for each line. Out of scope: reading an 837P (x12),
and joining a claim with its remittance (rendering).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from feesync.errors import InvalidInputError, one_line
from feesync.formats.table import Row
from feesync.remittance.practitioners import RENDERING_COLUMNS, rendering_of, table_with
from feesync.remittance.rendering import BilledClaim, BilledClaims, Rendering
from feesync.x12.records import Finding, SubmittedClaim

_CLAIM, _LINE = "claim_id", "line"
_SPELLINGS: dict[str, tuple[str, ...]] = {
    _CLAIM: (
        *("claim", "claim number", "claim no", "claim key", "clm id", "patient control number"),
        *("account", "account number", "encounter", "encounter id", "visit id", "invoice"),
    ),
    _LINE: ("line number", "line no", "line id", "line item", "line item control number"),
    **RENDERING_COLUMNS,
}
_X12, _BEFORE_X12, _BEGINNING = b"ISA", b"\xef\xbb\xbf \t\r\n", 64
_PLUS_4, _UNKNOWN_PLUS_4 = 9, ("0000", "9998")


class Billing(NamedTuple):
    """The claims of a file that were billed, and what is wrong in the file."""

    claims: BilledClaims
    findings: tuple[Finding, ...]


def read_billing(path: Path, file: int) -> Billing:
    """Return the claims of a file: an 837P, or a table.

    Args:
        path: the file.
        file: its index among the files of claims, for findings.

    Raises:
        InvalidInputError: the file cannot be read, or is neither.
        MissingExtraError: the package that reads it is not installed.
    """
    name = one_line(path.name)
    try:
        with path.open("rb") as stream:
            if not stream.read(_BEGINNING).lstrip(_BEFORE_X12).upper().startswith(_X12):
                stream.seek(0)
                return Billing(billed_table(stream.read(), name), ())
    except OSError as error:
        raise InvalidInputError(f"{name} cannot be read: {error.strerror}") from None
    from feesync.x12.submitted import submissions  # where claims are an 837P

    found: BilledClaims = {}
    findings: list[Finding] = []
    for submission in submissions(path, file):
        found |= billed_claims(submission.claims)
        findings += submission.findings
    return Billing(found, tuple(findings))


def billed_table(data: bytes, name: str) -> BilledClaims:
    """Return the claims of a table, for all days.

    The table has a column `claim_id`, and of `line`, `locality` (or `zip`, or `mac` and
    `locality`), `pos`, `npi`, `practitioner` and `nonpar` those that there are. A row without a
    line is for those lines of the claim that have no row; without it, they have what all its rows
    agree on.

    Args:
        data: the bytes of a csv file or of a workbook.
        name: its name, for errors.

    Raises:
        InvalidInputError: the data is neither, has no column of claims, or a row cannot be read.
        MissingExtraError: the package that reads workbooks is not installed.
    """
    table = table_with(_CLAIM, data, name, _SPELLINGS)
    found: dict[str, BilledClaim] = {}

    def add(row: Row) -> None:
        number, line = row.cells.get(_CLAIM, ""), row.cells.get(_LINE, "")
        if not number:
            raise InvalidInputError("column claim_id: it has no claim number")
        rendering = rendering_of(row)
        claim = found.get(number)
        lines = {**claim.lines} if claim else {}
        if line in lines:
            raise InvalidInputError("columns claim_id and line: a row above has the same")
        lines[line] = rendering
        common = claim.rendering.shared_with(rendering) if claim else rendering
        found[number] = BilledClaim(common, lines)

    table.each(add)
    return {
        (number, None): claim._replace(rendering=claim.lines.get("", claim.rendering))
        for number, claim in found.items()
    }


def billed_claims(claims: Iterable[SubmittedClaim]) -> BilledClaims:
    """Return the claims of an 837P, by each of their days and for all others.

    A claim that was billed again stands with what its last version says.
    """
    found: BilledClaims = {}
    for claim in claims:
        days = dict.fromkeys((None, *(line.first_day for line in claim.lines)))
        found |= dict.fromkeys(((claim.number, day) for day in days), _billed_claim(claim))
    return found


def _billed_claim(claim: SubmittedClaim) -> BilledClaim:
    return BilledClaim(
        Rendering(_zip(claim.zip_code), claim.pos, npi=claim.rendering_npi or claim.billing_npi),
        {
            line.number: Rendering(
                _zip(line.zip_code), line.pos, npi=line.rendering_npi or claim.billing_npi
            )
            for line in claim.lines
            if line.number
        },
    )


def _zip(digits: str) -> str:
    """Return a ZIP as a text that names a place; an unknown +4 is left out."""
    if len(digits) == _PLUS_4 and not digits.endswith(_UNKNOWN_PLUS_4):
        return f"ZIP {digits[:5]}-{digits[5:]}"
    return f"ZIP {digits[:5]}" if digits else ""
