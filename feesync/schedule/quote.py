"""A rate with its release."""

from typing import NamedTuple

from feesync.model.locality import Locality
from feesync.model.rate import Rate
from feesync.model.release import Release
from feesync.model.zip_code import ZipPlace


class Quote(NamedTuple):
    """A rate with its locality and its release.

    `exact` tells whether the release covers the date itself. `zip` says why a ZIP is in the
    locality, where the place was given as a ZIP.
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
