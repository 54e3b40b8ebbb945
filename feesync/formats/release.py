"""A release: CMS's files under one label, parsed and compared with each other."""

from __future__ import annotations

import fnmatch
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass

from feesync.errors import ContentRefusedError, Hint, HintKind, one_line
from feesync.formats import (
    archive,
    gpci,
    locality_counties,
    opps_cap,
    relative_values,
    relative_values_text,
    xlsx,
)
from feesync.formats.relative_value import RelativeValueFile
from feesync.model.label import label_in, label_year
from feesync.reference.catalogue import catalogue, label_of_title

_KINDS = (
    ("relative values", "pprrvu*.csv"),
    ("relative values as text", "pprrvu*.txt"),
    ("GPCI", "gpci*.csv"),
    ("locality counties", "*locco*.csv"),
    ("locality counties", "*locco*.xlsx"),
    ("OPPS cap", "oppscap*.csv"),
)

_DECIDES = Hint(HintKind.IMPORT_AS_LABEL)


def kind_of(name: str) -> str | None:
    """Return which file of a release has a name, in any case; None for one that is not read."""
    return next((kind for kind, pattern in _KINDS if fnmatch.fnmatch(name.lower(), pattern)), None)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a release that has been read."""

    name: str
    kind: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class ParsedRelease:
    """Everything that feesync reads of one release.

    Attributes:
        label: such as `RVU25D`.
        sha256: hash of the zip; of loose files, the hash of the lines `sha256  name` of each.
        source: the zip's name, or the names of the loose files.
        relative_values: the files by basis; `nonqp` is always there.
        twins: by basis, the txt of the same name, where there is one.
        gpci: the localities.
        counties: None where the release has no county file that can be read.
        caps: OPPS cap files, to be compared with the computed rates.
        files: the files that were read, with hashes and row counts.
        notes: what a person should know: which files were not read and why, and where the label is
            not what the files say.
    """

    label: str
    sha256: str
    source: str
    relative_values: dict[str, RelativeValueFile]
    twins: dict[str, relative_values_text.RelativeValueText]
    gpci: gpci.GpciFile
    counties: locality_counties.LocalityCountyFile | None
    caps: list[opps_cap.OppsCapFile]
    files: list[SourceFile]
    notes: list[str]


def from_zip(data: bytes, name: str, label: str | None = None) -> ParsedRelease:
    """Read a release zip.

    Args:
        data: the bytes of the zip.
        name: its name; a label in it must agree with the title line of the relative value file.
        label: the label, whatever the name and the title say; None to read it from them.

    Raises:
        ContentRefusedError: a file is refused; the error has file, line and reason.
    """
    unread: list[str] = []
    members = archive.members(
        data,
        name,
        lambda member: kind_of(member) is not None,
        dispensable=lambda member: kind_of(member) == "locality counties",
        unread=unread,
    )
    return _assemble(members, one_line(name), hashlib.sha256(data).hexdigest(), label, unread)


def is_in(data: bytes, name: str) -> bool:
    """Tell whether a zip is a release: whether it has a relative value file.

    Raises:
        ContentRefusedError: the zip is not sound.
    """
    streams = archive.streams(
        io.BytesIO(data),
        name,
        lambda member: kind_of(member) == "relative values",
        archive.MAX_MEMBER_BYTES,
    )
    return next(streams, None) is not None


def from_files(files: dict[str, bytes], label: str | None = None) -> ParsedRelease:
    """Read the loose files of a release, by name; PPRRVU and GPCI are needed.

    The label and the errors are as in `from_zip`.
    """
    files = {one_line(name): data for name, data in files.items()}
    lines = "".join(
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)
    )
    return _assemble(
        files, ", ".join(sorted(files)), hashlib.sha256(lines.encode()).hexdigest(), label
    )


def _assemble(
    members: dict[str, bytes],
    source: str,
    sha256: str,
    label: str | None,
    unread: Iterable[str] = (),
) -> ParsedRelease:
    by_kind: dict[str, list[str]] = {kind: [] for kind, _ in _KINDS}
    for name in sorted(members):
        by_kind[kind_of(name) or ""].append(name)
    for kind, pattern in (("relative values", "PPRRVU*.csv"), ("GPCI", "GPCI*.csv")):
        if not by_kind[kind]:
            hint = (
                "" if source.lower().endswith(".zip") else "; give PPRRVU and GPCI in one command"
            )
            raise ContentRefusedError(f"holds no {kind} file ({pattern}){hint}", file=source)
    if len(by_kind["GPCI"]) > 1:
        raise ContentRefusedError(
            f"holds {len(by_kind['GPCI'])} GPCI files: {', '.join(by_kind['GPCI'])}", file=source
        )

    notes: list[str] = []
    values = _relative_values(
        [(name, members[name]) for name in by_kind["relative values"]], source
    )
    twins = _twins(values, by_kind["relative values as text"], members, notes)
    gpci_file = gpci.parse(members[by_kind["GPCI"][0]], by_kind["GPCI"][0])
    title_label = _title_label(values["nonqp"])
    release_label = label or _label(source, title_label, values["nonqp"])
    if title_label and title_label != release_label:
        notes.append(f"taken for {release_label}, though its title line says {title_label}")
    if gpci_file.year is not None and gpci_file.year != label_year(release_label):
        raise ContentRefusedError(
            f"is of {gpci_file.year}, the release is {release_label}", file=gpci_file.name
        )
    counties = _counties(by_kind["locality counties"], members, unread, notes)
    if not by_kind["OPPS cap"]:
        notes.append("no OPPS cap file: amounts not compared with CMS's")
    caps = [opps_cap.parse(members[name], name) for name in by_kind["OPPS cap"]]

    def read(name: str, kind: str, rows: int) -> SourceFile:
        return SourceFile(name, kind, hashlib.sha256(members[name]).hexdigest(), rows)

    files = [read(file.name, "relative values", len(file.rows)) for file in values.values()]
    files.append(read(gpci_file.name, "GPCI", len(gpci_file.rows)))
    files += [read(counties.name, "locality counties", len(counties.rows))] if counties else []
    files += [read(cap.name, "OPPS cap", len(cap.rows)) for cap in caps]
    return ParsedRelease(
        release_label, sha256, source, values, twins, gpci_file, counties, caps, files, notes
    )


def _relative_values(files: list[tuple[str, bytes]], source: str) -> dict[str, RelativeValueFile]:
    values: dict[str, RelativeValueFile] = {}
    for name, data in files:
        file = relative_values.parse(data, name)
        if file.basis in values:
            raise ContentRefusedError(
                f"holds two {file.basis} files: {values[file.basis].name} and {name}", file=source
            )
        values[file.basis] = file
    if "nonqp" not in values:
        raise ContentRefusedError(
            "holds the QPP file alone; the nonQPP file is needed too", file=source
        )
    if "qp" in values and values["qp"].conversion_factor == values["nonqp"].conversion_factor:
        raise ContentRefusedError(
            f"has the conversion factor of {values['nonqp'].name}", file=values["qp"].name
        )
    return values


def _twins(
    values: dict[str, RelativeValueFile],
    names: list[str],
    members: dict[str, bytes],
    notes: list[str],
) -> dict[str, relative_values_text.RelativeValueText]:
    """Read the txt of the same name beside each csv of relative values."""
    basis_by_stem = {
        file.name.upper().removesuffix(".CSV"): basis for basis, file in values.items()
    }
    twins: dict[str, relative_values_text.RelativeValueText] = {}
    for name in names:
        basis = basis_by_stem.get(name.upper().removesuffix(".TXT"))
        twin = relative_values_text.parse(members[name], name) if basis else None
        if basis and twin:
            twins[basis] = twin
        else:
            notes.append(
                f"{name} not compared "
                f"({'its layout is not known' if basis else 'no csv of its name'})"
            )
    return twins


def _title_label(values: RelativeValueFile) -> str | None:
    if values.year and values.month:
        return label_of_title(values.year, values.month, values.conversion_factor)
    return None


def _label(source: str, title_label: str | None, values: RelativeValueFile) -> str:
    name_label = label_in(source)
    if (
        name_label
        and title_label
        and name_label != title_label
        and not _may_be_reissue(name_label, title_label)
    ):
        raise ContentRefusedError(
            f"the name says {name_label}, the title line of {values.name} says {title_label}",
            file=source,
            hint=_DECIDES,
        )
    if name_label and values.year and label_year(name_label) != values.year:
        raise ContentRefusedError(
            f"the name says {name_label}, {values.name} is of {values.year}",
            file=source,
            hint=_DECIDES,
        )
    release_label = name_label or title_label
    if not release_label:
        raise ContentRefusedError(
            "neither the name nor the title line says which release this is",
            file=source,
            hint=_DECIDES,
        )
    return release_label


def _may_be_reissue(name_label: str, title_label: str) -> bool:
    """Tell whether the name may be a re-issue that the catalogue does not have yet.

    A re-issue (RVU27AR) is of the quarter that the title says.
    """
    return (
        name_label not in catalogue()
        and name_label != title_label
        and name_label[:6] == title_label
    )


def _counties(
    names: list[str], members: dict[str, bytes], unread: Iterable[str], notes: list[str]
) -> locality_counties.LocalityCountyFile | None:
    """Read the county file, the csv rather than the xlsx.

    Where it cannot be read, a note says so: no price depends on it.
    """
    file, faults = None, [*unread] or ([] if names else ["no locality county file"])
    csvs = [name for name in names if name.lower().endswith(".csv")]
    if len(csvs) > 1:
        names, faults = [], [f"{len(csvs)} locality county files: {', '.join(csvs)}"]
    for name in sorted(names, key=lambda name: name.lower().endswith(".xlsx")):
        try:
            if name.lower().endswith(".xlsx") and not xlsx.can_read():
                faults.append(f"{name} needs pip install 'feesync[xlsx]'")
            else:
                file = locality_counties.parse(members[name], name)
                break
        except ContentRefusedError as error:
            faults.append(str(error))
    if faults:
        notes.append(
            f"counties {f'are those of {file.name}' if file else 'skipped'} ({'; '.join(faults)})"
        )
    return file
