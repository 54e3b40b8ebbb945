"""`feesync audit`: what it prints, writes and ends with, and what it keeps to itself."""

import csv
import io
import json
import os
import re
import stat

import pytest
from click.testing import CliRunner
from everyday import one_in
from python_calamine import CalamineWorkbook
from remits import X12, claim, denied, remit, service

from feesync.cli import cli

HERE = ("--locality", "01112-05")
BASE = X12 / "base.835"
TABLE = """\
3 lines of 2 claims: 2 underpaid by 114.90, 1 right.
Of 3 judged lines 489.89 is allowed, where 604.79 should be; 384.07 is paid.

Claim    #  Date        Code      Allowed  Expected  Variance  As if
-------  -  ----------  --------  -------  --------  --------  -----------
C000001  1  2025-11-03  64493-50   222.87    334.31   -111.44  without 50
C000002  1  2025-11-03  64493-RT   100.53    103.99     -3.46  unexplained

Code        Lines    Underpaid    Overpaid
--------  -------  -----------  ----------
64493-50        1       111.44        0.00
64493-RT        1         3.46        0.00

Cause                       Lines    Underpaid    Overpaid
------------------------  -------  -----------  ----------
as without 50                   1       111.44        0.00
nothing that explains it        1         3.46        0.00
"""
OTHERS = """\
6 lines of 5 claims: 1 underpaid by 3.46, 1 right, 1 denied, 3 not audited.
Of 2 judged lines 323.40 is allowed, where 326.86 should be; 253.54 is paid.

Claim    #  Date        Code      Allowed  Expected  Variance  As if
-------  -  ----------  --------  -------  --------  --------  -----------
C000001  1  2025-11-03  64493-RT   100.53    103.99     -3.46  unexplained

Denied, and what is allowed for it:
Claim    Line    Date        Code      Charge    Expected  Codes
-------  ------  ----------  ------  --------  ----------  --------------
C000002  1       2025-11-03  64493     300.00      222.87  CO-16 M76 MA01

Code        Lines    Underpaid    Overpaid
--------  -------  -----------  ----------
64493-RT        1         3.46        0.00

Cause                       Lines    Underpaid    Overpaid
------------------------  -------  -----------  ----------
nothing that explains it        1         3.46        0.00

Not audited:
Lines   Paid  Why
-----  -----  ------------------------------------------------------------------
    1   0.00  paid with another line (CARC 97)
    1  20.11  paid behind another payer
    1  78.40  filing indicator CI: not Medicare Part B, and no contract is given

Taken from payments apart from claims (PLB), and no part of a line:
Reason      Adjustments    Amount
--------  -------------  --------
CS                    1      none
L6                    1     -1.00
WO                    1    100.31
"""
SECRET = re.compile(
    r"MADE0|ICN|\b(DOE|JANE|ROE|RICHARD|CLINIC)\b|1AA0AA|1234567893|99999999|EFT0|MADE ?UP|DOLOR"
    "|5550100000",
    re.IGNORECASE,
)
"""What no stream may have: names and numbers of the samples."""


def test_the_table(feesync):
    result = feesync("audit", BASE, *HERE)
    assert (result.exit_code, result.stdout, result.stderr) == (0, TABLE, "")
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_what_is_not_judged(feesync, tmp_path):
    commercial = remit(
        tmp_path / "a.835", claim(service("64493", "100"), filing="CI", number="OTHER")
    )
    names = ("plb_mixed", "denied_4", "bundled_svc06", "secondary_2")
    result = feesync("audit", *(X12 / f"{name}.835" for name in names), commercial, *HERE)
    assert (result.exit_code, result.stdout) == (0, OTHERS)
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_the_worst_lines_and_how_many_more(feesync, tmp_path):
    lines = [service("64493", str(amount)) for amount in (100, 120, 110)]
    claims = [claim(line, number=f"N{number}") for number, line in enumerate(lines)]
    path = remit(tmp_path / "a.835", *claims)
    shown = feesync("audit", path, *HERE, "--most", 1).stdout
    assert "100.00    222.87   -122.87" in shown
    assert "110.00    222.87" not in shown
    assert "And 2 more lines: --most 0 prints all, as --csv and -o do." in shown
    assert "more line" not in feesync("audit", path, *HERE, "--most", 0).stdout


