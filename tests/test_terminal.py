"""On a terminal, tables and help keep to its width; in a pipe they have the width they need."""

import sys

import pytest
from click.testing import _NamedTextIOWrapper

from feesync.cli import _COMMANDS
from feesync.cli.terminal import narrow_table, terminal_text

IN_NOVEMBER = ("--date", "2025-11-03")


def widest(text):
    return max(map(len, text.splitlines()))


def test_a_table_that_fits_is_left_alone(monkeypatch):
    monkeypatch.setenv("COLUMNS", "15")  # the names of columns are printed with two blanks
    assert narrow_table(("Code", "Name"), [("64493", "ALABAMA")]) is None
    assert narrow_table(("Code", "Name"), [("64493", "ALABAMA*")]) == (
        "Code   Name\n-----  --------\n64493  ALABAMA*"
    )


def test_texts_wrap_the_widest_first_and_numbers_do_not(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    rows = [
        ("64493", "one two three four five six", "1,234.56", "why it is so"),
        ("1", None, 2, ""),
    ]
    assert narrow_table(("Code", "Steps", "Limit nonfac.", "Reason"), rows, {"Limit nonfac."}) == (
        "Code   Steps          Limit  Reason\n"
        "                    nonfac.\n"
        "-----  ----------  --------  -----------\n"
        "64493  one two     1,234.56  why it is\n"
        "       three four            so\n"
        "       five six\n"
        "1                         2"
    )


def test_long_words_break_after_a_hyphen_or_a_slash(monkeypatch):
    monkeypatch.setenv("COLUMNS", "18")
    rows = [("1", "SAN FRANCISCO-OAKLAND/MARIN"), ("2", "x nonparticipating y")]
    assert narrow_table(("Code", "Name"), rows) == (
        "Code  Name\n----  ------------\n1     SAN\n      FRANCISCO-\n      OAKLAND/\n"
        "      MARIN\n2     x\n      nonparticipa\n      ting y"
    )


def test_names_are_shortened_and_the_end_of_an_address_stays(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    rows = [("SAN FRANCISCO-OAKLAND", "a"), ("https://www.cms.gov/rvu25d.zip", "b")]
    assert narrow_table(("Name", "X"), rows, cut={"Name"}) == (
        "Name               X\n-----------------  -\nSAN FRANCISCO-...  a\n...gov/rvu25d.zip  b"
    )


def test_what_all_rows_have_stands_above_where_that_is_needed(monkeypatch):
    rows = [("64493", "nonqp", "RVU25D"), ("64494", "nonqp", "RVU25D")]
    columns, common = ("Code", "Basis", "Release"), ("Basis", "Release")
    monkeypatch.setenv("COLUMNS", "14")
    assert narrow_table(columns, rows, common=common) == (
        "Basis nonqp\nCode   Release\n-----  -------\n64493  RVU25D\n64494  RVU25D"
    )
    rows[1] = ("64494", "qp", "RVU25D")
    assert narrow_table(columns, rows, common=common) == (
        "Release RVU25D\nCode   Basis\n-----  -----\n64493  nonqp\n64494  qp"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("rates", "64493", "--state", "AL", *IN_NOVEMBER),
        ("compare", "64493", "--state", "AL", *IN_NOVEMBER),
        ("compare", "64493", "--setting", "both", "--state", "AL", *IN_NOVEMBER),
        ("history", "64493", "--locality", "AL"),
        ("localities", "santa clara", *IN_NOVEMBER),
        ("localities", *IN_NOVEMBER),
        ("diff", "RVU25D", "RVU26C", "--locality", "AL"),
        ("modifiers", "Q"),
        ("coverage", "64493", *IN_NOVEMBER),
        ("status",),
        ("estimate", "64493-50", "--zip", "94110", "--pos", "asc", "--nonpar", *IN_NOVEMBER),
        ("estimate", "64493-50", "--zip", "94110", "--explain", *IN_NOVEMBER),
        ("claim", "64493-50", "64494-50", "--zip", "94110", "--pos", "asc", *IN_NOVEMBER),
        ("claim", "64493-50", "--zip", "94110", "--explain", *IN_NOVEMBER),
        ("history", "64493", "--zip", "94110"),
    ],
    ids=" ".join,
)
def test_every_table_keeps_to_80_columns(feesync, loaded, monkeypatch, arguments):
    as_before = feesync(*arguments).stdout
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(_NamedTextIOWrapper, "isatty", lambda self: True, raising=False)
    on_terminal = feesync(*arguments)
    assert on_terminal.exit_code == 0
    assert widest(on_terminal.stdout) <= 80
    assert widest(as_before) > 80
    monkeypatch.setenv("COLUMNS", "400")
    assert feesync(*arguments).stdout == as_before


@pytest.mark.parametrize("command", ["", *_COMMANDS])
def test_help_follows_the_terminal_to_100_columns(feesync, monkeypatch, command):
    for columns in (80, 300):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert widest(feesync(*filter(None, (command, "--help"))).stdout) <= min(columns, 100)


ANSWER = """64493-50, nonfacility
  bilateral x 1.5                   334.31   modifier 50: 150 % of the fee
  Medicare allows                   334.31

  info: A note that is longer than one line of a narrow terminal. [source]"""


@pytest.mark.parametrize(
    ("columns", "lines"),
    [
        (76, ANSWER.split("\n")),
        (
            60,
            [
                "64493-50, nonfacility",
                "  bilateral x 1.5                   334.31",
                "      modifier 50: 150 % of the fee",
                "  Medicare allows                   334.31",
                "",
                "  info: A note that is longer than one line of a narrow",
                "      terminal. [source]",
            ],
        ),
    ],
)
def test_lines_keep_to_the_terminal(monkeypatch, columns, lines):
    monkeypatch.setenv("COLUMNS", str(columns))
    assert terminal_text(ANSWER) == ANSWER, "not a terminal"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert terminal_text(ANSWER).split("\n") == lines


def test_a_word_is_not_broken(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert terminal_text("see /a/long/path/of/a/file.csv now") == (
        "see\n    /a/long/path/of/a/file.csv\n    now"
    )
