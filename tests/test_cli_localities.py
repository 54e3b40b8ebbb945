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
    assert (row["mac"], row["locality"], row["counties"]) == ("01112", "05", "SAN FRANCISCO/ALAMEDA/CONTRA COSTA/SAN MATEO")
    assert keys(feesync("localities", "suffolk and", "--date", "2025-11-03", "--json")) == ["13202-02"]


def test_table(feesync):
    result = feesync("localities", "alaska", "--date", "2025-11-03")
    assert result.stdout == (
        "Locality    State    Name      Work GPCI    PE GPCI    MP GPCI\n"
        "----------  -------  ------  -----------  ---------  ---------\n"
        "02102-01    AK       ALASKA        1.500      1.081      0.592\n"
    )


def test_unknown(feesync):
    result = feesync("localities", "atlantis", "--date", "2025-11-03")
    assert (result.exit_code, result.stdout) == (6, "")
    assert result.stderr.startswith("feesync: no locality 'atlantis'")
