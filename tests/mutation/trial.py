"""The tests of a room run in a fork of this process, which has imported what feesync needs.

Nothing of feesync is imported here: each fork imports the mutant. A test counts for a line that it
runs; those of the mutated line come first.
"""

import contextlib
import functools
import gc
import json
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import accumulate
from pathlib import Path

import coverage
import hypothesis
import pytest

for _name in (
    *("bs4", "click", "filelock", "http.server", "lxml.html", "numpy", "pandas", "pdb", "pyarrow"),
    *("requests", "responses", "sqlite_utils", "tenacity", "xlsxwriter"),
):
    with contextlib.suppress(ImportError):
        __import__(_name)

SURVIVED, KILLED = "survived", "killed"

MOST_SECONDS = 20
"""How long the tests of one mutant may take, on its original under coverage, in seconds of a
processor."""

_FIRST = 60
"""How many tests are tried before all others."""

_WAIT = 20
"""How many times longer a mutant may wait by the clock, as for a lock that nobody opens.

The time in which it is ready and the machine is busy with others does not count.
"""


class Reach:
    """What each test runs: lines by file, and seconds of a processor."""

    def __init__(self, lines: dict[str, dict[str, list[int]]], seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._of_line: dict[tuple[str, int], set[str]] = defaultdict(set)
        self._of_file: dict[str, set[str]] = defaultdict(set)
        for test, files in lines.items():
            for path, numbers in files.items():
                self._of_file[path].add(test)
                for number in numbers:
                    self._of_line[path, number].add(test)

    @classmethod
    def read(cls, paths: Iterable[Path]) -> "Reach":
        """Return what runs under coverage wrote, of one file of tests each."""
        lines: dict[str, dict[str, list[int]]] = {}
        seconds: dict[str, float] = {}
        for path in paths:
            found = json.loads(path.read_text(encoding="utf-8"))
            lines |= found["lines"]
            seconds |= found["seconds"]
        return cls(lines, seconds)

    def tests(self, path: str, lines: Iterable[int]) -> list[str]:
        """Return the tests for lines of a file, the likeliest to fail and the fastest first.

        Those that run one of the lines; where none does, as at the top of a module, all: those that
        run another line of the file before the others. As many as take MOST_SECONDS together.
        """
        of_lines = set().union(*(self._of_line[path, number] for number in lines))
        of_file = self._of_file[path]
        tests = sorted(
            of_lines or self._seconds,
            key=lambda test: (test not in of_file, self._seconds[test], test),
        )
        spent = accumulate(self._seconds[test] for test in tests)
        return [test for test, seconds in zip(tests, spent, strict=True) if seconds <= MOST_SECONDS]

    def parts(self, tests: list[str]) -> list[list[str]]:
        """Return tests in two parts: those of the file that has most of them, and the others.

        Most mutants fail the first, and no other file need be read for them.
        """
        by_file: dict[str, list[str]] = defaultdict(list)
        for test in tests:
            by_file[test.partition("::")[0]].append(test)
        most = max(by_file.values(), key=len)[:_FIRST]
        return [most, [test for test in tests if test not in set(most)]]

    def seconds(self, tests: Iterable[str]) -> float:
        """Return how long tests took, in seconds of a processor."""
        return sum(self._seconds[test] for test in tests)


class _Choice:
    """Keeps the tests that were chosen, in their order."""

    def __init__(self, tests: list[str]) -> None:
        self._rank = {test: number for number, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self._rank),
            key=lambda item: self._rank[item.nodeid],
        )


