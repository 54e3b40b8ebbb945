"""The page of a fee sheet: codes by settings, to read and to print."""

from __future__ import annotations

from collections.abc import Mapping

from feesync.web.page import Page, Visit

_MOST = 500


def _view(visit: Visit) -> Mapping[str, object]:
    if visit.answer is None:
        return {}
    from feesync.analysis.sheet_words import printout
    from feesync.writers.printout import MOST_AMOUNTS, amount_texts, heads

    whole = printout(visit.answer.result, limiting=bool(visit.answer.result.nonpar))
    shown = whole._replace(rows=whole.rows[:_MOST])
    return {
        "printout": whole,
        "shown": len(shown.rows),
        "parts": shown.parts(MOST_AMOUNTS // len(whole.amounts)),
        "heads": heads,
        "amount_texts": amount_texts,
    }


PAGE = Page(
    name="sheet",
    short="Fee sheet",
    title="A fee sheet",
    text="The fee list of a practice: codes, and ranges of codes, in the office, the surgical "
    "center and the hospital; each line priced by itself. To print on one page.",
    fields=("lines", "locality", "date", "settings"),
    more=("practitioner", "nonpar", "qp", "percent", "of_year", "conversion_factor"),
    spare={"lines": 4},
    view=_view,
)
