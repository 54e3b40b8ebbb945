"""The errors that feesync raises: a class for each reason, its exit status, and what helps."""

from collections.abc import Iterable, Sequence
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from feesync.errors.dictionaries import (
        ColumnHintDict,
        ErrorDict,
        LocalityErrorDict,
        UnknownCodeDict,
    )


class ExitStatus(IntEnum):
    """What the `feesync` command returns to the shell."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    UNREACHABLE = 3
    REFUSED = 4
    BUSY = 5
    NO_PRICE = 6
    STALE = 7
    INTERRUPTED = 130


_WORST_FIRST = (
    ExitStatus.UNEXPECTED,
    ExitStatus.REFUSED,
    ExitStatus.UNREACHABLE,
    ExitStatus.BUSY,
    ExitStatus.USAGE,
    ExitStatus.NO_PRICE,
    ExitStatus.STALE,
    ExitStatus.OK,
)


def worst(statuses: Iterable[ExitStatus]) -> ExitStatus:
    """Return the status of a command that ran into several.

    The order is: trouble of this machine, refused content of CMS's, and then what may pass by
    itself.
    """
    met = set(statuses)
    return next((status for status in _WORST_FIRST if status in met), ExitStatus.OK)


class HintKind(StrEnum):
    """What to do; the other fields of the hint say with what."""

    LOAD_RELEASE = "load-release"
    LOAD_QUARTER = "load-quarter"
    LOAD_ZIPS = "load-zips"
    NOTHING_YET = "nothing-yet"
    LIST_LOCALITIES = "list-localities"
    LIST_MODIFIERS = "list-modifiers"
    IMPORT_FILE = "import-file"
    DOWNLOAD_BY_HAND = "download-by-hand"
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
    MAP_COLUMN = "map-column"
    MAP_COLUMN_OR_GIVE = "map-column-or-give"
    GIVE_MEMORY = "give-memory"


class Hint(NamedTuple):
    """What helps against an error.

    Its text is a sentence for a Python caller, empty where no function helps.

    Attributes:
        kind: what to do.
        label: the release to do it with, such as `RVU25D`; empty where it is not about one.
        year: the calendar year to ask CMS for, where a refresh does not ask for it by itself.
        check: name of the check that can be set aside.
        reason: why nothing helps yet.
        page: address of the page to look at.
        column: the column of the caller's file that may be meant; empty where none is near.
        meaning: what feesync calls such a column.
    """

    kind: HintKind
    label: str = ""
    year: int | None = None
    check: str = ""
    reason: str = ""
    page: str = ""
    column: str = ""
    meaning: str = ""

    def __str__(self) -> str:
        years = "" if self.year is None else f"years=[{self.year}]"
        mapping = f"{self.column or 'its name'!r} to {self.meaning!r}"
        return _SENTENCES[self.kind].format(**self._asdict(), years=years, mapping=mapping)

    def to_dict(self) -> "ColumnHintDict":
        """Return the fields that are not empty, for `json.dumps`."""
        fields = {name: value for name, value in self._asdict().items() if value not in ("", None)}
        return cast("ColumnHintDict", fields)


_SENTENCES = {
    HintKind.LOAD_RELEASE: "feesync.sync(releases=['{label}']) brings it",
    HintKind.LOAD_QUARTER: "feesync.sync({years}) brings {label}",
    HintKind.LOAD_ZIPS: "feesync.sync(zips=True) brings CMS's ZIP5 and ZIP9 files",
    HintKind.NOTHING_YET: "{reason}",
    HintKind.LIST_LOCALITIES: "feesync.localities() lists all",
    HintKind.LIST_MODIFIERS: "feesync.modifiers() lists all",
    HintKind.IMPORT_FILE: "",
    HintKind.DOWNLOAD_BY_HAND: "A browser can download the zip from {page}",
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
    HintKind.MAP_COLUMN: "columns, which maps {mapping}, says which it is",
    HintKind.MAP_COLUMN_OR_GIVE: "columns, which maps {mapping}, says which it is; "
    "{meaning} is for lines without one",
    HintKind.GIVE_MEMORY: "memory='4GB' gives it more",
}


class FeesyncError(Exception):
    """Base of every error that feesync raises on purpose.

    Its text is one clear line, the same for every front end. `hint` says what helps, and a front
    end words it; a traceback shows both.

    Attributes:
        exit_status: the exit status of the command line.
        hint: what helps, None where nothing is known to; its text is a plain sentence that names
            functions, or is empty.
        claim_line: the number of the line of a claim that the error is about, counted from 1; None
            where it is about none.
        others: the errors of other lines of the same claim, or rows of the same table, in order.
    """

    exit_status = ExitStatus.UNEXPECTED
    claim_line: int | None = None
    others: "tuple[FeesyncError, ...]" = ()

    def __init__(self, message: object = "", *, hint: Hint | None = None) -> None:
        super().__init__(message)
        self.hint: Hint | None = hint
        if sentence := str(hint or ""):
            self.add_note(sentence)

    def to_dict(self) -> "ErrorDict":
        """Return exit status, text and hint, for `json.dumps`."""
        hint = self.hint.to_dict() if self.hint else None
        return {"status": int(self.exit_status), "text": str(self), "hint": hint}


class of_line:  # noqa: N801 - a context, begun for every line
    """Mark the errors of the block as being about a line of a claim, counted from 1.

    An error that is already marked keeps its line.
    """

    __slots__ = ("_number",)

    def __init__(self, number: int) -> None:
        self._number = number

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Mark what the block raised."""
        if isinstance(error, FeesyncError) and error.claim_line is None:
            error.claim_line = self._number


