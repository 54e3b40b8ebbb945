import csv
import io
import json
from decimal import ROUND_HALF_UP, Decimal

import pytest
from cms_files import quarter, repriced

from feesync.datasets.rvu.load import load
from feesync.formats.release import from_zip

D = Decimal
LABELS = [f"RVU{year}{quarter}" for year in range(20, 24) for quarter in "ABCD"] + [
    "RVU24A", "RVU24AR", "RVU24B", "RVU24C", "RVU25A", "RVU25B", "RVU25C", "RVU25D", "RVU26C",
]  # fmt: skip
# CMS's relative values of 64493 by year: work, nonfacility and facility practice expense,
# malpractice, and the factor
NATIONAL = {
    "RVU22D": ("1.52", "3.56", "0.97", "0.14", "34.6062"),
    "RVU24AR": ("1.52", "3.66", "1.03", "0.15", "33.2875"),
    "RVU25D": ("1.52", "3.64", "1.05", "0.16", "32.3465"),
}


def read(result):
    return list(csv.DictReader(io.StringIO(result.stdout)))


def by_release(result):
    return {row["release"]: row for row in read(result)}


def test_amounts_that_cms_published(feesync):
    result = feesync("history", "64493", "--locality", "national", "--csv")
    rows = by_release(result)
    assert (result.exit_code, result.stderr, list(rows)) == (0, "", LABELS)
    for label, pair in {
        "RVU24A": ("174.53", "88.41"),
        "RVU24AR": ("177.42", "89.88"),
        "RVU25D": ("172.08", "88.31"),
        "RVU26C": ("190.39", "81.50"),
    }.items():
        assert (rows[label]["nonfacility_amount"], rows[label]["facility_amount"]) == pair
    # 177.42 / 174.53 = 1.016559, 89.88 / 88.41 = 1.016627; 190.39 / 172.08 = 1.106404, 81.50 /
    # 88.31 = 0.922885
    assert (
        rows["RVU24AR"]["nonfacility_change_percent"],
        rows["RVU24AR"]["facility_change_percent"],
    ) == ("1.66", "1.66")
    assert (
        rows["RVU26C"]["nonfacility_change_percent"],
        rows["RVU26C"]["facility_change_percent"],
    ) == ("10.64", "-7.71")
    assert rows["RVU20A"]["nonfacility_change_percent"] == ""
    assert (rows["RVU24A"]["effective_from"], rows["RVU24A"]["effective_to"]) == (
        "2024-01-01",
        "2024-03-08",
    )


def test_the_rvus_and_the_factor_come_to_the_national_amounts(feesync):
    rows = by_release(feesync("history", "64493", "--locality", "national", "--csv"))
    for row in rows.values():
        for setting in ("nonfacility", "facility"):
            amount = (D(row[f"{setting}_rvus"]) * D(row["conversion_factor"])).quantize(
                D("0.01"), ROUND_HALF_UP
            )
            assert D(row[f"{setting}_amount"]) == amount
    for label, (work, nonfacility, facility, mp, factor) in NATIONAL.items():
        row = rows[label]
        assert D(row["conversion_factor"]) == D(factor)
        assert (D(row["nonfacility_rvus"]), D(row["facility_rvus"])) == (
            D(work) + D(nonfacility) + D(mp),
            D(work) + D(facility) + D(mp),
        )


def test_the_table(feesync, loaded):
    result = feesync("history", "64493", "--locality", "AK-01", "-m", "50", "--setting", "facility")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[:2] == ["64493-50, facility", "02102-01 AK ALASKA"]
    # CMS, Alaska 2025: 204.09 and 113.53, x 1.5; 115.91 x 1.5 = 173.87; 170.30 / 173.87 = 0.97947
    (line,) = [line for line in lines if line.startswith("RVU25A")]
    assert line.split()[:8] == [
        "RVU25A",
        "2025-01-01",
        "2025-03-31",
        "32.3465",
        "2.73",
        "306.14",
        "170.30",
        "-2.05",
    ]
    assert set(line.split()[8]) <= set("█▏▎▍▌▋▊▉")


def test_a_release_that_lacks_the_place_is_a_gap_with_the_reason(feesync):
    rows = read(feesync("history", "64493", "--locality", "01112-06", "--csv"))
    gaps = [row for row in rows if row["reason"]]
    assert [row["release"] for row in gaps] == LABELS[
        16:
    ]  # San Mateo county is one of 01112-05 since 2024
    assert gaps[0]["reason"] == "RVU24A has no locality 01112-06"
    assert {
        row[name]
        for row in gaps
        for name in ("nonfacility_amount", "facility_amount", "conversion_factor")
    } == {""}
    assert all(row["nonfacility_amount"] for row in rows if not row["reason"])
    table = feesync("history", "64493", "--locality", "CA-06").stdout
    assert "RVU24A has no locality 01112-06" in table


