"""A check in words, in lines of 80 characters, for a person with a remittance in hand."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from feesync.claims.estimate import (
    ZIP_NOTE,
    Estimate,
    factor_words,
    heading,
    other_notes,
    place_line,
)
from feesync.model.note import Severity

if TYPE_CHECKING:
    from feesync.analysis.check import Cause, Check

_WIDTH = 80
_LABEL, _MONEY = 34, 14
_SHOWN = (Severity.WARNING, Severity.DENIAL)


def text(check: Check) -> str:
    """Return a check as text: the amounts, the difference, and what the amounts are right for."""
    estimate = check.estimate
    lines = [heading(estimate), *_wrapped(place_line(estimate)), _rates(estimate), ""]
    columns = ("Should be", "Is", "Difference")
    lines.append(" " * _LABEL + "".join(column.rjust(_MONEY) for column in columns))
    lines += _amounts(check)
    for part in verdict(check):
        lines += ["", *_wrapped(part)]
    for number, cause in enumerate(check.causes, start=1):
        head = f"{number}. As {cause.text}"
        lines += ["", *_wrapped(head, "   "), *_arithmetic(cause, estimate)]
    others = other_notes(estimate)
    notes = [note for note in others if note.severity in _SHOWN or note.code == ZIP_NOTE]
    for note in notes:
        lines += ["", *_wrapped(str(note))]
    return "\n".join(lines)


def _rates(estimate: Estimate) -> str:
    return f"{estimate.release.label}, {factor_words(estimate)}"


def _amounts(check: Check) -> Iterator[str]:
    estimate = check.estimate
    who = "Contract" if estimate.contract else "Medicare"
    yield _row(f"{who} allows", estimate.allowed, check.allowed, check.allowed_difference)
    if not estimate.contract:
        yield _row("Medicare pays", estimate.medicare_payment, check.paid, check.paid_difference)


def _row(
    label: str, expected: Decimal | None, given: Decimal | None, difference: Decimal | None
) -> str:
    cells = (
        "no price" if expected is None else f"{expected:,.2f}",
        "" if given is None else f"{given:,.2f}",
        "" if difference is None else f"{difference:+,.2f}" if difference else "0.00",
    )
    return f"  {label:<{_LABEL - 2}}{''.join(cell.rjust(_MONEY) for cell in cells)}".rstrip()


def verdict(check: Check) -> Iterator[str]:
    """Yield what is found: how far the amounts are off, and whether something explains them."""
    if not check.differs:
        yield "As it should be."
        return
    given = [amount for amount in (check.allowed, check.paid) if amount is not None]
    amounts, found = " and ".join(f"{amount:,.2f}" for amount in given), distance(check)
    if check.paid == 0:
        yield (
            "Nothing was paid: see the codes of the remittance first. A denial has its reason "
            "there, and the deductible is PR-1."
        )
    if check.causes:
        ways = len(check.causes)
        how = f" in {ways} ways, the likeliest first" if ways > 1 else ""
        yield f"{found}. {amounts} would be right{how}:"
        return
    yield (
        f"{found}, and nothing explains {amounts}: no single change of the line, and none of "
        "the likeliest pairs of changes, gives it to the cent."
    )
    if check.deductible is not None:
        yield (
            f"A deductible of {check.deductible:,.2f} that the patient still owed would: the "
            "remittance then has it as PR-1."
        )


def distance(check: Check) -> str:
    """Return how far the amounts are off: `111.44 short`."""
    found = []
    for name, given, difference in (
        ("allowed", check.allowed, check.allowed_difference),
        ("paid", check.paid, check.paid_difference),
    ):
        if difference:
            side = "short" if difference < 0 else "too much"
            both = f"{name} " if check.allowed is not None and check.paid is not None else ""
            found.append(f"{both}{abs(difference):,.2f} {side}")
        elif given is not None and difference is None:
            found.append("There should be no price")
    return _capital(", ".join(dict.fromkeys(found)))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _arithmetic(cause: Cause, expected: Estimate) -> Iterator[str]:
    """Yield how an amount comes about; release and locality where they are others."""
    estimate = cause.estimate
    if estimate.locality != expected.locality and len(cause.changes) == 1:
        yield from _wrapped(str(estimate.locality), "     ", first="     ")
    if (estimate.release, estimate.rate.basis) != (expected.release, expected.rate.basis):
        yield f"     {_rates(estimate)}"
    rows: list[tuple[str, Decimal | None]] = [("Fee schedule amount", estimate.fee)]
    for step in estimate.steps:
        factor = "" if step.factor is None else f" x {step.factor}"
        rows.append((f"{step.name}{factor}", step.amount))
    rows.append(("Allowed", estimate.allowed))
    if estimate.deductible:
        rows.append(("Deductible takes", estimate.deductible))
    if estimate.medicare_payment is not None:
        rows.append((f"Medicare pays{share(estimate)}", estimate.medicare_payment))
    for label, amount in rows:
        yield f"     {label:<{_LABEL + _MONEY - 5}}{f'{amount:,.2f}':>{_MONEY}}"


def share(estimate: Estimate) -> str:
    """Return the shares by which Medicare pays, in percent."""
    assert estimate.coinsurance_rate is not None
    assert estimate.sequestration_rate is not None
    own = f"{_percent(1 - estimate.coinsurance_rate)} %"
    if not estimate.sequestration_rate:
        return f" ({own})"
    return f" ({own}, less {_percent(estimate.sequestration_rate)} %)"


def _percent(rate: Decimal) -> str:
    return f"{(100 * rate).normalize():f}"


def _wrapped(text: str, indent: str = "", first: str = "") -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False
    )
