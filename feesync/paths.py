"""Where feesync keeps its database and its downloads."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from feesync.errors import InvalidInputError

DATABASE_VARIABLE = "FEESYNC_DB"
CACHE_VARIABLE = "FEESYNC_CACHE"


def database_path(given: str | os.PathLike[str] | None = None) -> Path:
    """Return the database's path.

    The one given, else FEESYNC_DB, else `feesync.db` in the user's data folder.
    """
    return _path(_named("database", given, DATABASE_VARIABLE)) or _user_database()


def cache_path(given: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of downloads.

    The one given, else FEESYNC_CACHE, else in the user's cache folder.
    """
    return _path(_named("cache", given, CACHE_VARIABLE)) or _user_cache()


def _named(what: str, given: str | os.PathLike[str] | None, variable: str) -> str:
    if given is not None and not isinstance(given, str | os.PathLike):
        raise InvalidInputError(f"a {what} is a path, not {type(given).__name__}")
    if given is None:
        return os.environ.get(variable, "")
    path = os.fspath(given)
    if not isinstance(path, str):
        raise InvalidInputError(f"the path of a {what} is text, not {type(path).__name__}")
    if not path:
        raise InvalidInputError(f"the path of the {what} is empty")
    if "\0" in path:
        raise InvalidInputError(f"the path of the {what} holds the character NUL")
    return str.__str__(path)


@lru_cache(maxsize=64)
def _path(named: str) -> Path | None:
    if not named:
        return None
    try:
        return Path(named).expanduser()
    except RuntimeError as error:
        raise InvalidInputError(f"{named!r}: {error}") from None


@lru_cache(maxsize=1)
def _user_database() -> Path:
    from platformdirs import user_data_path

    return user_data_path("feesync", appauthor=False) / "feesync.db"


@lru_cache(maxsize=1)
def _user_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("feesync", appauthor=False)
