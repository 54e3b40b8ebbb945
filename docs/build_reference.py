"""Build docs/reference/ from the code.

    python docs/build_reference.py

It writes commands, functions, notes, exit statuses, variables, columns and the API, and the values
by date of docs/rules.md. A test builds it again and compares. What the code cannot say of itself
stands in docs/reference_words.py. json.md is written by hand, and the schemas are made of it too
(build_schemas.py); a test compares both with what the commands print.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).parent))

import build_schemas
import datasette_metadata
import reference_words as words

import feesync
from feesync.batch.answer import COLUMNS
from feesync.batch.columns import MEANINGS
from feesync.batch.reasons import Reason
from feesync.batch.spark import reprice as reprice_in_spark
from feesync.cli import cli
from feesync.errors import ExitStatus, FeesyncError, worst
from feesync.model.rate import Setting
from feesync.queries.catalogue import QUERIES
from feesync.queries.parameter import Kind, Parameter
from feesync.queries.query import Question
from feesync.queries.shared import HEADER
from feesync.reference.modifiers import Effect
from feesync.reference.tables import read_table
from feesync.remittance.line_status import MEANINGS as LINE_STATUSES
from feesync.remittance.line_status import WORDS as LINE_REASONS
from feesync.store.schema import memory_database
from feesync.web import claims_file, openapi

FOLDER = Path(__file__).parent / "reference"
RULES = Path(__file__).parent / "rules.md"
PACKAGE = Path(feesync.__file__).parent
WIDTH = 80
SECTIONS = ("Args", "Returns", "Yields", "Raises", "Attributes")


def wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    """Return a text as lines of the page's width; names in backticks are not broken."""
    indent = " " * len(first) if rest is None else rest
    code = re.sub("`[^`]*`", lambda found: found[0].replace(" ", "\0"), " ".join(text.split()))
    return textwrap.fill(
        code,
        WIDTH,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ).replace("\0", " ")


def item(name: str, text: str) -> str:
    """Return an item of a list: a name and what it is."""
    return wrapped(f"`{name}`: {text}", "- ", "  ")


def commands() -> str:
    """Return every command with its options."""
    parts = ["# Commands", "What `feesync COMMAND --help` says, command by command."]
    parts += ["Options of `feesync` itself:"]
    parts.append("\n".join(map(option, options(cli))))
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        arguments = " ".join(
            param.make_metavar(click.Context(command))
            for param in command.params
            if isinstance(param, click.Argument)
        )
        parts.append(f"## {name}")
        parts.append(f"`feesync {name} [OPTIONS] {arguments}`".replace(" `", "`"))
        parts += help_paragraphs(command.help or "")
        parts += ["\n".join(map(option, options(command)))] if options(command) else []
    return "\n\n".join(parts) + "\n"


def options(command: click.Command) -> list[click.Option]:
    """Return a command's own options."""
    return [
        param for param in command.params if isinstance(param, click.Option) and not param.hidden
    ]


def option(param: click.Option) -> str:
    """Return an option as an item of a list."""
    context = click.Context(cli)
    names = ", ".join(param.opts) + "".join(f" / {name}" for name in param.secondary_opts)
    metavar = "" if param.is_flag or param.count else " " + param.make_metavar(context)
    help_record = param.get_help_record(context)
    text = help_record[1] if help_record else ""
    return item(names + metavar, " ".join(text.split()))


def help_paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a command's help; its examples as a block."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        lines = [line.strip() for line in paragraph.splitlines() if line.strip() != "\b"]
        if lines and lines[0].startswith("feesync "):
            yield "```sh\n" + "\n".join(lines) + "\n```"
        else:
            yield wrapped(" ".join(lines))


