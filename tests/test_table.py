"""Tables of a caller's own: whatever program wrote them, the same rows come out."""

import datetime
import sys

import pytest
import workbooks

from feesync import InvalidInputError, MissingExtraError, NoPriceError
from feesync.formats.line_columns import SPELLINGS, code_and_modifiers
from feesync.formats.table import Row, _cell, read_table

COLUMNS = {"hcpcs": ("cpt", "hcpcs code"), "amount": ("fee", "price")}
ROWS = (
    Row(2, {"hcpcs": "64493", "amount": "250.00", "Clinic": "North, left"}),
    Row(3, {"hcpcs": "99213", "amount": "1,100.5"}),
)
TEXT = 'CPT,Fee,Clinic\n64493,250.00,"North, left"\n99213,"1,100.5",\n'


def read(data, **spellings):
    data = data if isinstance(data, bytes) else data.encode()
    return read_table(data, "own.csv", spellings or COLUMNS)


@pytest.mark.parametrize(
    "data",
    [
        TEXT,
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n", "\r"),
        TEXT.replace("CPT,Fee", "hcpcs, AMOUNT "),
        TEXT.replace("CPT,Fee", "HCPCS_Code,Price"),
        TEXT.replace("CPT,Fee,Clinic", '"H.C.P.C.S. code","fee $",Clinic'),
        TEXT.replace("64493,250.00", " 64493 , 250.00"),
        'CPT;Fee;Clinic\n64493;250.00;North, left\n99213;1,100.5\n',
        "CPT\tFee\tClinic\n64493\t250.00\tNorth, left\n99213\t1,100.5\t\n",
        "CPT|Fee|Clinic\n64493|250.00|North, left\n99213|1,100.5||\n",
        "CPT,Fee,Clinic,,\n64493,250.00,\"North, left\",,\n99213,\"1,100.5\",,,,\n,,\n\n",
    ],
)  # fmt: skip
def test_the_same_rows_whatever_program_wrote_them(data):
    table = read(data)
    assert table.rows == ROWS
    assert table.columns == ("hcpcs", "amount", "Clinic")
    assert table.name == "own.csv"


def test_row_numbers_are_those_of_a_spreadsheet():
    table = read('\n\ncpt,fee\n\n64493,"2\n"\n,\n99213,3\n')
    assert [(row.number, row.cells["amount"]) for row in table.rows] == [(5, "2"), (7, "3")]
    excel = read("sep=;\r\ncpt;fee\r\n64493;2\r\n")
    assert excel.rows == (Row(3, {"hcpcs": "64493", "amount": "2"}),)
    assert read("sep=^\ncpt^fee\n64493^2\n").rows[0].cells == {"hcpcs": "64493", "amount": "2"}


def test_a_workbook_has_the_rows_of_its_first_sheet():
    data = workbooks.workbook(
        [
            ["", ""],
            ["CPT", "Fee", "Day", "Clinic"],
            [64493, 250.1, "x", True],
            [],
            ["0075T", 0.1 + 0.2, "x", "  North "],
        ]
    )
    assert read(data).rows == (
        Row(3, {"hcpcs": "64493", "amount": "250.1", "Day": "x", "Clinic": "True"}),
        Row(5, {"hcpcs": "0075T", "amount": "0.3", "Day": "x", "Clinic": "North"}),
    )
    assert _cell(datetime.datetime(2025, 11, 3)) == "2025-11-03"
    assert _cell(datetime.date(2025, 11, 3)) == "2025-11-03"
    assert _cell(datetime.datetime(2025, 11, 3, 8, 30)) == "2025-11-03 08:30:00"
    assert (_cell(64493.0), _cell(222.87)) == ("64493", "222.87")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xff", "own.csv cannot be read: it is not UTF-8 text"),
        (b"\xff\xfe\x00", "own.csv cannot be read: it is not UTF-8 text"),
        ('cpt\n"64493\n', "own.csv is not readable as csv (line 2: unexpected end of data)"),
        ("cpt,fee,CPT\n", "own.csv has the column 'cpt' twice"),
        ("cpt,cpt\n", "own.csv has the column 'cpt' twice"),
        ("cpt,HCPCS code\n", "own.csv has 'cpt' and 'HCPCS code', which are both hcpcs: keep one"),
        ("clinic,clinic\n", "own.csv: columns 1 and 2 have one name in the first row"),
        (b"\xd0\xcf\x11\xe0", "own.csv is a workbook of an old form: save it as .xlsx or .csv"),
        (b"PK\x03\x04", "own.csv is not readable as a workbook ("),
    ],
)
def test_what_is_no_table(data, says):
    with pytest.raises(InvalidInputError) as caught:
        read(data)
    assert str(caught.value).startswith(says)


def test_an_empty_file_has_no_rows_and_no_columns():
    assert (read("").rows, read("\n , \n").columns) == ((), ())
    assert read("cpt\n") == ("own.csv", ("hcpcs",), ())


def test_what_is_wrong_is_said_of_all_rows():
    with pytest.raises(InvalidInputError) as caught:
        read("cpt,,fee\n1,,2,3\n1,,2\n1,x,2\n1,,2,\n")
    errors = [caught.value, *caught.value.others]
    assert [str(error) for error in errors] == [
        "own.csv, row 2: it has more cells than the header",
        "own.csv, row 4: it has a cell in a column without a name",
    ]

    def odd(row):
        if row.number == 3:
            raise NoPriceError("none")
        if row.number % 2:
            raise InvalidInputError("odd")
        return row.number

    table = read("cpt\n1\n2\n3\n4\n")
    assert table.each(lambda row: row.cells["hcpcs"]) == ["1", "2", "3", "4"]
    with pytest.raises(NoPriceError) as second:
        table.each(odd)
    assert [str(error) for error in (second.value, *second.value.others)] == [
        "own.csv, row 3: none",
        "own.csv, row 5: odd",
    ]
    assert second.value.others[0].others == ()


def test_other_errors_are_not_of_a_row():
    with pytest.raises(MissingExtraError, match=r"^x needs"):
        read("cpt\n1\n").each(lambda row: (_ for _ in ()).throw(MissingExtraError("x", "y")))


def test_a_workbook_without_the_package_that_reads_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(MissingExtraError, match=r"reading a workbook needs .*feesync\[xlsx\]"):
        read(workbooks.workbook([["cpt"]]))


@pytest.mark.parametrize(
    ("text", "code", "modifiers"),
    [
        ("cpt,mod1,mod2,mod3,mod4\n64493,50,KX,,59\n", "64493", ("50", "KX", "59")),
        ("Procedure Code,Modifier 1,MODIFIER_2\n64493,50,kx\n", "64493", ("50", "kx")),
        ("hcpcs,modifiers\n64493,50 KX\n", "64493", ("50", "KX")),
        ('hcpcs,mods\n64493,"50,KX/59"\n', "64493", ("50", "KX", "59")),
        ("code,mod,mod2\n64493,50,KX\n", "64493", ("50", "KX")),
        ("CPT/HCPCS\n64493-50-KX\n", "64493", ("50", "KX")),
        ("CPT/HCPCS,Mod\n64493 - 50,KX\n", "64493", ("50", "KX")),
        ("cpt,mod\n,50\n", "", ("50",)),
        ("cpt,mod\n64493,\n,50\n", "64493", ()),
    ],
)
def test_code_and_modifiers_of_a_row(text, code, modifiers):
    row = read(text, **SPELLINGS).rows[0]
    assert code_and_modifiers(row.cells) == (code, modifiers)
