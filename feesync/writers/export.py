"""export(): the rates of codes in places, also as a file.

The rows and the file are those of `feesync export`. Out of scope: reading the rates (rates) and
writing the file (files).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date as Date

from feesync.errors import InvalidInputError
from feesync.model import reading
from feesync.paths import database_path, file_path
from feesync.writers import files
from feesync.writers.rates import Rates, rates


def export(
    codes: str | Iterable[str] | None = None,
    *,
    output: str | os.PathLike[str] | None = None,
    force: bool = False,
    locality: str | Iterable[str] | None = None,
    state: str | Iterable[str] | None = None,
    date: Date | str | None = None,
    year: int | None = None,
    release: str | None = None,
    qp: bool = False,
    db: str | os.PathLike[str] | None = None,
) -> Rates:
    """Return the rows of `feesync export`, and write them to a file where one is named.

    The rows are those of `rates` without a contract. With `output` this is `rates(...)` and its
    `write(output)` in one call, and a file that must not be written is refused before rates are
    looked for.

    Args:
        codes: HCPCS codes and ranges of them, as for `rates`; by default all codes of the release.
        output: a file that ends in .csv, .parquet, .db or .sqlite; it appears whole or not at all.
        force: whether an existing file is replaced.
        locality: a place as for `estimate`, or a list of places; by default all.
        state: where no place is named, the state, or several, whose localities are meant.
        date: date of service, as for `estimate`; today by default.
        year: in place of a date, a year, whose newest loaded release answers.
        release: in place of a date, the label of a release, such as `RVU25D`.
        qp: whether the conversion factor is that of a qualifying APM participant.
        db: path of the database.

    Returns:
        The rates, which can be read whether a file was written or not.

    Raises:
        InvalidInputError: an argument cannot be read, or contradicts another; or the file exists,
            or ends otherwise.
        MissingExtraError: Parquet was asked for without pyarrow.
        UnknownCodeError: the release has none of the codes.
        NoReleaseError: no release answers.
        LocalityError: a place is unknown or ambiguous.
        StoreError: the database cannot be read.
        OSError: the file cannot be written.
    """
    force = reading.flag("force", force)
    if output is not None:
        files.check(file_path(output), database_path(db), force=force)
    elif force:
        raise InvalidInputError("force goes with output")
    answer = rates(
        codes,
        locality=locality,
        state=state,
        date=date,
        year=year,
        release=release,
        qp=qp,
        db=db,
    )
    if output is not None:
        answer.write(output, force=force)
    return answer
