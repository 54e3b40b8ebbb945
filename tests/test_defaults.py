"""The defaults of the user: the file, the variables, and what an answer says of them."""

import json
import tomllib
from pathlib import Path

import pytest

from feesync import InvalidInputError, defaults, estimate
from feesync.paths import settings_name

LINE = ("estimate", "64493", "--date", "2025-11-03")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "settings/feesync/config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_the_file_is_in_the_folder_of_settings(tmp_path, monkeypatch):
    assert settings_name() == str(tmp_path / "settings/feesync/config.toml")
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert settings_name() == "/home/me/.config/feesync/config.toml"


def test_defaults_are_set_shown_and_unset(feesync, tmp_path):
    path = settings_name()
    nothing = feesync("config")
    assert nothing.stdout.endswith("None is set; 'feesync config set locality ZIP' sets a place\n")
    for name, value, shown in (
        ("zip", "33612", "locality is 33612: 09102-99 FL REST OF FLORIDA"),
        ("pos", "office", "pos is 11"),
        ("practitioner", "Nurse Practitioner", "practitioner is np"),
        ("nonpar", "no", "nonpar is false"),
    ):
        result = feesync("config", "set", name, value)
        assert (result.exit_code, result.stdout) == (0, f"{shown}\nin {path}\n")
    values = {"locality": "33612", "pos": "11", "practitioner": "np", "nonpar": False}
    assert tomllib.loads(Path(path).read_text()) == values
    shown = json.loads(feesync("config", "--json").stdout)
    assert shown["file"] == path
    assert shown["defaults"] == {
        name: {"value": value, "source": path} for name, value in values.items()
    }
    assert feesync("config", "unset", "pos").stdout == "pos is no default any more\n"
    assert feesync("config", "unset", "pos").stdout == "pos was no default\n"
    rows = [line.split() for line in feesync("config").stdout.splitlines()[2:]]
    assert rows == [
        ["locality", "33612", path],
        ["pos"],
        ["practitioner", "np", path],
        ["nonpar", "false", path],
    ]


def test_other_lines_of_the_file_stay(feesync, file):
    file.write_text('# ours\nlocality = "AL" # Mobile\n\npos="11"\n')
    assert defaults.keep("locality", 'a "b"') == 'a "b"'
    assert file.read_text() == '# ours\n\npos="11"\nlocality = "a \\"b\\""\n'
    assert defaults.read()["locality"] == ('a "b"', str(file))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("locality = ", "is not TOML: "),
        ("place = 'AL'", "has 'place', which is no default; there are locality, pos, practitioner"),
        ("pos = 'clinic'", "config.toml: pos: place of service 'clinic' is not a CMS code"),
        ("pos = true", "config.toml: pos: True is not text"),
        ("nonpar = 'perhaps'", "config.toml: nonpar: 'perhaps' is neither true nor false"),
        ("locality = ' '", "config.toml: locality: ' ' is not text"),
        ("locality = ['AL']", "is not text"),
        (b"locality = '\xff'", "is not UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_read(feesync, file, text, says):
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    for line in (LINE, ("config",), ("config", "set", "pos", "11"), ("config", "unset", "pos")):
        result = feesync(*line)
        assert (result.exit_code, result.stdout) == (2, ""), line
        assert says in result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_a_value_may_follow_an_equals_sign(feesync):
    assert feesync("config", "set", "zip=33612").stdout.startswith("locality is 33612: 09102-99")
    assert defaults.of_file() == {"locality": "33612"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["set", "setting", "facility"], "there are locality, pos, practitioner, nonpar (pos dec"),
        (["set", "locality", "Xyz"], "no locality 'Xyz'"),
        (["set", "pos", "clinic"], "feesync: place of service 'clinic' is not a CMS code or name"),
        (["set", "pos"], "as in 'feesync config set pos office'"),
        (["set"], "as in 'feesync config set locality 33612'"),
        (["unset"], "as in 'feesync config unset locality'"),
        (["unset", "place"], "'place' is no default; there are locality"),
        (["unset", "pos", "11"], "unset takes no VALUE: 'feesync config unset pos'"),
        (["show", "pos"], "'feesync config set pos VALUE' sets it"),
        (["pos"], "'feesync config set pos office' sets a default, and 'feesync config' shows"),
        (["nonpar=yes"], "'feesync config set nonpar yes' sets a default"),
        (["posts"], "'posts' is not one of 'show', 'set', 'unset'"),
    ],
)
def test_what_config_refuses(feesync, words, says):
    result = feesync("config", *words)
    assert (result.exit_code, result.stdout) == (6 if "Xyz" in words else 2, "")
    assert says in result.stderr
    assert defaults.of_file() == {}


