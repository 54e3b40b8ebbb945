"""A wheel carries the embedded snapshot as a database, made here from the tables of data/snapshot.

It needs the standard library alone, and that the parts of feesync that make the database need no
more: whoever builds a wheel has none of its dependencies.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SnapshotHook(BuildHookInterface[Any]):
    """Add `feesync/data/snapshot/snapshot.db` to a wheel; an editable one reads the tables."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the database beside the build."""
        self._folder = TemporaryDirectory(prefix="feesync-")
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from feesync.store.snapshot import DATABASE, write_snapshot

        path = Path(self._folder.name) / "snapshot.db"
        write_snapshot(path)
        build_data["force_include"][str(path)] = f"feesync/data/{DATABASE}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what the build no longer needs."""
        self._folder.cleanup()
