"""A run from files of claims to a file of answers: what it is to do, checked, and the doing of it.

Out of scope: the function and the command that ask for it (reprice, cli), and the plan (plan).
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from feesync.batch.repricing import Repricing
from feesync.batch.request import Request
from feesync.claims.header import read_header
from feesync.claims.rates import day_of_rates
from feesync.errors import Hint, HintKind, InvalidInputError, MissingExtraError, one_line
from feesync.files import matching, scratch_folder
from feesync.model import reading
from feesync.paths import database_path, file_path
from feesync.pricing.line import Contract
from feesync.schedule.threads import open_schedule
from feesync.store import columnar

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_T = TypeVar("_T")
_MEMORY = re.compile(r"[1-9][0-9]{0,4} ?[MG]i?B", re.IGNORECASE)
_MOST_WORKERS = 256
_LONGEST_NAME = 200
_TICK = 0.1
"""Seconds between two looks at how far a stage is."""

Stages = deque[str]
"""The stages that a run has begun and that are not told yet, with the one that was told last."""

Progress = Callable[[str, float | None], None]
"""Is told again and again the stage of a run, and how much of it is done, from 0 to 1, where that
is known."""


class Group(StrEnum):
    """Which lines are priced together; of other days or kinds of practitioners, none ever are."""

    CLAIM = "claim"
    PATIENT = "patient"
    TIN = "tin"
    LINE = "line"


_COLUMN_OF = {Group.PATIENT: "patient", Group.TIN: "tin"}
"""The columns that groups need; without `claim_id`, each line is a claim."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a run is to do, checked.

    Attributes:
        files: the files of claims, each with its name for errors; empty where there is a frame.
        frame: what has an Arrow stream; None where there are files.
        mapping: their names of columns to ours.
        output: the file to write; None for none.
        force: whether an existing file is replaced.
        request: what is asked, without the columns.
        workers: how many processes price lines together, and threads the rest.
        memory: the most that DuckDB may take, such as `1GB`.
    """

    files: tuple[tuple[Path, str], ...]
    frame: Any
    mapping: Mapping[str, str]
    output: Path | None
    force: bool
    request: Request
    workers: int
    memory: str

    def run(self, progress: Progress | None = None) -> Repricing:
        """Read the claims, price them, and write the rows.

        Args:
            progress: is told how far the run is.

        Raises:
            InvalidInputError: a file cannot be read, or lacks a column that is needed.
            MissingExtraError: a package that reads it is not installed.
            StoreError: the database cannot be read.
            OSError: the file cannot be written; an old one stays.
        """
        if not columnar.is_installed():
            raise MissingExtraError("pricing files of claims", "batch")
        from feesync.batch.duckdb_engine import DuckDB

        with scratch_folder() as folder:
            engine = DuckDB(folder, self.memory, self.workers)
            try:
                stages: Stages = deque()
                work = partial(self._quietly, engine, stages)
                return _watched(engine.connection, work, stages, progress)
            finally:
                engine.close()

    def _quietly(self, engine: Any, stages: Stages) -> Repricing:  # noqa: ANN401 - of DuckDB
        from feesync.batch.engine_errors import without_cells

        with without_cells():
            return self._price(engine, stages)

    def _price(self, engine: Any, stages: Stages) -> Repricing:  # noqa: ANN401 - of DuckDB
        from feesync.batch import intake, output, plan, summary
        from feesync.batch.together import price

        connection, request = engine.connection, self.request
        given = {name for name in ("date", "locality") if getattr(request, name) is not None}
        stages.append("reading")
        if self.frame is None:
            found = intake.read_files(connection, self.files, self.mapping, given)
        else:
            found = intake.read_frame(connection, self.frame, self.mapping, given)
        check_group(request, found.columns.meanings)
        names = output.answer_names(found.columns)
        stages.append(f"pricing {found.rows:,} lines")
        asked = replace(request, columns=found.columns_of())
        run = plan.run(engine, asked, partial(price, workers=self.workers), flaws=True)
        if self.output is None:
            table = output.arrow_table(engine, found.columns, names)
            return summary.summarize(run, found, None, table)
        stages.append(f"writing {self.output.name}")
        releases = [release for _, release in run.found.answers]
        repricing = summary.summarize(run, found, self.output)
        engine.drop("line_fact")  # writing needs the memory
        output.write(engine, found.columns, names, self.output, releases, force=self.force)
        return repricing


def check_group(request: Request, meanings: Mapping[str, object]) -> None:
    """Refuse to group by a column that the claims lack."""
    needed = _COLUMN_OF.get(Group(request.group))
    if needed and needed not in meanings:
        raise InvalidInputError(
            f"the claims have no column {needed}, by which lines are to be grouped",
            hint=Hint(HintKind.MAP_COLUMN, meaning=needed),
        )


def _watched(
    connection: DuckDBPyConnection,
    work: Callable[[], _T],
    stages: Stages,
    progress: Progress | None,
) -> _T:
    """Do the work in a thread, so that an interrupt ends it soon, and tell how far it is.

    DuckDB itself looks for interrupts between statements only.
    """
    results: list[_T] = []
    errors: list[BaseException] = []
    done = Event()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # the thread's; it is raised below
            errors.append(error)
        finally:
            done.set()

    if progress is not None:
        connection.execute("SET enable_progress_bar = true")
        connection.execute("SET enable_progress_bar_print = false")
    Thread(target=run, daemon=True).start()
    try:
        while True:
            ended = done.wait(_TICK)
            if progress is not None:
                _tell(progress, stages, connection)
            if ended:
                break
    except BaseException:
        while not done.is_set():
            with suppress(KeyboardInterrupt):  # it has been heard
                connection.interrupt()
                done.wait(_TICK)
        raise
    if errors:
        raise errors[0]
    return results[0]


def _tell(progress: Progress, stages: Stages, connection: DuckDBPyConnection) -> None:
    """Tell how far the last stage is, and of those before it, however short, that they were."""
    while len(stages) > 1:
        progress(stages.popleft(), None)
    if stages:
        percent = connection.query_progress()
        progress(stages[0], percent / 100 if percent >= 0 else None)


def read_job(
    claims: Any,  # noqa: ANN401 - of any library
    output: str | os.PathLike[str] | None,
    *,
    columns: Mapping[str, str] | None,
    group: str,
    workers: int | None,
    memory: str | None,
    force: bool,
    db: str | os.PathLike[str] | None,
    **terms: Any,  # noqa: ANN401 - as the fields of Request
) -> Job:
    """Return what a run is to do; the arguments are those of `reprice`.

    Raises:
        InvalidInputError: an argument cannot be read, or the file to write must not be written.
        LocalityError: the place is unknown or ambiguous.
        StoreError: the database cannot be read.
    """
    files, frame = _claims(claims)
    force = reading.flag("force", force)
    path = None if output is None else file_path(output)
    if path is not None:
        from feesync.batch import output as answers

        answers.check(path, [file for file, _ in files], database_path(db), force=force)
    elif force:
        raise InvalidInputError("force goes with output")
    return Job(
        files,
        frame,
        read_mapping(columns),
        path,
        force,
        read_request(group=group, db=db, **terms),
        _workers(workers),
        _memory(memory),
    )


def column_pair(text: str) -> tuple[str, str] | None:
    """Return the column and the meaning of a text such as `svc_dt=date`; None of another form."""
    theirs, equals, ours = text.rpartition("=")
    return (theirs.strip(), ours.strip()) if equals and theirs.strip() and ours.strip() else None


def read_request(*, group: str, db: str | os.PathLike[str] | None, **terms: Any) -> Request:  # noqa: ANN401
    """Return what is asked of a run, without its columns; the arguments are those of `reprice`.

    Raises:
        InvalidInputError: an argument cannot be read.
        LocalityError: the place is unknown or ambiguous.
        NoReleaseError: no release of a contract's year is loaded.
        StoreError: the database cannot be read.
    """
    try:
        own_group = Group(reading.text("group", group).lower())
    except ValueError:
        raise InvalidInputError(
            f"group {reading.excerpt(group)} is none of {', '.join(Group)}"
        ) from None
    contract = _check_terms(db, terms)
    own = {name: value for name, value in terms.items() if name not in _OF_CONTRACT}
    return Request({}, group=own_group.value, contract=contract, db=db, **own)


_OF_CONTRACT = ("percent", "of_year", "conversion_factor")


def _check_terms(db: str | os.PathLike[str] | None, terms: Mapping[str, Any]) -> Contract | None:
    """Refuse, before anything is read, what cannot hold for any line; return the contract."""
    place = terms["locality"]
    header = read_header(**{**terms, "locality": "national" if place is None else place})
    contract = header.terms.contract
    if place is not None or contract:
        schedule = open_schedule(db)
        day = day_of_rates(contract, schedule, header.day)
        if place is not None:
            schedule.nearest_locality(header.locality, day)
    return contract


def _claims(claims: Any) -> tuple[tuple[tuple[Path, str], ...], Any]:  # noqa: ANN401
    """Return the files of the claims, each once; or what has an Arrow stream."""
    if hasattr(claims, "__arrow_c_stream__"):
        return (), claims
    if hasattr(claims, "collect"):  # of polars; it cannot be iterated over, and says that it can
        raise InvalidInputError(f"a {type(claims).__name__} has no rows yet: give its collect()")
    several = not isinstance(claims, str | os.PathLike)
    given = reading.sequence("claims", claims, "claims.csv") if several else (claims,)
    paths: list[Path] = []
    for each in given:
        paths += matching(file_path(each))
    if not paths:
        raise InvalidInputError("claims names no file")
    there: dict[tuple[int, int], Path] = {}
    for path in paths:
        with suppress(OSError):
            state = path.stat()
            if there.setdefault((state.st_dev, state.st_ino), path) is not path:
                raise InvalidInputError(f"{path} is named twice")
    return tuple((path, one_line(str(path), _LONGEST_NAME)) for path in paths), None


def read_mapping(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return the names of columns that the caller maps, with ours.

    Raises:
        InvalidInputError: they are no texts.
    """
    if columns is None:
        return {}
    if not isinstance(columns, Mapping):
        raise InvalidInputError(
            "columns maps names of the file to names of feesync, such as {'svc_dt': 'date'}"
        )
    return {
        reading.text("columns", theirs): reading.text("columns", ours)
        for theirs, ours in columns.items()
    }


def _workers(workers: int | None) -> int:
    if workers is None:
        return min(len(os.sched_getaffinity(0)) if _HAS_AFFINITY else os.cpu_count() or 1, 8)
    return reading.whole("workers", workers, 1, _MOST_WORKERS)


_HAS_AFFINITY = hasattr(os, "sched_getaffinity")


def _memory(memory: str | None) -> str:
    if memory is None:
        return columnar.MEMORY
    text = reading.text("memory", memory)
    if not _MEMORY.fullmatch(text):
        raise InvalidInputError(f"memory {reading.excerpt(memory)} is no size such as 1GB or 500MB")
    return text
