"""What a ZIP means on a date.

One payment locality of the release that prices, or an error that says why not and what to do.

CMS flags a ZIP of which a part lies in another locality than the one that ZIP5 gives: such a ZIP is
never answered without its four more digits, which ZIP9 decides by. Medicare pays by the ZIP of the
place where the service is furnished (Medicare Claims Processing Manual, chapter 1, section 10.1.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from feesync.errors import LocalityError
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
from feesync.places.names import listed
from feesync.store.zip_tables import ZipTable, answering

_WAY = "name the locality by MAC-locality ('feesync localities' lists all)"
_BRINGS = "'feesync sync --zips', or 'feesync import' of CMS's Zip Code to Carrier Locality File"


def locate(
    text: str, tables: Sequence[ZipTable], localities: Sequence[Locality], release: str, day: date
) -> tuple[Locality, ZipPlace] | None:
    """Return the locality that a ZIP lies in, with the file that says so.

    None where the text is no ZIP, or a MAC and no ZIP.

    Args:
        text: `94110`, `94110-1234`, `941101234`, or `ZIP 94110`.
        tables: the ZIP files that there are, of which the day picks one.
        localities: those of the release that prices the line.
        release: its label.
        day: date of service.

    Raises:
        LocalityError: an unknown or military ZIP, one that spans localities, one whose locality the
            release does not have, or five digits that are a MAC too.
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
        table = answering(tables, ZIP9, day)
        precise = table.row(code) if table and code.plus4 else None
        if table is None or precise is None:
            raise _spans(code, row, file, localities, table)
        file, row = table.file, precise
    place = _place(row, localities)
    if place is None:
        raise LocalityError(
            f"{code} lies in {row.mac}-{row.locality} by {file}, which is no locality of "
            f"{release}; {_WAY}"
        )
    exact = file.is_of(day)
    return place, ZipPlace(
        code, file, exact, () if exact else _regrouped(place, localities, zip5_table(tables, day))
    )


class ZipCandidates(NamedTuple):
    """Every locality that a ZIP may lie in, whether it spans several, and in words which file says so and what is uncertain."""

    localities: list[Locality]
    spans: bool
    said: str


def candidates(
    code: ZipCode, tables: Sequence[ZipTable], localities: Sequence[Locality], day: date
) -> ZipCandidates:
    """Return every locality that a ZIP may lie in, the one of ZIP5 first.

    To be shown, not to price with.

    Raises:
        LocalityError: an unknown or military ZIP, or one whose localities the release does not
            have.
    """
    file, row = _zip5_row(code, tables, day)
    if row is None:
        raise _unknown(code, file)
    pairs, spans = [(row.mac, row.locality)], row.plus_four
    said = f"ZIP {code} lies in {row.mac}-{row.locality} by {file}"
    if spans:
        table = answering(tables, ZIP9, day)
        precise = table.row(code) if table and code.plus4 else None
        if table and precise:
            pairs, spans, file = [(precise.mac, precise.locality)], False, table.file
            said = f"ZIP {code} lies in {precise.mac}-{precise.locality} by {file}"
        elif table:
            pairs += [pair for pair in table.localities(code.zip5) if pair not in pairs]
            said = f"ZIP {code.zip5} spans localities, by {table.file}: the ZIP+4 decides"
        else:
            said += (
                ", but a part of it lies elsewhere: the ZIP+4 decides, by CMS's ZIP9 file "
                f"({_BRINGS})"
            )
    if not file.is_of(day):
        said += f" (the nearest file there is to {day})"
    found = [place for pair in pairs for place in localities if (place.mac, place.locality) == pair]
    if not found:
        raise LocalityError(f"{said}; that is no locality on {day}: {_WAY}")
    return ZipCandidates(found, spans, said)


def zip5_table(tables: Sequence[ZipTable], day: date) -> ZipTable:
    """Return the ZIP5 that answers for a day; there is always one, the embedded."""
    table = answering(tables, ZIP5, day)
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
    """Return the localities in the state of a place that the ZIP file does not know.

    CMS divided the state otherwise then.
    """
    known = zip5.pairs()
    return tuple(
        other.key
        for other in localities
        if other.state == place.state and (other.mac, other.locality) not in known
    )


def _unknown(code: ZipCode, file: ZipFile) -> LocalityError:
    if code.is_military:
        return LocalityError(
            f"{code} is a military ZIP (APO, FPO or DPO), which lies in no payment locality; "
            f"{_WAY} where the service was furnished"
        )
    return LocalityError(f"{code.zip5} is no ZIP of {file}; check it, or {_WAY}")


def _both(
    code: ZipCode, of_mac: Sequence[Locality], place: Locality | None, row: ZipRow
) -> LocalityError:
    """Refuse what is a MAC as well as a ZIP.

    A MAC alone never prices, but who types one must not be given a ZIP's price.
    """
    by_zip = str(place) if place else f"{row.mac}-{row.locality}"
    keys = [other.key for other in (*of_mac, place) if other]
    return LocalityError(
        f"{code} is a MAC ({listed(of_mac)}) and a ZIP too (in {by_zip}); name the locality by "
        "MAC-locality, "
        f"or write 'ZIP {code}' for the ZIP",
        keys,
    )


def _spans(
    code: ZipCode, row: ZipRow, file: ZipFile, localities: Sequence[Locality], zip9: ZipTable | None
) -> LocalityError:
    """Refuse a ZIP of which a part lies elsewhere.

    Say what ZIP5 gives it, what ZIP9 knows, and both ways on.
    """
    place = _place(row, localities)
    key = f"{row.mac}-{row.locality}"
    pairs = [(row.mac, row.locality), *(zip9.localities(code.zip5) if zip9 else ())]
    keys = list(dict.fromkeys("-".join(pair) for pair in pairs))
    among = f" ({zip9.file}: {', '.join(sorted(keys))})" if zip9 else ""
    spans = (
        f"{code.zip5} spans localities: {file} gives {place or key}, but a part of it lies "
        f"elsewhere{among}"
    )
    if not code.plus4:
        more = "" if zip9 else f", with CMS's ZIP9 file loaded ({_BRINGS})"
        way = f"Give the ZIP+4, such as {code.zip5}-1234{more}"
    elif zip9:
        way = f"{zip9.file} has no {code}: check the ZIP+4"
    else:
        way = f"The ZIP+4 decides by CMS's ZIP9 file, which is not loaded ({_BRINGS})"
    return LocalityError(
        f"{spans}. {way}; or name the locality: --locality {key} where that is right", keys
    )
