"""Procedures: what is ranked as one.

A service by itself, or the shares of one operation that one practitioner has.

Shares (54, 55, 56) of one code, side and day are one procedure: it ranks by its whole fee, is
reduced, and then shared. That reductions come before the share is a reading: no text of CMS's says
so.

Source: Medicare Claims Processing Manual, chapter 12, sections 40.2, 40.4 (global surgery) and 40.6
(ranking, ties).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from feesync.model.money import SCALE, scaled
from feesync.model.note import Note
from feesync.pricing import limits, surgery
from feesync.pricing.modifiers import BOTH_SIDES, SHARES, SIDES, telling_apart
from feesync.pricing.service import Service
from feesync.pricing.surgery import OPERATION, POSTOPERATIVE, PREOPERATIVE
from feesync.pricing.units import Identity, descending_charge, identity

_SHARE_SOURCE = (
    "RVU record layout, Global Surgery; Claims Processing Manual ch. 12 s. 40.2 and 40.4"
)
_IN_ORDER = (OPERATION, POSTOPERATIVE, PREOPERATIVE)

Order = tuple[int, int, tuple[bool, int], list[Identity], int]


class Procedure:
    """Services that are ranked as one procedure.

    Attributes:
        services: one, or the shares of an operation.
    """

    __slots__ = ("services",)

    def __init__(self, services: list[Service]) -> None:
        self.services = services

    @property
    def hcpcs(self) -> str:
        """The code."""
        return self.services[0].rate.hcpcs

    @property
    def count(self) -> int:
        """How many equal procedures it stands for."""
        return self.services[0].count

    @property
    def amount(self) -> int:
        """What it ranks by, in cents: the whole fee, of which each service may have a share."""
        return max(service.amount for service in self.services)

    @property
    def lines(self) -> frozenset[int]:
        """The indexes of the lines that it belongs to."""
        return frozenset(index for service in self.services for index in service.lines)

    def order(self, amount: int) -> Order:
        """Return a key for the order of procedures by an amount, the highest first.

        No place in a claim decides.

        Equal amounts go by what is payable after all later steps, then by the charge, the highest
        first and an unstated one above any, then by what the lines say. The manual's order by
        charge is that of equal procedures; where more is left of one of them (it has no co-surgeon,
        say) that goes first, so that a higher charge never lowers a sum.
        """
        return (*order(self.services, amount), self.count)


def order(
    services: Sequence[Service], amount: int
) -> tuple[int, int, tuple[bool, int], list[Identity]]:
    """Return the key of `Procedure.order` for services together."""
    charges = [service.charge for service in services]
    charge = None if None in charges else sum(charge or 0 for charge in charges)
    payable = sum(_payable(service) for service in services)
    return (
        -amount,
        -payable,
        descending_charge(charge),
        sorted(identity(service.program) for service in services),
    )


def _payable(service: Service) -> int:
    """Return what is left of the amount of a service after the steps that follow the ranking, in cents."""
    cents = service.amount
    for adjustment in (*service.program.role, *service.program.later):
        cents = scaled(cents, adjustment.factor)
    return cents


def procedures(services: Sequence[Service]) -> list[Procedure]:
    """Return the procedures of services.

    Shares of one operation together, each other service by itself.
    """
    shares = [service for service in services if SHARES.intersection(service.line.modifiers)]
    found = [
        Procedure([service])
        for service in services
        if not SHARES.intersection(service.line.modifiers)
    ]
    operations: dict[object, list[Procedure]] = {}
    for service in sorted(shares, key=_share_order):
        key = service.line.hcpcs, telling_apart(service.line.modifiers) - SHARES - {BOTH_SIDES}
        among = operations.setdefault(key, [])
        operation = next((operation for operation in among if _belongs(service, operation)), None)
        if operation:
            operation.services.append(service)
        else:
            among.append(Procedure([service]))
    return [*found, *(operation for among in operations.values() for operation in among)]


def _share(service: Service) -> str:
    (share,) = SHARES.intersection(service.line.modifiers)
    return share


def _share_order(service: Service) -> tuple[object, ...]:
    return (
        _IN_ORDER.index(_share(service)),
        -(service.program.days or 0),
        not service.both,
        descending_charge(service.charge),
        identity(service.program),
        service.count,
    )


def _sides(service: Service) -> frozenset[str]:
    return (
        SIDES
        if service.pooled or BOTH_SIDES in service.line.modifiers
        else SIDES.intersection(service.line.modifiers)
    )


def _belongs(service: Service, operation: Procedure) -> bool:
    """Tell whether a share is of an operation: of its side, and not a share that it has already."""
    others = operation.services
    own, share = _sides(service), _share(service)
    if others[0].count != service.count or not any(
        own == _sides(other) or own & _sides(other) for other in others
    ):
        return False
    same = [other for other in others if _share(other) == share]
    if share != POSTOPERATIVE:
        return not same
    days = sum(other.program.days or 0 for other in (service, *same))
    return days <= surgery.GLOBAL_DAYS[service.rate.global_days]


def settle_shares(operations: Iterable[Procedure]) -> None:
    """Hold the shares of an operation within the whole.

    54 holds what 56 pays for, and roundings up do not add a cent.
    """
    for operation in operations:
        services = (
            sorted(operation.services, key=_share_order) if len(operation.services) > 1 else []
        )
        left = max((_whole(service, SCALE) for service in services), default=0)
        for service in services:
            share = _share(service)
            most = left
            if share == POSTOPERATIVE:
                same = [other for other in services if _share(other) == share]
                spent = sum(other.amount for other in same[: same.index(service)])
                most = min(left, _whole(service, service.rate.postoperative * SCALE // 100) - spent)
            if share == PREOPERATIVE and _share(services[0]) == OPERATION:
                most = 0
                text = (
                    "Modifier 56 beside 54 pays nothing: 54 holds the share of the care before "
                    "the operation."
                )
                service.notes.append(
                    Note.warning("preoperative-care-included", text, _SHARE_SOURCE)
                )
            if service.amount > most:
                reason = (
                    "the shares of one operation are at most the whole"
                    if most
                    else "modifier 54 of the operation holds it"
                )
                service.lower("shares together", most, reason, _SHARE_SOURCE)
            left -= service.amount


def _whole(service: Service, share: int) -> int:
    """Return what a share of the operation, in ten-thousandths, comes to after the same steps as a service."""
    names = [mark.name for mark in service.marks]
    at = names.index("global share")
    cents = scaled(service.marks[at - 1].cents if at else service.start, share)
    line = service.line
    for adjustment in service.program.later:
        cents = scaled(cents, adjustment.factor)
    if line.nonpar:
        cents = scaled(cents, limits.NONPARTICIPATING.factor)
    return scaled(cents, line.contract.factor) if line.contract else cents
