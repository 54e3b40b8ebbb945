"""From any name of a place to the one locality that prices, or to a list to choose from.

It brings together names (places.names), ZIPs (places.zip_codes), and counties and contractors
(places.words), over the database and the embedded snapshot. Out of scope: which release answers for
a day (store.library).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from feesync.errors import Hint, LocalityError
from feesync.model.locality import Locality
from feesync.model.release import Release
from feesync.model.zip_code import ZipFile, ZipPlace, read_zip
from feesync.places import words, zip_codes
from feesync.places.names import enumeration, is_whole_name, matches, resolve
from feesync.store.source import Source
from feesync.store.zip_tables import ZipTable, embedded_zip_table

Counties = Mapping[tuple[str, str], str]
"""The counties of localities, by MAC and locality, as CMS words them."""


class SearchResult(NamedTuple):
    """The localities that a text may mean.

    Attributes:
        release: the release that has them.
        localities: the likeliest first.
        spans: of a ZIP, whether it lies, or may lie, in several localities; else None.
        remark: of a ZIP, which file says so and what is uncertain; else None.
        hint: what makes it certain, None where nothing does.
    """

    release: Release
    localities: list[Locality]
    spans: bool | None = None
    remark: str | None = None
    hint: Hint | None = None


def zip_tables(database: Source | None) -> list[ZipTable]:
    """Return the ZIP5 and ZIP9 tables of a database, and the embedded one."""
    return [*(database.zip_tables if database else ()), embedded_zip_table()]


def zip_counts(database: Source | None, day: date) -> tuple[ZipFile, dict[tuple[str, str], int]]:
    """Return the ZIP5 that answers for a day, and how many ZIPs each locality has in it."""
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
    """Return the one locality that a text means in a release; for a ZIP, also why.

    The name of a county does not mean a locality, unless its state stands with it: many states have
    a county of that name. But a part of a locality's name that is also a county of another locality
    is ambiguous.

    Args:
        text: a key, a name or a ZIP.
        source: the database or snapshot with the release.
        release: the release that prices.
        day: date of service.
        database: the database, for its ZIP files; None where there is none.
        counties: returns the counties of each locality.

    Raises:
        LocalityError: the text is unknown or ambiguous, as in `names.resolve` and
            `zip_codes.locate_zip`; or it is a county, and not the name of a locality.
    """
    if read_zip(text) is not None:
        by_zip = zip_codes.locate_zip(
            text, zip_tables(database), source.localities(release), release.label, day
        )
        if by_zip is not None:
            return by_zip
    if not words.is_name(text):
        return _locality(source, release, text), None
    return _by_name(text, source, release, counties), None


def _by_name(
    text: str, source: Source, release: Release, counties: Callable[[], Counties]
) -> Locality:
    places = source.localities(release)
    try:
        place = _locality(source, release, text)
    except LocalityError as error:
        by_state = words.in_state(text, places, counties())
        if len(by_state) == 1:
            return by_state[0]
        if by_state:
            raise LocalityError(
                f"cities are not known by name, and {text!r} may be in {enumeration(by_state)}. "
                "Give its ZIP, or name one by MAC-locality",
                [other.key for other in by_state],
            ) from error
        by_county = [
            *words.of_county(text, places, counties()),
            *words.of_rest(text, places, counties()),
        ]
        if not by_county or matches(text, places):
            raise
        where = (
            f"{text!r} is no locality by name; it is a county of {enumeration(by_county)}. Name "
            "one by MAC-locality, or give a ZIP"
        )
        raise LocalityError(where, [other.key for other in by_county]) from error
    if place.is_national or is_whole_name(text, place):
        return place
    others = [other for other in words.of_county(text, places, counties()) if other != place]
    if others:
        where = (
            f"{text!r} is a part of the name of {place}, and a county of {enumeration(others)}. "
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
) -> SearchResult:
    """Return the localities of a release that a text may mean, for a person to choose from.

    Arguments as in `locate`; the text may also be a MAC, a state, a county or a contractor.

    Raises:
        LocalityError: the text means no locality.
    """
    places = source.localities(release)
    of_mac = [place for place in places if query.strip() == place.mac]
    code, tables = read_zip(query), zip_tables(database)
    if code is not None and not (of_mac and zip_codes.zip5_table(tables, day).row(code) is None):
        by_zip = zip_codes.candidates(code, tables, places, day)
        remark = f"{code} is a MAC, and a ZIP too: {by_zip.remark}" if of_mac else by_zip.remark
        localities = [*of_mac, *by_zip.localities]
        return SearchResult(release, localities, by_zip.spans, remark, by_zip.hint)
    by_words = of_mac or words.search(query, places, counties)
    return SearchResult(release, by_words or [_locality(source, release, query)])


def _locality(source: Source, release: Release, text: str) -> Locality:
    """Return the locality that a key, state or name means; it is resolved once, and remembered."""
    key = (release.release_id, text)
    place = source.meanings.get(key)
    if place is None:
        place = source.meanings[key] = resolve(text, source.localities(release))
    return place
