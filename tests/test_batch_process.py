"""`feesync reprice` as a process: killed or interrupted at any moment, it leaves nothing behind."""

import os
import pty
import random
import signal
import subprocess
import sys
import time

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL, no terminal"),
]
COLUMNS = "claim_id,line,date,hcpcs,modifiers,locality,pos,charge,note\n"


def claims_of(count):
    """A file of claims of two lines, and one that the engine's own reader refuses."""
    draw = random.Random(1)
    return COLUMNS + "".join(
        f"SECRET{n // 2},{n % 2 + 1},2025-{n % 12 + 1:02}-03,"
        f"{draw.choice(('64493', '64494', '64635'))},"
        f'{draw.choice(("", "50", "LT", "RT"))},AL,11,{n % 900}.50,"a, {n}"\n'
        for n in range(count)
    )


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with claims, and one for temporary files."""
    (tmp_path / "claims.csv").write_text(claims_of(60_000))
    (tmp_path / "ragged.csv").write_text(claims_of(20_000) + "1,2\n")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    return tmp_path


def begin(folder, *options, name="claims.csv", **streams):
    command = [sys.executable, "-m", "feesync", "reprice", name, "-o", "out.csv", *options]
    return subprocess.Popen(command, cwd=folder, **streams)


def left(folder):
    """What a run may leave: all but claims and answers, and the processes of a killed one."""
    return [
        path
        for path in (*folder.glob("*"), *(folder / "temporary").glob("*"))
        if path.suffix != ".csv" and path.name != "temporary"
    ]


@pytest.mark.parametrize(("name", "moments"), [("claims.csv", 20), ("ragged.csv", 6)])
def test_killed_at_any_moment_it_leaves_no_part_of_an_answer(folder, name, moments):
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = time.monotonic()
    assert begin(folder, name=name, **quiet).wait() == 0
    whole = time.monotonic() - started
    answer = (folder / "out.csv").read_bytes()
    (folder / "out.csv").unlink()
    assert left(folder) == []
    draw, killed = random.Random(3), 0
    for _ in range(3 * moments):
        process, started = begin(folder, name=name, **quiet), time.monotonic()
        try:
            assert process.wait(draw.uniform(0.2, 0.95) * whole) == 0
            whole = min(whole, time.monotonic() - started)
        except subprocess.TimeoutExpired:
            process.kill()
            killed += process.wait() == -signal.SIGKILL
        if (folder / "out.csv").exists():  # killed after it was written
            assert (folder / "out.csv").read_bytes() == answer
            (folder / "out.csv").unlink()
        if killed == moments:
            break
    assert killed == moments
    process = begin(folder, name=name, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _, error = process.communicate()
    assert (process.returncode, b"Traceback" in error) == (0, False)
    assert (folder / "out.csv").read_bytes() == answer
    assert left(folder) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_ends_with_130_and_one_line(folder, how):
    (folder / "claims.csv").write_text(claims_of(800_000))  # some seconds more than the waits
    for wait in (2, 3, 4):
        process = begin(folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(wait)
        process.send_signal(how)
        started = time.monotonic()
        output, error = process.communicate()
        ended = process.returncode in (0, -how) and output  # -how: while Python itself ends
        if not ended:
            assert (process.returncode, output) == (130, b"")
            assert error == b"feesync: interrupted\n"
            assert time.monotonic() - started < 20
            assert not (folder / "out.csv").exists()
            assert left(folder) == []
        else:
            (folder / "out.csv").unlink()


def test_on_a_terminal_it_shows_how_far_it_is(folder):
    main, other = pty.openpty()
    process = begin(folder, stdout=subprocess.PIPE, stderr=other)
    os.close(other)
    shown = b""
    while True:
        try:
            part = os.read(main, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(main)
    output, _ = process.communicate()
    assert process.returncode == 0
    lines = [line.decode() for line in shown.split(b"\r\x1b[K")]
    assert any(line.startswith("feesync: reading") for line in lines)
    assert any(line.startswith("feesync: pricing 60,000 lines") for line in lines)
    assert any(line.startswith("feesync: writing out.csv") for line in lines)
    assert lines[-1].startswith("feesync: 60,000 lines in out.csv\r\n")
    assert b"SECRET" not in shown + output
    assert output.startswith(b"60,000 lines, by claim\n")
