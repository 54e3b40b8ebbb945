"""How the command ends: interrupted, with its output closed or broken off, on a full disk, killed.

One line, the right status.
"""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time

import pytest
import small
from cms_files import VALUES, changed, fixture, rvu25d, zip_of
from everyday import one_in
from soundness import state

from feesync import files as durable
from feesync.files import beside, scratch_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")

DATE = ("--date", "2025-11-03")
FEESYNC = (sys.executable, "-m", "feesync")
SMALL = (sys.executable, small.__file__)
PRINTING = [
    ("estimate", "64493", "--locality", "AL", *DATE),
    ("rates", "64493", *DATE),
    ("rates", "64493", *DATE, "--csv"),
    ("rates", "64493", *DATE, "--json"),
    ("export", "64493", *DATE),
    ("status",),
]


def signals_as_in_a_terminal():
    """SIGINT raises also where a shell has started these tests in the background, ignoring it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def shell(line, *args):
    """Run feesync with what a shell does to its output."""
    return subprocess.run(
        ["sh", "-c", f'"$@" {line}', "sh", *FEESYNC, *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("args", one_in(3, PRINTING), ids=" ".join)
def test_a_closed_output_is_one_line_and_a_failure(loaded, args):
    result = shell(">&-", *args)
    assert (result.returncode, result.stderr) == (1, "feesync: standard output is closed\n")


def test_a_closed_output_is_no_matter_where_nothing_is_printed(loaded, tmp_path):
    result = shell(">&-", "export", "64493", *DATE, "-o", tmp_path / "x.csv")
    assert (result.returncode, result.stderr) == (
        0,
        f"feesync: 110 rates of RVU25D in {tmp_path / 'x.csv'}\n",
    )
    assert (tmp_path / "x.csv").read_text().startswith("release,")


@pytest.mark.parametrize("args", PRINTING[2:5], ids=lambda args: " ".join(args))
def test_a_full_output_is_one_line_and_a_failure(loaded, args):
    result = shell("> /dev/full", *args)
    assert (result.returncode, result.stderr) == (1, "feesync: No space left on device\n")


@pytest.mark.parametrize("args", [("export", *DATE), ("rates", "64493", *DATE, "--csv")])
def test_a_reader_that_has_read_enough_is_no_noise(loaded, args):
    result = shell("| head -n 1", *args)
    assert (result.stdout.count("\n"), result.stderr) == (1, "")


@pytest.mark.parametrize(
    ("limit", "args"),
    [
        (40_000, ("export", *DATE, "-o", "x.csv")),
        *(
            pytest.param(limit, args, marks=pytest.mark.slow)
            for limit, args in (
                (40_000, ("export", *DATE, "-o", "x.db")),
                (40_000, ("export", *DATE, "-o", "x.parquet")),
                (40_000, ("rates", "64490-99499", *DATE, "--xlsx", "x.xlsx")),
                (33_000, ("history", "64493", "--locality", "AL", "--plot", "x.svg")),
            )
        ),
        (60_000, ("--db", "new.db", "import", "rvu25d.zip")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_full_disk_is_one_line_and_leaves_nothing(loaded, tmp_path, limit, args):
    folder = tmp_path / "full"
    folder.mkdir()
    (folder / "rvu25d.zip").write_bytes(zip_of(rvu25d()))
    # Python 3.11 leaves cut bytecode behind where a file may not grow, and trips over it later
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(
        [*SMALL, *args], capture_output=True, text=True, check=False, cwd=folder, env=environment,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    assert (result.returncode, result.stderr.count("\n"), result.stderr[:9]) == (1, 1, "feesync: ")
    assert {path.name for path in folder.iterdir()} - {
        "rvu25d.zip",
        "new.db",
        "new.db-wal",
        "new.db-shm",
    } == set()


INTERRUPTED_IMPORT = """
import os, runpy, signal, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
sys.argv = ["feesync", *{args!r}]
runpy.run_module("feesync", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    "module",
    [
        "feesync.cli",
        "click",
        "feesync.cli.commands.estimate",
        "feesync.pricing",
        "sqlite3",
        "feesync.claims.estimator",
    ],
)
def test_interrupted_while_it_is_imported(loaded, module):
    script = INTERRUPTED_IMPORT.format(module=module, args=PRINTING[0])
    result = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=signals_as_in_a_terminal,
    )
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "feesync: interrupted\n")


@pytest.mark.slow
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_an_import_that_is_interrupted_is_undone_or_done(loaded, tmp_path, by):
    path = tmp_path / "rvu25d.zip"
    path.write_bytes(zip_of(rvu25d(values=changed(fixture(VALUES), "64493", 22, "1"))))
    before = state(loaded)
    trial = loaded.with_name("trial.db")
    shutil.copy(loaded, trial)
    started = time.monotonic()
    subprocess.run([*SMALL, "--db", trial, "import", path], check=True, capture_output=True)
    whole, after = time.monotonic() - started, state(trial)
    ends = set()
    for point in range(8):
        process = subprocess.Popen(
            [*SMALL, "--db", loaded, "import", path],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=signals_as_in_a_terminal,
        )
        time.sleep(whole * (0.3 + 0.7 * point / 8))
        process.send_signal(by)
        _, stderr = process.communicate()
        ends.add((process.returncode, stderr))
        assert state(loaded) in (before, after)
    interpreter = {
        end for end in ends if end[0] == -by or "small.py" in end[1]
    }  # it had not come to feesync yet
    assert {end for end in ends - interpreter if end[0]} <= {(130, "feesync: interrupted\n")}
    assert ends - interpreter


LEFT_BY_A_KILLED_PROCESS = """
import os, sys
from pathlib import Path
from feesync.files import beside, scratch_folder
with beside(Path(sys.argv[1])) as own, scratch_folder() as folder:
    own.write_text("half")
    (folder / "sheet").write_text("half")
    print("written", flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_process_left_is_removed_by_the_next_and_what_a_live_one_writes_is_not(
    tmp_path, monkeypatch
):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    command = [sys.executable, "-c", LEFT_BY_A_KILLED_PROCESS, str(tmp_path / "x.csv")]
    (tmp_path / "mine.tmp").write_text("mine")
    killed, live = (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    )
    for process in (killed, live):
        assert process.stdout.readline() == "written\n"
    left = sorted(tmp_path.glob("x.csv.*"))
    assert len(left) == 2
    assert len(list(scratch.iterdir())) == 2
    killed.kill()
    killed.wait()
    with beside(tmp_path / "y.csv") as own, scratch_folder():
        own.write_text("whole")
        assert len(list(tmp_path.glob("x.csv.*"))) == 1
        assert len(list(scratch.iterdir())) == 2  # that of the live one, and this
    live.communicate("")
    assert live.returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "mine.tmp",
        "scratch",
        "x.csv",
        "y.csv",
    ]
    assert list(scratch.iterdir()) == []


def test_without_locks_nothing_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(durable, "fcntl", None)
    other = tmp_path / f"x.csv.0123{durable._SUFFIX}"
    other.write_text("half")
    with beside(tmp_path / "x.csv") as own:
        own.write_text("whole")
    assert (other.read_text(), (tmp_path / "x.csv").read_text()) == ("half", "whole")
