"""The differences between releases, against a comparison of CMS's own csv files.

That comparison knows nothing of the package.
"""

import csv
import io
import json
import re
import zipfile
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import pytest
from cms_files import (
    GPCI,
    VALUES,
    changed,
    csv_of,
    fixture,
    quarter,
    repriced,
    rows_of,
    rvu25d,
    zip_of,
)

from feesync import InvalidInputError, Setting
from feesync import diff as feesync_diff
from feesync.datasets.rvu.load import load
from feesync.formats.release import from_zip

D = Decimal
NATIONAL = (D(1), D(1), D(1))
# columns of the csv by place, and those of 2026, when PRIC IND came to stand before them, by one
# more
COLUMNS = {
    "status": 3, "work_rvu": 5, "nonfacility_pe_rvu": 6, "nonfacility_na": 7, "facility_pe_rvu": 8,
    "facility_na": 9, "mp_rvu": 10, "pctc": 13, "global_days": 14, "preoperative": 15,
    "intraoperative": 16, "postoperative": 17, "multiple_procedure": 18, "bilateral": 19,
    "assistant_surgeon": 20, "co_surgeon": 21, "team_surgeon": 22,
}  # fmt: skip
AFTER_PRICING_INDICATOR = {
    "endoscopic_base": 23, "conversion_factor": 24, "supervision": 25, "imaging_family": 27,
    "opps_nonfacility_pe_rvu": 28, "opps_facility_pe_rvu": 29, "opps_mp_rvu": 30,
}  # fmt: skip
ALL_PLACES = [(row[0], row[2]) for row in rows_of(fixture(GPCI)) if row[0].isdigit()]
OPPS = ("opps_nonfacility_pe_rvu", "opps_facility_pe_rvu", "opps_mp_rvu")


def put(database, data, name="rvu25d.zip", *, allow_change=False):
    return load(database, from_zip(data, name), allow_change=allow_change)


def member(path, beginning):
    """The bytes of the one csv file of a zip whose name begins so."""
    with zipfile.ZipFile(path) as archive:
        (name,) = (
            name
            for name in archive.namelist()
            if name.startswith(beginning) and name.endswith(".csv")
        )
        return archive.read(name)


@cache
def values_of(data):
    """Every row of a PPRRVU csv, by code and modifier: texts by column."""
    rows = list(csv.reader(io.StringIO(data.decode("latin-1"), newline=None)))
    header = next(index for index, row in enumerate(rows) if row[0] == "HCPCS")
    more = len(rows[header]) - 31
    columns = COLUMNS | {name: place + more for name, place in AFTER_PRICING_INDICATOR.items()}
    return {
        (row[0], row[1]): {name: row[place] for name, place in columns.items()}
        for row in rows[header + 1 :]
        if len(row[0]) == 5  # a file may end with a row of a control character
    }


def gpcis_of(path, mac, locality):
    """Work (with the floor), PE and MP GPCI of a place."""
    rows = csv.reader(io.StringIO(member(path, "GPCI").decode("latin-1"), newline=None))
    return next(tuple(map(D, row[-3:])) for row in rows if row[0] == mac and row[2] == locality)


def amount(row, setting, gpcis):
    """What Medicare allows for a row of the csv, None where there is no price."""
    if row is None or row["status"] not in "ART":
        return None
    if (
        D(row["work_rvu"])
        + D(row["nonfacility_pe_rvu"])
        + D(row["facility_pe_rvu"])
        + D(row["mp_rvu"])
        == 0
    ):
        return None
    if setting == "facility" and row["facility_na"] == "NA":
        if row["multiple_procedure"] != "5":
            return None
        setting = "nonfacility"
    work, pe, mp = gpcis
    own = D(row[f"{setting}_pe_rvu"]) * pe + D(row["mp_rvu"]) * mp
    if any(D(row[name]) for name in OPPS):
        own = min(own, D(row[f"opps_{setting}_pe_rvu"]) * pe + D(row["opps_mp_rvu"]) * mp)
    fee = (D(row["work_rvu"]) * work + own) * D(row["conversion_factor"])
    return fee.quantize(D("0.01"), ROUND_HALF_UP)