def test_payers_where_there_are_several(feesync, tmp_path):
    paths = [
        remit(tmp_path / name, claim(service("64493", "100"), number=name), payer=name)
        for name in ("01112", "77777")
    ]
    assert feesync("audit", *paths, *HERE).stdout.endswith(
        """
Payer      Lines    Underpaid    Overpaid
-------  -------  -----------  ----------
01112          1       122.87        0.00
77777          1       122.87        0.00
"""
    )


def test_csv(feesync):
    result = feesync("audit", BASE, *HERE, "--csv")
    first, *_ = rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 3
    assert (first["hcpcs"], first["modifiers"], first["variance"]) == ("64493", "50", "-111.44")
    assert (first["as_if"], first["carc"]) == ("without 50", "CO-45 CO-253 PR-2")
    assert result.stderr == "feesync: 3 lines of 2 claims: 2 underpaid by 114.90, 1 right.\n"


def test_json(feesync):
    result = feesync("audit", BASE, *HERE, "--json")
    answer = json.loads(result.stdout)
    assert answer["rows"][0]["variance"] == -111.44
    assert answer["summary"]["by_cause"][0] == {
        **{"name": "as without 50", "lines": 1, "underpaid_lines": 1, "underpaid": 111.44},
        **{"overpaid_lines": 0, "overpaid": 0.0, "allowed": 222.87, "expected": 334.31},
        "paid": 174.73,
    }
    assert result.stderr == ""


class TestFile:
    """The file of -o."""

    @pytest.fixture
    def umask(self):
        old = os.umask(0)
        yield
        os.umask(old)

    @pytest.mark.usefixtures("umask")
    @pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
    def test_nobody_else_can_read_it(self, feesync, tmp_path, kind):
        path = tmp_path / f"out.{kind}"
        path.write_text("old")
        path.chmod(0o666)
        result = feesync("audit", BASE, *HERE, "-o", path, "--force")
        assert (result.exit_code, result.stdout) == (0, "")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert result.stderr.splitlines()[-1] == f"feesync: 3 lines in {path}"

    def test_csv_and_json_are_what_is_printed(self, feesync, tmp_path):
        for kind in ("csv", "json"):
            path = tmp_path / f"out.{kind}"
            assert feesync("audit", BASE, *HERE, "-o", path).exit_code == 0
            assert path.read_text() == feesync("audit", BASE, *HERE, f"--{kind}").stdout

    def test_csv_without_a_line_has_its_header(self, feesync, tmp_path):
        path = tmp_path / "out.csv"
        empty = remit(tmp_path / "a.835")
        feesync("audit", empty, *HERE, "-o", path)
        assert path.read_text().startswith("claim,line,date,hcpcs")

    def test_a_workbook(self, feesync, tmp_path):
        path = tmp_path / "out.xlsx"
        feesync("audit", BASE, X12 / "denied_4.835", *HERE, "-o", path)
        book = CalamineWorkbook.from_path(path)
        assert book.sheet_names == [
            *("Lines", "By code", "By cause", "By payer", "Not audited", "Provider adjustments"),
        ]
        head, first, *_ = book.get_sheet_by_name("Lines").to_python()
        row = dict(zip(head, first, strict=True))
        assert (row["hcpcs"], row["variance"], row["as_if"]) == ("64493", -111.44, "without 50")
        left = book.get_sheet_by_name("Not audited").to_python()
        assert left[1] == ["denied", "", "", 1, 300, 0, 222.87]

    def test_it_is_not_replaced(self, feesync, tmp_path):
        path = tmp_path / "out.csv"
        path.write_text("mine")
        result = feesync("audit", BASE, *HERE, "-o", path)
        assert (result.exit_code, path.read_text()) == (2, "mine")
        assert "--force replaces it" in result.stderr

    @pytest.mark.parametrize("name", ["out.txt", "absent/out.csv"])
    def test_where_none_can_be_written(self, feesync, tmp_path, name):
        assert feesync("audit", BASE, *HERE, "-o", tmp_path / name).exit_code == 2

    def test_force_goes_with_it(self, feesync):
        assert feesync("audit", BASE, *HERE, "--force").exit_code == 2


