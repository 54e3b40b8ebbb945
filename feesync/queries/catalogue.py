"""Every query by its name, and `ask`, which answers one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feesync.errors import InvalidInputError
from feesync.model.reading import excerpt
from feesync.queries.answer import Answer
from feesync.queries.lines import CHECK, CLAIM, ESTIMATE, SHEET
from feesync.queries.parameter import Kind, Parameter
from feesync.queries.query import Database, Query
from feesync.queries.tables import COMPARE, COVERAGE, DIFF, HISTORY, LOCALITIES_QUERY, RATES
from feesync.queries.values import nearest


def ask(query: Query | str, values: Mapping[str, object], db: Database = None) -> Answer:
    """Return the answer to a query.

    Args:
        query: the query, or its name.
        values: texts or JSON values by the names of parameters; a list where there are several.
        db: path of the database; by default FEESYNC_DB, else the user's data folder. The embedded
            snapshot answers for what it lacks.

    Raises:
        InvalidInputError: there is no such query or parameter, or a value cannot be read.
        FeesyncError: for the reasons of the function that answers.
    """
    own = _named(query) if isinstance(query, str) else query
    return own.respond(own, own.read(values), db)


def _named(name: str) -> Query:
    if name in QUERIES:
        return QUERIES[name]
    near = nearest(name, QUERIES)
    meant = f"is {near} meant?" if near else f"there are {', '.join(QUERIES)}"
    raise InvalidInputError(f"there is no query {excerpt(name)}: {meant}")


def _modifiers(query: Query, values: dict[str, Any], db: Database) -> Answer:
    from feesync.reference.modifiers import modifiers

    rows = modifiers(values.get("start"))
    return Answer(query, values, rows, lambda: rows, lambda: rows)


def _status(query: Query, values: dict[str, Any], db: Database) -> Answer:
    from feesync.refresh.status import status_at_once

    result = status_at_once(db=db, **values)
    return Answer(query, values, result, result.to_dict, result.rows, status=result.status)


_MODIFIERS = Query(
    "modifiers",
    "What a modifier does to the price.",
    (Parameter("start", Kind.TEXT, "The characters that they begin with.", "Begins with", "Q"),),
    respond=_modifiers,
)
_STATUS = Query(
    "status",
    "What is loaded, from where, how fresh.",
    (
        Parameter(
            "max_age",
            Kind.TEXT,
            "Stale where the last successful sync is older, such as 30d, 12h or 4w.",
            "Oldest sync",
            "30d",
            option="--max-age",
        ),
        Parameter(
            "need_current",
            Kind.FLAG,
            "Stale where no loaded release is of today's quarter.",
            "Needs a release of today",
            "true",
            default=False,
            option="--need-current",
        ),
    ),
    respond=_status,
)
_EVERY = (
    *(ESTIMATE, CLAIM, CHECK, SHEET, COVERAGE, RATES, COMPARE, HISTORY, DIFF),
    *(LOCALITIES_QUERY, _MODIFIERS, _STATUS),
)
QUERIES: dict[str, Query] = {each.name: each for each in _EVERY}
"""Every query by its name, in the order of the commands."""
