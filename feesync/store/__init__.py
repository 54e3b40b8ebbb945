"""The SQLite database: schema and migrations, the embedded snapshot, and which release answers."""
