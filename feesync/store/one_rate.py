"""The SELECTs of one rate, which compute the formula once.

Through the view `rate_cents`, SQLite computes the formula anew for each column that is rounded from
it, a dozen times for a row. Here the same text of the view is over a subquery with the exact
amounts of the row, and SQLite, which would merge the two, does not where both have a LIMIT.
"""

from __future__ import annotations

import sqlite3

from feesync.model.rate import Rate

_VIEW = "SELECT sql FROM sqlite_master WHERE name = 'revision_rate_cents'"
_OF_EXACT = "FROM revision_rate_exact"
_ROUNDED = (
    "priced",
    "nonfacility_exact",
    "facility_exact",
    "nonfacility_capped_exact",
    "facility_capped_exact",
)
"""What the view rounds."""

_DECISIVE = ("facility_na", "multiple_procedure")
"""What the view looks at beside it."""

STORED = Rate._fields[: Rate._fields.index("nonfacility_fee")]
"""The columns of a rate that are not computed by the formula."""

GPCIS = slice(Rate._fields.index("work_gpci"), Rate._fields.index("conversion_factor"))
"""Where a rate has the columns of its place that are stored, between those of its code and the
conversion factor with its basis."""

_ONE = (
    "FROM (SELECT {columns} FROM revision_rate_exact WHERE is_current AND release_id = ? "
    "AND basis = ? AND hcpcs = ? AND modifier = ? AND mac = ? AND locality = ? LIMIT 1) LIMIT 1"
)


def select_one(connection: sqlite3.Connection) -> tuple[str, str]:
    """Return the SELECTs of a current rate, by release_id, basis, hcpcs, modifier, MAC, locality.

    The columns of the first are those of `Rate`; those of the second are the computed ones, for a
    code and a place of which the stored ones are known.

    Args:
        connection: to a database whose view they are from, so that the formula is that of the
            database.
    """
    row = connection.execute(_VIEW).fetchone()
    if row is None:
        raise sqlite3.DatabaseError("the view revision_rate_cents is missing")
    view = row[0].partition(" AS\n")[2]
    return _select(view, Rate._fields), _select(view, Rate._fields[len(STORED) :])


def _select(view: str, columns: tuple[str, ...]) -> str:
    stored = [name for name in columns if name in STORED]
    one = _ONE.format(columns=", ".join(dict.fromkeys((*stored, *_DECISIVE, *_ROUNDED))))
    return f"SELECT {', '.join(columns)} FROM ({view.replace(_OF_EXACT, one)})"  # noqa: S608