def read_as_printed(columns):
    """The changed columns of --json as the csv prints them.

    RVUs and shares as numbers, NA flags as NA, nothing as nothing.
    """

    def value(name, given):
        if name.endswith(("_rvu", "operative")):
            return D(given or 0)
        return {1: "NA", 0: ""}[given] if name.endswith("_na") else given

    return {
        name: (value(name, change["before"]), value(name, change["after"]))
        for name, change in columns.items()
    }


def compare_rows(before, after):
    """The columns that differ, with both values, but the factor, which is one for all rows."""

    def value(name, text):
        return D(text) if name.endswith(("_rvu", "operative")) else text

    names = [name for name in before if name != "conversion_factor"]
    both = {
        name: (value(name, before[name]), value(name, after[name]))
        for name in names
        if before[name] != after[name]
    }
    return {name: pair for name, pair in both.items() if pair[0] != pair[1]}


@pytest.fixture(scope="module")
def real(of_releases):
    return of_releases("rvu25a", "rvu25d", "rvu26c")


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("RVU25A", "RVU25D", "00000-00"),
        ("RVU25D", "RVU26C", "00000-00"),
        ("RVU25A", "RVU26C", "01112-05"),
    ],
)
def test_real_releases_against_their_own_csv_files(feesync, cms, real, before, after, place):
    result = feesync(
        "--db",
        real,
        "diff",
        before,
        after,
        "--locality",
        "national" if place == "00000-00" else place,
        "--json",
    )
    found = json.loads(result.stdout, parse_float=D)
    zips = [cms / f"releases/{label.lower()}.zip" for label in (before, after)]
    old, new = (values_of(member(path, "PPRRVU")) for path in zips)
    gpcis = [
        NATIONAL if place == "00000-00" else gpcis_of(path, *place.split("-")) for path in zips
    ]
    of_kind = {
        kind: {(code["hcpcs"], code["modifier"]) for code in found["codes"] if code["kind"] == kind}
        for kind in ("added", "deleted", "changed", "repriced")
    }
    assert of_kind["added"] == new.keys() - old.keys()
    assert of_kind["deleted"] == old.keys() - new.keys()
    columns = {key: compare_rows(old[key], new[key]) for key in old.keys() & new.keys()}
    assert of_kind["changed"] == {key for key, differing in columns.items() if differing}
    assert found["counts"] == {kind: len(keys) for kind, keys in of_kind.items()}
    listed = set()
    for code in found["codes"]:
        key = (code["hcpcs"], code["modifier"])
        listed.add(key)
        assert read_as_printed(code["columns"]) == columns.get(key, {})
        for setting, given in code["amounts"].items():
            was, now = (
                amount(old.get(key), setting, gpcis[0]),
                amount(new.get(key), setting, gpcis[1]),
            )
            change = None if was is None or now is None else now - was
            percent = (
                None if change is None else (change / was * 100).quantize(D("0.01"), ROUND_HALF_UP)
            )
            assert given == {"before": was, "after": now, "change": change, "percent": percent}
    for key in old.keys() - listed:  # what is not listed is as it was
        if (old[key], gpcis[0]) == (new[key], gpcis[1]):
            continue
        for setting in ("nonfacility", "facility"):
            assert amount(old[key], setting, gpcis[0]) == amount(new[key], setting, gpcis[1])
    factors = [{row["conversion_factor"] for row in rows.values()} for rows in (old, new)]
    assert [{str(found[side]["conversion_factor"])} for side in ("before", "after")] == factors


