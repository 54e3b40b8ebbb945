"""Every answer is of one state of the database.

Another connection commits between any two of its statements.
"""

import shutil
import sqlite3
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner
from cms_files import GPCI, fixture, quarter, rvu25d, zip_of
from payment_files import record

from feesync import (
    Setting,
    compare,
    coverage_sheet,
    diff,
    estimate,
    estimate_claim,
    history,
    open_schedule,
    verify,
)
from feesync.cli import cli
from feesync.datasets.rvu.load import load
from feesync.formats.release import from_zip
from feesync.store import checksums, schema

DAY = "2025-11-03"


def revised():
    """The small RVU25D with 71046 and 64493 dearer in all rows, and another name in Alabama."""
    gpci = fixture(GPCI).replace(b"ALABAMA", b"ALABAMA STATE")
    assert gpci != fixture(GPCI)
    release = from_zip(zip_of(rvu25d(gpci=gpci, caps=None)), "rvu25d.zip")
    rows = release.relative_values["nonqp"].rows
    for number, row in enumerate(rows):
        if row.hcpcs == "64493" or (row.hcpcs, row.modifier) in (("71046", ""), ("71046", "TC")):
            rows[number] = row._replace(nonfacility_pe_rvu=row.nonfacility_pe_rvu + 100)
    return release


def switch(path, current, superseded):
    """Make one revision of RVU25D current, in one transaction of a connection of its own."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "UPDATE edition SET superseded_by = ? WHERE edition_id = ?", (current, superseded)
    )
    connection.execute("UPDATE edition SET superseded_by = NULL WHERE edition_id = ?", (current,))
    checksums.seal_shared(connection)
    connection.execute("COMMIT")
    connection.close()


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """A database before a revision of RVU25D, and after it."""
    folder = tmp_path_factory.mktemp("states")
    after = folder / "after.db"
    load(after, from_zip(quarter("C"), "rvu25c.zip"))
    load(after, from_zip(zip_of(rvu25d()), "rvu25d.zip"))
    load(after, revised(), allow_change=True)
    before = folder / "before.db"
    shutil.copy(after, before)
    switch(before, 2, 3)
    return before, after


def command(*args):
    def run(db):
        result = CliRunner().invoke(cli, ["--db", str(db), *args])
        return result.exit_code, result.stdout, result.stderr.replace(str(db), "")

    return run


def payments(db):
    """What a payment file that has the old amount of 64493 differs in."""
    path = db.with_name("PFREV25D.txt")
    path.write_text(
        record("00000-00", "64493", "172.08", "88.31") + record("00000-00", "71046", "1.00", "1.00")
    )
    return verify([path], db=db).files[0].differences


def shown(db):
    return [
        (quote.locality.name, quote.rate)
        for quote in open_schedule(db).rates("71046", [], "AL", date(2025, 11, 3))
    ]


ANSWERS = {
    "estimate": lambda db: estimate("71046", locality="AL", modifiers=["FX"], date=DAY, db=db),
    "estimate of a contract": lambda db: estimate(
        "71046", locality="AL", modifiers=["FX"], date=DAY, of_year=2025, db=db
    ),
    "estimate_claim": lambda db: estimate_claim(
        ["71046-FX", "64493"], locality="AL", date=DAY, db=db
    ),
    "history": lambda db: history("71046", "AL", modifiers=["FX"], db=db),
    "compare": lambda db: compare(
        "71046", modifiers=["FX"], settings=[Setting.NONFACILITY], date=date(2025, 11, 3), db=db
    ),
    "diff": lambda db: diff("RVU25C", "RVU25D", locality="AL", db=db),
    "verify": payments,
    "coverage_sheet": lambda db: coverage_sheet("64493", locality="AL", date=DAY, db=db),
    "rates of a schedule": shown,
    "rates": command("rates", "71046", "64493", "--csv", "--state", "AL", "--date", DAY),
    "rates of a year": command(
        "rates", "71045-71047", "--csv", "--locality", "AL", "--year", "2025"
    ),
    "export": command("export", "71046", "64493", "--state", "AL", "--date", DAY),
    "export of a year": command("export", "71046", "64493", "--state", "AL", "--year", "2025"),
    "localities": command("localities", "alabama", "--date", DAY, "--json"),
    "status": command("status", "--json"),
}


def answered(answer, path):
    """An answer without the path of its database."""
    return repr(answer(path)).replace(str(path), "")


EVERYDAY = {"estimate of a contract", "rates"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in EVERYDAY else pytest.mark.slow) for name in ANSWERS],
)
def test_an_answer_is_of_the_state_before_or_of_that_after(states, tmp_path, monkeypatch, name):
    answer = ANSWERS[name]
    before, after = (answered(answer, state) for state in states)
    assert before != after
    connect, count, at = schema._connect, 0, 0

    def watched(path, query):
        connection = connect(path, query)

        def statement(text):
            nonlocal count
            count += 1
            if count == at:
                switch(path, 3, 2)

        connection.set_trace_callback(statement)
        return connection

    monkeypatch.setattr(schema, "_connect", watched)
    shutil.copy(states[0], tmp_path / "counted.db")
    assert answered(answer, tmp_path / "counted.db") == before
    statements, seen = count, set()
    assert statements > 5
    for at in range(1, statements + 1, max(1, statements // 40)):
        count = 0
        path = tmp_path / f"{at}.db"
        shutil.copy(states[0], path)
        found = answered(answer, path)
        assert found in (before, after), f"at statement {at} of {statements}"
        seen.add(found)
        schedule = open_schedule(path)
        if name != "verify":
            assert answered(answer, path) == after
        schedule._live.forget()
    assert before in seen


def test_an_interrupt_while_an_answer_begins_leaves_no_transaction(loaded, monkeypatch):
    """CMS, 64493 in San Francisco, October 2025: 222.87 before and after."""
    asked: dict[str, Any] = {"locality": "01112-05", "date": DAY, "db": str(loaded)}
    assert str(estimate("64493", **asked).allowed) == "222.87"
    live = open_schedule(loaded)._live
    begin = live.begin

    def interrupted():
        begin()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(live, "begin", interrupted)
        with pytest.raises(KeyboardInterrupt):
            estimate("64493", **asked)
    assert live.source.connection.in_transaction
    assert str(estimate("64493", **asked).allowed) == "222.87"
    assert not live.source.connection.in_transaction
