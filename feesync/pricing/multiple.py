"""Several procedures by one practitioner for one patient on one day: what each is paid beside the others.

The multiple procedure indicator of a code says which rule applies; lines without an amount take no part. Add-ons (global period
ZZZ) have indicator 0: neither ranked nor reduced.

Source: CMS record layout of the relative value file, Multiple Procedure (Modifier 51) and Diagnostic Imaging Family Indicator;
Medicare Claims Processing Manual, chapter 12, section 40.6 (surgery, endoscopy), chapter 5, section 10.7 (therapy).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from feesync.money import SCALE, dollars, half_up
from feesync.pricing.line import Adjustment, Note
from feesync.pricing.service import Service, has_technical_part
from feesync.rate import Rate

SURGERY, ENDOSCOPY, IMAGING, THERAPY, CARDIOVASCULAR, OPHTHALMOLOGY = "234567"
"""Multiple procedure indicators whose rules apply."""

_SURGERY_SOURCE = "RVU record layout, Multiple Procedure, indicator 2; Claims Processing Manual ch. 12 s. 40.6"
_ENDOSCOPY_SOURCE = "RVU record layout, Multiple Procedure, indicator 3; Claims Processing Manual ch. 12 s. 40.6"
_THERAPY_SOURCE = "RVU record layout, Multiple Procedure, indicator 5; Claims Processing Manual ch. 5 s. 10.7"
_MOST_RANKED = 5
_EXACT_TO_CENTS = 10_000_000
_PROFESSIONAL_OFF = ((date(2012, 1, 1), 25), (date(2017, 1, 1), 5))
"""Percent less of the professional part of the second and further imaging services."""


def needs_parts(rate: Rate) -> bool:
    """Tell whether the rule of a code takes from its technical part, so that its rates may be needed."""
    return rate.multiple_procedure in (IMAGING, CARDIOVASCULAR, OPHTHALMOLOGY)


def endoscopic_bases(services: Sequence[Service]) -> list[str]:
    """Return the endoscopic base of each service that has others of its family beside it; else an empty text."""
    members = Counter(base for service in services for base in {service.rate.endoscopic_base, service.rate.hcpcs})
    return [base if base and members[base] > 1 else "" for base in (service.rate.endoscopic_base for service in services)]


def apply(services: Sequence[Service], bases: Mapping[str, Rate]) -> dict[int, int]:
    """Take the steps of the rules for multiple procedures.

    Args:
        services: those of one claim, in its order, with the steps before these.
        bases: the rates of the endoscopic bases that `endoscopic_bases` names.

    Returns:
        The rank of each service that a rule ranked, by its index; 1 is paid in full.
    """
    paid = {index: service for index, service in enumerate(services) if not service.denials}
    of = {indicator: _of(paid, indicator) for indicator in "234567"}
    ranks = _surgery([*_families(of[SURGERY], of[ENDOSCOPY], bases)])
    ranks |= _imaging(of[IMAGING])
    ranks |= _therapy(of[THERAPY])
    for indicator, percent, name in ((CARDIOVASCULAR, 25, "cardiovascular"), (OPHTHALMOLOGY, 20, "ophthalmology")):
        ranks |= _technical(of[indicator], indicator, percent, name)
    return ranks


_Services = dict[int, Service]


def _of(services: _Services, indicator: str) -> _Services:
    return {index: service for index, service in services.items() if service.rate.multiple_procedure == indicator}


def _ranked(services: _Services, by: Callable[[Service], int | Fraction]) -> list[int]:
    """Return the indexes by descending amount; of equal ones the earlier line first."""
    return sorted(services, key=lambda index: (-by(services[index]), index))


def _families(surgery: _Services, endoscopies: _Services, bases: Mapping[str, Rate]) -> Iterable[_Services]:
    """Yield what is ranked as one: single procedures, and endoscopies of one base after the rule within their family."""
    families: dict[str, _Services] = {}
    for index, service in endoscopies.items():
        families.setdefault(service.rate.endoscopic_base, {})[index] = service
    for index, service in surgery.items():
        if service.rate.hcpcs in families:
            families[service.rate.hcpcs][index] = service
        else:
            yield {index: service}
    for base, family in families.items():
        _endoscopies(base, family, bases)
        yield family


def _endoscopies(base: str, family: _Services, bases: Mapping[str, Rate]) -> None:
    """Pay the highest endoscopy of a family in full, each other less the base's fee, and the base itself not at all."""
    others = {index: service for index, service in family.items() if service.rate.hcpcs != base}
    first = _ranked(others, lambda service: service.amount)[0]
    for index, service in family.items():
        if index == first:
            continue
        taken = bases[base].in_setting(service.line.setting)
        less, share = taken.fee, Fraction(1)
        for step_factor in service.factors:
            less = half_up(less * step_factor, SCALE)
        if service.rate.hcpcs == base:
            reason, amount = f"the base of its family, {base}, is paid with the other endoscopy", 0
        else:
            amount = max(0, service.amount - less)
            reason = f"endoscopy of the family of {base}: its amount less the base's, {dollars(less)}"
            share = min(Fraction(1), Fraction(taken.exact, service.taken.exact or 1))
        service.replace("endoscopy", amount, (1 - share) * SCALE, reason, _ENDOSCOPY_SOURCE)


