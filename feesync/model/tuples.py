"""Values of NamedTuple classes without a call of Python code, for those that every line makes.

The class itself makes a value by a function of Python, which knows names and defaults; for the
values of a line that would be a tenth of an estimate.
"""

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

_Value = TypeVar("_Value", bound=tuple[Any, ...])


class Maker(Protocol):
    """Makes a value of a NamedTuple class."""

    def __call__(self, kind: type[_Value], fields: Iterable[Any], /) -> _Value:
        """Return the value, given its class and all of its fields in order."""


tuple_of: Maker = tuple.__new__
"""Return a value of a NamedTuple class, given the class and a tuple of all fields in order."""
