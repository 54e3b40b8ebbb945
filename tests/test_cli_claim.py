import csv
import io
import json

import pytest
import workbooks

DAY = ("--locality", "national", "--date", "2025-11-03")
TABLE = """\
nonfacility, 2025-11-03
National
RVU25D, conversion factor 32.3465 nonqp

  Line  Code        Units     Fee  Rank       Steps                                        Allowed    Medicare    Sequestr.    Patient
------  --------  -------  ------  ---------  -----------------------------------------  ---------  ----------  -----------  ---------
     1  64493-50        1  172.08  surgery 2  bilateral x 1.5, multiple procedure x 0.5     129.06      101.18         2.07      25.81
     2  64494-50        1   87.98             bilateral x 1.5                               131.97      103.47         2.11      26.39
     3  64635-LT        1  420.50  surgery 1                                                420.50      329.67         6.73      84.10
        Total                                                                               681.53      534.32        10.91     136.30
"""  # noqa: E501


def test_the_table(feesync):
    result = feesync("claim", "64493-50", "64494-50", "64635-LT", *DAY)
    # 129.06 x 0.8 = 103.248, 103.25; x 2 % = 2.065, 2.07; 103.25 - 2.07 = 101.18; 129.06 - 103.25 =
    # 25.81
    assert (result.exit_code, result.stdout, result.stderr) == (0, TABLE, "")


@pytest.mark.parametrize(
    ("lines", "ranks"),
    [
        (("45385", "43239"), ["surgery 1", "surgery 2"]),
        (("70450", "73721"), ["imaging 2", "imaging 1"]),
        (("97110", "97035"), ["therapy 1", "therapy 2"]),
        (("93306", "93990"), ["cardio. 1", "cardio. 2"]),
        (("92133", "92250"), ["ophth. 2", "ophth. 1"]),
    ],
)
def test_the_table_says_what_a_line_is_ranked_among(feesync, loaded, lines, ranks):
    table = feesync("claim", *lines, *DAY).stdout.splitlines()
    head = next(line for line in table if line.startswith("  Line"))
    begin, end = head.index("Rank"), head.index("Steps")
    assert [line[begin:end].strip() for line in table[table.index(head) + 2 :][:2]] == ranks


def test_json(feesync):
    result = feesync("claim", "64493-50", "64635", *DAY, "--json")
    claim = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [(line["hcpcs"], line["rank"], line["allowed"]) for line in claim["lines"]] == [
        ("64493", 2, 129.06),
        ("64635", 1, 420.5),
    ]
    assert claim["allowed"] == 549.56
    assert '"allowed": 420.50' in result.stdout


def test_explain(feesync):
    result = feesync("claim", "64493-50", "64635", *DAY, "--explain")
    assert "Line 1: 64493-50, nonfacility, 2025-11-03" in result.stdout
    assert "rank 2 of 2 procedures of the day: 50 %" in result.stdout
    assert "  Claim: Medicare allows                            549.56\n" in result.stdout


def test_a_line_without_a_price_is_told_once_and_left_out(feesync):
    why = "Assistants at surgery are never paid on 64635 (assistant indicator 1)."
    as_json = feesync("claim", "64493", "64635-80", *DAY, "--json")
    assert (as_json.exit_code, as_json.stderr) == (6, f"feesync: no price: line 2: {why}\n")
    result = feesync("claim", "64493", "64635-80", *DAY)
    assert (result.exit_code, result.stderr) == (6, "")
    assert result.stdout.count(why) == 1
    assert result.stdout.splitlines()[-1].startswith(
        "warning: Without a price, and not in the sums: line 2 (64635-80)."
    )
    assert "no price" in result.stdout


def test_lines_from_files(feesync, tmp_path):
    as_json, as_csv = tmp_path / "lines.json", tmp_path / "Lines.CSV"
    as_json.write_text(
        json.dumps([{"hcpcs": "64493", "modifiers": ["50"], "charge": 250.25}, "64494-50"]),
        encoding="utf-8",
    )
    with as_csv.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows(
            [
                ["HCPCS", "modifiers", "units", "charge"],
                ["64493", "50", "1", "250.25"],
                ["64494", "50", "", ""],
            ]
        )
    printed = {feesync("claim", path, *DAY, "--json").stdout for path in (as_json, as_csv)}
    assert len(printed) == 1
    assert [line["allowed"] for line in json.loads(printed.pop())["lines"]] == [250.25, 131.97]


