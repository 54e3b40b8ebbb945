-- The rates that the tables make together, and the editions by dataset. Made anew by every migration, so that each formula
-- stands once, here.

DROP VIEW IF EXISTS current_rate;
DROP VIEW IF EXISTS rate;
DROP VIEW IF EXISTS rate_cents;
DROP VIEW IF EXISTS revision_rate_cents;
DROP VIEW IF EXISTS revision_rate_exact;
DROP VIEW IF EXISTS release;
DROP VIEW IF EXISTS zip_file;

-- The editions of the PFS Relative Value Files, superseded ones too.
CREATE VIEW release AS
SELECT edition_id AS release_id, label, year, effective_from, effective_to, sha256, source, loaded_at, superseded_by
FROM edition NOT INDEXED
WHERE dataset = 'rvu';

-- The editions of the Zip Code to Carrier Locality File: a ZIP5 or ZIP9 a quarter, superseded ones too.
CREATE VIEW zip_file AS
SELECT
    edition_id AS zip_file_id, substr(label, 1, 4) AS kind, year, (CAST(substr(effective_from, 6, 2) AS INTEGER) + 2) / 3 AS quarter,
    sha256, source, rows, loaded_at, superseded_by
FROM edition NOT INDEXED
WHERE dataset = 'zip-locality';

-- The formula of the Medicare Physician Fee Schedule, written once, before any rounding, in billionths of a dollar:
-- (work RVU x work GPCI + PE RVU x PE GPCI + MP RVU x MP GPCI) x conversion factor. "capped" is the lower of the fee and the
-- same formula with the OPPS columns, where CMS gives a code OPPS columns. For every revision, so that two can be compared.
-- No product exceeds 6e17; SQLite's integers hold 9e18.
CREATE VIEW revision_rate_exact AS
SELECT
    r.edition_id AS release_id, r.superseded_by IS NULL AS is_current, r.label AS release, r.year, f.basis,
    v.hcpcs, v.modifier, l.mac, l.locality, l.state, l.name AS locality_name,
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
FROM edition AS r
JOIN conversion_factor AS f ON f.release_id = r.edition_id
JOIN relative_value AS v ON v.release_id = r.edition_id
LEFT JOIN opps_relative_value AS o
    ON o.release_id = v.release_id AND o.basis = f.basis AND o.hcpcs = v.hcpcs AND o.modifier = v.modifier
JOIN locality AS l ON l.release_id = r.edition_id;

-- The same, rounded once, half up, to whole cents: for programs.
-- An amount is what Medicare allows: NULL where the status is not A, R or T or the row has no RVUs (contractor-priced), and
-- in a facility where the NA flag is set, except for therapy (multiple procedure indicator 5), which takes the
-- nonfacility amount there. The limiting charge is 1.0925 (437 / 400) of the unrounded amount.
CREATE VIEW revision_rate_cents AS
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
FROM revision_rate_exact;

-- The same of current revisions only; a superseded one is in no answer.
CREATE VIEW rate_cents AS SELECT * FROM revision_rate_cents WHERE is_current;

-- The same in dollars: for people, spreadsheets and SQL. docs/reference/database.md documents the columns.
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

-- The rates of the release in effect today, else of the last one before, as text with all its decimals: for a table that
-- people read. Of two releases that overlap, the later.
CREATE VIEW current_rate AS
SELECT
    release, basis, hcpcs, modifier, mac, locality, state, locality_name, status,
    (nonfacility_amount / 100) || '.' || substr(100 + nonfacility_amount % 100, 2) AS nonfacility_amount,
    (facility_amount / 100) || '.' || substr(100 + facility_amount % 100, 2) AS facility_amount,
    (nonfacility_limiting_charge / 100) || '.' || substr(100 + nonfacility_limiting_charge % 100, 2) AS nonfacility_limiting_charge,
    (facility_limiting_charge / 100) || '.' || substr(100 + facility_limiting_charge % 100, 2) AS facility_limiting_charge,
    nonfacility_na, facility_na,
    (work_rvu / 100) || '.' || substr(100 + work_rvu % 100, 2) AS work_rvu,
    (nonfacility_pe_rvu / 100) || '.' || substr(100 + nonfacility_pe_rvu % 100, 2) AS nonfacility_pe_rvu,
    (facility_pe_rvu / 100) || '.' || substr(100 + facility_pe_rvu % 100, 2) AS facility_pe_rvu,
    (mp_rvu / 100) || '.' || substr(100 + mp_rvu % 100, 2) AS mp_rvu,
    (work_gpci / 1000) || '.' || substr(1000 + work_gpci % 1000, 2) AS work_gpci,
    (pe_gpci / 1000) || '.' || substr(1000 + pe_gpci % 1000, 2) AS pe_gpci,
    (mp_gpci / 1000) || '.' || substr(1000 + mp_gpci % 1000, 2) AS mp_gpci,
    (conversion_factor / 10000) || '.' || substr(10000 + conversion_factor % 10000, 2) AS conversion_factor,
    global_days, multiple_procedure, bilateral
FROM rate_cents
WHERE release_id = (
    SELECT release_id FROM release
    WHERE superseded_by IS NULL AND effective_from <= date('now', 'localtime')
    ORDER BY effective_from DESC, label DESC LIMIT 1
);
