"""What DuckDB raises, without its texts: they quote rows, which are health information."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from feesync.errors import FeesyncError, Hint, HintKind

_FULL = "No space left on device"


@contextmanager
def without_cells() -> Iterator[None]:
    """Turn the errors of DuckDB in the block into errors that say nothing of a row.

    Raises:
        KeyboardInterrupt: the statement was interrupted.
        OSError: a disk is full, or a file cannot be written.
        FeesyncError: the memory that DuckDB may take is not enough, or it failed otherwise.
    """
    import duckdb

    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except duckdb.OutOfMemoryException:
        raise FeesyncError(
            "the memory that DuckDB may take is not enough", hint=Hint(HintKind.GIVE_MEMORY)
        ) from None
    except duckdb.IOException as error:
        code = errno.ENOSPC if _FULL in str(error) else errno.EIO
        raise OSError(code, os.strerror(code)) from None
    except duckdb.Error as error:
        raise FeesyncError(f"DuckDB failed: {type(error).__name__}") from None
