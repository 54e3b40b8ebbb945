"""The header of a claim: what all lines share, checked once.

That is place, setting, day, who bills and who pays. Out of scope: finding rates (rates), and the
answer for a line (answer).
"""

from collections.abc import Iterable, Sequence
from datetime import date as Date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from feesync.claims import arguments
from feesync.claims.line import ClaimLine
from feesync.coverage import facts
from feesync.coverage.notes import Circumstances, day_notes
from feesync.errors import InvalidInputError
from feesync.model import reading
from feesync.model.hcpcs import code_text, read_code
from feesync.model.note import Note
from feesync.model.rate import Setting
from feesync.model.tuples import tuple_of
from feesync.pricing.line import Line
from feesync.pricing.modifiers import in_its_setting
from feesync.pricing.terms import Terms

if TYPE_CHECKING:
    from feesync.reference.place_of_service import PlaceOfService


_MOST_READ = 16_384
_CODE = 5
_SHAPED = Line._fields.index("charge")
"""How many values of a line come before those that no rule looks at."""

_TEXT = frozenset((str,))


class Header(NamedTuple):
    """What all lines of a claim share, or a line by itself has.

    Attributes:
        locality: the place, as the caller names it.
        terms: what rules look at: day, setting, who bills, who pays.
        place_of_service: where one was given; it has decided the setting.
        qp: whether the practitioner is a qualifying APM participant.
        deductible: the Part B deductible that the patient still owes, in cents.
        circumstances: what the coverage notes depend on; None where there are to be none.
    """

    locality: str
    terms: Terms
    place_of_service: "PlaceOfService | None"
    qp: bool
    deductible: int
    circumstances: Circumstances | None

    @property
    def day(self) -> Date:
        """The date of service."""
        return self.terms.day

    def on(self, day: Date) -> "Header":
        """Return the header with another date of service."""
        return self._replace(terms=self.terms._replace(day=day))

    @property
    def pos(self) -> str | None:
        """The place of service code."""
        return self.place_of_service and self.place_of_service.pos

    def day_notes(self, lines: Sequence[Line]) -> Sequence[Note]:
        """Return the coverage notes on lines of the day together."""
        if self.circumstances:
            codes = facts.codes()
            for line in lines:
                if line.hcpcs in codes:
                    return day_notes(lines, self.pos, self.circumstances)
        return ()

    def line(self, claim_line: ClaimLine) -> Line:
        """Return a claim line as pricing needs it.

        Raises:
            InvalidInputError: a part of it cannot be read.
            ModifierError: its modifiers are unknown or contradict each other.
        """
        hcpcs, modifiers, units, charge, days = claim_line
        if type(hcpcs) is not str or len(hcpcs) != _CODE:
            hcpcs, modifiers, units, charge, days = claim_line.in_parts()
        is_plain = type(hcpcs) is str and type(units) is int and type(modifiers) is tuple
        if is_plain and (not modifiers or _TEXT.issuperset(map(type, modifiers))):
            line = _line_of(self.terms, hcpcs, modifiers, units)  # type: ignore[arg-type]
        else:
            line = _read(self.terms, hcpcs, modifiers, units)
        return tuple_of(
            Line,
            (
                *line[:_SHAPED],
                None if charge is None else arguments.cents("charge", charge),
                None if days is None else arguments.days(days),
                self.locality,
            ),
        )


def _read(terms: Terms, hcpcs: object, modifiers: Iterable[str] | None, units: object) -> Line:
    """Return a line on terms, without charge and place, in the setting that it implies."""
    code = read_code(code_text("hcpcs", hcpcs))
    capitals = arguments.modifiers(modifiers)
    if terms.contract:
        terms = terms.of_code(code)
    return in_its_setting(Line(code, capitals, terms, arguments.units(units)))


_line_of = lru_cache(maxsize=_MOST_READ)(_read)
"""The same, as it was read before, of arguments that are equal only where they mean the same."""


def read_header(
    *,
    locality: str,
    setting: Setting | str,
    pos: str | int | None = None,
    date: Date | str | None = None,
    qp: bool = False,
    deductible: Decimal | int | str | None = None,
    percent: arguments.Percent | None = None,
    of_year: int | None = None,
    conversion_factor: Decimal | int | str | None = None,
    coverage: bool = False,
    purpose: str | None = None,
    history: arguments.EarlierLines = (),
    **terms: Any,  # noqa: ANN401 - as the fields of Terms
) -> Header:
    """Return the checked header; its arguments have the names of those of `estimate`.

    All others are terms that rules look at (`Terms.read`). A contract has neither Medicare's
    coverage notes nor its deductible.

    Raises:
        InvalidInputError: an argument cannot be read, or contradicts another.
    """
    contract = arguments.contract(percent, of_year, conversion_factor)
    day = arguments.day(date) or Date.today()
    where, place = Setting.read(setting), None
    pos = reading.whole_or_none(pos)
    if pos is not None:
        from feesync.reference.place_of_service import read_setting

        where, place = read_setting(where, pos)
    own_terms = Terms.read(day, where, contract, **terms)
    circumstances = arguments.circumstances(coverage, purpose, history)
    owed = arguments.cents("deductible", deductible) or 0
    of_apm = reading.flag("qp", qp)
    if of_apm and conversion_factor is not None:
        raise InvalidInputError("qp is about Medicare's conversion factor, and another is given")
    if owed and contract:
        raise InvalidInputError(
            "the Part B deductible is Medicare's; with a contract the plan decides its own"
        )
    return Header(
        locality=reading.text("locality", locality),
        terms=own_terms,
        place_of_service=place,
        qp=of_apm,
        deductible=owed,
        circumstances=None if contract else circumstances,
    )
