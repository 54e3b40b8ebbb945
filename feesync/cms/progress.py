"""What a run tells while it works; by itself nothing."""

from __future__ import annotations


class Progress:
    """Hears what a long run does; a command line overrides what it wants to show."""

    def said(self, text: str) -> None:
        """Hear a line about what happens, such as a wait before another try."""

    def received(self, label: str, received: int, total: int | None) -> None:
        """Hear that so many bytes of a download are here, of a total where CMS gives one."""

    def loading(self, label: str) -> None:
        """Hear that a release is being checked and loaded."""

    def finished(self, label: str) -> None:
        """Hear that a release is done with, well or not."""
