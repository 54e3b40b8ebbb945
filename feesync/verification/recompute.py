"""Recompute the amounts of CMS's payment files from a loaded release.

The fees before the OPPS cap are compared, in both settings, each key (MAC, locality, HCPCS code,
modifier) once. Out of scope: how the files are read (formats.payment_file), and their indicators,
therapy amounts and capped amounts, which are not compared.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from feesync.errors import ContentRefusedError, InvalidInputError, NoReleaseError
from feesync.formats.payment_file import Payment, PaymentFile, payment_files
from feesync.model.label import parse_label
from feesync.model.money import dollars
from feesync.model.rate import Setting
from feesync.model.reading import flag, sequence, whole
from feesync.model.release import Release
from feesync.paths import database_path
from feesync.schedule.notes import acceptance_notes
from feesync.store import remedies
from feesync.store.columnar import open_duckdb
from feesync.store.freshness import read_freshness
from feesync.store.live import LiveDatabase
from feesync.store.schema import store_error
from feesync.store.snapshot import open_snapshot
from feesync.store.source import Source, basis_of
from feesync.verification import join
from feesync.verification.payments import MOST_LOCALITIES, PublishedPayments, UnequalPayment
from feesync.verification.report import Difference, FileVerification, Missing, Verification

_MOST_NAMED = 10
_NOTHING_MISSING = Missing(0, ())
_RECORDS_A_STEP = 5_000
_SHARE_OF_READING = 0.6

Each = Callable[[str, str, Difference], None]
"""Called with every difference: the file, the release, the difference."""

Progress = Callable[[str, float], None]
"""Called as the work goes on: the file, and how far it is, from 0 to 1."""


def verify(
    paths: Iterable[str | os.PathLike[str]],
    *,
    release: str | None = None,
    qp: bool = False,
    db: str | os.PathLike[str] | None = None,
    most: int = 20,
    each: Each | None = None,
    progress: Progress | None = None,
) -> Verification:
    """Recompute CMS's payment files from the loaded releases, and count the amounts that are equal.

    A million records take about a hundred megabytes of disk in the folder of temporary files, and
    little memory. Where DuckDB is installed, it compares files of 250,000 records and more, a third
    as long, in up to 400 MB of memory.

    Args:
        paths: PFALL and PFREV files, or those of single carriers: text, or zips of text, or zips of
            such zips.
        release: label of the release to compare with; by default the one that the names say:
            RVU25D for PFREV25D.
        qp: use the conversion factor of qualifying APM participants, whatever the names say. By
            default the names decide (QP, nonQP), and nonqp is used where they do not say. Before
            2026 there is one factor for all.
        db: path of the database; by default FEESYNC_DB, else the user's data folder. For a release
            that it lacks, the embedded snapshot answers, with the facet joint codes only.
        most: how many differences of each file the answer keeps; 0 for all.
        each: called with every difference: the file, the release, the difference.
        progress: called as the work goes on: the file, and how far it is, from 0 to 1.

    Returns:
        The counts of each file, and its first differences.

    Raises:
        ContentRefusedError: a file is no payment file, is of another year than the release, or
            contradicts itself.
        InvalidInputError: a file's name does not say its release and `release` is not given, or an
            argument cannot be read.
        NoPriceError: the release is not loaded, or has no qp conversion factor.
        StoreError: the database cannot be read.
    """
    return Verification(
        tuple(
            verify_each(
                paths, release=release, qp=qp, db=db, most=most, each=each, progress=progress
            )
        )
    )


def verify_each(
    paths: Iterable[str | os.PathLike[str]],
    *,
    release: str | None = None,
    qp: bool = False,
    db: str | os.PathLike[str] | None = None,
    most: int = 20,
    each: Each | None = None,
    progress: Progress | None = None,
) -> Iterator[FileVerification]:
    """Yield the result of each payment file as soon as the file is done.

    Arguments and errors are those of `verify`; a caller has the results of the files before one
    that is refused.
    """
    label = None if release is None else parse_label(release)
    most = whole("most", most, 0, sys.maxsize, "a number of differences")
    qp = flag("qp", qp)
    if strange := [
        name
        for name, function in (("each", each), ("progress", progress))
        if not (function is None or callable(function))
    ]:
        raise InvalidInputError(f"{strange[0]} is neither None nor a function")
    with closing(_Sources(database_path(db))) as sources:
        verifier = _Verifier(sources, label, qp, most, each, progress or (lambda name, share: None))
        try:
            yield from verifier.verify_all(sequence("paths", paths, "PFREV25D.txt"))
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise store_error(sources.path, error) from error


class _Sources:
    """The releases of the database, and those of the snapshot that it lacks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._live = LiveDatabase(str(path))
        self._live.begin()
        self._live.end()
        self._snapshot: Source | None = None

    @property
    def labels(self) -> frozenset[str]:
        return self._live.source.labels if self._live.source else frozenset()

    def find(self, label: str) -> tuple[Source, Release] | None:
        if self._live.source and label in self.labels:
            release = _of_label(self._live.source, label)
            self._live.source.check_release(release)
            return self._live.source, release
        if self._snapshot is None:
            self._snapshot = Source(open_snapshot(), embedded=True)
        return (
            (self._snapshot, _of_label(self._snapshot, label))
            if label in self._snapshot.labels
            else None
        )

    def close(self) -> None:
        self._live.forget()
        if self._snapshot:
            self._snapshot.connection.close()


