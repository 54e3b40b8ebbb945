"""The Dockerfile: what it copies is there and is enough, and what it runs exists."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from zipfile import ZipFile

import pytest
from starlette.testclient import TestClient

from feesync import paths
from feesync.cli import cli
from feesync.cli.hints import error_text
from feesync.web.app import application

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
LINES = [line.split(maxsplit=1) for line in TEXT.splitlines() if line and line[0] != "#"]


def of(instruction):
    """What follows an instruction of the last image, each time that it stands there."""
    last = max(at for at, line in enumerate(LINES) if line[0] == "FROM")
    return [text for name, text in LINES[last:] if name == instruction]


def copied():
    """The files and folders that are copied from the checkout."""
    found = [text.split()[:-1] for name, text in LINES if name == "COPY" and "--from" not in text]
    return [path for line in found for path in line]


def test_what_it_copies_is_there_and_is_sent_to_the_builder():
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert lines[1] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == {*copied()}
    assert all((ROOT / path).exists() for path in copied())
    left_out = [line.removeprefix("**/") for line in lines[1:] if line[0] not in "!*"]
    assert not any(fnmatch(path, pattern) for path in copied() for pattern in left_out)


@pytest.mark.slow
def test_what_it_copies_is_enough_for_an_installation(tmp_path):
    ignore = shutil.ignore_patterns("__pycache__", "*.db")
    for path in copied():
        if (ROOT / path).is_dir():
            shutil.copytree(ROOT / path, tmp_path / path, ignore=ignore)
        else:
            shutil.copy(ROOT / path, tmp_path)
    line = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"]
    subprocess.run(line, cwd=tmp_path, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").iterdir()
    names = ZipFile(wheel).namelist()
    assert any(name.endswith(".db") for name in names)
    assert "feesync/store/views.sql" in names


def test_what_it_installs_are_extras():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (asked,) = re.findall(r"'\.\[(.*?)\]'", TEXT)
    assert {*asked.split(",")} <= {*extras["optional-dependencies"]}
    assert "web" in asked.split(",")


def test_what_it_runs_is_a_command():
    (entry,), (command,) = of("ENTRYPOINT"), of("CMD")
    assert json.loads(entry) == ["feesync"]
    name, *options = json.loads(command)
    assert options == ["--host", "0.0.0.0"]
    context = cli.get_command(None, name).make_context(name, options)
    assert of("EXPOSE") == [str(context.params["port"])]


def test_it_is_not_run_as_root_and_keeps_what_it_has_in_a_volume():
    (user,) = of("USER")
    assert int(user) > 0
    (run,) = of("RUN")
    assert f"--uid {user}" in run
    assert "--owner feesync /data" in run
    assert of("VOLUME") == ["/data"]
    (text,) = of("ENV")
    variables = dict(item.split("=", 1) for item in text.split())
    assert variables.pop("PATH").startswith("/opt/feesync/bin:")
    assert {*variables} == {
        paths.DATABASE_VARIABLE, paths.CACHE_VARIABLE, "XDG_CONFIG_HOME",
    }  # fmt: skip
    assert all(path.startswith("/data/") for path in variables.values())


def test_its_health_is_that_of_the_page(monkeypatch, loaded):
    (check,) = of("HEALTHCHECK")
    _, _, code = json.loads(check.partition("CMD ")[2])
    answered = []

    def opened(url, timeout):
        client = TestClient(application(loaded, error_text=error_text, numbers=True))
        answered.append(client.get(url).raise_for_status().status_code)

    monkeypatch.setattr("urllib.request.urlopen", opened)
    exec(code)
    assert answered == [200]
