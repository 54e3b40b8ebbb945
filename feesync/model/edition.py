"""An edition of a dataset of CMS's: the bytes that were loaded under a label.

Out of scope: its rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from feesync.model.dictionaries import EditionDict


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition that was loaded.

    Attributes:
        label: such as `ZIP5 2025 Q4`.
        effective_from: first day of effect, YYYY-MM-DD.
        effective_to: last day of effect.
        sha256: hash of its bytes.
        source: name of its file.
        loaded_at: when it was loaded (UTC), None where it is embedded.
        rows: how many rows it has, None where they are counted by file.
    """

    label: str
    effective_from: str
    effective_to: str
    sha256: str
    source: str
    loaded_at: str | None
    rows: int | None

    def to_dict(self) -> EditionDict:
        """Return the edition under the names of its attributes, for `json.dumps`."""
        return cast("EditionDict", {name: getattr(self, name) for name in self.__slots__})
