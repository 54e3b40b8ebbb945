"""Sessions of facet joint procedures, by day, region of the spine and kind."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from feesync.coverage import facts

DIAGNOSTIC_MODIFIER = "KX"
"""The modifier of a diagnostic injection; an injection without it counts as therapeutic."""


class DatedLine(NamedTuple):
    """A code with its modifiers, on its day."""

    day: date
    hcpcs: str
    modifiers: tuple[str, ...]


class Session(NamedTuple):
    """The facet joint procedures of one kind on one day in one region of the spine."""

    day: date
    region: str
    kind: str


def sessions(lines: Iterable[DatedLine], purpose: str | None = None) -> list[Session]:
    """Return the sessions of lines, each once; lines of other codes have none.

    Args:
        lines: of any days.
        purpose: `diagnostic` or `therapeutic`, of all injections; None to read it from the
            modifiers: with KX diagnostic, without it therapeutic.
    """
    by_day: dict[date, list[DatedLine]] = {}
    for line in lines:
        if line.hcpcs in facts.codes():
            by_day.setdefault(line.day, []).append(line)
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


def _of_day(day: date, lines: list[DatedLine], purpose: str | None) -> Iterable[Session]:
    codes = facts.codes()
    for ablation in (False, True):
        own = [line for line in lines if (codes[line.hcpcs].kind != facts.INJECTION) == ablation]
        region = regions({line.hcpcs for line in own}, day)
        for line in own:
            by_modifier = (
                facts.DIAGNOSTIC if DIAGNOSTIC_MODIFIER in line.modifiers else facts.THERAPEUTIC
            )
            yield Session(
                day, region[line.hcpcs], facts.ABLATION if ablation else purpose or by_modifier
            )
