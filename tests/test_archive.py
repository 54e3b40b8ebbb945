import io
import random
import struct
import zipfile

import pytest
from cms_files import zip_of

from feesync.errors import ContentRefusedError
from feesync.formats import archive


def wanted(name):
    return name.lower().endswith(".csv")


def read(data):
    return archive.members(data, "x.zip", wanted)


def test_only_wanted_members_whatever_their_case_and_folder():
    data = zip_of({"folder/A.CSV": b"1", "b.csv": b"2", "c.txt": b"3", "__MACOSX/._b.csv": b"4"})
    assert read(data) == {"A.CSV": b"1", "b.csv": b"2"}


def test_one_level_of_nested_zip():
    assert read(zip_of({"inner.zip": zip_of({"a.csv": b"1"}), "b.csv": b"2"})) == {
        "a.csv": b"1",
        "b.csv": b"2",
    }


def refused(data, reason):
    with pytest.raises(ContentRefusedError, match=reason):
        read(data)


def test_two_levels_are_refused():
    refused(
        zip_of({"inner.zip": zip_of({"deeper.zip": zip_of({"a.csv": b"1"})})}), "zip within a zip"
    )


@pytest.mark.parametrize(
    "name", ["../a.csv", "x/../../a.csv", "/etc/a.csv", "C:\\a.csv", "..\\a.csv"]
)
def test_names_that_leave_the_archive(name):
    refused(zip_of({name: b"1"}), "unsafe name")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_also_in_another_case_or_in_a_nested_zip():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("a.csv", b"1")
        file.writestr("a.csv", b"2")
    refused(buffer.getvalue(), "twice")
    refused(zip_of({"a.csv": b"1", "A.CSV": b"2"}), "twice")
    refused(zip_of({"a.csv": b"1", "folder/A.csv": b"2"}), "twice")
    refused(zip_of({"a.csv": b"1", "inner.zip": zip_of({"a.csv": b"2"})}), "twice")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"hello", "is not a zip"),
        (
            b"<!DOCTYPE html><html><head><title>Page\n not found | CMS</title>",
            r"HTML page \(Page not found \| CMS\)",
        ),
        (b"\xef\xbb\xbf  <html>", r"HTML page \(no title\)"),
        (b"PK\x03\x04" + b"\0" * 100, "cut or damaged"),
    ],
)
def test_what_is_no_zip_says_what_it_is(data, reason):
    refused(data, reason)


def test_a_cut_zip_at_every_length():
    whole = zip_of({"a.csv": b"1,2,3\n" * 50})
    for length in range(4, len(whole)):
        refused(whole[:length], r"x\.zip")


def test_a_flipped_byte_fails_the_checksum():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as file:
        file.writestr("a.csv", b"1.52,3.64")
    refused(buffer.getvalue().replace(b"3.64", b"3.65", 1), "damaged")


def test_a_bomb_by_ratio_and_by_size(monkeypatch):
    refused(zip_of({"a.csv": b"0" * 5_000_000}), "zip bomb")
    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", 10)
    refused(zip_of({"a.csv": b"01234567890"}), "larger than")
    monkeypatch.undo()
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 15)
    refused(zip_of({"a.csv": b"0123456789", "b.csv": b"0123456789"}), "holds more than")


def test_a_size_that_the_directory_understates_is_not_read_past():
    data = bytearray(zip_of({"a.csv": bytes(range(256)) * 20}))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(magic) + offset
        data[at : at + 4] = struct.pack("<I", 100)
    refused(bytes(data), r"damaged|not as long")


def test_too_many_members():
    refused(
        zip_of({f"{number}.txt": b"" for number in range(archive.MAX_MEMBERS + 1)}), "more than"
    )