@dataclass(slots=True)
class _Tally:
    """The counts of a file so far; `rates` counts the keys that have a rate."""

    records: int = 0
    keys: int = 0
    rates: int = 0
    equal: int = 0
    differences: list[Difference] = field(default_factory=list)
    missing_codes: Missing = _NOTHING_MISSING
    missing_localities: Missing = _NOTHING_MISSING


class _Verifier:
    """Verifies file after file by the same rules."""

    def __init__(
        self,
        sources: _Sources,
        label: str | None,
        qp: bool,
        most: int,
        each: Each | None,
        progress: Progress,
    ) -> None:
        self._sources, self._label, self._qp = sources, label, qp
        self._most, self._each, self._progress = most, each, progress

    def verify_all(self, paths: Iterable[str | os.PathLike[str]]) -> Iterator[FileVerification]:
        for path in paths:
            with _open(path) as file:
                yield from map(self._verify, payment_files(file, Path(path).name))

    def _verify(self, file: PaymentFile) -> FileVerification:
        label = self._label or file.release(self._sources.labels)
        answer = self._sources.find(label)
        if not answer:
            remedy = remedies.for_label(label, read_freshness(self._sources.path).listing)
            raise NoReleaseError(f"{file.name}: {label} is not loaded", hint=remedy)
        source, release = answer
        basis = basis_of(release, qp=self._qp or file.basis == "qp")
        tally = self._joined(file, label, source, release, basis) or self._compared(
            file, label, source, release, basis
        )
        return FileVerification(
            file=file.name,
            release=label,
            basis=basis,
            basis_named=self._qp or file.basis is not None,
            year=release.year,
            embedded=source.embedded,
            records=tally.records,
            has_trailer=file.has_trailer,
            keys=tally.keys,
            equal=tally.equal,
            different=2 * tally.rates - tally.equal,
            differences=tuple(tally.differences),
            missing_codes=tally.missing_codes,
            missing_localities=tally.missing_localities,
            checks_set_aside=tuple(release.checks_set_aside),
            notes=tuple(acceptance_notes(release)),
        )

    def _joined(
        self, file: PaymentFile, label: str, source: Source, release: Release, basis: str
    ) -> _Tally | None:
        """Compare a large file by DuckDB; None where it is not large, or not as CMS writes it."""
        if not join.is_large(file):
            return None
        with open_duckdb(join.MEMORY) as connection:
            payments = join.PaymentJoin(connection, source, release)
            counts = None
            with suppress(ContentRefusedError):  # what is wrong before it is to be named first
                counts = payments.add(file, release.year, basis, lambda: self._read_progress(file))
            if counts is None:
                file.rewind()
                file.has_trailer = False
                return None
            tally = _Tally(*counts)
            if tally.equal < 2 * tally.rates:
                for mac, locality, payment in payments.unequal(basis):
                    self._note(tally, file, label, _differences([payment], mac, locality))
            _name_missing(tally, payments)
        self._progress(file.name, 1.0)
        return tally

    def _compared(
        self, file: PaymentFile, label: str, source: Source, release: Release, basis: str
    ) -> _Tally:
        with PublishedPayments(source, release, basis) as payments:
            records = payments.add(self._records(file, release.year))
            _refuse_contradiction(payments, file)
            tally = self._tally(file, label, payments)
            tally.records = records
            _name_missing(tally, payments)
        return tally

    def _note(
        self, tally: _Tally, file: PaymentFile, label: str, differences: Iterable[Difference]
    ) -> None:
        for difference in differences:
            if not self._most or len(tally.differences) < self._most:
                tally.differences.append(difference)
            if self._each:
                self._each(file.name, label, difference)

    def _read_progress(self, file: PaymentFile) -> None:
        self._progress(file.name, _SHARE_OF_READING * file.stream.tell() / file.size)

    def _records(self, file: PaymentFile, year: int) -> Iterator[Payment]:
        """Yield the records of a file, and report the progress."""
        for number, payment in enumerate(file.payments(year), start=1):
            if number % _RECORDS_A_STEP == 0:
                self._read_progress(file)
            yield payment

    def _tally(self, file: PaymentFile, label: str, payments: PublishedPayments) -> _Tally:
        tally = _Tally()
        places = payments.localities()
        if len(places) > MOST_LOCALITIES:
            raise ContentRefusedError(
                f"has payments of more than {MOST_LOCALITIES:,} localities", file=file.name
            )
        for number, (mac, locality, keys) in enumerate(places, start=1):
            rates, equal = payments.counts(mac, locality)
            tally.keys += keys
            tally.rates += rates
            tally.equal += equal
            if equal < 2 * rates:
                unequal = payments.unequal(mac, locality)
                self._note(tally, file, label, _differences(unequal, mac, locality))
            self._progress(
                file.name, _SHARE_OF_READING + (1 - _SHARE_OF_READING) * number / len(places)
            )
        return tally


