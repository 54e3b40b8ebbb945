"""Medicare Physician Fee Schedule rates and estimates, to the cent, from CMS's own files."""

from feesync.answer import Estimate
from feesync.errors import (
    BusyError,
    ContentRefusedError,
    FeesyncError,
    InvalidInputError,
    LocalityError,
    ModifierError,
    NoPriceError,
    NoReleaseError,
    StoreError,
    UnknownCodeError,
)
from feesync.estimator import estimate
from feesync.localities import Locality
from feesync.pricing.line import Note, Severity, Step
from feesync.rate import Rate, Setting
from feesync.schedule import FeeSchedule, Quote, open_schedule
from feesync.store.source import Release

__version__ = "0.1.0"

__all__ = [
    "BusyError",
    "ContentRefusedError",
    "Estimate",
    "FeeSchedule",
    "FeesyncError",
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
    "Step",
    "StoreError",
    "UnknownCodeError",
    "estimate",
    "open_schedule",
]
