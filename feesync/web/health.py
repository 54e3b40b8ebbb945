"""Whether the server can answer, from what, and how fresh that is: for monitoring."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from feesync.about import VERSION
from feesync.errors import FeesyncError
from feesync.paths import database_path
from feesync.schedule.threads import open_schedule
from feesync.store.freshness import read_freshness
from feesync.web.site import site_of


def answer(request: Request) -> Response:
    """Return 200 and what answers, or 503 and why nothing can."""
    site = site_of(request)
    content: dict[str, Any] = {"status": "ok", "version": VERSION}
    try:
        schedule = open_schedule(site.db)
        with schedule.hold():
            loaded = [one.label for one in schedule.releases() if not one.embedded]
        fresh = read_freshness(database_path(site.db))
    except FeesyncError as error:
        failed = {**content, "status": "failed", "problem": site.error_text(error)}
        return JSONResponse(failed, HTTPStatus.SERVICE_UNAVAILABLE)
    content |= {
        "source": "database" if loaded else "embedded snapshot",
        "releases": loaded,
        "last_success": fresh.last_success.isoformat() if fresh.last_success else None,
        "last_run": fresh.last_run.isoformat() if fresh.last_run else None,
        "last_status": fresh.last_status,
    }
    return JSONResponse(content)
