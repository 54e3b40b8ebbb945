"""A rate with where it comes from."""

from __future__ import annotations

from typing import NamedTuple

from feesync.model.locality import Locality
from feesync.model.rate import Rate
from feesync.model.release import Release
from feesync.model.zip_code import ZipPlace


class Quote(NamedTuple):
    """A rate with where it comes from.

    `exact` tells whether the release covers the date itself; `zip` how a ZIP told the locality,
    where the place was one.
    """

    rate: Rate
    release: Release
    locality: Locality
    exact: bool
    zip: ZipPlace | None = None

    @property
    def stand_in(self) -> bool:
        """Whether a release of another quarter answers, because that of the date is not loaded."""
        return not self.exact
