"""Both sides: modifier 50, RT with LT, or two units, by the bilateral indicator of the code.

Source: CMS record layout of the relative value file, field Bilateral Surgery (Modifier 50); Medicare Claims Processing Manual,
chapter 12, section 40.7.
"""

from __future__ import annotations

from feesync.errors import ModifierError
from feesync.pricing.line import Adjustment, Line, Note
from feesync.pricing.modifiers import SIDES, sites
from feesync.rate import Rate

_SOURCE = "RVU record layout, Bilateral Surgery (Modifier 50); Claims Processing Manual ch. 12 s. 40.7"
_ADD_ON = "ZZZ"
_FACTORS = {"0": 10_000, "1": 15_000, "2": 10_000, "3": 20_000}
_REASONS = {
    "0": "indicator 0: 100 % for one side, whatever is reported",
    "1": "indicator 1: 150 % of the fee for both sides",
    "2": "indicator 2: the relative values are for both sides already, 100 % once",
    "3": "indicator 3: 100 % for each side",
}


def adjustments(rate: Rate, line: Line) -> tuple[list[Adjustment], list[Note]]:
    """Return what both sides and units do to the fee of a line.

    Raises:
        ModifierError: 50, or RT with LT, on a code to which sides do not apply (indicator 9).
    """
    sides = set(line.modifiers) >= SIDES
    if "50" not in line.modifiers and not sides:
        return _units_alone(rate, line), []
    how = "modifier 50" if "50" in line.modifiers else "RT and LT"
    if rate.bilateral not in _FACTORS:
        raise ModifierError(
            f"{how} does not apply to {line.hcpcs}: bilateral indicator {rate.bilateral}, the concept does not apply"
        )
    both = Adjustment("bilateral", _FACTORS[rate.bilateral], f"{how}, {_REASONS[rate.bilateral]}", _SOURCE)
    if rate.bilateral in ("0", "2"):
        text = f"Contractors return {how} on bilateral indicator {rate.bilateral}; {line.hcpcs} is priced at 100 % once."
        return [both], [Note.warning("bilateral-not-payable", text, _SOURCE)]
    if line.paired and line.units > 2:
        return [both, _units(line.units // 2)], []
    if sides and line.units > 2:
        raise ModifierError(f"RT and LT with {line.units} units: it cannot be told how many are on each side; give a line per side")
    if sides or line.units == 1:
        return [both], []
    text = f"Modifier 50 with {line.units} units is priced as {line.units} bilateral procedures; one bilateral procedure is 1 unit."
    return [both, _units(line.units)], [Note.warning("bilateral-units", text, _SOURCE)]


def _units_alone(rate: Rate, line: Line) -> list[Adjustment]:
    if line.units == 1:
        return []
    one_site = SIDES & set(line.modifiers) or sites(line.modifiers)
    reported_twice = line.units == 2 and not one_site and rate.global_days != _ADD_ON
    if reported_twice and rate.bilateral in ("1", "2", "3"):
        return [Adjustment("bilateral", _FACTORS[rate.bilateral], f"2 units, {_REASONS[rate.bilateral]}", _SOURCE)]
    return [_units(line.units)]


def _units(units: int) -> Adjustment:
    return Adjustment("units", units * 10_000, f"{units} units", "Claims Processing Manual ch. 26 s. 10.4, item 24G")
