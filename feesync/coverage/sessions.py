"""Sessions of facet joint procedures, by day, region of the spine and kind."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from feesync.coverage import facts

DIAGNOSTIC_MODIFIER = "KX"
"""The modifier of a diagnostic injection; an injection without it counts as therapeutic."""


class Service(NamedTuple):
    """A code with its modifiers, billed on a day."""

    day: date
    hcpcs: str
    modifiers: tuple[str, ...]


class Session(NamedTuple):
    """The facet joint procedures of one kind on one day in one region of the spine."""

    day: date
    region: str
    kind: str


def sessions(services: Iterable[Service], purpose: str | None = None) -> list[Session]:
    """Return the sessions of services, each once; services of other kinds have none.

    Args:
        services: of any days.
        purpose: `diagnostic` or `therapeutic`, of all injections; None to read it from the
            modifiers: with KX diagnostic, without it therapeutic.
    """
    by_day: dict[date, list[Service]] = {}
    for service in services:
        if service.hcpcs in facts.codes():
            by_day.setdefault(service.day, []).append(service)
    return list(
        dict.fromkeys(
            session for day, own in by_day.items() for session in _of_day(day, own, purpose)
        )
    )


def regions(hcpcs: Collection[str], day: date) -> dict[str, str]:
    """Return the region of each facet joint code of a day.

    Codes at the junction of two regions have one region together.
    """
    by_code = {code: facts.codes()[code].region for code in hcpcs}
    junction = next(
        (
            junction
            for junction in facts.junctions()
            if junction.hcpcs == by_code.keys() and day >= junction.first
        ),
        None,
    )
    return dict.fromkeys(by_code, junction.region) if junction else by_code


def _of_day(day: date, services: list[Service], purpose: str | None) -> Iterable[Session]:
    codes = facts.codes()
    for ablation in (False, True):
        own = [
            service
            for service in services
            if (codes[service.hcpcs].kind != facts.INJECTION) == ablation
        ]
        region = regions({service.hcpcs for service in own}, day)
        for service in own:
            by_modifier = (
                facts.DIAGNOSTIC if DIAGNOSTIC_MODIFIER in service.modifiers else facts.THERAPEUTIC
            )
            yield Session(
                day, region[service.hcpcs], facts.ABLATION if ablation else purpose or by_modifier
            )