@pytest.mark.parametrize("form", one_in(3, [(), ("--csv",), ("--json",), ("-o", "out.csv")]))
def test_no_name_and_no_number_is_in_any_stream(feesync, tmp_path, monkeypatch, form):
    monkeypatch.chdir(tmp_path)
    output = tmp_path / "out.csv"
    for path in sorted(X12.glob("*.835")):
        claims = ("--claims", X12 / "base.837") if path.stem == "base" else ()
        result = feesync("audit", path, *HERE, *claims, "--most", 0, *form, *_force(form))
        written = output.read_text() if output.exists() else ""
        shown = result.stdout + result.stderr + written
        assert not SECRET.search(shown), path


def _force(form):
    return ("--force",) if "-o" in form else ()


def test_numbers_of_claims_where_asked_for(feesync):
    result = feesync("audit", BASE, *HERE, "--show-claim-ids")
    assert "MADE0001" in result.stdout
    assert "ICN" not in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize("text", ["", "DOE", "JANE"])
def test_a_cut_or_wrong_file_says_where_and_not_what(feesync, tmp_path, text):
    path = tmp_path / "a.835"
    path.write_text(BASE.read_text().replace("CLP*MADE0002*1*300", f"CLP*MADE0002*1*{text}"))
    result = feesync("audit", path, *HERE)
    assert result.exit_code == 4
    assert "CLP03" in result.stderr
    assert not SECRET.search(result.stdout + result.stderr)


def test_a_pattern_is_the_files_that_it_matches(feesync, tmp_path):
    for name in ("a.835", "b[1].835", "c.txt"):
        (tmp_path / name).write_text(BASE.read_text() if name != "c.txt" else "no remittance")
    (tmp_path / "d.835").mkdir()
    for pattern in ("*.835", "b[[]1].835", "b[1].835"):
        result = feesync("audit", tmp_path / pattern, *HERE)
        assert (result.exit_code, result.stdout) == (0, TABLE)
    billed = tmp_path / "base.837"
    billed.write_text((X12 / "base.837").read_text())
    by_claim = feesync("audit", BASE, "--claims", tmp_path / "*.837", "--json")
    assert (
        json.loads(by_claim.stdout)["rows"]
        == json.loads(feesync("audit", BASE, "--claims", billed, "--json").stdout)["rows"]
    )
    nothing = feesync("audit", tmp_path / "*.era", BASE, *HERE)
    assert (nothing.exit_code, nothing.stdout) == (2, "")
    assert nothing.stderr == f"feesync: {tmp_path / '*.era'} matches no file\n"


def test_standard_input(tmp_path):
    runner = CliRunner()
    result = runner.invoke(cli, ["audit", "-", *HERE], input=BASE.read_bytes())
    assert result.stdout == TABLE
    rows = runner.invoke(cli, ["audit", "-", *HERE, "--json"], input=BASE.read_bytes()).stdout
    assert {row["file"] for row in json.loads(rows)["rows"]} == {"standard input"}
    wrong = runner.invoke(cli, ["audit", "-", *HERE], input=b"JANE DOE")
    assert wrong.exit_code == 2
    assert wrong.stderr.startswith("feesync: standard input: is no X12 file")
    twice = runner.invoke(cli, ["audit", "-", "-", *HERE], input=b"")
    assert (twice.exit_code, "- is given twice" in twice.stderr) == (2, True)
    assert runner.invoke(cli, ["audit", BASE.as_posix(), "--claims", "-", *HERE]).exit_code == 2


