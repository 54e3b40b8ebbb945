"""Say which defaults of the user an answer stands on (feesync.defaults reads them).

Text has a line below the answer, a JSON object the name `defaults`; of rows, and of what is not
answered, a line on stderr tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from feesync.defaults import Default

_META = "feesync.defaults"


@contextmanager
def defaults_line(used: Mapping[str, Default], *, as_text: bool) -> Iterator[None]:
    """Say which defaults the command in the block used, once it has answered.

    Args:
        used: the defaults by the names of their options.
        as_text: whether the command answers in text for people.
    """
    meta = click.get_current_context().meta
    meta[_META] = used
    answered = False
    try:
        yield
        answered = True
    except click.exceptions.Exit:
        answered = True
        raise
    finally:
        if meta.pop(_META, None):
            if as_text and answered:
                from feesync.cli.terminal import terminal_text

                click.echo(terminal_text(f"\n{_line(used)}"))
            else:
                click.echo(f"feesync: info: {_line(used)}", err=True)


def with_defaults(answer: object) -> object:
    """Return an answer for JSON with the defaults that it stands on, where it is an object."""
    context = click.get_current_context(silent=True)
    if context is None or not isinstance(answer, dict) or _META not in context.meta:
        return answer
    used = context.meta.pop(_META)
    return {**answer, "defaults": {name: _value(*default) for name, default in used.items()}}


def _value(value: Any, source: str) -> dict[str, Any]:  # noqa: ANN401 - text or a flag
    return {"value": value, "source": source}


def _line(used: Mapping[str, Default]) -> str:
    by_source: dict[str, list[str]] = {}
    for name, (value, source) in used.items():
        shown = str(value).lower() if isinstance(value, bool) else value
        by_source.setdefault(source, []).append(f"{name} {shown}")
    return "Defaults: " + "; ".join(
        f"{', '.join(items)} ({source})" for source, items in by_source.items()
    )
