import json


def test_before_anything_is_loaded(feesync, database):
    result = feesync("status")
    assert result.stdout.startswith(f"Database {database} (not there yet: the embedded snapshot answers)\n")
    assert result.stdout.splitlines()[-1].startswith("Embedded snapshot, for the facet joint codes: RVU20A, RVU20B, ")


def test_what_is_loaded_and_from_where(feesync, loaded):
    releases = {release["label"]: release for release in json.loads(feesync("status", "--json").stdout)["releases"]}
    table = feesync("status").stdout
    assert [line.split()[0] for line in table.splitlines() if line.startswith("RVU")] == ["RVU25D"]
    assert "RVU25D" not in table.splitlines()[-1]
    assert (releases["RVU25D"]["source"], releases["RVU25D"]["embedded"]) == ("rvu25d.zip", False)
    assert (releases["RVU25C"]["loaded_at"], releases["RVU25C"]["embedded"]) == (None, True)


def test_a_file_that_is_no_database(feesync, database):
    database.write_text("not a database" * 100)
    result = feesync("status")
    assert (result.exit_code, result.stderr) == (1, f"feesync: {database} is not a feesync database\n")
