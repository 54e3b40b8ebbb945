"""From a ZIP and a date to one payment locality, or to an error that says why not and what to do.

CMS flags a ZIP that lies in several localities. It is never resolved by its five digits: ZIP9
decides by the ZIP+4. Medicare pays by the ZIP of the place where the service is furnished (Medicare
Claims Processing Manual, chapter 1, section 10.1.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from feesync.errors import Hint, HintKind, LocalityError
from feesync.model.locality import Locality
from feesync.model.zip_code import (
    ZIP5,
    ZIP9,
    ZipCode,
    ZipFile,
    ZipPlace,
    ZipRow,
    may_be_mac,
    read_zip,
)
from feesync.places.names import enumeration, list_hint
from feesync.store.zip_tables import ZipTable, table_on

_WAY = "name the locality by MAC-locality"


def locate_zip(
    text: str, tables: Sequence[ZipTable], localities: Sequence[Locality], release: str, day: date
) -> tuple[Locality, ZipPlace] | None:
    """Return the locality that a ZIP lies in, with the file that says so.

    Where the text is no ZIP, or is a MAC and no ZIP, return None.

    Args:
        text: `94110`, `94110-1234`, `941101234`, or `ZIP 94110`.
        tables: all ZIP tables; the day decides which answers.
        localities: those of the release that prices the line.
        release: the label of the release.
        day: date of service.

    Raises:
        LocalityError: the ZIP is unknown or military, spans localities, lies in a locality that the
            release does not have, or is five digits that are a MAC too.
    """
    code = read_zip(text)
    if code is None:
        return None
    of_mac = [place for place in localities if place.mac == code.zip5] if may_be_mac(text) else []
    file, row = _zip5_row(code, tables, day)
    if row is None:
        if of_mac:
            return None
        raise _unknown(code, file)
    if of_mac:
        raise _both(code, of_mac, _place(row, localities), row)
    if row.plus_four:
        table = table_on(tables, ZIP9, day)
        precise = table.row(code) if table and code.plus4 else None
        if table is None or precise is None:
            raise _spans(code, row, file, localities, table)
        file, row = table.file, precise
    place = _place(row, localities)
    if place is None:
        raise LocalityError(
            f"{code} lies in {row.mac}-{row.locality} by {file}, which is no locality of "
            f"{release}; {_WAY}",
            hint=list_hint(),
        )
    exact = file.is_of(day)
    return place, ZipPlace(
        code, file, exact, () if exact else _regrouped(place, localities, zip5_table(tables, day))
    )


class ZipCandidates(NamedTuple):
    """The localities that a ZIP may lie in.

    Attributes:
        localities: that of ZIP5 first.
        spans: whether the ZIP lies in several.
        remark: which file says so, and what is uncertain.
        hint: what makes it certain, None where nothing does.
    """

    localities: list[Locality]
    spans: bool
    remark: str
    hint: Hint | None


def candidates(
    code: ZipCode, tables: Sequence[ZipTable], localities: Sequence[Locality], day: date
) -> ZipCandidates:
    """Return every locality that a ZIP may lie in, for a person to choose from.

    Raises:
        LocalityError: the ZIP is unknown or military, or the release has none of its localities.
    """
    file, row = _zip5_row(code, tables, day)
    if row is None:
        raise _unknown(code, file)
    keys, spans = [(row.mac, row.locality)], row.plus_four
    remark, hint = f"ZIP {code} lies in {row.mac}-{row.locality} by {file}", None
    if spans:
        table = table_on(tables, ZIP9, day)
        precise = table.row(code) if table and code.plus4 else None
        if table and precise:
            keys, spans, file = [(precise.mac, precise.locality)], False, table.file
            remark = f"ZIP {code} lies in {precise.mac}-{precise.locality} by {file}"
        elif table:
            keys += [key for key in table.localities(code.zip5) if key not in keys]
            remark = f"ZIP {code.zip5} spans localities, by {table.file}: the ZIP+4 decides"
        else:
            remark += ", but a part of it lies elsewhere: the ZIP+4 decides, by CMS's ZIP9 file"
            hint = _load_hint()
    if not file.is_of(day):
        remark += f" (the nearest file there is to {day})"
    places = [place for key in keys for place in localities if (place.mac, place.locality) == key]
    if not places:
        raise LocalityError(f"{remark}; that is no locality on {day}: {_WAY}", hint=list_hint())
    return ZipCandidates(places, spans, remark, hint)


def zip5_table(tables: Sequence[ZipTable], day: date) -> ZipTable:
    """Return the ZIP5 table that answers for a day; the embedded one at least does."""
    table = table_on(tables, ZIP5, day)
    if table is None:
        raise AssertionError("the embedded ZIP5 is among the tables")
    return table


def _zip5_row(
    code: ZipCode, tables: Sequence[ZipTable], day: date
) -> tuple[ZipFile, ZipRow | None]:
    table = zip5_table(tables, day)
    return table.file, table.row(ZipCode(code.zip5, ""))


def _place(row: ZipRow, localities: Sequence[Locality]) -> Locality | None:
    return next(
        (place for place in localities if (place.mac, place.locality) == (row.mac, row.locality)),
        None,
    )


def _regrouped(place: Locality, localities: Sequence[Locality], zip5: ZipTable) -> tuple[str, ...]:
    """Return the localities of a state that a ZIP file of another quarter does not have.

    Where there are any, CMS has divided the state anew between the two.
    """
    keys = zip5.pairs()
    return tuple(
        other.key
        for other in localities
        if other.state == place.state and (other.mac, other.locality) not in keys
    )


def _unknown(code: ZipCode, file: ZipFile) -> LocalityError:
    if code.is_military:
        return LocalityError(
            f"{code} is a military ZIP (APO, FPO or DPO), which lies in no payment locality; "
            f"{_WAY}, where the service was furnished",
            hint=list_hint(),
        )
    return LocalityError(f"{code.zip5} is no ZIP of {file}; check it, or {_WAY}", hint=list_hint())


def _both(
    code: ZipCode, of_mac: Sequence[Locality], place: Locality | None, row: ZipRow
) -> LocalityError:
    """Return the error for five digits that are a MAC as well as a ZIP.

    A MAC alone means no locality, but a person who types one must not get the price of a ZIP.
    """
    by_zip = str(place) if place else f"{row.mac}-{row.locality}"
    keys = [other.key for other in (*of_mac, place) if other]
    return LocalityError(
        f"{code} is a MAC ({enumeration(of_mac)}) and a ZIP too (in {by_zip}); name the locality "
        f"by MAC-locality, or write 'ZIP {code}' for the ZIP",
        keys,
    )


def _spans(
    code: ZipCode, row: ZipRow, file: ZipFile, localities: Sequence[Locality], zip9: ZipTable | None
) -> LocalityError:
    """Return the error for a ZIP that spans localities: which they are, and how to choose one."""
    place = _place(row, localities)
    key = f"{row.mac}-{row.locality}"
    of_zip = [(row.mac, row.locality), *(zip9.localities(code.zip5) if zip9 else ())]
    keys = list(dict.fromkeys("-".join(numbers) for numbers in of_zip))
    among = f" ({zip9.file}: {', '.join(sorted(keys))})" if zip9 else ""
    spans = (
        f"{code.zip5} spans localities: {file} gives {place or key}, but a part of it lies "
        f"elsewhere{among}"
    )
    if not code.plus4:
        more = "" if zip9 else ", with CMS's ZIP9 file loaded"
        way = f"Give the ZIP+4, such as {code.zip5}-1234{more}"
    elif zip9:
        way = f"{zip9.file} has no {code}: check the ZIP+4"
    else:
        way = "The ZIP+4 decides by CMS's ZIP9 file, which is not loaded"
    return LocalityError(
        f"{spans}. {way}; or name the locality, {key} where that is right",
        keys,
        hint=None if zip9 else _load_hint(),
    )


def _load_hint() -> Hint:
    return Hint(HintKind.LOAD_ZIPS)
