"""Read a zip of CMS's safely: nothing is written to disk, and a zip that is not sound is refused.

Only the members that feesync reads are decompressed, whole or, where they are large, as streams.
Out of scope: what is inside a member (the other modules here).
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from feesync.errors import ContentRefusedError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_ZIP_BYTES = 64 * 2**20
"""Size of a zip that is read whole, and of one inside another; CMS's release zips have 6 MB."""

MAX_STREAMED_ZIP_BYTES = 200 * 2**20
"""Size of a zip that stays on disk while its members are read."""

MAX_DIRECTORY_BYTES = 128 * 2**10
"""Size of a zip's directory, which is read whole before its entries can be counted."""

MAX_MEMBERS = 200
MAX_MEMBER_BYTES = 16 * 2**20
"""Size of a member that is read; the largest of a release has 3.3 MB."""

MAX_TOTAL_BYTES = 48 * 2**20
"""Size of all members of a zip that are read, zips inside it included."""

MAX_UNPACKED_BYTES = 256 * 2**20
"""Size of all members of a zip that is only checked."""

MAX_RATIO = 100
ZIP_MAGIC = b"PK\x03\x04"
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)
_HTML = re.compile(rb"\A\s*(<!doctype html|<html|<head|<\?xml)", re.IGNORECASE)
_START = 16 * 2**10
_CHUNK = 64 * 2**10
_TITLE = re.compile(rb"<title[^<>]*+>([^<]*+)", re.IGNORECASE)


def members(
    data: bytes,
    name: str,
    wanted: Callable[[str], bool],
    *,
    most: int | None = None,
    total: int | None = None,
    dispensable: Callable[[str], bool] | None = None,
    unread: list[str] | None = None,
) -> dict[str, bytes]:
    """Return members of a zip, and of zips one level inside it, by base name.

    Args:
        data: the bytes of the zip.
        name: its name, for errors.
        wanted: tells by base name whether a member is read.
        most: bytes that a member may have; by default MAX_MEMBER_BYTES.
        total: bytes that all of them may have together; by default MAX_TOTAL_BYTES.
        dispensable: tells by base name whether a member that is too large is left unread, in place
            of a refusal.
        unread: is extended by why each of those was.

    Raises:
        ContentRefusedError: the data is no zip (the title of an HTML page is named); or the zip is
            empty, cut or encrypted, has a name that leaves the archive or is there twice, exceeds
            the limits of size, ratio or count, or has a wrong checksum.
    """
    contents: dict[str, bytes] = {}
    limits = _Limits(most or MAX_MEMBER_BYTES, total or MAX_TOTAL_BYTES, dispensable)
    for member, content in _walk(data, name, wanted, limits, nested=False):
        if member.upper() in {other.upper() for other in contents}:
            raise ContentRefusedError(f"holds {member} twice", file=name)
        contents[member] = content
    if unread is not None:
        unread += limits.unread
    return contents


def check_file(path: Path, name: str) -> None:
    """Read every member of a zip on disk to its end, as `check` does."""
    check(path.read_bytes(), name)


def check(data: bytes, name: str) -> None:
    """Read every member of a zip to its end, to find damage.

    Args:
        data: the bytes of the zip.
        name: its name, for errors.

    Raises:
        ContentRefusedError: for the same reasons as `members`.
    """
    budget = MAX_UNPACKED_BYTES
    with _open(data, name) as archive:
        for info in archive.infolist():
            budget -= info.file_size
            _check_member(info, name, MAX_UNPACKED_BYTES)
            if budget < 0:
                raise ContentRefusedError(
                    f"holds more than {MAX_UNPACKED_BYTES >> 20} MiB", file=name
                )
            if not info.is_dir():
                stream = _Member(archive, info, name)
                while stream.read(_CHUNK):
                    pass


def streams(
    file: BinaryIO, name: str, wanted: Callable[[str], bool], most_bytes: int
) -> Iterator[tuple[tuple[str, ...], int, BinaryIO]]:
    """Yield members of a zip, and of zips one level inside it, as streams.

    Each stream must be read before the next one is asked for.

    Args:
        file: the zip, open; it must allow seeking.
        name: its name, for errors.
        wanted: tells by base name whether a member is read.
        most_bytes: how large such a member may be.

    Yields:
        The names that lead to a member (the zip's, that of a zip inside it, the member's with its
        folders), its size in bytes, and a stream of it.

    Raises:
        ContentRefusedError: for the same reasons as `members`, also while a stream is read.
    """
    yield from _walk_streams(file, (name,), wanted, most_bytes)


