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

-- The formula of the Medicare Physician Fee Schedule, written once, before any rounding, in billionths of a dollar:
-- (work RVU x work GPCI + PE RVU x PE GPCI + MP RVU x MP GPCI) x conversion factor. "capped" is the lower of the fee and the
-- same formula with the OPPS columns, where CMS gives a code OPPS columns. No product exceeds 6e17; SQLite's integers hold 9e18.
CREATE VIEW rate_exact AS
SELECT
    r.release_id, r.label AS release, r.year, f.basis, v.hcpcs, v.modifier, l.mac, l.locality, l.state, l.name AS locality_name,
    v.status, v.work_rvu, v.nonfacility_pe_rvu, v.facility_pe_rvu, v.mp_rvu, v.nonfacility_na, v.facility_na,
    v.multiple_procedure, v.bilateral, v.assistant_surgeon, v.co_surgeon, v.team_surgeon, v.pctc, v.global_days,
    v.preoperative, v.intraoperative, v.postoperative, v.endoscopic_base, v.supervision, v.imaging_family,
    o.nonfacility_pe_rvu AS opps_nonfacility_pe_rvu, o.facility_pe_rvu AS opps_facility_pe_rvu, o.mp_rvu AS opps_mp_rvu,
    l.work_gpci, l.pe_gpci, l.mp_gpci, f.factor AS conversion_factor,
    v.status IN ('A', 'R', 'T') AND v.work_rvu + v.nonfacility_pe_rvu + v.facility_pe_rvu + v.mp_rvu > 0 AS priced,
    (v.work_rvu * l.work_gpci + v.nonfacility_pe_rvu * l.pe_gpci + v.mp_rvu * l.mp_gpci) * f.factor AS nonfacility_exact,
    (v.work_rvu * l.work_gpci + v.facility_pe_rvu * l.pe_gpci + v.mp_rvu * l.mp_gpci) * f.factor AS facility_exact,
    (v.work_rvu * l.work_gpci + min(v.nonfacility_pe_rvu * l.pe_gpci + v.mp_rvu * l.mp_gpci,
        coalesce(o.nonfacility_pe_rvu * l.pe_gpci + o.mp_rvu * l.mp_gpci, 999999999999))) * f.factor AS nonfacility_capped_exact,
    (v.work_rvu * l.work_gpci + min(v.facility_pe_rvu * l.pe_gpci + v.mp_rvu * l.mp_gpci,
        coalesce(o.facility_pe_rvu * l.pe_gpci + o.mp_rvu * l.mp_gpci, 999999999999))) * f.factor AS facility_capped_exact
FROM release AS r
JOIN conversion_factor AS f ON f.release_id = r.release_id
JOIN relative_value AS v ON v.release_id = r.release_id
LEFT JOIN opps_relative_value AS o
    ON o.release_id = v.release_id AND o.basis = f.basis AND o.hcpcs = v.hcpcs AND o.modifier = v.modifier
JOIN locality AS l ON l.release_id = r.release_id
WHERE r.superseded_by IS NULL;

-- The same, rounded once, half up, to whole cents: for programs.
-- An amount is what Medicare allows: NULL where the status is not A, R or T or the row has no RVUs (contractor-priced), and
-- in a facility where the NA flag is set, except for therapy (multiple procedure indicator 5), which takes the
-- nonfacility amount there. The limiting charge is 1.0925 (437 / 400) of the unrounded amount.
CREATE VIEW rate_cents AS
SELECT
    *,
    (nonfacility_exact + 5000000) / 10000000 AS nonfacility_fee,
    (facility_exact + 5000000) / 10000000 AS facility_fee,
    (nonfacility_capped_exact + 5000000) / 10000000 AS nonfacility_capped_fee,
    (facility_capped_exact + 5000000) / 10000000 AS facility_capped_fee,
    CASE WHEN priced THEN (nonfacility_capped_exact + 5000000) / 10000000 END AS nonfacility_amount,
    CASE
        WHEN NOT priced THEN NULL
        WHEN NOT facility_na THEN (facility_capped_exact + 5000000) / 10000000
        WHEN multiple_procedure = '5' THEN (nonfacility_capped_exact + 5000000) / 10000000
    END AS facility_amount,
    CASE WHEN priced THEN (nonfacility_capped_exact * 437 + 2000000000) / 4000000000 END AS nonfacility_limiting_charge,
    CASE
        WHEN NOT priced THEN NULL
        WHEN NOT facility_na THEN (facility_capped_exact * 437 + 2000000000) / 4000000000
        WHEN multiple_procedure = '5' THEN (nonfacility_capped_exact * 437 + 2000000000) / 4000000000
    END AS facility_limiting_charge
FROM rate_exact;

-- The same in dollars: for people, spreadsheets and SQL. The README documents the columns.
CREATE VIEW rate AS
SELECT
    release, year, basis, hcpcs, modifier, mac, locality, state, locality_name, status,
    nonfacility_fee / 100.0 AS nonfacility_fee,
    facility_fee / 100.0 AS facility_fee,
    nonfacility_amount / 100.0 AS nonfacility_amount,
    facility_amount / 100.0 AS facility_amount,
    nonfacility_limiting_charge / 100.0 AS nonfacility_limiting_charge,
    facility_limiting_charge / 100.0 AS facility_limiting_charge,
    nonfacility_na, facility_na,
    work_rvu / 100.0 AS work_rvu, nonfacility_pe_rvu / 100.0 AS nonfacility_pe_rvu, facility_pe_rvu / 100.0 AS facility_pe_rvu,
    mp_rvu / 100.0 AS mp_rvu,
    opps_nonfacility_pe_rvu / 100.0 AS opps_nonfacility_pe_rvu, opps_facility_pe_rvu / 100.0 AS opps_facility_pe_rvu,
    opps_mp_rvu / 100.0 AS opps_mp_rvu,
    work_gpci / 1000.0 AS work_gpci, pe_gpci / 1000.0 AS pe_gpci, mp_gpci / 1000.0 AS mp_gpci,
    conversion_factor / 10000.0 AS conversion_factor,
    pctc, global_days, preoperative / 100.0 AS preoperative, intraoperative / 100.0 AS intraoperative,
    postoperative / 100.0 AS postoperative, multiple_procedure, bilateral, assistant_surgeon, co_surgeon, team_surgeon,
    endoscopic_base, supervision, imaging_family
FROM rate_cents;
