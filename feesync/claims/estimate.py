"""The answer for a line: what Medicare allows, how it is computed, and from which files."""

from datetime import date as Date
from decimal import Context, Decimal, localcontext
from typing import TYPE_CHECKING, NamedTuple

from feesync.claims.step import Step
from feesync.model.locality import Locality
from feesync.model.money import decimal, json_ready
from feesync.model.note import Note, Severity
from feesync.model.rate import PAYER, Setting
from feesync.model.release import Release
from feesync.pricing.line import Contract
from feesync.schedule.quote import Quote

if TYPE_CHECKING:
    from feesync.claims.dictionaries import EstimateDict

ZIP_NOTE = "zip-locality"
_BASES = {PAYER: "of the payer"}
_WIDTH = 44
_CONTEXT = Context(prec=28)
"""Texts must not depend on the decimal context of the caller."""


class AppliedRate(NamedTuple):
    """The numbers that the fee was computed from, as CMS prints them.

    They are RVUs (the OPPS ones where those cap the fee), GPCIs, and the conversion factor.
    """

    work_rvu: Decimal
    pe_rvu: Decimal
    mp_rvu: Decimal
    work_gpci: Decimal
    pe_gpci: Decimal
    mp_gpci: Decimal
    conversion_factor: Decimal
    basis: str


