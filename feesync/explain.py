"""The derivation of an estimate in words and numbers, line by line."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from feesync.money import dollars

if TYPE_CHECKING:
    from feesync.answer import Estimate

_WIDTH = 44


def heading(estimate: Estimate) -> str:
    """Return what was asked: code, modifiers, units, setting, date."""
    code = "-".join((estimate.hcpcs, *estimate.modifiers))
    units = f", {estimate.units} units" if estimate.units > 1 else ""
    place = f", place of service {estimate.pos}" if estimate.pos else ""
    return f"{code}{units}, {estimate.setting.value}{place}, {estimate.date}"


def provenance(estimate: Estimate) -> str:
    """Return the release, its dates of effect and where it came from."""
    release = estimate.release
    return f"{release.label}, in effect {release.effective_from} to {release.effective_to}, {release.source}"


def amounts(estimate: Estimate) -> list[str]:
    """Return the table of amounts, from the fee to who pays."""
    lines: list[str] = []

    def add(label: str, amount: Decimal | None, reason: str = "") -> None:
        shown = "no price" if amount is None else f"{amount:,.2f}"
        lines.append(f"  {label:<{_WIDTH}}{shown:>12}{'   ' + reason if reason else ''}")

    add("Fee schedule amount", estimate.fee)
    for step in estimate.steps:
        add(f"{step.name} x {step.factor}" if step.factor is not None else step.name, step.amount, step.reason)
    add("Medicare allows", estimate.allowed)
    if estimate.allowed is not None:
        add("Medicare pays", estimate.medicare_payment, _medicare_reason(estimate))
        if estimate.sequestration:
            add("Sequestration takes", estimate.sequestration)
        add("Patient owes", estimate.patient_responsibility)
    if estimate.limiting_charge is not None:
        add("Limiting charge", estimate.limiting_charge, "the most that may be charged on an unassigned claim")
    return lines


def notes(estimate: Estimate) -> list[str]:
    """Return the notes, each with its severity and source."""
    return [f"  {note.severity.value}: {note.text} [{note.source}]" for note in estimate.notes]


def summary(estimate: Estimate) -> str:
    """Return the short form: what was asked, the amounts, the notes."""
    lines = [heading(estimate), str(estimate.locality), provenance(estimate), "", *amounts(estimate)]
    return "\n".join([*lines, "", *notes(estimate)] if estimate.notes else lines)


def derivation(estimate: Estimate) -> str:
    """Return the long form: RVU by GPCI, the conversion factor, every step, who pays, release and file hash."""
    rate = estimate.rate
    lines = [heading(estimate), str(estimate.locality), provenance(estimate), f"sha256 {estimate.release.sha256}", ""]
    if estimate.fee is not None:
        parts = [
            (name, rvu, Decimal(gpci).scaleb(-3), rvu * Decimal(gpci).scaleb(-3))
            for name, rvu, gpci in zip(
                ("Work", f"Practice expense ({_pe_setting(estimate)})", "Malpractice"),
                estimate.rvus(),
                (rate.work_gpci, rate.pe_gpci, rate.mp_gpci),
                strict=True,
            )
        ]
        total = sum((product for *_, product in parts), Decimal(0))
        factor = Decimal(rate.conversion_factor).scaleb(-4)
        lines += [f"  {name:<32}{rvu:>7} RVU x {gpci} GPCI = {product:>10}" for name, rvu, gpci, product in parts]
        whose = " (qualifying APM participant)" if rate.basis == "qp" else ""
        lines += [
            f"  {'Adjusted RVUs':<54}{total:>11}",
            f"  x conversion factor {factor}{whose} = {total * factor}, rounded half up to {estimate.fee}",
            "",
        ]
    lines += amounts(estimate)
    return "\n".join([*lines, "", *notes(estimate)] if estimate.notes else lines)


def _pe_setting(estimate: Estimate) -> str:
    return "OPPS cap" if any(note.code == "opps-cap" for note in estimate.notes) else estimate.setting.value


def _medicare_reason(estimate: Estimate) -> str:
    assert estimate.allowed is not None
    assert estimate.patient_responsibility is not None
    share = estimate.allowed - estimate.patient_responsibility
    full = share * 5 >= (estimate.allowed - Decimal("0.03")) * 4
    reason = "80 %" if full else "80 % of what is left after the deductible"
    return f"{reason}: {share:,.2f}, less sequestration" if estimate.sequestration else reason


def cents_text(cents: int | None) -> str:
    """Return cents as dollars for a table, empty where there is no price."""
    return "" if cents is None else f"{dollars(cents):,.2f}"