def _walk_streams(
    file: BinaryIO, names: tuple[str, ...], wanted: Callable[[str], bool], most_bytes: int
) -> Iterator[tuple[tuple[str, ...], int, BinaryIO]]:
    name = " > ".join(names)
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    _check_start(file.read(_START), size, name, MAX_STREAMED_ZIP_BYTES)
    with _directory(file, name) as archive:
        for info in _members_to_read(archive, wanted):
            if _is_zip(info):
                if len(names) > 1:
                    raise ContentRefusedError(
                        f"holds a zip within a zip within a zip ({_base(info)})", file=name
                    )
                inner = io.BytesIO(_read(archive, info, name, MAX_ZIP_BYTES))
                yield from _walk_streams(inner, (*names, info.filename), wanted, most_bytes)
            else:
                _check_member(info, name, most_bytes)
                with io.BufferedReader(_Member(archive, info, name), _CHUNK) as stream:
                    yield (*names, info.filename), info.file_size, stream


class _Member(io.RawIOBase):
    """A member of a zip as a stream of bytes; damage raises ContentRefusedError."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> None:
        self._archive, self._info, self._name = archive, info, name
        self._begin()

    def _begin(self) -> None:
        self._position = 0
        try:
            self._stream = self._archive.open(self._info)
        except _DAMAGE as error:
            raise self._damage(error) from None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Begin again; there is no other place to go to, but for where it is."""
        if (offset, whence) == (0, io.SEEK_SET):
            self._begin()
        elif (offset, whence) != (0, io.SEEK_CUR):
            raise io.UnsupportedOperation("a member of a zip is read from its beginning")
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        try:
            content = self._stream.read(len(view))
        except _DAMAGE as error:
            raise self._damage(error) from None
        if not content and self._position != self._info.file_size:
            raise ContentRefusedError(
                f"{self._info.filename} is not as long as the zip says", file=self._name
            )
        view[: len(content)] = content
        self._position += len(content)
        return len(content)

    def _damage(self, error: Exception) -> ContentRefusedError:
        return ContentRefusedError(f"{self._info.filename} is damaged ({error})", file=self._name)


class _Limits:
    """How many bytes one member may have, and how many all members may still have."""

    def __init__(
        self, member: int, total: int, dispensable: Callable[[str], bool] | None = None
    ) -> None:
        self.member, self._total, self._remainder = member, total, total
        self._dispensable = dispensable
        self.unread: list[str] = []

    def leaves(self, base: str, size: int) -> bool:
        """Tell whether a member is left unread, and note why."""
        if size <= self.member or not (self._dispensable and self._dispensable(base)):
            return False
        self.unread.append(f"{base} is larger than {self.member >> 20} MiB")
        return True

    def spend(self, size: int, name: str) -> None:
        """Count bytes that are about to be read.

        Raises:
            ContentRefusedError: they exceed the total.
        """
        self._remainder -= size
        if self._remainder < 0:
            raise ContentRefusedError(
                f"holds more than {self._total >> 20} MiB of the files that are read", file=name
            )


def _walk(
    data: bytes, name: str, wanted: Callable[[str], bool], limits: _Limits, *, nested: bool
) -> Iterator[tuple[str, bytes]]:
    with _open(data, name) as archive:
        for info in _members_to_read(archive, wanted):
            base = _base(info)
            if _is_zip(info) and nested:
                raise ContentRefusedError(
                    f"holds a zip within a zip within a zip ({base})", file=name
                )
            if limits.leaves(base, info.file_size):
                continue
            limits.spend(info.file_size, name)
            content = _read(archive, info, name, MAX_ZIP_BYTES if _is_zip(info) else limits.member)
            if _is_zip(info):
                yield from _walk(content, f"{name} > {base}", wanted, limits, nested=True)
            else:
                yield base, content


def _members_to_read(
    archive: zipfile.ZipFile, wanted: Callable[[str], bool]
) -> Iterator[zipfile.ZipInfo]:
    for info in archive.infolist():
        base = _base(info)
        if not (info.is_dir() or base.startswith("._")) and (_is_zip(info) or wanted(base)):
            yield info


