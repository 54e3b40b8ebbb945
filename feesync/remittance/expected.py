"""What a plan should have allowed: the lines of a claim and day priced together, and remembered.

Out of scope: what was allowed (allowance), and why it differs (as_if).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from feesync.analysis.other_rates import ScheduleRates
from feesync.analysis.question import Question
from feesync.claims.header import Header, read_header
from feesync.errors import FeesyncError, NoReleaseError, StoreError
from feesync.model.note import Severity
from feesync.model.rate import Setting
from feesync.pricing.claim import claim
from feesync.pricing.line import Contract, Line, Price
from feesync.pricing.practitioner import PHYSICIAN
from feesync.pricing.rows import RateLookup
from feesync.remittance.rendering import Rendering
from feesync.schedule.quote import Quote

MOST_CLAIMS = 50_000
"""How many different claims of a day are remembered; then all are forgotten."""

_Prices = dict[int, Price | FeesyncError]


class Expected(NamedTuple):
    """What is to be expected of a line.

    Attributes:
        price: its price beside the other lines of its claim and day.
        quote: the rate behind it, with release and locality.
    """

    price: Price
    quote: Quote

    @property
    def denial(self) -> str:
        """The code of the note that says why there is no price; empty where there is one."""
        return next(
            (note.code for note in self.price.notes if note.severity is Severity.DENIAL), ""
        )


class ExpectedAmounts:
    """Prices lines as their plan should have; the answers are of one state of the database."""

    def __init__(self, rates: ScheduleRates, *, qp: bool, **contract: object) -> None:
        """Take what all lines share.

        Args:
            rates: finds rates; the caller holds the database meanwhile.
            qp: whether the practitioners are qualifying APM participants.
            contract: `percent`, `of_year` and `conversion_factor` of plans other than Medicare, as
                for `read_header`.
        """
        self._rates, self._qp, self._contract = rates, qp, contract
        self._headers: dict[object, Header] = {}
        self._claims: dict[object, _Prices] = {}

    def header(self, day: date, rendering: Rendering, *, of_contract: bool) -> Header:
        """Return the header of a line.

        Args:
            day: date of service.
            rendering: where, and by whom.
            of_contract: whether the contract pays, and not Medicare.

        Raises:
            InvalidInputError: the place of service is unknown, or Medicare did not pay such a
                practitioner on the day.
        """
        key = day, rendering.pos, rendering.practitioner, rendering.nonpar, of_contract
        header = self._headers.get(key)
        if header is None:
            contract = self._contract if of_contract else {}
            header = self._headers[key] = read_header(
                locality="",
                setting=Setting.NONFACILITY,
                pos=rendering.pos,
                date=day,
                nonpar=bool(rendering.nonpar),
                practitioner=rendering.practitioner or PHYSICIAN,
                qp=self._qp and not contract.get("conversion_factor"),
                **contract,  # type: ignore[arg-type]
            )
        return header._replace(locality=rendering.locality)

    def of(self, questions: Mapping[int, Question]) -> dict[int, Expected | FeesyncError]:
        """Return what to expect of the lines of a claim, or why a line cannot be priced.

        Lines of one day and one way to price are priced together; one that cannot be priced leaves
        the others.
        """
        days: dict[tuple[date, bool, Contract | None], dict[int, Question]] = {}
        for number, question in questions.items():
            header = question.header
            key = header.day, header.qp, header.terms.contract
            days.setdefault(key, {})[number] = question
        found: dict[int, Expected | FeesyncError] = {}
        for key, of_day in days.items():
            found.update(self._of_day(key, of_day))
        return found

    def _of_day(
        self, key: object, questions: Mapping[int, Question]
    ) -> dict[int, Expected | FeesyncError]:
        lines = [question.line for question in questions.values()]
        shape = key, tuple(lines)
        prices = self._claims.get(shape)
        try:
            lookup = self._rates.of(next(iter(questions.values())).header)
        except NoReleaseError as error:  # of the year that a contract names
            return dict.fromkeys(questions, error)
        if prices is None:
            if len(self._claims) >= MOST_CLAIMS:
                self._claims.clear()
            prices = self._claims[shape] = _prices(dict(enumerate(lines)), lookup)
        found: dict[int, Expected | FeesyncError] = {}
        for at, number in enumerate(questions):
            price = prices[at]
            if isinstance(price, FeesyncError):
                found[number] = price
                continue
            found[number] = Expected(price, lookup.quote_of(lines[at], price.rate))
        return found


def _prices(lines: dict[int, Line], rates: RateLookup) -> _Prices:
    """Return the prices of lines together; one whose place or day has no rates leaves the others.

    Raises:
        StoreError: the database cannot be read.
    """
    found: _Prices = {}
    while lines:
        try:
            return found | claim(lines, rates)
        except StoreError:
            raise
        except FeesyncError as error:
            if error.claim_line not in lines:
                raise
            found[error.claim_line] = error
            lines = {number: line for number, line in lines.items() if number not in found}
    return found