def functions() -> str:
    """Return every public name: functions, then values, then errors."""
    public = [(name, getattr(feesync, name)) for name in feesync.__all__]
    errors = [(name, value) for name, value in public if is_error(value)]
    calls = [(name, value) for name, value in public if inspect.isfunction(value)]
    values = [pair for pair in public if pair not in errors and pair not in calls]
    parts = ["# Functions", "Everything that `feesync` offers to a program."]
    for name, value in calls:
        parts += [f"## {name}", signature(name, value), *docstring(value)]
    own = f"{reprice_in_spark.__module__}.reprice"
    parts += [f"## {own}", signature(own, reprice_in_spark), *docstring(reprice_in_spark)]
    parts.append("## Values")
    for name, value in values:
        parts += [f"### {name}", *docstring(value), *members(value), *methods(value)]
    parts.append("## Errors")
    parts.append("\n".join(error(name, value) for name, value in errors))
    return "\n\n".join(parts) + "\n"


def is_error(value: object) -> bool:
    """Tell whether a value is a class of errors."""
    return isinstance(value, type) and issubclass(value, Exception)


def error(name: str, value: type[FeesyncError]) -> str:
    """Return an error as an item of a list, with its exit status."""
    above = ", ".join(base.__name__ for base in value.__bases__)
    summary = inspect.cleandoc(value.__doc__ or "").split("\n\n")[0]
    return item(name, f"({above}; exit status {int(value.exit_status)}) {summary}")


def signature(name: str, function: Callable[..., object]) -> str:
    """Return a function's signature, one argument a line."""
    lines, keyword_only = [f"{name}("], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword_only:
            keyword_only = True
            lines.append("    *,")
        text = parameter.name
        if parameter.default is not parameter.empty:
            text += f"={default(parameter.default)}"
        lines.append(f"    {text},")
    returned = inspect.signature(function).return_annotation
    return "```text\n" + "\n".join([*lines, f") -> {returned}"]) + "\n```"


def default(value: object) -> str:
    """Return a default as a caller would write it."""
    if isinstance(value, Setting):
        return repr(value.value)
    if isinstance(value, tuple) and value and isinstance(value[0], Setting):
        return "(" + " ".join(f"{setting.value!r}," for setting in value) + ")"
    return repr(value)


def docstring(value: object) -> Iterator[str]:
    """Yield a docstring's paragraphs, its sections as lists."""
    for paragraph in inspect.cleandoc(value.__doc__ or "").split("\n\n"):
        head, _, body = paragraph.partition("\n")
        if head.removesuffix(":") in SECTIONS and head.endswith(":"):
            yield f"{head}"
            yield "\n".join(section(textwrap.dedent(body)))
        else:
            yield wrapped(paragraph)


def section(body: str) -> Iterator[str]:
    """Yield the items of a section of a docstring."""
    entries: list[str] = []
    for line in body.splitlines():
        if line.startswith(" ") and entries:
            entries[-1] += " " + line.strip()
        else:
            entries.append(line.strip())
    for entry in entries:
        name, colon, text = entry.partition(": ")
        named = colon and re.fullmatch(r"[\w, ]+", name)
        yield item(name, text) if named else wrapped(entry, "- ", "  ")


def members(value: type) -> list[str]:
    """Return the members of an enumeration."""
    if not issubclass(value, StrEnum):
        return []
    return [wrapped(f"One of {', '.join(f'`{member.value}`' for member in value)}; as text, too.")]


def methods(value: type) -> list[str]:
    """Return the public methods and properties of a class, each in a line."""
    lines = []
    for name, member in vars(value).items():
        if name.startswith("_"):
            continue
        function = member.fget if isinstance(member, property) else member
        function = getattr(function, "__func__", function)
        if not inspect.isfunction(function) or not function.__doc__:
            continue
        summary = inspect.cleandoc(function.__doc__).split("\n\n")[0]
        arguments = [one for one in inspect.signature(function).parameters if one not in _OWN]
        call = name if isinstance(member, property) else f"{name}({', '.join(arguments)})"
        lines.append(item(call, summary))
    return ["Methods and properties:", "\n".join(lines)] if lines else []


_OWN = ("self", "cls")


