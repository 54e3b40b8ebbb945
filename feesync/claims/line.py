"""A claim line as a caller gives it: a value, a dictionary, or the short form.

The short form is `64493-50x1@250.00` with units and charge, or `66984-55d30` with days of care.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from feesync.errors import InvalidInputError
from feesync.model.hcpcs import text_to_give
from feesync.model.reading import excerpt, sequence_or_none, whole_or_none

_SHORT = (
    r"(?P<code>[0-9A-Z]{5})(?P<modifiers>(?:(?:[-,/]\s?|\s+(?!X[0-9]))(?:55D[0-9]{1,2}|[0-9A-Z]{2}))*)"
    r"(?:X(?P<units>[0-9]{1,4}))?(?:@(?P<charge>[$0-9.,]+))?"
)
_CODE = 5
"""The characters of a code."""

_WORDS = r"[^\s,;]+"
_BARE = r"[0-9A-Za-z]{5}(?![0-9A-Za-z])"
"""A code at the beginning of one line among several."""

_BEGINNING = r"\s*[0-9A-Za-z]{5}\s*(?:[^0-9A-Za-z\s]|[xX][0-9]|(?<=\s)[0-9A-Za-z])"
"""A code with more than blanks behind it."""

_LONGEST = 100
"""The longest short form; a code with four modifiers, units and a charge has 40 characters."""
_SHARE_WITH_DAYS = "55D"
_NAMES = ("hcpcs", "modifiers", "units", "charge", "postop_days")
_KNOWN = frozenset(_NAMES)


class ClaimLine(NamedTuple):
    """A line of a claim.

    Attributes:
        hcpcs: CPT or HCPCS code, five characters, or a short form such as `64493-50`.
        modifiers: such as `("50",)`, or text such as `50,KX`.
        units: units of service.
        charge: submitted charge of the whole line in dollars, or None.
        postop_days: days of care after an operation that modifier 55 is to pay for; None for all of
            the global period.
    """

    hcpcs: str
    modifiers: Iterable[str] | None = ()
    units: int = 1
    charge: Decimal | int | str | None = None
    postop_days: int | None = None

    @classmethod
    def read(cls, given: object) -> "ClaimLine":
        """Return a line from any of its forms.

        Raises:
            InvalidInputError: it has none of them, or a part of it cannot be read.
        """
        if isinstance(given, ClaimLine):
            return given
        if isinstance(given, dict):  # before the slow check for other mappings
            return cls._from_mapping(given)
        if isinstance(given, str):
            return cls._from_text(given)
        if isinstance(given, Mapping):
            return cls._from_mapping(given)
        raise InvalidInputError(
            "a claim line is text such as 64493-50, or a dictionary, not "
            f"{type(given).__name__}{text_to_give(given)}"
        )

    def in_parts(self) -> "ClaimLine":
        """Return the line with a bare code: what the short form as code says is in its own place.

        Its modifiers come before those of the line.

        Raises:
            InvalidInputError: the text is no short form; or units, charge or days are given with
                the code and beside it.
        """
        code = self.hcpcs
        if not isinstance(code, str) or len(code) == _CODE or not re.match(_BEGINNING, code):
            return self
        short = self._from_text(str.__str__(code))
        given = (self.modifiers,) if isinstance(self.modifiers, str) else self.modifiers
        beside = sequence_or_none("modifiers", given, "50")
        return self._replace(
            hcpcs=short.hcpcs,
            modifiers=(*(short.modifiers or ()), *beside),
            units=_one("units", short.units, self.units, 1),
            charge=_one("charge", short.charge, self.charge, None),
            postop_days=_one("days of care", short.postop_days, self.postop_days, None),
        )

    @classmethod
    def _from_text(cls, value: str) -> "ClaimLine":
        match = re.fullmatch(_SHORT, value.strip().upper()) if len(value) <= _LONGEST else None
        modifiers = re.findall("[0-9A-Z]+", match["modifiers"]) if match else []
        days = [
            int(modifier.removeprefix(_SHARE_WITH_DAYS))
            for modifier in modifiers
            if modifier.startswith(_SHARE_WITH_DAYS)
        ]
        if not match or len(days) > 1:
            lines = re.findall(_WORDS, value[:_LONGEST])
            several = len([line for line in lines if re.match(_BARE, line)]) > 1
            raise InvalidInputError(
                f"{value[:60]!r} is not a claim line: a code, its modifiers, units and charge, as "
                "in 64493-50x1@250.00, "
                "or with days of care after an operation, as in 66984-55d30"
                + (f"; several are given one by one: {' '.join(lines)}" if several else "")
            )
        return cls(
            match["code"],
            tuple(modifier[:2] for modifier in modifiers),
            int(match["units"] or 1),
            match["charge"],
            days[0] if days else None,
        )

    @classmethod
    def _from_mapping(cls, value: Mapping[str, Any]) -> "ClaimLine":
        if not _KNOWN.issuperset(value):
            from feesync.formats.line_columns import LINE_COLUMNS, by_our_names  # another's names

            value = by_our_names(value, LINE_COLUMNS) or value
        if not _KNOWN.issuperset(value) or "hcpcs" not in value:
            unknown = [name for name in value if name not in _NAMES]
            fault = f"has {excerpt(unknown[0])}" if unknown else "has no 'hcpcs'"
            raise InvalidInputError(f"a claim line {fault}; its names are {', '.join(_NAMES)}")
        modifiers = value.get("modifiers")
        if isinstance(modifiers, str):
            modifiers = tuple(re.findall(r"[^\s,;-]+", modifiers))
        units, days = value.get("units"), value.get("postop_days")
        if type(units) is not int:
            units = whole_or_none(units)
        return cls(
            value["hcpcs"],
            modifiers,
            1 if units is None else units,
            value.get("charge"),
            None if days is None else whole_or_none(days),
        )


def without_units(hcpcs: str, modifiers: Iterable[str] | None) -> ClaimLine:
    """Return a line of a code and its modifiers, where an answer is for one unit.

    Raises:
        InvalidInputError: the code has units, a charge or days of care with it.
    """
    line = ClaimLine(hcpcs, modifiers).in_parts()
    if line != ClaimLine(line.hcpcs, line.modifiers):
        raise InvalidInputError(
            f"{excerpt(hcpcs)} has units, a charge or days of care, where amounts are for one "
            f"unit: give {'-'.join((line.hcpcs, *(line.modifiers or ())))}"
        )
    return line


def _one(what: str, with_code: Any, beside: Any, default: object) -> Any:  # noqa: ANN401
    """Return the value of a part of a line, which the code or another argument may give."""
    if with_code == default:
        return beside
    if beside not in (default, with_code):
        raise InvalidInputError(
            f"{what} {with_code} with the code contradicts {what} {excerpt(beside)} beside it: "
            "give one"
        )
    return with_code
