"""A session of Spark for one command: it writes nothing of its own to the terminal, and ends.

Out of scope: what is done in it (spark_job). A program brings a session of its own.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from feesync.batch.spark import check_packages
from feesync.errors import FeesyncError
from feesync.files import scratch_folder

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_STDERR = 2
_PARTITIONS = 8
"""Into how many parts one machine sorts rows; Spark's 200 take longer to begin than to end."""

_PROGRESS = "spark.ui.showConsoleProgress"


@contextmanager
def open_session(master: str | None) -> Iterator[SparkSession]:
    """Give the block a session of Spark.

    On this machine alone, its temporary files are in a folder that goes with it, and its Python is
    this one. What Spark logs goes where its own configuration says, and not to the terminal.

    Args:
        master: where it runs, such as `local[4]` or `spark://host:7077`; by default where Spark's
            own configuration says, else on this machine.

    Raises:
        MissingExtraError: pyspark, or a package that it needs, is not installed.
        FeesyncError: there is no Java, or the session cannot begin.
    """
    check_packages()
    home = os.environ.get("JAVA_HOME")
    if not shutil.which("java", path=None if home is None else str(Path(home) / "bin")):
        raise FeesyncError("Spark needs Java 17 or newer, and there is none (java, JAVA_HOME)")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("feesync reprice")
    builder = builder.config("spark.ui.enabled", False)
    if master is not None:
        builder = builder.master(master)
        if master.startswith("local"):
            builder = builder.config("spark.sql.shuffle.partitions", _PARTITIONS)
    with scratch_folder() as folder:
        if master is None or master.startswith("local"):
            builder = builder.config("spark.local.dir", str(folder))
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        try:
            with _no_stderr():
                session = builder.config(_PROGRESS, False).getOrCreate()
        except Exception as error:
            kind = type(error).__name__
            where = "" if master is None else f" with the master {master}"
            raise FeesyncError(f"Spark cannot begin{where} ({kind})") from None
        try:
            yield session
        finally:
            session.stop()


@contextmanager
def _no_stderr() -> Iterator[None]:
    """Give the processes that the block begins a stderr that goes nowhere."""
    sys.stderr.flush()
    own = os.dup(_STDERR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, _STDERR)
        yield
    finally:
        os.dup2(own, _STDERR)
        os.close(nowhere)
        os.close(own)
