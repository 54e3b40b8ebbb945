"""The answer: what Medicare allows for a line, how it came about, and where the numbers are from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal

from feesync.localities import Locality
from feesync.money import dollars
from feesync.pricing.line import Note, Setting, Severity, Step
from feesync.rate import Rate
from feesync.schedule import Quote
from feesync.store.source import Release


@dataclass(frozen=True, slots=True)
class Estimate:
    """What Medicare allows for one line.

    Money is a two-place `Decimal` of dollars, or None where there is no price; then a note of severity `denial` says why.
    `allowed` = `medicare_payment` + `sequestration` + `patient_responsibility`.

    Attributes:
        hcpcs: the code.
        modifiers: as given, in capitals.
        date: date of service.
        setting: nonfacility or facility.
        pos: place of service code, where one was given.
        units: units of service.
        fee: the fee schedule amount of the setting, after the OPPS cap.
        steps: the adjustments of the fee, in order.
        allowed: what Medicare allows.
        medicare_payment: what Medicare pays, after sequestration.
        sequestration: what sequestration takes from Medicare's payment.
        patient_responsibility: deductible and coinsurance.
        limiting_charge: the most that a non-participating physician may charge on an unassigned claim; None without `nonpar`.
        notes: what a person should know.
        quote: the rate, release and locality behind it.
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
    medicare_payment: Decimal | None
    sequestration: Decimal | None
    patient_responsibility: Decimal | None
    limiting_charge: Decimal | None
    notes: tuple[Note, ...]
    quote: Quote

    @property
    def rate(self) -> Rate:
        """The rate: RVUs in hundredths, GPCIs in thousandths, money in cents (see Rate)."""
        return self.quote.rate

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

    def rvus(self) -> tuple[Decimal, Decimal, Decimal]:
        """Return the work, PE and MP RVUs of the setting that the fee was computed from; the OPPS ones where those cap it."""
        rate = self.rate
        facility = self.setting is Setting.FACILITY and not (rate.facility_na and rate.facility_amount is not None)
        pe = rate.facility_pe_rvu if facility else rate.nonfacility_pe_rvu
        mp = rate.mp_rvu
        capped, uncapped = (
            (rate.facility_capped_fee, rate.facility_fee) if facility else (rate.nonfacility_capped_fee, rate.nonfacility_fee)
        )
        opps_pe = rate.opps_facility_pe_rvu if facility else rate.opps_nonfacility_pe_rvu
        if capped < uncapped and opps_pe is not None and rate.opps_mp_rvu is not None:
            pe, mp = opps_pe, rate.opps_mp_rvu
        return dollars(rate.work_rvu), dollars(pe), dollars(mp)

    def to_dict(self) -> dict[str, object]:
        """Return the estimate under the names of the JSON contract; numbers stay Decimal."""
        work, pe, mp = self.rvus()
        rate, release, locality = self.rate, self.release, self.locality
        return {
            "hcpcs": self.hcpcs,
            "modifiers": list(self.modifiers),
            "date": self.date.isoformat(),
            "setting": self.setting.value,
            "pos": self.pos,
            "units": self.units,
            "locality": {
                "mac": locality.mac,
                "locality": locality.locality,
                "state": locality.state,
                "name": locality.name,
            },
            "rate": {
                "work_rvu": work,
                "pe_rvu": pe,
                "mp_rvu": mp,
                "work_gpci": Decimal(rate.work_gpci).scaleb(-3),
                "pe_gpci": Decimal(rate.pe_gpci).scaleb(-3),
                "mp_gpci": Decimal(rate.mp_gpci).scaleb(-3),
                "conversion_factor": Decimal(rate.conversion_factor).scaleb(-4),
                "basis": rate.basis,
            },
            "fee": self.fee,
            "steps": [step.to_dict() for step in self.steps],
            "allowed": self.allowed,
            "medicare_payment": self.medicare_payment,
            "sequestration": self.sequestration,
            "patient_responsibility": self.patient_responsibility,
            "limiting_charge": self.limiting_charge,
            "release": {
                "label": release.label,
                "effective_from": release.effective_from.isoformat(),
                "effective_to": release.effective_to.isoformat(),
                "sha256": release.sha256,
                "source": release.source,
            },
            "notes": [note.to_dict() for note in self.notes],
        }

    def explain(self) -> str:
        """Return the derivation as text that a biller can read aloud."""
        from feesync.explain import derivation

        return derivation(self)
