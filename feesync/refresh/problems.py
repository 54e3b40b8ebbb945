"""The problems and warnings of a run, in the order in which they occur."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from feesync.errors import ExitStatus, FeesyncError, Hint
from feesync.refresh.report import Problem


class Problems:
    """The problems of a run so far.

    Attributes:
        items: all of them.
    """

    def __init__(self) -> None:
        self.items: list[Problem] = []

    def note(self, label: str | None, error: FeesyncError) -> None:
        """Add an error of a release, or of the whole run where `label` is None."""
        self.items.append(Problem(label, error.exit_status, str(error), error.hint))

    def warn(self, label: str, text: str, hint: Hint | None = None) -> None:
        """Add a warning on a release: what a person must know though nothing failed."""
        self.items.append(Problem(label, ExitStatus.OK, text, hint))

    @contextmanager
    def of(self, label: str | None) -> Iterator[None]:
        """Add an error of the block, which is beside the work itself, and go on."""
        try:
            yield
        except FeesyncError as error:
            self.note(label, error)