def test_the_largest_change_comes_first(feesync, real):
    rows = list(
        csv.DictReader(
            io.StringIO(feesync("--db", real, "diff", "RVU25D", "RVU26C", "--csv").stdout)
        )
    )
    both = [abs(D(row["change"])) for row in rows if row["change"]]
    assert both == sorted(both, reverse=True)
    # 61626: (16.60 + 6.45 + 4.09) x 32.3465 = 877.88, and (14.93 + 272.48 + 4.05) x 33.4009 =
    # 9735.03
    assert (rows[0]["hcpcs"], rows[0]["setting"], rows[0]["change"]) == (
        "61626",
        "nonfacility",
        "8857.15",
    )
    assert [bool(row["change"]) for row in rows[: len(both) - 500]] == [True] * (len(both) - 500)
    came_or_went = [
        D(row["before"] or row["after"])
        for row in rows
        if bool(row["before"]) != bool(row["after"])
    ]
    assert came_or_went == sorted(came_or_went, reverse=True)


def test_many_localities_that_changed_are_told_by_how_far(feesync, cms, real):
    text = feesync("--db", real, "diff", "RVU25D", "RVU26C", "--code", "64493").stdout
    old, new = (
        {key: gpcis_of(cms / f"releases/{name}.zip", *key) for key in ALL_PLACES}
        for name in ("rvu25d", "rvu26c")
    )
    moves = [[new[key][number] - old[key][number] for key in ALL_PLACES] for number in range(3)]
    spans = [f"{min(moved):+.3f} to {max(moved):+.3f}" for moved in moves]
    assert "Localities         109 in both; 0 added, 0 deleted, 109 changed\n" in text
    assert (
        f"\n{'':19}work_gpci {spans[0]}, pe_gpci {spans[1]}, mp_gpci {spans[2]} (--json has each)\n"
        in text
    )


def test_payments_that_changed_between_real_quarters(feesync, real):
    """0446T and 0448T, whose nonfacility practice expense CMS raised, in 109 localities.

    The only ones of 2025.
    """
    found = json.loads(feesync("--db", real, "diff", "RVU25A", "RVU25D", "--json").stdout)
    assert found["payments"]["nonfacility"]["changed"] == 2 * 109
    assert found["payments"]["facility"]["changed"] == 0
    assert (found["localities_in_both"], found["localities"], found["locality_changed"]) == (
        109,
        [],
        {},
    )


@pytest.fixture
def two(database):
    """The small RVU25A, and a RVU25D with differences.

    64493 has another practice expense, G0127 another status, and 55250 went.
    """
    put(database, quarter("A"), "rvu25a.zip")
    values = changed(repriced("64493", "3.74", "5.42"), "G0127", 3, "N")
    put(
        database, quarter("D", values=csv_of([row for row in rows_of(values) if row[0] != "55250"]))
    )
    return database


def test_table(feesync, two, sql):
    (before,), (after,) = sql("SELECT sha256 FROM release ORDER BY effective_from")
    result = feesync("diff", "RVU25A", "RVU25D", "--setting", "nonfacility")
    amounts = {
        key: amount(row, "nonfacility", NATIONAL) for key, row in values_of(fixture(VALUES)).items()
    }
    gone, unpaid = amounts.pop(("55250", "")), amounts.pop(("G0127", ""))
    paid = sum(found is not None for found in amounts.values())
    # 64493: (1.52 + 3.64 + 0.16) x 32.3465 = 172.08, as CMS publishes; (1.52 + 3.74 + 0.16) x
    # 32.3465 = 175.32
    assert result.stdout == (
        f"Before  RVU25A@{before[:12]}, in effect 2025-01-01 to 2025-03-31, nonqp\n"
        f"After   RVU25D@{after[:12]}, in effect 2025-10-01 to 2025-12-31, nonqp\n"
        "\n"
        "Conversion factor  32.3465, unchanged\n"
        "Localities         109 in both; none changed\n"
        "Codes              0 added, 1 deleted, 2 changed (26, TC and 53 rows by themselves)\n"
        f"Payments           109 changed of the {109 * paid:,} that both have, over all "
        "localities\n"
        "Dollars of         National\n"
        "\n"
        "Code    Setting        Before    After    Change      %  What changed\n"
        "------  -----------  --------  -------  --------  -----  ----------------------------\n"
        "64493   nonfacility    172.08   175.32     +3.24  +1.88  nonfacility_pe_rvu 3.64>3.74\n"
        f"55250   nonfacility    {gone}                            deleted\n"
        f"G0127   nonfacility     {unpaid}                            status R>N\n"
    )
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_table_has_as_many_rows_as_asked_for(feesync, two):
    lines = feesync("diff", "RVU25A", "RVU25D", "--most", "1").stdout.splitlines()
    assert lines[-3].startswith("64493   nonfacility")
    assert lines[-1] == (
        "1 of 5 rows (1 with another amount, 4 whose price came or went, 0 without a change in "
        "dollars); "
        "--most 0 for all, --csv or --json for a file"
    )
    assert "rows (" not in feesync("diff", "RVU25A", "RVU25D", "--most", "0").stdout


