"""A form: the parameters of a query, each with what was given.

A form is sent by GET under the names of the parameters, so that its address is the question.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from feesync.queries.parameter import Kind, Parameter


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter in a form.

    Attributes:
        parameter: what it is.
        values: the texts that were given, as they were typed.
        is_joined: whether several values stand in one field.
        spare: how many empty fields there are beside those of several values.
        offers: values to choose from, where any other may be typed too.
    """

    parameter: Parameter
    values: tuple[str, ...] = ()
    is_joined: bool = False
    spare: int = 1
    offers: Sequence[str] = ()

    @property
    def name(self) -> str:
        """The name that it is sent under."""
        return self.parameter.name

    @property
    def value(self) -> str:
        """The text that was given; several with blanks between them, none is empty."""
        return " ".join(self.values)

    @property
    def is_on(self) -> bool:
        """Whether a flag is set."""
        if not self.values:
            return self.parameter.default is True
        return self.value.lower() not in ("off", "false", "no", "0")

    @property
    def control(self) -> str:
        """Which control shows it.

        It is `flag`, `switch`, `choice`, `choices`, `day`, `several` or `text`. A flag that is on
        by default is a switch of two words, because a box that is not checked is not sent. A day
        that is not written as the control of a browser wants it stays as it was typed.
        """
        parameter = self.parameter
        if parameter.kind is Kind.FLAG:
            return "switch" if parameter.default is True else "flag"
        if parameter.choices:
            return "choices" if parameter.several else "choice"
        if parameter.several and not self.is_joined:
            return "several"
        if parameter.kind is Kind.DAY and (not self.value or _is_day(self.value)):
            return "day"
        return "text"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class Form:
    """The fields of a query's form.

    Attributes:
        shown: the fields that are shown at once.
        more: those that are shown on demand.
        others: those that have no control; what was given is sent again as it was.
    """

    def __init__(
        self,
        parameters: Sequence[Parameter],
        values: Mapping[str, object],
        shown: Sequence[str] = (),
        more: Sequence[str] = (),
        joined: Collection[str] = (),
        spare: Mapping[str, int] | None = None,
        offers: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Make one.

        Args:
            parameters: those of the query.
            values: what was given.
            shown: the names of the fields that are shown at once.
            more: the names of those that are shown on demand.
            joined: the names of those that have several values in one field.
            spare: how many empty fields there are for more values, by name; by default one.
            offers: values to choose from, by name.
        """
        self._fields = {
            each.name: Field(
                each,
                _texts(values.get(each.name)),
                each.name in joined,
                (spare or {}).get(each.name, 1),
                (offers or {}).get(each.name, ()),
            )
            for each in parameters
        }
        self.shown: list[Field] = [self[name] for name in shown]
        self.more: list[Field] = [self[name] for name in more]
        drawn = {*shown, *more}
        self.others: list[Field] = [
            each for name, each in self._fields.items() if name not in drawn and each.values
        ]

    @property
    def more_is_open(self) -> bool:
        """Whether something is given among what is shown on demand."""
        return any(field.values for field in self.more)

    def __getitem__(self, name: str) -> Field:
        """Return the field of a parameter."""
        return self._fields[name]


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)
