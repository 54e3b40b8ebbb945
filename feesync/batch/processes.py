"""Worker processes: chunks of rows go to them, and what they make of each comes back.

A worker is an interpreter of its own, begun anew and not forked: DuckDB has threads. It talks by
its standard input and output, and ends when they close, so that none outlives the process that
began it, however that ends. What works on a chunk is pickled to it once. Out of scope: the work.
"""

from __future__ import annotations

import pickle
import struct
import subprocess
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any

from feesync.errors import FeesyncError, StoreError

if TYPE_CHECKING:
    from pyarrow import RecordBatch, Schema

Work = Callable[[dict[str, list[Any]]], dict[str, list[Any]]]

_LENGTH = struct.Struct(">cQ")
_ROWS, _FAILURE = b"r", b"f"
_WAIT = 5


def results_of(
    chunks: Iterable[RecordBatch], work: Work, schema: Schema, workers: int
) -> Generator[RecordBatch]:
    """Yield what work makes of chunks, in any order.

    Args:
        chunks: columns of rows.
        work: a function of the columns of a chunk; it can be pickled.
        schema: of the columns that it returns.
        workers: how many processes; with one, this process does the work.

    Raises:
        FeesyncError: the work failed, or a process ended. The error says nothing of the rows.
    """
    if workers == 1:
        for chunk in chunks:
            yield _result(chunk, work, schema)
        return
    with ThreadPoolExecutor(workers) as threads, _Workers(workers, work, schema) as crew:
        idle = list(crew.workers)
        busy: dict[Future[RecordBatch], _Worker] = {}
        for chunk in chunks:
            if not idle:
                yield from _first_results(busy, idle)
            worker = idle.pop()
            busy[threads.submit(worker.ask, chunk)] = worker
        while busy:
            yield from _first_results(busy, idle)


def _first_results(
    busy: dict[Future[RecordBatch], _Worker], idle: list[_Worker]
) -> Iterator[RecordBatch]:
    """Yield what the first workers to finish have made, and note that they are idle."""
    for future in wait(busy, return_when=FIRST_COMPLETED).done:
        idle.append(busy.pop(future))
        yield future.result()


def _result(chunk: RecordBatch, work: Work, schema: Schema) -> RecordBatch:
    import pyarrow

    return pyarrow.RecordBatch.from_pydict(work(chunk.to_pydict()), schema=schema)


class _Workers:
    """The context of some workers, which end with it."""

    def __init__(self, number: int, work: Work, schema: Schema) -> None:
        self._begin = pickle.dumps((work, schema))
        self._number = number
        self.workers: list[_Worker] = []

    def __enter__(self) -> _Workers:
        try:
            for _ in range(self._number):
                self.workers.append(_Worker(self._begin))
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.process.wait(_WAIT)


class _Worker:
    """A process that works on one chunk at a time."""

    def __init__(self, begin: bytes) -> None:
        program = (
            f"import sys; sys.path[:] = {sys.path!r}; "
            f"from {__name__} import serve; serve(sys.stdin.buffer, sys.stdout.buffer)"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback may quote the data
            start_new_session=True,  # Ctrl-C is for the process that began it
        )
        self._begin: bytes | None = begin

    def ask(self, chunk: RecordBatch) -> RecordBatch:
        """Return what the process makes of a chunk.

        Raises:
            FeesyncError: it failed, or the process ended.
        """
        process = self.process
        assert process.stdin
        assert process.stdout
        try:
            if self._begin is not None:
                _send(process.stdin, _ROWS, self._begin)
                self._begin = None
            _send(process.stdin, _ROWS, _bytes_of(chunk))
            kind, data = _receive(process.stdout)
        except (OSError, EOFError) as error:
            raise FeesyncError(
                "a worker process ended before its lines were priced; nothing was written"
            ) from error
        if kind == _FAILURE:
            error_kind, text = pickle.loads(data)
            raise _KINDS.get(error_kind, FeesyncError)(text)
        return _chunk_of(data)


_KINDS = {kind.__name__: kind for kind in (FeesyncError, StoreError)}


def serve(source: IO[bytes], target: IO[bytes]) -> None:
    """Work on chunks until there is no more, as a process of its own."""
    try:
        _, begin = _receive(source)
        work, schema = pickle.loads(begin)
        while True:
            _, data = _receive(source)
            try:
                made = _result(_chunk_of(data), work, schema)
            except Exception as error:
                _send(target, _FAILURE, pickle.dumps(_failure(error)))
            else:
                _send(target, _ROWS, _bytes_of(made))
    except (EOFError, OSError):
        return


def _failure(error: Exception) -> tuple[str, str]:
    """Return class and text of an error; of one that may quote a line, only its class."""
    if isinstance(error, StoreError):
        return StoreError.__name__, str(error)
    return FeesyncError.__name__, f"lines could not be priced ({type(error).__name__})"


def _bytes_of(chunk: RecordBatch) -> memoryview:
    import pyarrow

    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, chunk.schema) as writer:
        writer.write_batch(chunk)
    return memoryview(sink.getvalue())


def _chunk_of(data: bytes) -> RecordBatch:
    import pyarrow

    with pyarrow.ipc.open_stream(data) as reader:
        return reader.read_next_batch()


def _send(target: IO[bytes], kind: bytes, data: bytes | memoryview) -> None:
    target.write(_LENGTH.pack(kind, len(data)))
    target.write(data)
    target.flush()


def _receive(source: IO[bytes]) -> tuple[bytes, bytes]:
    kind, length = _LENGTH.unpack(_read(source, _LENGTH.size))
    return kind, _read(source, length)


def _read(source: IO[bytes], length: int) -> bytes:
    data = source.read(length)
    if len(data) < length:
        raise EOFError
    return data


def whole_groups(batches: Iterable[RecordBatch], least: int) -> Iterator[RecordBatch]:
    """Yield rows in chunks that hold their groups whole.

    Args:
        batches: rows, sorted by their first column, the group.
        least: how many rows a chunk has, at least, but for the last one.
    """
    import pyarrow

    def together(parts: list[RecordBatch]) -> RecordBatch:
        return pyarrow.concat_batches(parts) if len(parts) > 1 else parts[0]

    waiting: list[RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(part.num_rows for part in waiting) < least:
            continue
        whole = together(waiting)
        groups = whole.column(0)
        end, last = whole.num_rows - 1, groups[-1]
        while end and groups[end - 1] == last:
            end -= 1
        if end:
            yield whole.slice(0, end)
        waiting = [whole.slice(end)]
    if waiting and sum(part.num_rows for part in waiting):
        yield together(waiting)