def _surgery(procedures: list[_Services]) -> dict[int, int]:
    """Rank procedures and families by their amounts: the first in full, four more at 50 %, the others by report."""
    if not procedures:
        return {}
    ranks: dict[int, int] = {}
    ordered = sorted(procedures, key=lambda family: (-sum(service.amount for service in family.values()), min(family)))
    for rank, family in enumerate(ordered, start=1):
        for index, service in family.items():
            ranks[index] = rank
            if rank > _MOST_RANKED:
                text = f"Rank {rank} of multiple procedures is priced by report: the MAC sets the amount from the documentation."
                service.denials.append(Note.denial("by-report", text, _SURGERY_SOURCE))
            elif rank > 1:
                reason = f"rank {rank} of {len(ordered)} procedures of the day: 50 %"
                service.take(Adjustment("multiple procedure", 5_000, reason, _SURGERY_SOURCE))
    return ranks if len(ordered) > 1 else {}


def _imaging(services: _Services) -> dict[int, int]:
    """Rank the technical and the professional parts of imaging of one family, each by itself: the first of each in full."""
    ranks: dict[int, int] = {}
    for name in {service.rate.imaging_family for service in services.values()}:
        family = {index: service for index, service in services.items() if service.rate.imaging_family == name}
        if len(family) < 2:
            continue
        technical = _ranked({i: s for i, s in family.items() if s.technical}, lambda service: service.technical)
        professional = _ranked(
            {i: s for i, s in family.items() if s.technical < s.amount}, lambda service: service.amount - service.technical
        )
        day = next(iter(family.values())).line.day
        off = next((percent for since, percent in reversed(_PROFESSIONAL_OFF) if since <= day), 0)
        source = f"RVU record layout, Multiple Procedure, indicator {IMAGING}, and Diagnostic Imaging Family Indicator"
        for index, service in family.items():
            later = index in technical[1:], index in professional[1:]
            ranks[index] = 1 + min(part.index(index) for part in (technical, professional) if index in part)
            if any(later):
                factors = (5_000 if later[0] else SCALE), ((100 - off) * 100 if later[1] else SCALE)
                texts = ("50 % of the technical part", f"{off} % less of the professional part")
                said = [text for is_later, text in zip(later, texts, strict=True) if is_later]
                service.reduce_parts("multiple imaging", *factors, f"second or further imaging: {' and '.join(said)}", source)
    return ranks


def _therapy(services: _Services) -> dict[int, int]:
    """Pay the practice expense in full of the one unit of the day that has the highest, half of every other."""
    units = {index: _units(service) for index, service in services.items()}
    if sum(units.values()) < 2:
        return {}
    ordered = _ranked(services, lambda service: service.taken.pe_rvu)
    for index, service in services.items():
        reduced = units[index] - (index == ordered[0])
        if not reduced:
            continue
        taken, rate = service.taken, service.rate
        half_pe = Fraction(taken.pe_rvu * rate.pe_gpci * rate.conversion_factor, 2)
        each = taken.fee - half_up(taken.exact - half_pe, _EXACT_TO_CENTS)
        share = SCALE - SCALE * half_pe * reduced / (taken.exact * units[index])
        what = "its practice expense" if units[index] == 1 else f"the practice expense of {reduced} of {units[index]} units"
        reason = f"therapy beside other therapy of the day: 50 % of {what}"
        service.replace("multiple therapy", service.amount - reduced * each, share, reason, _THERAPY_SOURCE)
    return {index: rank for rank, index in enumerate(ordered, start=1)} if len(ordered) > 1 else {}


def _units(service: Service) -> int:
    return service.line.units if any(step.name == "units" for step in service.steps) else 1


def _technical(services: _Services, indicator: str, percent: int, name: str) -> dict[int, int]:
    """Take a percentage from the technical part of all but the service whose technical part is highest."""
    source = f"RVU record layout, Multiple Procedure, indicator {indicator}"
    parted = {index: service for index, service in services.items() if has_technical_part(service.rate)}
    if len(parted) < 2:
        return {}
    ordered = _ranked(parted, lambda service: service.technical)
    for index in ordered[1:]:
        reason = f"second or further {name} service: {percent} % less of the technical part"
        parted[index].reduce_parts(f"multiple {name}", (100 - percent) * 100, None, reason, source)
    return {index: rank for rank, index in enumerate(ordered, start=1)}
