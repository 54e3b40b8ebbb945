"""Random questions of every query, drawn without a look at what answers; many of them are wrong."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

CODES = (
    *("64490", "64491", "64492", "64493", "64494", "64495", "64633", "64634", "64635", "64636"),
    *("64493-50", "64493-RT", "64494-50"),
)
RANGES = ("64490-64495", "64633-64636")
LINES = (
    *("64493-50", "64494-50", "64493x2", "64493-50x1@250.00", "64495-LT@20", "64635-50", "64490"),
    *("64493-50-KX", "64636-RT-59"),
)
PLACES = (
    *("01112-05", "0111205", "CA-05", "national", "AL", "10112-00", "94110", "94110-1234"),
    *("Santa Clara", "Tampa, FL", "02102-01", "01182-18"),
)
ZIPS = ("94110", "33612-9497", "10001", "36104")
STATES = ("CA", "California", "AL", "FL")
DAYS = (
    *("2025-11-03", "11/03/2025", "Nov 3 2025", "2026-08-01", "2025-02-03", "2024-03-01"),
    "2023-06-30",
)
MODIFIERS = ("50", "RT", "LT", "KX", "59", "GA", "50,KX")
AMOUNTS = ("250.00", "100", "222.87", "334.31", "174.73", "0", "1,234.50", "$99.95")
SETTINGS = ("nonfacility", "facility", "office", "hospital", "asc")
POS = ("11", "22", "24", "office", "hospital", "asc", "2")
PRACTITIONERS = ("physician", "np", "pa", "MD", "Nurse Practitioner", "csw")
LABELS = ("RVU25A", "RVU25B", "RVU25C", "RVU25D", "RVU24B", "RVU26C", "2025", "2024")
WRONG = {
    CODES: ("99213", "99999", "6449", "64493-XX", "g0480", "64493;64494"),
    RANGES: ("99990-99999", "64495-64490"),
    LINES: ("66984-55d30", "99999", "64493-", "64493@1.005", "64493x0"),
    PLACES: ("nowhere", "01112-99", "San Diego", "XX-01", "13282", "Jefferson", "<b>"),
    ZIPS: ("00000", "9411", "96201", "99950"),
    STATES: ("Utopia", "C"),
    DAYS: ("2019-01-01", "2025-02-30", "11/03/25", "soon"),
    MODIFIERS: ("XX", "26", "TC", "80", "62", "55", "5"),
    AMOUNTS: ("12.345", "-1", "ten"),
    SETTINGS: ("moon",),
    POS: ("99", "moon", "clinic"),
    PRACTITIONERS: ("barber",),
    LABELS: ("RVU99A", "1066", "RVU25D@0"),
}
"""What is wrong beside what is right, or is not loaded."""

_Draw = Callable[[random.Random], Any]


def one(*choices: tuple[str, ...]) -> _Draw:
    def draw(rng: random.Random) -> str:
        own = rng.choice(choices)
        return rng.choice(WRONG[own] if own in WRONG and rng.random() < 0.04 else own)

    return draw


def several(*choices: tuple[str, ...], most: int = 3) -> _Draw:
    draw = one(*choices)
    return lambda rng: [draw(rng) for _ in range(rng.randint(1, most))]


def flag(rng: random.Random) -> Any:
    return rng.choice((True, "true", "on", "yes", "1", False, "false", "off"))


def year(rng: random.Random) -> Any:
    return rng.choice((2025, "2025", "2024", 2026, 2022))


HEADER: dict[str, tuple[float, _Draw]] = {
    "setting": (0.15, one(SETTINGS)),
    "pos": (0.2, one(POS)),
    "date": (0.8, one(DAYS)),
    "nonpar": (0.15, flag),
    "practitioner": (0.2, one(PRACTITIONERS)),
    "qp": (0.1, flag),
    "deductible": (0.15, one(AMOUNTS)),
    "percent": (0.08, one(("110", "112.5", "95 %", "1.2"))),
    "of_year": (0.05, year),
    "conversion_factor": (0.05, one(("45.00", "45", "0"))),
    "purpose": (0.08, one(("diagnostic", "therapeutic"))),
    "history": (0.08, several(("2025-03-01:64493-50-KX", "2025-06-01:64493", "soon:64493"))),
    "coverage": (0.15, flag),
}
MANY_PLACES: dict[str, tuple[float, _Draw]] = {
    "locality": (0.5, several(PLACES)),
    "zip": (0.1, several(ZIPS)),
    "state": (0.2, several(STATES, most=2)),
}
QUESTIONS: dict[str, dict[str, tuple[float, _Draw]]] = {
    "estimate": {
        "hcpcs": (0.99, one(CODES, LINES)),
        "modifiers": (0.4, several(MODIFIERS, most=2)),
        "units": (0.2, lambda rng: rng.choice((1, "2", 3, "1", 12))),
        "charge": (0.2, one(AMOUNTS)),
        "postop_days": (0.05, lambda rng: rng.choice((30, "10"))),
        **HEADER,
    },
    "claim": {
        "lines": (0.99, several(LINES, most=4)),
        "incomplete": (0.3, flag),
        **HEADER,
    },
    "check": {
        "line": (0.99, one(LINES)),
        "modifiers": (0.2, several(MODIFIERS, most=1)),
        "allowed": (0.8, one(AMOUNTS)),
        "paid": (0.3, one(AMOUNTS)),
        **HEADER,
    },
    "sheet": {
        "lines": (0.99, several(LINES, RANGES)),
        "locality": (0.9, several(PLACES, most=2)),
        "zip": (0.1, several(ZIPS, most=1)),
        "date": (0.6, several(DAYS, most=2)),
        "settings": (0.3, one(("office", "asc,hospital", "nonfacility,facility", "22", "moon"))),
        **{name: HEADER[name] for name in ("nonpar", "practitioner", "qp", "percent", "of_year")},
    },
    "coverage": {
        "hcpcs": (0.99, several(CODES[:10], RANGES, most=2)),
        "locality": (0.5, one(PLACES)),
        "zip": (0.1, one(ZIPS)),
        "pos": HEADER["pos"],
        "date": HEADER["date"],
    },
    "rates": {
        "hcpcs": (0.99, several(CODES, RANGES)),
        **MANY_PLACES,
        "date": (0.4, one(DAYS)),
        "year": (0.15, year),
        **{name: HEADER[name] for name in ("qp", "percent", "of_year", "conversion_factor")},
    },
    "compare": {
        "hcpcs": (0.99, several(CODES, most=2)),
        **MANY_PLACES,
        "date": HEADER["date"],
        "qp": HEADER["qp"],
        "conversion_factor": HEADER["conversion_factor"],
        "setting": (0.4, one(SETTINGS, ("both",))),
        "modifiers": (0.2, several(MODIFIERS, most=1)),
    },
    "history": {
        "hcpcs": (0.99, one(CODES)),
        "locality": (0.8, one(PLACES)),
        "zip": (0.2, one(ZIPS)),
        "setting": (0.2, one(SETTINGS)),
        "modifiers": (0.2, several(MODIFIERS, most=1)),
        "qp": HEADER["qp"],
    },
    "diff": {
        "before": (0.99, one(LABELS)),
        "after": (0.99, one(LABELS)),
        "locality": (0.4, several(PLACES, most=2)),
        "state": (0.1, several(STATES, most=1)),
        "setting": (0.2, one(("nonfacility", "facility"))),
        "codes": (0.5, several(CODES, RANGES, most=2)),
        "qp": HEADER["qp"],
    },
    "localities": {
        "query": (0.8, one(PLACES, STATES, ZIPS, ("noridian", "01112"))),
        "date": (0.5, one(DAYS)),
    },
    "modifiers": {"start": (0.8, one(("5", "Q", "fy", "ZZ", "k")))},
    "status": {
        "max_age": (0.3, one(("30d", "12h", "soon"))),
        "need_current": (0.3, flag),
    },
}
"""How often each parameter of a query is given, and what it is then."""

_PLACE = ("locality", "zip")
_NEED_A_PLACE = ("estimate", "claim", "check", "history")


def questions(seed: int, count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield random questions, query by query in turn: the name of a query, and its values."""
    rng = random.Random(seed)
    for name in islice(cycle(QUESTIONS), count):
        values = {
            parameter: draw(rng)
            for parameter, (share, draw) in QUESTIONS[name].items()
            if rng.random() < share
        }
        if name in _NEED_A_PLACE and not values.keys() & {*_PLACE} and rng.random() < 0.98:
            by_zip = rng.random() < 0.3
            values["zip" if by_zip else "locality"] = one(ZIPS if by_zip else PLACES)(rng)
        if values.keys() >= {"setting", "pos"} and rng.random() < 0.9:
            del values["setting"]
        yield name, values