class Estimate(NamedTuple):
    """What Medicare allows for one line.

    Money is a `Decimal` of dollars with two places, or None where there is no price; a note of
    severity `denial` then says why. `allowed` = `medicare_payment` + `sequestration` +
    `patient_responsibility`; by a contract the three are None.

    Attributes:
        hcpcs: the code.
        modifiers: as given, in capitals.
        date: date of service.
        setting: nonfacility or facility.
        pos: place of service code, where one was given.
        units: units of service.
        fee: the fee schedule amount of the setting, after the OPPS cap.
        steps: the adjustments of the fee, in order.
        allowed: what Medicare allows; by a contract, what the contract allows.
        deductible: the part of `patient_responsibility` that is deductible (not in the JSON).
        medicare_payment: what Medicare pays, after sequestration.
        sequestration: by how much sequestration reduces Medicare's payment.
        sequestration_rate: its rate on that date, such as 0.02 (not in the JSON); None by a
            contract.
        coinsurance_rate: the patient's share after the deductible, such as 0.20, or 0 where it is
            waived (not in the JSON); None by a contract and where there is no price.
        patient_responsibility: deductible and coinsurance.
        limiting_charge: the most that a non-participating physician may charge on an unassigned
            claim; None without `nonpar`.
        notes: what a person should know.
        quote: the rate behind it, with its release and locality.
        rank: its rank among several procedures of a claim, of several units that of the first; 1 is
            paid in full. None where no rule ranks it beside another line (in JSON, only of claims).
        contract: by what a plan other than Medicare pays, None where Medicare pays (in JSON, only
            where there is one).
    """

    hcpcs: str
    modifiers: tuple[str, ...]
    date: Date
    setting: Setting
    pos: str | None
    units: int
    fee: Decimal | None
    steps: tuple[Step, ...]
    allowed: Decimal | None
    deductible: Decimal | None
    medicare_payment: Decimal | None
    sequestration: Decimal | None
    sequestration_rate: Decimal | None
    coinsurance_rate: Decimal | None
    patient_responsibility: Decimal | None
    limiting_charge: Decimal | None
    notes: tuple[Note, ...]
    quote: Quote
    rank: int | None = None
    contract: Contract | None = None

    @property
    def code(self) -> str:
        """The code with its modifiers, as people write it: `64493-50`."""
        return "-".join((self.hcpcs, *self.modifiers))

    @property
    def rate(self) -> AppliedRate:
        """The RVUs, GPCIs and conversion factor that the fee was computed from."""
        row = self.quote.rate
        columns = row.in_setting(self.setting)
        return AppliedRate(
            decimal(row.work_rvu, 2),
            decimal(columns.pe_rvu, 2),
            decimal(columns.mp_rvu, 2),
            decimal(row.work_gpci, 3),
            decimal(row.pe_gpci, 3),
            decimal(row.mp_gpci, 3),
            decimal(row.conversion_factor, 4),
            row.basis,
        )

    @property
    def release(self) -> Release:
        """The release that the rate is from."""
        return self.quote.release

    @property
    def locality(self) -> Locality:
        """The payment locality."""
        return self.quote.locality

    @property
    def denials(self) -> tuple[Note, ...]:
        """The notes that say why there is no payment."""
        return tuple(note for note in self.notes if note.severity is Severity.DENIAL)

    def to_dict(self) -> "EstimateDict":
        """Return the estimate under the names of the JSON contract, for `json.dumps`.

        Its numbers are exact (`money.JsonNumber`).
        """
        contract = self.contract
        terms = {"contract": contract.to_dict()} if contract else {}
        return json_ready(
            {
                "hcpcs": self.hcpcs,
                "modifiers": list(self.modifiers),
                "date": self.date.isoformat(),
                "setting": self.setting.value,
                "pos": self.pos,
                "units": self.units,
                "locality": self.locality.to_dict(),
                "rate": self.rate._asdict(),
                "fee": self.fee,
                "steps": [step.to_dict() for step in self.steps],
                "allowed": self.allowed,
                "medicare_payment": self.medicare_payment,
                "sequestration": self.sequestration,
                "patient_responsibility": self.patient_responsibility,
                "limiting_charge": self.limiting_charge,
                "release": self.release.source_dict(),
                "notes": [note.to_dict() for note in self.notes],
                **terms,
            }
        )

    def _repr_html_(self) -> str:
        from feesync.model.html import answer_html  # for notebooks

        return answer_html(self.to_dict())

    def summary(self) -> str:
        """Return the short text: the question, the amounts, the notes."""
        return self._text(derived=False)

    def explain(self) -> str:
        """Return the derivation as text.

        It has RVU by GPCI, the conversion factor, every step, who pays, the release and the file
        hash.
        """
        return self._text(derived=True)

    def _text(self, *, derived: bool) -> str:
        with localcontext(_CONTEXT):
            lines = [heading(self), place_line(self), _provenance(self)]
            if derived:
                lines.append(f"sha256 {self.release.sha256}")
            if derived and self.fee is not None:
                lines += ["", *_formula(self)]
            lines += ["", *_amounts(self)]
            if notes := other_notes(self):
                lines += ["", *(f"  {note}" for note in notes)]
            return "\n".join(lines)


def heading(estimate: Estimate) -> str:
    """Return the question in words: code, modifiers, units, setting, date."""
    units = f", {estimate.units} units" if estimate.units > 1 else ""
    place = f", place of service {estimate.pos}" if estimate.pos else ""
    return f"{estimate.code}{units}, {estimate.setting.value}{place}, {estimate.date}"


def place_line(estimate: Estimate) -> str:
    """Return the place, and for a ZIP of a file of the day's quarter which file says so."""
    by = estimate.quote.zip
    source = f", ZIP {by.code} by {by.file} ({by.file.source})" if by and by.of_the_day else ""
    return f"{estimate.locality}{source}"


def other_notes(estimate: Estimate) -> list[Note]:
    """Return the notes but for that on a ZIP whose file the line of the place names."""
    by = estimate.quote.zip
    on_line = by is not None and by.of_the_day
    return [note for note in estimate.notes if not (on_line and note.code == ZIP_NOTE)]


def factor_words(estimate: Estimate) -> str:
    """Return the conversion factor, and whose it is, in words."""
    rate = estimate.rate
    basis = _BASES.get(rate.basis, rate.basis)
    return f"conversion factor {rate.conversion_factor} {basis}"