def test_an_encrypted_member():
    data = bytearray(zip_of({"a.csv": b"1"}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(magic) + offset
        data[at] |= 1
    refused(bytes(data), "encrypted")


def test_a_way_of_compressing_that_cms_does_not_use():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("a.csv", b"1")
    refused(buffer.getvalue(), "compressed in a way")


@pytest.mark.parametrize("name", ["a\n\x1b.csv", "a\x07.csv", "a\x9b31m.csv", "a\u202e.csv"])
def test_a_name_with_characters_that_cannot_be_printed(name):
    for run in (read, lambda data: archive.check(data, "x.zip")):
        with pytest.raises(ContentRefusedError, match="unsafe name") as error:
            run(zip_of({name: b"1"}))
        assert str(error.value).isprintable()


def test_a_directory_is_bounded_before_its_entries_are_made(monkeypatch):
    data = zip_of({f"{number}.csv": b"" for number in range(50)})
    monkeypatch.setattr(archive, "MAX_DIRECTORY_BYTES", 2_000)
    refused(data, "has a directory of more than 1 KiB")
    with pytest.raises(ContentRefusedError, match="has a directory of more than"):
        streamed(data)


def test_a_zip_in_a_zip_counts_as_what_is_read(monkeypatch):
    data = zip_of({"in.zip": zip_of({"a.csv": b"1", "b.txt": random.Random(1).randbytes(5_000)})})
    assert read(data) == {"a.csv": b"1"}
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 5_000)
    refused(data, "holds more than 0 MiB of the files that are read")
    monkeypatch.undo()
    monkeypatch.setattr(archive, "MAX_ZIP_BYTES", 5_200)
    refused(data, "in.zip is larger than|is larger than 0 MiB")


def test_all_that_a_zip_holds_is_bounded_where_it_is_looked_through(monkeypatch):
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 15)
    archive.check(zip_of({"a.csv": b"0123456789"}), "x.zip")
    with pytest.raises(ContentRefusedError, match="holds more than"):
        archive.check(zip_of({"a.csv": b"0123456789", "b.pdf": b"0123456789"}), "x.zip")


def test_a_symbolic_link():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        info = zipfile.ZipInfo("a.csv")
        info.external_attr = 0o120777 << 16
        file.writestr(info, "/etc/passwd")
    refused(buffer.getvalue(), "symbolic link")


def streamed(data, most=1000):
    return [
        (names, size, stream.read())
        for names, size, stream in archive.streams(io.BytesIO(data), "x.zip", wanted, most)
    ]


def test_members_as_streams_with_the_names_that_lead_to_them():
    data = zip_of(
        {
            "in.zip": zip_of({"f/a.csv": b"1"}),
            "b.csv": b"22",
            "c.txt": b"3",
            "__MACOSX/._b.csv": b"4",
        }
    )
    assert streamed(data) == [
        (("x.zip", "in.zip", "f/a.csv"), 1, b"1"),
        (("x.zip", "b.csv"), 2, b"22"),
    ]


@pytest.mark.parametrize(
    ("data", "most", "reason"),
    [
        (b"", 1, "is empty"),
        (b"<html><title>Gone</title>", 1, r"is an HTML page \(Gone\), not a zip"),
        (zip_of({"a.csv": b"1"})[:-10], 1, "directory cannot be read"),
        (zip_of({"../a.csv": b"1"}), 1, "unsafe name"),
        (zip_of({"a.csv": b"\0" * 100_000}), 100_000, "compressed more than 100 times"),
        (zip_of({"a.csv": bytes(range(256)) * 4}), 1023, "a.csv is larger than"),
        (zip_of({"i.zip": zip_of({"j.zip": zip_of({"a.csv": b"1"})})}), 1, "zip within a zip"),
    ],
)
def test_what_is_refused_of_streams(data, most, reason):
    with pytest.raises(ContentRefusedError, match=reason):
        streamed(data, most)


def test_damage_is_found_while_a_stream_is_read():
    content = bytes(range(256)) * 3
    data = bytearray(zip_of({"a.csv": content}))
    stored = bytearray(zip_of({"a.csv": content}))
    data[60] ^= 0xFF
    with pytest.raises(ContentRefusedError, match="a.csv is damaged"):
        streamed(bytes(data))
    at = stored.index(b"PK\x01\x02") + 24  # the size that the directory says
    stored[at : at + 4] = struct.pack("<I", len(content) + 5)
    with pytest.raises(ContentRefusedError, match="a.csv is (damaged|not as long)"):
        streamed(bytes(stored))
