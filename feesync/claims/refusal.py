"""Why a line of many cannot be priced, as a code that a program can count.

Files of claims and audits have the same codes; each adds its own, and the words for them. Out of
scope: an error's own text, which is for a line that someone typed.
"""

from __future__ import annotations

from feesync.errors import (
    FeesyncError,
    InvalidInputError,
    LocalityError,
    ModifierError,
    NoPriceError,
    NoReleaseError,
    UnknownCodeError,
)

_CODES: tuple[tuple[type[FeesyncError], str], ...] = (
    (ModifierError, "modifier"),
    (UnknownCodeError, "unknown-code"),
    (LocalityError, "locality"),
    (NoReleaseError, "no-release"),
    (NoPriceError, "no-rate"),
    (InvalidInputError, "invalid"),
)
"""The first class that an error is of decides."""


def refusal_of(error: FeesyncError) -> str:
    """Return the code of the reason for which a line cannot be priced.

    Raises:
        FeesyncError: the error itself, where it is not about a line.
    """
    for kind, code in _CODES:
        if isinstance(error, kind):
            return code
    raise error
