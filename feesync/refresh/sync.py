"""sync(): check the arguments of a refresh, and run it under the lock of its cache."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import date

from feesync.cms.cache import Cache
from feesync.cms.client import read_user_agent
from feesync.cms.progress import Progress
from feesync.cms.retries import RUN_SECONDS
from feesync.cms.site import Site
from feesync.datasets.registry import asked_for, read_checks
from feesync.datasets.selection import Selection
from feesync.errors import InvalidInputError
from feesync.model import reading
from feesync.model.hcpcs import FACET_JOINT_CODES, read_code
from feesync.paths import cache_path, database_path
from feesync.refresh.report import SyncReport
from feesync.refresh.run import Run

_LONGEST_SECONDS = 24 * 60 * 60


def sync(
    *,
    years: Iterable[int] | None = (),
    releases: Iterable[str] | None = (),
    everything: bool = False,
    effective: tuple[date | str, date | str] | None = None,
    dry_run: bool = False,
    offline: bool = False,
    force: bool = False,
    without_checks: Iterable[str] | None = (),
    zips: bool = False,
    datasets: Iterable[str] | None = (),
    watch: Iterable[str] | None = FACET_JOINT_CODES,
    jitter: float = 0,
    wait: float = 0,
    deadline: float = RUN_SECONDS,
    user_agent: str | None = None,
    db: str | os.PathLike[str] | None = None,
    cache: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> SyncReport:
    """Bring the database up to date with CMS.

    Args:
        years: calendar years of releases, 2015 and later; by default this year, the last, and the
            next as soon as CMS offers it.
        releases: labels such as `RVU25D`, in place of years or beside them.
        everything: every release of 2015 and later.
        effective: first and last day of effect of the one release named, where feesync does not
            know them.
        dry_run: ask CMS, but download and change nothing.
        offline: open no connection; load what the cache holds and the database lacks.
        force: ask although CMS has forbidden it within a day; make bytes current again that a later
            revision has superseded.
        without_checks: names of checks of a release's own files that may fail, as `feesync import
            --without-check` takes them.
        zips: bring the Zip Code to Carrier Locality File too (ZIP5 and ZIP9).
        datasets: further datasets to bring, by the names of the flags of `feesync sync`; `zips` is
            one.
        watch: HCPCS codes whose changes are reported in dollars; by default the facet joint codes.
        jitter: seconds, of which the run sleeps a random part before it begins.
        wait: seconds to wait for another refresh that is running.
        deadline: seconds that the run may spend on requests that fail and on trying them again. A
            page has the rest of it, a minute at most and ten seconds at least; a zip has 15
            minutes, or one where nothing is left.
        user_agent: what to call oneself, in place of feesync's name, version and address.
        db: path of the database; by default FEESYNC_DB, else the user's data folder.
        cache: the folder of downloads; by default FEESYNC_CACHE, else the user's cache folder.
        progress: hears what happens.

    Returns:
        The report. What went wrong with CMS or with a release is in its `problems` and `status`,
        and is not raised; what was loaded before then is as it was and answers on.

    Raises:
        InvalidInputError: an argument cannot be read, or names a release that CMS does not offer.
        BusyError: another refresh is running.
        CacheError: the folder of downloads cannot be used.
        StoreError: the database cannot be read.

    Source: CMS, "PFS Relative Value Files", a page a release.
    """
    waits = (("jitter", jitter), ("wait", wait), ("deadline", deadline))
    jitter, wait, deadline = (
        reading.seconds(name, given, _LONGEST_SECONDS) for name, given in waits
    )
    if not isinstance(progress, Progress | None):
        raise InvalidInputError(
            f"progress {reading.excerpt(progress)} is no feesync.cms.progress.Progress"
        )
    if user_agent is not None:
        user_agent = read_user_agent(user_agent)
    also = reading.sequence_or_none("datasets", datasets, "zips")
    run = Run(
        datasets=asked_for([*also, *(["zips"] if reading.flag("zips", zips) else [])]),
        selection=Selection.of(
            years, releases, everything=everything, effective=effective, this_year=date.today().year
        ),
        dry_run=reading.flag("dry_run", dry_run),
        offline=reading.flag("offline", offline),
        force=reading.flag("force", force),
        without=read_checks(
            reading.sequence_or_none("without_checks", without_checks, "text-twin")
        ),
        watch=tuple(map(read_code, reading.sequence_or_none("watch", watch, "64493"))),
        site=Site.from_environment(),
        database=database_path(db),
        cache=Cache(cache_path(cache)),
        progress=progress or Progress(),
    )
    if jitter:
        time.sleep(random.uniform(0, jitter))
    with nullcontext() if run.dry_run else run.cache.lock(wait):
        return run.go(deadline, user_agent)
