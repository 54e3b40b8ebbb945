"""Elements of X12 as values: amounts, quantities, days, procedures.

What cannot be read raises an ElementError, which says where and by which rule, and not what stands
there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from feesync.x12.interchange import Interchange
from feesync.x12.records import Procedure

_NUMBER = re.compile(rb"-?(?:[0-9]{1,15}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})")
_AMOUNT = re.compile(rb"(-?)([0-9]{0,13})(?:\.([0-9]{0,2})0{0,7})?")
_DAY = re.compile(rb"[0-9]{8}")
_SEPARATED = re.compile(rb"[A-Z][A-Z0-9]([^A-Za-z0-9 .-])[A-Z0-9]{4}")
"""The beginning of a procedure whose parts a wrong separator stands between."""

_MOST_KEPT = 1 << 16
_MODIFIERS = 4


class ElementError(Exception):
    """An element cannot be read; it becomes a Finding, and never leaves the package.

    Attributes:
        path: segment and element, such as `CLP04`.
        rule: what it should be.
        segment: position of the segment, None until who read it says so.
    """

    def __init__(self, path: str, rule: str, segment: int | None = None) -> None:
        super().__init__(f"{path}: {rule}")
        self.path: str = path
        self.rule: str = rule
        self.segment: int | None = segment


Value = bytes | list[bytes]
"""An element, or the components of a composite one."""

Segment = Sequence[Value]
"""A segment: its name, then its elements, so that SVC02 is number 2."""


def element(segment: Segment, number: int) -> Value:
    """Return an element, or nothing where the segment is shorter."""
    return segment[number] if number < len(segment) else b""


def path_of(segment: Segment, number: int) -> str:
    """Return the path of an element, such as `CLP04`."""
    return f"{text(segment, 0)}{number:02}"


def text(segment: Segment, number: int, separator: bytes = b":") -> str:
    """Return an element as text, which is UTF-8 or else Latin-1; empty where it is missing.

    Args:
        segment: the segment.
        number: of the element.
        separator: of components, which a text may have without meaning several.
    """
    try:
        return _text(segment[number])  # type: ignore[arg-type]  # a list is joined
    except IndexError:
        return ""
    except TypeError:
        return _text(separator.join(segment[number]))  # type: ignore[arg-type]


def needed(segment: Segment, number: int) -> str:
    """Return an element as text.

    Raises:
        ElementError: it is missing.
    """
    try:
        if found := _text(segment[number]):  # type: ignore[arg-type]
            return found
    except (IndexError, TypeError):
        if found := text(segment, number):
            return found
    raise ElementError(path_of(segment, number), "missing")


def amount(segment: Segment, number: int) -> int:
    """Return an element as cents.

    Raises:
        ElementError: it is missing, or not an amount of whole cents.
    """
    try:
        return _cents(segment[number])  # type: ignore[arg-type]  # a list is refused
    except (ValueError, TypeError, IndexError):
        raise _error(segment, number, "not-an-amount") from None


def quantity(segment: Segment, number: int) -> Decimal | None:
    """Return an element as a number; None where it is missing.

    Raises:
        ElementError: it is not a number.
    """
    if number >= len(segment) or not (value := segment[number]):
        return None
    try:
        return _quantity(value)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        raise _error(segment, number, "not-a-quantity") from None


def day(segment: Segment, number: int) -> date:
    """Return an element as a day.

    Raises:
        ElementError: it is missing, or no day of the calendar as CCYYMMDD.
    """
    try:
        return _day(segment[number])  # type: ignore[arg-type]
    except (ValueError, TypeError, IndexError):
        raise _error(segment, number, "not-a-day") from None


def _error(segment: Segment, number: int, rule: str) -> ElementError:
    return ElementError(path_of(segment, number), rule if element(segment, number) else "missing")


@lru_cache(_MOST_KEPT)
def _text(value: bytes) -> str:
    try:
        return value.decode().strip()
    except UnicodeDecodeError:
        return value.decode("latin-1").strip()


@lru_cache(_MOST_KEPT)
def _cents(value: bytes) -> int:
    match = _AMOUNT.fullmatch(value)
    if not match or not (match[2] or match[3]):
        raise ValueError
    cents = int(match[2] or b"0") * 100 + int((match[3] or b"").ljust(2, b"0"))
    return -cents if match[1] else cents


@lru_cache(_MOST_KEPT)
def _quantity(value: bytes) -> Decimal:
    if not _NUMBER.fullmatch(value):
        raise ValueError
    return Decimal(value.decode())


@lru_cache(_MOST_KEPT)
def _day(value: bytes) -> date:
    if not _DAY.fullmatch(value):
        raise ValueError
    return date(int(value[:4]), int(value[4:6]), int(value[6:]))


def procedure(segment: Segment, number: int) -> Procedure:
    """Return an element as the procedure that it names.

    Raises:
        ElementError: it has no code; the rule is `component-separator` where it would have one if
            another byte than the declared one separated its parts.
    """
    value = element(segment, number)
    parts = tuple(value) if isinstance(value, list) else (value,)
    found = _procedure(parts)
    if not found.code:
        is_separated = len(parts) == 1 and _SEPARATED.match(parts[0])
        rule = "component-separator" if is_separated else "missing"
        raise ElementError(f"{path_of(segment, number)}-2", rule)
    return found


@lru_cache(_MOST_KEPT)
def _procedure(parts: tuple[bytes, ...]) -> Procedure:
    qualifier, code, *modifiers = (*map(_text, parts), "", "")[: _MODIFIERS + 2]
    return Procedure(qualifier, code, tuple(filter(None, modifiers)))


def separator_in_use(segments: bytes, delimiters: Interchange) -> bytes:
    """Return what separates the parts of procedures: another byte than the declared one may.

    Args:
        segments: of a transaction, as one text.
        delimiters: those that the interchange declares.
    """
    used = {match[1] for match in _procedures(delimiters).finditer(segments)}
    return used.pop() if len(used) == 1 else delimiters.component


@lru_cache(maxsize=16)
def _procedures(delimiters: Interchange) -> re.Pattern[bytes]:
    """Return the pattern of a line whose procedure has another separator than the declared one."""
    start = re.escape(delimiters.terminator) + rb"SV[C1]" + re.escape(delimiters.element)
    known = re.escape(delimiters.element + delimiters.component)
    return re.compile(start + rb"(?![A-Z0-9]{2}[" + known + rb"])" + _SEPARATED.pattern)
