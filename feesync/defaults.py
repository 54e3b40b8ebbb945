"""What the command line takes where an option is not given: a small file, and variables.

The file `config.toml` in the user's folder of settings has at most four lines; a variable goes
before it. The functions of feesync never read them: what a program computes does not depend on
whose machine it runs on. Out of scope: how a command says which defaults it used (cli.defaults).
"""

from __future__ import annotations

import os
from typing import Any

from feesync.errors import InvalidInputError
from feesync.paths import settings_name

LOCALITY_VARIABLE = "FEESYNC_LOCALITY"
POS_VARIABLE = "FEESYNC_POS"
PRACTITIONER_VARIABLE = "FEESYNC_PRACTITIONER"
NONPAR_VARIABLE = "FEESYNC_NONPAR"

VARIABLES = {
    "locality": LOCALITY_VARIABLE,
    "pos": POS_VARIABLE,
    "practitioner": PRACTITIONER_VARIABLE,
    "nonpar": NONPAR_VARIABLE,
}
"""The variable of each default; the names are those of the options and of the file."""

Value = str | bool
Default = tuple[Value, str]
"""A value, and the variable or the file that it is from."""

_FLAGS = {
    **dict.fromkeys(("true", "yes", "on", "1", "nonpar", "non-participating"), True),
    **dict.fromkeys(("false", "no", "off", "0", "par", "participating"), False),
}


def may_exist() -> bool:
    """Tell whether there may be a default, without reading any: most users have none."""
    return any(map(os.environ.get, VARIABLES.values())) or os.path.exists(settings_name())


def read() -> dict[str, Default]:
    """Return the defaults that there are, by name; a variable goes before the file.

    Raises:
        InvalidInputError: the file or a value cannot be read.
    """
    path = settings_name()
    found: dict[str, Default] = {name: (value, path) for name, value in of_file().items()}
    for name, variable in VARIABLES.items():
        if text := os.environ.get(variable, "").strip():
            found[name] = read_value(name, text, variable), variable
    return {name: found[name] for name in VARIABLES if name in found}


def of_file() -> dict[str, Value]:
    """Return the defaults of the file, by name; none where there is no file.

    Raises:
        InvalidInputError: the file cannot be read, or has something else.
    """
    return _values(_text())


def keep(name: str, value: object) -> Value:
    """Write a default into the file, and return it as it stands there; other lines stay.

    Args:
        name: that of an option: locality, pos, practitioner or nonpar.
        value: as for the option.

    Raises:
        InvalidInputError: there is no such default, the value cannot be read, or the file cannot.
        OSError: the file cannot be written.
    """
    import json

    _check_name(name)
    kept = _read(name, value)
    _write(name, f"{name} = {json.dumps(kept, ensure_ascii=False)}")  # as TOML writes both
    return kept


def forget(name: str) -> bool:
    """Remove a default from the file, and tell whether it was there.

    Raises:
        InvalidInputError: there is no such default, or the file cannot be read.
        OSError: the file cannot be written.
    """
    _check_name(name)
    was_there = name in of_file()
    if was_there:
        _write(name)
    return was_there


def read_value(name: str, value: object, source: str) -> Value:
    """Return the value of a default as its option takes it.

    Args:
        name: that of the default.
        value: what was given.
        source: what it was given by, for the error.

    Raises:
        InvalidInputError: the value cannot be read; the message begins with the source.
    """
    _check_name(name)
    try:
        return _read(name, value)
    except InvalidInputError as error:
        raise InvalidInputError(f"{source}: {error}") from None


def _read(name: str, value: object) -> Value:
    if name == "nonpar":
        flag = value if isinstance(value, bool) else _FLAGS.get(str(value).strip().lower())
        if flag is None:
            raise InvalidInputError(f"{value!r} is neither true nor false")
        return flag
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise InvalidInputError(f"{value!r} is not text")
    text = str(value).strip()
    if name == "pos":
        from feesync.reference.place_of_service import read_setting

        _, place = read_setting("nonfacility", text)
        return place.pos if place else text
    if name == "practitioner":
        from feesync.pricing import practitioner

        return practitioner.read(text)
    return text


def _check_name(name: str) -> None:
    if name not in VARIABLES:
        raise InvalidInputError(
            f"{name[:40]!r} is no default; there are {', '.join(VARIABLES)} (pos decides the "
            "setting)"
        )


def _text() -> str:
    path = settings_name()
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise InvalidInputError(f"{path} is not UTF-8 text") from None


def _values(text: str) -> dict[str, Value]:
    if not text:
        return {}
    import tomllib  # where there is a file

    path = settings_name()
    try:
        values: dict[str, Any] = tomllib.loads(text)
    except ValueError as error:
        raise InvalidInputError(f"{path} is not TOML: {error}") from None
    found = {}
    for name, value in values.items():
        if name not in VARIABLES:
            raise InvalidInputError(
                f"{path} has {name[:40]!r}, which is no default; there are {', '.join(VARIABLES)}"
            )
        found[name] = read_value(name, value, f"{path}: {name}")
    return found


def _write(name: str, line: str | None = None) -> None:
    """Put a line in the place of that of a default, at the end, or nowhere; other lines stay."""
    import re
    from pathlib import Path

    from feesync.files import replacing

    before = _text()
    _values(before)
    lines = [each for each in before.splitlines() if not re.match(rf"\s*{name}\s*=", each)]
    text = "".join(f"{each}\n" for each in ([*lines, line] if line else lines))
    _values(text)
    path = Path(settings_name())
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(text.encode())
