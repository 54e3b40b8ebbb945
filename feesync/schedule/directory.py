"""The payment localities with what people know of them: counties, ZIPs, contractor.

Out of scope: what a text may mean (places).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import TYPE_CHECKING, Any

from feesync.errors import Hint
from feesync.model import reading
from feesync.model.dates import read_day
from feesync.model.locality import Locality
from feesync.model.money import decimal, json_ready
from feesync.model.note import Note
from feesync.model.release import Release
from feesync.model.result import RowResult
from feesync.places.resolver import SearchResult
from feesync.reference.contractors import contractors
from feesync.schedule.notes import acceptance_notes
from feesync.schedule.state import of_one_state
from feesync.schedule.threads import open_schedule

if TYPE_CHECKING:
    from feesync.schedule.dictionaries import DirectoryDict, LocalityRowDict

COLUMNS = (
    *("mac", "locality", "state", "name"),
    *("work_gpci", "pe_gpci", "mp_gpci"),
    *("counties", "contractor", "jurisdiction", "zips", "zip_spans_localities", "locality_name"),
)
"""The columns of the rows of a Directory, as `feesync localities` prints them."""


@dataclass(frozen=True, slots=True)
class Directory(RowResult):
    """The payment localities, or those that a text may mean.

    Attributes:
        date: the day of the question.
        release: the release that has the localities.
        localities: the likeliest first.
        counties: the counties as CMS words them, by MAC and locality number.
        zips: how many ZIPs each has in CMS's ZIP5 file, by MAC and locality number.
        spans: of a ZIP, whether it lies, or may lie, in several localities; else None.
        remark: of a ZIP, which file says so and what is uncertain; else None.
        hint: what makes it certain, None where nothing does.
    """

    date: Date
    release: Release
    localities: tuple[Locality, ...]
    counties: Mapping[tuple[str, str], str]
    zips: Mapping[tuple[str, str], int]
    spans: bool | None
    remark: str | None
    hint: Hint | None

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a person should know about the release."""
        return tuple(acceptance_notes(self.release))

    def rows(self) -> list[LocalityRowDict]:
        """Return a row for each locality, under the names of `feesync localities --json`."""
        return [self._row(place) for place in self.localities]

    def _columns(self, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        return COLUMNS

    def to_dict(self) -> DirectoryDict:
        """Return the release, the rows and what is uncertain, for `json.dumps`."""
        return {
            "date": self.date.isoformat(),
            "release": self.release.source_dict(),
            "stand_in": not self.release.covers(self.date),
            "rows": self.rows(),
            "remark": self.remark,
            "hint": self.hint.to_dict() if self.hint else None,
            "notes": [note.to_dict() for note in self.notes],
        }

    def _row(self, place: Locality) -> LocalityRowDict:
        key, contractor = (place.mac, place.locality), contractors().get(place.mac)
        cells = (
            *(place.mac, place.locality, place.state, place.name),
            *(decimal(gpci, 3) for gpci in (place.work_gpci, place.pe_gpci, place.mp_gpci)),
            self.counties.get(key),
            contractor and contractor.name,
            contractor and contractor.jurisdiction,
            self.zips.get(key),
            self.spans,
            place.name,
        )
        return json_ready(dict(zip(COLUMNS, cells, strict=True)))


@of_one_state
def localities(
    query: str | None = None,
    *,
    date: Date | str | None = None,
    db: str | os.PathLike[str] | None = None,
) -> Directory:
    """Return the payment localities, or those that a text may mean.

    Args:
        query: a ZIP, a county, a state, a name, a key, a MAC or a contractor; by default all
            localities.
        date: the day on which they are in effect, a `date` or `YYYY-MM-DD`; today by default.
        db: path of the database.

    Raises:
        InvalidInputError: an argument cannot be read.
        LocalityError: the text means no locality.
        NoReleaseError: no release answers for the day.
        StoreError: the database cannot be read.
    """
    day = Date.today() if date is None else read_day("date", date)
    schedule = open_schedule(db)
    text = "" if query is None else reading.text("query", query)
    result = (
        schedule.find_localities(text, day) if text else SearchResult(*schedule.localities(day))
    )
    return Directory(
        day,
        result.release,
        tuple(result.localities),
        schedule.counties(day),
        schedule.zip_counts(day)[1],
        result.spans,
        result.remark,
        result.hint,
    )
