"""Read HCPCS codes, and ranges of them, as people type them."""

import re
from typing import NamedTuple

from feesync.errors import InvalidInputError
from feesync.model.reading import excerpt, index

FACET_JOINT_CODES = (
    "64490",
    "64491",
    "64492",
    "64493",
    "64494",
    "64495",
    "64633",
    "64634",
    "64635",
    "64636",
)
"""Facet joint injections and denervations.

The embedded snapshot has these codes, and a refresh reports changes of them by default.
"""

_CODE = re.compile(r"[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4}")
_CODES = 100_000
"""How many codes of digits there can be."""

_WITH_MODIFIER = r"([0-9A-Z]{5})(?:[- ][0-9A-Z]{2})+"
_WITHIN = r"(?<![0-9])(?:[0-9]{5}|[A-Z][0-9]{4}(?![0-9])|[0-9]{4}[A-Z](?![A-Z0-9]))"
"""A code within a text that is none, such as 64493 in CPT64493."""

_WITHOUT_HYPHEN = r"([0-9]{5}|[A-Z][0-9]{4}|[0-9]{4}[A-Z])([0-9A-Z]{2})"
_LONGEST = 60
_RANGE = r"([0-9A-Z]{5})-([0-9A-Z]{5})"


class CodeRange(NamedTuple):
    """All codes of one form from a first to a last one, both included.

    Codes have the same form where they have the same letters in the same places: `0001T-0010T` does
    not hold 0005U, and `G0101-G0105` does not hold 99213.
    """

    first: str
    last: str

    def holds(self, code: str) -> bool:
        """Tell whether a code is in the range."""
        return self.first <= code <= self.last and _form(code) == _form(self.first)

    @property
    def size(self) -> int:
        """How many codes of the form there can be from the first to the last."""
        first, last = (int(re.sub(r"[A-Z]", "", code) or 0) for code in self)
        return last - first + 1

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


def read_codes(text: str) -> str | CodeRange:
    """Return the code, or the range of codes such as `64490-64495`, that a text means.

    Raises:
        InvalidInputError: the text is neither; or the codes of the range differ in form, or their
            order is wrong.
    """
    match = re.fullmatch(_RANGE, text.strip().upper()) if isinstance(text, str) else None
    if not match:
        return read_code(text)
    first, last = match.groups()
    if _form(first) != _form(last):
        raise InvalidInputError(
            f"{first}-{last} is no range: its codes differ in form, as 99213 and G0101 or 0001T "
            "and 0001U do"
        )
    if first > last:
        raise InvalidInputError(f"{first}-{last} is no range: its first code comes after its last")
    return CodeRange(first, last)


def _form(code: str) -> str:
    return re.sub(r"[0-9]", "0", code)


def code_text(name: str, value: object) -> str:
    """Return the text of a code, without blanks around it.

    Raises:
        InvalidInputError: the value is not text; of a number the message has the text to give. It
            is not read, since a number has lost its zeros, or may have: 100 is 00100.
    """
    if isinstance(value, str):
        return str.__str__(value).strip()
    raise InvalidInputError(f"{name} {excerpt(value)} is not text{text_to_give(value)}")


def text_to_give(value: object) -> str:
    """Return what an error says of a number that is a code: its text; else nothing."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    number = index(value)
    return "" if number is None or not 0 <= number < _CODES else f": give '{number:05d}'"


def read_code(text: str) -> str:
    """Return a CPT or HCPCS code in capitals.

    Raises:
        InvalidInputError: the text has not five letters and digits. Where it is a code with a
            modifier, such as `64493-50`, the message has the code.
    """
    code = code_text("code", text).upper()
    if _CODE.fullmatch(code):
        return code
    if match := re.fullmatch(_WITH_MODIFIER, code):
        raise InvalidInputError(
            f"{text!r} is a code with a modifier, where a code alone is wanted: give {match[1]}"
        )
    glued = re.fullmatch(_WITHOUT_HYPHEN, code)
    codes = ["-".join(glued.groups())] if glued else re.findall(_WITHIN, code[:_LONGEST])
    way = f": give {' '.join(codes)}" if codes else ""
    if code.isalpha():
        way = "; codes have four digits or five, as 64493, G0439 and 0213T, and no names"
    raise InvalidInputError(f"{text[:40]!r} is not a HCPCS code of five characters{way}")
