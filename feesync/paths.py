"""The paths of feesync's database and of its downloads."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from feesync.errors import InvalidInputError

DATABASE_VARIABLE = "FEESYNC_DB"
CACHE_VARIABLE = "FEESYNC_CACHE"


def database_path(path: str | os.PathLike[str] | None = None) -> Path:
    """Return the path of the database.

    It is the argument, else the variable FEESYNC_DB, else `feesync.db` in the user's data folder.

    Raises:
        InvalidInputError: the argument is no path, or is empty.
    """
    return _expanded(_path_text("database", path, DATABASE_VARIABLE)) or _user_database()


def cache_path(path: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of downloads.

    It is the argument, else the variable FEESYNC_CACHE, else the user's cache folder.

    Raises:
        InvalidInputError: the argument is no path, or is empty.
    """
    return _expanded(_path_text("cache", path, CACHE_VARIABLE)) or _user_cache()


def _path_text(what: str, path: str | os.PathLike[str] | None, variable: str) -> str:
    if path is not None and not isinstance(path, str | os.PathLike):
        raise InvalidInputError(f"a {what} is a path, not {type(path).__name__}")
    if path is None:
        return os.environ.get(variable, "")
    text = os.fspath(path)
    if not isinstance(text, str):
        raise InvalidInputError(f"the path of a {what} is text, not {type(text).__name__}")
    if not text:
        raise InvalidInputError(f"the path of the {what} is empty")
    if "\0" in text:
        raise InvalidInputError(f"the path of the {what} contains the character NUL")
    return str.__str__(text)


@lru_cache(maxsize=64)
def _expanded(text: str) -> Path | None:
    if not text:
        return None
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise InvalidInputError(f"{text!r}: {error}") from None


@lru_cache(maxsize=1)
def _user_database() -> Path:
    from platformdirs import user_data_path

    return user_data_path("feesync", appauthor=False) / "feesync.db"


@lru_cache(maxsize=1)
def _user_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("feesync", appauthor=False)
