-- Checks of a release itself that it failed, and that were set aside by whoever loaded it: answers say so.

CREATE TABLE check_set_aside (
    release_id INTEGER NOT NULL REFERENCES release (release_id),
    name       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    PRIMARY KEY (release_id, name)
) STRICT, WITHOUT ROWID;
