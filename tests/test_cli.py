import platform
import shutil
import sqlite3
import subprocess
import sys

import pytest

import feesync as package
from feesync.cli import cli
from feesync.errors import ExitStatus


def run(*args, **options):
    return subprocess.run(
        [sys.executable, "-m", "feesync", *args],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def test_version_and_help_run_as_a_module():
    first, versions, data = run("--version").stdout.splitlines()
    assert first == f"feesync {package.__version__}"
    assert versions == f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    assert data.startswith("Data: ")
    result = run("--help")
    assert result.returncode == 0
    assert [line.split()[0] for line in result.stdout.split("Commands:\n")[1].splitlines()] == [
        "estimate",
        "claim",
        "check",
        "sheet",
        "coverage",
        "rates",
        "compare",
        "history",
        "diff",
        "export",
        "reprice",
        "localities",
        "modifiers",
        "sync",
        "import",
        "audit",
        "verify",
        "status",
        "cache",
        "config",
        "serve",
        "mcp",
        "schema",
        "help",
        "completion",
    ]


def test_the_version_says_which_data_answer(feesync, database, small_rvu25d):
    before = feesync("--version").stdout.splitlines()[2]
    assert before == (
        f"Data: {database} is not there yet; the embedded snapshot answers, up to RVU26C"
    )
    shutil.copy(small_rvu25d, database)
    loaded = feesync("--version").stdout.splitlines()[2]
    assert loaded == f"Data: 1 release, the newest RVU25D, in {database}"
    database.write_text("not a database" * 100)
    broken = feesync("--version")
    assert (broken.exit_code, broken.stdout.splitlines()[2]) == (
        0,
        f"Data: {database} is not a feesync database",
    )


@pytest.mark.parametrize("command", cli.list_commands(None))
def test_every_help_has_an_example(feesync, command):
    lines = feesync(command, "--help").stdout.splitlines()
    assert any(
        line.startswith(f"    feesync {command} ") or line == f"    feesync {command}"
        for line in lines
    )
    assert not any("\\b" in line or "\b" in line for line in lines)


def test_exit_statuses_reach_the_shell():
    assert (
        run("estimate", "64493", "--locality", "01112-05", "--date", "2027-01-01").returncode
        == ExitStatus.NO_PRICE
    )
    assert run("estimate", "64493").returncode == ExitStatus.USAGE
    assert run("nothing").returncode == ExitStatus.USAGE
    assert (
        run("estimate", "64493", "--locality", "01112-05", "--date", "2025-11-03").returncode
        == ExitStatus.OK
    )


def test_the_database_option_stands_before_or_after_the_command(
    feesync, loaded, tmp_path, monkeypatch
):
    monkeypatch.delenv("FEESYNC_DB")
    line = ("estimate", "64493", "--locality", "national", "--date", "2025-11-03")
    assert "rvu25d.zip" in feesync("--db", loaded, *line).stdout
    assert "rvu25d.zip" in feesync(*line, "--db", loaded).stdout


FETCHING = {"requests", "urllib3", "sqlite_utils", "tenacity", "lxml", "filelock"}
DRAWING = {"matplotlib", "duckdb", "pyarrow", "xlsxwriter", "python_calamine"}
PRINTING = {"tabulate", "simplejson"}
STANDARD = {"dataclasses", "fractions", "pathlib", "platformdirs", "shutil", "tempfile", "urllib"}
"""Modules that a start would wait for, and that an estimate does not need."""


@pytest.mark.parametrize(
    ("line", "unneeded"),
    [
        (
            "estimate 64493 --locality 94110 -m 50 --date 2025-11-03",
            FETCHING | DRAWING | PRINTING | STANDARD,
        ),
        ("coverage 64493 --locality AL --date 2025-11-03", FETCHING | DRAWING | PRINTING),
        ("export 64493 --locality AL --date 2025-11-03", FETCHING | DRAWING | PRINTING),
        ("rates 64490-64495 --locality AL --date 2025-11-03", FETCHING | DRAWING),
        ("compare 64493 --state AL --date 2025-11-03", FETCHING | DRAWING),
        ("history 64493 --locality AL", FETCHING | DRAWING),
        ("localities 10001 --date 2025-11-03", FETCHING | DRAWING),
        ("modifiers 5", FETCHING | DRAWING),
        ("status --json", FETCHING | DRAWING),
        ("import --help", FETCHING | DRAWING),
    ],
)
def test_looking_up_loads_no_http_and_no_loading_library(line, unneeded, monkeypatch):
    monkeypatch.delenv("FEESYNC_CMS_URL")
    script = (
        "import sys\nfrom feesync.cli import main\n"
        f"try:\n    main({line.split()!r})\n"
        "except SystemExit as stop:\n    assert stop.code == 0\n"
        f"print(sorted({{name.split('.')[0] for name in sys.modules}} & {unneeded!r}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"
