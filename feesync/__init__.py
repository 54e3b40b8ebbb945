"""Medicare Physician Fee Schedule rates and estimates, to the cent, from CMS's own files."""

from typing import TYPE_CHECKING, Any

from feesync.about import VERSION
from feesync.answer import Estimate
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
from feesync.schedule import FeeSchedule, Quote, open_schedule
from feesync.store.source import Release

__version__ = VERSION

if TYPE_CHECKING:
    from feesync.analysis.comparison import Comparison, compare
    from feesync.analysis.diff import Diff, diff
    from feesync.analysis.history import History, history
    from feesync.billing_sheet import Sheet, coverage_sheet
    from feesync.refresh.report import SyncReport
    from feesync.refresh.run import sync
    from feesync.verification.recompute import verify
    from feesync.verification.report import Difference, FileVerification, Verification

_LAZY = {
    "compare": "feesync.analysis.comparison",
    "Comparison": "feesync.analysis.comparison",
    "diff": "feesync.analysis.diff",
    "Diff": "feesync.analysis.diff",
    "history": "feesync.analysis.history",
    "History": "feesync.analysis.history",
    "sync": "feesync.refresh.run",
    "SyncReport": "feesync.refresh.report",
    "coverage_sheet": "feesync.billing_sheet",
    "Sheet": "feesync.billing_sheet",
    "verify": "feesync.verification.recompute",
    "Verification": "feesync.verification.report",
    "FileVerification": "feesync.verification.report",
    "Difference": "feesync.verification.report",
}
"""What an estimate does not need is imported when it is asked for: looking up loads no HTTP library."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what Python expects of it
    if name not in _LAZY:
        raise AttributeError(f"module 'feesync' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)


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
