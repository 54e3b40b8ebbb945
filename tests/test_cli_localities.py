import csv
import io
import json


def keys(result):
    return [f"{row['mac']}-{row['locality']}" for row in json.loads(result.stdout)]


def test_all_of_a_date(feesync):
    assert len(keys(feesync("localities", "--date", "2025-11-03", "--json"))) == 110
    assert len(keys(feesync("localities", "--date", "2023-11-03", "--json"))) == 113


def test_what_a_name_a_state_and_a_mac_mean(feesync):
    day = ("--date", "2025-11-03", "--json")
    assert keys(feesync("localities", "san jose", *day)) == ["01112-09", "01112-65"]
    assert keys(feesync("localities", "mo", *day)) == ["05302-01", "05302-02", "05302-99"]
    assert keys(feesync("localities", "13292", *day)) == ["13292-04"]
    assert keys(feesync("localities", "CA-18", *day)) == ["01182-18"]


def test_counties_where_a_release_with_them_is_loaded(feesync, loaded):
    result = feesync("localities", "alameda", "--date", "2025-11-03", "--csv")
    row = next(csv.DictReader(io.StringIO(result.stdout)))
    assert (row["mac"], row["locality"], row["counties"]) == (
        "01112",
        "05",
        "SAN FRANCISCO/ALAMEDA/CONTRA COSTA/SAN MATEO",
    )
    assert keys(feesync("localities", "suffolk and", "--date", "2025-11-03", "--json")) == [
        "13202-02"
    ]


def test_table(feesync):
    result = feesync("localities", "alaska", "--date", "2025-11-03")
    assert result.stdout == (
        "Locality    State    Name    Counties        Work GPCI    PE GPCI    MP GPCI    ZIPs  "
        "Contractor\n"
        "----------  -------  ------  ------------  -----------  ---------  ---------  ------  "
        "-------------------\n"
        "02102-01    AK       ALASKA  ALL COUNTIES        1.500      1.081      0.592     276  "
        "Noridian Healthcare\n"
        "                                                                                      "
        "Solutions (JF)\n"
    )


def test_a_fresh_install_answers_by_zip_and_county(feesync):
    by_zip = feesync("localities", "10001", "--date", "2025-11-03").stdout.splitlines()
    assert by_zip[:2] == ["ZIP 10001 lies in 13202-01 by ZIP5 2025 Q4", ""]
    assert by_zip[4].split()[:3] == ["13202-01", "NY", "MANHATTAN"]
    day = ("--date", "2025-11-03", "--json")
    (manhattan,) = json.loads(feesync("localities", "10001", *day).stdout)
    assert manhattan == {
        "mac": "13202", "locality": "01", "state": "NY", "name": "MANHATTAN",
        "work_gpci": 1.065, "pe_gpci": 1.166, "mp_gpci": 1.656,
        "counties": "NEW YORK", "contractor": "National Government Services (NGS)",
        "jurisdiction": "JK", "zips": 165, "zip_spans_localities": False,
        "locality_name": "MANHATTAN",
    }  # fmt: skip
    assert keys(feesync("localities", "santa clara", *day)) == ["01112-09", "01112-65"]
    assert (
        feesync("localities", "santa clara", "--date", "2025-11-03").stdout.count("SANTA CLARA") > 2
    )


def test_zips_of_all_localities_are_all_zips(feesync):
    rows = json.loads(feesync("localities", "--date", "2025-11-03", "--json").stdout)
    assert sum(row["zips"] or 0 for row in rows) == 42_956  # CMS's ZIP5 of October 2025
    assert [row["name"] for row in rows if not row["contractor"] or not row["counties"]] == [
        "National"
    ]


def test_a_zip_that_spans_localities_is_told_so_in_every_form(feesync):
    day = ("--date", "2025-11-03")
    said = (
        "ZIP 95023 lies in 01112-65 by ZIP5 2025 Q4, but a part of it lies elsewhere: the ZIP+4 "
        "decides"
    )
    assert feesync("localities", "95023", *day).stdout.startswith(said)
    for form in ("--json", "--csv"):
        result = feesync("localities", "95023", *day, form)
        assert result.stderr.startswith(f"feesync: {said}")
        assert said not in result.stdout
    assert (
        json.loads(feesync("localities", "95023", *day, "--json").stdout)[0]["zip_spans_localities"]
        is True
    )


def test_a_near_miss(feesync):
    result = feesync("localities", "santa clra", "--date", "2025-11-03")
    assert (result.exit_code, result.stdout) == (6, "")
    assert result.stderr.startswith(
        "feesync: no locality 'santa clra' (near it: 01112-09 CA SAN JOSE-SUNNYVALE-SANTA CLARA "
        "(SANTA"
    )


def test_unknown(feesync):
    result = feesync("localities", "atlantis", "--date", "2025-11-03")
    assert (result.exit_code, result.stdout) == (6, "")
    assert result.stderr.startswith("feesync: no locality 'atlantis'")
    assert feesync("localities", "00001", "--date", "2025-11-03").stderr.startswith(
        "feesync: 00001 is no ZIP of ZIP5 2025 Q4"
    )
