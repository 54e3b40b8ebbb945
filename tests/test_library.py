"""Which release answers for a day, and what is said where none does: every tie and every bound."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from feesync.cli.hints import words
from feesync.errors import Hint, HintKind, NoReleaseError, UnknownCodeError
from feesync.model.label import FIRST_YEAR
from feesync.model.release import Release
from feesync.reference import catalogue
from feesync.reference.catalogue import effective_dates
from feesync.store import library, remedies
from feesync.store.freshness import Listing, record_run
from feesync.store.library import Library

FACTORS = {"RVU24A": 327442, "RVU24AR": 332875, "RVU24B": 332875, "RVU24C": 332875}
ASKED = datetime(2025, 11, 3, 6, 30, tzinfo=UTC)


class Shelf:
    """What a library asks of a database: its releases, and which have which codes."""

    def __init__(self, *labels, embedded=False, codes=("64493",), have=()):
        self.embedded, self.codes, self._have = embedded, frozenset(codes), have
        self.releases = sorted(map(self._release, labels), key=lambda one: one.effective_from)
        self.labels = frozenset(labels)

    def _release(self, label):
        first, last = effective_dates(label)
        factors = {"nonqp": FACTORS.get(label, 323465)}
        return Release(1, label, first.year, first, last, label, "", None, factors, frozenset(),
                       self.embedded, {})  # fmt: skip

    def modifiers(self, release, code):
        return [""] if release.label in self._have else []


def a_library(tmp_path, *labels, snapshot=("RVU24A",), **more):
    database: Any = Shelf(*labels, **more) if labels else None
    embedded: Any = Shelf(*snapshot, embedded=True, codes=("64493", "64490"))
    return Library(tmp_path / "feesync.db", database, lambda: embedded)


def on(shelves, day):
    return [
        (release.label, source.embedded) for source, release in shelves.on(date.fromisoformat(day))
    ]


@pytest.mark.parametrize(
    ("loaded", "snapshot", "day", "answers"),
    [
        # of two that cover a day the one that began later, and the database's alone
        (["RVU24A", "RVU24AR"], ["RVU24B"], "2024-03-09", [("RVU24AR", False)]),
        (["RVU24A", "RVU24AR"], ["RVU24B"], "2024-03-08", [("RVU24A", False)]),
        # the quarter itself before a near one, whichever has it
        (["RVU25D"], ["RVU25C"], "2025-08-01", [("RVU25C", True), ("RVU25D", False)]),
        # the snapshot's of a label that is loaded never answers
        (["RVU25C"], ["RVU25C", "RVU25D"], "2025-08-01", [("RVU25C", False)]),
        (["RVU25A"], ["RVU25A"], "2025-08-01", [("RVU25A", False)]),
        # the nearest first; as near, the later
        (["RVU25A", "RVU25C"], [], "2025-05-01", [("RVU25A", False), ("RVU25C", False)]),
        (["RVU25A", "RVU25C"], [], "2025-06-01", [("RVU25C", False), ("RVU25A", False)]),
        (["RVU24A", "RVU24AR"], [], "2024-01-01", [("RVU24A", False)]),
        # only those of the day's conversion factor
        (["RVU24B"], ["RVU24A"], "2024-03-01", [("RVU24A", True)]),
        (["RVU24A", "RVU24C"], [], "2024-05-01", [("RVU24C", False)]),
    ],
)
def test_the_best_comes_first(tmp_path, loaded, snapshot, day, answers):
    assert on(a_library(tmp_path, *loaded, snapshot=snapshot), day) == answers


def test_of_two_as_near_the_later_comes_first(tmp_path):
    # 45 days after RVU25A's last day (March 31) and 47 before RVU25C's first (July 1): not as near
    shelves = a_library(tmp_path, "RVU25A", "RVU25C", snapshot=[])
    assert on(shelves, "2025-05-15")[0] == ("RVU25A", False)
    # May 16 lies 46 days from both
    assert on(shelves, "2025-05-16")[0] == ("RVU25C", False)


def test_after_the_catalogue_a_quarter_of_the_year_answers(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "known_factor_on", lambda day: None)
    shelves = a_library(tmp_path, "RVU25A", snapshot=[])
    for last, answers in (("2025-07-31", True), ("2025-08-01", False)):
        monkeypatch.setattr(
            catalogue, "last_catalogued_day", lambda last=last: date.fromisoformat(last)
        )
        if answers:
            assert on(shelves, "2025-08-01") == [("RVU25A", False)]
            shelves = a_library(tmp_path, "RVU25A", snapshot=[])
        else:
            with pytest.raises(NoReleaseError):
                shelves.on(date(2025, 8, 1))


def test_releases_by_their_first_day(tmp_path):
    shelves = a_library(tmp_path, "RVU25D", "RVU25A", snapshot=["RVU25D", "RVU25B"])
    assert [(one.label, one.embedded) for one in shelves.releases()] == [
        ("RVU25A", False),
        ("RVU25B", True),
        ("RVU25D", False),
    ]
    assert [one.label for one in a_library(tmp_path).releases()] == ["RVU24A"]


def test_a_code_that_the_snapshot_lacks_is_of_the_next(tmp_path):
    shelves = a_library(tmp_path, "RVU25D", snapshot=["RVU25C"])
    day = date(2025, 8, 1)
    assert shelves.release_of("64493", day)[1].label == "RVU25C"
    assert shelves.release_of("99213", day)[1].label == "RVU25D"
    with pytest.raises(
        UnknownCodeError,
        match=r"^99213 on 2024-01-01 needs a release that is not loaded \(the embedded snapshot "
        r"holds only 64490, 64493\)",
    ):
        a_library(tmp_path).release_of("99213", date(2024, 1, 1))


def test_a_label(tmp_path):
    shelves = a_library(tmp_path, "RVU25D", snapshot=["RVU25C", "RVU25D"])
    found = [shelves.labelled(label) for label in ("RVU25D", "RVU25C")]
    assert [(source.embedded, one.label) for ((source, one),) in found] == [
        (False, "RVU25D"),
        (True, "RVU25C"),
    ]
    with pytest.raises(NoReleaseError, match="^RVU25B is not loaded") as error:
        shelves.labelled("RVU25B")
    assert error.value.hint == Hint(HintKind.LOAD_RELEASE, "RVU25B")


def test_the_nearest_is_of_any_year(tmp_path):
    shelves = a_library(tmp_path, "RVU25D", "RVU24C", snapshot=[])
    assert shelves.nearest(date(2025, 11, 3))[1].label == "RVU25D"
    assert shelves.nearest(date(2026, 1, 1))[1].label == "RVU25D"
    assert shelves.nearest(date(2024, 3, 1))[1].label == "RVU24C"  # another factor


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-01-01", "^no loaded release covers 2026-01-01; the newest is RVU25D "
                       r"\(to 2025-12-31\)"),
        ("2025-12-31", None),
        ("2023-06-01", "^no loaded release covers 2023-06-01, and none of 2023 with that day's "
                       r"conversion factor is loaded"),
    ],
)  # fmt: skip
def test_no_release(tmp_path, day, says):
    shelves = a_library(tmp_path, "RVU25D")
    if says is None:
        assert on(shelves, day) == [("RVU25D", False)]
    else:
        with pytest.raises(NoReleaseError, match=says) as error:
            shelves.on(date.fromisoformat(day))
        assert error.value.hint == shelves.remedy(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "have", "says"),
    [
        ("2025-11-03", [], "99213 is not in RVU25D, which answers for 2025-11-03"),
        ("2025-11-03", ["RVU25A"],
         "99213 is not in RVU25D, which answers for 2025-11-03; RVU25A has it"),
        ("2025-11-03", ["RVU24A", "RVU24B", "RVU24C", "RVU25A"],
         "99213 is not in RVU25D, which answers for 2025-11-03; RVU25A and RVU24C and RVU24B have "
         "it"),
    ],
)  # fmt: skip
def test_a_code_that_a_release_lacks(tmp_path, day, have, says):
    labels = ("RVU24A", "RVU24B", "RVU24C", "RVU25A", "RVU25D")
    shelves = a_library(tmp_path, *labels, have=have, snapshot=[])
    ((source, release),) = shelves.on(date.fromisoformat(day))
    assert str(shelves.not_in("99213", "", source, release, date.fromisoformat(day))) == says


def test_a_row_that_a_release_lacks(tmp_path):
    shelves = a_library(tmp_path, "RVU25D", have=["RVU25D"], snapshot=[])
    day = date(2025, 8, 1)
    ((source, release),) = shelves.on(day)
    error = shelves.not_in("71046", "53", source, release, day)
    assert str(error) == "71046 53 is not in RVU25D, which stands in for 2025-08-01"
    assert list(error.rows) == [""]
    shelves = a_library(tmp_path, "RVU25D", snapshot=[])
    ((source, release),) = shelves.on(day)
    error = shelves.not_in("71046", "", source, release, day)
    assert str(error) == (
        "71046 is not in RVU25D, which stands in for 2025-08-01. RVU25C, the release of that day, "
        "is not loaded"
    )
    assert error.hint == Hint(HintKind.LOAD_RELEASE, "RVU25C")


class Today(date):
    @classmethod
    def today(cls):
        return cls(2025, 11, 3)


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr(remedies, "date", Today)


def listing(*labels):
    return Listing(ASKED, frozenset(labels))


@pytest.mark.parametrize(
    ("day", "known", "says"),
    [
        ("2025-11-03", None, "'feesync sync' brings RVU25D, or "),
        ("2024-11-03", None, "'feesync sync' brings RVU24D, or "),  # a run takes last year's too
        ("2023-11-03", None, "'feesync sync --year 2023' brings RVU23D, or "),
        ("2026-11-03", None, "'feesync sync' brings RVU26D, or "),
        ("2027-01-01", None, "CMS has published nothing for 2027 yet"),
        (f"{FIRST_YEAR}-01-01", None, f"'feesync sync --year {FIRST_YEAR}' brings "),
        (
            f"{FIRST_YEAR - 1}-12-31",
            None,
            f"feesync reads CMS's files of {FIRST_YEAR} and later only",
        ),
        ("2025-11-03", ("RVU25D",), "'feesync sync' brings RVU25D, or "),
        ("2025-11-03", (), "'feesync sync' brings RVU25D, or "),  # a listing of nothing is none
        ("2025-11-03", ("RVU25C",), "CMS lists no RVU25D yet (last asked 2025-11-03 06:30 UTC)"),
        ("2025-08-03", ("RVU25D", "RVU25A"),
         "CMS lists no RVU25C (last asked 2025-11-03 06:30 UTC)"),
        ("2024-03-01", ("RVU24AR",), "'feesync sync' brings RVU24A, or "),  # listed re-issued
    ],
)  # fmt: skip
def test_what_brings_the_release_of_a_day(today, day, known, says):
    known = None if known is None else listing(*known)
    assert words(remedies.for_day(date.fromisoformat(day), known)).startswith(says)


def test_what_brings_a_label(today):
    assert remedies.for_label("RVU23D", None) == Hint(HintKind.LOAD_RELEASE, "RVU23D")
    for label, known, reason in (
        ("RVU27A", None, "CMS has published nothing for 2027 yet"),
        ("RVU25D", listing("RVU25A"), "CMS lists no RVU25D yet (last asked 2025-11-03 06:30 UTC)"),
    ):
        hint = Hint(HintKind.NOTHING_YET, label, reason=reason)
        assert remedies.for_label(label, known) == hint


def test_a_release_and_its_re_issue_are_of_one_quarter(today):
    for label, known in (("RVU24AR", "RVU24A"), ("RVU24A", "RVU24AR")):
        assert remedies.for_label(label, listing(known)) == Hint(HintKind.LOAD_RELEASE, label)


def test_the_remedy_knows_what_cms_listed_when_it_was_last_asked(tmp_path):
    record_run(tmp_path / "feesync.db", ASKED, 0, (), success=True, labels=["RVU24A"])
    shelves = a_library(tmp_path, "RVU24A")
    said = "CMS lists no RVU24C yet (last asked 2025-11-03 06:30 UTC)"
    assert {str(shelves.remedy(date(2024, 7, 1))), str(shelves.remedy_of("RVU24C"))} == {said}


def test_days_are_remembered_up_to_a_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(library, "_MOST_DAYS", 3)
    shelves = a_library(tmp_path, "RVU25D")
    days = [date(2025, 11, day) for day in range(1, 10)]
    for number, day in enumerate(days):
        (answer,) = shelves.on(day)
        assert answer[1].label == "RVU25D"
        assert shelves.on(day) is shelves.on(day)
        assert len(shelves._by_day) == number % 3 + 1
