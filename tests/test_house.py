"""The import graph runs one way, and pricing knows no database and no file."""

import ast
import re
from pathlib import Path

import feesync

PACKAGE = Path(feesync.__file__).parent
# each module may import what stands before it
FLOW = [
    "hints", "errors", "about", "model", "paths", "files", "reference", "pricing", "cms", "formats",
    "store", "datasets", "places", "schedule", "coverage", "claims", "export", "changes",
    "analysis", "verification", "refresh", "", "cli", "__main__",
]  # fmt: skip


FILES = {path.name for path in PACKAGE.glob("*.py")}


def room(module):
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports():
    for path in PACKAGE.rglob("*.py"):
        name = ".".join(["feesync", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(
            ".__init__"
        )
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.ImportFrom)
                and node.module
                and node.module.split(".")[0] == "feesync"
            ):
                submodules = [
                    alias.name
                    for alias in node.names
                    if node.module == "feesync" and alias.name + ".py" in FILES
                ]
                yield from ((name, f"feesync.{submodule}") for submodule in submodules)
                if not submodules:
                    yield name, node.module
            elif isinstance(node, ast.Import):
                yield from (
                    (name, alias.name) for alias in node.names if alias.name.startswith("feesync.")
                )


def test_every_room_has_its_place():
    rooms = {
        room(".".join(["feesync", *path.relative_to(PACKAGE).with_suffix("").parts]))
        for path in PACKAGE.rglob("*.py")
    }
    assert rooms - {"__init__"} == set(FLOW) - {""}


def test_imports_run_one_way():
    against = [
        (name, imported)
        for name, imported in imports()
        if FLOW.index(room(imported)) > FLOW.index(room(name))
    ]
    assert against == []


def test_pricing_knows_no_database_and_no_file():
    known = {imported for name, imported in imports() if name.startswith("feesync.pricing")}
    assert {room(imported) for imported in known} <= {
        "hints",
        "errors",
        "model",
        "reference",
        "pricing",
    }
    for path in (PACKAGE / "pricing").glob("*.py"):
        assert "sqlite3" not in path.read_text()


def test_one_state_is_asked_for_once():
    """What of_one_state decorates does not hold the database a second time."""
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not ("@of_one_state" in text and ".held()" in text), path


def test_no_module_is_long():
    assert [
        path.name for path in PACKAGE.rglob("*.py") if len(path.read_text().splitlines()) > 400
    ] == []


def test_only_the_ways_in_import_the_estimator():
    ways = {"feesync", "feesync.cli.commands.estimate", "feesync.cli.commands.claim"}
    assert {name for name, imported in imports() if imported == "feesync.claims.estimator"} == ways


def test_the_library_names_no_command_in_what_it_raises():
    """A front end words what helps; notes on an answer and docstrings may name commands."""
    found = []
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).parts[0] in ("cli", "__main__.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and str(getattr(node.func, "id", "")).endswith("Error"):
                texts = "".join(
                    part.value
                    for part in ast.walk(node)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )
                if re.search(r"'feesync [a-z]|(^|\s)--[a-z]", texts):
                    found.append((path.name, texts))
    assert found == []
