"""Progress of a run: the base class ignores it, and a command line shows it."""

from __future__ import annotations


class Progress:
    """Hears what a long run does; override the methods whose news is to be shown."""

    def message(self, text: str) -> None:
        """Hear a line of text, such as that a request is tried again after a wait."""

    def download(self, label: str, size: int, total: int | None) -> None:
        """Hear how many bytes of a download have come, and of how many where CMS says so."""

    def load(self, label: str) -> None:
        """Hear that a release is being checked and loaded."""

    def end(self, label: str) -> None:
        """Hear that the work on a release has ended, with success or without."""
