"""An audit of remittances in words and tables, for people.

Out of scope: the command and its options (commands.audit), and the files that it writes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from decimal import Decimal

import click

from feesync.cli.output import print_table
from feesync.cli.terminal import terminal_width
from feesync.remittance.audit_line import AuditLine
from feesync.remittance.audit_result import Audit, ProviderTotal
from feesync.remittance.line_status import MEANINGS, WORDS, LineStatus, Reason
from feesync.remittance.totals import Total, Unaudited
from feesync.text.cells import count_of

_WIDTH = 80
"""The width of tables and sentences, where no terminal says another."""

_MOST_GROUPS = 10


def print_audit(result: Audit, most: int) -> None:
    """Print an audit as tables of 80 columns, or of the terminal's width.

    Args:
        result: the audit.
        most: how many lines a table has; 0 for all.
    """
    _prose(summary(result))
    if result.total.lines:
        _prose(_amounts(result.total))
    differing = [line for line in result.lines if line.status in _DIFFERENT]
    _print_lines("", _WORKLIST, differing, most)
    denied = [line for line in result.lines if line.status == LineStatus.DENIED]
    _print_lines("Denied, and what is allowed for it:", _DENIED, denied, most)
    for name, totals in (
        ("Code", result.by_code),
        ("Cause", result.by_cause),
        ("Payer", result.by_payer),
    ):
        _print_totals(name, totals)
    _print_others(result)


def summary(result: Audit) -> str:
    """Return what was found, in one sentence."""
    whole, counts = result.total, result.counts
    parts = []
    if counts[LineStatus.UNDERPAID]:
        parts.append(f"{counts[LineStatus.UNDERPAID]:,} underpaid by {whole.underpaid:,.2f}")
    if counts[LineStatus.OVERPAID]:
        parts.append(f"{counts[LineStatus.OVERPAID]:,} overpaid by {whole.overpaid:,.2f}")
    if counts[LineStatus.RIGHT]:
        parts.append(f"{counts[LineStatus.RIGHT]:,} right")
    if counts[LineStatus.DENIED]:
        parts.append(f"{counts[LineStatus.DENIED]:,} denied")
    known = (LineStatus.UNDERPAID, LineStatus.OVERPAID, LineStatus.RIGHT, LineStatus.DENIED)
    if others := sum(count for status, count in counts.items() if status not in known):
        parts.append(f"{others:,} not audited")
    claims = sum(file.claims for file in result.files)
    whose = f"{count_of(len(result.lines), 'line')} of {count_of(claims, 'claim')}"
    return f"{whose}: {', '.join(parts)}." if parts else f"{whose}."


def _amounts(whole: Total) -> str:
    return (
        f"Of {count_of(whole.lines, 'judged line')} {whole.allowed:,.2f} is allowed, where "
        f"{whole.expected:,.2f} should be; {whole.paid:,.2f} is paid."
    )


_DIFFERENT = (LineStatus.UNDERPAID, LineStatus.OVERPAID)

_Cell = Callable[[AuditLine], object]
_NAMES: dict[str, _Cell] = {
    "Claim": lambda line: line.claim,
    "Line": lambda line: line.line,
    "Date": lambda line: line.date,
    "Code": lambda line: line.code if line.units in (None, 0, 1) else f"{line.code}x{line.units}",
}
_WORKLIST: dict[str, _Cell] = {
    **_NAMES,
    "Allowed": lambda line: _money(line.allowed),
    "Expected": lambda line: _money(line.expected),
    "Variance": lambda line: f"{line.variance:+,.2f}",
    "As if": lambda line: line.as_if or "unexplained",
}
_DENIED: dict[str, _Cell] = {
    **_NAMES,
    "Charge": lambda line: _money(line.charge),
    "Expected": lambda line: _money(line.expected) or _without_amount(line),
    "Codes": lambda line: " ".join((*line.carc, *line.rarc)),
}
_RIGHT = (
    *("Allowed", "Expected", "Variance", "Charge", "Lines", "Underpaid", "Overpaid", "Paid"),
    *("Amount", "Adjustments"),
)


def _print_lines(
    heading: str, columns: dict[str, _Cell], lines: Sequence[AuditLine], most: int
) -> None:
    if not lines:
        return
    shown = lines[: most or None]
    _print_table(
        heading, list(columns), [[cell(line) for cell in columns.values()] for line in shown]
    )
    if more := len(lines) - len(shown):
        _prose(f"And {count_of(more, 'more line')}: --most 0 prints all, as --csv and -o do.")


def _print_table(heading: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    click.echo()
    if heading:
        _prose(heading)
    print_table(columns, rows, right=_RIGHT, otherwise=_WIDTH)


def _print_totals(name: str, totals: Sequence[Total]) -> None:
    """Print sums, those with a difference; a single one says no more than the summary."""
    differing = [total for total in totals if total.underpaid or total.overpaid]
    if not differing or (len(totals) == 1 and name == "Payer"):
        return
    shown = differing[:_MOST_GROUPS]
    rows = [
        (
            total.name or "unknown",
            f"{total.underpaid_lines + total.overpaid_lines:,}",
            _money(total.underpaid),
            _money(total.overpaid),
        )
        for total in shown
    ]
    _print_table("", (name, "Lines", "Underpaid", "Overpaid"), rows)
    if more := len(differing) - len(shown):
        _prose(f"And {more:,} more, which --json and -o have.")


def _print_others(result: Audit) -> None:
    others = [each for each in result.unaudited if each.status != LineStatus.DENIED]
    if others:
        rows = [(f"{each.lines:,}", _money(each.paid), _why(each)) for each in others]
        _print_table("Not audited:", ("Lines", "Paid", "Why"), rows)
    if result.provider_adjustments:
        rows = [
            (each.reason, f"{each.adjustments:,}", _sum(each))
            for each in result.provider_adjustments
        ]
        heading = "Taken from payments apart from claims (PLB), and no part of a line:"
        _print_table(heading, ("Reason", "Adjustments", "Amount"), rows)


def _sum(each: ProviderTotal) -> str:
    return "none" if each.without_amount == each.adjustments else f"{each.amount:,.2f}"


def _why(each: Unaudited) -> str:
    if each.status == LineStatus.NO_PRICE:
        return f"no price: {each.reason}"
    text = WORDS[each.reason] if each.reason else MEANINGS[LineStatus(each.status)]
    if each.filing is not None:
        text = f"filing indicator {each.filing or 'not given'}: {text}"
    return text


def _without_amount(line: AuditLine) -> str:
    """Return why there is nothing to expect of a denied line, in two words."""
    return line.reason if line.reason == Reason.DUPLICATE else "no price"


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def _prose(text: str) -> None:
    click.echo(textwrap.fill(text, terminal_width() or _WIDTH, break_on_hyphens=False))
