"""The cool-down: after CMS has forbidden a request (403), its host is not asked for a day.

The record is on disk, so that the next run knows of it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feesync.files import read_json, write_json

LENGTH = timedelta(hours=24)
_NAME = "cooldown.json"


class CoolDown:
    """The cool-downs of the hosts that answered 403."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME

    def until(self, host: str) -> datetime | None:
        """Return when a host may be asked again, or None where it may be asked now.

        A record more than a day in the future comes from a wrong clock, and is ignored.
        """
        try:
            start = datetime.fromisoformat(read_json(self._path).get(host, ""))
            distance = abs(datetime.now(UTC) - start)
        except (ValueError, TypeError):
            return None
        return start + LENGTH if distance < LENGTH else None

    def begin(self, host: str) -> datetime:
        """Record that a host has just answered 403, and return when it may be asked again.

        Raises:
            OSError: the record cannot be written.
        """
        now = datetime.now(UTC).replace(microsecond=0)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_json(self._path, {**read_json(self._path), host: now.isoformat()})
        return now + LENGTH

    def end(self, host: str) -> None:
        """Forget the cool-down of a host that has answered again."""
        hosts = read_json(self._path)
        if host in hosts:
            del hosts[host]
            with suppress(OSError):
                write_json(self._path, hosts)
