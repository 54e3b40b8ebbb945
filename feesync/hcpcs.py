"""HCPCS codes as people type them."""

from __future__ import annotations

import re

from feesync.errors import InvalidInputError

FACET_JOINT_CODES = (
    "64490", "64491", "64492", "64493", "64494", "64495", "64633", "64634", "64635", "64636",
)  # fmt: skip
"""Facet joint injections and denervations: the codes of the embedded snapshot, and those that a refresh reports on by itself."""

_CODE = re.compile(r"[0-9A-Z]{5}")
_WITH_MODIFIER = re.compile(r"([0-9A-Z]{5})-([0-9A-Z]{2})")


def read_code(text: str) -> str:
    """Return a CPT or HCPCS code in capitals.

    Raises:
        InvalidInputError: it has not five characters; `64493-50` says how a modifier is given.
    """
    if not isinstance(text, str):
        raise InvalidInputError(f"{text!r:.40} is not a HCPCS code of five characters, as text")
    code = text.strip().upper()
    if _CODE.fullmatch(code):
        return code
    if match := _WITH_MODIFIER.fullmatch(code):
        raise InvalidInputError(
            f"{text!r} is a code with a modifier: give the code {match[1]}, and the modifier {match[2]} by itself"
        )
    raise InvalidInputError(f"{text[:40]!r} is not a HCPCS code of five characters")
