"""Procedures, the units of ranking: a service, or the shares of one operation.

Shares (54, 55, 56) of one code, side and day are one procedure: it ranks by its whole fee, is
reduced, and is then shared. That reductions come before the share is a reading: no text of CMS's
says so. Source: Medicare Claims Processing Manual, chapter 12, sections 40.2, 40.4 (global surgery)
and 40.6 (ranking, ties).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TypeVar

from feesync.model.money import SCALE, scaled
from feesync.model.note import Note
from feesync.pricing import surgery
from feesync.pricing.modifiers import ANOTHER_SERVICE, BOTH_SIDES, SHARES, SIDES, telling_apart
from feesync.pricing.service import Service
from feesync.pricing.surgery import OPERATION, POSTOPERATIVE, PREOPERATIVE
from feesync.pricing.units import ChargeKey, Identity, descending_charge, identity

STEP = "shares together"
"""The name of the step."""

_SHARE_SOURCE = (
    "RVU record layout, Global Surgery; Claims Processing Manual ch. 12 s. 40.2 and 40.4"
)
_PRE_SOURCE = (
    "Claims Processing Manual ch. 12 s. 40.4, which prices 54 and 55; data of the RVU file"
)
_IN_ORDER = (OPERATION, POSTOPERATIVE, PREOPERATIVE)

_Ranked = TypeVar("_Ranked")
Order = tuple[int, int, ChargeKey, list[Identity], int]


class Procedure:
    """Services that are ranked as one procedure.

    Attributes:
        services: one, or the shares of an operation.
    """

    __slots__ = ("services",)

    def __init__(self, services: list[Service]) -> None:
        self.services: list[Service] = services

    @property
    def hcpcs(self) -> str:
        """The code."""
        return self.services[0].rate.hcpcs

    @property
    def count(self) -> int:
        """How many equal procedures it is."""
        return self.services[0].count

    @property
    def amount(self) -> int:
        """The amount that it ranks by, in cents: the whole fee, even of shares of an operation."""
        return max([service.amount for service in self.services])

    @property
    def lines(self) -> frozenset[int]:
        """The numbers of its lines."""
        return frozenset(number for service in self.services for number in service.lines)

    def order(self, amount: int) -> Order:
        """Return a key to sort procedures by an amount, the highest first.

        Equal amounts are sorted by the final amount after all later steps, then by the charge, the
        highest first and an unstated one above any, then by what the lines say; places in the claim
        do not count. The manual's order by charge is for equal procedures. Where more is left of
        one of them (it has no co-surgeon, for example), it comes first, so that a higher charge
        never lowers a sum.
        """
        return (*order(self.services, amount), self.count)


def order(services: Sequence[Service], amount: int) -> tuple[int, int, ChargeKey, list[Identity]]:
    """Return the key of `Procedure.order` for several services together."""
    charges = [service.charge for service in services]
    charge = None if None in charges else sum(charge or 0 for charge in charges)
    payable = sum(_payable(service) for service in services)
    return (
        -amount,
        -payable,
        descending_charge(charge),
        sorted(identity(service.line) for service in services),
    )


def by_amount(
    ranked: Sequence[_Ranked], amounts: Sequence[int], key: Callable[[_Ranked], object]
) -> list[_Ranked]:
    """Return what is ranked, the highest amount first.

    Args:
        ranked: what is ranked.
        amounts: the amount of each in cents.
        key: returns the whole key, as `Procedure.order`, by which equal amounts are sorted.
    """
    if len(set(amounts)) < len(amounts):
        return sorted(ranked, key=key)  # type: ignore[arg-type]
    by = dict(zip(amounts, ranked, strict=True))
    return [by[amount] for amount in sorted(by, reverse=True)]


def _payable(service: Service) -> int:
    """Return the final amount of a service, after the steps that follow the ranking, in cents."""
    cents = service.amount
    for adjustment in (*service.program.role, *service.program.later):
        cents = scaled(cents, adjustment.factor)
    return cents


def procedures(services: Sequence[Service]) -> list[Procedure]:
    """Return the procedures of services: the shares of one operation together, others alone."""
    shares: list[Service] = []
    singles: list[Procedure] = []
    for service in services:
        if SHARES.isdisjoint(service.line.modifiers):
            singles.append(Procedure([service]))
        else:
            shares.append(service)
    if not shares:
        return singles
    operations: dict[object, list[Procedure]] = {}
    for service in sorted(shares, key=_share_order):
        key = service.line.hcpcs, telling_apart(service.line.modifiers) - SHARES - {BOTH_SIDES}
        among = operations.setdefault(key, [])
        own = [operation for operation in among if _belongs(service, operation)]
        roomy = (operation for operation in own if _has_room(service, operation))
        apart = ANOTHER_SERVICE.intersection(service.line.modifiers)
        operation = next(roomy, own[0] if own and not apart else None)
        if operation:
            operation.services.append(service)
        else:
            among.append(Procedure([service]))
    return [*singles, *(operation for among in operations.values() for operation in among)]


def _share(service: Service) -> str:
    (share,) = SHARES.intersection(service.line.modifiers)
    return share


def _share_order(service: Service) -> tuple[object, ...]:
    """Return the key by which shares find their operation.

    Those that say that they are of another service (76, 59) come after the others, whatever is
    charged: they begin an operation of their own where the days of the first are used up.
    """
    return (
        _IN_ORDER.index(_share(service)),
        not ANOTHER_SERVICE.isdisjoint(service.line.modifiers),
        -_days(service),
        not service.both,
        descending_charge(service.charge),
        identity(service.line),
        service.count,
    )


def _days(service: Service) -> int:
    """Return the days of care that a share pays for, 0 of other shares than 55."""
    return service.program.days or 0


def _sides(service: Service) -> frozenset[str]:
    """Return the sides of a share, as its lines name them; both where it is two units."""
    if service.by_two_lines or BOTH_SIDES in service.line.modifiers:
        return SIDES
    return SIDES.intersection(service.line.modifiers) or (_UNNAMED if service.both else _ONE)


_ONE = frozenset({"a side"})
_UNNAMED = _ONE | {"the other side"}


def _of(share: str, services: Iterable[Service]) -> list[Service]:
    return [service for service in services if _share(service) == share]


def _belongs(service: Service, operation: Procedure) -> bool:
    """Tell whether a share belongs to an operation: it is of its side, and the operation lacks it.

    Days of care beyond the global period still belong to the operation, unless there is another.
    """
    others = operation.services
    if others[0].count != service.count or not any(
        _sides(service) & _sides(other) for other in others
    ):
        return False
    return _share(service) == POSTOPERATIVE or not _of(_share(service), others)


def _has_room(service: Service, operation: Procedure) -> bool:
    """Tell whether the days of a share fit in the rest of an operation's global period."""
    return _share(service) != POSTOPERATIVE or _days(service) <= _days_left(
        service, _of(POSTOPERATIVE, operation.services), _capacity(operation)
    )


