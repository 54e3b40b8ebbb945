"""Whether a database is sound, and what its readers see."""

import sqlite3


def state(database):
    """The loaded labels with their row counts, and the rate that readers see.

    The file itself must be sound.
    """
    connection = sqlite3.connect(database)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        releases = connection.execute(
            "SELECT label, count(*) FROM release JOIN relative_value USING (release_id) GROUP BY "
            "release_id ORDER BY release_id"
        ).fetchall()
        orphans = connection.execute(
            "SELECT count(*) FROM relative_value WHERE release_id NOT IN (SELECT release_id FROM "
            "release)"
        ).fetchone()
        assert orphans == (0,)
        amount = (
            "SELECT nonfacility_amount FROM rate WHERE hcpcs = '64493' AND mac = '01112' AND "
            "locality = '05' AND release = ?"
        )
        return releases, connection.execute(amount, (releases[0][0],)).fetchone()
    finally:
        connection.close()
