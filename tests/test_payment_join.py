"""A large payment file, which DuckDB joins with the rates, has the report that SQLite's has."""

import io
import zipfile

import pytest
from payment_files import ALASKA, TRAILER, alaska, record

import feesync
from feesync.errors import FeesyncError
from feesync.verification import join

pytest.importorskip("duckdb")

RECORDS = [record("02102-01", code, *pair) for code, pair in ALASKA.items()]
TEXT = "".join(RECORDS)
KEY = RECORDS[0]
WAYS = {
    "as CMS writes it": alaska(),
    "a difference in each setting": alaska(c64494=("107.08", "65.13"), c64493=("1.00", "113.53")),
    "a key twice": TEXT + KEY + TRAILER,
    "windows": alaska().replace("\n", "\r\n"),
    "no end of the last line": alaska().removesuffix("\n"),
    "no trailer": TEXT,
    "a trailer halfway": RECORDS[0] + TRAILER + RECORDS[1],
    "a delimiter of another kind": TEXT.replace('"A"', '"\x01"') + TRAILER,
    "unknown": TEXT + record("02102-01", "99999", "1.00", "2.00")
    + record("99999-01", "64493", "3.00", "4.00")
    + record("02102-01", "64493", "5.00", "6.00", modifier="26")
    + TRAILER,
}  # fmt: skip
"""DuckDB compares these."""

OTHER_WAYS = {
    "a key twice with other amounts": TEXT + KEY.replace("204.09", "204.10") + TRAILER,
    "another year": TEXT.replace('"2025"', '"2024"'),
    "a year of a record": TEXT + KEY.replace('"2025"', '"2024"') + TRAILER,
    "a byte order mark": "\ufeff" + TEXT,
    "latin-1": TEXT.replace('"A"', '"é"') + TRAILER,
    "a blank line": TEXT.replace("\n", "\n\n", 1) + TRAILER,
    "old ends of lines": alaska().replace("\n", "\r"),
    "no quotes": alaska().replace('"', ""),
    "a field without quotes": TEXT.replace('"64494"', "64494") + TRAILER,
    "a quote within": TEXT.replace('"9"', '"9"9"', 1) + TRAILER,
    "quotes that make up for others": TEXT.replace('"9"', '""9""', 1).replace('"A"', "A", 2),
    "a row over two lines": TEXT.replace('"A"', '"A\n"', 1) + TRAILER,
    "a field too many": TEXT.replace('"9"', '"9","9"', 1) + TRAILER,
    "a field too few": TEXT.replace('"9",', "", 1) + TRAILER,
    "short amounts": TEXT.replace("0000204.09", "204.09") + TRAILER,
    "a sign": TEXT.replace("0000204.09", "+000204.09") + TRAILER,
    "no carrier": TEXT + KEY.replace("02102", "0210X") + TRAILER,
    "no locality": TEXT + KEY.replace('"01"', '"0 "') + TRAILER,
    "no code": TEXT + KEY.replace("64493", "6449_") + TRAILER,
    "no modifier": TEXT + KEY.replace('"  "', '"2 "') + TRAILER,
    "a long record": TEXT.replace('"9"', '"' + 900 * "9" + '"', 1) + TRAILER,
    "a long trailer": TEXT + '"TRL-' + 1000 * "x" + '"\n',
    "a trailer with a quote": TEXT + '"TRL-"x"\n',
    "no trailer's name": TEXT + '"END"\n',
    "only trailers": TRAILER,
    "something else": "x\n",
    "a mark of the end of a file": TEXT + TRAILER + "\x1a",
}
"""SQLite compares these, or says what is wrong."""


