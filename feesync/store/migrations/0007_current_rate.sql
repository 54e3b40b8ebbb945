-- A view of the release in effect today (views.sql), under a name that a user may have given to something of their own.

DROP VIEW IF EXISTS current_rate;
