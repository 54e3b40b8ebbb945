"""Wrong content in a real release that has nothing beside it: no twin, no other release.

What the release itself, or the snapshot of its label, says against it.
"""

import re
from decimal import Decimal
from typing import Any

import pytest
from test_checks import ROW, release, rows
from test_wrong_content import all_rows, become
from wrong_content import Content

from feesync.datasets.rvu.checks.policies import (
    ActiveRows,
    PolicyShares,
    PostoperativeShares,
    TechnicalWork,
)
from feesync.datasets.rvu.load import load
from feesync.errors import ContentRefusedError, HintKind
from feesync.formats.release import from_zip


def components_exchanged(content):
    others = {"26": "TC", "TC": "26"}
    for row in content.rows:
        row[1] = others.get(row[1], row[1])


def pre_and_post_exchanged(content):
    content.swap(content.rows, ("pre", "post"))


def bases_emptied(content):
    for row in content.rows:
        content.change(row, endoscopic_base="")


def flags_gone(content):
    for row in content.rows:
        content.change(row, nonfacility_na="", facility_na="")


def without_row(code):
    def change(content):
        content.values = [row for row in content.values if row[:1] != [code]]

    return change


def without_alaska(content):
    content.gpci = [row for row in content.gpci if row[0].strip() != "02102"]


BARE: dict[str, Any] = dict(work_rvu=0, nonfacility_pe_rvu=0, facility_pe_rvu=0, mp_rvu=0)
FAULTS = {
    "multiple procedure 2 -> 0": (
        all_rows(multiple=become("2", "0")),
        r"multiple procedure 0 is in 8\d\.\d\d % of the priced rows",
    ),
    "global 000 -> XXX": (
        all_rows(global_days=become("000", "XXX")), "global days 000 is in 0.00 %"),
    "pre and post exchanged": (pre_and_post_exchanged, "pre and post seem exchanged"),
    "imaging family 88 -> 99": (
        all_rows(family=become("88", "99")), "imaging family 88 is in 0.00 %"),
    "endoscopic bases emptied": (bases_emptied, "endoscopic base set is in 0.00 %"),
    "therapy 5 -> 0": (all_rows(multiple=become("5", "0")), "multiple procedure 5 is in 0.00 %"),
    "no NA flags": (flags_gone, "nonfacility na set is in 0.00 %"),
    "26 and TC exchanged": (
        components_exchanged, "have work RVUs: rows of 26 and TC, or columns, seem exchanged"),
    **{
        f"status {status} -> A": (
            all_rows(status=become(status, "A")),
            "rows of status A or T have no relative values",
        )
        for status in "NXBIE"
    },
    "64493 removed": (
        without_row("64493"), "lacks 64493, which RVU2.. of the embedded snapshot has"),
    "Alaska removed": (without_alaska, "lacks 02102-01, which RVU2.. of the embedded snapshot has"),
}  # fmt: skip


@pytest.fixture(scope="module")
def contents(cms):
    found = {label: Content(cms / f"releases/{label}.zip") for label in ("rvu25d", "rvu26c")}
    members = found["rvu25d"].members
    found["rvu25d"].members = {
        name: data for name, data in members.items() if not name.endswith(".txt")
    }
    return found


@pytest.mark.slow
@pytest.mark.usefixtures("all_checks")
@pytest.mark.parametrize("label", ["rvu25d", "rvu26c"])
@pytest.mark.parametrize("fault", FAULTS)
def test_an_empty_database_refuses_it(contents, tmp_path, fault, label):
    change, reason = FAULTS[fault]
    content = contents[label].copy()
    change(content)
    with pytest.raises(ContentRefusedError) as caught:
        load(tmp_path / "empty.db", from_zip(content.zip(), f"{label}.zip"))
    assert re.search(reason, str(caught.value)), str(caught.value)
    assert caught.value.hint.kind in (HintKind.SET_CHECK_ASIDE, HintKind.ACCEPT_CHANGE)


def shares_of(**columns):
    """Rows that have the least of CMS's shares, but for those of some columns."""
    from feesync.datasets.rvu.checks import policies

    count = 10_000
    given = [ROW._asdict() for _ in range(count)]
    by_column: dict[str, dict[str, int]] = {}
    for (column, value), (least, _) in policies._PRICED_SHARES.items():
        by_column.setdefault(column, {})[value] = least
    for column, shares in by_column.items():
        shares = columns.get(column, shares)
        values = [value for value, share in shares.items() for _ in range(share)]
        flags = column in ("nonfacility_na", "facility_na", "endoscopic_base")
        for number, row in enumerate(given):
            value = values[number] if number < len(values) else "" if flags else "?"
            row[column] = (1 if value else 0) if column.endswith("_na") else value
    made = [ROW._replace(**{**row, "hcpcs": f"{10000 + n}"}) for n, row in enumerate(given)]
    other = [
        (status, (least + greatest) * 2 * count // 20_000)
        for status, (least, greatest) in policies._STATUS_SHARES.items()
        if status != "A"
    ]
    made += [
        ROW._replace(hcpcs=f"{status}{n:04}", status=status, **BARE)
        for status, number in other
        for n in range(number)
    ]
    return release(made)


@pytest.mark.parametrize(("share", "sound"), [(212, False), (213, True), (894, True), (895, False)])
def test_a_share_is_within_half_and_twice_of_what_cms_had(share, sound):
    """Family 88 is 4.25 to 4.47 % of the priced rows."""
    family = {"88": share, "99": 9_564}
    fault = PolicyShares()(shares_of(imaging_family=family))
    assert (fault is None) == sound
    if fault:
        percent = Decimal(share) / 100
        assert fault.reason == (
            f"imaging family 88 is in {percent} % of the priced rows, where CMS has it in 4.25 % "
            "to 4.47 %: the column seems changed throughout"
        )


@pytest.mark.parametrize(
    ("column", "name"),
    [("nonfacility_na", "nonfacility na"), ("facility_na", "facility na"),
     ("endoscopic_base", "endoscopic base")],
)  # fmt: skip
def test_a_flag_that_is_gone_is_named(column, name):
    fault = PolicyShares()(shares_of(**{column: {"yes": 0}}))
    assert fault.reason.startswith(f"{name} set is in 0.00 % of the priced rows, where ")


def test_which_share_of_a_global_period_is_the_greater():
    before, after = rows(5, preoperative=12, postoperative=8), rows(5)
    after = [row._replace(preoperative=8, postoperative=12) for row in after]
    assert PostoperativeShares()(release(before + after)) is None
    assert PostoperativeShares()(release(before + after[1:])).reason == (
        "pre and post seem exchanged: the preoperative share is the greater in 5 rows, the "
        "postoperative in 4"
    )


def test_the_technical_component_has_no_work():
    given = rows(2, modifier="TC", work_rvu=0)
    assert TechnicalWork()(release([*given, *rows(2, modifier="26")])) is None
    assert TechnicalWork()(release([given[0]._replace(work_rvu=1)])).reason == (
        "10000-TC has a work RVU: rows of 26 and TC, or columns, seem exchanged"
    )


@pytest.mark.parametrize("status", ["A", "T"])
def test_active_rows_have_relative_values(status):
    assert ActiveRows()(release(rows(10, **BARE, status=status))) is None
    assert ActiveRows()(release(rows(11, **BARE, status=status))).reason.startswith(
        "11 rows of status A or T have no relative values (10000, 10001, 10002 and 8 more)"
    )
    assert ActiveRows()(release(rows(11, **BARE, status="C"))) is None