def test_codes_that_were_asked_for(feesync, two):
    result = feesync("diff", "RVU25A", "RVU25D", "--code", "64493", "--code", "64494", "--csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [(row["hcpcs"], row["setting"], row["kind"], row["change"]) for row in rows] == [
        ("64493", "nonfacility", "changed", "3.24"),
        ("64493", "facility", "changed", "0.00"),
    ]
    assert rows[0]["columns"] == "nonfacility_pe_rvu 3.64>3.74"
    found = json.loads(feesync("diff", "RVU25A", "RVU25D", "--code", "64494", "--json").stdout)
    assert (found["codes"], found["payments"]["facility"]) == ([], {"compared": 109, "changed": 0})
    assert feesync("diff", "RVU25A", "RVU25D", "--code", "64494").stdout.endswith(
        "\nNo code differs here\n"
    )


def test_localities_that_changed(feesync, database):
    put(database, quarter("A"), "rvu25a.zip")
    rows = rows_of(fixture(GPCI))
    next(row for row in rows if (row[0], row[2]) == ("01112", "05"))[5] = "1.400"
    next(row for row in rows if (row[0], row[2]) == ("02102", "01"))[2] = "03"
    put(database, quarter("D", gpci=csv_of(rows), caps=None), allow_change=True)
    text = feesync("diff", "RVU25A", "RVU25D", "--locality", "CA-05", "--most", "0").stdout
    assert "Localities         108 in both; 1 added, 1 deleted, 1 changed\n" in text
    assert (
        "\nDollars of         01112-05 CA SAN FRANCISCO-OAKLAND-BERKELEY (SAN FRANCISCO...: "
        "pe_gpci 1.419>1.400\n" in text
    )
    assert f"\n{'':19}02102-01 AK ALASKA: deleted\n{'':19}02102-03 AK ALASKA: added\nCodes " in text
    # 64493 in 01112-05: published 222.87; now (1.52 x 1.088 + 3.64 x 1.400 + 0.16 x 0.445) x
    # 32.3465
    assert re.search(
        r"^64493 +nonfacility +222.87 +220.63 +-2.24 +-1.01 +pe_gpci$", text, re.MULTILINE
    )
    found = json.loads(feesync("diff", "RVU25A", "RVU25D", "--locality", "CA-05", "--json").stdout)
    assert found["locality_changed"] == {"pe_gpci": {"before": 1.419, "after": 1.4}}
    assert [(place["mac"], place["locality"], place["kind"]) for place in found["localities"]] == [
        ("01112", "05", "changed"), ("02102", "01", "deleted"), ("02102", "03", "added"),
    ]  # fmt: skip
    assert (found["localities"][0]["after"]["pe_gpci"], found["localities"][1]["after"]) == (
        1.4,
        None,
    )
    gone = feesync("diff", "RVU25D", "RVU25A", "--locality", "02102-01")
    assert (gone.exit_code, gone.stderr) == (
        6, "feesync: 02102-01 AK ALASKA is a locality of RVU25A, but not of RVU25D\n",
    )  # fmt: skip


