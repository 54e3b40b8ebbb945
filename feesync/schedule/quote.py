"""A rate with its release."""

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from feesync.model.dates import read_day
from feesync.model.locality import Locality
from feesync.model.rate import Rate
from feesync.model.release import Release
from feesync.model.zip_code import ZipPlace

if TYPE_CHECKING:
    from feesync.schedule.dictionaries import RateDict


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

    def to_dict(self, day: date | str | None = None) -> "RateDict":
        """Return the rate under the names of `feesync rates --json`, for `json.dumps`.

        Args:
            day: the date of service that was asked for; None where there was none.

        Raises:
            InvalidInputError: the day cannot be read.
        """
        from feesync.schedule.columns import to_dict  # not at every start

        return to_dict(self, None if day is None else read_day("day", day))

    def _repr_html_(self) -> str:
        from feesync.model.html import answer_html  # for notebooks

        return answer_html(self.to_dict())
