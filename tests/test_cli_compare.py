import csv
import io
import json
from decimal import ROUND_HALF_UP, Decimal

import pytest

D = Decimal
DAY = ("--date", "2025-11-03")
FACTOR = D("32.3465")  # October 2025
TABLE = """\
64493-50, nonfacility, 2025-11-03
RVU25D, in effect 2025-10-01 to 2025-12-31, conversion factor 32.3465 nonqp

Locality    State    Name        Allowed    To national    Percent
----------  -------  --------  ---------  -------------  ---------  --------------------
02102-01    AK       ALASKA       306.14         +48.02     +18.60  ████████████████████
00000-00             National     258.12                            ████████████████▊
10112-00    AL       ALABAMA      231.69         -26.43     -10.24  ███████████████▏
"""
BOTH = """\
64493, nonfacility and facility, 2025-11-03
RVU25D, in effect 2025-10-01 to 2025-12-31, conversion factor 32.3465 nonqp

Locality    State    Name        Nonfacility    Facility    Difference    Percent
----------  -------  --------  -------------  ----------  ------------  ---------  --------------------
02102-01    AK       ALASKA           204.09      113.53        -90.56     -44.37  ███████████░░░░░░░░░
00000-00             National         172.08       88.31        -83.77     -48.68  ████████░░░░░░░░
10112-00    AL       ALABAMA          154.46       81.66        -72.80     -47.13  ████████░░░░░░░
"""  # noqa: E501


def cents(value):
    return value.quantize(D("0.01"), ROUND_HALF_UP)


def read(result):
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_the_table(feesync):
    # 204.09 x 1.5 = 306.135, 154.46 x 1.5 = 231.69; 48.02 / 258.12 = 18.6037 %, 26.43 / 258.12 =
    # 10.2394 %; a bar of 20: 258.12 / 306.14 x 20 = 16.86, 231.69 / 306.14 x 20 = 15.14
    result = feesync(
        "compare", "64493", "-m", "50", "--locality", "AL", "--locality", "AK-01", *DAY
    )
    assert (result.exit_code, result.stdout, result.stderr) == (0, TABLE, "")


def test_both_settings(feesync):
    # 90.56 / 204.09 = 44.3726 %, 83.77 / 172.08 = 48.6808 %, 72.80 / 154.46 = 47.1319 %
    result = feesync(
        "compare", "64493", "--setting", "both", "--locality", "AL", "--locality", "AK", *DAY
    )
    assert (result.exit_code, result.stdout, result.stderr) == (0, BOTH, "")


def test_all_localities_agree_with_the_formula_and_are_sorted(feesync):
    rows = read(feesync("compare", "64493", "--setting", "facility", "--csv", *DAY))
    assert len(rows) == 110
    places = {
        (row["mac"], row["locality"]): row
        for row in json.loads(feesync("localities", "--json", *DAY).stdout, parse_float=D)
    }
    amounts = [D(row["amount"]) for row in rows]
    assert amounts == sorted(amounts, reverse=True)
    for row in rows:
        place = places[row["mac"], row["locality"]]
        amount = cents(
            (
                D("1.52") * place["work_gpci"]
                + D("1.05") * place["pe_gpci"]
                + D("0.16") * place["mp_gpci"]
            )
            * FACTOR
        )
        assert (D(row["amount"]), D(row["national_amount"])) == (amount, D("88.31"))
        assert D(row["difference"]) == amount - D("88.31")
        percent = (amount - D("88.31")) / D("88.31") * 100
        assert D(row["difference_percent"]) == percent.quantize(D("0.01"), ROUND_HALF_UP)
    assert (
        feesync("compare", "64493", "--setting", "facility", "--csv", "--all", *DAY).stdout.count(
            "\n"
        )
        == 111
    )


def test_json_of_a_state(feesync):
    rows = json.loads(
        feesync("compare", "64493", "-m", "50", "-m", "KX", "--state", "ny", "--json", *DAY).stdout
    )
    assert [row["locality_name"] for row in rows].count("National") == 1
    assert len(rows) == 6
    manhattan = next(row for row in rows if row["locality_name"] == "MANHATTAN")
    # 198.22 x 1.5 = 297.33; 297.33 - 258.12; / 258.12
    assert (manhattan["amount"], manhattan["difference"], manhattan["difference_percent"]) == (
        297.33,
        39.21,
        15.19,
    )
    assert (manhattan["modifiers"], manhattan["setting"], manhattan["release"]) == (
        ["50", "KX"],
        "nonfacility",
        "RVU25D",
    )


def test_csv_of_both_settings(feesync):
    (row, _) = read(
        feesync("compare", "64493", "--setting", "both", "--locality", "AK", "--csv", *DAY)
    )
    names = ("nonfacility_amount", "facility_amount", "difference", "difference_percent")
    assert [row[name] for name in names] == ["204.09", "113.53", "-90.56", "-44.37"]
    assert "setting" not in row


