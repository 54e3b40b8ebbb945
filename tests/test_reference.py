"""The reference tables, against CMS's own files where those say it."""

import pytest

from feesync.formats.release import from_zip
from feesync.reference.codes import add_on_parents
from feesync.reference.contractors import contractors
from feesync.reference.tables import read_table


@pytest.mark.parametrize("name", ["rvu24b.zip", "rvu25d.zip", "rvu26c.zip"])
def test_the_parts_of_a_test_sum_to_the_code_that_holds_both(cms, name):
    rows = from_zip((cms / "releases" / name).read_bytes(), name).relative_values["nonqp"].rows
    values = {row.hcpcs: row for row in rows if not row.modifier}
    whole = {
        row.hcpcs
        for row in values.values()
        if row.pctc == "4" and row.multiple_procedure == "6" and row.is_priced
    }
    table = {row["hcpcs"]: row for row in read_table("reference/global_tests.csv")}
    assert whole == set(table)
    for code, row in table.items():
        technical, professional = row["technical"].split(), row["professional"].split()
        assert {values[part].pctc for part in technical} == {"3"}
        for column in ("work_rvu", "nonfacility_pe_rvu", "mp_rvu"):
            parts = sum(getattr(values[part], column) for part in (*technical, *professional))
            assert parts == getattr(values[code], column), (code, column)


def test_the_add_ons_of_the_facet_joints_have_parents():
    assert set(add_on_parents()) == {"64491", "64492", "64494", "64495", "64634", "64636"}
    assert {parent for parents in add_on_parents().values() for parent in parents} >= {
        "64490",
        "64493",
        "64633",
        "64635",
    }


def test_every_mac_of_every_release_of_the_snapshot_has_a_contractor():
    macs = {row["mac"] for row in read_table("snapshot/localities.csv")} - {"00000"}
    assert macs == contractors().keys()
    who = contractors()
    # CMS: award of jurisdiction 15 on 2023-11-30; First Coast's own list of its numbers
    assert {mac for mac, row in who.items() if row.name.startswith("CGS")} == {"15102", "15202"}
    assert (who["09102"].name, who["09102"].jurisdiction, who["09102"].states) == (
        "First Coast Service Options",
        "JN",
        "FL",
    )
    jurisdictions = {(row.jurisdiction, row.name) for row in who.values()}
    assert len(jurisdictions) == len({jurisdiction for jurisdiction, _ in jurisdictions}) == 12


def test_the_states_of_a_mac_are_those_of_its_localities():
    states: dict[str, set[str]] = {}
    for row in read_table("snapshot/localities.csv"):
        states.setdefault(row["mac"], set()).add(row["state"])
    del states["00000"]
    assert [
        mac for mac, row in contractors().items() if states[mac] - set(row.states.split())
    ] == []
