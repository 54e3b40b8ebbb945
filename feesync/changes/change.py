"""What changed: columns, amounts, codes and localities, and all of them between two releases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from feesync.changes.counts import PaymentCount
from feesync.errors import UnknownCodeError
from feesync.model.locality import Locality
from feesync.model.money import decimal, dollars, json_ready, percent_change
from feesync.model.note import Note
from feesync.model.rate import Setting
from feesync.model.release import Release
from feesync.model.result import RowResult

if TYPE_CHECKING:
    from feesync.changes.dictionaries import (
        AmountChangeDict,
        CodeChangeDict,
        ColumnChangeDict,
        DiffDict,
        DiffRowDict,
        PlaceChangeDict,
    )

GPCIS = ("work_gpci", "pe_gpci", "mp_gpci")

COLUMNS = (
    *("before_release", "after_release", "mac", "locality"),
    *("hcpcs", "modifier", "kind", "setting"),
    *("before", "after", "change", "percent"),
    "columns",
)
"""The columns of the rows of a Diff, as `feesync diff --csv` prints them."""


class Kind(StrEnum):
    """How a code differs: added, deleted, changed in its own columns, or only paid differently."""

    ADDED = "added"
    DELETED = "deleted"
    CHANGED = "changed"
    REPRICED = "repriced"


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column of the relative value file before and after.

    RVUs and shares of the global period are Decimal, NA flags 0 or 1, and codes text. A value is
    None where there is none: most codes have no columns of the OPPS cap.
    """

    name: str
    before: Decimal | int | str | None
    after: Decimal | int | str | None

    def __str__(self) -> str:
        before, after = (
            "none" if value in (None, "") else value for value in (self.before, self.after)
        )
        return f"{self.name} {before}>{after}"

    def to_dict(self) -> ColumnChangeDict:
        """Return both values under the names of the JSON contract."""
        return json_ready({"before": self.before, "after": self.after})


@dataclass(frozen=True, slots=True)
class AmountChange:
    """What Medicare allows in a setting, in whole cents; None where there is no price."""

    setting: Setting
    before_cents: int | None
    after_cents: int | None

    @property
    def before(self) -> Decimal | None:
        """The amount before, in dollars."""
        return None if self.before_cents is None else dollars(self.before_cents)

    @property
    def after(self) -> Decimal | None:
        """The amount after, in dollars."""
        return None if self.after_cents is None else dollars(self.after_cents)

    @property
    def change(self) -> Decimal | None:
        """The amount after minus that before, in dollars; None where one of them is no price."""
        if self.before_cents is None or self.after_cents is None:
            return None
        return dollars(self.after_cents - self.before_cents)

    @property
    def percent(self) -> Decimal | None:
        """The change in percent of the amount before, with two decimals; None without a change."""
        if not self.before_cents or self.after_cents is None:
            return None
        return percent_change(self.before_cents, self.after_cents)

    @property
    def differs(self) -> bool:
        """Whether the amount changed, or there is one only before or after."""
        return self.before_cents != self.after_cents

    @property
    def rank(self) -> tuple[int, int]:
        """The key to sort by: changed amounts, then prices added or removed; the largest first."""
        if not self.differs:
            return 2, 0
        if self.before_cents is None or self.after_cents is None:
            return 1, -(self.before_cents or self.after_cents or 0)
        return 0, -abs(self.after_cents - self.before_cents)

    def to_dict(self) -> AmountChangeDict:
        """Return the amounts and their change under the names of the JSON contract."""
        return json_ready(
            {
                "before": self.before,
                "after": self.after,
                "change": self.change,
                "percent": self.percent,
            }
        )


@dataclass(frozen=True, slots=True)
class CodeChange:
    """How a code, or a row of it, differs.

    Attributes:
        hcpcs: the code.
        modifier: 26, TC or 53 for a row of its own, else empty.
        kind: whether it was added, deleted, changed, or only is paid differently.
        columns: the columns that changed, in the file's order; only of a changed code.
        amounts: what Medicare allows in the place, in each setting of the question, changed or not.
    """

    hcpcs: str
    modifier: str
    kind: Kind
    columns: tuple[ColumnChange, ...]
    amounts: tuple[AmountChange, ...]

    @property
    def code(self) -> str:
        """The code as people write it: `64493-26`."""
        return f"{self.hcpcs}-{self.modifier}" if self.modifier else self.hcpcs

    @property
    def differences(self) -> tuple[AmountChange, ...]:
        """The amounts that changed, or are only before or after."""
        return tuple(amount for amount in self.amounts if amount.differs)

    @property
    def rank(self) -> tuple[int, int]:
        """The key to sort by: the largest change of its amounts first."""
        return min(amount.rank for amount in self.amounts)

    def to_dict(self) -> CodeChangeDict:
        """Return the code and its changes under the names of the JSON contract."""
        return {
            "hcpcs": self.hcpcs,
            "modifier": self.modifier,
            "kind": self.kind.value,
            "columns": {column.name: column.to_dict() for column in self.columns},
            "amounts": {amount.setting.value: amount.to_dict() for amount in self.amounts},
        }


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """A locality that was added, deleted, or has other GPCIs; None where a release lacks it."""

    before: Locality | None
    after: Locality | None

    @property
    def place(self) -> Locality:
        """The locality as the later release has it, or else the earlier one."""
        place = self.after or self.before
        assert place is not None
        return place

    @property
    def kind(self) -> Kind:
        """Whether it was added, deleted or changed."""
        return (
            Kind.CHANGED
            if self.before and self.after
            else Kind.ADDED
            if self.after
            else Kind.DELETED
        )

    def to_dict(self) -> PlaceChangeDict:
        """Return the place and its GPCIs under the names of the JSON contract."""
        return json_ready(
            {
                **self.place.to_dict(),
                "locality_name": self.place.name,
                "kind": self.kind.value,
                "before": _gpcis(self.before),
                "after": _gpcis(self.after),
            }
        )


