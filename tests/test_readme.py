"""What README.md and docs/ print is what happens."""

import doctest
import os
import re
import shlex
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from documents import ROOT, blocks, documents, examples, name, prose

from feesync.cli import cli

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE, RELEASES = examples("console"), examples("text")
RELEASES_LOADED = ("rvu25a", "rvu25c", "rvu25d")


def identity(example):
    return f"{Path(example[0]).stem}: {example[1][:50]}"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the files that the documents write out, where the commands run."""
    folder = tmp_path / "folder"
    folder.mkdir()
    for block in blocks("csv", "json"):
        if block.file:
            (folder / block.file).write_text(block.text)
    shutil.copytree(ROOT / "docs/samples", folder, dirs_exist_ok=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def releases(of_releases):
    """A database with the releases that the documents' examples stand on."""
    return of_releases(*RELEASES_LOADED)


@pytest.mark.parametrize(("document", "command", "output"), CONSOLE, ids=map(identity, CONSOLE))
def test_commands_print_what_stands_below_them(feesync, folder, document, command, output):
    line, with_status, _ = command.partition("; echo $?")
    result = feesync(*shlex.split(line))
    if with_status:
        assert f"{result.stdout}{result.stderr}{result.exit_code}\n" == output
    else:
        assert (result.exit_code, result.stdout, result.stderr) == (0, output, "")


@pytest.mark.cms_files
@pytest.mark.slow
@pytest.mark.parametrize(
    ("document", "command", "output"),
    [example for example in RELEASES if not example[1].startswith("sync ")],
    ids=lambda value: value[:30] if isinstance(value, str) else None,
)
def test_what_releases_answer(
    releases, cms, feesync, folder, monkeypatch, document, command, output
):
    monkeypatch.setenv("FEESYNC_DB", str(releases))
    shutil.copy(cms / "payments/PFREV25C.txt", folder)
    result = feesync(*shlex.split(command))
    assert (result.exit_code, result.stdout, result.stderr) == (0, output, "")


@pytest.mark.cms_files
@pytest.mark.slow
def test_what_a_refresh_prints(cms, server, november, feesync):
    ((_, command, output),) = [one for one in RELEASES if one[1].startswith("sync ")]
    server.offer("RVU25D", (cms / "releases/rvu25d.zip").read_bytes())
    assert feesync("sync").exit_code == 0
    server.offer("RVU26C", (cms / "releases/rvu26c.zip").read_bytes())
    result = feesync(*shlex.split(command))
    assert (result.exit_code, result.stdout, result.stderr) == (0, output, "")


def test_there_are_examples_in_every_guide():
    of = {document for document, *_ in CONSOLE}
    guides = {f"docs/guides/{who}.md" for who in ("biller", "analyst", "engineer")}
    assert of >= {"README.md", *guides}
    assert "docs/guides/operator.md" in {document for document, *_ in RELEASES}
    assert len(CONSOLE) >= 20


COMMANDS = [
    (block.document, words)
    for block in blocks("sh", "crontab", "ini", "bat")
    for line in block.text.splitlines()
    if (words := re.findall(r"(?:(?:^|[/(])feesync|feesync\.exe\\\") +([^#\n)&]+)", line))
]


@pytest.mark.parametrize(("document", "words"), COMMANDS)
def test_every_other_command_is_one_that_feesync_takes(document, words):
    for line in words:
        command, *arguments = shlex.split(line.rstrip('"'))
        context = cli.make_context("feesync", [command], resilient_parsing=True)
        cli.get_command(None, command).make_parser(context).parse_args(arguments)


def test_there_are_other_commands():
    assert len(COMMANDS) >= 10


PYTHON = [block for block in blocks("python") if block.file != "spark"]


@pytest.mark.usefixtures("folder")
def test_python_prints_what_stands_below_it():
    names: dict[str, Any] = {}
    for document, *_, code in PYTHON:
        test = doctest.DocTestParser().get_doctest(code, names, document, document, 0)
        runner = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
        assert runner.run(test, clear_globs=False).failed == 0
        names.update(test.globs)


def test_the_sql_answers(loaded, feesync, folder):
    """What the documents ask feesync.db, and the file that they export."""
    (export,) = {
        line.split(" ", 1)[1]
        for block in blocks("sh")
        for line in block.text.splitlines()
        if line.startswith("feesync export") and line.endswith("ca.db")
    }
    assert feesync(*shlex.split(export)).exit_code == 0
    rows = {"feesync.db": [(222.87, 103.99)], "ca.db": [("64493", 222.87), ("64494", 110.99)]}
    queries = blocks("sql")
    assert {block.file for block in queries} >= set(rows)
    for block in queries:
        database = loaded if block.file == "feesync.db" else folder / block.file
        connection = sqlite3.connect(database)
        assert connection.execute(block.text).fetchall() == rows[block.file]
        connection.close()


def test_the_set_up_lines_are_what_ci_runs():
    lines = re.findall(r"^pip install .*", README, re.MULTILINE)
    assert lines[:2] == [
        "pip install . && feesync estimate 64493-50 --zip 33612 --pos office --date 11/03/2025",
        "pip install -e '.[test]' && pytest",
    ]


def test_the_readme_is_short():
    assert README.count("\n") <= 130


@pytest.mark.parametrize("path", documents(), ids=name)
def test_lines_fit_the_page_and_links_lead_somewhere(path):
    text = prose(path)
    assert [line for line in text.splitlines() if len(line) > 100] == []
    assert [line for line in text.splitlines() if line.startswith("|") and len(line) > 80] == []
    assert [line for line in text.splitlines() if line.count("`") % 2] == []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith("https://"):
            file, _, anchor = target.partition("#")
            to = Path(os.path.normpath(path.parent / file)) if file else path
            assert to.exists(), target
            assert not anchor or anchor in anchors(to), target


def anchors(path):
    """Return the anchors of a document's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)", prose(path), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
