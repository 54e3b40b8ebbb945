"""An answer as HTML, for notebooks: its dictionary as tables.

Out of scope: pages for paper (writers).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

_MOST_ROWS = 60


def answer_html(answer: Mapping[str, Any]) -> str:
    """Return the dictionary of an answer as HTML: a table of its values, and one of each list."""
    lists = {name: value for name, value in answer.items() if _is_rows(value)}
    values = [(name, _text(value)) for name, value in answer.items() if name not in lists]
    parts = [_table((), values)] if values else []
    for name, rows in lists.items():
        if rows:
            parts.append(rows_html(rows, len(rows), name))
    return "\n".join(parts)


def rows_html(rows: Iterable[Mapping[str, Any]], count: int | None, name: str = "") -> str:
    """Return rows as an HTML table of at most sixty.

    Args:
        rows: the rows, all with the same names.
        count: how many there are, for the line below; None where that is not known.
        name: what the rows are.
    """
    shown = [row for _, row in zip(range(_MOST_ROWS + 1), rows, strict=False)]
    cut = len(shown) > _MOST_ROWS
    columns = tuple(dict.fromkeys(column for row in shown for column in row))
    cells = [[_text(row.get(column)) for column in columns] for row in shown[:_MOST_ROWS]]
    of = f" of {count:,}" if count is not None else ""
    below = f"<p>The first {_MOST_ROWS} rows{of}.</p>" if cut else ""
    return _table(columns, cells, name) + below


def _is_rows(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, Mapping) for one in value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(map(_text, value))
    return str(value)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    head = f"<caption>{escape(caption)}</caption>" if caption else ""
    if columns:
        head += f"<thead>{_row('th', columns)}</thead>"
    body = "".join(_row("td", row) for row in rows)
    return f"<table>{head}<tbody>{body}</tbody></table>"


def _row(tag: str, cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"
