"""Codes and lines of a file, one a row, beside those that are arguments of a command."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable

import click

from feesync.errors import InvalidInputError
from feesync.model.reading import excerpt

_HEADERS = frozenset(
    {"hcpcs", "cpt", "code", "codes", "line", "lines", "hcpcs code", "cpt code", "procedure"}
)
"""First cells that make a row the header of its file."""

_MODIFIERS = re.compile(r"mod(ifier)?s?[ _]?[1-4]?")


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
        help=f"A file with {what} a row, or - for standard input; # begins a comment. Of a .csv "
        "the first column counts.",
    )


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
    texts = _first_cells(value, _text(value))
    if not texts:
        raise InvalidInputError(f"{value} has no code")
    return texts


def _text(name: str) -> str:
    try:
        with click.open_file(name, "rb") as file:
            data: bytes = file.read()
        return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InvalidInputError(f"{name} cannot be read: {why}") from None


def _first_cells(name: str, text: str) -> tuple[str, ...]:
    """Return the first cell of each row that has one; a header is none of them."""
    rows = [row for row in (line.partition("#")[0].strip() for line in text.splitlines()) if row]
    if not name.lower().endswith(".csv"):
        return tuple(row for row in rows if row.lower() not in _HEADERS)
    delimiter = max(",;\t|", key=(rows or [""])[0].count)
    try:
        cells = list(csv.reader(rows, delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InvalidInputError(f"{name} is not readable as csv ({error})") from None
    if cells and cells[0][0].strip().lower() in _HEADERS:
        header, *cells = cells
        for column in header[1:]:
            if _MODIFIERS.fullmatch(column.strip().lower()):
                raise InvalidInputError(
                    f"{name} has the column {excerpt(column)}, which is not read: write modifiers "
                    "after their code, as in 64493-50"
                )
    return tuple(filter(None, (row[0].strip() for row in cells)))
