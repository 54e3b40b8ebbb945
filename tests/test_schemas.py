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
    f"compare 64493 --locality AL --percent 110 {DAY}",
    f"compare 64493 --locality AL --setting both {DAY}",
    "history 64493 --locality AL",
    "diff RVU25C RVU26C --locality AL",
    "diff RVU25C RVU26C --locality AL --locality CA-05 --code 64493 --code 99999",
    "status --need-current",
    "config",
    f"localities 10001 {DAY}",
    "modifiers 5",
    "modifiers E",
    "modifiers QJ",
    f"claim 0001F --locality national --nonpar {DAY}",
    f"claim 64493 64494 64493 --locality AL --nonpar {DAY}",
    f"estimate 0001F --locality national --nonpar {DAY}",
    f"estimate 64493 --pos 22 --locality national --nonpar {DAY}",
    f"check 0001F --allowed 1 --paid 1 --locality national --nonpar --pos 11 {DAY}",
    f"check 64493 --paid 1.11 --locality AL --nonpar {DAY}",
    f"check 64493 --paid 100.00 --locality AL {DAY}",
    f"check none.csv --locality national --pos 11 {DAY}",
    f"sheet 64493 0001F --settings nonfacility --locality national --nonpar {DAY}",
    f"sheet 99213 --locality AL {DAY} --date 2024-11-03",
    f"sheet 64493-50 --locality AL --percent percents.csv {DAY}",
    "coverage 64493 --locality national --date 2012-01-01",
    "coverage 64493 64635 --locality national --date 2012-01-01",
    f"coverage 64493 64635 --pos 22 --locality national {DAY}",
    f"rates 0001F 64493 --locality national --percent percents.csv {DAY}",
    f"check 64493-50 --allowed 169.91 --locality AL --percent 110 {DAY}",
    f"coverage 64493 --pos 22 {DAY}",
    f"coverage 64493 64635 --pos 22 {DAY}",
    f"coverage 64493 --locality AL {DAY}",
    "history 64493 --locality 01112-05",
    "history 64493 --locality 01182-18",
    "diff RVU20A RVU26C --locality national",
    f"rates 0001F 99213 --locality AL --percent percents.csv --conversion-factor 45 {DAY}",
    f"compare 0001F --locality AL {DAY}",
    f"compare 0001F --locality AL --setting both {DAY}",
    "history 0001F --locality national",
    f"localities VI {DAY}",
    f"localities national {DAY}",
    "diff RVU25D RVU26C --locality national",
    "status --max-age 1d",
    "status",
]
"""What is there only sometimes is met in one of them, and missing in another; so is null."""

ELSEWHERE = {("Hint", field) for field in ("label", "year", "check", "reason", "page")}
"""What other tests meet: what helps against errors of many kinds."""

NULL_ELSEWHERE = {
    *(("AmountChange", field) for field in ("before", "after", "change", "percent")),
    *(("ColumnChange", field) for field in ("before", "after")),
    *(("HistoryRow", field) for field in ("nonfacility_rvus", "facility_rvus")),
    *(("HistoryRow", field) for field in ("basis", "conversion_factor")),
    *(("PlaceChange", field) for field in ("before", "state")),
    ("Rate", "date"),
}
"""What is null between releases that these tests do not load, and where no day is asked for."""


def objects(schema, part, value, name):
    """Each object in an answer, with the name of its part of the schema and that part."""
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        part = schema["$defs"][name]
    if "properties" in part and isinstance(value, dict) and value.keys() <= {*part["properties"]}:
        yield name, part, value
    for one in part.get("anyOf", ()):
        yield from objects(schema, one, value, name)
    if isinstance(value, list) and "items" in part:
        for each in value:
            yield from objects(schema, part["items"], each, name)
    elif isinstance(value, dict):
        parts, others = part.get("properties", {}), part.get("additionalProperties")
        for key, each in value.items():
            if own := parts.get(key, others):
                yield from objects(schema, own, each, name)


@pytest.fixture
def forms(feesync, loaded, tmp_path, monkeypatch):
    """The answers of all forms, by their lines."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prices.csv").write_text(PRICES)
    (tmp_path / "none.csv").write_text("hcpcs,amount\n0001F,200.00\n")
    (tmp_path / "percents.csv").write_text("codes,percent\n64400-64499,110\n")
    answers = {}
    for line in FORMS:
        given = "--locality" in line or "--pos" in line
        monkeypatch.setenv("FEESYNC_LOCALITY", "" if given else "AL")
        result = feesync(*line.split(), "--json")
        assert result.stdout, (line, result.stderr)
        answers[line] = json.loads(result.stdout)
    return answers


def may_be_null(part):
    types = part.get("type")
    return (isinstance(types, list) and "null" in types) or {"type": "null"} in part.get(
        "anyOf", ()
    )


@pytest.mark.slow
def test_the_schemas_are_met_in_all_their_forms_and_are_strict(forms):
    present, absent, null = set(), set(), set()
    optional, nullable, strict = set(), set(), set()
    for line, answer in forms.items():
        command = line.split()[0]
        schema = schema_of(command)
        for name, part, value in objects(schema, schema, answer, command):
            own = {(name, field): each for field, each in part["properties"].items()}
            optional |= {key for key in own if key[1] not in part["required"]}
            nullable |= {key for key, each in own.items() if may_be_null(each)}
            present |= {key for key in own if key[1] in value}
            absent |= {key for key in own if key[1] not in value}
            null |= {key for key in own if value.get(key[1], 0) is None}
            if name not in strict:
                strict.add(name)
                check_strict(schema, part, value)
    assert {"claim", "ClaimLine", "RefusedLine", "PriceRow", "Rate", "UnknownCode"} <= strict
    assert optional - (present & absent) == ELSEWHERE
    assert nullable - null == NULL_ELSEWHERE


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