class _Survey:
    """Notes what each test runs, and how long it takes under coverage.

    What feesync remembers is forgotten between tests, so that each runs what it needs.
    """

    def __init__(self, folder: Path, room: str, target: Path) -> None:
        self._folder, self._target = folder, target
        self._memories: list[functools._lru_cache_wrapper[object]] = []
        self._modules = 0
        self._seconds: dict[str, float] = {}
        self._coverage = coverage.Coverage(
            data_file=None, include=[f"{folder}/feesync/{room}/*"], config_file=False
        )
        self._coverage.start()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterable[None]:
        self._forget()
        self._coverage.switch_context(item.nodeid)
        start = time.process_time()
        result = yield
        self._seconds[item.nodeid] = time.process_time() - start
        self._coverage.switch_context("")
        return result

    def _forget(self) -> None:
        if self._modules != len(sys.modules):
            self._modules = len(sys.modules)
            self._memories = [
                memory
                for memory in gc.get_objects()
                if isinstance(memory, functools._lru_cache_wrapper)
                and memory.__module__.startswith("feesync.")
            ]
        for memory in self._memories:
            memory.cache_clear()

    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()
        data = self._coverage.get_data()
        lines: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for path in data.measured_files():
            name = str(Path(path).relative_to(self._folder))
            for number, tests in data.contexts_by_lineno(path).items():
                for test in tests:
                    if test:
                        lines[test][name].append(number)
        found = {"lines": lines, "seconds": self._seconds}
        self._target.write_text(json.dumps(found), encoding="utf-8")


def survey(folder: Path, room: str, file: str, target: Path) -> str:
    """Run a file of tests on the code as it is: how long each takes, and what each runs."""
    noted = folder / "survey.json"
    outcome = _fork(
        folder,
        lambda: _pytest(folder, [file], [_Survey(folder, room, noted)]),
        3600,
        bytecode=True,
    )
    if outcome == SURVIVED:
        noted.replace(target)
    return outcome


def run(folder: Path, tests: list[str], seconds: int) -> str:
    """Run tests on a mutant until one fails, or until it has used some seconds of a processor."""
    files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
    return _fork(folder, lambda: _pytest(folder, files, [_Choice(tests)]), seconds)


def _pytest(folder: Path, files: list[str], plugins: list[object]) -> int:
    hypothesis.settings.register_profile(
        "mutation",
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("mutation")
    return pytest.main(
        [
            *("-x", "-q", "--no-header", "--tb=line", "-m", "not slow"),
            *("-o", "addopts=--strict-markers --import-mode=importlib"),
            *("-p", "no:cacheprovider", "-p", "no:anyio", "-p", "no:xdist"),
            f"--basetemp={folder}/tmp",
            *files,
        ],
        plugins=plugins,
    )


def _fork(folder: Path, work: Callable[[], int], seconds: int, *, bytecode: bool = False) -> str:
    """Run work in a fork that has the folder's feesync, and return what became of it."""
    gc.collect()
    gc.freeze()  # what was imported here is no garbage of the fork
    child = os.fork()
    if not child:
        status = 70
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            output = os.open(folder / "output.txt", os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.chdir(folder)
            sys.path.insert(0, str(folder))
            # a mutant's bytecode is not written: it may have the original's size and second
            sys.dont_write_bytecode = not bytecode
            os.environ |= {"PYTHONPATH": str(folder), "HOME": str(folder / "home")}
            status = int(work())
        finally:
            os._exit(status)
    waited, pause, status = 0.0, 0.01, None
    try:
        while status is None and waited < seconds * _WAIT:
            time.sleep(pause)
            waited += 0 if _is_ready(child) else pause
            pause = min(pause * 1.2, 0.1)
            ended, found = os.waitpid(child, os.WNOHANG)
            status = found if ended else None
    finally:
        _end_group(child)
        if status is None:
            os.waitpid(child, 0)
    if status is None:
        return KILLED
    code = os.waitstatus_to_exitcode(status)
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:
        raise RuntimeError((folder / "output.txt").read_text())
    return KILLED if code else SURVIVED


def _is_ready(process: int) -> bool:
    """Tell whether a process runs or would, had it a processor; only Linux says so."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "R"
    except OSError:
        return False


def _end_group(leader: int) -> None:
    """End what a fork started and left running."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
