"""Exporting the grid of rates.

Its rows, streamed from the database, to a CSV, Parquet or SQLite file.
"""
