"""A place is taken, and told, alike by every command that asks for one."""

import pytest

PLACED = [
    "estimate 64493 --date {day}",
    "claim 64493 64494 --date {day}",
    "rates 64493 --date {day}",
    "compare 64493 --date {day}",
    "coverage 64493 --date {day}",
    "export 64493 --date {day}",
    "history 64493",
]


def told(result):
    return " ".join((result.stdout + result.stderr).split())


@pytest.mark.parametrize("command", [*PLACED, "diff RVU25C RVU25D"])
def test_a_zip_is_told(feesync, command):
    result = feesync(*command.format(day="2025-11-03").split(), "--locality", "94110")
    assert result.exit_code == 0
    on_the_line = command.startswith(("estimate", "claim"))
    source = "ZIP 94110 by ZIP5 2025 Q4 (ZIP5_OCT2025.txt)"
    note = "ZIP 94110 lies in 01112-05 by CMS's ZIP5 2025 Q4"
    assert (source if on_the_line else note) in told(result)
    assert told(result).count("ZIP5 2025 Q4") == 1


@pytest.mark.parametrize("command", ["estimate", "claim"])
def test_a_zip_of_another_quarter_is_told_once_in_a_note(feesync, command):
    shown = told(feesync(command, "64493", "--date", "2026-08-03", "--zip", "94110"))
    assert "CONTRA COSTA CNTY) RVU26C" in shown, "nothing of the ZIP on the line of the place"
    assert shown.count("lies in 01112-05 by CMS's ZIP5 2025 Q4, the nearest there is") == 1


@pytest.mark.parametrize("command", PLACED[:-1])
def test_a_state_that_was_divided_otherwise_is_told(feesync, command):
    result = feesync(*command.format(day="2022-05-01").split(), "--locality", "94401")
    assert "RVU22B divides CA otherwise" in told(result)
    assert "sync --zips" not in told(result)  # the newest file is no help for a day before it


@pytest.mark.parametrize("command", [*PLACED, "diff RVU25C RVU25D"])
@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("95023", "spans localities"),
        ("96201", "military"),
        ("Atlantis", "no locality"),
        ("CA", "may be"),
    ],
)
def test_a_place_that_is_none_is_refused(feesync, command, place, says):
    result = feesync(*command.format(day="2025-11-03").split(), "--locality", place)
    assert (result.exit_code, result.stdout) == (6, "")
    assert says in result.stderr


@pytest.mark.parametrize("command", ["rates 64493", "export 64493"])
def test_a_place_named_three_ways_is_one(feesync, command):
    places = [text for place in ("01112-05", "0111205", "94110") for text in ("--locality", place)]
    rows = feesync(
        *command.split(),
        "--date",
        "2025-11-03",
        *places,
        *(["--csv"] if "rates" in command else []),
    ).stdout
    assert len(rows.splitlines()) == 2


def test_marks_alone_resemble_no_place(feesync):
    assert feesync("localities", "???", "--date", "2025-11-03").stderr == (
        "feesync: no locality '???'; 'feesync localities' lists all\n"
    )


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (
            "orange",
            "'orange' is a part of the name of 01182-18",
        ),  # Orange County is in New York and Florida too
        ("cook", "'cook' is no locality by name; it is a county of 06102-16"),
        ("bergen", "it is a county of 12402-01"),
    ],
)
def test_a_county_is_never_guessed(feesync, place, says):
    result = feesync("estimate", "64493", "--locality", place, "--date", "2025-11-03")
    assert (result.exit_code, result.stdout) == (6, "")
    assert says in result.stderr
    assert "Name one by MAC-locality" in result.stderr


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ("manhattan", "13202-01"),
        ("Delaware", "12102-01"),
        ("alaska", "02102-01"),
        ("Ohio", "15202-00"),
    ],
)
def test_a_whole_name_is_that_locality(feesync, place, key):
    assert key in feesync("estimate", "64493", "--locality", place, "--date", "2025-11-03").stdout


@pytest.mark.parametrize("command", ["rates 64493", "compare 64493", "export 64493"])
def test_an_empty_state_is_none(feesync, command):
    result = feesync(*command.split(), "--date", "2025-11-03", "--state", " ")
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_default_place_is_not_that_of_tables_of_places(feesync, monkeypatch, loaded):
    """`rates` and `compare` have all localities, as they say where there is a default."""
    monkeypatch.setenv("FEESYNC_LOCALITY", "AL")
    day = ("64493", "--date", "2025-11-03")
    says = "feesync: info: all localities, not the default AL (FEESYNC_LOCALITY) alone: "
    for command in ("rates", "compare", "export"):
        everywhere = feesync(command, *day)
        assert says in everywhere.stderr, command
        assert everywhere.stdout.count("ALASKA") == 1
        for choice in (("--all",), ("--locality", "AL"), ("--state", "AL")):
            assert says not in feesync(command, *day, *choice).stderr
        monkeypatch.delenv("FEESYNC_LOCALITY")
        plain = feesync(command, *day)
        assert (plain.stdout, says in plain.stderr) == (everywhere.stdout, False)
        monkeypatch.setenv("FEESYNC_LOCALITY", "AL")


def test_words_of_a_place_need_no_quotes(feesync):
    quoted = feesync("localities", "santa clara")
    assert (quoted.exit_code, "SANTA CLARA" in quoted.stdout) == (0, True)
    assert feesync("localities", "santa", "clara").stdout == quoted.stdout


def test_a_word_is_no_code_of_another_release(feesync):
    result = feesync("estimate", "FACET", "--locality", "AL")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'FACET' is not a HCPCS code of five characters; codes have four" in result.stderr
