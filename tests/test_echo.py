"""What is given is read strictly, and shown shortly.

At every option and argument of every command.
"""

from typing import Any

import click
import pytest
from click.testing import CliRunner

from feesync import (
    FeesyncError,
    compare,
    coverage_sheet,
    diff,
    estimate,
    estimate_claim,
    history,
    verify,
)
from feesync.cli import cli
from feesync.cli.numbers import Seconds, WholeNumber

LONG = "7" * 5_000
CONTROL = "A\x1b[31m\x07B"
VALUES = {
    "digits": LONG,
    "x": "x" * 5_000,
    "words": "é " * 2_500,
    "controls": CONTROL * 500,
    "escape": CONTROL,
}
WORKING = {
    "estimate": {"hcpcs": "64493", "locality": "AL"},
    "claim": {"lines": "64493", "locality": "AL"},
    "check": {"line": "64493", "locality": "AL", "allowed": "100"},
    "sheet": {"lines": "64493", "places": "AL"},
    "coverage": {"hcpcs": "64493"},
    "rates": {"hcpcs": "64493"},
    "compare": {"hcpcs": "64493"},
    "history": {"hcpcs": "64493", "locality": "AL"},
    "diff": {"before": "RVU25C", "after": "RVU25D"},
    "export": {},
    "localities": {},
    "sync": {},
    "import": {"files": "nothing.zip"},
    "verify": {"files": "nothing.txt"},
    "status": {},
    "cache": {},
}


def places():
    for name in cli.list_commands(None):
        command = cli.get_command(None, name)
        for param in command.params:
            if not (isinstance(param, click.Option) and (param.is_flag or param.name == "help")):
                yield name, param.name


def line(name, target, value):
    """The arguments of a command, one of which is the value."""
    command = cli.get_command(None, name)
    given = {**WORKING.get(name, {}), target: value}
    args = [name]
    for param in command.params:
        if param.name in given and isinstance(param, click.Option):
            args += [param.opts[0], given[param.name]]
    return [
        *args,
        "--",
        *(
            given[param.name]
            for param in command.params
            if isinstance(param, click.Argument) and param.name in given
        ),
    ]


@pytest.mark.parametrize(("name", "target"), [*places()])
@pytest.mark.parametrize(
    "value",
    [
        pytest.param(LONG, id="digits"),
        pytest.param("x" * 5_000, id="x", marks=pytest.mark.slow),
        pytest.param("é " * 2_500, id="words", marks=pytest.mark.slow),
        pytest.param(CONTROL * 500, id="controls"),
        pytest.param(CONTROL, id="esc", marks=pytest.mark.slow),
    ],
)
def test_no_command_echoes_what_it_is_given_whole(
    loaded, naps, name, target, value, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, line(name, target, value))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    told = result.stderr
    assert len(told) < 2_500
    assert not any(
        piece in told for piece in ("7" * 61, "x" * 61, "é " * 31, "\x1b", "\x07", "\x00")
    )


@pytest.mark.parametrize(
    "args",
    [
        [f"--{LONG}"],
        [LONG],
        ["estimate", f"--{LONG}", "1"],
        ["--db", LONG, "status"],
        ["estimate", f"--units={LONG}"],
    ],
)
def test_nor_are_names_of_commands_and_options(args):
    result = CliRunner().invoke(cli, args)
    assert result.exit_code in (1, 2)
    assert "7" * 61 not in result.stderr


@pytest.mark.parametrize(
    "text", ["1_0", "+1", "-1", " 1", "1.0", "1e1", "١", "１", "²", "", "0x1", "9999999999999"]
)
def test_whole_numbers_are_plain_digits(text):
    with pytest.raises(click.BadParameter, match="is not a whole number from 0 to 99"):
        WholeNumber(0, 99).convert(text, None, None)


