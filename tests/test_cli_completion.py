"""Shells ask by variables, and get one value a line; the scripts are what `completion` prints."""

import contextlib
import shutil
import subprocess

import click
import pytest

from feesync.cli import _run, cli
from feesync.cli.command import COMPLETE
from feesync.cli.completion import SHELLS, VALUES
from feesync.schedule.directory import localities


@pytest.fixture
def ask(monkeypatch, capsys):
    """Return what a shell asks with: the words so far, the last of which is to be completed."""

    def complete(*words, shell="bash"):
        line, last = ["feesync", *words], words[-1]
        monkeypatch.setenv(COMPLETE, f"{shell}_complete")
        monkeypatch.setenv("COMP_WORDS", " ".join(line))
        number = str(len(line) - 1)
        monkeypatch.setenv("COMP_CWORD", number if shell in ("bash", "zsh") else last)
        with contextlib.suppress(SystemExit):
            _run([])
        out, error = capsys.readouterr()
        assert error == ""
        return out.strip().splitlines()

    return complete


def test_places_are_completed_by_key_and_by_state(ask):
    every = localities().localities
    for start in ("0111", "CA-", "ca-", "national"):
        keys = (
            {f"{place.mac}-{place.locality}" for place in every}
            | {f"{place.state}-{place.locality}" for place in every}
            | {"national"}
        )
        wanted = sorted(f"plain,{key}" for key in keys if key.lower().startswith(start.lower()))
        assert sorted(ask("estimate", "64493", "--locality", start)) == wanted
    assert ask("estimate", "64493", "--locality=01112-05") == ["plain,01112-05"]
    assert ask("rates", "64493", "--state", "c") == ["plain,CA", "plain,CO", "plain,CT"]


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (("estimate", "64493", "--pos", "2"), "24"),
        (("estimate", "64493", "-m", "5"), "50"),
        (("claim", "64493", "--pos", "1"), "11"),
        (("estimate", "64493", "--modifier", "k"), "KX"),
        (("export", "--release", "RVU25"), "RVU25D"),
        (("estimate", "64493", "--practitioner", "ph"), "physician"),
        (("estimate", "--no"), "--nonpar"),
        (("cov",), "coverage"),
    ],
)
def test_values_options_and_commands(ask, words, value):
    found = ask(*words)
    assert f"plain,{value}" in found
    assert all(line[6:].lower().startswith(words[-1].lower()) for line in found)


def test_powershell_has_values_with_what_they_mean(ask):
    found = dict(line.split("\t") for line in ask("estimate", "--pos", "2", shell="powershell"))
    assert found["24"] == "Ambulatory surgical center"
    assert "estimate\tWhat Medicare allows for one line." in ask("est", shell="powershell")


def test_data_that_cannot_be_read_complete_nothing(ask, database):
    database.write_text("not a database" * 100)
    assert ask("estimate", "--locality", "0111") == []
    assert "plain,24" in ask("estimate", "--pos", "2")


def test_every_option_whose_values_are_known_is_one_of_a_command():
    options = {
        name
        for command in cli.list_commands(None)
        for param in cli.get_command(None, command).params
        if isinstance(param, click.Option)
        for name in param.opts
    }
    assert set(VALUES) <= options


@pytest.mark.parametrize("shell", list(SHELLS))
def test_the_scripts_are_printed(feesync, shell):
    result = feesync("completion", shell.upper())
    assert result.exit_code == 0
    assert "_FEESYNC_COMPLETE" in result.stdout
    assert "feesync" in result.stdout
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=result.stdout, text=True, check=True)


def test_a_shell_that_is_not_known(feesync):
    result = feesync("completion", "tcsh")
    assert result.exit_code == 2
    assert "'bash', 'zsh', 'fish', 'powershell'" in result.stderr
