"""The paths of feesync's database, of its downloads, and of the user's settings.

`pathlib` is imported for those who ask for a `Path`: it takes as long to import as ten modules of
feesync, and an estimate, which starts at every call of the command, does without.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from feesync.errors import InvalidInputError

if TYPE_CHECKING:
    from pathlib import Path

DATABASE_VARIABLE = "FEESYNC_DB"
CACHE_VARIABLE = "FEESYNC_CACHE"


def database_name(path: str | os.PathLike[str] | None = None) -> str:
    """Return the path of the database as text.

    It is the argument, else the variable FEESYNC_DB, else `feesync.db` in the user's data folder.

    Raises:
        InvalidInputError: the argument is no path, or is empty.
    """
    return _expanded(_path_text("database", path, DATABASE_VARIABLE)) or _user_database()


def database_path(path: str | os.PathLike[str] | None = None) -> Path:
    """Return the path of the database, as `database_name` finds it."""
    from pathlib import Path

    return Path(database_name(path))


def cache_path(path: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of downloads.

    It is the argument, else the variable FEESYNC_CACHE, else the user's cache folder.

    Raises:
        InvalidInputError: the argument is no path, or is empty.
    """
    from pathlib import Path

    return Path(_expanded(_path_text("cache", path, CACHE_VARIABLE)) or _user_cache())


def file_path(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file to write.

    Raises:
        InvalidInputError: the argument is no path, is empty, or has characters that are not
            printable.
    """
    from pathlib import Path

    text = _given_text("file", path)
    if not text.isprintable():
        raise InvalidInputError("the path of a file has unprintable characters")
    return Path(_expanded(text))


def _path_text(what: str, path: str | os.PathLike[str] | None, variable: str) -> str:
    return os.environ.get(variable, "") if path is None else _given_text(what, path)


def _given_text(what: str, path: str | os.PathLike[str]) -> str:
    if not isinstance(path, str | os.PathLike):
        raise InvalidInputError(f"a {what} is a path, not {type(path).__name__}")
    text = os.fspath(path)
    if not isinstance(text, str):
        raise InvalidInputError(f"the path of a {what} is text, not {type(text).__name__}")
    if not text:
        raise InvalidInputError(f"the path of the {what} is empty")
    if "\0" in text:
        raise InvalidInputError(f"the path of the {what} contains the character NUL")
    return str.__str__(text)


@lru_cache(maxsize=64)
def _expanded(text: str) -> str:
    """Return a path as `pathlib` writes it, with a user's folder in place of `~`."""
    if _is_plain(text):
        return text
    from pathlib import Path

    try:
        return str(Path(text).expanduser())
    except RuntimeError as error:
        raise InvalidInputError(f"{text!r}: {error}") from None


def _is_plain(text: str) -> bool:
    """Tell whether a path is as `pathlib` writes it: without `~`, and no part empty or a dot."""
    if not text:
        return True
    parts = text.removeprefix("/").split("/")
    return os.sep == "/" and text[0] != "~" and not {"", "."}.intersection(parts)


@lru_cache(maxsize=1)
def _user_database() -> str:
    folder = _xdg_folder("XDG_DATA_HOME", ".local/share")
    if folder is None:
        from platformdirs import user_data_dir

        folder = user_data_dir("feesync", appauthor=False)
    return _expanded(os.path.join(folder, "feesync.db"))


def settings_name() -> str:
    """Return the path of the file of defaults: `config.toml` in the user's folder of settings."""
    folder = _xdg_folder("XDG_CONFIG_HOME", ".config")
    if folder is None:
        from platformdirs import user_config_dir

        folder = user_config_dir("feesync", appauthor=False)
    return _expanded(os.path.join(folder, "config.toml"))


def _xdg_folder(variable: str, standard: str) -> str | None:
    """Return a folder on Linux by the XDG rule; None where `platformdirs` must find it.

    An import of `platformdirs` takes a seventh of an estimate.
    """
    if sys.platform != "linux" or "ANDROID_DATA" in os.environ:
        return None
    home = os.environ.get("HOME", "")
    folder = os.environ.get(variable, "")
    if not os.path.isabs(folder):
        folder = os.path.join(home, standard)
    return os.path.join(folder, "feesync") if os.path.isabs(folder) else None


@lru_cache(maxsize=1)
def _user_cache() -> str:
    from platformdirs import user_cache_dir

    return user_cache_dir("feesync", appauthor=False)
