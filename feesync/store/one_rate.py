"""The SELECT of one rate, which computes the formula once.

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

_STORED = Rate._fields[: Rate._fields.index("nonfacility_fee")]
"""The columns of a rate that are not computed by the formula."""

_ONE = (
    f"FROM (SELECT {', '.join((*_STORED, *_ROUNDED))} FROM revision_rate_exact "  # noqa: S608
    "WHERE is_current AND release_id = ? AND basis = ? AND hcpcs = ? AND modifier = ? AND mac = ? "
    "AND locality = ? LIMIT 1) LIMIT 1"
)


def select_one(connection: sqlite3.Connection) -> str:
    """Return the SELECT of a current rate, by release_id, basis, hcpcs, modifier, MAC and locality.

    Its columns are those of `Rate`.

    Args:
        connection: to a database whose view it is from, so that the formula is that of the
            database.
    """
    row = connection.execute(_VIEW).fetchone()
    if row is None:
        raise sqlite3.DatabaseError("the view revision_rate_cents is missing")
    rounded = row[0].partition(" AS\n")[2].replace(_OF_EXACT, _ONE)
    return f"SELECT {', '.join(Rate._fields)} FROM ({rounded})"  # noqa: S608
