"""What the README prints is what happens."""

import doctest
import re
import shlex
import sqlite3
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
TEXT = README.read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n\$ feesync (.*?)\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize(
    ("command", "output"), CONSOLE, ids=[command[:40] for command, _ in CONSOLE]
)
def test_commands_print_what_stands_below_them(feesync, command, output):
    result = feesync(*shlex.split(command))
    assert (result.exit_code, result.stdout, result.stderr) == (0, output, "")


def test_what_a_refresh_prints(cms, server, november, feesync):
    ((command, output),) = re.findall(r"```text\n\$ feesync (sync .*?)\n(.*?)```", TEXT, re.DOTALL)
    server.offer("RVU25D", (cms / "releases/rvu25d.zip").read_bytes())
    assert feesync("sync").exit_code == 0
    server.offer("RVU26C", (cms / "releases/rvu26c.zip").read_bytes())
    result = feesync(*shlex.split(command))
    assert (result.exit_code, result.stdout, result.stderr) == (0, output, "")


def test_there_are_commands():
    assert len(CONSOLE) >= 5


def test_python_prints_what_stands_below_it():
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    test = doctest.DocTestParser().get_doctest(code, {}, "README", str(README), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert runner.run(test).failed == 0


def test_the_sql_answers_and_every_column_is_documented(loaded):
    (query,) = re.findall(r'sqlite3 feesync\.db "(.*?)"', TEXT)
    connection = sqlite3.connect(loaded)
    assert connection.execute(query).fetchall() == [(222.87, 103.99)]
    columns = {row[0] for row in connection.execute("SELECT * FROM rate").description}
    table = TEXT[TEXT.index("| column |") : TEXT.index("`rate_cents` is")]
    documented = set(re.findall(r"`(\w+)`", table)) - {"RVU25D", "nonqp", "qp", "00000", "00"}
    assert documented <= columns
    assert {column for column in columns if not column.startswith("opps_")} == documented


def test_the_set_up_lines_are_what_ci_runs():
    lines = re.findall(r"^pip install .*", TEXT, re.MULTILINE)
    assert lines[:2] == [
        "pip install . && feesync estimate 64493 --locality 01112-05 -m 50 --date 2025-11-03",
        "pip install -e '.[test]' && pytest",
    ]
