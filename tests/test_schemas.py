"""The JSON Schema of each command: made of the types of results, and true of what is printed."""

import json
import re
from typing import Any

import pytest
from build_schemas import COMMANDS, fields, inner, schema_of_type, schemas, sections
from jsonschema import Draft202012Validator
from valid import faults, validator_of

import feesync as fs
from feesync import open_schedule
from feesync.analysis.dictionaries import (
    CheckRowDict,
    ComparisonDict,
    HistoryDict,
    SheetRowDict,
)
from feesync.changes.dictionaries import DiffRowDict
from feesync.claims.dictionaries import LineRowDict
from feesync.cli import cli
from feesync.coverage.dictionaries import FactRowDict
from feesync.datasets.dictionaries import LoadReportDict
from feesync.datasets.report import LoadReport
from feesync.errors.dictionaries import (
    ColumnHintDict,
    ErrorDict,
    LocalityErrorDict,
    UnknownCodeDict,
)
from feesync.model.dictionaries import EditionDict
from feesync.model.edition import Edition
from feesync.refresh.dictionaries import DownloadRowDict, ReleaseRowDict
from feesync.schedule.dictionaries import DirectoryDict, RateDict
from feesync.schemas import SCHEMAS, schema_of, schema_text
from feesync.writers.dictionaries import RatesDict


def test_each_schema_is_what_the_types_and_the_page_say():
    other = {name for name, text in schemas().items() if text != schema_text(name)}
    assert other == set(), "python docs/build_reference.py"


def test_every_command_that_prints_json_has_a_schema():
    def prints_json(name):
        return any("--json" in param.opts for param in cli.get_command(None, name).params)

    assert list(SCHEMAS) == list(COMMANDS)
    assert set(SCHEMAS) == set(filter(prints_json, cli.list_commands(None)))


@pytest.mark.parametrize("command", SCHEMAS)
def test_a_schema_is_one_of_the_dialect_and_its_short_form_too(command):
    whole, bare = schema_of(command), schema_of(command, descriptions=False)
    Draft202012Validator.check_schema(whole)
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


def ways(answer):
    """Each dotted name in the type of an answer, and whether it is always there.

    Of several forms, a name is always there that is so in one of them.
    """
    found: dict[str, bool] = {}

    def walk(kind, before, always):
        for name, hint in fields(kind).items():
            own = always and name in kind.__required_keys__
            found[f"{before}{name}"] = found.get(f"{before}{name}", False) or own
            for further, part in inner(hint):
                walk(part, f"{before}{name}{further}.", own)

    for _, kind in inner(answer):
        walk(kind, "", True)
    return found


def page_names():
    """By command, the names on the page of JSON, and whether each is there only sometimes."""
    known = {
        command: dict(re.findall(r"^- `([\w.*]+)`( \(sometimes\))?", text, re.M))
        for command, text in sections().items()
    }
    for command, part in (("claim", "lines"), ("check", "estimate")):
        known[command] |= {
            f"{part}.{name}": sometimes
            for name, sometimes in known["estimate"].items()
            if name.split(".")[0] != "defaults"
        }
    return known


@pytest.mark.parametrize("command", SCHEMAS)
def test_the_page_names_what_the_types_have(command):
    named, typed = page_names()[command], ways(COMMANDS[command])
    forms = {name: re.escape(name).replace(r"\*", ".+") for name in named}
    of_maps = {f"{name.rpartition('.')[0]}.*" for name in named if name.endswith(".*")}
    assert {
        "unnamed": [
            path for path in typed if not any(re.fullmatch(form, path) for form in forms.values())
        ],
        "unknown": [
            name
            for name, form in forms.items()
            if name not in of_maps and not any(re.fullmatch(form, path) for path in typed)
        ],
        "not always": [
            path for path, always in typed.items() if not always and named.get(path) == ""
        ],
    } == {"unnamed": [], "unknown": [], "not always": []}


DAY = "--date 2025-11-03"
PRICES = "hcpcs,amount,modifiers\n64493,200.00,\n64493,81.66,50\n99999,1.00,\n64493,x,\n"
FORMS = [
    f"estimate 64493-50 --locality AL {DAY}",
    f"estimate 64493-50 {DAY}",
    f"estimate 64493-50 --locality AL --percent 110 {DAY}",
    f"estimate 64493-50 --locality AL --conversion-factor 45 --of-year 2025 {DAY}",
    f"claim 64493 64494 --locality AL {DAY}",
    f"claim 64493 99999 --incomplete {DAY}",
    f"check 64493-50 --allowed 81.66 --locality AL {DAY}",
    f"check 64493-50 --allowed 300 --paid 5 {DAY}",
    f"claim 64493 --locality AL --percent 110 {DAY}",
    f"check 64493-50 --allowed 300 --locality AL --percent 110 {DAY}",
    f"check prices.csv --locality AL {DAY}",
    f"check prices.csv {DAY}",
    f"sheet 64493-50 99999 99213 --locality AL --percent 110 {DAY}",
    f"sheet 64493-50 {DAY}",
    f"coverage 64493 --pos 22 --locality AL {DAY}",
    f"coverage 64493 {DAY}",
    f"coverage 64493 64635 --locality AL {DAY}",
    f"rates 64493 --locality AL {DAY}",
    f"rates 64493 --locality AL --percent 110 {DAY}",
    f"rates 64493 --locality AL --conversion-factor 45 {DAY}",
    f"compare 64493 --locality AL {DAY}",
    f"compare 64493 --locality AL --setting both {DAY}",
    "history 64493 --locality AL",
    "diff RVU25C RVU26C --locality AL",
    "diff RVU25C RVU26C --locality AL --locality CA-05 --code 64493 --code 99999",
    "status --need-current",
    "config",
    f"localities 10001 {DAY}",
    "modifiers FY",
]
"""Every name that is there only sometimes is met in one of them, and missing in another."""