def test_an_option_goes_before_a_variable_and_a_variable_before_the_file(
    feesync, file, monkeypatch
):
    file.write_text('locality = "AK"\npos = 22\npractitioner = "pa"\nnonpar = true\n')
    answer = json.loads(feesync(*LINE, "--json").stdout)
    assert (answer["locality"]["state"], answer["pos"]) == ("AK", "22")
    assert answer["limiting_charge"] is None, "a physician assistant must accept assignment"
    assert answer["steps"][-1]["name"] == "nonparticipating"
    assert answer["defaults"] == {
        name: {"value": value, "source": str(file)}
        for name, value in (
            *(("locality", "AK"), ("practitioner", "pa"), ("nonpar", True)),
            ("pos", "22"),
        )
    }
    monkeypatch.setenv("FEESYNC_LOCALITY", "AL")
    monkeypatch.setenv("FEESYNC_POS", "asc")
    monkeypatch.setenv("FEESYNC_NONPAR", "0")
    monkeypatch.setenv("FEESYNC_PRACTITIONER", "MD")
    answer = json.loads(feesync(*LINE, "--json").stdout)
    assert (answer["locality"]["state"], answer["pos"], answer["steps"]) == ("AL", "24", [])
    assert answer["defaults"]["pos"] == {"value": "24", "source": "FEESYNC_POS"}
    options = ("--zip", "33612", "--pos", "11", "--nonpar", "--practitioner", "np")
    answer = json.loads(feesync(*LINE, *options, "--json").stdout)
    assert (answer["locality"]["state"], answer["pos"]) == ("FL", "11")
    assert [step["name"] for step in answer["steps"]] == ["practitioner", "nonparticipating"]
    assert "defaults" not in answer


def test_a_setting_that_is_given_goes_before_a_place_of_service(feesync, monkeypatch):
    monkeypatch.setenv("FEESYNC_POS", "office")
    answer = json.loads(
        feesync(*LINE, "--locality", "AL", "--setting", "facility", "--json").stdout
    )
    assert (answer["setting"], answer["pos"]) == ("facility", None)
    assert "defaults" not in answer


def test_par_goes_before_a_default(feesync, monkeypatch):
    monkeypatch.setenv("FEESYNC_NONPAR", "true")
    assert "nonparticipating" in feesync(*LINE, "--locality", "AL").stdout
    assert "nonparticipating" not in feesync(*LINE, "--locality", "AL", "--par").stdout


def test_text_has_one_line_that_says_which(feesync, file, monkeypatch):
    file.write_text('locality = "33612"\nnonpar = true\n')
    monkeypatch.setenv("FEESYNC_POS", "11")
    for command in ("estimate", "claim"):
        *_, blank, line = feesync(command, *LINE[1:]).stdout.splitlines()
        assert blank == ""
        assert line == f"Defaults: locality 33612, nonpar true ({file}); pos 11 (FEESYNC_POS)"
    rows = feesync("history", "64493", "--csv")
    assert "Defaults" not in rows.stdout
    assert f"feesync: info: Defaults: locality 33612 ({file})\n" in rows.stderr
    rows = feesync("history", "64493", "--json")
    assert isinstance(json.loads(rows.stdout), list)
    assert f"feesync: info: Defaults: locality 33612 ({file})\n" in rows.stderr


def test_a_default_that_means_no_place_is_named_beside_the_error(feesync, monkeypatch):
    monkeypatch.setenv("FEESYNC_LOCALITY", "Xyz")
    result = feesync(*LINE)
    assert (result.exit_code, result.stdout) == (6, "")
    assert "feesync: info: Defaults: locality Xyz (FEESYNC_LOCALITY)\n" in result.stderr
    assert "feesync: no locality 'Xyz'" in result.stderr
    monkeypatch.setenv("FEESYNC_POS", "clinic")
    assert "feesync: FEESYNC_POS: place of service 'clinic'" in feesync(*LINE).stderr


def test_a_line_without_a_price_says_which_default_was_used(feesync, monkeypatch):
    monkeypatch.setenv("FEESYNC_LOCALITY", "AL")
    result = feesync(*LINE, "-m", "GY")
    assert result.exit_code == 6
    assert result.stdout.endswith("\nDefaults: locality AL (FEESYNC_LOCALITY)\n")


def test_functions_read_no_default(file, monkeypatch):
    file.write_text('pos = "22"\nnonpar = true\n')
    monkeypatch.setenv("FEESYNC_PRACTITIONER", "np")
    answer = estimate("64493", locality="AL", date="2025-11-03")
    assert (answer.pos, answer.steps) == (None, ())


def test_an_empty_variable_is_none(monkeypatch):
    monkeypatch.setenv("FEESYNC_POS", " ")
    assert defaults.read() == {}
    monkeypatch.setenv("FEESYNC_POS", "")
    assert not defaults.may_exist()
    with pytest.raises(InvalidInputError, match="^FEESYNC_NONPAR: 'x' is neither true nor false$"):
        defaults.read_value("nonpar", "x", "FEESYNC_NONPAR")
