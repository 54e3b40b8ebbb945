"""Exporting the grid of rates: its rows, streamed from the database, to a CSV, Parquet or SQLite file."""