class NoteCall:
    """A place in the code that makes a note: its code, severities, text and source."""

    def __init__(self, call: ast.Call, scope: list[ast.stmt], constants: dict[str, str]) -> None:
        self.line = call.lineno
        self._scope, self._constants = scope, constants
        arguments = list(call.args)
        self.severities = self._severities(call)
        if isinstance(call.func, ast.Name) and call.func.id == "Note":
            del arguments[1]
        self.codes = self._texts(arguments[0])
        self.texts = self._texts(arguments[1])

    @staticmethod
    def _severities(call: ast.Call) -> list[str]:
        if isinstance(call.func, ast.Attribute):
            return [call.func.attr]
        if isinstance(call.func, ast.Name) and call.func.id == "Verdict":
            return ["warning"]  # of the contractor on a third level
        return ["info", "warning"]  # as a table or a condition says

    def _texts(self, node: ast.expr) -> list[str]:
        """Return the texts that an expression may be, with {names} for what is filled in."""
        if isinstance(node, ast.IfExp):
            return self._texts(node.body) + self._texts(node.orelse)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value  # a constant that is formatted
        elif isinstance(node, ast.Call):
            node = node.args[0]  # a text that is capitalized
        if isinstance(node, ast.Name):
            return self._assigned(node.id)
        return [template(node)]

    def _assigned(self, name: str) -> list[str]:
        found: list[str] = []
        for node in self._scope:
            if node.lineno > self.line:
                continue
            if isinstance(node, ast.Assign) and template(node.targets[0]) == f"{{{name}}}":
                found = self._texts(node.value)
            elif isinstance(node, ast.AugAssign) and template(node.target) == f"{{{name}}}":
                found = [f"{text} [{' / '.join(self._texts(node.value))}]" for text in found]
        return found or [self._constants.get(name, f"{{{name}}}")]


def template(node: ast.expr) -> str:
    """Return a text, with {names} for what is filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(map(template, node.values))
    if isinstance(node, ast.FormattedValue):
        return template(node.value) if isinstance(node.value, ast.IfExp) else filled(node.value)
    if isinstance(node, ast.IfExp):
        return f"[{template(node.body)} / {template(node.orelse)}]"
    if isinstance(node, ast.BinOp):
        return template(node.left) + template(node.right)
    return filled(node)


def filled(node: ast.expr) -> str:
    """Return the name of what is filled in, in braces."""
    while not isinstance(node, ast.Name | ast.Attribute):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr != "join":
                node = node.func.value
            else:
                node = node.args[0] if node.args else node.func
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.BinOp):
            node = node.left
        elif isinstance(node, ast.Tuple):
            node = node.elts[0]
        else:
            return "{...}"
    return "{" + (node.id if isinstance(node, ast.Name) else node.attr).strip("_").lower() + "}"


def note_calls() -> Iterator[NoteCall]:
    """Yield every place in the code that makes a note."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and makes_note(node)]
        if not calls:
            continue
        constants = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        }
        inner = {
            id(node): function
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef)
            for node in ast.walk(function)
        }
        for call in calls:
            scope = inner.get(id(call), tree)
            statements = [one for one in ast.walk(scope) if isinstance(one, ast.stmt)]
            ordered = sorted(statements, key=lambda one: one.lineno)
            yield NoteCall(call, ordered, constants)


