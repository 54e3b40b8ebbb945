"""Workbooks for tests: plain ones, as Excel saves them, and hostile ones written part by part."""

from __future__ import annotations

import io
import zipfile

import xlsxwriter

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

PRINTER_SETTINGS = "xl/printerSettings/printerSettings1.bin"
DEVICE_NAME = "P\0r\0i\0n\0t\0e\0r\0".encode("latin-1") * 8
"""How the printer settings that Excel keeps begin: the name of a printer in UTF-16."""


def workbook(rows):
    """A workbook of one sheet."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


def parts_of(data):
    """The parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def package(parts, compresslevel=None):
    """A workbook of parts, each bytes or text."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=compresslevel) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return buffer.getvalue()


def printed(data):
    """The workbook as Excel saves it after it was printed.

    With the printer's settings, which are no text.
    """
    parts = parts_of(data)
    settings = (
        f'<Relationship Id="rId1" Type="{_OFFICE}/printerSettings" '
        'Target="../printerSettings/printerSettings1.bin"/>'
    )
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
        f'<Relationships xmlns="{_PACKAGE}/relationships">{settings}</Relationships>'
    )
    return package({**parts, PRINTER_SETTINGS: DEVICE_NAME})


def by_hand(sheet="", strings="", sheets=1, name="xl/worksheets/sheet{}.xml", more=None):
    """The parts of a workbook whose rows and shared strings are given as XML."""
    names = [name.format(number) for number in range(1, sheets + 1)]
    listed = "".join(
        f'<sheet name="S{number}" sheetId="{number}" r:id="rId{number}"/>'
        for number in range(1, sheets + 1)
    )
    targets = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="/{part}"/>'
        for number, part in enumerate(names, start=1)
    )
    shared = (
        f'<Relationship Id="rIdS" Type="{_OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    )
    start = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="/xl/workbook.xml"/>'
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="{_TYPE}.worksheet+xml"/>' for part in names
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="x/rels"/>'
        '<Override PartName="/xl/workbook.xml" '
        f'ContentType="{_TYPE}.sheet.main+xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{start}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" '
        f'xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{targets}{shared}</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{strings}</sst>',
        **dict.fromkeys(
            names, f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet}</sheetData></worksheet>'
        ),
        **(more or {}),
    }
