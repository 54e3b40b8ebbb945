"""A price list of one's own beside what Medicare allows, from Python and as a table.

The dollars are those of rules.md's sources: 64493 in San Francisco 222.87 and 103.99, with 50
334.31, in Alabama 154.46 and 81.66, nationally 172.08 in 2025 and 177.42 from March 9, 2024 on.
"""

import csv
import io
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner
from documents import DOCS

from feesync import InvalidInputError, check_prices
from feesync.cli import cli

D = Decimal
DAY = ("--date", "2025-11-03")
NATION: dict[str, Any] = {"locality": "national", "date": "2025-11-03"}

TABLE = """\
CPT Code;Mod;Our Fee;ZIP;Remark
64493;;222.87;94110;as it is
64493;50;"$334.32";94110;a cent more
64493;;172.08;94110;
64493;;103.99;94110;
"""
PRINTED = """\
2025-11-03
nonfacility
01112-05 CA SAN FRANCISCO-OAKLAND-BERKELEY (SAN FRANCISCO/SAN MATEO/ALAMEDA/CONTRA COSTA CNTY)
RVU25D

  Row  Code        Amount    Medicare    Percent  Finding
-----  --------  --------  ----------  ---------  --------------------------
    2  64493       222.87      222.87     100.00  equal
    3  64493-50    334.32      334.31     100.00  different
    4  64493       172.08      222.87      77.21  as by the national rates
    5  64493       103.99      222.87      46.66  as in the facility setting

4 prices: 1 equal, 2 right otherwise, 1 different.
Of what Medicare allows: 46.66 % to 100.00 %, 77.21 % in the middle; 100.00 % in 2 of 4.
"""