def test_revisions_of_one_release(feesync, database, sql):
    put(database, quarter("D"))
    put(database, zip_of(rvu25d(values=repriced("64493", "3.74", "5.42"))))
    hashes = dict(sql("SELECT superseded_by IS NULL, sha256 FROM release"))
    row = next(
        csv.DictReader(
            io.StringIO(
                feesync("diff", f"rvu25d@{hashes[0][:6].upper()}", "RVU25D", "--csv").stdout
            )
        )
    )
    assert (row["hcpcs"], row["before"], row["after"]) == ("64493", "172.08", "175.32")
    back = next(
        csv.DictReader(
            io.StringIO(feesync("diff", "RVU25D", f"RVU25D@{hashes[0]}", "--csv").stdout)
        )
    )
    assert (back["hcpcs"], back["before"], back["after"]) == ("64493", "175.32", "172.08")
    other = next(digit for digit in "0123456789abcdef" if digit not in (hashes[0][0], hashes[1][0]))
    for names, status in (
        ([f"RVU25D@{hashes[1][:8]}", "RVU25D"], 2),
        (["RVU25D", f"RVU25D@{other}"], 6),
    ):
        refused = feesync("diff", *names)
        assert (refused.exit_code, refused.stdout) == (status, "")
        assert all(
            f"RVU25D@{sha256[:12]} (rvu25d.zip, loaded 20" in refused.stderr
            for sha256 in hashes.values()
        )


def test_the_embedded_snapshot_where_a_label_is_not_loaded(feesync, loaded):
    found = feesync("diff", "RVU24AR", "RVU25D", "--json")
    assert (
        found.stderr
        == "feesync: info: RVU24AR is not loaded: the embedded snapshot's few codes are compared.\n"
    )
    result = json.loads(found.stdout)
    assert result["counts"] == {"added": 0, "deleted": 0, "changed": 10, "repriced": 0}
    first = next(code for code in result["codes"] if code["hcpcs"] == "64493")
    # CMS, national: 177.42 from March 9, 2024; 172.08 in 2025
    assert first["amounts"]["nonfacility"] == {
        "before": 177.42,
        "after": 172.08,
        "change": -5.34,
        "percent": -3.01,
    }
    assert (result["before"]["conversion_factor"], result["after"]["source"]) == (
        33.2875,
        "rvu25d.zip",
    )


def test_a_superseded_revision_beside_the_snapshot(feesync, database, sql):
    put(database, quarter("D"))
    put(database, zip_of(rvu25d(values=repriced("64493", "3.74", "5.42"))))
    ((old,),) = sql("SELECT sha256 FROM release WHERE superseded_by IS NOT NULL")
    for name, amount in ((f"RVU25D@{old[:10]}", "172.08"), ("RVU25D", "175.32")):
        found = feesync(
            "diff", "RVU24AR", name, "--code", "64493", "--setting", "nonfacility", "--csv"
        )
        (row,) = csv.DictReader(io.StringIO(found.stdout))
        assert (row["before"], row["after"]) == ("177.42", amount)


def test_the_snapshot_alone(feesync):
    found = feesync("diff", "RVU24A", "RVU24C", "--code", "64493")
    assert (
        found.stderr
        == "feesync: info: RVU24A and RVU24C are not loaded: the embedded snapshot's few codes are "
        "compared.\n"
    )
    assert "Conversion factor  32.7442 before, 33.2875 after (+1.66 %)\n" in found.stdout
    assert "1 only repriced by conversion_factor" in found.stdout
    assert (
        "64493   nonfacility    174.53   177.42     +2.89  +1.66  conversion_factor\n"
        in found.stdout
    )
    assert "Payments           218 changed of the 218 that both have" in found.stdout


