"""Export the grid of rates, row by row, from the database to a CSV, Parquet or SQLite file."""
