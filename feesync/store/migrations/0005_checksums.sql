-- Checksums of what was loaded, so that a bit that flips on disk is told and becomes no price (feesync/store/checksums.py).

-- A release's parts are its HCPCS codes and 'localities', 'counties' and 'source files'. Release 0 stands for what is of no one release:
-- 'releases' (with their factors), 'ZIP files' and 'views'.
CREATE TABLE checksum (
    release_id INTEGER NOT NULL,
    part       TEXT NOT NULL,
    crc32      INTEGER NOT NULL,
    PRIMARY KEY (release_id, part)
) STRICT, WITHOUT ROWID;

-- The parts of a ZIP5 file are the first three digits of its ZIPs, those of a ZIP9 file its ZIPs.
CREATE TABLE zip_checksum (
    zip_file_id INTEGER NOT NULL,
    part        TEXT NOT NULL,
    crc32       INTEGER NOT NULL,
    PRIMARY KEY (zip_file_id, part)
) STRICT, WITHOUT ROWID;
