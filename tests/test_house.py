"""The import graph runs one way, and pricing knows no database and no file."""

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import feesync

PACKAGE = Path(feesync.__file__).parent
# each module may import what stands before it
FLOW = [
    "errors", "about", "model", "schemas", "paths", "files", "reference", "pricing", "defaults",
    "cms", "formats", "x12", "store", "datasets", "places", "schedule", "coverage", "claims",
    "writers", "changes", "analysis", "verification", "refresh", "remittance", "batch", "text",
    "queries", "web", "assistant", "", "cli", "__main__",
]  # fmt: skip


MOST_ROOMS, MOST_FLOORS = 31, 14


def name_of(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(["feesync", *parts]).removesuffix(".__init__")


MODULES = {name_of(path): path for path in PACKAGE.rglob("*.py")}


def room(module):
    """The folder or single module of feesync/ that a module is in; feesync itself is ""."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def import_statements(node, *, types):
    """The imports in a module, also inside functions.

    `types=False` leaves out the blocks of `if TYPE_CHECKING`.
    """
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield node
    if not types and isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    for block in ("body", "orelse", "finalbody", "handlers", "cases"):
        for statement in getattr(node, block, ()):
            yield from import_statements(statement, types=types)


@cache
def trees():
    """What each module says, parsed."""
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


@cache
def imports(types=True):
    """Every import of one module of the package by another, also inside functions.

    `types=False` leaves out what only a type checker imports.
    """
    edges = set()
    for name, tree in trees().items():
        for node in import_statements(tree, types=types):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found = {
                    whole if (whole := f"{node.module}.{alias.name}") in MODULES else node.module
                    for alias in node.names
                }
            elif isinstance(node, ast.Import):
                found = {alias.name for alias in node.names}
            else:
                continue
            edges |= {(name, module) for module in found if module.split(".")[0] == "feesync"}
    return edges


def graph(edges):
    """What each module or room imports, itself left out."""
    found: dict[str, set[str]] = {}
    for name, imported in edges:
        found.setdefault(name, set()).update({imported} - {name})
    return found


def circle(edges):
    """The first circle of imports, as text; none is ""."""
    try:
        TopologicalSorter(graph(edges)).prepare()
    except CycleError as error:
        return " imports ".join(repr(name) for name in reversed(error.args[1]))
    return ""


def between_rooms(types=True):
    return {(room(name), room(imported)) for name, imported in imports(types)}


def longest_chain():
    """The longest chain of imports between rooms that run, from the highest room down."""
    imported = graph(between_rooms(types=False))

    @cache
    def below(name):
        chains = [below(other) for other in imported.get(name, ())]
        return name, *max(chains, key=len, default=())

    return max(map(below, imported), key=len)


def test_every_room_has_its_place():
    rooms = {room(module) for module in MODULES}
    assert rooms == set(FLOW), "a room is named in FLOW, in its place; one that went, no more"


def test_the_house_has_few_rooms():
    rooms = {room(module) for module in MODULES} - {""}
    assert len(rooms) <= MOST_ROOMS, (
        f"feesync/ has {len(rooms)} folders and single modules, more than {MOST_ROOMS}: put the "
        f"new module in one of {', '.join(sorted(rooms))}"
    )


def test_the_house_has_few_floors():
    rooms = longest_chain()
    assert len(rooms) <= MOST_FLOORS, (
        f"{len(rooms)} rooms stand on each other, more than {MOST_FLOORS}: "
        f"{' imports '.join(name or 'feesync' for name in rooms)}"
    )
    assert len(rooms) > 5


def test_imports_run_one_way():
    against = [
        f"{name} imports {imported}, and {room(name) or 'feesync'} stands before {room(imported)}"
        for name, imported in imports()
        if FLOW.index(room(imported)) > FLOW.index(room(name))
    ]
    assert against == []


def test_no_rooms_and_no_modules_import_each_other():
    assert len(MODULES) > 100
    assert circle(imports(types=False)) == ""
    assert circle(between_rooms()) == ""


def test_a_circle_is_seen():
    assert circle([("a", "b"), ("b", "c"), ("c", "a"), ("a", "d"), ("d", "d")]) in {
        "'a' imports 'b' imports 'c' imports 'a'",
        "'b' imports 'c' imports 'a' imports 'b'",
        "'c' imports 'a' imports 'b' imports 'c'",
    }
    assert circle([("a", "b"), ("a", "c"), ("b", "c")]) == ""


def test_pricing_knows_no_database_and_no_file():
    known = {imported for name, imported in imports() if name.startswith("feesync.pricing")}
    assert {room(imported) for imported in known} <= {
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
        assert not ("@of_one_state" in text and ".hold()" in text), path


def test_no_module_is_long():
    assert [
        path.name for path in PACKAGE.rglob("*.py") if len(path.read_text().splitlines()) > 400
    ] == []


def test_only_the_ways_in_import_the_estimator():
    ways = {
        "feesync",
        "feesync.cli.commands.estimate",
        "feesync.cli.commands.claim",
        "feesync.queries.lines",
    }
    assert {name for name, imported in imports() if imported == "feesync.claims.estimator"} == ways


def test_nothing_that_runs_imports_the_types_of_dictionaries():
    """They are for type checkers and for the schemas; to make them takes time at a start."""

    def has_types(module):
        return module.rpartition(".")[2] == "dictionaries"

    assert len(list(filter(has_types, MODULES))) >= 10
    running = imports(types=False)
    assert {name for name, imported in running if has_types(imported) and not has_types(name)} == (
        set()
    )


def test_the_library_names_no_command_in_what_it_raises():
    """A front end words what helps; notes on an answer and docstrings may name commands."""
    found = []
    for name, tree in trees().items():
        if room(name) in ("cli", "__main__"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and str(getattr(node.func, "id", "")).endswith("Error"):
                texts = "".join(
                    part.value
                    for part in ast.walk(node)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )
                if re.search(r"'feesync [a-z]|(^|\s)--[a-z]", texts):
                    found.append((name, texts))
    assert found == []