@pytest.fixture
def table(tmp_path):
    def write(text, name="prices.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def findings(rows, **arguments):
    """The finding of each row, with its releases or its likeliest cause."""
    prices = check_prices(rows, **{**NATION, **arguments}).prices
    return [(price.finding.value, price.releases, *price.causes[:1]) for price in prices]


class TestRows:
    @pytest.mark.parametrize(
        ("row", "finding"),
        [
            ({"amount": "172.08"}, ("equal", ())),
            ({"amount": 172.08}, ("refused", ())),  # no float is money
            ({"amount": "172.09"}, ("different", ())),
            ({"amount": "177.42"}, ("release", ("RVU24C", "RVU24B", "RVU24AR"))),
            ({"amount": "88.31"}, ("cause", (), "in the facility setting")),
            ({"amount": "88.31", "setting": "facility"}, ("equal", ())),
            ({"amount": "88.31", "pos": "24"}, ("equal", ())),
            ({"amount": "188.00"}, ("cause", (), "of the limiting charge")),
            # 172.08 x 95 % = 163.476
            ({"amount": "163.48"}, ("cause", (), "of a non-participating practitioner")),
            ({"amount": "154.46", "locality": "AL"}, ("equal", ())),
            ({"amount": "172.08", "locality": "AL"}, ("cause", (), "by the national rates")),
            ({"amount": "177.42", "date": "2024-07-01"}, ("equal", ())),
            # 172.08 x 150 % = 258.12
            ({"amount": "258.12", "modifiers": ["50"]}, ("equal", ())),
            ({"amount": "258.12", "modifiers": "50"}, ("equal", ())),
            ({"amount": "1", "modifiers": ["22"]}, ("no-price", ())),
            ({"amount": "1", "modifiers": ["26"]}, ("refused", ())),
            ({"amount": "1", "locality": "Atlantis"}, ("no-price", ())),
            ({"amount": "x"}, ("refused", ())),
            ({}, ("refused", ())),
            ({"amount": "1", "color": "red"}, ("refused", ())),
        ],
    )
    def test_each_finding(self, row, finding):
        assert findings([{"hcpcs": "64493", **row}]) == [finding]

    def test_two_amounts_of_a_row_are_of_the_two_settings(self):
        row = {"hcpcs": "64493", "nonfacility_amount": "172.08", "facility_amount": "88.31"}
        assert findings([row]) == [("equal", ())] * 2
        assert findings([row], pos=24) == [("equal", ())] * 2
        (price, _) = check_prices([row], **NATION, pos=24).prices
        assert (price.setting, price.pos) == ("nonfacility", None)

    def test_amounts_beside_medicare(self):
        (price,) = check_prices([{"hcpcs": "64493", "amount": "206.50"}], **NATION).prices
        # 206.50 / 172.08 = 1.200023
        assert (price.difference, price.percent) == (D("34.42"), D("120.00"))
        assert price.locality is not None
        assert (price.code, price.release, price.locality.key) == ("64493", "RVU25D", "00000-00")

    def test_the_row_as_json(self):
        prices = [{"hcpcs": "64493", "modifiers": "50,KX", "amount": "177.42", "pos": "11"}]
        answer = check_prices(prices, locality="10112-00", date="2025-11-03")
        # 154.46 x 150 % = 231.69; 177.42 / 231.69 = 0.765764
        assert answer.rows() == [
            {
                "row": 1,
                "hcpcs": "64493",
                "modifiers": ["50", "KX"],
                "date": "2025-11-03",
                "setting": "nonfacility",
                "pos": "11",
                "mac": "10112",
                "locality": "00",
                "state": "AL",
                "locality_name": "ALABAMA",
                "release": "RVU25D",
                "amount": 177.42,
                "allowed": 231.69,
                "difference": -54.27,
                "percent": 76.58,
                "finding": "different",
                "releases": [],
                "cause": None,
                "reason": None,
                "stand_in": False,
            }
        ]
        (refused,) = check_prices([{"hcpcs": "?", "amount": 5}], **NATION).rows()
        assert (refused["mac"], refused["locality_name"], refused["state"]) == (None, None, None)
        assert refused["reason"].startswith("'?' is not a HCPCS code")

    @pytest.mark.parametrize(
        ("row", "day", "setting", "pos"),
        [
            ({"hcpcs": "?"}, "2025-11-03", "nonfacility", None),
            ({"hcpcs": "?", "date": "03/01/2025"}, "2025-03-01", "nonfacility", None),
            ({"hcpcs": "99999", "setting": "facility"}, "2025-11-03", "facility", None),
            ({"date": "2025-03-01", "pos": "24"}, "2025-03-01", "facility", "24"),
            ({"hcpcs": "64493", "date": "?", "pos": "24"}, "2025-11-03", "facility", "24"),
            (
                {"hcpcs": "64493", "date": "2025-03-01", "pos": "?"},
                "2025-03-01",
                "nonfacility",
                None,
            ),
        ],
    )
    def test_a_row_that_cannot_be_priced_has_its_own_day_and_setting(self, row, day, setting, pos):
        (found,) = check_prices([{"amount": "5", **row}], **NATION).rows()
        assert (found["date"], found["setting"], found["pos"]) == (day, setting, pos)
        assert found["finding"] in {"refused", "no-price"}

    def test_a_contract_is_what_the_list_is_held_against(self):
        # 172.08 x 110 % = 189.288
        assert findings([{"hcpcs": "64493", "amount": "189.29"}], percent=110) == [("equal", ())]

    def test_another_payers_conversion_factor(self):
        # 5.32 relative value units, 172.08 / 32.3465, x 45
        rows = [{"hcpcs": "64493", "amount": "239.40"}]
        assert findings(rows, conversion_factor="45.00") == [("equal", ())]

    def test_a_row_that_cannot_be_priced_changes_no_other(self):
        result = check_prices(
            [
                {"hcpcs": "64493", "amount": "172.08"},
                {"hcpcs": "99999", "amount": "5"},
                {"hcpcs": "644", "amount": "7"},
                "64493",  # type: ignore[list-item]
            ],
            **NATION,
        )
        assert [price.finding.value for price in result.prices] == [
            "equal",
            "no-price",
            "refused",
            "refused",
        ]
        assert [int(price.status) for price in result.prices] == [0, 6, 2, 2]
        assert (result.prices[1].amount, result.prices[1].hcpcs) == (D("5.00"), "99999")
        assert result.status == 2

    def test_a_frame_is_told_how_it_becomes_rows(self):
        import pandas as pd

        frame = pd.DataFrame({"hcpcs": ["64493"], "amount": ["172.08"]})
        (first, *_) = check_prices(frame, **NATION).prices
        assert first.reason.endswith("of a DataFrame, give frame.to_dict('records')")
        assert findings(frame.to_dict("records")) == [("equal", ())]

    @pytest.mark.parametrize(
        "place",
        [
            *("JOHN SMITH", "O'Brien, Pat", "  Jane Roe ", "Smith " * 9, "Portland Smith"),
            *("Springfield", "Orange", "01112-05 JOHN SMITH", "33612 JANE ROE"),
        ],
    )
    def test_a_place_that_cannot_be_read_is_in_no_error(self, place):
        (row,) = check_prices(
            [{"hcpcs": "64493", "amount": "100", "locality": place}], date="2025-11-03"
        ).prices
        assert row.status
        assert not {*place.replace(",", "").split()} & {*re.findall(r"[\w'-]+", row.reason)}

    @pytest.mark.parametrize(
        ("place", "text"),
        [("CA", "'CA' may be 29"), ("01112-99", "01112-99"), ("00000", "00000"), ("ZZ", "'ZZ'")],
    )
    def test_a_place_that_looks_like_one_is(self, place, text):
        (row,) = check_prices(
            [{"hcpcs": "64493", "amount": "100", "locality": place}], date="2025-11-03"
        ).prices
        assert text in row.reason

    def test_a_row_without_any_place(self):
        (price,) = check_prices([{"hcpcs": "64493", "amount": "1"}], date="2025-11-03").prices
        assert price.reason == "it names no place, and none is given for all rows"

    @pytest.mark.parametrize("prices", ["64493", None, 5])
    def test_what_is_no_list(self, prices):
        with pytest.raises(InvalidInputError, match="prices is a list"):
            check_prices(prices, **NATION)


class TestSummary:
    def test_of_several_rows(self):
        amounts = ("172.08", "177.42", "177.42", "206.50", "206.50", "206.50")
        result = check_prices([{"hcpcs": "64493", "amount": each} for each in amounts], **NATION)
        assert {name: count for name, count in result.counts.items() if count} == {
            "equal": 1,
            "release": 2,
            "different": 3,
        }
        assert result.releases == {"RVU24C": 2, "RVU24B": 2, "RVU24AR": 2}
        # 177.42 / 172.08 = 1.03103, the lower of the two in the middle
        assert result.percents == (D("100.00"), D("103.10"), D("120.00"))
        assert result.common_percent == (D("120.00"), 3)
        assert result.differs

    def test_of_none_that_can_be_compared(self):
        result = check_prices([{"hcpcs": "99999", "amount": "5"}], **NATION)
        assert (result.percents, result.common_percent, result.differs) == (None, None, False)

    def test_of_one(self):
        result = check_prices([{"hcpcs": "64493", "amount": "172.08"}], **NATION)
        assert (result.common_percent, result.differs, result.status) == (None, False, 0)


class TestTables:
    def test_the_text(self, feesync, table):
        result = feesync("check", table(TABLE), *DAY)
        assert (result.exit_code, result.stdout, result.stderr) == (0, PRINTED, "")

    @pytest.mark.parametrize("name", ["a.tsv", "a.TXT", "a.csv"])
    def test_kinds_of_files(self, feesync, table, name):
        result = feesync("check", table(TABLE, name), *DAY)
        assert result.stdout == PRINTED

    def test_fail_on_difference(self, feesync, table):
        path = table(TABLE)
        assert feesync("check", path, *DAY, "--fail-on-difference").exit_code == 4
        equal = table("code,fee\n64493,172.08\n", "equal.csv")
        line = ("check", equal, *DAY, "--locality", "national", "--fail-on-difference")
        assert feesync(*line).exit_code == 0

    def test_standard_input_and_workbooks(self, feesync, tmp_path):
        import xlsxwriter

        path = tmp_path / "prices.xlsx"
        with xlsxwriter.Workbook(path) as workbook:
            sheet = workbook.add_worksheet()
            for number, row in enumerate(csv.reader(io.StringIO(TABLE), delimiter=";")):
                sheet.write_row(number, 0, row)
            sheet.write_number(1, 2, 222.87)
            sheet.write_number(1, 0, 64493)
        assert feesync("check", path, *DAY).stdout == PRINTED
        piped = CliRunner().invoke(cli, ["check", "-", *DAY], input=TABLE)
        assert piped.stdout == PRINTED

    def test_rows_of_carriers(self, feesync, table):
        path = table("MAC,Locality,HCPCS,Non-Fac Price,Fac Price\n10112,0,64493,154.46,81.66\n")
        result = feesync("check", path, *DAY, "--csv")
        rows = list(csv.DictReader(io.StringIO(result.stdout)))
        assert [(row["setting"], row["finding"]) for row in rows] == [
            ("nonfacility", "equal"),
            ("facility", "equal"),
        ]

    def test_the_rates_that_feesync_prints_are_a_price_list(self, feesync, table):
        rates = feesync("rates", "64490-64495", "--state", "AL", *DAY, "--csv").stdout
        result = feesync("check", table(rates), "--json")
        findings = json.loads(result.stdout)["summary"]["findings"]
        assert (result.exit_code, findings["equal"]) == (0, 12)

    def test_zeros_that_a_spreadsheet_drops_from_a_zip(self, feesync, table):
        # 02108 is in Boston
        path = table("cpt,fee,zip code\n64493,1,2108\n")
        result = json.loads(feesync("check", path, *DAY, "--json").stdout)
        assert result["rows"][0]["state"] == "MA"

    def test_errors_of_all_rows_at_once(self, feesync, table):
        path = table("cpt,fee\n644,1\n64493,172.08\n64493,x\n99999,5\n64493,\n")
        result = feesync("check", path, *DAY, "--locality", "national")
        assert result.exit_code == 2
        assert [line.split(":")[1:3] for line in result.stderr.splitlines()] == [
            [" row 2", " '644' is not a HCPCS code of five characters"],
            [" row 4", " amount"],
            [" no price", " row 5"],
            [" row 6", " it has no amount"],
        ]
        assert "'feesync sync' brings RVU25D" in result.stderr

    def test_a_refused_row_shows_what_was_given(self, feesync, table):
        path = table("cpt,mod,fee\n64493,XZ,12.50\n")
        rows = feesync("check", path, *DAY, "--locality", "AL").stdout.splitlines()
        assert ["2", "64493-XZ", "12.50", "refused"] in [row.split() for row in rows]

    def test_without_any_place_a_zip_is_asked_for_once(self, feesync, table):
        path = table("cpt,nonfac,fac\n64493,1,2\n64494,3,4\n")
        result = feesync("check", path, *DAY)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.count("is enough: feesync check") == 1
        assert result.stderr.endswith(" --date 2025-11-03 --zip 33612\n")
        one = table("cpt,nonfac,fac,zip\n64493,1,2,\n64494,3,4,33612\n", "one.csv")
        assert feesync("check", one, *DAY).stderr.splitlines() == [
            "feesync: row 2: it names no place, and none is given for all rows"
        ]

    def test_a_release_or_a_zip_file_of_another_quarter_is_said(self, feesync, table):
        path = table("cpt,fee,zip\n64493,1,33612\n64494,1,94110\n")
        result = feesync("check", path, "--date", "2026-11-01", "--csv")
        rows = csv.DictReader(io.StringIO(result.stdout))
        assert [(row["release"], row["stand_in"]) for row in rows] == [("RVU26C", "True")] * 2
        release, zip_file = result.stderr.splitlines()
        assert "warning: No loaded release covers 2026-11-01; RVU26C of the same year" in release
        assert "info: ZIP 33612 lies in 09102-99 by CMS's ZIP5 2025 Q4, the nearest" in zip_file

    def test_a_row_without_a_price_alone(self, feesync, table):
        path = table("cpt,modifier,fee\n64493,22,1\n64493,,172.08\n")
        result = feesync("check", path, *DAY, "--locality", "national")
        assert result.exit_code == 6
        assert "feesync: no price: row 2: Modifier 22 is priced by report" in result.stderr

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            (
                "fee\n1\n",
                "prices.csv has no column of codes (hcpcs, cpt, code); its columns are amount",
            ),
            (
                "cpt,x\n64493,1\n",
                "has no column of amounts (amount, fee); its columns are hcpcs, x",
            ),
            ("", "has no column of codes (hcpcs, cpt, code); its columns are none"),
            ("cpt,fee\n", "the price list has no rows"),
            ("cpt,fee\n64493,1,2\n", "row 2: it has more cells than the header"),
            ("cpt,fee,price\n64493,1,2\n", "keep one"),
        ],
    )
    def test_tables_that_cannot_be_read(self, feesync, table, text, says):
        result = feesync("check", table(text), *DAY, "--locality", "national")
        assert (result.exit_code, result.stdout) == (2, "")
        assert says in result.stderr

    def test_amounts_of_a_line_are_none_of_a_table(self, feesync, table):
        for option in ("--allowed", "--paid", "--deductible"):
            result = feesync("check", table(TABLE), *DAY, option, "5", "--locality", "AL")
            assert (result.exit_code, result.stdout) == (2, "")
            assert "are for a line" in result.stderr

    def test_a_line_needs_a_place(self, feesync):
        result = feesync("check", "64493", "--allowed", "1", *DAY)
        assert result.exit_code == 2
        assert "Missing option '--locality' or '--zip'" in result.stderr

    def test_names_of_the_json(self, feesync, table):
        text = (DOCS / "reference/json.md").read_text(encoding="utf-8")
        section = text.split("\n## check\n")[1].split("\n## ")[0].split("price list")[1]
        documented = set(re.findall(r"^- `([\w.]+)`", section, re.M))
        answer = json.loads(feesync("check", table(TABLE), *DAY, "--json").stdout)
        shown = set(answer) | {f"rows.{name}" for row in answer["rows"] for name in row}
        shown |= {f"summary.{name}" for name in answer["summary"]}
        for name in ("percent", "common_percent"):
            shown |= {f"summary.{name}.{own}" for own in answer["summary"][name]}
        assert shown == documented
