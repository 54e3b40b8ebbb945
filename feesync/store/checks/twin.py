"""The check of a PPRRVU csv against the txt of its name in the same zip: CMS writes every row into both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from feesync.formats.relative_values import RelativeValue, RelativeValueFile
from feesync.formats.relative_values_text import RelativeValueText
from feesync.formats.release import ParsedRelease
from feesync.formats.text import ExactNumbers
from feesync.money import decimal
from feesync.store.checks.check import Fault, examples, row_name

_KEY = ("hcpcs", "modifier")
_FLAGS = ("nonfacility_na", "facility_na")
_SHARES = ("preoperative", "intraoperative", "postoperative")


@dataclass(frozen=True, slots=True)
class TextTwin:
    """The csv and the txt of one name say the same in every row."""

    name: ClassVar[str] = "text-twin"
    evidence: ClassVar[str] = "csv and txt are equal in 94,441 of 94,441 rows of five releases of CMS's"

    def __call__(self, release: ParsedRelease) -> Fault | None:
        """Compare each file that has a twin."""
        for file in release.relative_values.values():
            twin = release.twins.get(file.basis)
            fault = _compare(file, twin) if twin else None
            if fault:
                return fault
        return None


def _compare(file: RelativeValueFile, twin: RelativeValueText) -> Fault | None:
    """Compare column by column; rows are looked for only where two columns differ."""
    texts = twin.columns()
    rows: Sequence[RelativeValue] = file.rows
    keys = [row[:2] for row in rows]
    order = list(zip(texts["hcpcs"], map(str.strip, texts["modifier"]), strict=True))
    if keys != order:
        there, here = set(order), set(keys)
        if there != here or len(order) != len(keys):
            return _other_rows(file, twin, here, there)
        by_key = dict(zip(keys, rows, strict=True))
        rows = [by_key[hcpcs, modifier] for hcpcs, modifier in order]
    read = _Readers()
    try:
        if factors := set(map(read.factor, set(texts["conversion_factor"]))) - {file.conversion_factor}:
            there_factor = decimal(min(factors), 4)
            return Fault(f"the conversion factor is {decimal(file.conversion_factor, 4)}, in {twin.name} {there_factor}", file.name)
        unequal: dict[int, str] = {}
        for field, values in zip(RelativeValue._fields, zip(*rows, strict=True), strict=True):
            if field in _KEY:
                continue
            theirs = tuple(map(read.of(field), texts[field]))
            if values == theirs:
                continue
            for index, (mine, other) in enumerate(zip(values, theirs, strict=True)):
                if mine != other:
                    words = f"{field.replace('_', ' ')} is {_shown(field, mine)}, in {twin.name} {_shown(field, other)}"
                    unequal.setdefault(index, words)
    except ValueError as error:
        return Fault(f"cannot be read: {error}", twin.name)
    if not unequal:
        return None
    first = min(unequal)
    more = f"; {len(unequal) - 1:,} more rows differ" if len(unequal) > 1 else ""
    return Fault(f"{row_name(*rows[first][:2])}: {unequal[first]}{more}", file.name)


class _Readers:
    """How the text of each column is read: as the csv's is."""

    def __init__(self) -> None:
        self.factor: Callable[[str], int] = ExactNumbers(4, 999_999).__getitem__
        self._rvu, self._share = ExactNumbers(2, 99_999), ExactNumbers(2, 100)

    def of(self, field: str) -> Callable[[str], int | str]:
        if field.endswith("_rvu"):
            return self._rvu.__getitem__
        if field in _SHARES:
            return self._share.__getitem__
        return _flag if field in _FLAGS else str.strip


def _flag(text: str) -> int:
    return int(text == "NA")


def _other_rows(file: RelativeValueFile, twin: RelativeValueText, here: set[tuple[str, str]], there: set[tuple[str, str]]) -> Fault:
    lacking, added = sorted(there - here), sorted(here - there)
    found = [
        f"{what} {examples(row_name(*key) for key in keys)}" for what, keys in (("lacks", lacking), ("alone has", added)) if keys
    ] or ["has another number of rows"]
    return Fault(f"{' and '.join(found)}, beside {twin.name}", file.name)


def _shown(field: str, value: int | str) -> str:
    if isinstance(value, int) and field not in _FLAGS:
        return str(decimal(value, 2))
    return f"{value}" if value != "" else "empty"
