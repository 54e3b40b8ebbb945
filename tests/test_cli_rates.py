import csv
import io
import json

import pytest


def test_table(feesync):
    result = feesync("rates", "64493", "--locality", "national", "--locality", "AK-01", "--date", "2025-11-03")
    assert result.stdout == (
        "Code    Status    Locality    State    Name        Nonfacility    Facility    Limit nonfac.    Limit fac.  Basis    Release\n"  # noqa: E501
        "------  --------  ----------  -------  --------  -------------  ----------  ---------------  ------------  -------  ---------\n"  # noqa: E501
        "64493   A         00000-00             National         172.08       88.31           188.00         96.47  nonqp    RVU25D\n"  # noqa: E501
        "64493   A         02102-01    AK       ALASKA           204.09      113.53           222.97        124.03  nonqp    RVU25D\n"  # noqa: E501
    )
    assert (result.exit_code, result.stderr) == (0, "")


def test_csv_of_a_state(feesync):
    result = feesync("rates", "64493", "64494", "--state", "ca", "--date", "2025-11-03", "--csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 2 * 29
    san_francisco = next(row for row in rows if row["locality"] == "05" and row["hcpcs"] == "64493")
    assert (san_francisco["nonfacility_amount"], san_francisco["facility_amount"], san_francisco["pe_gpci"]) == (
        "222.87",
        "103.99",
        "1.419",
    )


def test_json_of_all_localities_and_the_year(feesync):
    rows = json.loads(feesync("rates", "64493", "--year", "2024", "--json").stdout)
    assert len(rows) == 110
    assert {row["release"] for row in rows} == {"RVU24C"}
    assert rows[0]["nonfacility_amount"] == 177.42  # CMS, national from March 9, 2024


def test_the_parts_of_a_code_and_no_price_where_a_facility_has_none(feesync, loaded):
    rows = json.loads(feesync("rates", "71046", "--locality", "national", "--date", "2025-11-03", "--json").stdout)
    assert [(row["modifier"], row["facility_amount"] is None) for row in rows] == [("", True), ("26", False), ("TC", True)]


def test_a_near_release_is_said(feesync):
    result = feesync("rates", "64493", "--locality", "national", "--date", "2026-11-03")
    assert result.stderr == (
        "feesync: warning: No loaded release covers 2026-11-03; RVU26C of the same year and conversion factor answers. "
        "'feesync sync' brings the exact one, or 'feesync import' of a zip from cms.gov.\n"
    )


def test_one_near_code_among_exact_ones_is_said(feesync, loaded):
    result = feesync("rates", "64493", "99213", "--locality", "national", "--date", "2025-08-01")
    assert result.stderr.startswith("feesync: warning: No loaded release covers 2025-08-01; RVU25D of the same year")
    assert result.stderr.count("\n") == 1


def test_whose_conversion_factor_it_is(feesync):
    result = feesync("rates", "64493", "--locality", "national", "--date", "2026-08-01", "--qp")
    assert " 191.33 " in result.stdout  # 5.70 x 33.5675
    assert " qp " in result.stdout
    assert "its qp conversion factor is feesync's reference data" in result.stderr
    before = feesync("rates", "64493", "--locality", "national", "--date", "2025-11-03", "--qp")
    assert before.stderr == "feesync: info: Before 2026 there is one conversion factor for all.\n"


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["99213", "--date", "2025-11-03"], 6, "feesync sync"),
        (["64493", "--date", "2025-11-03", "--state", "ZZ"], 6, "no locality in state 'ZZ'"),
        (["64493", "--year", "2019"], 6, "no loaded release covers"),
        (["64493", "--year", "0"], 2, "year"),
        (["6449"], 2, "not a HCPCS code"),
        (["64493-50"], 2, "the modifier 50 by itself"),
        (["64493", "--date", "2025-11-03", "--year", "2025"], 2, "exclude each other"),
        (["64493", "--locality", "AK-01", "--state", "AK"], 2, "exclude each other"),
        (["64493", "--csv", "--json"], 2, "exclude each other"),
        ([], 2, "Missing argument"),
    ],
)
def test_errors(feesync, arguments, status, says):
    result = feesync("rates", *arguments)
    assert (result.exit_code, result.stdout) == (status, "")
    assert says in result.stderr
