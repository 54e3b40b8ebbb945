-- CMS's ZIP5 and ZIP9 carrier locality files: which payment locality a ZIP lies in, by quarter.

CREATE TABLE zip_file (
    zip_file_id   INTEGER PRIMARY KEY,
    kind          TEXT NOT NULL CHECK (kind IN ('ZIP5', 'ZIP9')),
    year          INTEGER NOT NULL,
    quarter       INTEGER NOT NULL CHECK (quarter BETWEEN 1 AND 4),
    sha256        TEXT NOT NULL,
    source        TEXT NOT NULL,
    rows          INTEGER NOT NULL,
    loaded_at     TEXT NOT NULL, -- UTC
    superseded_by INTEGER REFERENCES zip_file (zip_file_id) DEFERRABLE INITIALLY DEFERRED,
    UNIQUE (kind, year, quarter, sha256)
) STRICT;

-- One file of a kind and quarter is current; older ones stay, superseded.
CREATE UNIQUE INDEX current_zip_file ON zip_file (kind, year, quarter) WHERE superseded_by IS NULL;

-- plus4 is empty in the rows of ZIP5. plus_four is CMS's flag: a part of the ZIP lies in another locality.
CREATE TABLE zip_locality (
    zip_file_id INTEGER NOT NULL REFERENCES zip_file (zip_file_id),
    zip         TEXT NOT NULL CHECK (length(zip) = 5),
    plus4       TEXT NOT NULL CHECK (length(plus4) IN (0, 4)),
    mac         TEXT NOT NULL CHECK (length(mac) = 5),
    locality    TEXT NOT NULL CHECK (length(locality) = 2),
    state       TEXT NOT NULL CHECK (length(state) = 2),
    plus_four   INTEGER NOT NULL CHECK (plus_four IN (0, 1)),
    PRIMARY KEY (zip_file_id, zip, plus4)
) STRICT, WITHOUT ROWID;
