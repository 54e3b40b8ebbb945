"""The page of a paid line: how far it is off, and what its amount would be right for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from feesync.claims.estimate import Estimate, factor_words, heading, other_notes, place_line
from feesync.web.carry import alone
from feesync.web.offers import places_of_service
from feesync.web.page import Page, Visit

if TYPE_CHECKING:
    from feesync.analysis.check import Check

Row = tuple[str, Decimal | None]


def _view(visit: Visit) -> Mapping[str, object]:
    if visit.answer is None:
        return {}
    from feesync.analysis.check_text import distance, verdict

    check: Check = visit.answer.result
    own = check.estimate
    headline = distance(check) if check.differs else ""
    return {
        "heading": heading(own),
        "place": place_line(own),
        "headline": headline,
        "given": " and ".join(
            f"{amount:,.2f}" for amount in (check.allowed, check.paid) if amount is not None
        ),
        "remarks": _remarks(check, headline, list(verdict(check))),
        "notes": other_notes(own),
        "address": alone(visit.values, own.code),
        "factor": factor_words(own),
        "causes": [
            (cause, _arithmetic(cause.estimate), _difference(cause.estimate, own))
            for cause in check.causes
        ],
    }


def _remarks(check: Check, headline: str, verdict: list[str]) -> list[str]:
    """Return what is found, without what the headline and the heading of the causes say."""
    if check.causes:
        return verdict[:-1]
    return [_sentence(text.removeprefix(f"{headline}, and ")) for text in verdict]


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _arithmetic(estimate: Estimate) -> list[Row]:
    """Return how the amount of a cause comes about."""
    from feesync.analysis.check_text import share

    rows: list[Row] = [("Fee schedule amount", estimate.fee)]
    rows += [
        (step.name if step.factor is None else f"{step.name} × {step.factor}", step.amount)
        for step in estimate.steps
    ]
    rows.append(("Allowed", estimate.allowed))
    if estimate.deductible:
        rows.append(("Deductible takes", estimate.deductible))
    if estimate.medicare_payment is not None:
        rows.append((f"Medicare pays{share(estimate)}", estimate.medicare_payment))
    return rows


def _difference(other: Estimate, own: Estimate) -> str:
    """Return the release and the place of a cause, where they are not those of the line."""
    texts = []
    if other.locality != own.locality:
        texts.append(str(other.locality))
    if (other.release, other.rate.basis) != (own.release, own.rate.basis):
        texts.append(f"{other.release.label}, {factor_words(other)}")
    return "; ".join(texts)


PAGE = Page(
    name="check",
    short="Check",
    title="Check a paid line",
    text="What a line should have been, how far the payer's amount is off, and what that amount "
    "would be right for.",
    fields=("line", "locality", "date", "pos", "allowed", "paid"),
    more=(
        *("modifiers", "setting", "practitioner", "nonpar", "qp", "deductible"),
        *("percent", "of_year", "conversion_factor", "purpose", "history", "coverage"),
    ),
    offers=places_of_service,
    view=_view,
)
