"""Medicare Physician Fee Schedule rates and estimates, to the cent, from CMS's own files."""

from typing import TYPE_CHECKING, Any

from feesync.about import VERSION

__version__ = VERSION

if TYPE_CHECKING:
    from feesync.analysis.comparison import Comparison, compare
    from feesync.analysis.diff import Diff, diff
    from feesync.analysis.history import History, history
    from feesync.answer import Estimate
    from feesync.billing_sheet import Sheet, coverage_sheet
    from feesync.claim.answer import ClaimEstimate
    from feesync.claim.line import ClaimLine
    from feesync.errors import (
        BusyError,
        CacheError,
        ContentRefusedError,
        FeesyncError,
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
    from feesync.estimator import estimate, estimate_claim
    from feesync.localities import Locality
    from feesync.pricing.line import Contract, Note, Severity, Step
    from feesync.rate import Rate, Setting
    from feesync.refresh.report import SyncReport
    from feesync.refresh.run import sync
    from feesync.schedule import FeeSchedule, Quote, open_schedule
    from feesync.store.source import Release
    from feesync.verification.recompute import verify
    from feesync.verification.report import Difference, FileVerification, Verification

_NAMES = {
    "feesync.analysis.comparison": ("Comparison", "compare"),
    "feesync.analysis.diff": ("Diff", "diff"),
    "feesync.analysis.history": ("History", "history"),
    "feesync.answer": ("Estimate",),
    "feesync.billing_sheet": ("Sheet", "coverage_sheet"),
    "feesync.claim.answer": ("ClaimEstimate",),
    "feesync.claim.line": ("ClaimLine",),
    "feesync.errors": (
        "BusyError", "CacheError", "ContentRefusedError", "FeesyncError", "InvalidInputError", "LocalityError",
        "MissingExtraError", "ModifierError", "NoPriceError", "NoReleaseError", "StoreError", "UnknownCodeError",
        "UnreachableError",
    ),
    "feesync.estimator": ("estimate", "estimate_claim"),
    "feesync.localities": ("Locality",),
    "feesync.pricing.line": ("Contract", "Note", "Severity", "Step"),
    "feesync.rate": ("Rate", "Setting"),
    "feesync.refresh.report": ("SyncReport",),
    "feesync.refresh.run": ("sync",),
    "feesync.schedule": ("FeeSchedule", "Quote", "open_schedule"),
    "feesync.store.source": ("Release",),
    "feesync.verification.recompute": ("verify",),
    "feesync.verification.report": ("Difference", "FileVerification", "Verification"),
}  # fmt: skip
_LAZY = {name: module for module, names in _NAMES.items() for name in names}
"""Everything is imported when it is asked for: looking up loads no HTTP library, and a command that is interrupted says so."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what Python expects of it
    if name not in _LAZY:
        raise AttributeError(f"module 'feesync' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_LAZY[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})


__all__ = [
    "BusyError",
    "CacheError",
    "ClaimEstimate",
    "ClaimLine",
    "Comparison",
    "ContentRefusedError",
    "Contract",
    "Diff",
    "Difference",
    "Estimate",
    "FeeSchedule",
    "FeesyncError",
    "FileVerification",
    "History",
    "InvalidInputError",
    "Locality",
    "LocalityError",
    "MissingExtraError",
    "ModifierError",
    "NoPriceError",
    "NoReleaseError",
    "Note",
    "Quote",
    "Rate",
    "Release",
    "Setting",
    "Severity",
    "Sheet",
    "Step",
    "StoreError",
    "SyncReport",
    "UnknownCodeError",
    "UnreachableError",
    "Verification",
    "compare",
    "coverage_sheet",
    "diff",
    "estimate",
    "estimate_claim",
    "history",
    "open_schedule",
    "sync",
    "verify",
]
