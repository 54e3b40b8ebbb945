-- The views have a file of their own since; these are those of the first version.

DROP VIEW IF EXISTS rate;
DROP VIEW IF EXISTS rate_cents;
DROP VIEW IF EXISTS rate_exact;