class TestStatus:
    """How the command ends."""

    def test_a_difference_is_no_failure_unless_asked_for(self, feesync):
        assert feesync("audit", BASE, *HERE).exit_code == 0
        assert feesync("audit", BASE, *HERE, "--fail-on-difference").exit_code == 4

    def test_what_is_right_does_not_fail(self, feesync, tmp_path):
        path = remit(tmp_path / "a.835", claim(service("64493", "222.87")))
        assert feesync("audit", path, *HERE, "--fail-on-difference").exit_code == 0

    def test_what_is_overpaid_fails(self, feesync, tmp_path):
        path = remit(tmp_path / "a.835", claim(service("64493", "300")))
        assert feesync("audit", path, *HERE, "--fail-on-difference").exit_code == 4

    def test_what_is_denied_does_not(self, feesync, tmp_path):
        path = remit(tmp_path / "a.835", claim(denied("64493")))
        assert feesync("audit", path, *HERE, "--fail-on-difference").exit_code == 0

    def test_a_refused_file_leaves_the_others(self, feesync):
        result = feesync("audit", X12 / "lower_case.835", BASE, *HERE)
        assert (result.exit_code, result.stdout) == (2, TABLE)
        assert result.stderr.startswith("feesync: lower_case.835: no claims found")

    def test_a_part_that_was_left_out_is_refused(self, feesync):
        result = feesync("audit", X12 / "truncated.835", X12 / "lower_case.835", *HERE)
        assert result.exit_code == 4  # worse than 2
        assert "1 underpaid by 111.44, 1 right" in result.stdout

    def test_nothing_places_a_line(self, feesync):
        result = feesync("audit", BASE)
        assert result.exit_code == 2
        for option in ("--locality", "--zip", "--providers", "--claims"):
            assert option in result.stderr

    def test_the_place_of_the_user_s_defaults(self, feesync, monkeypatch):
        monkeypatch.setenv("FEESYNC_LOCALITY", "01112-05")
        assert feesync("audit", BASE).stdout.startswith(TABLE)

    def test_it_is_none_of_the_practitioners_of_a_table(self, feesync, monkeypatch, tmp_path):
        monkeypatch.setenv("FEESYNC_LOCALITY", "01112-05")
        providers = tmp_path / "npi.csv"
        providers.write_text("npi,locality\n1999999976,01112-05\n")
        assert "no place is known" in feesync("audit", BASE, "--providers", providers).stdout

    @pytest.mark.parametrize("option", ["--providers", "--claims"])
    def test_a_file_that_is_not_there(self, feesync, tmp_path, option):
        assert feesync("audit", BASE, option, tmp_path / "absent.csv").exit_code == 2

    def test_a_stand_in_is_told_without_the_day(self, feesync, tmp_path, loaded):
        path = remit(tmp_path / "a.835", claim(service("99213", "100", day="20250803")))
        result = feesync("audit", path, *HERE)
        assert "1 line of dates whose release is not loaded: RVU25D" in result.stderr
        assert "08-03" not in result.stderr

    def test_progress_is_on_a_terminal_alone(self, feesync, monkeypatch):
        monkeypatch.setattr("feesync.cli.commands.audit._on_terminal", lambda: True)
        result = feesync("audit", BASE, *HERE)
        assert result.stdout == TABLE
        assert "\rreading base.835: 2 claims" in result.stderr
        assert "\rpricing: 0 of 2 claims" in result.stderr
        assert result.stderr.endswith("\r")


def test_a_zip(feesync):
    assert feesync("audit", BASE, "--zip", "94110").stdout == TABLE
