"""A note: something that a person should know about an answer, with the source of the rule."""

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from feesync.model.dictionaries import NoteDict


class Severity(StrEnum):
    """How much a note matters: information, a warning, or the reason why nothing is paid."""

    INFO = "info"
    WARNING = "warning"
    DENIAL = "denial"


class Note(NamedTuple):
    """Something a person should know about a line.

    Attributes:
        code: a short stable name.
        severity: how much it matters.
        text: one or two sentences.
        source: the document that has the rule, and where in it.
    """

    code: str
    severity: Severity
    text: str
    source: str

    @classmethod
    def info(cls, code: str, text: str, source: str) -> "Note":
        """Return a note for information."""
        return cls(code, Severity.INFO, text, source)

    @classmethod
    def warning(cls, code: str, text: str, source: str) -> "Note":
        """Return a warning."""
        return cls(code, Severity.WARNING, text, source)

    @classmethod
    def denial(cls, code: str, text: str, source: str) -> "Note":
        """Return the reason why there is no payment."""
        return cls(code, Severity.DENIAL, text, source)

    def __str__(self) -> str:
        return f"{self.severity.value}: {self.text} [{self.source}]"

    def to_dict(self) -> "NoteDict":
        """Return the note as the JSON contract has it."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "text": self.text,
            "source": self.source,
        }
