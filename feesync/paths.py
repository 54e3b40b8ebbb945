"""Where feesync keeps its database."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

DATABASE_VARIABLE = "FEESYNC_DB"


def database_path(given: str | os.PathLike[str] | None = None) -> Path:
    """Return the database's path: the one given, else FEESYNC_DB, else `feesync.db` in the user's data folder."""
    return _path(os.fspath(given) if given else os.environ.get(DATABASE_VARIABLE, ""))


@lru_cache(maxsize=64)
def _path(named: str) -> Path:
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("feesync", appauthor=False) / "feesync.db"