def lines_of(result):
    """Code, modifiers, units and allowed amount of each line of a claim as JSON."""
    assert (result.exit_code, result.stderr) == (0, "")
    return [
        (line["hcpcs"], line["modifiers"], line["units"], line["allowed"])
        for line in json.loads(result.stdout)["lines"]
    ]


LINES = [("64493", ["50", "KX"], 1, 250.25), ("64494", ["50"], 1, 131.97)]
ROWS = [["CPT", "Mod 1", "MOD2", "Qty", "Billed", "Notes"], [64493, 50, "KX", 1, 250.25, "x"]]
FILES = {
    "a.csv": "hcpcs,modifiers,units,charge\n64493,50 KX,1,250.25\n64494,50,,\n",
    "b.csv": "CPT;Mod1;Mod2;Mod3;Mod4;Units;Billed\n64493;50;KX;;;1.00;$250.25\n64494;50\n",
    "c.CSV": "\ufeffProcedure Code,Modifier,Quantity,Line Charge\r\n64493,50-KX,1,250.25\r\n"
    "64494,50,,\r\n",
    "d.txt": "64493-50-KX@250.25\n64494-50x1\n",
    "e.tsv": "Code\tMods\tCharges\tLine\n64493-50\tKX\t250.25\t1\n\n64494-50\t\t\t2\n",
    "f.json": '["64493-50-KX@250.25", {"hcpcs": "64494", "modifiers": "50"}]',
}


@pytest.mark.parametrize("name", FILES)
def test_claim_files_as_practices_have_them(feesync, tmp_path, name):
    path = tmp_path / name
    path.write_text(FILES[name], encoding="utf-8")
    assert lines_of(feesync("claim", path, *DAY, "--json")) == LINES
    assert lines_of(feesync("claim", "-", *DAY, "--json", stdin=FILES[name])) == LINES


def test_a_claim_as_a_workbook(feesync, tmp_path):
    path = tmp_path / "claim.xlsx"
    data = workbooks.workbook([*ROWS, ["64494", "50"]])
    path.write_bytes(data)
    assert lines_of(feesync("claim", path, *DAY, "--json")) == LINES
    assert lines_of(feesync("claim", "-", *DAY, "--json", stdin=data)) == LINES


def test_a_file_beside_lines(feesync):
    result = feesync("claim", "64635-LT", "-", *DAY, "--json", stdin="64493-50 64494-50\n\n64495")
    assert [line[0] for line in lines_of(result)] == ["64635", "64493", "64494", "64495"]


def test_every_row_that_is_wrong_is_said(feesync, tmp_path):
    path = tmp_path / "a.csv"
    rows = "64493,50,\n\n6449,,\n64494,50 RT,\n64494,ZZ,\nQQQQQ,,\n64494,,x\n64494,,-1\n,50,2\n"
    path.write_text(f"cpt,mod,units\n{rows}")
    result = feesync("claim", "64493-ZZ", path, *DAY)
    assert (result.exit_code, result.stdout) == (2, "")
    printed = [line.removeprefix("feesync: ") for line in result.stderr.splitlines()]
    expected = [
        "line 1: modifier ZZ is not known",
        f"line 3 ({path}, row 4): '6449' is not a HCPCS code",
        f"line 4 ({path}, row 5): 50 means both sides",
        f"line 5 ({path}, row 6): modifier ZZ is not known",
        f"line 6 ({path}, row 7): '<hcpcs>' is not a HCPCS code",
        f"line 7 ({path}, row 8): units 'x' is not a whole number",
        f"line 8 ({path}, row 9): units '-1' is not a whole number",
        f"line 9 ({path}, row 10): '' is not a HCPCS code",
    ]
    assert [line[: len(text)] for line, text in zip(printed, expected, strict=True)] == expected
    priced = feesync("claim", path, *DAY, "--incomplete")
    assert priced.exit_code == 6
    assert f"feesync: no price: line 2 ({path}, row 4): '6449' is not a HCPCS code" in priced.stderr


