"""How the loading of a release is told, by `feesync import` and `feesync sync` alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from feesync.datasets.editions import Outcome

OUTCOMES: dict[str, str] = {
    Outcome.NEW: "new release",
    Outcome.REVISION: "new revision, supersedes the one loaded before",
    Outcome.UNCHANGED: "nothing new, this is loaded",
    Outcome.SUPERSEDED: "nothing done, these bytes have been superseded by a later revision; --force "
    "makes them current again",
    Outcome.REDATED: "dates of effect corrected",
    Outcome.RESTORED: "current again, the later revision is superseded",
}
"""What the outcomes mean."""

_ROWS = {
    "relative values": "relative value rows",
    "GPCI": "localities",
    "locality counties": "county rows",
    "OPPS cap": "OPPS cap rows",
}


def contents(rows: Mapping[str, int], notes: Iterable[str]) -> str:
    """Return what was loaded, in words: row counts, and in brackets what a person should know."""
    counted = ", ".join(
        f"{count:,} {_ROWS.get(kind, f'rows of {kind}')}" for kind, count in rows.items()
    )
    known = "; ".join(notes)
    return f"{counted} ({known})" if known else counted
