"""An import that is killed at any moment leaves what was loaded, and the next one succeeds."""

import shutil
import signal
import subprocess
import sys
import time
from decimal import Decimal

import pytest
import small
from cms_files import VALUES, changed, fixture, rvu25d, zip_of
from soundness import state

from feesync import estimate

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")


def kill_at_many_moments(database, zip_path, points):
    """Import a zip again and again into a database that has another.

    Kill each run at a later moment.
    """
    command = [sys.executable, small.__file__, "--db", str(database), "import", str(zip_path)]
    before = state(database)
    trial = database.with_name("trial.db")
    shutil.copy(database, trial)
    started = time.monotonic()
    subprocess.run([*command[:3], str(trial), *command[4:]], check=True, capture_output=True)
    whole = time.monotonic() - started
    after = state(trial)
    assert len(after[0]) == len(before[0]) + 1

    killed = 0
    for point in range(points):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(whole * (point + 1) / (points + 1))
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        found = state(database)
        assert found in (before, after)
        if found == after:
            break
    assert killed >= points // 3
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (finished.returncode, "Traceback" in finished.stderr) == (0, False)
    assert state(database) == after


@pytest.mark.slow
def test_killing_a_revision(loaded, tmp_path):
    path = tmp_path / "rvu25d.zip"
    path.write_bytes(zip_of(rvu25d(values=changed(fixture(VALUES), "64493", 22, "1"))))
    kill_at_many_moments(loaded, path, 12)


def test_killing_a_full_release(cms, database, feesync):
    assert feesync("import", cms / "releases/rvu25a.zip").exit_code == 0
    kill_at_many_moments(database, cms / "releases/rvu25d.zip", 24)


@pytest.mark.slow
def test_killing_the_first_import_leaves_the_snapshot_answering(database, tmp_path):
    path = tmp_path / "rvu25d.zip"
    path.write_bytes(zip_of(rvu25d()))
    command = [sys.executable, small.__file__, "--db", str(database), "import", str(path)]
    started = time.monotonic()
    subprocess.run(
        [*command[:3], str(tmp_path / "trial.db"), *command[4:]], check=True, capture_output=True
    )
    whole = time.monotonic() - started
    for point in range(12):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(whole * (0.45 + 0.5 * point / 12))
        process.kill()
        process.wait()
        assert estimate("64493", locality="national", date="2025-11-03").fee == Decimal("172.08")
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (finished.returncode, "Traceback" in finished.stderr) == (0, False)
    assert state(database)[0] == [("RVU25D", 80)]
