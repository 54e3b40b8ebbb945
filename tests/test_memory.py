"""Hostile files take no more memory than 300 MB, and CMS's own no more than 200 MB.

The process that meets them is measured.
"""

import io
import random
import struct
import subprocess
import sys
import zipfile

import pytest
from cms_files import (
    GPCI,
    VALUES,
    csv_of,
    fixture,
    header_line,
    rows_of,
    rvu25d,
    text_of,
    zip5_lines,
    zip9_line,
    zip_of,
)
from workbooks import by_hand, package

from feesync.formats import archive, xlsx_parts, zip_locality

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux", reason="the peak of a process is read where Linux keeps it"
    ),
]

HOSTILE, REAL = 300, 200
"""MB."""

_RUN = """
import sys
from feesync.cli import main
try:
    main(sys.argv[1:])
finally:
    with open("/proc/self/status") as status:
        print(next(line.split()[1] for line in status if line.startswith("VmHWM")), file=sys.stderr)
"""
"""The peak since the process began to run Python.

Ru_maxrss would count that of the process that started it, too.
"""


def peak(*args):
    """Run feesync; return its exit status, its peak in MB, and what it said."""
    run = subprocess.run(
        [sys.executable, "-c", _RUN, *map(str, args)], capture_output=True, text=True, check=False
    )
    *said, kilobytes = run.stderr.splitlines()
    return run.returncode, int(kilobytes) / 1000, run.stdout + "\n".join(said)


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content)
    return path


def sheet(rows, columns, inside, kind=""):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:columns]
    return "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{letter}{row}"{kind}>{inside}</c>' for letter in letters)
        + "</row>"
        for row in range(1, rows + 1)
    )


LONG = "x" * 10_000
NUMBERED = sheet(9_999, 26, "<v>0</v>", ' t="s"')
WORKBOOKS = {
    "one shared string in every cell": lambda: by_hand(NUMBERED, f"<si><t>{LONG}</t></si>"),
    "runs of rich text": lambda: by_hand(
        NUMBERED, "<si>" + f"<r><t>{LONG[:100]}</t></r>" * 100 + "</si>"
    ),
    "a shared string longer than a part": lambda: by_hand(
        NUMBERED, f"<si><t>{LONG * 3_000}</t></si>"
    ),
    "inline strings": lambda: by_hand(sheet(3_000, 1, f"<is><t>{LONG}</t></is>", ' t="inlineStr"')),
    "formulas": lambda: by_hand(sheet(3_000, 1, f"<f>{LONG}</f><v>{LONG}</v>", ' t="str"')),
    "many sheets": lambda: by_hand(
        sheet(999, 26, "<v>0</v>", ' t="s"'), f"<si><t>{LONG}</t></si>", sheets=40
    ),
    "many sheets without cells": lambda: by_hand(sheets=150),
    "cells without a place": lambda: by_hand(
        '<row r="1">' + "<c/>" * 400_000 + '</row><row r="9999"><c r="A9999"/></row>'
    ),
    "a cell far out": lambda: by_hand('<row r="1"><c r="XFD1048576"><v>1</v></c></row>'),
    "texts that no cell names": lambda: by_hand("", "<si><t>x</t></si>" * 700_000),
    "one cell many times": lambda: by_hand('<row r="1"><c r="A1"><v>1</v></c></row>' * 490_000),
    "all bounds at once": lambda: by_hand(
        sheet(50_000, 10, "<v>0</v>", ' t="s"'),
        f"<si><t>{LONG[: xlsx_parts.MAX_TEXT_BYTES // 500_000 - 1]}</t></si>" * 100_000,
    ),
    "a far corner of a full sheet": lambda: by_hand(
        sheet(26_000, 26, "<v>1</v>")[: -len("</row>")]
        + '</row><row r="99999"><c r="Z99999"/></row>'
    ),
}


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_hostile_workbook(name, tmp_path):
    data = package(WORKBOOKS[name](), compresslevel=6)
    path = written(tmp_path, "ZIP5_JAN2026.xlsx", data)
    status, megabytes, said = peak("import", path)
    assert status == 4, said
    assert said.startswith("feesync: ZIP5_JAN2026.xlsx"), said
    assert megabytes < HOSTILE


BODY = 16 * 2**20 - 200_000
"""Just under what a member may have."""


def of_rows(kind):
    """A csv file of as many valid rows as a file may have bytes."""
    rows = rows_of(fixture(kind))
    start = header_line(rows) + 1 if kind == VALUES else 3
    row = rows[start]
    lines = []
    size = 0
    for number in range(10**6):
        code = f"{number:05d}"
        line = (
            [code, *row[1:]] if kind == VALUES else [code, row[1], f"{number % 100:02d}", *row[3:]]
        )
        lines.append(line)
        size += len(",".join(line)) + 2
        if size > BODY:
            break
    return csv_of([*rows[:start], *lines])


