import gc
import os
import re
import shutil
import sqlite3
import sys
from datetime import date
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
import small
import valid
from book import Book
from click.testing import CliRunner
from cms_files import quarter, rvu25d, zip_of
from fake_cms import FakeCms
from filelock import FileLock

from feesync.cli import cli
from feesync.datasets.rvu.checks import suite
from feesync.datasets.rvu.load import load
from feesync.formats.release import from_zip


def pytest_configure(config):
    """Keep bytecode in pytest's own cache where the environment wants none beside the sources.

    Else every process compiles the tests and the package again.
    """
    if sys.dont_write_bytecode and hasattr(config, "cache"):
        sys.dont_write_bytecode = False
        sys.pycache_prefix = str(config.cache.mkdir("bytecode"))
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    # by thousands of tests, a collection at the usual thresholds takes a fifth of the time
    gc.set_threshold(20_000, 50, 100)


def pytest_collection_finish():
    """What has been collected stays until the end: the collector of garbage passes it over."""
    gc.freeze()


def pytest_collection_modifyitems(items):
    """Mark what reads files that are not in the repository: so that it can be run by itself."""
    for item in items:
        if "spark" in item.fixturenames:
            item.add_marker(pytest.mark.spark)
        if "chromium" in item.fixturenames:
            item.add_marker(pytest.mark.browser)
        if {"cms", "x12"} & {*item.fixturenames}:
            item.add_marker(pytest.mark.cms_files)
            item.add_marker(pytest.mark.slow)


MEMORY, ROOM = Path("/dev/shm"), 4 * 10**9
"""Where Linux has files in memory, and the bytes that are to be free there."""
NUMBERS = count()


@pytest.fixture(scope="session")
def in_memory(tmp_path_factory):
    """The folder of everyday tests, which write much and wait for no disk, where there is room.

    It goes with the run; with `--basetemp=FOLDER` it is there, and stays.
    """
    usual = tmp_path_factory.getbasetemp()
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    if "pytest-of-" not in str(usual) or not has_room:
        yield usual
        return
    with TemporaryDirectory(
        prefix="feesync-tests-", dir=MEMORY, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


@pytest.fixture
def tmp_path(request, in_memory, tmp_path_factory):
    """An empty folder of the test's name, made at a fifth of what pytest's own costs."""
    slow = request.node.get_closest_marker("slow")
    base = tmp_path_factory.getbasetemp() if slow else in_memory
    name = re.sub(r"\W", "_", request.node.name)[:30]
    path = base / f"{name}{next(NUMBERS)}"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture(autouse=True)
def database(tmp_path, monkeypatch):
    """Every test has an empty database path and cache of its own, and no way to CMS."""
    path = tmp_path / "feesync.db"
    monkeypatch.setenv("FEESYNC_DB", str(path))
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.setenv("FEESYNC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("FEESYNC_CMS_URL", "http://127.0.0.1:9")
    return path


CHECKS = suite.OF_ITSELF


@pytest.fixture(autouse=True, scope="session")
def small_releases():
    """The fixtures have some eighty rows of CMS's 19,000.

    Their least number of rows is in the place of CMS's.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(suite, "OF_ITSELF", small.checks())
        yield


@pytest.fixture
def all_checks(monkeypatch):
    """Releases are checked as everywhere else, with the least number of rows of CMS's files."""
    monkeypatch.setattr(suite, "OF_ITSELF", CHECKS)


@pytest.fixture
def cache(database):
    """The folder of downloads."""
    return database.parent / "cache"


@pytest.fixture
def server(monkeypatch):
    """A loopback server in the place of cms.gov, with nothing on it yet."""
    server = FakeCms()
    monkeypatch.setenv("FEESYNC_CMS_URL", server.url)
    yield server
    server.stop()


@pytest.fixture
def offered(server, naps):
    """The loopback server with the small RVU25C and RVU25D on it."""
    server.offer("RVU25C", quarter("C"))
    server.offer("RVU25D", quarter("D"))
    return server


@pytest.fixture
def november(monkeypatch):
    """It is 2025-11-03, whatever the day."""

    class Today(date):
        @classmethod
        def today(cls):
            return cls(2025, 11, 3)

    for module in ("run", "sync"):
        monkeypatch.setattr(f"feesync.refresh.{module}.date", Today)
    monkeypatch.setattr("feesync.refresh.status.Date", Today)


@pytest.fixture
def naps(monkeypatch):
    """Waits between tries take no time; their lengths are noted here."""
    taken: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=taken.append))
    return taken


