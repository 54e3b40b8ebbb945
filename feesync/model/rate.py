"""The rate of one code in one locality, with the columns of the database's view `rate_cents`."""

from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple

from feesync.errors import InvalidInputError
from feesync.model.money import half_up
from feesync.model.reading import excerpt
from feesync.model.tuples import tuple_of

PAYER = "payer"
"""The basis of a rate by the conversion factor of another payer."""

_EXACT_PER_CENT = 10_000_000
"""Billionths of a dollar in a cent."""

PRICED_STATUSES = frozenset("ART")
"""The status codes whose relative values Medicare uses for payment.

Source: RVU record layout, Status Code.
"""


def fee_by_factor(exact: int, conversion_factor: int, factor: int) -> int:
    """Return a fee in cents by another conversion factor than its own.

    Args:
        exact: the fee by its own factor before rounding, in billionths of a dollar: a multiple of
            that factor.
        conversion_factor: its own factor, in ten-thousandths.
        factor: the other, in ten-thousandths.
    """
    return half_up(exact // conversion_factor * factor, _EXACT_PER_CENT)


class Setting(StrEnum):
    """Which of the two rates a place of service takes."""

    NONFACILITY = "nonfacility"
    FACILITY = "facility"

    @classmethod
    def read(cls, given: object) -> "Setting":
        """Return the setting that a member, its text in any case, or another word for it means.

        Raises:
            InvalidInputError: it is neither `nonfacility` nor `facility`, nor a word for them.
        """
        if isinstance(given, cls):
            return given
        setting = (
            _SETTINGS.get(str.__str__(given).strip().lower()) if isinstance(given, str) else None
        )
        if setting is None:
            raise InvalidInputError(
                f"setting {excerpt(given)} is neither nonfacility (office) nor facility (hospital, "
                "asc)"
            )
        return setting


_SETTINGS = {
    **{setting.value: setting for setting in Setting},
    **dict.fromkeys(
        ("non-facility", "non facility", "non_facility", "nonfac", "non-fac", "nf", "office"),
        Setting.NONFACILITY,
    ),
    **dict.fromkeys(("fac", "hospital", "asc"), Setting.FACILITY),
}
"""The settings by the words that people have for them."""

BOTH = "both"
"""What people call the two settings together."""


def read_choice(text: str) -> str:
    """Return the setting that a text means, or `both`.

    Raises:
        InvalidInputError: it means neither.
    """
    if text.strip().lower() == BOTH:
        return BOTH
    try:
        return Setting.read(text).value
    except InvalidInputError as error:
        raise InvalidInputError(f"{error}, nor {BOTH}") from None


def settings_of(choice: str) -> tuple[Setting, ...]:
    """Return the settings of a choice that `read_choice` returned."""
    return tuple(Setting) if choice == BOTH else (Setting(choice),)


class Indicators(NamedTuple):
    """What a row of the relative value file says of a code whatever its amounts: what rules go by.

    `modifier` is that of the row; the shares of the global period are in hundredths;
    `nonfacility_priced` and `facility_priced` tell whether there is an amount in the setting.
    """

    modifier: str
    status: str
    multiple_procedure: str
    bilateral: str
    assistant_surgeon: str
    co_surgeon: str
    team_surgeon: str
    pctc: str
    global_days: str
    preoperative: int
    intraoperative: int
    postoperative: int
    imaging_family: str
    nonfacility_na: int
    facility_na: int
    nonfacility_priced: bool
    facility_priced: bool

    def has_price(self, setting: Setting) -> bool:
        """Tell whether there is an amount in a setting."""
        return self.nonfacility_priced if setting is Setting.NONFACILITY else self.facility_priced


class SettingRate(NamedTuple):
    """The columns of a rate for one setting; units as in Rate.

    Attributes:
        pe_rvu: practice expense; of the OPPS columns where they cap the fee.
        mp_rvu: malpractice; of the OPPS columns where they cap the fee.
        uncapped_fee: the formula, before the OPPS cap.
        fee: the formula, after the OPPS cap.
        exact: the fee before rounding.
        amount: what Medicare allows, None where there is no price.
        uncapped_exact: the uncapped fee before rounding.
    """

    pe_rvu: int
    mp_rvu: int
    uncapped_fee: int
    fee: int
    exact: int
    amount: int | None
    uncapped_exact: int

    @property
    def capped(self) -> bool:
        """Whether the OPPS cap binds."""
        return self.fee < self.uncapped_fee


class Rate(NamedTuple):
    """One row of the view `rate_cents`: what Medicare allows for a code in a locality.

    RVUs and shares of the global period in hundredths, GPCIs in thousandths, the conversion factor
    in ten-thousandths, money in cents, `..._exact` (before rounding) in billionths of a dollar.
    `..._fee` is the formula; `..._amount` is what Medicare allows, None where there is no price.
    Source: the RVU record layout and the MPFS payment formula in CMS's RVU documents.
    """

    hcpcs: str
    modifier: str
    status: str
    work_rvu: int
    nonfacility_pe_rvu: int
    facility_pe_rvu: int
    mp_rvu: int
    nonfacility_na: int
    facility_na: int
    multiple_procedure: str
    bilateral: str
    assistant_surgeon: str
    co_surgeon: str
    team_surgeon: str
    pctc: str
    global_days: str
    preoperative: int
    intraoperative: int
    postoperative: int
    endoscopic_base: str
    imaging_family: str
    opps_nonfacility_pe_rvu: int | None
    opps_facility_pe_rvu: int | None
    opps_mp_rvu: int | None
    work_gpci: int
    pe_gpci: int
    mp_gpci: int
    conversion_factor: int
    basis: str
    nonfacility_fee: int
    facility_fee: int
    nonfacility_capped_fee: int
    facility_capped_fee: int
    nonfacility_capped_exact: int
    facility_capped_exact: int
    nonfacility_amount: int | None
    facility_amount: int | None
    nonfacility_limiting_charge: int | None
    facility_limiting_charge: int | None

    @property
    def indicators(self) -> Indicators:
        """What the row says of the code whatever its amounts."""
        priced = self.nonfacility_amount is not None, self.facility_amount is not None
        return tuple_of(Indicators, _indicators(self) + priced)

    def by_factor(self, factor: int) -> "Rate":
        """Return the rate by another payer's conversion factor, in ten-thousandths.

        The unrounded amounts are multiples of the conversion factor, so that the result is exact
        before it is rounded. There is no limiting charge, which is Medicare's.
        """

        def fee(exact: int) -> int:
            return fee_by_factor(exact, self.conversion_factor, factor)

        capped = self.nonfacility_capped_exact, self.facility_capped_exact
        nonfacility, facility = map(fee, capped)
        therapy = self.facility_na
        uncapped = self._uncapped_exact()
        return self._replace(
            conversion_factor=factor,
            basis=PAYER,
            nonfacility_fee=fee(uncapped[0]),
            facility_fee=fee(uncapped[1]),
            nonfacility_capped_fee=nonfacility,
            facility_capped_fee=facility,
            nonfacility_capped_exact=capped[0] // self.conversion_factor * factor,
            facility_capped_exact=capped[1] // self.conversion_factor * factor,
            nonfacility_amount=None if self.nonfacility_amount is None else nonfacility,
            facility_amount=(
                None if self.facility_amount is None else nonfacility if therapy else facility
            ),
            nonfacility_limiting_charge=None,
            facility_limiting_charge=None,
        )

    def _uncapped_exact(self) -> tuple[int, int]:
        """Return the unrounded amounts before the OPPS cap, by the same conversion factor."""
        exact = []
        for capped, pe, opps_pe in (
            (self.nonfacility_capped_exact, self.nonfacility_pe_rvu, self.opps_nonfacility_pe_rvu),
            (self.facility_capped_exact, self.facility_pe_rvu, self.opps_facility_pe_rvu),
        ):
            less = 0
            if opps_pe is not None and self.opps_mp_rvu is not None:
                less = (pe - opps_pe) * self.pe_gpci
                less += (self.mp_rvu - self.opps_mp_rvu) * self.mp_gpci
            exact.append(capped + max(less, 0) * self.conversion_factor)
        return exact[0], exact[1]

    def in_setting(self, setting: Setting | str) -> SettingRate:
        """Return the columns for a setting.

        Therapy is priced in facilities too, though flagged NA there: its nonfacility columns hold
        in both settings.

        Args:
            setting: a `Setting`, or `nonfacility` or `facility`.

        Raises:
            InvalidInputError: the setting is none of them.
        """
        if type(setting) is not Setting:
            setting = Setting.read(setting)
        therapy = self.facility_na and self.facility_amount is not None
        pe, mp, opps_mp = self.nonfacility_pe_rvu, self.mp_rvu, self.opps_mp_rvu
        if setting is Setting.NONFACILITY or therapy:
            opps_pe, uncapped, fee, exact, amount = (
                self.opps_nonfacility_pe_rvu,
                self.nonfacility_fee,
                self.nonfacility_capped_fee,
                self.nonfacility_capped_exact,
                self.nonfacility_amount,
            )
        else:
            pe, opps_pe, uncapped, fee, exact, amount = (
                self.facility_pe_rvu,
                self.opps_facility_pe_rvu,
                self.facility_fee,
                self.facility_capped_fee,
                self.facility_capped_exact,
                self.facility_amount,
            )
        uncapped_exact = exact
        if fee < uncapped and opps_pe is not None and opps_mp is not None:
            uncapped_exact += (
                (pe - opps_pe) * self.pe_gpci + (mp - opps_mp) * self.mp_gpci
            ) * self.conversion_factor
            pe, mp = opps_pe, opps_mp
        return tuple_of(SettingRate, (pe, mp, uncapped, fee, exact, amount, uncapped_exact))


_indicators = itemgetter(*(Rate._fields.index(name) for name in Indicators._fields[:-2]))
