"""docs/reference/ says what the code is: every command, option, function, note, status and name."""

import ast
import importlib.util
import json
import re
import shlex
import sys
from pathlib import Path

import pytest
from click import Option
from documents import DOCS, documents, prose
from payment_files import alaska

import feesync as package
from feesync.cli import cli

REFERENCE = DOCS / "reference"


def page(name):
    return (REFERENCE / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def builder():
    spec = importlib.util.spec_from_file_location("build_reference", DOCS / "build_reference.py")
    module = importlib.util.module_from_spec(spec)
    path = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = path
    return module


def test_every_page_is_what_the_code_says(builder):
    other = {name for name, build in builder.PAGES.items() if build() != page(name)}
    assert other == set(), "python docs/build_reference.py"


def sections(text):
    """Return a page's sections by their titles."""
    parts = re.split(r"^## (.*)\n", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_and_option_has_its_line():
    by_command = sections(page("commands.md"))
    assert list(by_command) == cli.list_commands(None)
    for name, text in by_command.items():
        for param in cli.get_command(None, name).params:
            if isinstance(param, Option):
                assert re.search(rf"^- `[^`]*{re.escape(param.opts[-1])}\b", text, re.M), param


def test_every_public_name_has_its_line():
    text = page("functions.md")
    for name in package.__all__:
        assert re.search(rf"^(##+ {name}|- `{name}`:.*)$", text, re.M), name


SEEN = [
    "estimate 64493 --locality AL -m 50 -m GA --pos 22 --date 2026-11-03 --qp",
    "estimate 64495 --locality AL -m CR --pos 5 --date 2025-11-03",
    "estimate 64493 --locality 94110 -m 22 --units 2 --nonpar --practitioner np",
    "estimate 64493 --locality AL -m 50 --units 2 --purpose diagnostic --deductible 9000",
    "estimate 64635 --locality AL -m KX --percent 110 --date 2025-11-03",
    "claim 64493 64493 64490-KX 64494 --locality AL --pos 24 --history 2026-01-02:64493",
    "claim 64636x3 --locality AL --pos 24 --date 2025-11-03",
]


def codes(answer):
    if isinstance(answer, dict):
        yield from (note["code"] for note in answer.get("notes", []))
        for part in answer.values():
            yield from codes(part)
    elif isinstance(answer, list):
        for part in answer:
            yield from codes(part)


def test_every_note_that_is_seen_has_its_line(feesync):
    seen = set()
    for line in SEEN:
        seen.update(codes(json.loads(feesync(*shlex.split(line), "--json").stdout)))
    known = list(sections(page("notes.md")))
    patterns = [re.sub(r"\\{\w+\\}", r"\\w+", re.escape(code)) for code in known]
    assert len(seen) >= 15
    assert {code for code in seen if not re.fullmatch("|".join(patterns), code)} == set()
    assert {"contractor-priced", "third-level-uncertain", "modifier-{modifier}"} <= set(known)


def paths(value, before=""):
    """Yield the dotted names in a JSON value; lists are looked into."""
    if isinstance(value, dict):
        for name, part in value.items():
            path = f"{before}.{name}" if before else name
            yield path
            yield from paths(part, path)
    elif isinstance(value, list):
        for part in value:
            yield from paths(part, before)


DAY = "--date 2025-11-03"
REMITTANCE = Path(__file__).parent / "fixtures/x12/base.835"
CLAIMS = "cpt,dos,zip,allowed,modifer\n64493,2025-11-03,36104,1.00,\n64493,x,,,\n"
COMMANDS = {
    "estimate": f"64493 --locality AL -m 50 --pos 22 {DAY}",
    "claim": f"64493-50 64493-50 --locality AL --pos 22 {DAY}",
    "check": f"64493-50 --allowed 81.66 --locality AL --pos 22 {DAY}",
    "sheet": f"64493-50 --locality AL {DAY}",
    "coverage": f"64493 --pos 22 --locality AL {DAY}",
    "rates": f"64493 --locality AL --percent 110 --conversion-factor 45 {DAY}",
    "compare": f"64493 --locality AL {DAY}",
    "history": "64493 --locality AL",
    "localities": f"10001 {DAY}",
    "diff": "RVU25D RVU26C --locality AL",
    "reprice": "claims.csv -o priced.csv",
    "modifiers": "FY",
    "audit": f"{REMITTANCE} --locality 01112-05",
    "verify": "PFREV25C.txt",
    "sync": "--watch 64493",
    "status": "",
    "cache": "",
    "config": "",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_names_of_the_json_are_documented(
    name, feesync, offered, november, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "PFREV25C.txt").write_text(alaska(c64494=("3.00", "65.12")))
    (tmp_path / "claims.csv").write_text(CLAIMS)
    if name in ("status", "cache"):
        assert feesync("sync").exit_code == 0
    result = feesync(name, *shlex.split(COMMANDS[name]), "--json")
    assert result.exit_code in (0, 4), result.stderr
    shown = set(paths(json.loads(result.stdout)))
    named = names_of(name)
    if name == "claim":
        named |= {f"lines.{known}": sometimes for known, sometimes in names_of("estimate").items()}
    if name == "check":
        named |= {
            f"estimate.{known}": sometimes for known, sometimes in names_of("estimate").items()
        }
    forms = {known: re.escape(known).replace(r"\*", r"[\w -]+") for known in named}
    strange = {
        path for path in shown if not any(re.fullmatch(form, path) for form in forms.values())
    }
    absent = {
        known
        for known, form in forms.items()
        if not named[known] and not any(re.fullmatch(form, path) for path in shown)
    }
    assert (strange, absent) == (set(), set())


def test_the_names_of_an_incomplete_claim(feesync):
    line = f"claim 64493 99999 --incomplete --locality AL {DAY} --json"
    shown = set(paths(json.loads(feesync(*shlex.split(line)).stdout)))
    added = {path for path in shown if path.split(".")[0] == "refused" or path == "lines.line"}
    told = {"refused", "refused.line", "refused.reason", "refused.hint"}
    hint = {"refused.hint.kind", "refused.hint.label"}
    assert added == {"lines.line", *told, *hint}
    assert added <= set(names_of("claim"))


def names_of(command):
    """Return the documented names of a command's JSON, and whether each is there only sometimes."""
    text = sections(page("json.md"))[command]
    return dict(re.findall(r"^- `([\w.*]+)`( \(sometimes\))?", text, re.M))


@pytest.mark.parametrize("name", ["rates", "compare", "history", "localities", "modifiers"])
def test_rows_of_csv_have_the_names_of_the_json(name, feesync):
    shown = feesync(name, *shlex.split(COMMANDS[name]), "--csv").stdout.splitlines()[0].split(",")
    named = names_of(name)
    assert {known for known in named if not named[known]} <= set(shown) <= set(named)


@pytest.mark.parametrize("name", ["check", "diff", "verify"])
def test_other_rows_of_csv_are_documented(name, feesync, loaded, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "PFREV25C.txt").write_text(alaska(c64494=("3.00", "65.12")))
    shown = feesync(name, *shlex.split(COMMANDS[name]), "--csv").stdout.splitlines()[0]
    (text,) = re.findall(
        rf"^- `{name} --csv`: (.*?);", sections(page("json.md"))["CSV"], re.M | re.S
    )
    assert re.findall(r"`(\w+)`", text) == shown.split(",")


def test_every_command_that_prints_json_is_among_these():
    def prints_json(name):
        return any("--json" in param.opts for param in cli.get_command(None, name).params)

    assert set(sections(page("json.md"))) >= set(filter(prints_json, cli.list_commands(None)))
    assert set(COMMANDS) == set(filter(prints_json, cli.list_commands(None)))


def identifiers():
    """The words of the package's names: modules, classes, functions, arguments, attributes."""
    source = Path(package.__file__).parent
    names = {part for path in source.rglob("*.py") for part in path.relative_to(source).parts}
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names |= {getattr(node, field, None) or "" for field in ("name", "attr", "id", "arg")}
    spaced = (re.sub(r"(?<=[a-z])(?=[A-Z])|[_.]+", " ", name).lower() for name in names)
    return set(spaced) | {word for name in spaced for word in name.split()}


def test_the_glossary_has_each_word_once_in_order_and_the_code_has_them():
    field, code = sections((DOCS / "glossary.md").read_text(encoding="utf-8")).values()
    known = identifiers()
    known |= {word for name in known for word in name.split()}
    for text in (field, code):
        words = re.findall(r"^- \*\*(.*?)\*\*: ", text, re.M)
        assert words == sorted(words, key=str.lower)
        assert len(set(words)) == len(words) >= 25
    assert set(re.findall(r"^- \*\*(.*?)\*\*", field, re.M)).isdisjoint(words)
    assert [word for word in words if not {word, f"{word}s", word.replace("-", " ")} & known] == []


MARKS = re.compile(r"\b[VSR]\b|[Rr]eading|[Ii]nference|feesync's own")


def test_every_rule_says_how_sure_it_is():
    text = (DOCS / "rules.md").read_text(encoding="utf-8")
    rules = {
        title: part
        for title, part in sections(text).items()
        if title not in ("The order of steps", "What is not priced here")
    }
    assert len(rules) >= 10
    for title, part in rules.items():
        first, *items = re.split(r"^- ", part, flags=re.M)
        if not MARKS.search(first):
            assert items, title
            assert [item for item in items if not MARKS.search(item)] == [], title


def test_the_counts_of_the_proof_are_those_of_the_tests():
    proof = " ".join((DOCS / "proof.md").read_text(encoding="utf-8").split())
    tests = "".join(
        (DOCS.parent / "tests" / name).read_text(encoding="utf-8")
        for name in ("test_cms_files.py", "test_second_opinion.py")
    )
    for count in ("6_322", "8_066", "19_090", "20_000", "100_000", "2_000_000", "1_500_000"):
        assert count in tests
        shown = f"{int(count):,}".replace(",000,000", " million").replace(",500,000", ".5 million")
        assert shown in proof, shown


def test_modules_and_files_that_the_documents_name_are_there():
    root, source = DOCS.parent, Path(package.__file__).parent
    rooms = {path.name for path in source.iterdir() if path.is_dir()}
    named = 0
    for path in documents():
        for name in re.findall(r"`([\w./-]+)`", prose(path)):
            first, *rest = name.removeprefix("feesync.").split(".")
            if first in rooms and rest and "/" not in name:
                module = source.joinpath(first, *rest)
                near = [module.with_suffix(".py"), module, module.parent.with_suffix(".py")]
                assert any(one.exists() for one in near), (path.name, name)
                named += 1
            elif re.match(r"(feesync|data|tests|docs|benchmarks)/", name):
                assert (root / name).exists(), (path.name, name)
                named += 1
            elif name.split("/")[0] in rooms and "/" in name:
                assert (source / name).exists(), (path.name, name)
                named += 1
    assert named >= 30
