"""What all pages and the API share: the database, the wording of errors, the templates."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from feesync.about import VERSION
from feesync.errors import FeesyncError
from feesync.web.assets import Assets
from feesync.web.words import FILTERS

if TYPE_CHECKING:
    from feesync.web.page import Page

Database = str | os.PathLike[str] | None
Pairs = Sequence[tuple[str, str]]
"""The names and texts of an address, in order."""

_TEMPLATES = Path(__file__).parent / "templates"


class Site:
    """What an application answers with.

    Attributes:
        db: path of the database; None for FEESYNC_DB, else that in the user's data folder.
        error_text: words an error, with what helps against it, as the front end does that serves.
        pages: the pages, in the order of the navigation.
        assets: the style sheet and the script.
    """

    def __init__(
        self, db: Database, error_text: Callable[[FeesyncError], str], pages: Sequence[Page]
    ) -> None:
        self.db: Database = db
        self.pages: Sequence[Page] = pages
        self.error_text: Callable[[FeesyncError], str] = error_text
        self.assets: Assets = Assets()
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(FILTERS)
        self._templates.globals.update(asset=self.assets.address, href=address, version=VERSION)

    def html(self, template: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """Return a page made from a template."""
        return HTMLResponse(self._templates.get_template(template).render(values), status)


def site_of(request: Request) -> Site:
    """Return the site that a request is for."""
    site: Site = request.app.state.site
    return site


def address(path: str, values: Mapping[str, object] | None = None, **others: object) -> str:
    """Return an address with a query string.

    Args:
        path: the path.
        values: what is asked; a list repeats its name; None, and an empty text or list, is left
            out, and a flag is `on` or `off`.
        others: such values too, which go before those.
    """
    pairs = [
        (name, _text(one))
        for name, value in {**(values or {}), **others}.items()
        for one in (value if isinstance(value, list | tuple) else [value])
        if one not in (None, "")
    ]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _text(value: object) -> str:
    return ("off", "on")[value] if isinstance(value, bool) else str(value)


def by_name(pairs: Pairs) -> dict[str, object]:
    """Return pairs by name; a name that is repeated has a list."""
    values: dict[str, object] = {}
    for name, value in pairs:
        earlier = values.get(name)
        if earlier is None:
            values[name] = value
        elif isinstance(earlier, list):
            earlier.append(value)
        else:
            values[name] = [earlier, value]
    return values
