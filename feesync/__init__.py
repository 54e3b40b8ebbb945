"""Medicare Physician Fee Schedule rates and estimates, to the cent, from CMS's own files."""

from typing import TYPE_CHECKING, Any

from feesync.about import VERSION

__version__ = VERSION

if TYPE_CHECKING:
    from feesync.analysis.check import Cause, Check, check
    from feesync.analysis.comparison import Comparison, compare
    from feesync.analysis.fee_sheet import FeeSheet
    from feesync.analysis.history import History, history
    from feesync.analysis.price_check import check_prices
    from feesync.analysis.price_list import PriceList
    from feesync.analysis.price_row import PriceRow
    from feesync.analysis.sheet import sheet
    from feesync.batch.reprice import reprice
    from feesync.batch.repricing import ReasonCount, ReleaseCount, Repricing, Variance
    from feesync.changes.change import Diff
    from feesync.changes.diff import diff
    from feesync.claims.claim_estimate import ClaimEstimate, RefusedLine
    from feesync.claims.estimate import Estimate
    from feesync.claims.estimator import estimate, estimate_claim
    from feesync.claims.line import ClaimLine
    from feesync.claims.step import Step
    from feesync.coverage.sheet import Sheet, coverage_sheet
    from feesync.datasets.editions import Outcome
    from feesync.errors import (
        BusyError,
        CacheError,
        ContentRefusedError,
        FeesyncError,
        Hint,
        HintKind,
        InvalidInputError,
        LocalityError,
        MissingExtraError,
        ModifierError,
        NoPriceError,
        NoReleaseError,
        StoreError,
        UnknownCodeError,
        UnreachableError,
    )
    from feesync.model.locality import Locality
    from feesync.model.note import Note, Severity
    from feesync.model.rate import Rate, Setting
    from feesync.model.release import Release
    from feesync.pricing.line import Contract
    from feesync.reference.modifiers import modifiers
    from feesync.refresh.downloads import Downloads, downloads
    from feesync.refresh.report import SyncReport
    from feesync.refresh.status import Status, status
    from feesync.refresh.sync import sync
    from feesync.remittance.audit import audit
    from feesync.remittance.audit_line import AuditLine
    from feesync.remittance.audit_result import Audit
    from feesync.schedule.directory import Directory, localities
    from feesync.schedule.quote import Quote
    from feesync.schedule.rates import FeeSchedule
    from feesync.schedule.threads import open_schedule
    from feesync.verification.recompute import verify
    from feesync.verification.report import Difference, FileVerification, RefusedFile, Verification
    from feesync.writers.export import export
    from feesync.writers.rates import Rates, rates

_NAMES = {
    "feesync.analysis.price_check": ("check_prices",),
    "feesync.analysis.price_list": ("PriceList",),
    "feesync.analysis.price_row": ("PriceRow",),
    "feesync.analysis.check": ("Check", "Cause", "check"),
    "feesync.analysis.comparison": ("Comparison", "compare"),
    "feesync.batch.reprice": ("reprice",),
    "feesync.batch.repricing": ("ReasonCount", "ReleaseCount", "Repricing", "Variance"),
    "feesync.changes.change": ("Diff",),
    "feesync.changes.diff": ("diff",),
    "feesync.analysis.history": ("History", "history"),
    "feesync.analysis.fee_sheet": ("FeeSheet",),
    "feesync.analysis.sheet": ("sheet",),
    "feesync.claims.estimate": ("Estimate",),
    "feesync.coverage.sheet": ("Sheet", "coverage_sheet"),
    "feesync.claims.claim_estimate": ("ClaimEstimate", "RefusedLine"),
    "feesync.claims.line": ("ClaimLine",),
    "feesync.claims.step": ("Step",),
    "feesync.datasets.editions": ("Outcome",),
    "feesync.errors": (
        "Hint",
        "HintKind",
        "BusyError",
        "CacheError",
        "ContentRefusedError",
        "FeesyncError",
        "InvalidInputError",
        "LocalityError",
        "MissingExtraError",
        "ModifierError",
        "NoPriceError",
        "NoReleaseError",
        "StoreError",
        "UnknownCodeError",
        "UnreachableError",
    ),
    "feesync.claims.estimator": ("estimate", "estimate_claim"),
    "feesync.writers.export": ("export",),
    "feesync.writers.rates": ("Rates", "rates"),
    "feesync.model.locality": ("Locality",),
    "feesync.model.note": ("Note", "Severity"),
    "feesync.model.release": ("Release",),
    "feesync.pricing.line": ("Contract",),
    "feesync.model.rate": ("Rate", "Setting"),
    "feesync.refresh.report": ("SyncReport",),
    "feesync.refresh.sync": ("sync",),
    "feesync.reference.modifiers": ("modifiers",),
    "feesync.refresh.downloads": ("Downloads", "downloads"),
    "feesync.refresh.status": ("Status", "status"),
    "feesync.remittance.audit": ("audit",),
    "feesync.remittance.audit_line": ("AuditLine",),
    "feesync.remittance.audit_result": ("Audit",),
    "feesync.schedule.directory": ("Directory", "localities"),
    "feesync.schedule.quote": ("Quote",),
    "feesync.schedule.rates": ("FeeSchedule",),
    "feesync.schedule.threads": ("open_schedule",),
    "feesync.verification.recompute": ("verify",),
    "feesync.verification.report": (
        "Difference",
        "FileVerification",
        "RefusedFile",
        "Verification",
    ),
}
_LAZY = {name: module for module, names in _NAMES.items() for name in names}
"""Public names are imported on first use, so that looking up a rate loads no HTTP library."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what Python expects of it
    if name not in _LAZY:
        raise AttributeError(f"module 'feesync' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_LAZY[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})


__all__ = [
    "Audit",
    "AuditLine",
    "BusyError",
    "CacheError",
    "Cause",
    "Check",
    "ClaimEstimate",
    "ClaimLine",
    "Comparison",
    "ContentRefusedError",
    "Contract",
    "Diff",
    "Difference",
    "Directory",
    "Downloads",
    "Estimate",
    "FeeSchedule",
    "FeeSheet",
    "FeesyncError",
    "FileVerification",
    "Hint",
    "HintKind",
    "History",
    "InvalidInputError",
    "Locality",
    "LocalityError",
    "MissingExtraError",
    "ModifierError",
    "NoPriceError",
    "NoReleaseError",
    "Note",
    "Outcome",
    "PriceList",
    "PriceRow",
    "Quote",
    "Rate",
    "Rates",
    "ReasonCount",
    "RefusedFile",
    "RefusedLine",
    "Release",
    "ReleaseCount",
    "Repricing",
    "Setting",
    "Severity",
    "Sheet",
    "Status",
    "Step",
    "StoreError",
    "SyncReport",
    "UnknownCodeError",
    "UnreachableError",
    "Variance",
    "Verification",
    "audit",
    "check",
    "check_prices",
    "compare",
    "coverage_sheet",
    "diff",
    "downloads",
    "estimate",
    "estimate_claim",
    "export",
    "history",
    "localities",
    "modifiers",
    "open_schedule",
    "rates",
    "reprice",
    "sheet",
    "status",
    "sync",
    "verify",
]