CSVS = {
    "commas": lambda: b"HCPCS" + b"," * BODY,
    "one cell": lambda: b"HCPCS" + b"x" * BODY,
    "a quote that is not closed": lambda: b'"' + b"x\n" * (BODY // 2),
    "cells of a row of many lines": lambda: b'"\n' + b'","\n' * (BODY // 4) + b'"',
    "short rows": lambda: b"a,b\n" * (BODY // 4),
    "wide characters": lambda: "\U0001f600".encode() * (BODY // 4),
}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *((VALUES, name) for name in CSVS),
        (GPCI, "commas"),
        ("OPPSCAP_Oct.csv", "commas"),
        ("25LOCCO.csv", "commas"),
    ],
)
def test_a_hostile_csv(kind, name, tmp_path):
    members = {**rvu25d(), kind: CSVS[name]()}
    for member, content in members.items():
        written(tmp_path, member, content)
    status, megabytes, said = peak("import", *(tmp_path / member for member in members))
    assert status == 4, said
    if (
        kind != "25LOCCO.csv"
    ):  # that is no reason to refuse: the small release is refused for its size
        assert kind in said
    assert megabytes < HOSTILE


@pytest.mark.parametrize("kind", [VALUES, GPCI])
def test_more_rows_than_any_file_has(kind, tmp_path):
    members = {**rvu25d(), kind: of_rows(kind)}
    path = written(tmp_path, "rvu25d.zip", zip_of(members))
    status, megabytes, said = peak("import", path)
    assert (status, kind in said) == (4, True), said
    assert megabytes < HOSTILE


def directory_bomb(size):
    """A zip whose directory alone has so many bytes."""
    entry = (
        struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
        + b"a"
    )
    count = size // len(entry)
    body = archive.ZIP_MAGIC + b"\0" * 26 + entry * count
    return body + struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF, len(entry) * count, 30, 0
    )


def padded_zip(members, size):
    """A zip with bytes before its directory that no member has."""
    whole = io.BytesIO()
    whole.write(zip_of(members))
    with zipfile.ZipFile(whole, "a", zipfile.ZIP_STORED) as file:
        file.writestr("more.pdf", random.Random(1).randbytes(size))
    return whole.getvalue()


ZIPS = {
    "a directory": lambda: directory_bomb(60 * 2**20),
    "large members beside a large one that is not read": lambda: padded_zip(
        {
            f"PPRRVU2025_{number}.csv": random.Random(number).randbytes(15_000) * 1_000
            for number in range(3)
        },
        45 * 2**20,
    ),
    "zips in a zip": lambda: zip_of(
        {f"{n}.zip": padded_zip({"a.txt": b""}, 14 * 2**20) for n in range(4)}
    ),
    "a page": lambda: b"<html>" + b"<title>" * 9_000_000,
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_hostile_zip(name, tmp_path):
    status, megabytes, said = peak("import", written(tmp_path, "rvu25d.zip", ZIPS[name]()))
    assert status == 4, said
    assert megabytes < HOSTILE


TEXTS = {
    "one line": lambda: b" " * (zip_locality.MAX_MEMBER_BYTES - 1),
    "one line after a row": lambda: (
        text_of(zip5_lines()[:1]) + b"x" * (zip_locality.MAX_MEMBER_BYTES - 100)
    ),
    "wide characters": lambda: "\U0001f600".encode() * (zip_locality.MAX_MEMBER_BYTES // 4),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("packed", [False, True])
def test_a_hostile_zip_to_locality_file(name, packed, tmp_path):
    data = TEXTS[name]()
    path = written(
        tmp_path,
        "ZIP9.zip" if packed else "ZIP9.txt",
        zip_of({"ZIP9.txt": data}) if packed else data,
    )
    del data
    status, megabytes, said = peak("import", path)
    assert status == 4, said
    assert megabytes < HOSTILE


PAYMENTS = {
    "one line": lambda: b"x" * 150_000_000,
    "cells of a record of many lines": lambda: b'"\n' + b'","\n' * 40_000_000,
}


@pytest.mark.parametrize("name", PAYMENTS)
def test_a_hostile_payment_file(name, tmp_path, loaded):
    status, megabytes, said = peak("verify", written(tmp_path, "PFREV25D.txt", PAYMENTS[name]()))
    assert status == 4, said
    assert megabytes < HOSTILE


@pytest.mark.parametrize(
    "path",
    ["releases/rvu25d.zip", "releases/rvu26c.zip", "zip/ZIP5_JAN2026.xlsx", "zip/ZIP5_OCT2025.txt"],
)
def test_a_file_of_cms(cms, path):
    status, megabytes, said = peak("import", cms / path)
    assert status == 0, said
    assert megabytes < REAL


def test_a_zip9_of_the_size_that_it_has(tmp_path):
    lines = [
        zip9_line(f"{10_000 + number // 10_000}", f"{number % 10_000:04}", "13202", "01", "NY")
        for number in range(1_080_000)
    ]
    path = written(tmp_path, "zip.zip", zip_of({"ZIP9_OCT2025.txt": text_of(lines)}))
    status, megabytes, said = peak("import", path, "--allow-change")
    assert status == 0, said
    assert megabytes < REAL
