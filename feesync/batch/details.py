"""What a line says but for code, day, place and amounts, read from its texts.

Out of scope: how the texts come from the engine and go back to it (words).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from feesync.batch.reasons import Reason
from feesync.batch.request import Request
from feesync.claims import arguments
from feesync.claims.line import ClaimLine
from feesync.errors import FeesyncError, InvalidInputError
from feesync.formats.line_columns import without_fractions
from feesync.model.rate import Setting
from feesync.pricing import practitioner as practitioners
from feesync.pricing.line import Line
from feesync.pricing.modifiers import in_its_setting
from feesync.pricing.terms import Terms
from feesync.reference.place_of_service import read_setting

ANY_DAY = date.max
"""The day of terms whose own is not known yet."""

COLUMNS = ("modifiers", "pos", "setting", "practitioner", "nonpar", "qp", "units")
"""What is read together: few combinations of it are in a file."""

_WHOLE = re.compile(r"([0-9]{1,9})(?:\.0*)?")
_BETWEEN = re.compile(r"[^0-9A-Za-z]+")
_FLAGS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0"), False),
}


class Detail(NamedTuple):
    """What a line says but for code, day, place and amounts.

    Attributes:
        modifiers: in capitals, in their order.
        terms: without their day; a contract has its percentages of all codes.
        qp: whether the practitioner is a qualifying APM participant.
        units: of service.
    """

    modifiers: tuple[str, ...]
    terms: Terms
    qp: bool
    units: int


class DetailReader:
    """Reads what a line says but for code, day, place and amounts; each text once."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._counts = {name: len(request.columns_of(name)) for name in COLUMNS}
        self._known: dict[tuple[str, tuple[str, ...]], Any] = {}

    def read(self, cells: Sequence[str]) -> Detail | Reason:
        """Return what the texts of a row mean, or why they cannot be read."""
        at, by_name = 1, {}
        for name, count in self._counts.items():
            by_name[name] = tuple(cells[at : at + count])
            at += count
        more, units_of_code = self._once("code", (cells[0],), self._code)
        where = (*(by_name["pos"] or ("",)), *(by_name["setting"] or ("",)))
        setting = self._once("setting", where, self._setting)
        practitioner = self._once("practitioner", by_name["practitioner"], self._practitioner)
        nonpar = self._once("nonpar", by_name["nonpar"], self._nonpar)
        qp = self._once("qp", by_name["qp"], self._qp)
        modifiers = self._once("modifiers", (*more, *by_name["modifiers"]), self._modifiers)
        units = self._once("units", (units_of_code, *by_name["units"]), self._units)
        for value in (setting, practitioner, nonpar, qp, modifiers, units):
            if isinstance(value, Reason):
                return value
        contract = self._request.contract
        if qp and contract and contract.conversion_factor is not None:
            return Reason.INVALID  # qp is about Medicare's conversion factor
        terms = Terms(ANY_DAY, setting, contract, nonpar, practitioner)
        terms = in_its_setting(Line("", modifiers, terms)).terms
        return Detail(modifiers, terms, qp, units)

    def _once(self, name: str, texts: tuple[str, ...], read: Callable[..., Any]) -> Any:  # noqa: ANN401
        key = name, texts
        if key not in self._known:
            self._known[key] = read(*texts)
        return self._known[key]

    def _code(self, text: str) -> tuple[tuple[str, ...], str]:
        """Return the modifiers and the units that stand with a code."""
        try:
            line = ClaimLine(text).in_parts()
        except InvalidInputError:
            return (), ""
        return tuple(line.modifiers or ()), "" if line.units == 1 else str(line.units)

    def _setting(self, pos: str, setting: str) -> Setting | Reason:
        request, pos, setting = self._request, pos.strip(), setting.strip()
        own: Setting | str = setting or Setting.NONFACILITY
        place: str | int | None = _count(pos) or None
        if not pos and not setting:
            own, place = request.setting, request.pos
        for named, reason in (
            (Setting.NONFACILITY, Reason.PLACE_OF_SERVICE),
            (own, Reason.SETTING),
        ):
            try:
                where, _ = read_setting(named, place)
            except InvalidInputError:
                return reason
        return where

    def _practitioner(self, text: str = "") -> Any:  # noqa: ANN401
        name = text.strip() or self._request.practitioner
        return value_or_reason(practitioners.read, Reason.PRACTITIONER, name)

    def _nonpar(self, text: str = "") -> Any:  # noqa: ANN401
        return self._flag(text, self._request.nonpar)

    def _qp(self, text: str = "") -> Any:  # noqa: ANN401
        return self._flag(text, self._request.qp)

    def _flag(self, text: str, default: bool) -> bool | Reason:
        word = text.strip().lower()
        return _FLAGS.get(word, Reason.FLAG) if word else default

    def _modifiers(self, *texts: str) -> Any:  # noqa: ANN401
        apart = tuple(_BETWEEN.sub(" ", without_fractions(text)) for text in texts)
        return value_or_reason(arguments.modifiers, Reason.MODIFIER, apart)

    def _units(self, of_code: str, text: str = "") -> Any:  # noqa: ANN401
        count = _count(text)
        if of_code and count not in ("", "1", of_code):
            return Reason.UNITS
        return value_or_reason(_whole_units, Reason.UNITS, of_code or count or "1")


def _whole_units(text: str) -> int:
    return arguments.units(int(text) if text.isascii() and text.isdigit() else text)


def _count(text: str) -> str:
    """Return a whole number as text: 2.0, as a column with empty cells has it, is 2."""
    match = _WHOLE.fullmatch(text.strip())
    return match[1] if match else text.strip()


def value_or_reason(read: Callable[..., Any], reason: Reason, *values: Any) -> Any:  # noqa: ANN401
    """Return what a function makes of values, or a reason where it cannot read them."""
    try:
        return read(*values)
    except FeesyncError:
        return reason
