"""The catalogue of queries: each answers what its command prints, to the byte, errors too."""

import re
from collections import Counter

import pytest
from random_questions import QUESTIONS, questions

from feesync.cli import cli
from feesync.cli.hints import error_text
from feesync.errors import FeesyncError, InvalidInputError
from feesync.queries.catalogue import QUERIES, ask
from feesync.queries.command import words
from feesync.queries.parameter import Kind
from feesync.queries.values import read

PLACE = {"locality": "01112-05", "date": "2025-11-03"}
COUNT = 2 * len(QUESTIONS)


def text_of(error):
    return "".join(f"feesync: {error_text(one)}\n" for one in (error, *error.others))


def without_dashes(stderr):
    """What is said, without Click's usage above it; an option is named as a parameter."""
    said = re.sub(r"(?s)^Usage: .*Error: ", "feesync: ", stderr)
    return re.sub(r"--([a-z-]+)", lambda found: found[1].replace("-", "_"), said)


def as_typed(query, values):
    """The words of the command line, without `feesync`, of values that cannot be read."""
    flags = {each.name: each for each in query.parameters if each.kind is Kind.FLAG}
    plain = {
        name: read(flags[name], value) if name in flags else value for name, value in values.items()
    }
    return words(query.name, query.parameters, plain)[1:]


def answer_or_error(name, values):
    try:
        return ask(name, values)
    except FeesyncError as error:
        return error


def same_as_command(feesync, name, values):
    """Compare the answer to a question with the command's; return its kind."""
    query, answer = QUERIES[name], answer_or_error(name, values)
    try:
        typed = words(query.name, query.parameters, query.read(values))[1:]
        is_read = True
    except InvalidInputError:
        typed, is_read = as_typed(query, values), False
    result = feesync(*typed, "--json")
    if isinstance(answer, FeesyncError):
        assert (result.exit_code, result.stdout) == (answer.exit_status, ""), typed
        if is_read or not re.search("is missing|exclude each other", str(answer)):
            assert without_dashes(result.stderr) == without_dashes(text_of(answer)), typed
        return "error" if is_read else "unread"
    assert is_read, typed
    assert "".join(answer.json_text()) == result.stdout, typed
    assert answer.status == result.exit_code, typed
    for note in answer.notes:
        assert note.text in result.stdout or note.text in result.stderr, typed
    for refused in answer.refused:
        assert error_text(refused) in result.stderr, typed
    assert "".join(answer.csv_text()) == feesync(*typed, "--csv").stdout, typed
    return "answer"


def test_random_questions_equal_the_commands(feesync, loaded):
    kinds = Counter(same_as_command(feesync, *question) for question in questions(1, COUNT))
    assert kinds["answer"] > COUNT // 2
    assert kinds["error"] > 1
    assert set(QUESTIONS) == set(QUERIES)


def option_of(name, spelling):
    command = cli.get_command(None, name)
    return next(param for param in command.params if spelling in param.opts)


@pytest.mark.parametrize("name", QUERIES)
def test_each_text_is_that_of_the_option(name):
    for parameter in QUERIES[name].parameters:
        if not parameter.option:
            continue
        option = option_of(name, parameter.option.partition("/")[0])
        text = re.sub(r"--([a-z-]+)", lambda found: found[1].replace("-", "_"), option.help)
        if parameter.name == "percent":
            assert text.startswith(parameter.text.removesuffix(".")), parameter
        elif (
            option.is_flag and parameter.name in ("need_current",)
        ) or parameter.name == "max_age":
            assert text.endswith(parameter.text.removeprefix("Stale ")), parameter
        else:
            assert parameter.text == text, parameter


@pytest.mark.parametrize("name", QUERIES)
def test_each_option_of_a_question_is_a_parameter(name):
    forms = {
        *("as_json", "as_csv", "explain", "html", "xlsx", "plot", "force", "db", "most", "more"),
        *("fail_on_difference", "limiting", "everywhere", "own_fees"),
    }
    spellings = {each.option.partition("/")[0] for each in QUERIES[name].parameters}
    for param in cli.get_command(None, name).params:
        if param.param_type_name == "option" and param.name not in forms:
            assert spellings & {*param.opts}, param.opts


@pytest.mark.parametrize("name", QUERIES)
def test_examples_are_answered(loaded, name):
    query = QUERIES[name]
    for parameter in query.parameters:
        values: dict[str, object] = {
            each.name: each.example for each in query.parameters if each.required
        }
        for group in query.needs:
            values.setdefault(group[-1], query.parameter(group[-1]).example)
        for group in query.excludes:
            if parameter.name in group:
                values = {key: value for key, value in values.items() if key not in group}
        values[parameter.name] = parameter.example
        if parameter.name == "postop_days":  # of an operation
            values |= {"hcpcs": "27447-55", "date": "2025-11-03"}
        answer = ask(name, values)
        assert answer.json, (name, parameter.name)
        assert parameter.name in answer.values


