"""Download a file into the cache, where it has changed.

A download that was broken off is resumed, and a file is kept only where it is whole and sound.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from feesync.cms.cache import Cache, CachedFile, DownloadRecord
from feesync.cms.client import Answer, Client
from feesync.cms.clock import Clock, TimeUpError
from feesync.cms.progress import Progress
from feesync.cms.retries import TransientError
from feesync.errors import CacheError, ContentRefusedError
from feesync.files import read_as, read_json, write_json

_NUMBER = re.compile(r"[0-9]{1,15}")
_RANGE = re.compile(r"bytes ([0-9]{1,15})-[0-9]{1,15}/([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class _Part:
    """The beginning of a download: what a server must repeat so that it can be resumed."""

    url: str
    last_modified: str
    length: int


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that was downloaded, and the record of it for the cache."""

    entry: CachedFile
    record: DownloadRecord


class Downloader:
    """Downloads into a cache.

    Args:
        client: sends the requests.
        cache: the folder, whose lock this process has.
        check: takes the path of a finished download and its name for messages, and raises
            ContentRefusedError where the file is not sound.
        most_bytes: the size above which a file cannot be CMS's.
        progress: hears how many bytes have come.
    """

    def __init__(
        self,
        client: Client,
        cache: Cache,
        check: Callable[[Path, str], None],
        most_bytes: int,
        progress: Progress,
    ) -> None:
        self._client, self._cache, self._check, self._most_bytes, self._progress = (
            client,
            cache,
            check,
            most_bytes,
            progress,
        )

    def fetch(self, label: str, url: str, since: DownloadRecord | None) -> NewFile | None:
        """Download a file, unless it has not changed.

        Args:
            label: the label of the release, or of the dataset.
            url: the address of its file.
            since: the record of the download that is loaded or cached; None to download in any
                case.

        Returns:
            The new file in the cache, or None where CMS answers that nothing has changed.

        Raises:
            UnreachableError: the file cannot be reached now; what has come is kept where it can be
                resumed.
            ContentRefusedError: what came is not sound, and was thrown away.
            CacheError: the cache cannot be written; what has come is thrown away.
        """
        last_modified = since.last_modified if since and since.url == url else ""
        clock = self._client.zip_clock()
        return self._client.trying(lambda: self._try(label, url, last_modified, clock), clock)

    def has_changed(self, url: str, since: DownloadRecord | None) -> bool:
        """Ask CMS whether a file has changed since a record, without downloading it."""
        headers = (
            {"If-Modified-Since": since.last_modified}
            if since and since.url == url and since.last_modified
            else {}
        )
        clock = self._client.page_clock()

        def ask() -> bool:
            with self._client.get(url, clock, headers) as answer:
                if answer.status == HTTPStatus.NOT_MODIFIED and headers:
                    return False
                if answer.status == HTTPStatus.OK:
                    return True
                raise TransientError(f"{url}: {answer.status} was not asked for")

        return self._client.trying(ask, clock)

    def _try(self, label: str, url: str, last_modified: str, clock: Clock) -> NewFile | None:
        part = self._cache.part(label)
        begun = self._begun(part, url)
        headers = {"Accept-Encoding": "identity"}
        if begun:
            headers |= {"Range": f"bytes={part.stat().st_size}-", "If-Range": begun.last_modified}
        elif last_modified:
            headers["If-Modified-Since"] = last_modified
        with self._client.get(url, clock, headers) as answer:
            if answer.status == HTTPStatus.NOT_MODIFIED and "If-Modified-Since" in headers:
                return None
            resumed = answer.status == HTTPStatus.PARTIAL_CONTENT
            if resumed and not (begun and _continues(answer, begun, part)):
                self._cache.drop_part(label)
                raise TransientError(f"{url}: what had come of it cannot be continued")
            if not resumed and answer.status != HTTPStatus.OK:
                self._cache.drop_part(label)
                raise TransientError(f"{url}: {answer.status} was not asked for")
            try:
                self._receive(label, answer, part, url, resumed)
                return self._finish(label, answer, part, url, resumed)
            except OSError as error:
                self._cache.drop_part(label)
                raise CacheError(
                    f"{part.parent} cannot be written: {error.strerror or error}"
                ) from error

    def _begun(self, part: Path, url: str) -> _Part | None:
        """Return the download to resume, or None.

        It must be of this address, have a date to compare, and have begun to come.
        """
        begun = read_as(_Part, read_json(part.with_name(part.name + ".json")))
        try:
            here = part.stat().st_size
        except OSError:
            return None
        return (
            begun
            if begun and begun.url == url and begun.last_modified and 0 < here < begun.length
            else None
        )

    def _receive(self, label: str, answer: Answer, part: Path, url: str, resumed: bool) -> None:
        length = _length(answer)
        here = part.stat().st_size if resumed else 0
        total = None if length is None else here + length
        if (total or 0) > self._most_bytes:
            raise ContentRefusedError(
                f"is {total:,} bytes long, larger than {self._most_bytes >> 20} MiB", file=url
            )
        if not resumed:
            self._cache.drop_part(label)
            if total and answer.headers.get("Accept-Ranges", "").strip().lower() == "bytes":
                begun = _Part(url, answer.headers.get("Last-Modified", ""), total)
                write_json(part.with_name(part.name + ".json"), asdict(begun))
        try:
            with part.open("ab" if resumed else "wb") as file:
                for piece in answer.body():
                    file.write(piece)
                    here += len(piece)
                    self._progress.download(label, here, total)
                    if here > self._most_bytes:
                        self._cache.drop_part(label)
                        raise ContentRefusedError(
                            f"is larger than {self._most_bytes >> 20} MiB", file=url
                        )
        except TimeUpError as error:
            of = f"{here:,} bytes" if total is None else f"{here:,} of {total:,} bytes"
            then = (
                "the next run goes on from there"
                if self._begun(part, url)
                else "the next run begins anew"
            )
            raise TimeUpError(f"{error}: {of} came, and {then}") from error
        if total is not None and here != total:
            raise TransientError(f"{url}: {here:,} of {total:,} bytes came")

    def _finish(self, label: str, answer: Answer, part: Path, url: str, resumed: bool) -> NewFile:
        try:
            self._check(part, url)
        except ContentRefusedError as error:
            self._cache.drop_part(label)
            if resumed:
                raise TransientError(
                    f"{error}; it had been resumed, so it is fetched whole"
                ) from error
            raise
        with part.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        suffix = PurePosixPath(urlsplit(url).path).suffix
        entry = self._cache.keep(part, label, sha256, suffix)
        return NewFile(
            entry, DownloadRecord(url, answer.headers.get("Last-Modified", ""), sha256, entry.size)
        )


def _length(answer: Answer) -> int | None:
    """Return the length of the body, or None where no header says it or the body is compressed."""
    text = answer.headers.get("Content-Length", "")
    return (
        int(text)
        if _NUMBER.fullmatch(text) and not answer.headers.get("Content-Encoding")
        else None
    )


def _continues(answer: Answer, begun: _Part, part: Path) -> bool:
    match = _RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
    same = answer.headers.get("Last-Modified", begun.last_modified) == begun.last_modified
    return (
        match is not None
        and same
        and (int(match[1]), int(match[2])) == (part.stat().st_size, begun.length)
    )
