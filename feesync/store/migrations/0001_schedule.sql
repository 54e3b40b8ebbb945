-- The fee schedule as CMS publishes it, in integers: RVUs and shares in hundredths, GPCIs in thousandths,
-- conversion factors in ten-thousandths of a dollar. Codes are text, with their zeros.

CREATE TABLE release (
    release_id     INTEGER PRIMARY KEY,
    label          TEXT NOT NULL,
    year           INTEGER NOT NULL,
    effective_from TEXT NOT NULL,
    effective_to   TEXT NOT NULL,
    sha256         TEXT NOT NULL,
    source         TEXT NOT NULL,
    loaded_at      TEXT, -- UTC; NULL in the embedded snapshot
    superseded_by  INTEGER REFERENCES release (release_id) DEFERRABLE INITIALLY DEFERRED,
    UNIQUE (label, sha256),
    CHECK (effective_from <= effective_to)
) STRICT;

-- One revision of a label is current; older ones stay, superseded.
CREATE UNIQUE INDEX current_release ON release (label) WHERE superseded_by IS NULL;

CREATE TABLE source_file (
    release_id INTEGER NOT NULL REFERENCES release (release_id),
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    rows       INTEGER NOT NULL,
    PRIMARY KEY (release_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversion_factor (
    release_id INTEGER NOT NULL REFERENCES release (release_id),
    basis      TEXT NOT NULL CHECK (basis IN ('nonqp', 'qp')),
    factor     INTEGER NOT NULL CHECK (factor BETWEEN 1 AND 999999),
    source     TEXT NOT NULL,
    PRIMARY KEY (release_id, basis)
) STRICT, WITHOUT ROWID;

CREATE TABLE relative_value (
    release_id         INTEGER NOT NULL REFERENCES release (release_id),
    hcpcs              TEXT NOT NULL,
    modifier           TEXT NOT NULL,
    status             TEXT NOT NULL,
    work_rvu           INTEGER NOT NULL CHECK (work_rvu BETWEEN 0 AND 99999),
    nonfacility_pe_rvu INTEGER NOT NULL CHECK (nonfacility_pe_rvu BETWEEN 0 AND 99999),
    facility_pe_rvu    INTEGER NOT NULL CHECK (facility_pe_rvu BETWEEN 0 AND 99999),
    mp_rvu             INTEGER NOT NULL CHECK (mp_rvu BETWEEN 0 AND 99999),
    nonfacility_na     INTEGER NOT NULL CHECK (nonfacility_na IN (0, 1)),
    facility_na        INTEGER NOT NULL CHECK (facility_na IN (0, 1)),
    multiple_procedure TEXT NOT NULL,
    bilateral          TEXT NOT NULL,
    assistant_surgeon  TEXT NOT NULL,
    co_surgeon         TEXT NOT NULL,
    team_surgeon       TEXT NOT NULL,
    pctc               TEXT NOT NULL,
    global_days        TEXT NOT NULL,
    preoperative       INTEGER NOT NULL,
    intraoperative     INTEGER NOT NULL,
    postoperative      INTEGER NOT NULL,
    endoscopic_base    TEXT NOT NULL,
    supervision        TEXT NOT NULL,
    imaging_family     TEXT NOT NULL,
    PRIMARY KEY (release_id, hcpcs, modifier)
) STRICT, WITHOUT ROWID;

-- Only for codes that CMS gives OPPS columns. By basis: they are OPPS dollars over the basis's own conversion factor.
CREATE TABLE opps_relative_value (
    release_id         INTEGER NOT NULL REFERENCES release (release_id),
    basis              TEXT NOT NULL,
    hcpcs              TEXT NOT NULL,
    modifier           TEXT NOT NULL,
    nonfacility_pe_rvu INTEGER NOT NULL CHECK (nonfacility_pe_rvu BETWEEN 0 AND 99999),
    facility_pe_rvu    INTEGER NOT NULL CHECK (facility_pe_rvu BETWEEN 0 AND 99999),
    mp_rvu             INTEGER NOT NULL CHECK (mp_rvu BETWEEN 0 AND 99999),
    PRIMARY KEY (release_id, basis, hcpcs, modifier)
) STRICT, WITHOUT ROWID;

-- The national row is MAC 00000, locality 00, with GPCIs of 1.000.
CREATE TABLE locality (
    release_id INTEGER NOT NULL REFERENCES release (release_id),
    mac        TEXT NOT NULL CHECK (length(mac) = 5),
    locality   TEXT NOT NULL CHECK (length(locality) = 2),
    work_gpci  INTEGER NOT NULL CHECK (work_gpci BETWEEN 1 AND 3999),
    pe_gpci    INTEGER NOT NULL CHECK (pe_gpci BETWEEN 1 AND 3999),
    mp_gpci    INTEGER NOT NULL CHECK (mp_gpci BETWEEN 1 AND 3999),
    state      TEXT,
    name       TEXT NOT NULL,
    PRIMARY KEY (release_id, mac, locality)
) STRICT, WITHOUT ROWID;

CREATE TABLE locality_counties (
    release_id INTEGER NOT NULL REFERENCES release (release_id),
    mac        TEXT NOT NULL,
    locality   TEXT NOT NULL,
    state_name TEXT NOT NULL,
    area       TEXT NOT NULL,
    counties   TEXT NOT NULL,
    PRIMARY KEY (release_id, mac, locality, state_name, area, counties)
) STRICT, WITHOUT ROWID;
