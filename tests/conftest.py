import os
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from cms_files import rvu25d, zip_of

from feesync.cli import cli
from feesync.formats.release import from_zip
from feesync.store.load import load


@pytest.fixture(autouse=True)
def database(tmp_path, monkeypatch):
    """Every test has a database path of its own, where nothing is yet."""
    path = tmp_path / "feesync.db"
    monkeypatch.setenv("FEESYNC_DB", str(path))
    return path


@pytest.fixture
def loaded(database):
    """The database with the small RVU25D in it."""
    load(database, from_zip(zip_of(rvu25d()), "rvu25d.zip"))
    return database


@pytest.fixture
def sql(database):
    """Run a query on the database; rows as tuples."""

    def run(query, *values):
        connection = sqlite3.connect(database)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    return run


@pytest.fixture
def feesync():
    """Run the command line in this process."""
    runner = CliRunner()

    def run(*args):
        return runner.invoke(cli, [str(arg) for arg in args])

    return run


@pytest.fixture(scope="session")
def cms():
    """The folder of real CMS files."""
    folder = os.environ.get("FEESYNC_CMS_FILES")
    if not folder:
        pytest.skip("FEESYNC_CMS_FILES names no folder of CMS's files")
    return Path(folder)