def test_numbers_of_json_are_exact(database):
    answer = ask(
        "claim",
        {
            "lines": [{"hcpcs": "64493", "modifiers": ["50"], "units": 1, "charge": 250.1}],
            **PLACE,
            "deductible": 100.25,
        },
    )
    assert '"allowed": 250.10,' in "".join(answer.json_text())
    assert answer.command_line()[2:4] == ["64493-50x1@250.1", "--locality"]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "hcpcs is missing"),
        ({"hcpcs": ""}, "hcpcs is missing"),
        ({"hcpcs": "64493"}, "locality or zip is missing, as in zip=94110"),
        ({"hcpcs": "64493", **PLACE, "zip": "94110"}, "locality and zip exclude each other"),
        ({"hcpcs": "64493", **PLACE, "setting": "office", "pos": "11"}, "exclude each other"),
        ({"hcpcs": ["64493", "64494"], **PLACE}, "hcpcs is given 2 times, and takes one value"),
        ({"hcpcs": "64493", **PLACE, "modifer": "50"}, "'modifer': is modifiers meant?"),
        ({"hcpcs": "64493", **PLACE, "qp": ""}, "qp '' is neither true nor false"),
        ({"hcpcs": "64493", **PLACE, "qp": 1}, "qp 1 is neither true nor false"),
        ({"hcpcs": "64493", **PLACE, "units": "1_0"}, "is not a whole number from 1 to 9999"),
        ({"hcpcs": "64493", **PLACE, "units": True}, "True is not a whole number from 1 to 9999"),
        ({"hcpcs": "64493", **PLACE, "units": 1.5}, "1.5 is not a whole number from 1 to 9999"),
        ({"hcpcs": "64493", **PLACE, "units": 10_000}, "is not a whole number from 1 to 9999"),
        ({"hcpcs": "64493", **PLACE, "charge": float("nan")}, "charge nan is not a number"),
        ({"hcpcs": "64493", **PLACE, "charge": True}, "charge True is not a number"),
        ({"hcpcs": "64493", **PLACE, "date": 20251103}, "date 20251103 is not YYYY-MM-DD"),
        ({"hcpcs": "64493\0", **PLACE}, "has a character that is no text"),
        ({"hcpcs": "64493", "locality": "\ud800"}, "has a character that is no text"),
        ({"hcpcs": "6" * 10_000, **PLACE}, "has 10,000 characters, more than 1,000"),
        ({"hcpcs": {"a": 1}, **PLACE}, "is not text"),
        ({"hcpcs": 64493.0, **PLACE}, "hcpcs 64493.0 is not text"),
        ({"hcpcs": "64493", **PLACE, "modifiers": ["50"] * 2_001}, "2,001 values, more than"),
        ({"hcpcs": "64493", **PLACE, "modifiers": [["50"]]}, "is not text"),
        ({"hcpcs": "64493", **PLACE, "modifiers": ["50", None]}, "modifiers has a value that is"),
    ],
)
def test_what_cannot_be_asked_is_an_error_of_one_line(database, values, text):
    with pytest.raises(InvalidInputError) as caught:
        ask("estimate", values)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_the_longest_text_and_list_are_read(loaded):
    with pytest.raises(InvalidInputError, match="is not a HCPCS code"):
        ask("estimate", {"hcpcs": "6" * 1_000, **PLACE})
    with pytest.raises(InvalidInputError, match="1,001 characters, more than 1,000"):
        ask("estimate", {"hcpcs": "6" * 1_001, **PLACE})
    assert len(ask("rates", {"hcpcs": ["64493"] * 2_000, "locality": "AL"}).json) == 1


@pytest.mark.parametrize(
    "line",
    [
        {"hcpcs": "64493", "moon": 1},
        {"modifiers": "50"},
        {"hcpcs": "64493", "units": 1.5},
        {"hcpcs": "64493", "charge": [1]},
        {"hcpcs": "64493", "modifiers": {"a": "50"}},
        {"hcpcs": ["64493"]},
        {"hcpcs": "64493\0"},
        {"hcpcs": "64493", "modifiers": ["\ud800"]},
        {str(number): number for number in range(50)},
        [["64493"]],
        7.5,
        None,
    ],
)
def test_a_line_that_is_none_is_an_error(database, line):
    with pytest.raises(FeesyncError):
        ask("claim", {"lines": [line], **PLACE})


def test_a_query_that_does_not_exist():
    with pytest.raises(InvalidInputError, match="'estimat': is estimate meant?"):
        ask("estimat", {})
    with pytest.raises(InvalidInputError, match="there are estimate, claim, check"):
        ask("\0" * 10_000, {})


@pytest.mark.parametrize(
    ("name", "values", "rows"),
    [
        ("rates", {"hcpcs": ["64493", "64494"], "state": "CA", "date": "2025-11-03"}, None),
        ("rates", {"hcpcs": "64493", "state": "CA", "percent": "110"}, None),
        ("sheet", {"lines": ["64490-64495"], **PLACE}, "rows"),
        ("modifiers", {}, None),
    ],
)
def test_a_bound_says_how_many_rows_are_left_out(database, name, values, rows):
    answer = ask(name, values)
    whole = answer.json
    all_rows = whole[rows] if rows else whole
    bounded, left = answer.bounded(5)
    assert (bounded[rows] if rows else bounded) == all_rows[:5]
    assert left == len(all_rows) - 5 > 0
    if rows:
        assert {**bounded, rows: all_rows} == whole
    assert ask(name, values).bounded(len(all_rows)) == (whole, 0)
