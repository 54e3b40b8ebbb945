"""Open a release zip safely, in memory: nothing is ever written to disk, and what is not a sound zip is refused.

Only the members that feesync reads are decompressed. Out of scope: what is inside a member (the other modules here).
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from feesync.errors import ContentRefusedError

MAX_ZIP_BYTES = 200 * 2**20
MAX_MEMBERS = 200
MAX_MEMBER_BYTES = 64 * 2**20
MAX_TOTAL_BYTES = 256 * 2**20
MAX_RATIO = 100
_ZIP_MAGIC = b"PK\x03\x04"
_HTML = re.compile(rb"\A\s*(<!doctype html|<html|<head|<\?xml)", re.IGNORECASE)
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


def members(data: bytes, name: str, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Return the wanted members of a zip, and of zips one level inside it, by base name.

    Args:
        data: the bytes of the zip.
        name: what to call it in errors.
        wanted: tells by base name whether a member is read.

    Raises:
        ContentRefusedError: not a zip (an HTML page is named by its title), empty, cut, encrypted, with a name that leaves
            the archive or stands twice, over the caps on size, ratio and count, or with a wrong checksum.
    """
    found: dict[str, bytes] = {}
    budget = MAX_TOTAL_BYTES
    for member, content in _walk(data, name, wanted, nested=False):
        budget -= len(content)
        if budget < 0:
            raise ContentRefusedError(f"holds more than {MAX_TOTAL_BYTES >> 20} MiB of the files that are read", file=name)
        if member.upper() in {seen.upper() for seen in found}:
            raise ContentRefusedError(f"holds {member} twice", file=name)
        found[member] = content
    return found


def check(data: bytes, name: str) -> None:
    """Read every member of a zip, so that a damaged download is told from a whole one.

    Raises:
        ContentRefusedError: as `members` does.
    """
    budget = MAX_TOTAL_BYTES
    with _open(data, name) as archive:
        infos = archive.infolist()
        _check_directory(infos, name)
        for info in infos:
            if not info.is_dir():
                budget -= len(_read(archive, info, name))
                if budget < 0:
                    raise ContentRefusedError(f"holds more than {MAX_TOTAL_BYTES >> 20} MiB", file=name)


def _walk(data: bytes, name: str, wanted: Callable[[str], bool], *, nested: bool) -> Iterator[tuple[str, bytes]]:
    archive = _open(data, name)
    with archive:
        infos = archive.infolist()
        _check_directory(infos, name)
        for info in infos:
            base = PurePosixPath(info.filename.replace("\\", "/")).name
            is_zip = base.lower().endswith(".zip")
            if info.is_dir() or base.startswith("._") or not (is_zip or wanted(base)):
                continue
            if is_zip and nested:
                raise ContentRefusedError(f"holds a zip within a zip within a zip ({base})", file=name)
            content = _read(archive, info, name)
            if is_zip:
                yield from _walk(content, f"{name} > {base}", wanted, nested=True)
            else:
                yield base, content


def _open(data: bytes, name: str) -> zipfile.ZipFile:
    if not data:
        raise ContentRefusedError("is empty", file=name)
    if len(data) > MAX_ZIP_BYTES:
        raise ContentRefusedError(f"is larger than {MAX_ZIP_BYTES >> 20} MiB", file=name)
    if not data.startswith(_ZIP_MAGIC):
        if _HTML.match(data[:2000].removeprefix(b"\xef\xbb\xbf")):
            title = _TITLE.search(data)
            said = " ".join(title[1].decode("utf-8", "replace").split()) if title else "no title"
            raise ContentRefusedError(f"is an HTML page ({said}), not a zip", file=name)
        raise ContentRefusedError("is not a zip", file=name)
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError):
        raise ContentRefusedError("is a cut or damaged zip: its directory cannot be read", file=name) from None


def _check_directory(infos: list[zipfile.ZipInfo], name: str) -> None:
    if len(infos) > MAX_MEMBERS:
        raise ContentRefusedError(f"holds {len(infos)} files, more than {MAX_MEMBERS}", file=name)
    seen: set[str] = set()
    for info in infos:
        path = info.filename.replace("\\", "/")
        if path.startswith("/") or re.match(r"[A-Za-z]:", path) or ".." in path.split("/") or "\0" in info.orig_filename:
            raise ContentRefusedError(f"holds a file with an unsafe name ({info.filename!r})", file=name)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise ContentRefusedError(f"holds a symbolic link ({info.filename!r})", file=name)
        if path.upper() in seen:
            raise ContentRefusedError(f"holds {info.filename} twice", file=name)
        seen.add(path.upper())


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    if info.flag_bits & 0x1:
        raise ContentRefusedError(f"{info.filename} is encrypted", file=name)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ContentRefusedError(f"{info.filename} is compressed in a way that CMS does not use", file=name)
    if info.file_size > MAX_MEMBER_BYTES:
        raise ContentRefusedError(f"{info.filename} is larger than {MAX_MEMBER_BYTES >> 20} MiB", file=name)
    if info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise ContentRefusedError(f"{info.filename} is compressed more than {MAX_RATIO} times: a zip bomb?", file=name)
    try:
        with archive.open(info) as member:
            content = member.read(info.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise ContentRefusedError(f"{info.filename} is damaged ({error})", file=name) from None
    if len(content) != info.file_size:
        raise ContentRefusedError(f"{info.filename} is not as long as the zip says", file=name)
    return content
