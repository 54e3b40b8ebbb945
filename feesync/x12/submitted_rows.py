"""Professional claims (837P) as rows of texts, as a table of claims to reprice has them.

What a line does not say as one day, one place and whole units stays a text that cannot be read as
such, so that the line is refused and not guessed. Out of scope: reading the file (submitted), and
what a cell means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from feesync.model.money import dollars
from feesync.x12.records import Finding, SubmittedClaim, SubmittedLine
from feesync.x12.submitted import submissions

COLUMNS = (
    *("claim_id", "line", "date", "hcpcs", "modifiers", "zip", "pos", "units", "charge"),
    "npi",
)
"""The columns of every row; a file does not say which kind of practitioner renders."""

X12 = "x12"
"""What is wrong with the row of a claim that is left out."""

_UNITS = ("UN", "")
_UNKNOWN_PLUS_4 = re.compile(r"([0-9]{5})(?:0000|9998)")
"""A ZIP whose sender does not know the four digits after it."""


class SubmittedRow(NamedTuple):
    """A line of a claim, or a claim that is left out.

    Attributes:
        cells: one for each of COLUMNS; empty where the file has none.
        flaw: X12 where the claim is left out, and nothing of it is in the cells; else None.
    """

    cells: list[str]
    flaw: str | None


def submitted_rows(
    path: str | Path, findings: list[Finding], name: str = ""
) -> Iterator[SubmittedRow]:
    """Yield the lines of a file of professional claims, and one row for each claim left out.

    Args:
        path: the file.
        findings: gets what is wrong in the file.
        name: what errors call the file; by default its own name.

    Raises:
        InvalidInputError, MissingExtraError: as `submissions` does.
    """
    for submission in submissions(path, name=name):
        for claim in submission.claims:
            for number, line in zip(_numbers(claim), claim.lines, strict=True):
                yield SubmittedRow(_cells(claim, line, number), None)
        findings += submission.findings
        for finding in submission.findings:
            if finding.refused and finding.rule != "cut-segment":  # whose claim has one of its own
                yield SubmittedRow([""] * len(COLUMNS), X12)


def _numbers(claim: SubmittedClaim) -> list[str]:
    """Return the numbers of lines: the provider's where each has one of its own, else 1, 2 ..."""
    own = [line.number for line in claim.lines]
    known = set(own) - {""}
    return own if len(known) == len(own) else [str(at) for at in range(1, len(own) + 1)]


def _cells(claim: SubmittedClaim, line: SubmittedLine, number: str) -> list[str]:
    days = dict.fromkeys(str(day) for day in (line.first_day, line.last_day) if day)
    units = "" if line.units is None else f"{line.units.normalize():f}"
    return [
        claim.number,
        number,
        "/".join(days),
        line.procedure.code,
        ",".join(line.procedure.modifiers),
        _UNKNOWN_PLUS_4.sub(r"\1", line.zip_code),
        line.pos,
        units if line.measure in _UNITS else f"{units} {line.measure}",
        str(dollars(line.charge)),
        line.rendering_npi or claim.billing_npi,
    ]
