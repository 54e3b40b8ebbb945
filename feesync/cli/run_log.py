"""The log of a run: what feesync asks and does, on stderr or in a file.

feesync's own loggers begin with `feesync`; without a handler they say nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

REQUESTS = "feesync.cms"
"""The logger of every request and its answer."""

OWN_LINES = logging.getLogger("feesync.run")
"""The logger of what the command prints itself, so that it stands in the file too."""

logging.getLogger("feesync").addHandler(logging.NullHandler())  # else errors are printed twice


class _Echo(logging.Handler):
    """Prints lines on stderr as feesync prints its own."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(f"feesync: {record.getMessage()}", err=True)


@contextmanager
def run_log(*, verbose: bool, path: Path | None) -> Iterator[None]:
    """Log while the block runs.

    Args:
        verbose: whether the requests are printed on stderr.
        path: a file to which all lines are added, with their times (UTC); None for none.

    Raises:
        OSError: the file cannot be written.
    """
    logger = logging.getLogger("feesync")
    handlers: list[tuple[logging.Logger, logging.Handler]] = []
    if path:
        file = logging.FileHandler(path, encoding="utf-8")
        form = logging.Formatter(
            "%(asctime)sZ %(levelname)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S"
        )
        form.converter = time.gmtime
        file.setFormatter(form)
        handlers.append((logger, file))
    if verbose:
        handlers.append((logging.getLogger(REQUESTS), _Echo()))
    before = logger.level, logger.propagate
    if handlers:
        logger.setLevel(logging.INFO)
        logger.propagate = False
    for owner, handler in handlers:
        owner.addHandler(handler)
    try:
        yield
    finally:
        for owner, handler in handlers:
            owner.removeHandler(handler)
            handler.close()
        logger.setLevel(before[0])
        logger.propagate = before[1]