def _gpcis(place: Locality | None) -> dict[str, Decimal] | None:
    return {name: decimal(getattr(place, name), 3) for name in GPCIS} if place else None


def gpci_changes(before: Locality, after: Locality) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Yield the name of each GPCI that differs between two releases of a place, and both values."""
    for name in GPCIS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield name, decimal(old, 3), decimal(new, 3)


@dataclass(frozen=True, slots=True)
class Diff(RowResult):
    """The differences between two releases.

    Attributes:
        before: the first release.
        after: the second release.
        bases: whose conversion factor was used for each, `nonqp` or `qp`.
        here: the place of the dollars, as each release has it.
        localities: how many localities both have.
        places: the localities that differ.
        codes: the codes that differ, the largest change first.
        payments: by setting, how many payments both have over all localities, and how many differ.
        notes: what a person should know.
        unknown: why codes that were asked for are in neither release.
    """

    before: Release
    after: Release
    bases: tuple[str, str]
    here: tuple[Locality, Locality]
    localities: int
    places: tuple[PlaceChange, ...]
    codes: tuple[CodeChange, ...]
    payments: dict[Setting, PaymentCount]
    notes: tuple[Note, ...] = ()
    unknown: tuple[UnknownCodeError, ...] = ()

    @property
    def factors(self) -> tuple[Decimal, Decimal]:
        """The two conversion factors, in dollars."""
        before, after = (
            release.factors[basis]
            for release, basis in zip((self.before, self.after), self.bases, strict=True)
        )
        return decimal(before, 4), decimal(after, 4)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why codes are only paid differently in the place: the conversion factor, GPCIs."""
        gpcis = [
            name for name in GPCIS if getattr(self.here[0], name) != getattr(self.here[1], name)
        ]
        return (*(["conversion_factor"] if self.factors[0] != self.factors[1] else []), *gpcis)

    def reason(self, change: CodeChange) -> str:
        """Return what changed of a code: its columns, that it came or went, or what reprices it."""
        if change.columns:
            return ", ".join(map(str, change.columns))
        return change.kind if change.kind is not Kind.REPRICED else ", ".join(self.reasons)

    def rows(self) -> list[DiffRowDict]:
        """Return a row for each code and setting, changed in that setting or not, for `json.dumps`.

        The order is that of the table, the largest change first; the names are COLUMNS.
        """
        place = self.here[1]
        about = (self.before.label, self.after.label, place.mac, place.locality)
        changes = ((code, amount) for code in self.codes for amount in code.amounts)
        rows = (
            (
                *about,
                *(code.hcpcs, code.modifier, code.kind.value, amount.setting.value),
                *amount.to_dict().values(),
                "; ".join(map(str, code.columns)),
            )
            for code, amount in sorted(changes, key=lambda one: one[1].rank)
        )
        return [json_ready(dict(zip(COLUMNS, row, strict=True))) for row in rows]

    def _columns(self, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        return COLUMNS

    def to_dict(self) -> DiffDict:
        """Return the differences under the names of `feesync diff --json`, for `json.dumps`."""
        before, after = (
            {**release.source_dict(), "basis": basis, "conversion_factor": factor}
            for release, basis, factor in zip(
                (self.before, self.after), self.bases, self.factors, strict=True
            )
        )
        return json_ready(
            {
                "before": before,
                "after": after,
                "locality": self.here[1].to_dict(),
                "locality_changed": {
                    name: {"before": old, "after": new}
                    for name, old, new in gpci_changes(*self.here)
                },
                "localities_in_both": self.localities,
                "localities": [change.to_dict() for change in self.places],
                "counts": {kind.value: count_kind(self.codes, kind) for kind in Kind},
                "payments": {
                    setting.value: payments._asdict() for setting, payments in self.payments.items()
                },
                "codes": [code.to_dict() for code in self.codes],
                "notes": [note.to_dict() for note in self.notes],
                **({"unknown": [one.to_dict() for one in self.unknown]} if self.unknown else {}),
            }
        )


def count_kind(changes: Sequence[CodeChange] | Sequence[PlaceChange], kind: Kind) -> int:
    """Return how many changes are of a kind."""
    return sum(change.kind is kind for change in changes)
