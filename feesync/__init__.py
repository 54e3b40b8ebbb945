"""Medicare Physician Fee Schedule rates and estimates, to the cent, from CMS's own files."""

from typing import TYPE_CHECKING, Any

from feesync.about import VERSION
from feesync.answer import Estimate
from feesync.claim_answer import ClaimEstimate
from feesync.claim_line import ClaimLine
from feesync.errors import (
    BusyError,
    CacheError,
    ContentRefusedError,
    FeesyncError,
    InvalidInputError,
    LocalityError,
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
    from feesync.recompute import verify
    from feesync.refresh import sync
    from feesync.report import SyncReport
    from feesync.sheet import Sheet, coverage_sheet
    from feesync.verification import Difference, FileVerification, Verification

_LAZY = {
    "sync": "feesync.refresh",
    "SyncReport": "feesync.report",
    "coverage_sheet": "feesync.sheet",
    "Sheet": "feesync.sheet",
    "verify": "feesync.recompute",
    "Verification": "feesync.verification",
    "FileVerification": "feesync.verification",
    "Difference": "feesync.verification",
}
"""What an estimate does not need is imported when it is asked for: looking up loads no HTTP library."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what Python expects of it
    if name not in _LAZY:
        raise AttributeError(f"module 'feesync' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)


__all__ = [
    "BusyError",
    "CacheError",
    "ClaimEstimate",
    "ClaimLine",
    "ContentRefusedError",
    "Contract",
    "Difference",
    "Estimate",
    "FeeSchedule",
    "FeesyncError",
    "FileVerification",
    "InvalidInputError",
    "Locality",
    "LocalityError",
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
    "coverage_sheet",
    "estimate",
    "estimate_claim",
    "open_schedule",
    "sync",
    "verify",
]