def test_the_worst_of_several_errors_decides_the_status(feesync):
    assert feesync("claim", "Q9999", *DAY).exit_code == 6
    assert feesync("claim", "Q9999", "64493-ZZ", *DAY).exit_code == 2


def test_of_many_errors_the_first_hundred_are_said(feesync, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("cpt\n" + "64493,x\n" * 103)
    printed = feesync("claim", path, *DAY).stderr.splitlines()
    assert len(printed) == 101
    assert printed[-1] == "feesync: and 3 more"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("none.json", None, "none.json cannot be read: No such file"),
        ("a.json", b"{", "a.json is not JSON"),
        ("a.json", b"{}", "a.json holds no list"),
        ("a.json", b"[" * 100_000, "a.json holds no list of claim lines: it nests too deep\n"),
        ("a.json", b'[{"hcpcs": 64493}]', "line 1: hcpcs 64493 is not text"),
        (
            "a.json",
            b'[{"hcpcs": "64493", "modifiers": 50}]',
            "line 1: modifiers is a list, such as ['50'], not int",
        ),
        ("a.csv", b"\xff", "a.csv cannot be read: it is not UTF-8 text"),
        (
            "a.csv",
            b"hcpcs,payer,plan\n64493,,\n",
            "a.csv: the columns 'payer', 'plan' are none of a claim line: those are hcpcs",
        ),
        ("a.csv", b"hcpcs,qt\n64493,\n", "a.csv: the column 'qt' is none of a claim line"),
        (
            "a.csv",
            b"cpt,Service Date\n64493,\n",
            "charge and postop_days; files of claims with days and places are for reprice",
        ),
        ("a.csv", b"units\n1\n", "a.csv has no column of codes: name it hcpcs, cpt or code"),
        (
            "a.csv",
            b"64493,50,1,250\n64494,50,1,250\n",
            "a.csv: the first row names no columns; put a row above it, such as hcpcs,modifiers",
        ),
        ("a.csv", b"", "a claim has at least one line"),
        ("a.xlsx", b"PK\x03\x04", "a.xlsx is not readable as a workbook"),
        ("a.txt", b"64493-50x\n", "line 1 (PATH, row 1): '64493-50x' is not a claim line"),
        ("a.csv", b"hcpcs,units\n64493,two\n", "row 2): units '<units>' is not a whole number"),
        ("a.csv", b"hcpcs\n64493,50\n", "a.csv, row 2: it has more cells than the header"),
        ("a.csv", b'hcpcs\n"64493\n', "a.csv is not readable as csv"),
        ("a.csv", b"hcpcs\n", "a claim has at least one line"),
    ],
)
def test_files_that_cannot_be_read(feesync, tmp_path, name, content, says):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    result = feesync("claim", path, *DAY)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("feesync: ")
    assert says.replace("PATH", str(path)) in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["64493-50-RT", *DAY], "line 1: 50 means both sides"),
        (["64493", "644", *DAY], "line 2: '644' is not a claim line"),
        (["64493", *DAY, "--json", "--explain"], "exclude each other"),
        (["64493", *DAY, "--pos", "11", "--setting", "facility"], "exclude each other"),
        (["64493"], "--locality"),
    ],
)
def test_usage(feesync, arguments, says):
    result = feesync("claim", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr


def test_a_line_that_cannot_be_priced_is_left_out_where_that_is_asked_for(feesync):
    lines = ("64493-50", "banana", "64494-50")
    refused = feesync("claim", *lines, *DAY)
    assert (refused.exit_code, refused.stdout) == (2, "")
    result = feesync("claim", *lines, *DAY, "--incomplete")
    assert result.exit_code == 6
    reason = "'banana' is not a claim line: a code, its modifiers, units and charge"
    assert result.stderr.startswith(f"feesync: no price: line 2: {reason}")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert [row[:2] for row in rows if row and row[0] in "123"] == [
        ["1", "64493-50"],
        ["3", "64494-50"],
    ]
    total = next(row for row in rows if row[:1] == ["Total"])
    whole = feesync("claim", lines[0], lines[2], *DAY).stdout.splitlines()
    assert total in [line.split() for line in whole]
    assert f"warning: The claim is priced without line 2: {reason}" in result.stdout
    explained = feesync("claim", *lines, *DAY, "--incomplete", "--explain").stdout
    assert "Line 3: 64494-50, nonfacility" in explained


def test_a_charge_is_a_step_of_the_line_that_states_it_alone(feesync):
    told = feesync("claim", "64635@10", "64635", *DAY, "--explain").stdout
    first, second = told.split("Line 2: ")
    assert "the submitted charge is lower" in first
    assert "the submitted charge is lower" not in second


def test_csv_has_a_row_a_line(feesync):
    result = feesync("claim", "64493-50", "64494-50", "64635-LT", *DAY, "--csv")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    shown = [
        [row[name] for name in ("line", "hcpcs", "modifiers", "fee", "rank", "steps", "allowed")]
        for row in rows
    ]
    assert shown == [
        ["1", "64493", "50", "172.08", "2", "bilateral x 1.5; multiple procedure x 0.5", "129.06"],
        ["2", "64494", "50", "87.98", "", "bilateral x 1.5", "131.97"],
        ["3", "64635", "LT", "420.50", "1", "", "420.50"],
    ]
    paid = ("medicare_payment", "sequestration", "patient_responsibility")
    assert [rows[0][name] for name in paid] == ["101.18", "2.07", "25.81"]
    told = {"setting": "nonfacility", "mac": "00000", "locality": "00", "release": "RVU25D",
            "basis": "nonqp", "stand_in": "False", "units": "1", "date": "2025-11-03",
            "conversion_factor": "32.3465"}  # fmt: skip
    assert {name: rows[0][name] for name in told} == told


def test_csv_column_by_column(feesync):
    place = ("--locality", "AL", "--date", "2025-11-03", "--pos", "11", "--csv")

    def row_of(*line):
        (row,) = csv.DictReader(io.StringIO(feesync("claim", *line, *place).stdout))
        return row

    row = row_of("64493-50-KXx1@200")
    # CMS: 154.46; x 1.5 = 231.69, and the charge is lower; 200 x 0.8 = 160, less 2 %, 3.20
    assert row == {
        "line": "1", "hcpcs": "64493", "modifiers": "50 KX", "date": "2025-11-03",
        "setting": "nonfacility", "pos": "11", "units": "1", "mac": "10112", "locality": "00",
        "state": "AL", "locality_name": "ALABAMA", "fee": "154.46", "rank": "",
        "steps": "bilateral x 1.5; charge", "allowed": "200.00", "medicare_payment": "156.80",
        "sequestration": "3.20", "patient_responsibility": "40.00", "limiting_charge": "",
        "contract_percent": "", "release": "RVU25D", "basis": "nonqp",
        "conversion_factor": "32.3465", "effective_from": "2025-10-01",
        "effective_to": "2025-12-31", "stand_in": "False", "checks_set_aside": "", "notes": "",
    }  # fmt: skip
    # 154.4597 x 0.95 = 146.7367, x 1.15 = 168.7472; 146.74 x 0.8 = 117.39, less 2 %, 2.35
    nonpar = {"allowed": "146.74", "limiting_charge": "168.75", "medicare_payment": "115.04",
              "sequestration": "2.35", "patient_responsibility": "29.35"}  # fmt: skip
    assert row_of("64493", "--nonpar").items() >= nonpar.items()
    # 154.46 x 1.1 = 169.906
    contract = {"allowed": "169.91", "contract_percent": "110", "medicare_payment": "",
                "sequestration": "", "patient_responsibility": "", "notes": "contract"}  # fmt: skip
    assert row_of("64493", "--percent", "110").items() >= contract.items()


def test_csv_of_a_line_without_a_price_and_of_one_left_out(feesync):
    result = feesync("claim", "64493", "banana", "64635-80", *DAY, "--incomplete", "--csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [(row["line"], row["allowed"]) for row in rows] == [("1", "172.08"), ("3", "")]
    assert "assistant" in rows[1]["notes"]
    assert result.exit_code == 6
    assert [line.split(": ")[2] for line in result.stderr.splitlines()] == ["line 2", "line 3"]


def test_a_claim_is_rows_and_a_frame():
    import feesync

    claim = feesync.estimate_claim(["64493-50", "64635"], locality="national", date="2025-11-03")
    assert json.loads(json.dumps(claim.rows()))[0]["allowed"] == 129.06
    assert str(claim.to_frame("polars")["allowed"].sum()) == str(claim.allowed) == "549.56"