def test_the_factor_of_a_qualifying_participant(feesync):
    found = feesync(
        "diff", "RVU25D", "RVU26C", "--code", "64493", "--qp", "--setting", "nonfacility", "--csv"
    )
    (row,) = csv.DictReader(io.StringIO(found.stdout))
    assert (row["before"], row["after"]) == ("172.08", "191.33")  # 5.70 x 33.5675
    assert "Before 2026 there is one conversion factor" in found.stderr
    assert "its qp conversion factor is feesync's reference data" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (
            ["RVU24D", "RVU25D"],
            6,
            "RVU26C): 'feesync sync --release RVU24D' brings it, or 'feesync import' of its zip "
            "from cms.gov\n",
        ),
        (
            ["RVU25D", "RVU25D"],
            2,
            "RVU25D: this is one revision, compared with itself; there is RVU25D@",
        ),
        (["RVU25D@xyz", "RVU25D"], 2, "is not LABEL@HASH"),
        (["RVU25D@", "RVU25D"], 2, "is not LABEL@HASH"),
        (["RVU25D@00000000000", "RVU25A"], 6, "is no revision that is loaded; there is RVU25D@"),
        (["RVU24A", "25"], 2, "is not a release label"),
        (["2019", "2025"], 6, "no loaded release covers 2019"),
        (["2025", "RVU25D"], 2, "this is one revision, compared with itself"),
        (["RVU25A", "RVU25D", "--state", "AL", "--locality", "AL"], 2, "exclude each other"),
        (["RVU25A", "RVU25D", "--state", "ZZ"], 6, "RVU25D has no locality in state 'ZZ'"),
        (["RVU25A", "RVU25D", "--locality", "ZZ-01"], 6, "no locality 'ZZ-01'"),
        (["RVU25A", "RVU25D", "--code", "99999"], 6, "99999: not in RVU25A, nor in RVU25D"),
        (["RVU25A", "RVU25D", "--code", "6449"], 2, "not a HCPCS code"),
        (["RVU25A", "RVU25D", "--csv", "--json"], 2, "exclude each other"),
        (["RVU25A"], 2, "Missing argument"),
    ],
)
def test_errors(feesync, loaded, arguments, status, says):
    result = feesync("diff", *arguments)
    assert (result.exit_code, result.stdout) == (status, "")
    assert says in result.stderr


def test_a_place_by_its_zip(feesync):
    found = feesync(
        "diff",
        "RVU24AR",
        "RVU25D",
        "--locality",
        "94110",
        "--code",
        "64493",
        "--setting",
        "nonfacility",
        "--csv",
    )
    (row,) = csv.DictReader(io.StringIO(found.stdout))
    assert (row["mac"], row["locality"], row["after"]) == ("01112", "05", "222.87")
    assert found.stderr.endswith(
        "feesync: info: ZIP 94110 lies in 01112-05 by CMS's ZIP5 2025 Q4.\n"
    )


def test_a_range_of_codes(feesync):
    found = feesync("diff", "RVU25D", "RVU26C", "--code", "64490-64495", "--csv")
    assert {row["hcpcs"] for row in csv.DictReader(io.StringIO(found.stdout))} == {
        str(code) for code in range(64490, 64496)
    }
    missing = feesync("diff", "RVU25D", "RVU26C", "--code", "99213-99215")
    assert (missing.exit_code, missing.stdout) == (6, "")
    assert "no code of 99213-99215 is in RVU25D, nor in RVU26C" in missing.stderr


