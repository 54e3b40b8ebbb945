"""Which of many cases of one kind are in the everyday run."""

import pytest


def one_in(number, cases):
    """The cases as parameters of a test: one in a number every day, the others in the slow run."""
    return [
        pytest.param(case, marks=() if index % number == 0 else pytest.mark.slow)
        for index, case in enumerate(cases)
    ]