def _capacity(operation: Procedure) -> frozenset[str]:
    return frozenset(side for service in operation.services for side in _sides(service))


def _days_left(service: Service, before: Iterable[Service], capacity: frozenset[str]) -> int:
    """Return how many days of care are left for a share after earlier ones.

    It is the least of its sides; shares that name no side use up those of all sides in turn.
    """
    days = surgery.GLOBAL_DAYS[service.rate.global_days]
    own = _sides(service)
    if own <= _UNNAMED and capacity <= _UNNAMED:
        spent = sum(_days(other) * len(_sides(other)) for other in before)
        return max(0, days * len(capacity | own) - spent) // len(own)
    return min(
        max(0, days - sum(_days(other) for other in before if side in _sides(other)))
        for side in own
    )


def settle_shares(operations: Iterable[Procedure]) -> None:
    """Limit the shares of each operation to the whole, by side and by days.

    54 includes what 56 pays for, days of care beyond the global period pay nothing, and rounding up
    does not add a cent.
    """
    for operation in operations:
        services = sorted(operation.services, key=_share_order)
        remainder = max(_whole(service, SCALE) for service in services)
        care = max(
            _whole(service, service.rate.postoperative * SCALE // 100) for service in services
        )
        for service in services:
            if _share(service) == POSTOPERATIVE:
                before = _of(POSTOPERATIVE, services[: services.index(service)])
                _limit(service, min(remainder, care), _WITHIN)
                _settle_days(service, before, _capacity(operation))
                care -= service.amount
            elif _share(service) == PREOPERATIVE:
                _settle_care_before(service, _of(OPERATION, services))
                _limit(service, remainder, _WITHIN)
            else:
                _limit(service, remainder, _WITHIN)
            remainder -= service.amount


_WITHIN = "the shares of one operation are at most the whole"


def _limit(service: Service, most: int, reason: str) -> None:
    if service.amount > most:
        service.lower(STEP, most, reason, _SHARE_SOURCE)


def _settle_days(service: Service, before: list[Service], capacity: frozenset[str]) -> None:
    """Limit days of care to the global period: those beyond it pay nothing."""
    days, remainder = _days(service), _days_left(service, before, capacity)
    if days <= remainder:
        return
    longest = surgery.GLOBAL_DAYS[service.rate.global_days]
    most = _whole(service, Fraction(service.rate.postoperative * SCALE * remainder, 100 * longest))
    others = " and ".join(
        str(number) for number in sorted({line for other in before for line in other.lines})
    )
    text = (
        f"{days - remainder} of {days} days of care pay nothing: with line {others} they are "
        f"beyond the {longest} days of the global period of {service.rate.hcpcs}."
    )
    service.notes.append(Note.warning("postoperative-days-beyond", text, _SHARE_SOURCE))
    _limit(service, most, f"{days - remainder} days are beyond the global period")


def _settle_care_before(service: Service, operations: list[Service]) -> None:
    """Pay the care before an operation only for the sides that another practitioner operates on."""
    covered = frozenset(side for other in operations for side in _sides(other))
    uncovered = _sides(service) - covered
    if uncovered:
        text = (
            "Modifier 56 alone: the share of the care before the operation; Medicare's manual "
            "prices 54, which holds it, and 55, and contractors may pay nothing for 56."
        )
        service.notes.append(Note.warning("preoperative-care", text, _PRE_SOURCE))
    if covered & _sides(service):
        text = (
            "Modifier 56 beside 54 pays nothing: 54 holds the share of the care before the "
            "operation."
        )
        service.notes.append(Note.warning("preoperative-care-included", text, _SHARE_SOURCE))
        most = service.other_side(service.amount) if uncovered else 0
        _limit(service, most, "modifier 54 of the operation holds it")


def _whole(service: Service, share: int | Fraction) -> int:
    """Return what a share of the operation is worth after the steps of a service."""
    names = [mark.name for mark in service.marks]
    at = names.index(surgery.GLOBAL_SHARE)
    cents = scaled(service.marks[at - 1].cents if at else service.start, share)
    for adjustment in (*service.program.later, *service.program.last):
        cents = scaled(cents, adjustment.factor)
    return cents
