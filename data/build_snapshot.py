"""Build data/snapshot from CMS's release zips, and from tables of numbers where a zip is missing.

    python data/build_snapshot.py FOLDER

FOLDER holds `releases/*.zip` (CMS's RVU zips), `zip/ZIP5_*.txt` (CMS's ZIP to carrier locality
file), and `history/facet_rvu_*.csv` and `history/gpci_*.csv` (numbers copied from CMS's files by
others). Where a release is in both, the zip is taken and the table must agree with it. No
descriptor is read.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from feesync.formats.relative_value import RelativeValue
from feesync.formats.release import ParsedRelease, from_zip
from feesync.formats.zip_locality import ZipLocalityFile, parse
from feesync.model.label import label_in, label_year
from feesync.model.money import decimal
from feesync.reference.catalogue import catalogue

CODES = ("64490", "64491", "64492", "64493", "64494", "64495", "64633", "64634", "64635", "64636")
COLUMNS = [name for name in RelativeValue._fields if not name.startswith("opps_")]
OUT = Path(__file__).parent / "snapshot"
NATIONAL = {"mac": "00000", "locality": "00", "work_gpci": "1.000", "pe_gpci": "1.000",
            "mp_gpci": "1.000", "state": "", "name": "National"}  # fmt: skip


def sha256(path: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def of_zip(
    release: ParsedRelease,
) -> tuple[dict[str, str], list[dict[str, str]], dict[tuple[str, str], dict[str, str]]]:
    """Return (release row, relative value rows, localities by key) of a CMS zip."""
    values = release.relative_values["nonqp"]
    hashes = {file.name: file.sha256 for file in release.files}
    entry = {
        "label": release.label,
        "conversion_factor": str(decimal(values.conversion_factor, 4)),
        "sha256": hashes[values.name],
        "source": f"{values.name}, {release.gpci.name}",
    }
    rows = []
    for row in values.rows:
        if row.hcpcs in CODES:
            record = {name: str(value) for name, value in row._asdict().items() if name in COLUMNS}
            decimals = [name for name in COLUMNS if name.endswith(("_rvu", "operative"))]
            record.update({name: str(decimal(getattr(row, name), 2)) for name in decimals})
            rows.append({"label": release.label, **record})
    places = {
        (row.mac, row.locality): {
            "mac": row.mac,
            "locality": row.locality,
            **{
                name: str(decimal(getattr(row, name), 3))
                for name in ("work_gpci", "pe_gpci", "mp_gpci")
            },
            "state": row.state or "",
            "name": row.name,
        }
        for row in release.gpci.rows
    }
    return entry, rows, places


def of_history(
    folder: Path,
) -> Iterator[tuple[dict[str, str], list[dict[str, str]], dict[tuple[str, str], dict[str, str]]]]:
    """Yield the same of each release of the history tables."""
    facet, gpci = (
        next((folder / "history").glob(pattern)) for pattern in ("facet_rvu_*.csv", "gpci_*.csv")
    )
    values: dict[str, list[dict[str, str]]] = {}
    places: dict[str, dict[tuple[str, str], dict[str, str]]] = {}
    with facet.open(newline="") as file:
        for row in csv.DictReader(file):
            values.setdefault(label_in(row["release"].split("_")[0]) or "", []).append(row)
    with gpci.open(newline="") as file:
        for row in csv.DictReader(file):
            row = {
                name: f"{float(value):.3f}" if name.endswith("_gpci") else value
                for name, value in row.items()
            }
            label = label_in(row.pop("release")) or ""
            row["name"] = row.pop("locality_name").rstrip("*")
            places.setdefault(label, {})[row["mac"], row["locality"]] = row
    names = {
        "hcpcs": "code", "status": "status", "work_rvu": "work", "nonfacility_pe_rvu": "nf_pe",
        "facility_pe_rvu": "f_pe", "mp_rvu": "mp", "multiple_procedure": "mult",
        "bilateral": "bilat", "assistant_surgeon": "asst", "co_surgeon": "cosurg",
        "team_surgeon": "team", "pctc": "pctc", "global_days": "glob", "preoperative": "pre",
        "intraoperative": "intra", "postoperative": "post", "endoscopic_base": "endo",
        "supervision": "superv", "imaging_family": "imgfam",
    }  # fmt: skip
    for label, rows in values.items():
        entry = {
            "label": label,
            "conversion_factor": rows[0]["cf"],
            "sha256": sha256(facet),
            "source": f"numbers of {label} as others copied them from CMS's files, {facet.name}",
        }
        records = []
        for row in rows:
            record = {name: row[names[name]] if name in names else "" for name in COLUMNS}
            record.update(
                {
                    name: f"{float(record[name]):.2f}"
                    for name in COLUMNS
                    if name.endswith(("_rvu", "operative"))
                }
            )
            records.append({"label": label, **record, "nonfacility_na": "0", "facility_na": "0"})
        yield entry, records, places.get(label, {})


def zip_runs(file: ZipLocalityFile) -> list[dict[str, object]]:
    """Return the rows of a ZIP5 file, consecutive ZIPs of one place as one row.

    A fourth of the rows, and none is lost.
    """
    runs: list[dict[str, object]] = []
    for zip5, _, mac, locality, state, flag in sorted(file.records()):
        place = {"mac": mac, "locality": locality, "state": state, "plus_four": flag}
        if (
            runs
            and int(str(runs[-1]["last_zip"])) + 1 == int(zip5)
            and place.items() <= runs[-1].items()
        ):
            runs[-1]["last_zip"] = zip5
        else:
            runs.append({"first_zip": zip5, "last_zip": zip5, **place})
    return runs


def write(name: str, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows to a CSV file of the snapshot."""
    rows = list(rows)
    with (OUT / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{name}: {len(rows)} rows")


def main(folder: Path) -> None:
    """Build the snapshot from a folder of CMS files."""
    releases: dict[
        str, tuple[dict[str, str], list[dict[str, str]], dict[tuple[str, str], dict[str, str]]]
    ] = {}
    counties: dict[str, list[dict[str, str]]] = {}
    sources = []
    for path in sorted((folder / "releases").glob("*.zip")):
        release = from_zip(path.read_bytes(), path.name)
        releases[release.label] = of_zip(release)
        if release.counties:
            counties[release.label] = [
                {"label": release.label, **row._asdict()} for row in release.counties.rows
            ]
        sources += [
            {"label": release.label, "file": file.name, "kind": file.kind, "sha256": file.sha256}
            for file in release.files
        ]
    for entry, rows, places in of_history(folder):
        label = entry["label"]
        if label not in releases:
            releases[label] = (entry, rows, places)
        elif rows != releases[label][1]:
            raise SystemExit(f"{label}: the history table differs from CMS's zip")
    sources += [
        {
            "label": "",
            "file": f"history/{path.name}",
            "kind": "numbers of earlier releases",
            "sha256": sha256(path),
        }
        for path in sorted((folder / "history").glob("*.csv"))
    ]
    (zip5_path,) = (folder / "zip").glob("ZIP5_*.txt")
    zip5 = parse(zip5_path.read_bytes(), zip5_path.name)
    sources.append(
        {
            "label": "",
            "file": zip5.name,
            "kind": f"ZIP to locality, {zip5.label}",
            "sha256": zip5.sha256,
        }
    )

    ordered = [releases[label] for label in catalogue() if label in releases]
    by_year: dict[int, dict[tuple[str, str], dict[str, str]]] = {}
    for entry, _, places in ordered:
        by_year.setdefault(label_year(entry["label"]), places)
    states = {
        key: row["state"]
        for places in by_year.values()
        for key, row in places.items()
        if row["state"]
    }
    spans: dict[tuple[str, str], list[dict[str, str]]] = {}
    for entry, _, own in ordered:
        places = own or by_year[label_year(entry["label"])]
        for key, row in {("00000", "00"): NATIONAL, **places}.items():
            numbers = {
                **{name: row[name] for name in NATIONAL},
                "state": row["state"] or states.get(key, ""),
            }
            earlier = spans.setdefault(key, [])
            if earlier and numbers.items() <= earlier[-1].items():
                earlier[-1]["last_label"] = entry["label"]
            else:
                earlier.append(
                    {"first_label": entry["label"], "last_label": entry["label"], **numbers}
                )

    OUT.mkdir(exist_ok=True)
    factors = {label: release.qp_conversion_factor for label, release in catalogue().items()}
    write(
        "releases.csv",
        (
            {**entry, "qp_conversion_factor": str(decimal(qp, 4)) if qp else ""}
            for entry, _, _ in ordered
            for qp in (factors[entry["label"]],)
        ),
    )
    write("relative_values.csv", (row for _, rows, _ in ordered for row in rows))
    write("localities.csv", (row for key in sorted(spans) for row in spans[key]))
    write("counties.csv", counties[max(counties)])
    write("zip_localities.csv", zip_runs(zip5))
    facts = {
        "kind": zip5.kind,
        "year": zip5.year,
        "quarter": zip5.quarter,
        "rows": sum(1 for _ in zip5.records()),
    }
    write("zip_files.csv", [{**facts, "source": zip5.name, "sha256": zip5.sha256}])
    write("sources.csv", sources)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
