"""Change feesync a little, again and again, and see that its tests fail.

    python tests/mutation ROOM [--number 400] [--again] [--report]

Works on a copy of the checkout. What is done stands in .mutation/ROOM.sqlite, a session of
cosmic-ray: the same command goes on where it was stopped, and tries again what is in a module that
has changed since.
"""

import argparse
import hashlib
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from cosmic_ray.mutating import use_mutation
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkItem, WorkResult
from mutants import draw, fingerprint, lines_of
from report import difference, equivalents, report
from rooms import ROOMS, Room
from trial import KILLED, SURVIVED, Reach, run, survey

ROOT = Path(__file__).parents[2]
SESSIONS = ROOT / ".mutation"


def main() -> None:
    """Try the tests of a room."""
    parser = argparse.ArgumentParser(prog="python tests/mutation", description=__doc__)
    parser.add_argument("room", choices=ROOMS)
    parser.add_argument("--number", type=int, default=400, help="how many mutants to draw")
    parser.add_argument("--again", action="store_true", help="try survivors again")
    parser.add_argument("--report", action="store_true", help="only report")
    arguments = parser.parse_args()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    room = ROOMS[arguments.room]
    SESSIONS.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="feesync-mutation-") as temporary,
        use_db(SESSIONS / f"{arguments.room}.sqlite") as db,
    ):
        folder = Path(temporary) / "checkout"
        every = 0
        try:
            if not arguments.report:
                _copy(folder)
            items, every = draw(ROOT, arguments.room, arguments.number)
            if not arguments.report:
                _resume(db, items, again=arguments.again)
                _try(db, folder, arguments.room, room)
        except KeyboardInterrupt:
            print("stopped; the same command goes on from here", file=sys.stderr)
        known = equivalents(ROOT / "docs" / "mutants.md")
        print(report(arguments.room, room.bound, every, db, known))


def _copy(folder: Path) -> None:
    ignored = shutil.ignore_patterns(".*_cache", ".git", ".mutation", ".hypothesis", "dist")
    shutil.copytree(ROOT, folder, ignore=ignored)
    (folder / "home").mkdir()


def _resume(db: WorkDB, items: list[WorkItem], *, again: bool) -> None:
    """Keep the results for what was drawn whose module is as it was."""
    done = dict(db.results)
    db.clear()
    db.add_work_items(items)
    for item in items:
        result = done.get(item.job_id)
        if (
            result
            and result.output == fingerprint(ROOT / item.mutations[0].module_path)
            and not (again and result.test_outcome is TestOutcome.SURVIVED)
        ):
            db.set_result(item.job_id, result)


def _try(db: WorkDB, folder: Path, name: str, room: Room) -> None:
    pending = sorted(db.pending_work_items, key=lambda item: item.job_id)
    if not pending:
        return
    tests = _reach(folder, name, room)
    print(f"{name}: {len(pending)} mutants", file=sys.stderr)
    for number, item in enumerate(pending, start=1):
        start = time.monotonic()
        result = _trial(folder, item, tests)
        db.set_result(item.job_id, result)
        outcome = result.test_outcome or result.worker_outcome
        seconds = time.monotonic() - start
        print(f"{number}/{len(pending)} {outcome.value} {seconds:.1f} s", file=sys.stderr)


def _reach(folder: Path, name: str, room: Room) -> Reach:
    """Return which test runs which line.

    It is found out again for a file of tests that has changed, and for all where feesync or what
    the tests share has.
    """
    shared = hashlib.sha256()
    for path in (
        *sorted((folder / "feesync").rglob("*.py")),
        *sorted((folder / "tests").glob("*")),
    ):
        if path.is_file() and not path.name.startswith("test_"):
            shared.update(path.read_bytes())
    targets = {}
    for test in room.tests:
        file = f"tests/{test}.py"
        state = shared.copy()
        state.update((folder / file).read_bytes())
        targets[file] = SESSIONS / f"{name}-{test}-{state.hexdigest()[:16]}.json"
    for old in {*SESSIONS.glob(f"{name}-*.json")} - {*targets.values()}:
        old.unlink()
    for file, target in targets.items():
        if not target.exists():
            print(f"{name}: which lines {file} runs ...", file=sys.stderr)
            if survey(folder, name, file, target) != SURVIVED:
                sys.exit((folder / "output.txt").read_text() + f"\n{file} fails as it is")
    return Reach.read(targets.values())


def _trial(folder: Path, item: WorkItem, reach: Reach) -> WorkResult:
    """Run the tests on one mutant."""
    (spec,) = item.mutations
    path = folder / spec.module_path
    stat, code = path.stat(), fingerprint(path)
    operator = get_operator(spec.operator_name)()
    with use_mutation(path, operator, spec.occurrence) as (before, after):
        name = spec.module_path.as_posix()
        if after is None or not _is_python(after):
            result = WorkResult(WorkerOutcome.SKIPPED, output=code)
        else:
            tests = reach.tests(name, lines_of(before, spec.start_pos[0]))
            outcomes = (
                run(folder, part, 10 + 5 * round(reach.seconds(part)))
                for part in reach.parts(tests)
                if part
            )
            outcome = KILLED if KILLED in outcomes else SURVIVED
            result = WorkResult(
                WorkerOutcome.NORMAL,
                output=code,
                test_outcome=TestOutcome.SURVIVED if outcome == SURVIVED else TestOutcome.KILLED,
                diff=difference(before, after, name),
            )
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # its bytecode stays in use
    return result


def _is_python(code: str) -> bool:
    try:
        compile(code, "mutant", "exec")
    except SyntaxError:
        return False
    return True


if __name__ == "__main__":
    main()
