"""Make tests/fixtures from CMS's own files.

A few rows of each, in CMS's layout, with every descriptor blanked.

    python tests/make_fixtures.py FOLDER

FOLDER holds `releases/rvu25d.zip` and `odd/PPRRVU2026_Oct_*.TRIMMED.csv`.
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from pathlib import Path

OUT = Path(__file__).parent / "fixtures"
# the facet codes; imaging with an OPPS cap; both NA flags; therapy; every bilateral indicator;
# every kind of status; endoscopies, cardiovascular and ophthalmology services
CODES = {
    "64490", "64491", "64492", "64493", "64494", "64495", "64633", "64634", "64635", "64636",
    "71046", "70450", "93990", "76376", "97110", "97035", "99213", "99221", "27447", "20610",
    "15824", "36415", "44388", "45378", "G0105", "00100", "0001F", "90460", "92015", "92507",
    "92002", "69210", "77067", "77063", "73721", "95004", "G0127", "96372", "96401", "36416",
    "55250", "55700", "67028", "A0021", "93798", "76145", "43235", "43239", "43249", "45380",
    "45385", "93000", "93005", "93010", "93306", "92133", "92250",
}  # fmt: skip

STATES = {"CALIFORNIA", "FLORIDA", "KANSAS", "MISSOURI", "NEW YORK"}


def write(name: str, rows: list[list[str]]) -> None:
    """Write rows with CMS's CRLF line ends."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    (OUT / name).write_bytes(text.getvalue().encode("latin-1"))
    print(name, len(rows))


def blanked(rows: list[list[str]], keep: set[str]) -> list[list[str]]:
    """Return the header and the kept rows of a PPRRVU file without descriptors."""
    head = next(index for index, row in enumerate(rows) if row and row[0] == "HCPCS") + 1
    data = [row for row in rows[head:] if row and row[0] in keep]
    return rows[:head] + [[*row[:2], "", *row[3:]] for row in data]


def main(folder: Path) -> None:
    """Make every fixture."""
    OUT.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "releases/rvu25d.zip") as archive:

        def member(name: str) -> list[list[str]]:
            return list(csv.reader(io.StringIO(archive.read(name).decode("latin-1"), newline=None)))

        write("PPRRVU2025_Oct.csv", blanked(member("PPRRVU2025_Oct.csv"), CODES))
        gpci = member("GPCI2025.csv")
        write(
            "GPCI2025.csv",
            [row for row in gpci if "Note" not in row[0] and "Therefore" not in row[0]][:-2],
        )
        counties, state = [], ""
        for row in member("25LOCCO.csv")[4:]:
            state = row[2].strip() or state
            if state in STATES:
                counties.append(row)
        write("25LOCCO.csv", [*member("25LOCCO.csv")[:4], *counties, *member("25LOCCO.csv")[-2:]])
        caps = member("OPPSCAP_Oct.csv")
        write(
            "OPPSCAP_Oct.csv", caps[:1] + [row for row in caps[1:] if row[0] in {"93990", "76376"}]
        )
    for basis in ("QPP", "nonQPP"):
        rows = list(
            csv.reader(
                (folder / f"odd/PPRRVU2026_Oct_{basis}.TRIMMED.csv")
                .read_text("latin-1")
                .splitlines()
            )
        )
        write(f"PPRRVU2026_Oct_{basis}.csv", blanked(rows, CODES | {"G0463", "99211"}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
