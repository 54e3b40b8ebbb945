"""The types of what the tables of data/ are in JSON; nothing that runs imports them."""

from typing import Annotated, TypedDict

from feesync.model.dictionaries import Day
from feesync.model.note import Severity
from feesync.reference.modifiers import Effect

ModifierDict = TypedDict(
    "ModifierDict",
    {
        "modifier": str,
        "effect": Annotated[str, Effect],
        "factor": str | None,
        "applies_to": str | None,
        "codes": str | None,
        "site": str | None,
        "from": Day | None,
        "to": Day | None,
        "notice": Annotated[str, Severity] | None,
        "confidence": Annotated[str, ("V", "S", "R")],
        "source": str,
        "words": str,
    },
)
"""What a modifier does from one day to another."""