def together(errors: "Sequence[FeesyncError]") -> FeesyncError:
    """Return the first of some errors of lines or rows, which has the rest in its `others`."""
    first, *others = errors
    first.others = tuple(others)
    return first


class InvalidInputError(FeesyncError, ValueError):
    """An argument cannot be read, contradicts another, or does not apply to this line."""

    exit_status = ExitStatus.USAGE


class ModifierError(InvalidInputError):
    """A modifier is unknown, contradictory, not for the code, or not priced by feesync."""


class ContentRefusedError(FeesyncError):
    """A file is not what CMS publishes, or fails a check; nothing of the release was loaded.

    The hint says what lets the file pass all the same, or decides what it leaves open.

    Attributes:
        reason: what is wrong.
        file: name of the file or zip member.
        line: line number in that file, counted from 1, where one line is the cause.
    """

    exit_status = ExitStatus.REFUSED

    def __init__(
        self,
        reason: str,
        *,
        file: str | None = None,
        line: int | None = None,
        hint: Hint | None = None,
    ) -> None:
        reason, file = one_line(reason), one_line(file) if file else None
        self.reason: str = reason
        self.file: str | None = file
        self.line: int | None = line
        where = f"{file}, line {line}: " if file and line else f"{file}: " if file else ""
        super().__init__(where + reason, hint=hint)


def one_line(text: str, most: int = 400) -> str:
    """Return a text with a mark in place of each control character, cut to a length.

    The names and cells of a bad file may have such characters.
    """
    return "".join(character if character.isprintable() else "?" for character in text)[:most]


class UnreachableError(FeesyncError):
    """CMS could not be reached, did not answer, or answered that it cannot serve now.

    The database is unchanged.
    """

    exit_status = ExitStatus.UNREACHABLE


class BusyError(FeesyncError):
    """Another process is writing to the database, or another refresh is running."""

    exit_status = ExitStatus.BUSY


class MissingExtraError(FeesyncError):
    """An optional package is not installed; the message names the extra that brings it."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs a package that is not installed: pip install 'feesync[{extra}]' brings "
            "it"
        )


class StoreError(FeesyncError):
    """The database cannot be opened, or was made by a newer feesync."""


class CacheError(FeesyncError):
    """The folder of downloads cannot be used."""


class NoPriceError(FeesyncError):
    """There is no rate to answer with."""

    exit_status = ExitStatus.NO_PRICE


class UnknownCodeError(NoPriceError):
    """The HCPCS code, or a row of it, is not in the release that answers for the date.

    Attributes:
        rows: the row modifiers that the code does have there (26, TC, 53; empty for the code
            itself).
    """

    def __init__(self, message: str, rows: Sequence[str] = (), *, hint: Hint | None = None) -> None:
        self.rows: tuple[str, ...] = tuple(rows)
        super().__init__(message, hint=hint)

    def to_dict(self) -> "UnknownCodeDict":
        """Return exit status, text, hint and the rows that there are, for `json.dumps`."""
        return {**super().to_dict(), "rows": list(self.rows)}


class NoReleaseError(NoPriceError):
    """No loaded release covers the date."""


class LocalityError(NoPriceError):
    """A place is unknown or means several localities.

    Attributes:
        candidates: the localities it may mean, as `MAC-locality`.
    """

    def __init__(
        self, message: str, candidates: Sequence[str] = (), *, hint: Hint | None = None
    ) -> None:
        self.candidates: tuple[str, ...] = tuple(candidates)
        super().__init__(message, hint=hint)

    def to_dict(self) -> "LocalityErrorDict":
        """Return exit status, text, hint and candidates, for `json.dumps`."""
        return {**super().to_dict(), "candidates": list(self.candidates)}