def test_a_name_means_what_it_means_now(feesync):
    # until 2023 the county was a place of its own, 01112-06; a name of then decides nothing, its
    # key does
    result = feesync("history", "64493", "--locality", "san mateo cnty")
    assert (result.exit_code, result.stdout) == (6, "")
    assert result.stderr.startswith("feesync: no locality 'san mateo cnty'")
    assert feesync("history", "64493", "--locality", "0111206").exit_code == 0


def test_a_code_that_the_snapshot_lacks(feesync, database):
    load(database, from_zip(quarter("A"), "rvu25a.zip"))
    load(database, from_zip(quarter("D", values=repriced("99213", "1.45", "2.85")), "rvu25d.zip"))
    result = feesync("history", "99213", "--locality", "national", "--csv")
    # (1.30 + 1.35 + 0.10) x 32.3465 = 88.95; (1.30 + 1.45 + 0.10) x 32.3465 = 92.19; 92.19 / 88.95
    # = 1.03642
    assert [
        (row["release"], row["nonfacility_amount"], row["nonfacility_change_percent"])
        for row in read(result)
    ] == [
        ("RVU25A", "88.95", ""),
        ("RVU25D", "92.19", "3.64"),
    ]
    assert (
        result.stderr
        == "feesync: info: 23 releases of the embedded snapshot, which lacks 99213, are left out\n"
    )


def test_what_a_release_does_not_price_says_why(feesync, loaded):
    result = feesync("history", "15824", "--locality", "national", "--csv")
    assert result.exit_code == 6
    assert [(row["release"], row["reason"]) for row in read(result)] == [
        ("RVU25D", "15824 has status R and no relative values: the MAC sets the amount.")
    ]


def test_json_and_whose_factor(feesync):
    result = feesync("history", "64493", "--locality", "national", "--qp", "--json")
    last = json.loads(result.stdout)[-1]
    assert (last["basis"], last["conversion_factor"], last["nonfacility_amount"]) == (
        "qp",
        33.5675,
        191.33,
    )  # 5.70 x 33.5675
    assert (last["modifiers"], last["reason"]) == ([], None)
    assert [line.split(":")[1] for line in result.stderr.splitlines()] == [" info", " info"]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["64493", "--locality", "01112-99"], 6, "no locality '01112-99'"),
        (["64493", "--locality", "San Francisco"], 6, "may be 2 localities"),
        (["99213", "--locality", "AL"], 6, "needs a release that is not loaded"),
        (["64493", "--locality", "AL", "-m", "54"], 2, "modifier 54 does not apply"),
        (["64493", "--locality", "AL", "-m", "26"], 2, "modifier 26 does not apply"),
        (["64493", "--locality", "AL", "--csv", "--json"], 2, "exclude each other"),
        (["64493"], 2, "--locality"),
    ],
)
def test_errors(feesync, arguments, status, says):
    result = feesync("history", *arguments)
    assert (result.exit_code, result.stdout) == (status, "")
    assert says in result.stderr
    assert result.stderr.startswith(("feesync: ", "Usage: "))


def test_a_database_that_breaks_is_no_gap(feesync, loaded, monkeypatch):
    from feesync.claims.rates import ClaimRates
    from feesync.errors import StoreError

    quote = ClaimRates.quote

    def break_in_2023(rates, line):
        if rates.day.year == 2023:
            raise StoreError("disk I/O error")
        return quote(rates, line)

    monkeypatch.setattr(ClaimRates, "quote", break_in_2023)
    result = feesync("history", "64493", "--locality", "AL")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "feesync: disk I/O error\n")


def test_days_without_a_release_are_shown_as_such(feesync):
    lines = feesync("history", "64493", "--locality", "AL").stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("RVU26C"))
    assert lines[at - 1].split() == ["2026-01-01", "2026-06-30", "no", "release", "is", "loaded"]


def test_what_holds_for_several_releases_is_said_once(feesync):
    why = "Modifier 22 is priced by report: the MAC sets the amount from the documentation."
    result = feesync("history", "64493", "--locality", "AL", "-m", "22")
    assert (result.exit_code, result.stderr) == (6, "")
    assert result.stdout.endswith(f"no price\n\nno price: {why}\n")
    assert result.stdout.count(why) == 1
    assert max(map(len, result.stdout.splitlines())) < 120
    as_csv = feesync("history", "64493", "--locality", "AL", "-m", "22", "--csv")
    assert as_csv.stderr == f"feesync: no price: {why}\n"