def test_rows_of_their_own(feesync, loaded):
    national = read(
        feesync("compare", "70450", "-m", "26", "--locality", "national", "--csv", *DAY)
    )
    assert [row["amount"] for row in national] == [
        "38.82"
    ]  # (0.85 + 0.31 + 0.04) x 32.3465 = 38.8158


def test_a_setting_without_a_price_is_told_and_one_with_none_at_all_exits_6(feesync, loaded):
    both = feesync("compare", "71046", "--setting", "both", "--locality", "national", "--csv", *DAY)
    assert both.exit_code == 0
    assert (read(both)[0]["facility_amount"], read(both)[0]["difference"]) == ("", "")
    assert both.stderr.startswith("feesync: no price: ")
    assert both.stderr.count("\n") == 1
    facility = feesync("compare", "71046", "--setting", "facility", *DAY)
    assert (facility.exit_code, facility.stderr) == (6, both.stderr)


def test_a_near_release_is_said_once(feesync):
    result = feesync("compare", "64493", "--date", "2026-11-03", "--csv")
    assert result.stderr.startswith(
        "feesync: warning: No loaded release covers 2026-11-03; RVU26C of the same year"
    )
    assert result.stderr.count("\n") == 1


def test_where_the_output_has_no_blocks_bars_are_ascii(monkeypatch):
    from feesync.cli.bars import bar_text
    from feesync.text.bar import Bar

    class Output:
        encoding = "cp1252"

        def isatty(self):
            return False

    monkeypatch.setattr("feesync.cli.bars.sys.stdout", Output())
    assert [
        bar_text(Bar(30614, 30614)),
        bar_text(Bar(23169, 30614)),
        bar_text(Bar(None, 30614)),
        bar_text(Bar(0, 0)),
    ] == ["#" * 20, "#" * 15, "", ""]
    assert bar_text(Bar(17208, 20409, part=8831)) == "########--------"
    monkeypatch.setattr(Output, "encoding", "utf-8")
    assert bar_text(Bar(1, 160)) == "▏"


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["64493-50x2", *DAY], 2, "amounts are for one unit: give 64493-50"),
        (["99213", *DAY], 6, "feesync sync"),
        (["64493", "-m", "26", *DAY], 2, "modifier 26 does not apply to 64493"),
        (["64493", "-m", "54", *DAY], 2, "modifier 54 does not apply"),
        (["64493", "--state", "ZZ", *DAY], 6, "no locality in state 'ZZ'"),
        (["64493", "--locality", "nowhere", *DAY], 6, "no locality 'nowhere'"),
        (["64493", "--locality", "AK", "--state", "AK"], 2, "exclude each other"),
        (["64493", "--csv", "--json"], 2, "exclude each other"),
        (["64493", "--setting", "room"], 2, "nor both"),
    ],
)
def test_errors(feesync, arguments, status, says):
    result = feesync("compare", *arguments)
    assert (result.exit_code, result.stdout) == (status, "")
    assert says in result.stderr


def test_several_codes(feesync):
    places = ("--locality", "AL", "--date", "2025-11-03")
    alone = [feesync("compare", code, *places) for code in ("64493", "64494")]
    both = feesync("compare", "64493", "64494", "64493", *places)
    assert both.exit_code == 0
    assert both.stdout == "\n".join(result.stdout for result in alone)
    rows = [json.loads(feesync("compare", code, *places, "--json").stdout) for code in
            ("64493", "64494")]  # fmt: skip
    printed = feesync("compare", "64493", "64494", *places, "--json").stdout
    assert json.loads(printed) == rows[0] + rows[1]
    cells = list(csv.DictReader(io.StringIO(
        feesync("compare", "64493", "64494", *places, "--csv").stdout
    )))  # fmt: skip
    assert [row["hcpcs"] for row in cells] == ["64493"] * 2 + ["64494"] * 2


def test_an_unknown_code_among_others_is_named_beside_them(feesync, loaded):
    places = ("--locality", "AL", "--date", "2025-11-03")
    result = feesync("compare", "Q9999", "64493", *places)
    alone = feesync("compare", "64493", *places)
    assert (result.exit_code, result.stdout) == (6, alone.stdout)
    says = "Q9999 is not in RVU25D, which answers for 2025-11-03"
    assert result.stderr == f"feesync: no price: {says}\n"
    none = feesync("compare", "Q9999", "Q9998", *places)
    assert (none.exit_code, none.stdout, none.stderr.count("is not in RVU25D")) == (6, "", 2)
    no_price = feesync("compare", "64493", "15824", *places)
    assert (no_price.exit_code, "64493, nonfacility" in no_price.stdout) == (6, True)


def test_a_chart_is_of_one_code(feesync, tmp_path):
    result = feesync("compare", "64493", "64494", "--plot", tmp_path / "a.svg")
    assert (result.exit_code, "--plot draws one code: name one" in result.stderr) == (2, True)
