"""Endoscopies: in a family the highest is paid in full, each other less the fee of the base.

The families then rank with the other procedures. The fee of the base (the diagnostic endoscopy that
the others include) is subtracted for the same sides, by the base's own bilateral indicator; no text
of CMS's settles that. Source: CMS record layout of the relative value file, Multiple Procedure,
indicator 3, and Endoscopic Base Codes; Medicare Claims Processing Manual, chapter 12, section 40.6.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from feesync.errors import of_line
from feesync.model.money import SCALE, scaled
from feesync.model.note import Note
from feesync.pricing import bilateral
from feesync.pricing.line import AMOUNT
from feesync.pricing.modifiers import SIDES
from feesync.pricing.procedures import Order, Procedure, order
from feesync.pricing.rows import RateLookup
from feesync.pricing.service import Service

STEP = "endoscopy"
"""The name of the step."""

_SOURCE = (
    "RVU record layout, Multiple Procedure, indicator 3; Claims Processing Manual ch. 12 s. 40.6"
)
_NAMES = {"RT": "right", "LT": "left"}


class Family:
    """Procedures that rank as one: the endoscopies of a base with that base, or a single procedure.

    Attributes:
        procedures: those in it.
        base: the code of the base, empty for a single procedure.
    """

    __slots__ = ("base", "procedures")

    def __init__(self, base: str, procedures: list[Procedure]) -> None:
        self.base: str = base
        self.procedures: list[Procedure] = procedures

    @classmethod
    def of_one(cls, procedure: Procedure) -> Family:
        """Return a single procedure, or an endoscopy as the first of its family.

        A code that names itself as its base is a base, and has none.
        """
        base = procedure.services[0].rate.endoscopic_base
        return cls("" if base == procedure.hcpcs else base, [procedure])

    @property
    def count(self) -> int:
        """How many ranks it takes: one, unless it is a block of equal procedures."""
        return 1 if self.base else self.procedures[0].count

    @property
    def amount(self) -> int:
        """The amount that it ranks by, in cents: the sum of its procedures."""
        if not self.base:
            return self.procedures[0].amount
        return sum(one.amount * one.count for one in self.procedures)

    @property
    def services(self) -> list[Service]:
        """All services in it."""
        return [service for procedure in self.procedures for service in procedure.services]

    def order(self) -> Order:
        """Return the key to sort families by: their sum, then as in `Procedure.order`."""
        if not self.base:
            return self.procedures[0].order(self.amount)
        return (*order(self.services, self.amount), 1)


def families(ranked: Sequence[Family]) -> list[Family]:
    """Return the families of procedures: endoscopies of one base, and the base with them."""
    by_base: dict[str, Family] = {}
    for family in ranked:
        if family.base:
            by_base.setdefault(family.base, Family(family.base, [])).procedures.extend(
                family.procedures
            )
    alone = []
    for family in ranked:
        hcpcs = family.procedures[0].hcpcs
        if not family.base and hcpcs in by_base:
            by_base[hcpcs].procedures.extend(family.procedures)
        elif not family.base:
            alone.append(family)
    return [*alone, *by_base.values()]


def reduce(family: Family, rates: RateLookup) -> None:
    """Pay the highest endoscopy of a family in full, and each other less the fee of the base.

    The base itself is not paid.

    Raises:
        UnknownCodeError: there is no rate for the base.
    """
    if not family.base or sum(procedure.count for procedure in family.procedures) < 2:
        return
    others = [procedure for procedure in family.procedures if procedure.hcpcs != family.base]
    first = min(others, key=lambda procedure: procedure.order(procedure.amount))
    with of_line(min(min(procedure.lines) for procedure in family.procedures)):
        base = rates.rate(family.base, "", family.services[0].line)
    for procedure in family.procedures:
        if procedure is first:
            continue
        for service in procedure.services:
            worth = base.in_setting(service.line.setting)
            both = bilateral.factor(base.indicators, service.line.day)
            factor = both if service.both else SCALE
            less = scaled(worth.fee, factor)
            if procedure.hcpcs == family.base:
                service.replace(
                    STEP,
                    0,
                    Fraction(0),
                    f"the base of its family, {family.base}, is paid with the other",
                    _SOURCE,
                )
            else:
                reason = (
                    f"endoscopy of the family of {family.base}: its amount less the base's, "
                    f"{AMOUNT}"
                )
                share = Fraction(0)
                if service.exact:
                    share = max(share, 1 - Fraction(worth.exact * factor, SCALE) / service.exact)
                rest = max(0, service.amount - less)
                service.replace(STEP, rest, share, reason, _SOURCE, amounts=(less,))
                if service.both:
                    service.notes.append(_both_sides(family.base, base.bilateral))
            if service.amount == 0:
                service.notes.append(_nothing_left(service, first))


def _both_sides(base: str, indicator: str) -> Note:
    text = (
        f"The base {base} is taken off as it is worth for both sides by its own bilateral "
        f"indicator ({indicator}); no text of "
        "CMS's settles that, and one contractor paid less in 2020."
    )
    return Note.info("endoscopy-both-sides", text, _SOURCE)


def _nothing_left(service: Service, first: Procedure) -> Note:
    code, other = service.rate.hcpcs, first.services[0]
    own, beside = (set(SIDES.intersection(each.line.modifiers)) for each in (service, other))
    text = (
        f"{code} is paid with {first.hcpcs}, the other endoscopy of its family, and nothing is "
        "left of it"
    )
    if len(own) == 1 and len(beside) == 1 and own != beside:
        sides = f"{_NAMES[own.pop()]} side, {first.hcpcs} on the {_NAMES[beside.pop()]}"
        text += (
            f"; it is on the {sides}: payers that pay both sides ask for RT and LT with 59 or "
            f"XS on {code}"
        )
    text += "."
    return Note.info("endoscopy-nothing-left", text, _SOURCE)
