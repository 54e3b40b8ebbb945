"""Read a file that is named on the command line; `-` is standard input.

Out of scope: what is in it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from feesync.errors import InvalidInputError

STDIN = "-"
_LARGEST = 64 * 2**20


def read_input(argument: str) -> tuple[bytes, str]:
    """Return the bytes of a file, or of standard input, and a name of it for errors.

    Raises:
        InvalidInputError: it cannot be read, or is larger than 64 MiB.
    """
    if argument == STDIN:
        data, name = sys.stdin.buffer.read(_LARGEST + 1), "standard input"
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
