"""Remittances held against what their plans should have allowed.

Out of scope: reading files (x12), judging a line (judgement), and how an audit is
printed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from feesync.analysis.other_rates import ScheduleRates
from feesync.claims import arguments
from feesync.errors import (
    FeesyncError,
    InvalidInputError,
    MissingExtraError,
    one_line,
    together,
)
from feesync.files import matching
from feesync.model import reading
from feesync.model.money import dollars
from feesync.pricing import practitioner as practitioners
from feesync.remittance.as_if import Searches
from feesync.remittance.audit_line import AuditLine
from feesync.remittance.audit_result import Audit, AuditFile, ProviderTotal
from feesync.remittance.billing import read_billing
from feesync.remittance.case import Case, Names
from feesync.remittance.decision import Decisions, outcome, split_claims
from feesync.remittance.expected import ExpectedAmounts
from feesync.remittance.judgement import Judge
from feesync.remittance.practitioners import read_practitioners
from feesync.remittance.rendering import BilledClaims, Rendering, Renderings
from feesync.remittance.totals import worklist
from feesync.schedule.state import of_one_state
from feesync.schedule.threads import open_schedule
from feesync.x12.records import ProviderAdjustment

File = str | os.PathLike[str]

Progress = Callable[[str, int, int], None]
"""Called as the work goes on: what is done, how many claims of it, and of how many; 0 where that is
not known."""

TOLERANCE = "0.02"
"""The difference in dollars that is none: an order of rounding may differ by a cent a step."""

_LONGEST_PATH = 4096
_STEP = 500
"""After how many claims the progress is told."""


def audit(
    files: File | Iterable[File],
    *,
    locality: str | None = None,
    providers: File | None = None,
    claims: File | Iterable[File] | None = None,
    practitioner: str = practitioners.PHYSICIAN,
    nonpar: bool = False,
    qp: bool = False,
    percent: arguments.Percent | None = None,
    of_year: int | None = None,
    conversion_factor: Decimal | int | str | None = None,
    tolerance: Decimal | int | str = TOLERANCE,
    show_claim_ids: bool = False,
    db: str | os.PathLike[str] | None = None,
) -> Audit:
    """Return the lines of remittances beside what should have been allowed for them, and why not.

    A line is held against what Medicare allows on its day, in its place and place of service, for
    its practitioner, beside the other paid lines of its claim and day; allowed amount against
    allowed amount, so that neither sequestration nor a deductible is an underpayment.

    Args:
        files: remittances (X12 835), one file or several, or patterns such as `2025-11/*.835`. A
            reversal and its correction may be in different ones, in any order. What a later file
            repeats counts once.
        locality: the place of lines that neither `claims` nor `providers` places, as for
            `estimate`.
        providers: a csv file or a workbook with a row for each practitioner: `npi`, and of
            `locality` (or `zip`, or `mac` and `locality`), `practitioner` and `nonpar` those that
            differ.
        claims: the claims that were billed, one file or several: 837P, or a table with `claim_id`
            and perhaps `line`, and of `locality`, `pos`, `npi`, `practitioner` and `nonpar` those
            that are known. They are joined by the provider's number of the claim, and of the line.
        practitioner: who bills, where the files do not say, as for `estimate`.
        nonpar: whether practitioners do not participate, where the files do not say.
        qp: whether the practitioners are qualifying APM participants.
        percent: of claims that are not Medicare Part B, the contract's percentage, as for
            `estimate`. Without a contract such claims are not audited.
        of_year: the year whose rates the contract names.
        conversion_factor: that of the contract.
        tolerance: the largest difference in dollars that is none.
        show_claim_ids: whether the provider's numbers name claims and lines. They are health
            information.
        db: path of the database.

    Returns:
        The lines by dollars, underpaid first, with sums by code, cause and payer, and what was not
        judged. A file that cannot be read is in `files` with its error, and leaves the others.

    Raises:
        InvalidInputError: an argument cannot be read; nothing places a line; or no file can be
            read, and `others` has the errors of the other files.
        LocalityError: the locality is unknown or ambiguous.
        MissingExtraError: the package that reads remittances is not installed.
        StoreError: the database cannot be read.

        Source of the rules: those of `estimate`; ASC X12N 005010X221A1; Medicare Claims Processing
            Manual, chapter 22.
    """
    return audit_files(
        files,
        None,
        locality=locality,
        providers=providers,
        claims=claims,
        practitioner=practitioner,
        nonpar=nonpar,
        qp=qp,
        contract={
            "percent": percent,
            "of_year": of_year,
            "conversion_factor": conversion_factor,
        },
        tolerance=tolerance,
        show_claim_ids=show_claim_ids,
        db=db,
    )


def audit_files(
    files: File | Iterable[File],
    progress: Progress | None,
    *,
    locality: str | None,
    providers: File | None,
    claims: File | Iterable[File] | None,
    practitioner: str,
    nonpar: bool,
    qp: bool,
    contract: dict[str, Any],
    tolerance: Decimal | int | str,
    show_claim_ids: bool,
    db: str | os.PathLike[str] | None,
    names: Mapping[Path, str] | None = None,
) -> Audit:
    """Return an audit as `audit` does, and tell the progress.

    Args:
        files: as for `audit`.
        progress: called as the work goes on; None where nobody waits.
        locality: as for `audit`.
        providers: as for `audit`.
        claims: as for `audit`.
        practitioner: as for `audit`.
        nonpar: as for `audit`.
        qp: as for `audit`.
        contract: `percent`, `of_year` and `conversion_factor`.
        tolerance: as for `audit`.
        show_claim_ids: as for `audit`.
        db: as for `audit`.
        names: what files are called that have another name than their path.

    Raises:
        FeesyncError: for the reasons of `audit`.
    """
    paths = _paths("files", files)
    if not paths:
        raise InvalidInputError("files names no remittance")
    if locality is None and providers is None and claims is None:
        raise InvalidInputError(
            "a remittance does not say where services were furnished: give a locality, a file of "
            "providers, or the claims that were billed"
        )
    largest = arguments.cents("tolerance", tolerance)
    if largest is None:
        raise InvalidInputError("tolerance is an amount of dollars, such as 0.02")
    own_numbers = reading.flag("show_claim_ids", show_claim_ids)
    has_contract = arguments.contract(**contract) is not None
    common = Rendering(
        "" if locality is None else reading.text("locality", locality),
        practitioner=practitioners.read(reading.text("practitioner", practitioner)),
        nonpar=reading.flag("nonpar", nonpar),
    )
    of_apm = reading.flag("qp", qp)
    billed, billed_files = _billing(_paths("claims", () if claims is None else claims))
    schedule, today = open_schedule(db), date.today()

    @cache
    def check_place(text: str) -> None:
        schedule.nearest_locality(text, today)

    if common.locality:
        check_place(common.locality)
    by_npi = {} if providers is None else _practitioners(_path("providers", providers), check_place)
    renderings = Renderings(common, by_npi, billed)
    decisions, errors = _read(paths, progress)
    result = _audit(
        decisions,
        [(names or {}).get(path, str(path)) for path in paths],
        errors,
        renderings,
        contract if has_contract else {},
        qp=of_apm,
        tolerance=largest,
        own_numbers=own_numbers,
        progress=progress,
        db=db,
    )
    return replace(result, claim_files=billed_files)


def _paths(name: str, files: File | Iterable[File]) -> list[Path]:
    if hasattr(files, "__arrow_c_stream__") or hasattr(files, "collect"):
        raise InvalidInputError(
            f"{name}: a {type(files).__name__} is no remittance; files of X12 835 are, and "
            "feesync.reprice prices the rows of a frame"
            if name == "files"
            else f"{name}: a {type(files).__name__} is no file; give its path"
        )
    several = [files] if isinstance(files, str | os.PathLike) else files
    given = (_path(name, each) for each in reading.sequence(name, several, "remit.835"))
    return [path for each in given for path in matching(each)]


def _path(name: str, file: object) -> Path:
    path = os.fspath(file) if isinstance(file, str | os.PathLike) else None
    if not isinstance(path, str) or not path.isprintable() or len(path) > _LONGEST_PATH:
        kind = type(file).__name__  # what it holds may be a remittance, and is not shown
        raise InvalidInputError(f"{name}: a {kind} is no path of a file")
    return Path(path)


def _practitioners(path: Path, check_place: Callable[[str], object]) -> dict[str, Rendering]:
    name = one_line(path.name)
    try:
        return read_practitioners(path.read_bytes(), name, check_place)
    except OSError as error:
        raise InvalidInputError(f"{name} cannot be read: {error.strerror}") from None


def _billing(paths: Sequence[Path]) -> tuple[BilledClaims, tuple[AuditFile, ...]]:
    """Return the claims that were billed, and their files.

    Those of a later file replace those of an earlier one.
    """
    claims: BilledClaims = {}
    files = []
    for number, path in enumerate(paths):
        billing = read_billing(path, number)
        claims |= billing.claims
        count = sum(day is None for _, day in billing.claims)
        files.append(AuditFile(str(path), count, 0, billing.findings))
    return claims, tuple(files)


def _read(
    paths: Sequence[Path], progress: Progress | None
) -> tuple[Decisions, dict[int, FeesyncError]]:
    """Return the decisions of files, and the errors of those that cannot be read.

    Raises:
        FeesyncError: no file can be read.
    """
    from feesync.x12.era import remittances  # where files are read

    decisions = Decisions()
    errors: dict[int, FeesyncError] = {}
    for number, path in enumerate(paths):
        try:
            for remittance in remittances(path, number):
                decisions.add(remittance)
                if progress:
                    progress(f"reading {path.name}", decisions.claims[number], 0)
        except MissingExtraError:
            raise
        except FeesyncError as error:
            errors[number] = error
    if len(errors) == len(paths):
        raise together(list(errors.values()))
    return decisions, errors


@of_one_state
def _audit(
    decisions: Decisions,
    files: Sequence[str],
    errors: dict[int, FeesyncError],
    renderings: Renderings,
    contract: dict[str, object],
    *,
    qp: bool,
    tolerance: int,
    own_numbers: bool,
    progress: Progress | None = None,
    db: str | os.PathLike[str] | None = None,
) -> Audit:
    """Return the audit of decisions.

    Raises:
        StoreError: the database cannot be read.
    """
    rates = ScheduleRates(open_schedule(db))
    judge = Judge(
        renderings,
        ExpectedAmounts(rates, qp=qp, **contract),
        Searches(rates),
        has_contract=bool(contract),
        tolerance=tolerance,
    )
    numbers: dict[str, int] = {}
    lines: list[AuditLine] = []
    every = decisions.all
    cases = []
    found = outcome(every)
    for decision, standing in zip(every, found.standings, strict=True):
        own = decision.payment.number
        number = numbers.setdefault(own, len(numbers) + 1)
        names = Names(files, own if own_numbers else f"C{number:06}", own_numbers)
        cases.append(Case(decision, standing, names))
    claims = split_claims(every, found)
    for done, parts in enumerate(claims):
        if progress and not done % _STEP:
            progress("pricing", done, len(claims))
        lines += judge.lines([cases[number] for number in parts])
    return Audit(
        tuple(worklist(lines)),
        tuple(
            AuditFile(
                name,
                decisions.claims[number],
                decisions.repeated[number],
                tuple(decisions.findings.get(number, ())),
                errors.get(number),
            )
            for number, name in enumerate(files)
        ),
        _provider_totals(decisions.provider_adjustments),
    )


def _provider_totals(adjustments: Iterable[ProviderAdjustment]) -> tuple[ProviderTotal, ...]:
    groups: dict[str, list[int | None]] = {}
    for adjustment in adjustments:
        groups.setdefault(adjustment.reason, []).append(adjustment.cents)
    return tuple(
        ProviderTotal(
            reason,
            len(amounts),
            dollars(sum(cents for cents in amounts if cents is not None)),
            amounts.count(None),
        )
        for reason, amounts in sorted(groups.items())
    )
