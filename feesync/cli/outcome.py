"""The words in which `feesync import` and `feesync sync` say what was loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from feesync.datasets.dataset import Dataset
from feesync.datasets.editions import Outcome
from feesync.datasets.registry import DATASETS

_OUTCOMES = {
    Outcome.NEW: "new release",
    Outcome.REVISION: "new revision, supersedes the one loaded before",
    Outcome.UNCHANGED: "nothing new, this is loaded",
    Outcome.SUPERSEDED: "nothing done, these bytes have been superseded by a later revision; "
    "--force makes them current again",
    Outcome.REPAIRED: "its damaged rows are loaded anew",
    Outcome.REDATED: "dates of effect corrected",
    Outcome.RESTORED: "current again, the later revision is superseded",
    Outcome.FAILED: "failed, what was loaded before is kept",
    Outcome.UNKNOWN: "not loaded, its dates of effect are not known",
    Outcome.WOULD_LOAD: "would be downloaded and loaded",
    Outcome.WOULD_COMPARE: "would be downloaded and compared with what is loaded",
}
"""The outcomes in words."""

_ROW_NOUNS = {kind: noun for dataset in DATASETS for kind, noun in dataset.row_nouns.items()}


def outcome_of(outcome: Outcome, dataset: Dataset) -> str:
    """Return an outcome in words, for an edition of a dataset."""
    return _OUTCOMES[outcome].replace("new release", f"new {dataset.noun}")


def contents(rows: Mapping[str, int], notes: Iterable[str]) -> str:
    """Return the row counts of what was loaded, and in brackets what a person should know."""
    counts = ", ".join(
        f"{count:,} {_ROW_NOUNS.get(kind, f'rows of {kind}')}" for kind, count in rows.items()
    )
    remarks = "; ".join(notes)
    return f"{counts} ({remarks})" if remarks else counts