def _provenance(estimate: Estimate) -> str:
    """Return the release with its dates and source, and the conversion factor with its basis."""
    release, rate = estimate.release, estimate.rate
    basis = {"qp": "qualifying APM participant (qp)", **_BASES}.get(rate.basis, rate.basis)
    return (
        f"{release.label}, in effect {release.effective_from} to {release.effective_to}, "
        f"conversion factor {rate.conversion_factor} {basis}\nfrom {release.source}"
    )


def formula_parts(estimate: Estimate) -> list[tuple[str, Decimal, Decimal]]:
    """Return the parts of the formula, each with its relative value and its geographic index.

    The sum of their products times the conversion factor is the fee.
    """
    rate, columns = estimate.rate, estimate.quote.rate.in_setting(estimate.setting)
    expense = "OPPS cap" if columns.capped else estimate.setting.value
    return [
        ("Work", rate.work_rvu, rate.work_gpci),
        (f"Practice expense ({expense})", rate.pe_rvu, rate.pe_gpci),
        ("Malpractice", rate.mp_rvu, rate.mp_gpci),
    ]


def _formula(estimate: Estimate) -> list[str]:
    """Return the formula with its numbers: RVU by GPCI, their sum, the factor, the rounding."""
    factor, parts = estimate.rate.conversion_factor, formula_parts(estimate)
    total = sum((rvu * gpci for _, rvu, gpci in parts), Decimal(0))
    return [
        *(
            f"  {name:<32}{rvu:>7} RVU x {gpci} GPCI = {rvu * gpci:>10}"
            for name, rvu, gpci in parts
        ),
        f"  {'Adjusted RVUs':<54}{total:>11}",
        f"  x conversion factor {factor} = {total * factor}, rounded half up to {estimate.fee}",
    ]


def amount_rows(estimate: Estimate) -> list[tuple[str, Decimal | None, str]]:
    """Return the amounts in their order, from the fee to who pays: label, dollars, reason."""
    rows: list[tuple[str, Decimal | None, str]] = [("Fee schedule amount", estimate.fee, "")]
    for step in estimate.steps:
        name = step.name if step.factor is None else f"{step.name} x {step.factor}"
        rows.append((name, step.amount, step.reason))
    allows = "Contract allows" if estimate.contract else "Medicare allows"
    rows.append((allows, estimate.allowed, ""))
    if estimate.allowed is not None and not estimate.contract:
        if estimate.deductible:
            rows.append(("Deductible takes", estimate.deductible, ""))
        reason = _medicare_reason(estimate)
        rows.append(("Medicare pays", estimate.medicare_payment, reason))
        if estimate.sequestration:
            rows.append(("Sequestration takes", estimate.sequestration, ""))
        rows.append(("Patient owes", estimate.patient_responsibility, ""))
    if estimate.limiting_charge is not None:
        reason = "the most that may be charged on an unassigned claim"
        rows.append(("Limiting charge", estimate.limiting_charge, reason))
    return rows


def _amounts(estimate: Estimate) -> list[str]:
    """Return the table of amounts, from the fee to who pays."""
    lines = []
    for label, amount, reason in amount_rows(estimate):
        shown = "no price" if amount is None else f"{amount:,.2f}"
        lines.append(f"  {label:<{_WIDTH}}{shown:>12}{'   ' + reason if reason else ''}")
    return lines


def _medicare_reason(estimate: Estimate) -> str:
    assert estimate.allowed is not None
    assert estimate.patient_responsibility is not None
    assert estimate.sequestration_rate is not None
    assert estimate.coinsurance_rate is not None
    percent = (100 - 100 * estimate.coinsurance_rate).normalize()
    share = f"{percent:f} %{' of the rest' if estimate.deductible else ''}"
    if not estimate.sequestration:
        return share
    before = estimate.allowed - estimate.patient_responsibility
    return (
        f"{share}: {before:,.2f}, less {(estimate.sequestration_rate * 100).normalize():f} % "
        "sequestration"
    )
