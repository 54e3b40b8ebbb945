"""`feesync reprice` of an 837P: each line of its claims with what CMS pays for it there."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from test_era import secrets

BASE = (Path(__file__).parent / "fixtures/x12/base.837").read_bytes()


@pytest.fixture
def reprice(feesync, tmp_path):
    """Run the command on bytes; its result, and the rows of the answer."""

    def run(content, *options):
        path, target = tmp_path / "submitted.837", tmp_path / "priced.csv"
        path.write_bytes(content)
        result = feesync("reprice", path, "-o", target, *options)
        rows = csv.DictReader(io.StringIO(target.read_text())) if target.exists() else ()
        return result, list(rows)

    return run


def said(result):
    """What a run printed, without the names of its own and the numbers of segments."""
    text = result.stdout + result.stderr
    known = r"segment [0-9]+|submitted\.837|RVU25D|SE01|[0-9]{4}-[0-9]{2}-[0-9]{2}"
    return re.sub(known, "", text)


def test_the_lines_of_claims_have_what_medicare_allows_there(reprice):
    """San Francisco's amounts, and those of Los Angeles for the surgery center's line.

    The first two are the dollars that the remittances of these claims are made of.
    """
    result, rows = reprice(BASE)
    assert result.exit_code == 0
    names = ("claim_id", "line", "mac", "locality", "fee", "allowed", "status")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("MADE0001", "1", "01112", "05", "222.87", "334.31", "priced"),
        ("MADE0001", "2", "01112", "05", "110.99", "166.49", "priced"),
        ("MADE0002", "1", "01182", "18", "95.36", "95.36", "priced"),
    ]
    assert "warning" not in result.stderr
    assert "MADE" not in said(result)


def test_a_claim_that_cannot_be_read_is_said_and_the_others_are_priced(reprice):
    result, rows = reprice(BASE.replace(b"MADE0001*900*", b"MADE0001*9OO*"))
    assert result.exit_code == 0
    assert [(row["claim_id"], row["status"], row["reason"]) for row in rows] == [
        ("MADE0002", "priced", ""),
        ("", "refused", "x12"),
    ]
    assert "submitted.837: segment 20, CLM02: is not an amount of dollars and cents; left out" in (
        result.stderr
    )
    assert "a claim of an X12 file cannot be read" in result.stdout
    assert not re.search("MADE|DOE|JANE|9OO|1AA0AA0AA00", said(result))


@pytest.mark.slow
def test_what_is_wrong_is_data_too(reprice, tmp_path):
    result, _ = reprice(BASE.replace(b"SE*39*", b"SE*40*"), "--json")
    assert json.loads(result.stdout)["findings"] == [
        {
            "file": str(tmp_path / "submitted.837"),
            "segment": 41,
            "path": "SE01",
            "rule": "count",
            "refused": False,
        }
    ]


def test_another_transaction_set_is_refused(reprice):
    institutional = BASE.replace(b"005010X222A1", b"005010X223A2")
    result, rows = reprice(institutional)
    assert result.exit_code == 2
    assert rows == []
    assert "holds no professional claim (837P), but institutional claims (837)" in result.stderr
    assert not secrets().search(result.stderr.replace("submitted.837", "").replace("(837P)", ""))


@pytest.mark.slow
def test_a_line_of_several_days_is_refused(reprice):
    days = BASE.replace(b"20251103-20251103", b"20251103-20251105")
    result, rows = reprice(days)
    assert result.exit_code == 0
    assert [row["reason"] for row in rows] == ["", "", "unreadable-date"]
