"""Worker processes: what they make of chunks, and how they end, whatever happens."""

import os
import signal
import time
from contextlib import closing

import pyarrow
import pytest

from feesync.batch import processes
from feesync.batch.processes import results_of, whole_groups
from feesync.errors import FeesyncError, StoreError

GROUP = pyarrow.schema([("grp", pyarrow.int64())])
RESULT = pyarrow.schema([("grp", pyarrow.int64()), ("process", pyarrow.int64())])


def chunk(*groups):
    return pyarrow.RecordBatch.from_pydict({"grp": groups}, schema=GROUP)


class Double:
    """Doubles the number of a group; at some of them it fails."""

    def __call__(self, columns):
        (number,) = columns["grp"]
        if number == 13:
            raise ValueError("the secret of line 13")
        if number == 14:
            raise StoreError("the database has changed")
        if number == 15:
            os.kill(os.getpid(), signal.SIGKILL)
        return {"grp": [2 * number], "process": [os.getpid()]}


def doubled(numbers, workers=2):
    results = results_of(map(chunk, numbers), Double(), RESULT, workers)
    rows = [row for result in results for row in result.to_pylist()]
    return sorted(row["grp"] for row in rows), {row["process"] for row in rows}


def ended(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_chunks_are_worked_on_by_processes_that_end():
    numbers, pids = doubled(range(12))
    assert numbers == [*range(0, 24, 2)]
    assert os.getpid() not in pids
    assert len(pids) <= 2
    assert all(map(ended, pids))


def test_one_worker_is_this_process():
    assert doubled(range(3), 1) == ([0, 2, 4], {os.getpid()})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "kind", "says"),
    [
        (13, FeesyncError, "lines could not be priced (ValueError)"),
        (14, StoreError, "the database has changed"),
        (15, FeesyncError, "a worker process ended before its lines were priced"),
    ],
)
def test_a_failure_is_one_error_without_data(number, kind, says, monkeypatch):
    begun = []
    make = processes._Worker

    def worker(begin):
        begun.append(make(begin))
        return begun[-1]

    monkeypatch.setattr(processes, "_Worker", worker)
    with pytest.raises(kind, match=says.replace("(", r"\(").replace(")", r"\)")) as caught:
        doubled([1, 2, number, 3])
    assert type(caught.value) is kind
    assert "secret" not in str(caught.value)
    assert [own.process.poll() is None for own in begun] == [False, False]


@pytest.mark.slow
def test_what_is_left_unread_ends_the_processes():
    results = results_of(map(chunk, range(50)), Double(), RESULT, 2)
    with closing(results):
        pid = next(results).to_pylist()[0]["process"]
    assert ended(pid)


@pytest.mark.slow
def test_a_worker_ends_with_the_process_that_began_it():
    read, write = os.pipe()
    child = os.fork()
    if not child:  # pragma: no cover - the process that is killed
        os.close(read)
        results = results_of(map(chunk, range(50)), Double(), RESULT, 2)
        os.write(write, f"{next(results).to_pylist()[0]['process']}\n".encode())
        time.sleep(60)
    os.close(write)
    with os.fdopen(read) as source:
        pid = int(source.readline())
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    until = time.monotonic() + 10
    while not ended(pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert ended(pid)


@pytest.mark.parametrize(
    ("batches", "chunks"),
    [
        ([[1, 1, 2], [2, 3]], [[1, 1], [2, 2], [3]]),
        ([[1, 1], [1, 1], [2]], [[1, 1, 1, 1], [2]]),
        ([[1], [2], [3], [4]], [[1], [2], [3], [4]]),
        ([[1, 2, 3, 4]], [[1, 2, 3], [4]]),
        ([[1]], [[1]]),
        ([], []),
        ([[]], []),
    ],
)
def test_a_group_is_in_one_chunk(batches, chunks):
    found = whole_groups([chunk(*batch) for batch in batches], 2)
    assert [part.column(0).to_pylist() for part in found] == chunks
