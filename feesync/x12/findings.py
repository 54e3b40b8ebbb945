"""What findings say to people: a sentence a rule, without anything that stands in the file."""

from __future__ import annotations

from feesync.x12.records import Finding

RULES = {
    "another-transaction-set": "a transaction that is of another kind than those that are read",
    "claim-balance": "charge less payment of the claim is not the sum of its adjustments",
    "component-separator": "what separates the parts of procedures is not what ISA16 declares",
    "control-number": "a trailer has another control number than its header",
    "count": "a trailer counts another number of segments or parts than there are",
    "cut-claim": "the file ends before the transaction does, maybe within this claim",
    "cut-segment": "the file ends within a segment",
    "claim-total": "the charge of the claim is not the sum of its lines",
    "lost-claim": "a claim where the guide has none, or without its provider",
    "misplaced": "a segment where the guide has none of its kind",
    "line-balance": "charge less payment of the line is not the sum of its adjustments",
    "missing": "is missing",
    "no-header": "the header is missing",
    "no-trailer": "the trailer is missing",
    "not-a-day": "is no day of the calendar as CCYYMMDD",
    "not-a-quantity": "is not a number",
    "not-an-amount": "is not an amount of dollars and cents",
    "not-an-interchange": "no readable interchange header (ISA), or a segment without end",
    "outside": "a segment apart from every transaction",
    "payment-balance": "the payment is not the sum of its claims less provider adjustments",
    "small-letters": "the name of a segment in small letters, which X12 does not have",
    "unreadable": "segments that cannot be divided into elements",
}
"""What each rule means, for the texts of a report."""

_KINDS = {
    "270": "eligibility inquiries",
    "271": "eligibility responses",
    "276": "claim status requests",
    "277": "claim status responses",
    "278": "service reviews",
    "820": "premium payments",
    "834": "benefit enrollments",
    "835": "remittances",
    "837": "claims",
    "997": "acknowledgements",
    "999": "acknowledgements",
}
_GUIDES = {"X222": "professional claims", "X223": "institutional claims", "X224": "dental claims"}


def transaction_set(kind: str, version: str) -> str:
    """Return what a transaction set is, such as `professional claims (837)`.

    Args:
        kind: ST01.
        version: the implementation guide, such as `005010X222A1`.
    """
    if kind not in _KINDS:
        return "an unknown transaction set"
    guide = next((words for mark, words in _GUIDES.items() if mark in version), _KINDS[kind])
    return f"{guide if kind == '837' else _KINDS[kind]} ({kind})"


def sentence(finding: Finding) -> str:
    """Return a finding as one line: where and what, without the file's name."""
    where = ", ".join(filter(None, (f"segment {finding.segment}", finding.path)))
    left_out = "; left out" if finding.refused else ""
    return f"{where}: {RULES[finding.rule]}{left_out}"
