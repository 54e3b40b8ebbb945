"""Options of a contract, by which a plan pays in the place of Medicare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from feesync.cli.input import read_percent
from feesync.cli.numbers import WholeNumber

_Command = TypeVar("_Command", bound=Callable[..., Any] | click.Command)


def contract_options(command: _Command) -> _Command:
    """Add the options of a contract: the command has `percent`, `of_year`, `conversion_factor`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option(
        "--percent",
        metavar="P|FILE",
        callback=read_percent,
        help="Of what Medicare allows, as a commercial contract pays it: 110 for 110 %, or a file "
        "with the columns from, to and percent, by codes.",
    ),
    click.option(
        "--of-year",
        type=WholeNumber(2000, 2099),
        help="A contract's year of rates: those of its newest loaded release.",
    ),
    click.option(
        "--conversion-factor",
        metavar="DOLLARS",
        help="Of a payer that uses Medicare's relative values and GPCIs, such as 45.00.",
    ),
)
