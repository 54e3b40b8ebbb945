"""What helps against an error, as data that a front end words.

The command line names its own commands and options (cli.hints), a page would name its buttons, and
a Python caller reads the sentence that is the hint's text. The module is imported only where an
error is raised. Out of scope: what went wrong (errors).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class HintKind(StrEnum):
    """What to do; the other fields of the hint say with what."""

    LOAD_RELEASE = "load-release"
    LOAD_QUARTER = "load-quarter"
    LOAD_ZIPS = "load-zips"
    NOTHING_YET = "nothing-yet"
    LIST_LOCALITIES = "list-localities"
    LIST_MODIFIERS = "list-modifiers"
    IMPORT_FILE = "import-file"
    IMPORT_AS_LABEL = "import-as-label"
    NAME_RELEASE = "name-release"
    GIVE_DATES = "give-dates"
    ACCEPT_CHANGE = "accept-change"
    SET_CHECK_ASIDE = "set-check-aside"
    RESTORE = "restore"
    ASK_ANYWAY = "ask-anyway"
    WAIT = "wait"
    REPLACE_FILE = "replace-file"
    LOAD_ANEW = "load-anew"


class Hint(NamedTuple):
    """What helps against an error.

    Its text is a sentence for a Python caller, empty where no function helps.

    Attributes:
        kind: what to do.
        label: the release to do it with, such as `RVU25D`; empty where it is not about one.
        year: the calendar year to ask CMS for, where a refresh does not ask for it by itself.
        check: name of the check that can be set aside.
        reason: why nothing helps yet.
    """

    kind: HintKind
    label: str = ""
    year: int | None = None
    check: str = ""
    reason: str = ""

    def __str__(self) -> str:
        years = "" if self.year is None else f"years=[{self.year}]"
        return _SENTENCES[self.kind].format(**self._asdict(), years=years)

    def to_dict(self) -> dict[str, str | int]:
        """Return the fields that are not empty, for `json.dumps`."""
        return {name: value for name, value in self._asdict().items() if value not in ("", None)}


_SENTENCES = {
    HintKind.LOAD_RELEASE: "feesync.sync(releases=['{label}']) brings it",
    HintKind.LOAD_QUARTER: "feesync.sync({years}) brings {label}",
    HintKind.LOAD_ZIPS: "feesync.sync(zips=True) brings CMS's ZIP5 and ZIP9 files",
    HintKind.NOTHING_YET: "{reason}",
    HintKind.LIST_LOCALITIES: "feesync.open_schedule().localities(date) lists all",
    HintKind.LIST_MODIFIERS: "",
    HintKind.IMPORT_FILE: "",
    HintKind.IMPORT_AS_LABEL: "",
    HintKind.NAME_RELEASE: "feesync.verify(paths, release=label) decides",
    HintKind.GIVE_DATES: "feesync.sync(releases=['{label}'], effective=(first, last)) gives them",
    HintKind.ACCEPT_CHANGE: "",
    HintKind.SET_CHECK_ASIDE: "feesync.sync(without_checks=['{check}']) sets this check aside",
    HintKind.RESTORE: "feesync.sync(force=True) goes back to it",
    HintKind.ASK_ANYWAY: "feesync.sync(force=True) asks all the same",
    HintKind.WAIT: "feesync.sync(wait=seconds) waits for it",
    HintKind.REPLACE_FILE: "",
    HintKind.LOAD_ANEW: "Move the file away; feesync.sync() loads it anew",
}
