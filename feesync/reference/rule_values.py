"""The values of the rules of pricing, in percent, by date.

Out of scope: the factors of modifiers (reference.modifiers), and who pays (reference.cost_sharing).
"""

from datetime import date, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

from feesync.errors import NoPriceError
from feesync.model.money import percent
from feesync.reference.tables import read_table, rows_of

RULE_VALUES = "reference/rule_values.csv"
"""The table of rule values, in data/."""

_DAY = timedelta(days=1)


class RuleValue(NamedTuple):
    """The value of a rule in a period.

    Attributes:
        rule: such as `practitioner`.
        case: the case of the rule, such as `np`.
        factor: in ten-thousandths of the amount before it (8500 is 85 %).
        first: first day.
        last: last day.
        confidence: V checked against CMS's text or the statute, S read in a secondary source, R
            recalled.
        source: the document that has it.
    """

    rule: str
    case: str
    factor: int
    first: date
    last: date
    confidence: str
    source: str


@cache
def rule_values(rule: str) -> tuple[RuleValue, ...]:
    """Return all values of a rule, each case from its first period to its last."""
    return tuple(
        RuleValue(
            row["rule"],
            row["case"],
            percent(row["value"]),
            date.fromisoformat(row["from"]),
            date.fromisoformat(row["to"]) if row["to"] else date.max,
            row["confidence"],
            row["source"],
        )
        for row in rows_of(RULE_VALUES, rule)
    )


@lru_cache(maxsize=4096)
def rule_value(rule: str, case: str, day: date) -> RuleValue:
    """Return the value of a case of a rule on a day.

    Raises:
        NoPriceError: the table has no value for the day; that of another day is no answer.
    """
    for value in rule_values(rule):
        if value.case == case and value.first <= day <= value.last:
            return value
    raise NoPriceError(f"no value of the rule '{rule}' ({case}) is known for {day}")


@lru_cache(maxsize=4096)
def unchanged_since(day: date) -> date:
    """Return the first day since which every rule has the value that it has on a day.

    What was computed for a day can be remembered for all days from that one to it.
    """
    return max((change for change in _changes() if change <= day), default=date.min)


@cache
def _changes() -> frozenset[date]:
    """Return the days on which some rule gets another value than on the day before."""
    periods = [(row["from"], row["to"]) for row in read_table(RULE_VALUES)]
    ends = {date.fromisoformat(last) + _DAY for _, last in periods if last}
    return frozenset(date.fromisoformat(first) for first, _ in periods) | ends
