"""The SQLite database.

Schema and migrations, loading a release in one transaction, the embedded snapshot.
"""
