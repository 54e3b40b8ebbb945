"""`feesync schema`: the JSON Schema of a command's --json, and which commands have one."""

import json

from feesync.schemas import SCHEMAS, schema_of, schema_text

COMMANDS = """\
estimate
claim
check
sheet
coverage
rates
compare
history
reprice
localities
diff
modifiers
sync
audit
verify
status
cache
config
"""


def test_the_commands_that_have_one(feesync):
    result = feesync("schema")
    assert (result.exit_code, result.stdout, result.stderr) == (0, COMMANDS, "")


def test_each_is_printed_as_it_is_shipped(feesync):
    for command in SCHEMAS:
        result = feesync("schema", command)
        assert (result.exit_code, result.stdout) == (0, schema_text(command))
    schema = json.loads(feesync("schema", "rates").stdout)
    assert schema == schema_of("rates")
    assert (schema["type"], schema["items"]) == ("array", {"$ref": "#/$defs/Rate"})
    assert schema["title"] == "feesync rates --json"
    amount = schema["$defs"]["Rate"]["properties"]["nonfacility_amount"]
    assert amount == {
        "type": ["number", "null"],
        "description": "What Medicare allows outside facilities; null where there is no price.",
    }


def test_a_command_that_has_none(feesync):
    for name, text in {
        "estimat": "no command 'estimat' prints JSON: is estimate meant?",
        "export": f"no command 'export' prints JSON: there are {', '.join(SCHEMAS)}",
    }.items():
        result = feesync("schema", name)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == f"feesync: {text}\n"
