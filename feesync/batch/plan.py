"""The plan of a run: from `input`, a row for each line of a file, to `answer`, in its order.

1. words: each distinct text is read once; periods: which releases answer, where places are;
2. fee: the tables of the releases, and which rate a line has;
3. lines: the file as numbers; programs: a recipe for each shape of line;
4. fold: each line priced by itself; together: lines that touch, and what does not fold;
5. answer.

Every step is a table made by a SELECT, or handed over by Python, so that any engine of tables runs
it. Out of scope: reading and writing files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from feesync.batch.answer import make_answers
from feesync.batch.engine import Engine
from feesync.batch.fee import give_rates
from feesync.batch.fold import prices_of
from feesync.batch.lines import make_lines
from feesync.batch.periods import Periods, read_days, read_places
from feesync.batch.programs import Recipes, give_recipes, give_shares
from feesync.batch.request import Request
from feesync.batch.texts import Texts
from feesync.batch.words import Words, read_code_texts, read_words
from feesync.schedule.threads import open_schedule


@dataclass(slots=True)
class Run:
    """A run, as far as it has come.

    Attributes:
        engine: has the tables.
        request: what is asked.
        words: what the texts of the file mean, by the ids of the tables.
        found: the releases and localities that answer, by the ids of the tables.
        recipes: how many factors there are.
        texts: reasons, states and steps, by the ids of the tables.
    """

    engine: Engine
    request: Request
    words: Words
    found: Periods
    recipes: Recipes
    texts: Texts


Together = Callable[[Run], None]
"""Makes the tables `together` and `incomplete` (see docs of together)."""


def run(engine: Engine, request: Request, together: Together, *, flaws: bool = False) -> Run:
    """Price the lines of `input`: make `result` and `answer`, a row for each.

    Args:
        engine: has `input`, with `row` from 0 in the order of the file.
        request: what is asked.
        together: prices the lines that touch, and those that do not fold.
        flaws: whether `input` has a column `flaw` with the reason of rows that cannot be read.

    Raises:
        InvalidInputError: a default of the run cannot be read.
        StoreError: the database cannot be read.
    """
    schedule, texts = open_schedule(request.db), Texts()
    with schedule.hold():
        words = read_words(engine, request, texts)
        found = read_days(engine, request, schedule, words, texts)
        snapshot = [source.codes for source, _ in found.answers if source.embedded]
        read_code_texts(engine, request, texts, words, snapshot[0] if snapshot else ())
        read_places(engine, request, schedule, words, texts, found)
        indicators = give_rates(engine, words, found, texts, request.contract)
        make_lines(engine, request, words, texts, flaws=flaws, rules=len(found.rules))
        recipes = give_recipes(engine, words, found, indicators, texts)
        shares = give_shares(engine, words, found)
        engine.view("priced", prices_of(engine, found, recipes, shares=shares))
        done = Run(engine, request, words, found, recipes, texts)
        together(done)
        make_answers(engine, texts, found)
    return done
