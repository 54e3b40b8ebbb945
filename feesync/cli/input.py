"""Read a file that is named on the command line; `-` is standard input.

Out of scope: what its cells mean (claims, analysis).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from feesync.errors import InvalidInputError

if TYPE_CHECKING:
    import click

STDIN, STDIN_NAME = "-", "standard input"
_LARGEST = 64 * 2**20


def read_input(argument: str) -> tuple[bytes, str]:
    """Return the bytes of a file, or of standard input, and a name of it for errors.

    Raises:
        InvalidInputError: it cannot be read, or is larger than 64 MiB.
    """
    from pathlib import Path  # where a file is named, not at every start

    if argument == STDIN:
        data, name = sys.stdin.buffer.read(_LARGEST + 1), STDIN_NAME
    else:
        name = argument
        try:
            with Path(argument).open("rb") as file:
                data = file.read(_LARGEST + 1)
        except OSError as error:
            raise InvalidInputError(f"{argument} cannot be read: {error.strerror}") from None
    if len(data) > _LARGEST:
        raise InvalidInputError(f"{name} is larger than {_LARGEST >> 20} MiB")
    return data, name


@contextmanager
def with_stdin(names: Sequence[str]) -> Iterator[list[str]]:
    """Give the paths of files; standard input goes to a temporary file first, of any size.

    Raises:
        click.UsageError: it is named twice.
    """
    if STDIN not in names:
        yield list(names)
        return
    if names.count(STDIN) > 1:
        import click

        raise click.UsageError("- is given twice: there is one standard input")
    from shutil import copyfileobj

    from feesync.files import scratch_folder  # where all of it may be too large

    with scratch_folder() as folder:
        path = folder / STDIN_NAME
        with path.open("wb") as file:
            copyfileobj(sys.stdin.buffer, file, 1 << 20)
        yield [str(path) if name == STDIN else name for name in names]


def read_percent(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> str | dict[str, str] | None:
    """Return a percentage as it stands, or those of a file by codes."""
    if value is None:
        return None
    from feesync.formats.table import TABLE_SUFFIXES  # of a contract, not at every start

    if not value.lower().endswith(TABLE_SUFFIXES):
        return value
    from feesync.claims.percentages import percentages_of

    return percentages_of(*read_input(value))
