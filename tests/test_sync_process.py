"""Refreshes as processes of their own.

Killed, two at once, on full and read-only disks, with a reader all the while.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from decimal import Decimal

import pytest
import small
from cms_files import quarter, repriced
from fake_cms import LISTING, REPOSTED, slowly
from soundness import state

from feesync import estimate

pytestmark = pytest.mark.slow
DEARER = quarter("C", values=repriced("64493", "3.74", "5.42"))
COMMAND = [sys.executable, small.__file__, "sync", "--year", "2025"]


def run(*options, **environment):
    return subprocess.run(
        [*COMMAND, *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.fixture
def filled(server, database):
    """A database with RVU25C; the server offers a revision of it and RVU25D, both slowly."""
    server.offer("RVU25C", quarter("C"))
    assert run("--quiet").returncode == 0
    server.offer("RVU25C", DEARER, last_modified=REPOSTED)
    server.offer("RVU25D", quarter("D"))
    for release in server.releases.values():
        server.faults[release.path] = slowly(release, 8, 0.03)
    return database


@contextmanager
def reading(database, allowed):
    """Ask for a rate again and again; every answer must be an allowed one."""
    answers: list[Decimal | Exception | None] = []
    stop = threading.Event()

    def ask():
        while not stop.wait(0.002):
            try:
                answers.append(
                    estimate("64493", locality="national", date="2025-08-01", db=database).fee
                )
            except Exception as error:  # whatever it is, it is a finding
                answers.append(error)
                return

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert answers
    assert set(answers) <= set(allowed)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_killed_at_twenty_moments(server, filled, cache, tmp_path):
    saved = tmp_path / "saved"
    shutil.copytree(
        tmp_path, saved, ignore=lambda folder, names: [name for name in names if name == "saved"]
    )
    faults = dict(server.faults)
    before = state(filled)

    def restore():
        for path in tmp_path.iterdir():
            if path.name != "saved":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(saved, tmp_path, dirs_exist_ok=True)

    started = time.monotonic()
    assert run().returncode == 0
    whole = time.monotonic() - started
    after = state(filled)
    assert len(after[0]) == len(before[0]) + 2

    killed = 0
    for point in range(20):
        restore()
        server.faults.update(faults)
        process = subprocess.Popen(COMMAND, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with reading(filled, [Decimal("172.08"), Decimal("175.32")]):
            time.sleep(whole * (point + 1) / 21)
            process.kill()
            killed += process.wait() == -signal.SIGKILL
        found = state(filled)
        assert found[0] in (before[0], after[0][:2], after[0])
        server.faults.clear()
        finished = run("--json")
        assert finished.returncode == 0, finished.stderr
        assert {release["outcome"] for release in json.loads(finished.stdout)["releases"]} <= {
            "new",
            "revision",
            "unchanged",
        }
        assert state(filled)[0] == after[0]
        left = {path.name.rpartition(".")[2] for path in cache.iterdir()}
        assert left <= {"zip", "json", "lock"}
        assert not list(cache.glob("*.part*"))
    assert killed >= 15


def test_two_runs_at_once(server, filled):
    def late(handler):
        time.sleep(1.5)
        handler.page(handler.cms.listing())

    server.faults[LISTING] = late
    first = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while (
        not server.asked[-1:] or server.asked[-1][0] != LISTING or server.asked[-1][2] is not None
    ):
        time.sleep(0.01)
    second = run()
    assert (second.returncode, second.stdout) == (5, "")
    assert second.stderr.startswith("feesync: another refresh is running (it holds ")
    waited = run("--wait", "30")
    assert waited.returncode == 0
    assert waited.stdout == "nothing new: RVU25C, RVU25D as CMS has them\n"
    out, _ = first.communicate()
    assert first.returncode == 0
    assert "RVU25D" in out


@contextmanager
def small_disk(folder, size):
    """A tmpfs of a size in KiB, mounted over a folder; only root can."""
    folder.mkdir(exist_ok=True)
    made = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    if not made or made.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def remount(folder, how):
    subprocess.run(["mount", "-o", f"remount,{how}", folder], check=True)


def test_a_full_cache(server, filled, tmp_path):
    before = state(filled)
    with small_disk(tmp_path / "disk", 8) as disk:
        full = run(FEESYNC_CACHE=str(disk))
        assert full.returncode == 1
        assert (
            full.stderr.splitlines()[0]
            == f"feesync: RVU25C: {disk} cannot be written: No space left on device"
        )
        assert not list(disk.glob("*.part*"))
        assert state(filled) == before
        remount(disk, "size=10m")
        server.faults.clear()
        assert run(FEESYNC_CACHE=str(disk)).returncode == 0


def test_a_read_only_cache(filled, tmp_path):
    before = state(filled)
    with small_disk(tmp_path / "disk", 100) as disk:
        remount(disk, "ro")
        refused = run(FEESYNC_CACHE=str(disk))
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr == (
            f"feesync: the cache {disk} cannot be used: Read-only file system; FEESYNC_CACHE names "
            "another\n"
        )
    assert state(filled) == before
    assert run().returncode == 0


def test_a_full_disk_under_the_database(server, filled, tmp_path):
    before = state(filled)
    with small_disk(tmp_path / "disk", filled.stat().st_size // 1024 + 60) as disk:
        database = disk / "feesync.db"
        shutil.copy(filled, database)
        full = run(FEESYNC_DB=str(database))
        assert full.returncode == 1
        assert f"{database} cannot be used: database or disk is full" in full.stderr
        assert state(database) == before
        assert estimate(
            "64493", locality="national", date="2025-08-01", db=database
        ).fee == Decimal("172.08")
        remount(disk, "size=10m")
        server.faults.clear()
        assert run(FEESYNC_DB=str(database)).returncode == 0
        assert len(state(database)[0]) == 3


def test_a_read_only_database(server, filled, tmp_path):
    with small_disk(tmp_path / "disk", 4000) as disk:
        database = disk / "feesync.db"
        shutil.copy(filled, database)
        remount(disk, "ro")
        refused = run(FEESYNC_DB=str(database))
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
        assert f"{database}" in refused.stderr
        assert estimate(
            "64493", locality="national", date="2025-08-01", db=database
        ).fee == Decimal("172.08")
        remount(disk, "rw")
        assert run(FEESYNC_DB=str(database)).returncode == 0


def test_interrupted_by_hand(server, filled):
    """While it waits for a zip that CMS does not send."""
    asked, ended = threading.Event(), threading.Event()

    def hold(handler):
        asked.set()
        ended.wait(60)
        handler.close_connection = True

    path = server.releases["RVU25D"].path
    server.faults[path] = hold
    process = subprocess.Popen(
        COMMAND,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert asked.wait(60)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    ended.set()
    assert (process.returncode, errors) == (130, "feesync: interrupted\n")
    del server.faults[path]
    assert run().returncode == 0
