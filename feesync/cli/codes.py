"""Codes and lines of a file, one a row, beside those that are arguments of a command."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import click

from feesync.claims.cells import is_like_code
from feesync.claims.line import ClaimLine
from feesync.cli.input import read_input
from feesync.errors import InvalidInputError, together
from feesync.formats.line_columns import CODE, SPELLINGS
from feesync.formats.table import plain, read_rows, read_text
from feesync.model.reading import excerpt

_MODIFIER = 2
"""The characters of a modifier."""

_START = re.compile(r"[0-9A-Z]{5}(?:-[0-9A-Z]{2})*", re.IGNORECASE)
"""The code of a line with its modifiers, before its units and its charge."""

_TABLES = (".csv", ".tsv", ".xlsx", ".xlsm")
"""How the name of a file with columns ends; of others each row is a text."""

_HEADERS = frozenset(map(plain, (CODE, *SPELLINGS[CODE], "codes", "line", "lines")))
"""First cells that make a row the header of its file."""

_OTHERS = frozenset(
    plain(spelling)
    for name, spellings in SPELLINGS.items()
    if name != CODE
    for spelling in (name, *spellings)
)
"""Columns of modifiers."""


def read_words(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the codes or lines of an argument, as they stand.

    An argument `hcpcs` takes codes alone, before modifiers.

    Raises:
        click.UsageError: one is a modifier that stands apart from its code.
    """
    for code, text in pairwise(texts):
        if len(text) == _MODIFIER < len(code) and is_like_code(code):
            start = _START.match(code)
            own = start[0] if start else code
            way = (
                f"{ctx.command.name} is of codes alone, before modifiers: give {code}"
                if param.name == "hcpcs"
                else f"modifiers stand with the code: give {own}-{text}{code[len(own) :]}"
            )
            raise click.UsageError(f"{excerpt(text)} is no code; {way}", ctx)
    return texts


def codes_option(what: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the option `--codes`, which gives a command the texts of a file.

    Args:
        what: what a row has, for the help.
    """
    return click.option(
        "--codes",
        "more",
        callback=_read,
        metavar="FILE",
        help=f"A file with {what} a row, or - for standard input; # begins a comment. Of a .csv, "
        ".tsv or .xlsx the first column counts.",
    )


def bare_codes(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes of lines of a file, for rates, which are before modifiers and units.

    Where a line has any, stderr says that they are left out. What is no line, such as a range of
    codes, stays as it is.
    """
    codes = tuple(map(_bare_code, lines))
    if codes != lines:
        example = next(line for line, code in zip(lines, codes, strict=True) if line != code)
        click.echo(
            f"feesync: info: rates are before modifiers and units: of lines such as {example} the "
            "code alone counts",
            err=True,
        )
    return codes


def _bare_code(text: str) -> str:
    try:
        line = ClaimLine.read(text)
    except InvalidInputError:
        return text
    return text if line == ClaimLine(line.hcpcs) else line.hcpcs


def with_codes(
    ctx: click.Context, name: str, texts: tuple[str, ...], more: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the texts of an argument and those of `--codes`; there must be one.

    Args:
        ctx: the context of the command.
        name: of the argument.
        texts: what the argument has.
        more: what the file has.
    """
    if not texts and not more:
        param = next(param for param in ctx.command.params if param.name == name)
        raise click.MissingParameter(ctx=ctx, param=param)
    return (*texts, *more)


def _read(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    if value is None:
        return ()
    data, name = read_input(value)
    is_table = name.lower().endswith(_TABLES)
    texts = _of_table(data, name) if is_table else _of_text(data, name)
    if not texts:
        raise InvalidInputError(f"{name} has no code")
    wrong = [
        InvalidInputError(f"{name}, row {number}: it is not a HCPCS code of five characters")
        for number, text in texts
        if not is_like_code(text)
    ]
    if wrong:
        raise together(wrong)
    return tuple(text for _, text in texts)


def _of_text(data: bytes, name: str) -> list[tuple[int, str]]:
    """Return the rows of a text with their numbers, without comments; a header is none of them."""
    rows = enumerate(map(_without_comment, read_text(data, name).splitlines()), start=1)
    return [(number, row) for number, row in rows if row and plain(row) not in _HEADERS]


def _of_table(data: bytes, name: str) -> list[tuple[int, str]]:
    """Return the first cell of each row that has one, with its number; a header is none of them."""
    rows = [(number, row) for number, row in read_rows(data, name) if _without_comment(row[0])]
    if rows and plain(rows[0][1][0]) in _HEADERS:
        (_, header), *rows = rows
        for column in header[1:]:
            if plain(column) in _OTHERS:
                raise InvalidInputError(
                    f"{name} has the column {excerpt(column)}, which is not read: write modifiers "
                    "after their code, as in 64493-50"
                )
    return [(number, _without_comment(cells[0])) for number, cells in rows]


def _without_comment(row: str) -> str:
    return row.partition("#")[0].strip()