def _base(info: zipfile.ZipInfo) -> str:
    return PurePosixPath(info.filename.replace("\\", "/")).name


def _is_zip(info: zipfile.ZipInfo) -> bool:
    return info.filename.lower().endswith(".zip")


def _open(data: bytes, name: str) -> zipfile.ZipFile:
    _check_start(data[:_START], len(data), name, MAX_ZIP_BYTES)
    return _directory(io.BytesIO(data), name)


def _check_start(start: bytes, size: int, name: str, most: int) -> None:
    if not size:
        raise ContentRefusedError("is empty", file=name)
    if size > most:
        raise ContentRefusedError(f"is larger than {most >> 20} MiB", file=name)
    if not start.startswith(ZIP_MAGIC):
        refuse_html(start, name, "not a zip")
        raise ContentRefusedError("is not a zip", file=name)


def refuse_html(start: bytes, name: str, expected: str) -> None:
    """Refuse an HTML page, and name its title: CMS's error pages come with status 200.

    Args:
        start: the beginning of the file.
        name: its name, for the error.
        expected: what the file is not, such as `not a zip`.

    Raises:
        ContentRefusedError: the file begins as an HTML page.
    """
    if _HTML.match(start[:2000].removeprefix(b"\xef\xbb\xbf")):
        match = _TITLE.search(start[:_START])
        title = " ".join(match[1].decode("utf-8", "replace").split()) if match else "no title"
        raise ContentRefusedError(f"is an HTML page ({title}), {expected}", file=name)


def _directory(file: BinaryIO, name: str) -> zipfile.ZipFile:
    """Open a zip and check its directory."""
    source = _Directory(file, name)
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError):
        raise ContentRefusedError(
            "is a cut or damaged zip: its directory cannot be read", file=name
        ) from None
    source.most = None
    _check_directory(archive.infolist(), name)
    return archive


class _Directory:
    """The file behind a ZipFile, which refuses a large directory.

    An entry of a directory takes ten times its bytes in memory, so that a large one must be refused
    before it is read.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._name = file, name
        self.most: int | None = MAX_DIRECTORY_BYTES
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        """Read bytes, as a file does.

        Raises:
            ContentRefusedError: the directory is larger than MAX_DIRECTORY_BYTES.
        """
        content = self._file.read(
            size if self.most is None or 0 <= size <= self.most else self.most + 1
        )
        if self.most is not None and len(content) > self.most:
            raise ContentRefusedError(
                f"has a directory of more than {self.most >> 10} KiB", file=self._name
            )
        return content


def _check_directory(infos: list[zipfile.ZipInfo], name: str) -> None:
    if len(infos) > MAX_MEMBERS:
        raise ContentRefusedError(f"holds {len(infos)} files, more than {MAX_MEMBERS}", file=name)
    paths: set[str] = set()
    for info in infos:
        path = info.filename.replace("\\", "/")
        unsafe = path.startswith("/") or re.match(r"[A-Za-z]:", path) or ".." in path.split("/")
        if unsafe or not info.orig_filename.isprintable():
            raise ContentRefusedError(
                f"holds a file with an unsafe name ({info.filename!r})", file=name
            )
        if stat.S_ISLNK(info.external_attr >> 16):
            raise ContentRefusedError(f"holds a symbolic link ({info.filename!r})", file=name)
        if path.upper() in paths:
            raise ContentRefusedError(f"holds {info.filename} twice", file=name)
        paths.add(path.upper())


def _check_member(info: zipfile.ZipInfo, name: str, most_bytes: int) -> None:
    if info.flag_bits & 0x1:
        raise ContentRefusedError(f"{info.filename} is encrypted", file=name)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ContentRefusedError(
            f"{info.filename} is compressed in a way that CMS does not use", file=name
        )
    if info.file_size > most_bytes:
        raise ContentRefusedError(
            f"{info.filename} is larger than {most_bytes >> 20} MiB", file=name
        )
    if info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise ContentRefusedError(
            f"{info.filename} is compressed more than {MAX_RATIO} times: a zip bomb?", file=name
        )


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, most: int) -> bytes:
    _check_member(info, name, most)
    content = io.BytesIO()  # returns its bytes without the copy that one large read would make
    stream = _Member(archive, info, name)
    while chunk := stream.read(_CHUNK):
        content.write(chunk)
    return content.getvalue()
