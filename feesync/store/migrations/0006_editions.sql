-- One table for the editions of every dataset: a label and the bytes that CMS published under it. Those of releases and of ZIP
-- files move here, with all that is known of them; `release` and `zip_file` are views of them since (views.sql).

ALTER TABLE release RENAME TO edition;
ALTER TABLE edition RENAME COLUMN release_id TO edition_id;
ALTER TABLE edition ADD COLUMN dataset TEXT NOT NULL DEFAULT 'rvu';
ALTER TABLE edition ADD COLUMN rows INTEGER; -- NULL of a release, whose rows source_file counts by file

DROP INDEX current_release;
-- One edition of a label is current; older ones stay, superseded.
CREATE UNIQUE INDEX current_edition ON edition (dataset, label) WHERE superseded_by IS NULL;

-- ZIP files are numbered after the releases that there are.
INSERT INTO edition (
    edition_id, label, year, effective_from, effective_to, sha256, source, loaded_at, superseded_by, dataset, rows
)
SELECT
    zip_file_id + before.number, kind || ' ' || year || ' Q' || quarter, year,
    date(year || '-01-01', (3 * quarter - 3) || ' months'), date(year || '-01-01', (3 * quarter) || ' months', '-1 day'),
    sha256, source, loaded_at, superseded_by + before.number, 'zip-locality', rows
FROM zip_file, (SELECT coalesce(max(edition_id), 0) AS number FROM edition) AS before;

CREATE TABLE feesync_new_zip_locality (
    zip_file_id INTEGER NOT NULL REFERENCES edition (edition_id),
    zip         TEXT NOT NULL CHECK (length(zip) = 5),
    plus4       TEXT NOT NULL CHECK (length(plus4) IN (0, 4)),
    mac         TEXT NOT NULL CHECK (length(mac) = 5),
    locality    TEXT NOT NULL CHECK (length(locality) = 2),
    state       TEXT NOT NULL CHECK (length(state) = 2),
    plus_four   INTEGER NOT NULL CHECK (plus_four IN (0, 1)),
    PRIMARY KEY (zip_file_id, zip, plus4)
) STRICT, WITHOUT ROWID;
INSERT INTO feesync_new_zip_locality
SELECT zip_file_id + before.number, zip, plus4, mac, locality, state, plus_four
FROM zip_locality, (SELECT coalesce(max(edition_id), 0) AS number FROM edition WHERE dataset = 'rvu') AS before;
DROP TABLE zip_locality;
ALTER TABLE feesync_new_zip_locality RENAME TO zip_locality;

CREATE TABLE feesync_new_zip_checksum (
    zip_file_id INTEGER NOT NULL,
    part        TEXT NOT NULL,
    crc32       INTEGER NOT NULL,
    PRIMARY KEY (zip_file_id, part)
) STRICT, WITHOUT ROWID;
INSERT INTO feesync_new_zip_checksum
SELECT zip_file_id + before.number, part, crc32
FROM zip_checksum, (SELECT coalesce(max(edition_id), 0) AS number FROM edition WHERE dataset = 'rvu') AS before;
DROP TABLE zip_checksum;
ALTER TABLE feesync_new_zip_checksum RENAME TO zip_checksum;

DROP TABLE zip_file;