def _open(path: str | os.PathLike[str]) -> BinaryIO:
    if not isinstance(path, str | os.PathLike):
        raise InvalidInputError(f"a payment file is a path, not {type(path).__name__}")
    try:
        if Path(path).is_fifo():
            raise InvalidInputError(
                f"{path} is a pipe: verify needs a file, which it can read from its beginning again"
            )
        return Path(path).open("rb")
    except OSError as error:
        raise ContentRefusedError(
            f"cannot be read: {error.strerror}", file=Path(path).name
        ) from None
    except ValueError as error:
        raise InvalidInputError(f"{str(path)!r:.200} cannot be a path: {error}") from None


def _of_label(source: Source, label: str) -> Release:
    return next(release for release in source.releases if release.label == label)


def _refuse_contradiction(payments: PublishedPayments, file: PaymentFile) -> None:
    if twice := payments.contradiction():
        code = f"{twice.hcpcs} {twice.modifier}".strip()
        raise ContentRefusedError(
            f"{code} in {twice.mac}-{twice.locality} stands in line {twice.first_line} with other "
            "amounts",
            file=file.name,
            line=twice.second_line,
        )


def _differences(
    payments: Iterable[UnequalPayment], mac: str, locality: str
) -> Iterator[Difference]:
    for payment in payments:
        for setting, published, computed in (
            (Setting.NONFACILITY, payment.nonfacility_published, payment.nonfacility_computed),
            (Setting.FACILITY, payment.facility_published, payment.facility_computed),
        ):
            if published != computed:
                yield Difference(
                    payment.hcpcs,
                    payment.modifier,
                    mac,
                    locality,
                    setting.value,
                    dollars(published),
                    dollars(computed),
                )


def _name_missing(tally: _Tally, payments: PublishedPayments | join.PaymentJoin) -> None:
    """Note what the release lacks, where it lacks something."""
    if tally.rates < tally.keys:
        tally.missing_codes = _missing(*payments.unknown_codes(_MOST_NAMED))
        tally.missing_localities = _missing(*payments.unknown_localities(_MOST_NAMED))


def _missing(total: int, first: list[tuple[str, str]]) -> Missing:
    return Missing(total, tuple("-".join(filter(None, key)) for key in first))
