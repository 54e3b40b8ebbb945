"""The JSON Schema of each command: made of the types of results, and true of what is printed."""

import json

import pytest
from build_schemas import schemas
from jsonschema import Draft202012Validator

import feesync as fs
from feesync.cli import cli
from feesync.schemas import SCHEMAS, schema_of, schema_text


def test_each_schema_is_what_the_types_and_the_page_say():
    other = {name for name, text in schemas().items() if text != schema_text(name)}
    assert other == set(), "python docs/build_reference.py"


def test_every_command_that_prints_json_has_a_schema():
    def prints_json(name):
        return any("--json" in param.opts for param in cli.get_command(None, name).params)

    assert list(SCHEMAS) == list(schemas())
    assert set(SCHEMAS) == set(filter(prints_json, cli.list_commands(None)))


@pytest.mark.parametrize("command", SCHEMAS)
def test_a_schema_is_one_of_the_dialect_and_its_short_form_too(command):
    whole, bare = schema_of(command), schema_of(command, descriptions=False)
    for schema in (whole, bare):
        Draft202012Validator.check_schema(schema)
    assert '"description": "' in json.dumps(whole)
    assert '"description": "' not in json.dumps(bare)
    assert schema_of(command) is not whole


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("estimates", "no command 'estimates' prints JSON: is estimate meant?"),
        ("Claim", "no command 'Claim' prints JSON: is claim meant?"),
        ("export", f"no command 'export' prints JSON: there are {', '.join(SCHEMAS)}"),
    ],
)
def test_a_schema_of_no_command(command, text):
    with pytest.raises(fs.InvalidInputError) as refused:
        schema_of(command)
    assert str(refused.value) == text
