"""The mutants of a room: all that the operators make, without what no test could tell.

Left out: annotations, which are not evaluated; arguments of decorators (frozen, slots); decorators
that only remember; `strict` of zip, which asserts; what only a type checker reads. And the dotted
name of an exception among several, which cosmic-ray cannot replace.
"""

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.ast.ast_query import ASTQuery
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_item import MutationSpec, WorkItem
from operators import OPERATORS, Span

SEED = 64493
_MEMORIES = ("cache", "lru_cache", "cached_property")


def draw(folder: Path, room: str, number: int) -> tuple[list[WorkItem], int]:
    """Return as many mutants of a room as asked for, drawn by the seed, and how many there are.

    More of them begin with those that fewer are.
    """
    every = [
        item
        for path in sorted((folder / "feesync" / room).rglob("*.py"))
        for item in _of_module(folder, path.relative_to(folder))
    ]
    return sorted(every, key=lambda item: item.job_id)[:number], len(every)


def fingerprint(path: Path) -> str:
    """Return a hash of what a module does: its code without comments and docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            body[:] = [
                statement
                for statement in body
                if not (
                    isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
                )
            ]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def lines_of(code: str, line: int) -> range:
    """Return the lines of the innermost statement of a function that stands on a line.

    Of a compound statement those of its head. None at the top of a module or in the body of a
    class, which imports run and not tests.
    """
    found, function = range(0), False
    body = ast.parse(code).body
    while body:
        node = next((node for node in body if _first(node) <= line <= _last(node)), None)
        if node is None:
            break
        inner = [
            child
            for name in ("body", "orelse", "handlers", "finalbody", "cases")
            for child in getattr(node, name, ())
        ]
        last = min((_first(child) - 1 for child in inner), default=_last(node))
        if function:
            found = range(_first(node), max(last, _first(node)) + 1)
        if inner and not any(_first(child) <= line <= _last(child) for child in inner):
            break
        function = function or isinstance(node, ast.FunctionDef)
        body = inner
    return found


def _first(node: Any) -> int:
    """Return the first line of a statement, with its decorators, or of a case."""
    if isinstance(node, ast.match_case):
        return int(node.pattern.lineno)
    decorators = getattr(node, "decorator_list", ())
    return min(int(first.lineno) for first in (node, *decorators))


def _last(node: Any) -> int:
    return _last(node.body[-1]) if isinstance(node, ast.match_case) else int(node.end_lineno)


def _of_module(folder: Path, path: Path) -> Iterator[WorkItem]:
    tree = get_ast_from_path(folder / path)
    left_out = list(_left_out(ast.parse((folder / path).read_text(encoding="utf-8"))))
    for name in OPERATORS:
        operator = get_operator(name)()
        positions = [
            (node, *span) for node in ast_nodes(tree) for span in operator.mutation_positions(node)
        ]
        for occurrence, (node, start, end) in enumerate(positions):
            inside = [whole for whole, span in left_out if span[0] <= start and end <= span[1]]
            if inside and not (name == "core/RemoveDecorator" and not any(inside)):
                continue
            spec = MutationSpec(
                module_path=path,
                operator_name=name,
                occurrence=occurrence,
                start_pos=start,
                end_pos=end,
                definition_name=ASTQuery(node).get_definition_name(),
            )
            identity = f"{SEED}:{path}:{name}:{occurrence}"
            yield WorkItem.single(hashlib.sha256(identity.encode()).hexdigest()[:32], spec)


def _left_out(tree: ast.Module) -> Iterator[tuple[bool, Span]]:
    """Yield spans without mutants, and whether a decorator's own removal is left out too."""
    for node in ast.walk(tree):
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if annotation:
                yield True, _span(annotation)
        for decorator in getattr(node, "decorator_list", ()):
            (start_line, start), (end_line, _) = _span(decorator)
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            remembers = isinstance(called, ast.Name) and called.id in _MEMORIES
            # from the @ to the line's end, as the removal has it
            yield remembers, ((start_line, start - 1), (end_line + 1, 0))
        if isinstance(node, ast.keyword) and node.arg == "strict":
            yield True, _span(node)
        if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Tuple):
            for caught in node.type.elts:
                if isinstance(caught, ast.Attribute):
                    yield True, _span(caught)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield True, _span(node)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            yield True, _span(node)


def _span(node: Any) -> Span:
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
