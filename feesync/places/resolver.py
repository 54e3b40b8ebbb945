"""Places by any name that people have for them.

Keys, names and ZIPs to the one locality that prices, or to a list to choose from.

Brings together what is known of localities (localities), ZIPs (zip_codes), counties and contractors
(words), over the database and the embedded snapshot. Out of scope: which release answers for a day
(schedule).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from feesync.errors import LocalityError
from feesync.model.locality import Locality
from feesync.model.release import Release
from feesync.model.zip_code import ZipFile, ZipPlace, read_zip
from feesync.places import words, zip_codes
from feesync.places.names import is_whole_name, listed, matching, resolve
from feesync.store.source import Source
from feesync.store.zip_tables import ZipTable, embedded_zip_table

Counties = Mapping[tuple[str, str], str]
"""The counties of localities, by MAC and locality, as CMS words them."""


class Found(NamedTuple):
    """The localities that a text may mean, and the release that has them.

    Where the text is a ZIP, `spans` tells whether it may lie in more of them, or in others; `said`
    is what is to be known of it.
    """

    release: Release
    localities: list[Locality]
    spans: bool | None = None
    said: str | None = None


def zip_tables(database: Source | None) -> list[ZipTable]:
    """Return the ZIP5 and ZIP9 tables that there are: those of a database, and the embedded."""
    return [*(database.zip_tables if database else ()), embedded_zip_table()]


def zip_files(database: Source | None) -> list[ZipFile]:
    """Return the files behind them; of one quarter the database's, not the embedded."""
    files = {
        (file.kind, file.year, file.quarter): file
        for file in (table.file for table in reversed(zip_tables(database)))
    }
    return [files[key] for key in sorted(files)]


def zip_counts(database: Source | None, day: date) -> tuple[ZipFile, dict[tuple[str, str], int]]:
    """Return the ZIP5 that answers for a day, and how many ZIPs it has in each MAC and locality."""
    table = zip_codes.zip5_table(zip_tables(database), day)
    return table.file, table.counts()


def locate(
    text: str,
    source: Source,
    release: Release,
    day: date,
    database: Source | None,
    counties: Callable[[], Counties],
) -> tuple[Locality, ZipPlace | None]:
    """Return the one locality that a text means in a release of a source, and how, where the text is a ZIP.

    A county is no name of a locality, because CMS does not list all of them; but a name that is a
    county elsewhere is ambiguous.

    Raises:
        LocalityError: as `localities.resolve` and `zip_codes.locate` do; or the text is also a
            county of another locality, or of some and no name.
    """
    if read_zip(text) is not None:
        by_zip = zip_codes.locate(
            text, zip_tables(database), source.localities(release), release.label, day
        )
        if by_zip is not None:
            return by_zip
    if not words.is_name(text):
        return _locality(source, release, text), None
    return _named(text, source, release, counties), None


def _named(
    text: str, source: Source, release: Release, counties: Callable[[], Counties]
) -> Locality:
    places = source.localities(release)
    try:
        place = _locality(source, release, text)
    except LocalityError as error:
        by_county = words.of_county(text, places, counties())
        if not by_county or matching(text, places):
            raise
        where = (
            f"{text!r} is no locality by name; it is a county of {listed(by_county)}. Name one "
            "by MAC-locality"
        )
        raise LocalityError(where, [other.key for other in by_county]) from error
    if place.is_national or is_whole_name(text, place):
        return place
    others = [other for other in words.of_county(text, places, counties()) if other != place]
    if others:
        where = (
            f"{text!r} is a part of the name of {place}, and a county of {listed(others)}. "
            "Name one by MAC-locality"
        )
        raise LocalityError(where, [place.key, *(other.key for other in others)])
    return place


def find(
    query: str,
    source: Source,
    release: Release,
    day: date,
    database: Source | None,
    counties: Counties,
) -> Found:
    """Return the localities of a release that a text may mean.

    By key, ZIP, MAC, state, name, county or contractor.

    Raises:
        LocalityError: nothing is called so.
    """
    places = source.localities(release)
    of_mac = [place for place in places if query.strip() == place.mac]
    code, tables = read_zip(query), zip_tables(database)
    if code is not None and not (of_mac and zip_codes.zip5_table(tables, day).row(code) is None):
        by_zip = zip_codes.candidates(code, tables, places, day)
        said = f"{code} is a MAC, and a ZIP too: {by_zip.said}" if of_mac else by_zip.said
        return Found(release, [*of_mac, *by_zip.localities], by_zip.spans, said)
    found = of_mac or words.search(query, places, counties)
    return Found(release, found or [_locality(source, release, query)])


def _locality(source: Source, release: Release, text: str) -> Locality:
    """Return the locality of a release that a text means by key, state or name, found once for each state of the database."""
    key = (release.release_id, text)
    found = source.meanings.get(key)
    if found is None:
        found = source.meanings[key] = resolve(text, source.localities(release))
    return found
