"""Sessions of facet joint procedures: by the region of the spine, and by what they are for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from feesync.coverage import facts

DIAGNOSTIC_MODIFIER = "KX"
"""Marks the line of a diagnostic injection; one without it counts as therapeutic."""


class Service(NamedTuple):
    """A code with its modifiers, as it was or is billed on a day."""

    day: date
    hcpcs: str
    modifiers: tuple[str, ...]


class Session(NamedTuple):
    """The facet joint procedures of one day in one region of the spine, for one end."""

    day: date
    region: str
    kind: str


def sessions(services: Iterable[Service], purpose: str | None = None) -> list[Session]:
    """Return the sessions that services stand for, each once.

    Other services than facet joint procedures are none.

    Args:
        services: of any days.
        purpose: what the injections are for; where it is not said, KX says diagnostic, and its
            absence therapeutic.
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

    Codes at the junction of two regions are of one together.
    """
    found = {code: facts.codes()[code].region for code in hcpcs}
    joined = next(
        (pair for pair in facts.junctions() if pair.hcpcs == found.keys() and day >= pair.first),
        None,
    )
    return dict.fromkeys(found, joined.region) if joined else found


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
            told = (
                facts.DIAGNOSTIC if DIAGNOSTIC_MODIFIER in service.modifiers else facts.THERAPEUTIC
            )
            yield Session(
                day, region[service.hcpcs], facts.ABLATION if ablation else purpose or told
            )
