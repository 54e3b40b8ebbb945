"""What helps, in the words of each front end."""

import pytest

from feesync.cli.hints import error_text, server_error_text, tool_with_hint, tool_words
from feesync.errors import Hint, HintKind, InvalidInputError


@pytest.mark.parametrize(
    ("kind", "typed", "served"),
    [
        (HintKind.LIST_LOCALITIES, "'feesync localities' lists all", "/api/localities"),
        (HintKind.LIST_MODIFIERS, "'feesync modifiers' lists all", "/api/modifiers lists all"),
        (HintKind.MAP_COLUMN, "--map 'svc dt=date' says", "; map=svc dt=date says"),
        (HintKind.MAP_COLUMN_OR_GIVE, "--date is for lines", "; date is for lines"),
        (HintKind.GIVE_MEMORY, "--memory 4GB", "'feesync reprice' on the command line"),
        (HintKind.LOAD_ANEW, "'feesync sync'", "'feesync sync'"),
    ],
)
def test_a_server_speaks_of_parameters_and_of_what_a_person_runs(kind, typed, served):
    error = InvalidInputError("it is wrong", hint=Hint(kind, column="svc dt", meaning="date"))
    assert typed in error_text(error)
    assert served in server_error_text(error)
    assert "--" not in server_error_text(error)


def test_tools_name_tools():
    hint = Hint(HintKind.LIST_LOCALITIES)
    assert tool_words(hint) == "the tool localities lists all"
    assert tool_with_hint("No place", hint) == "No place; the tool localities lists all"
    assert tool_with_hint("No place", None) == "No place"
    assert "'feesync sync'" in tool_words(Hint(HintKind.LOAD_ANEW))