@pytest.fixture(scope="session")
def small_rvu25d(tmp_path_factory):
    """A database with the small RVU25D in it, to be copied."""
    path = tmp_path_factory.mktemp("small") / "rvu25d.db"
    load(path, from_zip(zip_of(rvu25d()), "rvu25d.zip"))
    return path


@pytest.fixture
def loaded(database, small_rvu25d):
    """The database with the small RVU25D in it."""
    shutil.copy(small_rvu25d, database)
    return database


@pytest.fixture(scope="session")
def small_book(small_rvu25d):
    """The small RVU25D by two readings."""
    return Book(from_zip(zip_of(rvu25d()), "rvu25d.zip"), small_rvu25d)


@pytest.fixture(scope="session")
def whole_book(cms, of_releases):
    """CMS's RVU25D by two readings."""
    zip_path = cms / "releases/rvu25d.zip"
    return Book(from_zip(zip_path.read_bytes(), zip_path.name), of_releases("rvu25d"))


@pytest.fixture(params=["small_book", pytest.param("whole_book", marks=pytest.mark.slow)])
def book(request):
    """The small RVU25D by two readings; in the slow run CMS's too."""
    return request.getfixturevalue(request.param)


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
def feesync_whole():
    """Run the command line in this process; JSON that it prints is true to its schema."""
    runner = CliRunner()

    def run(*args, stdin=None):
        words = [str(arg) for arg in args]
        result = runner.invoke(cli, words, input=stdin)
        valid.hold(words, result.stdout)
        return result

    return run


@pytest.fixture
def feesync(feesync_whole):
    """Run the command line in this process.

    That there is no database yet, which tests of its own hold, is left out of stderr.
    """

    def run(*args, stdin=None):
        result = feesync_whole(*args, stdin=stdin)
        result.stderr_bytes = re.sub(
            rb"feesync: info: there is no database .* yet: .*\n", b"", result.stderr_bytes
        )
        return result

    return run


@pytest.fixture(scope="session")
def cms():
    """The folder of real CMS files."""
    folder = os.environ.get("FEESYNC_CMS_FILES")
    if not folder:
        pytest.skip("FEESYNC_CMS_FILES names no folder of CMS's files")
    return Path(folder)


@pytest.fixture(scope="session")
def x12():
    """The folder of public X12 files: FEESYNC_X12_FILES, else x12/public beside CMS's files."""
    beside = Path(os.environ.get("FEESYNC_CMS_FILES") or ".").parent / "x12/public"
    folder = Path(os.environ.get("FEESYNC_X12_FILES") or beside)
    if not folder.is_dir():
        pytest.skip("FEESYNC_X12_FILES names no folder of X12 files")
    return folder


@pytest.fixture(scope="session")
def of_releases(cms, tmp_path_factory, small_releases):
    """Databases of CMS's own releases, to be read or copied; made once for all processes.

    Called with names of zips ("rvu25d"), which are loaded in that order.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    def database(*names):
        path = folder / f"{'-'.join(names)}.db"
        with FileLock(f"{path}.lock"):
            if not path.exists():
                unfinished = path.with_suffix(".part")
                if names[:-1]:
                    shutil.copy(database(*names[:-1]), unfinished)
                zip_path = cms / f"releases/{names[-1]}.zip"
                load(unfinished, from_zip(zip_path.read_bytes(), zip_path.name))
                unfinished.replace(path)
        return path

    return database


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """A session of Spark on two cores of this machine."""
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    if not shutil.which("java"):
        pytest.skip("there is no Java, which Spark runs in")
    options = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(tmp_path_factory.mktemp("spark")),
        "spark.sql.shuffle.partitions": "2",
        # of few rows, compiling takes most of the time
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = sql.SparkSession.builder.master("local[2]").config(map=options).getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()


@pytest.fixture(scope="module")
def chromium():
    """Chromium without a window.

    Of a module and no longer: while Playwright is there, no other event loop runs in its thread.
    """
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = os.environ.get("FEESYNC_CHROMIUM") or shutil.which("chromium")
    if not program:
        pytest.skip("there is no Chromium, which the pages are looked at in")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=root)
        yield browser
        browser.close()
