"""How the loading of a release is told, by `feesync import` and `feesync sync` alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

OUTCOMES = {
    "new": "new release",
    "revision": "new revision, supersedes the one loaded before",
    "unchanged": "nothing new, this is loaded",
    "superseded": "nothing done, these bytes have been superseded by a later revision; --force "
    "makes them current again",
    "redated": "dates of effect corrected",
    "restored": "current again, the later revision is superseded",
}
"""What the outcomes of `store.load` mean."""

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