@pytest.fixture
def outcomes(monkeypatch, tmp_path):
    """Verify a file by DuckDB and by SQLite: what comes of it, and whether DuckDB compared it."""
    joined: list[bool] = []
    add = join.PaymentJoin.add

    def watched(self, *args):
        counts = None
        try:
            counts = add(self, *args)
        finally:
            joined.append(counts is not None)
        return counts

    monkeypatch.setattr(join.PaymentJoin, "add", watched)

    def outcome(path):
        each: list[object] = []
        try:
            report = feesync.verify([path], most=3, each=lambda *found: each.append(found))
        except FeesyncError as error:
            return error.to_dict(), error.exit_status
        return report.to_dict(), report.status, each

    def both(content, name="PFREV25D.txt"):
        path = tmp_path / name
        path.write_bytes(content)
        found = []
        for least in (0, 1 << 60):
            monkeypatch.setattr(join, "_LEAST_BYTES", least)
            found.append(outcome(path))
        assert found[0] == found[1]
        assert len(joined) == 1
        return found[0], joined.pop()

    return both


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
def test_as_cms_writes_it(outcomes, text):
    (report, *_), joined = outcomes(text.encode())
    assert joined
    assert report["equal"] + report["different"] >= 4


@pytest.mark.parametrize("text", OTHER_WAYS.values(), ids=OTHER_WAYS)
def test_otherwise(outcomes, text):
    _, joined = outcomes(text.encode("utf-8" if text.startswith("\ufeff") else "latin-1"))
    assert not joined


def test_differences_in_their_order(outcomes, loaded):
    """By MAC, locality, code and modifier; more than are kept."""
    places = ("13202-01", "01112-05", "02102-01")
    codes = (("71046", "26"), ("99213", "  "), ("71046", "  "), ("64493", "  "))
    records = [
        record(place, code, f"{number}.00", "9.99", modifier=modifier)
        for place in places
        for number, (code, modifier) in enumerate(codes)
    ]
    (report, _, each), joined = outcomes("".join([*records, TRAILER]).encode())
    assert joined
    assert (report["different"], len(each), len(report["files"][0]["differences"])) == (24, 24, 3)
    found = [(*difference[2:4], *difference[:2]) for _, _, difference in each]
    assert found == sorted(found)


def zipped(content):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("PFREV25D.txt", content)
        archive.writestr("PFREV25D_2.txt", alaska())
    return stream.getvalue()


def test_members_of_a_zip(monkeypatch, tmp_path):
    """One that DuckDB compares after one that is read a second time."""
    path = tmp_path / "PFREV25D.zip"
    path.write_bytes(zipped(TEXT.replace("0000204.09", "204.09") + TRAILER))
    reports = []
    for least in (0, 1 << 60):
        monkeypatch.setattr(join, "_LEAST_BYTES", least)
        reports.append(feesync.verify([path]).to_dict())
    assert reports[0] == reports[1]
    assert reports[0]["equal"] == 12


def test_a_damaged_zip(outcomes):
    """What is wrong before the damage is named first."""
    for text in (alaska(), TEXT.replace("64493", "6449_")):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("PFREV25D.txt", text)
        (error, _), joined = outcomes(
            stream.getvalue().replace(b'"TRL- ALL', b'"TRL- OLL'), "PFREV25D.zip"
        )
        assert not joined
        assert ("6449_" in str(error)) == ("6449_" in text)


def test_several_chunks(outcomes, monkeypatch):
    monkeypatch.setattr("feesync.formats.payment_file._CHUNK", 100)
    assert outcomes(alaska().encode())[1]
    assert not outcomes((TEXT + KEY.replace("204.09", "204.10")).encode())[1]


def test_many_localities(outcomes, monkeypatch):
    for module in ("join", "payments", "recompute"):
        monkeypatch.setattr(f"feesync.verification.{module}.MOST_LOCALITIES", 3)
    places = [record(f"0210{number}-01", "64493", "1.00", "2.00") for number in range(5)]
    assert outcomes("".join(places[:3]).encode())[1]
    assert not outcomes("".join(places[:4]).encode())[1]


def test_a_small_file_is_sqlites(monkeypatch, tmp_path):
    from feesync.formats.payment_file import PaymentFile
    from feesync.store import columnar

    def file(size):
        return PaymentFile(("PFREV25D.txt",), size, io.BytesIO())

    assert join.is_large(file(32 << 20))
    assert not join.is_large(file((32 << 20) - 1))
    monkeypatch.setattr(columnar, "find_spec", lambda name: None)
    assert not join.is_large(file(32 << 20))