def test_bounds_and_seconds():
    assert [WholeNumber(1, 3).convert(text, None, None) for text in ("1", "3", "003")] == [1, 3, 3]
    assert WholeNumber(2).convert("999999999", None, None) == 999_999_999
    for number, text in ((WholeNumber(1, 3), "4"), (WholeNumber(1, 3), "0"), (WholeNumber(2), "1")):
        with pytest.raises(click.BadParameter):
            number.convert(text, None, None)
    assert [Seconds().convert(text, None, None) for text in ("0", "0.5", "1800")] == [0, 0.5, 1800]
    for text in ("nan", "inf", "1_0", "-1", "1e3", "١"):
        with pytest.raises(click.BadParameter, match="is not a number of seconds"):
            Seconds().convert(text, None, None)


STRANGE = ["1_0", "١٠", "１０", "²"]


@pytest.mark.parametrize("digits", STRANGE)
def test_no_reader_takes_strange_digits(loaded, digits, tmp_path):
    line: dict[str, Any] = {"locality": "AL", "date": "2025-11-03"}
    csv = tmp_path / "lines.csv"
    csv.write_text(f"hcpcs,units\n64493,{digits}\n", encoding="utf-8")
    assert CliRunner().invoke(cli, ["claim", str(csv), "--locality", "AL"]).exit_code == 2
    for ask in (
        lambda: estimate("64493", **line, charge=digits),
        lambda: estimate("64493", **line, deductible=digits),
        lambda: estimate("64493", **line, percent=digits),
        lambda: estimate("64493", **line, pos=digits),
        lambda: estimate("64493", **{**line, "date": f"2025-11-{digits}"}),
        lambda: estimate("64493", **{**line, "locality": f"01112-{digits}"}),
        lambda: estimate("64493", **{**line, "locality": digits + "001"}),
        lambda: estimate(f"644{digits}", **line),
        lambda: estimate_claim([f"64493x{digits}"], **line),
        lambda: estimate_claim([f"64493@{digits}"], **line),
        lambda: diff(f"RVU{digits}D", "RVU25D"),
        lambda: verify([tmp_path / "none"], release=f"RVU{digits}D"),
    ):
        with pytest.raises(FeesyncError):
            ask()


@pytest.mark.parametrize("value", [LONG, "x" * 5_000, "x " * 2_500])
def test_no_public_function_echoes_what_it_is_given_whole(loaded, value, tmp_path):
    line: dict[str, Any] = {"locality": "AL", "date": "2025-11-03"}
    for ask in (
        lambda: estimate(value, **line),
        *(lambda name=name: estimate("64493", **{**line, name: value}) for name in (
            "locality", "date", "setting", "pos", "units", "charge", "practitioner", "deductible",
            "percent", "of_year", "postop_days", "purpose",
        )),
        lambda: estimate("64493", **line, modifiers=[value]),
        lambda: estimate("64493", **line, history=[value]),
        lambda: estimate_claim([value], **line),
        lambda: estimate_claim([{"hcpcs": "64493", value: 1}], **line),
        lambda: compare(value),
        lambda: compare("64493", [value]),
        lambda: compare("64493", state=value),
        lambda: history(value, "AL"),
        lambda: history("64493", value),
        lambda: diff(value, "RVU25D"),
        lambda: diff("RVU25C", "RVU25D", locality=value),
        lambda: diff("RVU25C", "RVU25D", codes=[value]),
        lambda: coverage_sheet(value),
        lambda: coverage_sheet("64493", locality=value),
        lambda: verify([tmp_path / "none"], release=value),
    ):  # fmt: skip
        with pytest.raises(FeesyncError) as error:
            ask()
        assert not any(piece in str(error.value) for piece in (value[:61], value[:61].upper()))


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("a.json", '[{"hcpcs": "64493", "units": 1, "units": 2}]', "'units' appears twice"),
        ("a.csv", "hcpcs,units,Units\n64493,1,2\n", "the column 'units' twice"),
        ("b.csv", "hcpcs,hcpcs\n64493,64494\n", "the column 'hcpcs' twice"),
    ],
)
def test_a_name_that_stands_twice_is_refused(feesync, tmp_path, name, text, what):
    (tmp_path / name).write_text(text)
    result = feesync("claim", tmp_path / name, "--locality", "AL")
    assert (result.exit_code, result.stdout, what in result.stderr) == (2, "", True)
