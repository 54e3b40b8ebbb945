"""The SQLite database: schema and migrations, loading a release in one transaction, the embedded snapshot."""