def makes_note(call: ast.Call) -> bool:
    """Tell whether a call makes a note."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id in ("Note", "Verdict") or (function.id == "make" and len(call.args) == 3)
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "Note"
        and function.attr in ("info", "warning", "denial")
    )


def notes() -> str:
    """Return every code of a note, its severities, and what it says."""
    found: dict[str, dict[str, list[str]]] = {}
    for call in note_calls():
        for code in call.codes:
            if code == "{code}":  # of a verdict, which is found by itself
                continue
            texts = found.setdefault(code, {}).setdefault(" or ".join(call.severities), [])
            texts += [text for text in call.texts if text not in texts]
    parts = ["# Notes", *map(wrapped, words.NOTES)]
    for code in sorted(found):
        parts.append(f"## {code}")
        parts.append(
            "\n".join(
                wrapped(f"{severity}: {text}", "- ", "  ")
                for severity, texts in found[code].items()
                for text in texts
            )
        )
    return "\n\n".join(parts) + "\n"


def exit_statuses() -> str:
    """Return every exit status, and the errors that bring it."""
    parts = ["# Exit statuses", *map(wrapped, words.STATUSES_BEFORE)]
    lines = []
    for status in ExitStatus:
        errors = sorted(
            name
            for name in feesync.__all__
            if is_error(getattr(feesync, name)) and getattr(feesync, name).exit_status is status
        )
        raised = f" In Python: {', '.join(f'`{name}`' for name in errors)}." if errors else ""
        lines.append(item(str(int(status)), words.STATUSES[status.name] + raised))
    met, order = set(ExitStatus) - {ExitStatus.OK, ExitStatus.INTERRUPTED}, []
    while met:
        order.append(worst(met))
        met.remove(order[-1])
    named = ", ".join(str(int(status)) for status in order)
    parts.append("\n".join(lines))
    parts += [wrapped(text.format(order=named)) for text in words.STATUSES_AFTER]
    return "\n\n".join(parts) + "\n"


def variables() -> str:
    """Return every environment variable."""
    names = {
        node.value.value
        for path in PACKAGE.rglob("*.py")
        if "VARIABLE" in (text := path.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id.endswith("VARIABLE")
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }
    lines = [item(name, words.VARIABLES[name]) for name in sorted(names)]
    parts = ["# Environment", "feesync's own variables:", "\n".join(lines)]
    return "\n\n".join([*parts, *map(wrapped, words.VARIABLES_AFTER)]) + "\n"


def database() -> str:
    """Return the columns of the views."""
    connection = memory_database()
    parts = ["# Database", *map(wrapped, words.DATABASE)]
    for view in words.VIEWS:
        found = connection.execute("SELECT name FROM pragma_table_info(?)", (view,))
        columns = [name for (name,) in found]
        parts += [f"## {view}", *map(wrapped, words.VIEWS[view])]
        if view == "current_rate":
            parts.append(wrapped(f"{', '.join(f'`{column}`' for column in columns)}."))
            continue
        known = words.COLUMNS if view == "rate" else words.CENTS_COLUMNS
        if view == "rate_cents":
            columns = [column for column in columns if column not in words.COLUMNS]
        parts.append("\n".join(item(column, known[column]) for column in columns))
    connection.close()
    return "\n\n".join(parts) + "\n"


def periods(table: str, form: str) -> str:
    """Return an item for each row of a table of data/reference/ that says what a rule pays."""
    items = []
    for row in read_table(f"reference/{table}"):
        if row.get("effect", Effect.MULTIPLIES) == Effect.MULTIPLIES:
            days = [f"{way} {row[way]}" for way in ("from", "to") if row[way]]
            what = ", ".join([form.format_map(row).strip(), *days])
            items.append(wrapped(f"{what}. {row['confidence']}: {row['source']}", "- ", "  "))
    return "\n".join(items)


def rules() -> str:
    """Return docs/rules.md with its values by date as the tables have them."""
    before, title, after = RULES.read_text(encoding="utf-8").partition(words.VALUES_TITLE)
    parts = [before + title, wrapped(words.VALUES)]
    for table, (heading, form) in words.VALUE_TABLES.items():
        parts += [f"### {heading}", periods(table, form)]
    return "\n\n".join(parts) + "\n\n## " + after.partition("\n## ")[2]


def claims() -> str:
    """Return the columns of files of claims and of answers, and the reasons of lines."""
    parts = ["# Files of claims", *map(wrapped, words.CLAIM_FILES), "## Columns"]
    parts.append(
        "\n".join(
            item(name, words.CLAIM_COLUMNS[name] + also(spellings))
            for name, spellings in MEANINGS.items()
        )
    )
    parts += ["## The answer", *map(wrapped, words.ANSWERS)]
    parts.append("\n".join(item(name, words.ANSWER_COLUMNS[name]) for name in COLUMNS))
    parts.append("## Reasons")
    parts += [wrapped(text.format(last=Reason.CLAIM_INCOMPLETE)) for text in words.REASONS]
    parts.append("\n".join(item(reason, f"{reason.words}.") for reason in Reason))
    return "\n\n".join(parts) + "\n"


def also(spellings: tuple[str, ...]) -> str:
    """Return how else a column is spelled."""
    return f" Also {', '.join(f'`{spelling}`' for spelling in spellings)}." if spellings else ""


def remittances() -> str:
    """Return what the lines of an audit may be, and why they are not judged."""
    parts = ["# Remittances", *map(wrapped, words.REMITTANCES), "## Statuses"]
    parts.append("\n".join(item(status, f"{text}.") for status, text in LINE_STATUSES.items()))
    parts += ["## Reasons", *map(wrapped, words.REMITTANCE_REASONS)]
    parts.append("\n".join(item(reason, f"{text}.") for reason, text in LINE_REASONS.items()))
    return "\n\n".join(parts) + "\n"


def api() -> str:
    """Return the addresses of `feesync serve` that answer programs, with their parameters."""
    of_file = claims_file.QUESTION
    parts = ["# The API", *map(wrapped, words.API), "## Queries"]
    for name, query in QUERIES.items():
        parts += [f"### {name}", *question(f"GET /api/{name}", query)]
    parts += ["## A file of claims", *map(wrapped, words.API_FILE)]
    parts += question(f"POST /api/{of_file.name}", of_file)
    parts += ["## Problems", *map(wrapped, words.API_PROBLEMS)]
    parts.append("\n".join(item(*pair) for pair in described(openapi.PROBLEM)))
    parts.append(wrapped("The status of HTTP:"))
    statuses = {**openapi.FILE_PROBLEMS, **openapi.PROBLEMS}
    parts.append("\n".join(item(status, statuses[status]) for status in sorted(statuses)))
    parts += ["## Health", *map(wrapped, words.API_HEALTH)]
    parts.append("\n".join(item(*pair) for pair in described(openapi.HEALTH)))
    return "\n\n".join(parts) + "\n"


def question(address: str, asked: Question) -> list[str]:
    """Return the paragraphs on an address: what it answers, its parameters, and their rules."""
    rules = [f"one of {listed(group)} is needed" for group in asked.needs]
    rules += [f"at most one of {listed(group)} is given" for group in asked.excludes]
    text = "; ".join(rules)
    has_header = asked.name != "estimate" and {*HEADER} <= {*asked.parameters}
    own = [each for each in asked.parameters if not has_header or each not in HEADER]
    items = [item(each.name, parameter_text(each)) for each in own]
    if len(own) < len(asked.parameters):
        first, *_, last = HEADER
        items.append(f"- `{first.name}` to `{last.name}`: as of [estimate](#estimate).")
    return [
        wrapped(f"`{address}`: {asked.text}"),
        "\n".join(items),
        *([wrapped(f"{text[0].upper()}{text[1:]}.")] if text else []),
    ]


def listed(names: Sequence[str]) -> str:
    """Return names of parameters in a sentence."""
    return ", ".join(f"`{name}`" for name in names)


def parameter_text(parameter: Parameter) -> str:
    """Return what a parameter means, what it may be, and what it is by default."""
    facts = [parameter.kind.value if parameter.kind is not Kind.TEXT else ""]
    facts += ["needed" if parameter.required else ""]
    if parameter.choices:
        facts.append(f"one of {', '.join(parameter.choices)}")
    if parameter.least is not None:
        facts.append(f"{parameter.least} to {parameter.most}")
    if parameter.default not in (None, False) and "by default" not in parameter.text:
        facts.append(f"by default {str(parameter.default).replace('True', 'true')}")
    given = "; ".join(filter(None, facts))
    return f"({given}) {parameter.text}" if given else parameter.text


def described(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the names of an object and what each is."""
    for name, part in schema["properties"].items():
        yield name, part["description"]


PAGES = {
    "../rules.md": rules,
    "commands.md": commands,
    "functions.md": functions,
    "notes.md": notes,
    "claims.md": claims,
    "remittances.md": remittances,
    "exit-statuses.md": exit_statuses,
    "variables.md": variables,
    "database.md": database,
    "api.md": api,
    "../datasette.json": datasette_metadata.metadata,
}


def main() -> None:
    """Write every page that the code can tell, and the schemas."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
    build_schemas.main()


if __name__ == "__main__":
    main()