ELSEWHERE = {("Hint", field) for field in ("label", "year", "check", "reason", "page")}
"""What other tests meet: what helps against errors of many kinds."""


def objects(schema, part, value, name=""):
    """Each object in an answer, with the name of its part of the schema and that part."""
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        part = schema["$defs"][name]
    if "anyOf" in part:
        for one in part["anyOf"]:
            if not faults(validator_of({**one, "$defs": schema["$defs"]}), value):
                yield from objects(schema, one, value, name)
                return
    elif isinstance(value, list):
        for each in value:
            yield from objects(schema, part["items"], each, name)
    elif isinstance(value, dict):
        if "properties" in part:
            yield name, part, value
        others = part.get("additionalProperties")
        for key, each in value.items():
            yield from objects(schema, part.get("properties", {}).get(key, others), each, name)


@pytest.fixture
def forms(feesync, tmp_path, monkeypatch):
    """The answers of all forms, by their lines."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prices.csv").write_text(PRICES)
    answers = {}
    for line in FORMS:
        monkeypatch.setenv("FEESYNC_LOCALITY", "" if "--locality" in line else "AL")
        result = feesync(*line.split(), "--json")
        assert result.stdout, (line, result.stderr)
        answers[line] = json.loads(result.stdout)
    return answers


def test_the_schemas_are_met_in_all_their_forms_and_are_strict(forms):
    present, absent, optional, known = set(), set(), set(), set()
    for line, answer in forms.items():
        command = line.split()[0]
        schema = schema_of(command)
        for name, part, value in objects(schema, schema, answer):
            name = name or command
            own = {(name, field) for field in part["properties"]}
            optional |= own - {(name, field) for field in part["required"]}
            present |= {(name, field) for field in value}
            absent |= own - {(name, field) for field in value}
            if (command, name) not in known:
                known.add((command, name))
                check_strict(schema, part, value)
    assert {"estimate", "ClaimLine", "RefusedLine", "PriceRow", "Rate", "UnknownCode"} <= {
        name for _, name in known
    }
    assert optional - present - ELSEWHERE == set()
    assert optional - absent - ELSEWHERE == set()


def check_strict(schema, part, value):
    """Hold an object of an answer with one name more, or one less, against its schema."""
    own = validator_of({**part, "$defs": schema.get("$defs", {})})
    assert faults(own, value) == []
    assert faults(own, {**value, "other": 1})
    for field in value:
        rest = {name: each for name, each in value.items() if name != field}
        assert bool(faults(own, rest)) == (field in part["required"]), field


PLACE: dict[str, Any] = {"locality": "AL", "date": "2025-11-03"}
RESULTS = [
    (list[LineRowDict], lambda: fs.estimate_claim(["64493-50", "64494"], **PLACE).rows()),
    (list[LineRowDict], lambda: fs.estimate_claim(["64493"], percent=110, **PLACE).rows()),
    (list[CheckRowDict], lambda: fs.check("64493-50", allowed="81.66", **PLACE).rows()),
    (list[CheckRowDict], lambda: fs.check("64493-50", allowed="231.69", **PLACE).rows()),
    (list[SheetRowDict], lambda: fs.sheet(["64493", "99213"], **PLACE).rows()),
    (list[FactRowDict], lambda: fs.coverage_sheet("64493", **PLACE).rows()),
    (list[DiffRowDict], lambda: fs.diff("RVU25C", "RVU26C", locality="AL").rows()),
    (list[ReleaseRowDict], lambda: fs.status().rows()),
    (list[DownloadRowDict], lambda: fs.downloads().rows()),
    (ComparisonDict, lambda: fs.compare("64493", state="AL", date="2025-11-03").to_dict()),
    (HistoryDict, lambda: fs.history("64493", "AL").to_dict()),
    (DirectoryDict, lambda: fs.localities("10001", date="2025-11-03").to_dict()),
    (RatesDict, lambda: fs.rates(["64493", "99213"], **PLACE).to_dict()),
    (RateDict, lambda: open_schedule().rate("64493", "", "AL", "2025-11-03").to_dict()),
    (LoadReportDict, lambda: LoadReport("RVU25D", "rvu25d.zip").to_dict()),
    (EditionDict, lambda: Edition("A", "2025-01-01", "2025-03-31", "0", "f", None, 3).to_dict()),
    (ErrorDict, lambda: fs.NoReleaseError("why", hint=fs.Hint(fs.HintKind.WAIT)).to_dict()),
    (UnknownCodeDict, lambda: fs.UnknownCodeError("why", ["26"]).to_dict()),
    (LocalityErrorDict, lambda: fs.LocalityError("why", ["01112-05"]).to_dict()),
    (ColumnHintDict, lambda: fs.Hint(fs.HintKind.MAP_COLUMN, column="a", meaning="b").to_dict()),
    (ColumnHintDict, lambda: fs.Hint(fs.HintKind.LOAD_QUARTER, "RVU25D", 2025).to_dict()),
]


@pytest.mark.parametrize(("kind", "result"), RESULTS)
def test_what_no_command_prints_is_of_its_type_too(kind, result):
    answer = json.loads(json.dumps(result()))
    assert answer != {}
    assert faults(validator_of(schema_of_type(kind)), answer) == []
