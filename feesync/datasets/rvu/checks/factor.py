"""The check of a release's conversion factor against the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from feesync.datasets.rvu.checks.check import Fault
from feesync.formats.release import ParsedRelease
from feesync.model.money import decimal
from feesync.reference.catalogue import catalogue


@dataclass(frozen=True, slots=True)
class ConversionFactor:
    """The factor of a release in the catalogue is the catalogue's."""

    evidence: ClassVar[str] = (
        "the factors of every release are in the Federal Register "
        "(data/reference/release_catalogue.csv)"
    )

    def __call__(self, release: ParsedRelease) -> Fault | None:
        """Compare the factor of each file."""
        entry = catalogue().get(release.label)
        if entry is None:
            return None
        for basis, factor in (
            ("nonqp", entry.conversion_factor),
            ("qp", entry.qp_conversion_factor),
        ):
            file = release.relative_values.get(basis)
            if file and factor and file.conversion_factor != factor:
                fault = f"has conversion factor {decimal(file.conversion_factor, 4)}"
                return Fault(f"{fault}, that of {release.label} is {decimal(factor, 4)}", file.name)
        return None
