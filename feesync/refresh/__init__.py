"""Bring a database up to date with CMS: one run, its report, and when the last one succeeded."""
