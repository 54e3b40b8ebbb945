"""An estimate as one flat row, for csv and frames.

Out of scope: its dictionary, which has parts and lists (estimate).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feesync.claims.estimate import Estimate
from feesync.model.money import json_ready
from feesync.pricing.line import step_text
from feesync.schedule.columns import release_cells

if TYPE_CHECKING:
    from feesync.claims.dictionaries import LineRowDict


def line_row(answer: Estimate, number: int = 1) -> LineRowDict:
    """Return an estimate under the names of `feesync claim --csv`, for `json.dumps`.

    Args:
        answer: the estimate.
        number: of its line in the claim, counted from 1.
    """
    place, rate = answer.locality, answer.rate
    steps = (step_text(step.name, step.factor) for step in answer.steps)
    of_release = release_cells(answer.release, answer.date)
    return json_ready(
        {
            "line": number,
            "hcpcs": answer.hcpcs,
            "modifiers": list(answer.modifiers),
            "date": answer.date.isoformat(),
            "setting": answer.setting.value,
            "pos": answer.pos,
            "units": answer.units,
            "mac": place.mac,
            "locality": place.locality,
            "state": place.state,
            "locality_name": place.name,
            "fee": answer.fee,
            "rank": answer.rank,
            "steps": "; ".join(steps),
            "allowed": answer.allowed,
            "medicare_payment": answer.medicare_payment,
            "sequestration": answer.sequestration,
            "patient_responsibility": answer.patient_responsibility,
            "limiting_charge": answer.limiting_charge,
            "contract_percent": answer.contract and answer.contract.percent,
            "release": answer.release.label,
            "basis": rate.basis,
            "conversion_factor": rate.conversion_factor,
            "effective_from": of_release["effective_from"],
            "effective_to": of_release["effective_to"],
            "stand_in": answer.quote.stand_in,
            "checks_set_aside": of_release["checks_set_aside"],
            "notes": list(dict.fromkeys(note.code for note in answer.notes)),
        }
    )
