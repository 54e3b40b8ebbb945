"""The search of causes: on random lines with one cause it is among the answers, mostly the first.

This proves the search. That the engine's dollars are right is proven elsewhere.
"""

import sqlite3
from collections import Counter
from datetime import date
from typing import Any

import pytest
from random_causes import KINDS, Case, Cases, Code

from feesync import check, open_schedule
from feesync.model.hcpcs import FACET_JOINT_CODES


def found(case: Case) -> list[int]:
    """The places among the answers of those that name the cause."""
    amount: dict[str, Any] = {"paid" if case.is_paid else "allowed": case.amount}
    result = check(case.line, **case.arguments, **amount)
    return [
        number
        for number, cause in enumerate(result.causes)
        if any(
            len(changes) == 1
            and changes[0][0] == case.kind
            and changes[0][1].split(" in place of ")[0] == case.value
            for changes in cause.changes
        )
    ]


def shares(cases: Cases, number: int) -> tuple[list[Case], Counter[str], Counter[str]]:
    """The lines whose cause is not among the answers; by kind all, and those with it first."""
    missing, drawn, first = [], Counter[str](), Counter[str]()
    for _ in range(number):
        case = cases.draw()
        places = found(case)
        drawn[case.kind] += 1
        if not places:
            missing.append(case)
        elif places[0] == 0:
            first[case.kind] += 1
    return missing, drawn, first


def test_random_lines_of_the_snapshot():
    codes = [
        Code(code, "", "2" if code in ("64490", "64493", "64633", "64635") else "0", "", "")
        for code in FACET_JOINT_CODES
    ]
    releases = {
        release.label: (release.effective_from, release.effective_to, codes)
        for release in open_schedule().releases()
        if release.label in ("RVU22D", "RVU24C", "RVU25D", "RVU26C")
    }
    missing, drawn, first = shares(Cases(1, releases), 40)
    assert missing == []
    assert first.total() >= 0.95 * drawn.total()


@pytest.mark.slow
def test_two_thousand_random_lines(of_releases):
    path = of_releases("rvu22a", "rvu24c", "rvu25d", "rvu26c")
    connection = sqlite3.connect(path)
    releases = {}
    for number, label, start, end in connection.execute(
        "SELECT release_id, label, effective_from, effective_to FROM release"
    ).fetchall():
        rows = connection.execute(
            "SELECT hcpcs, modifier, multiple_procedure, imaging_family, endoscopic_base "
            "FROM relative_value WHERE release_id = ? AND status IN ('A', 'R', 'T')",
            (number,),
        )
        days = date.fromisoformat(start), date.fromisoformat(end)
        releases[label] = (*days, [Code(*row) for row in rows])
    connection.close()
    missing, drawn, first = shares(Cases(7, releases, path), 2_000)
    assert missing == []
    assert first.total() >= 0.95 * drawn.total()
    assert set(drawn) == set(KINDS)
