"""The deductible and coinsurance of a line, which a preventive service or a modifier may waive.

A claim shows code, modifiers, day and the other lines. It does not show diagnosis, age and
frequency; what depends on them is a note. How an amount is split is decided in `payer`. Source: 42
USC 1395l (Social Security Act s. 1833); data/reference, preventive.csv and cost_sharing.csv.
"""

from collections.abc import Collection, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

from feesync.model.money import decimal_percent
from feesync.model.note import Note
from feesync.pricing.line import Line
from feesync.reference.cost_sharing import (
    CostSharing,
    cost_sharings,
    preventive_codes,
    preventive_cost_sharings,
)

PREVENTIVE = "33"
"""The modifier of a preventive service, which counts only on the codes of Medicare's list."""

_LIST = "data/reference/preventive.csv"


class PatientShare(NamedTuple):
    """What a patient owes of a line.

    Whether the deductible applies, and the coinsurance in ten-thousandths.
    """

    deductible: bool
    coinsurance: int
    notes: Sequence[Note]


def patient_share(line: Line, beside: Collection[str]) -> PatientShare:
    """Return the deductible and coinsurance of a line.

    Where several rules hold, it is the one by which the patient owes least.

    Args:
        line: the line.
        beside: the codes of the lines of its claim that have a price.
    """
    if has_standard_share(line.hcpcs, line.modifiers):
        return standard_share(line.terms.day)
    general = [
        rule for rule in cost_sharings() if _in_force(rule, line) and _is_about(rule, line.hcpcs)
    ]
    standard = next(rule for rule in general if not rule.modifier)
    of_code = [rule for rule in preventive_cost_sharings(line.hcpcs) if _in_force(rule, line)]
    candidates = [*of_code, *(rule for rule in general if rule.modifier), standard]
    met = [rule for rule in candidates if _is_met(rule, line, beside)]
    best = min(met, key=lambda rule: (rule.coinsurance, not rule.deductible_waived))
    if best.deductible_waived:
        notes = [_waived(best, line)]
    else:
        notes = [_not_waived(rule, line, beside) for rule in of_code]
        if not any(rule.modifier for rule in of_code):
            notes += _without_effect(line)
    return PatientShare(not best.deductible_waived, best.coinsurance, notes)


def has_standard_share(hcpcs: str, modifiers: Sequence[str]) -> bool:
    """Tell whether nothing waives a part of a line: `standard_share` holds, whatever is beside."""
    return hcpcs not in preventive_codes() and (not modifiers or _waiving().isdisjoint(modifiers))


def depends_on_codes(line: Line) -> bool:
    """Tell whether the other codes of its claim may change what the patient owes of a line.

    More codes never let the patient owe more, so that all codes that a rule names decide it.
    """
    rules = (*cost_sharings(), *preventive_cost_sharings(line.hcpcs))
    beside = {code for rule in rules for code in rule.beside}
    return patient_share(line, ())[:2] != patient_share(line, beside)[:2]


@cache
def _waiving() -> frozenset[str]:
    """Return the modifiers by which a patient owes less, or that are taken to waive something."""
    return frozenset(rule.modifier for rule in cost_sharings()) | {PREVENTIVE}


@lru_cache(maxsize=1024)
def standard_share(day: date) -> PatientShare:
    """Return the deductible and coinsurance of Part B on a day, where nothing waives them."""
    rules = (rule for rule in cost_sharings() if not rule.modifier and not rule.codes)
    found = next(rule for rule in rules if rule.first <= day <= rule.last)
    return PatientShare(True, found.coinsurance, ())


def _in_force(rule: CostSharing, line: Line) -> bool:
    return rule.first <= line.day <= rule.last


def _is_about(rule: CostSharing, hcpcs: str) -> bool:
    return not rule.codes or any(_holds(code, hcpcs) for code in rule.codes)


def _holds(code: str, hcpcs: str) -> bool:
    """Tell whether a code is a code of the table, or in a range of numbers."""
    first, _, last = code.partition("-")
    return first <= hcpcs <= last and hcpcs.isdigit() if last else hcpcs == code


def _is_met(rule: CostSharing, line: Line, beside: Collection[str]) -> bool:
    return (not rule.modifier or rule.modifier in line.modifiers) and (
        not rule.beside or any(code in beside for code in rule.beside)
    )


def _waived(rule: CostSharing, line: Line) -> Note:
    """Return the note on what is waived, why, and which conditions the claim does not show."""
    if rule.modifier and not rule.beside:
        why = f"modifier {rule.modifier}, {rule.condition}."
    else:
        why = (
            f"{line.hcpcs} as a preventive service ({rule.condition}); diagnosis, age and "
            "frequency decide, unseen here."
        )
    if rule.coinsurance:
        text = f"Deductible waived, coinsurance {decimal_percent(rule.coinsurance)} %: {why}"
        return Note.info("deductible-waived", text, rule.source)
    return Note.info(
        "cost-sharing-waived", f"Deductible and coinsurance waived: {why}", rule.source
    )


def _not_waived(rule: CostSharing, line: Line, beside: Collection[str]) -> Note:
    """Return the note that a code is not waived though it is near a preventive service.

    The note says what the claim lacks for a waiver, where it lacks something.
    """
    if not rule.modifier:
        return Note.info(
            "cost-sharing-applies",
            f"Deductible and coinsurance apply to {line.hcpcs}: {rule.condition}.",
            rule.source,
        )
    has_modifier, codes = rule.modifier in line.modifiers, " or ".join(rule.beside)
    has_beside = any(code in beside for code in rule.beside)
    where = f"with modifier {rule.modifier}" + (f" and {codes} on the same claim" if codes else "")
    lacks = [f"modifier {rule.modifier}"] if not has_modifier else []
    lacks += [codes] if codes and not has_beside else []
    text = (
        f"Deductible and coinsurance of {line.hcpcs} are waived only {where} ({rule.condition}); "
        f"here it is without {' and without '.join(lacks)}."
    )
    make = Note.warning if has_modifier or has_beside else Note.info
    return make("waiver-incomplete", text, rule.source)


def _without_effect(line: Line) -> list[Note]:
    """Return the notes on modifiers that waive other codes, but not this one."""
    notes = []
    if PREVENTIVE in line.modifiers:
        text = (
            f"Modifier {PREVENTIVE} takes nothing from the patient's share of {line.hcpcs}: "
            "Medicare heeds it on other codes."
        )
        notes.append(Note.info("modifier-without-waiver", text, _LIST))
    for rule in cost_sharings():
        if rule.modifier in line.modifiers and _in_force(rule, line):
            text = (
                f"Modifier {rule.modifier} takes nothing from the patient's share of {line.hcpcs}: "
                f"it counts on {', '.join(rule.codes)}."
            )
            notes.append(Note.info("modifier-without-waiver", text, rule.source))
    return notes