def test_from_python():
    found = feesync_diff(
        "RVU25D",
        "RVU26C",
        locality="02102-01",
        codes=["64490-64495"],
        settings=[Setting.NONFACILITY],
    )
    amounts = {code.hcpcs: code.amounts[0] for code in found.codes}
    assert (str(amounts["64493"].before), str(amounts["64493"].after)) == ("204.09", "221.86")
    assert [note.code for note in found.notes] == ["embedded-snapshot"]
    with pytest.raises(InvalidInputError, match="codes is a list"):
        feesync_diff("RVU25D", "RVU26C", codes=object())  # type: ignore[call-overload]
    with pytest.raises(InvalidInputError, match="settings names neither"):
        feesync_diff("RVU25D", "RVU26C", settings=[])


# CMS, RVU25D and RVU26C: (1.48 + 4.08 x 0.875 + 0.14 x 0.566) x 33.4009 = 171.321
ALABAMA, ALASKA = ("154.46", "171.32"), ("204.09", "221.86")


def test_a_year_is_its_newest_release(feesync, loaded):
    by_label = feesync("diff", "RVU25D", "RVU26C", "--code", "64493", "--json")
    assert json.loads(by_label.stdout)["before"]["label"] == "RVU25D"
    by_year = feesync("diff", "2025", "2026", "--code", "64493", "--json")
    assert (by_year.exit_code, by_year.stdout) == (0, by_label.stdout)
    # RVU24B and RVU24C came after RVU24AR; of 2025 the database's own revision is meant
    found = feesync_diff(2024, 2025, codes=["64493"])
    assert (found.before.label, found.after.label) == ("RVU24C", "RVU25D")
    loaded_release = feesync_diff("RVU24C", "2025", codes=["64493"]).after
    assert loaded_release.source == found.after.source


def test_several_places_and_states(feesync):
    line = ("diff", "2025", "2026", "--code", "64493", "--setting", "nonfacility")
    for places in (["--locality", "AL", "--locality", "AK"], ["--state", "AL", "--state", "AK"]):
        rows = list(csv.DictReader(io.StringIO(feesync(*line, *places, "--csv").stdout)))
        found = {row["mac"]: (row["before"], row["after"]) for row in rows}
        assert found == {"10112": ALABAMA, "02102": ALASKA}
        answers = json.loads(feesync(*line, *places, "--json").stdout)
        assert {one["locality"]["state"] for one in answers} == {"AL", "AK"}
        shown = feesync(*line, *places).stdout
        assert shown.count("Conversion factor") == 1
        assert shown.count("Dollars of ") == 2
        assert "10112-00 AL ALABAMA: pe_gpci 0.869>0.875" in shown
        assert all(amount in shown for amount in (*ALABAMA, *ALASKA))
    one = json.loads(feesync(*line, "--locality", "AL", "--json").stdout)
    assert one["locality"]["state"] == "AL"


def test_an_unknown_code_among_others_is_named_beside_them(feesync):
    line = ("diff", "RVU25D", "RVU26C", "--code", "64493")
    alone = feesync(*line, "--csv")
    more = feesync(*line, "--code", "Q9999", "--code", "00001-00009", "--csv")
    assert (alone.exit_code, more.exit_code, more.stdout) == (0, 6, alone.stdout)
    assert more.stderr.splitlines()[-2:] == [
        "feesync: no price: Q9999: not in RVU25D, nor in RVU26C",
        "feesync: no price: no code of 00001-00009 is in RVU25D, nor in RVU26C",
    ]
    found = feesync_diff("RVU25D", "RVU26C", codes=["64493", "Q9999"])
    assert [str(error) for error in found.unknown] == ["Q9999: not in RVU25D, nor in RVU26C"]
    assert found.to_dict()["unknown"][0]["status"] == 6
    assert "unknown" not in feesync_diff("RVU25D", "RVU26C", codes=["64493"]).to_dict()
    none = feesync("diff", "RVU25D", "RVU26C", "--code", "Q9999", "--code", "Q9997")
    assert (none.exit_code, none.stdout) == (6, "")
    assert none.stderr.count("nor in RVU26C") == 2
