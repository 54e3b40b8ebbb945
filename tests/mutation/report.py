"""The score of a room, and what survived."""

import difflib
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import MutationSpec, TestOutcome

_ITEM = re.compile(r"- `(?P<definition>[^`]*)`: `(?P<before>[^`]*)` → `(?P<after>[^`]*)`: ")


class Change(NamedTuple):
    """A mutation by its text without spaces, wherever its lines stand.

    The definition of what stands outside of all is `module`.
    """

    path: str
    definition: str
    before: str
    after: str


def change(spec: MutationSpec, diff: str) -> Change:
    """Return what a diff changes."""
    lines = diff.splitlines()[2:]
    before, after = (
        "".join("".join(line[1:].split()) for line in lines if line.startswith(sign))
        for sign in "-+"
    )
    return Change(spec.module_path.as_posix(), spec.definition_name or "module", before, after)


def difference(before: str, after: str, path: str) -> str:
    """Return a diff of the changed lines alone."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"a/{path}", f"b/{path}", n=0, lineterm=""
    )
    return "\n".join(lines)


def equivalents(document: Path) -> set[Change]:
    """Return the changes that docs/mutants.md lists as equivalent, by file."""
    found = set()
    for section in re.split(r"^### ", document.read_text(encoding="utf-8"), flags=re.M)[1:]:
        path, _, text = section.partition("\n")
        for item in _ITEM.finditer(re.sub(r"\n +", " ", text)):
            definition, before, after = item.groups()
            found.add(
                Change(path.strip("` "), definition, *("".join(t.split()) for t in (before, after)))
            )
    return found


def report(room: str, bound: int, every: int, db: WorkDB, known: set[Change]) -> str:
    """Return the score of a room and its survivors as diffs."""
    outcomes: Counter[str] = Counter()
    survivors = []
    for item, result in db.completed_work_items:
        if result.test_outcome is None:
            outcomes["skipped"] += 1
        elif result.test_outcome is TestOutcome.KILLED:
            outcomes["killed"] += 1
        elif change(item.mutations[0], result.diff) in known:
            outcomes["equivalent"] += 1
        else:
            outcomes["survived"] += 1
            survivors.append((item.mutations[0], result.diff))
    tried = outcomes["killed"] + outcomes["survived"]
    score = 100 * outcomes["killed"] / tried if tried else 0.0
    survivors.sort(key=lambda survivor: (survivor[0].module_path, survivor[0].start_pos))
    pending = db.num_work_items - db.num_results
    return "\n".join(
        [
            *(
                f"{spec.definition_name}: {spec.operator_name}\n{diff}\n"
                for spec, diff in survivors
            ),
            f"{room}: {score:.1f} % killed ({outcomes['killed']} of {tried}; at least {bound} % "
            f"wanted), {outcomes['equivalent']} equivalent, {outcomes['skipped']} no Python, "
            f"{pending} not tried yet; {db.num_work_items} drawn of {every}",
        ]
    )
