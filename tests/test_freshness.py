from datetime import UTC, datetime, timedelta

import pytest

from feesync.errors import Hint, HintKind, StoreError
from feesync.store.freshness import Freshness, Listing, read_freshness, record_run

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
MONTH = timedelta(days=30)


def test_a_failure_keeps_the_last_success(database):
    assert read_freshness(database) == Freshness()
    record_run(database, NOW - timedelta(days=2), 0, (), success=True)
    record_run(database, NOW, 3, ("cannot connect",), success=False)
    assert read_freshness(database) == Freshness(
        NOW - timedelta(days=2), NOW, 3, ("cannot connect",)
    )


def test_a_problem_keeps_its_hint(database):
    hint = Hint(HintKind.LOAD_QUARTER, "RVU24D", 2024)
    record_run(database, NOW, 4, ("first", "second"), hints=(None, hint), success=False)
    assert read_freshness(database).hinted == (("first", None), ("second", hint))


@pytest.mark.parametrize(
    "hints", ["7", "[7]", "[null]", '[{"kind": "x"}]', '[{"kind": "wait", "x": 1}]', "[{}, {}, {}]"]
)
def test_a_hint_that_cannot_be_read_is_none(database, hints):
    record = f'{{"last_status": 4, "problems": ["first", "second"], "hints": {hints}}}'
    database.with_name(database.name + ".sync.json").write_text(record)
    fresh = read_freshness(database)
    assert fresh.hinted == (("first", None), ("second", None))


@pytest.mark.parametrize(
    ("last_success", "because"),
    [
        (None, "no refresh has succeeded yet"),
        (NOW, None),
        (NOW - MONTH, None),
        (
            NOW - MONTH - timedelta(seconds=1),
            "the last success, 2026-10-25 05:59 UTC, is 30 days ago",
        ),
        (NOW + timedelta(days=1), None),
        (
            NOW + timedelta(days=400),
            "the last success, 2027-12-29 06:00 UTC, is in the future: a clock has gone back",
        ),
    ],
)
def test_staleness(last_success, because):
    assert Freshness(last_success).stale_because(MONTH, NOW) == because


@pytest.mark.parametrize(
    "record",
    [
        "",
        "[]",
        "{",
        '{"last_success": "yesterday"}',
        '{"last_success": 7}',
        '{"problems": 3}',
        '{"problems": "text"}',
        '{"last_status": "3"}',
        '{"last_status": []}',
        "\x00\xff",
    ],
)
def test_a_record_that_cannot_be_read_is_none(database, record):
    database.with_name(database.name + ".sync.json").write_bytes(record.encode("latin-1"))
    assert read_freshness(database) == Freshness()


def test_a_record_that_cannot_be_written(database):
    folder = database.with_name(database.name + ".sync.json")
    folder.mkdir()
    with pytest.raises(StoreError, match=r"feesync\.db\.sync\.json cannot be written"):
        record_run(database, NOW, 0, (), success=True)
    assert [path.name for path in database.parent.iterdir()] == [folder.name]


def test_a_record_in_a_folder_that_is_not_there_yet(tmp_path):
    database = tmp_path / "data" / "of a user" / "feesync.db"
    for status in (3, 0):
        told = record_run(database, NOW, status, (), success=not status, labels=["RVU25D"])
        assert told == read_freshness(database)
    assert told == Freshness(NOW, NOW, 0, (), Listing(NOW, frozenset({"RVU25D"})))


def test_a_listing_that_was_not_read_is_the_last_one(database):
    later = NOW + timedelta(days=1)
    record_run(database, NOW, 0, (), success=True, labels=["RVU25D", "RVU25C"])
    told = record_run(database, later, 3, ("x",), success=False)
    listing = Listing(NOW, frozenset({"RVU25C", "RVU25D"}))
    assert told == read_freshness(database) == Freshness(NOW, later, 3, ("x",), listing)


def recorded(database, text):
    database.with_name(database.name + ".sync.json").write_text(text, encoding="utf-8")
    return read_freshness(database)


def test_a_time_without_a_zone_is_utc(database):
    assert recorded(database, '{"last_success": "2026-11-24T06:00:00"}') == Freshness(NOW)
    assert recorded(database, '{"last_success": "2026-11-24T07:00:00+01:00"}') == Freshness(NOW)
    assert recorded(database, '{"last_run": "2026-11-24T06:00:00Z", "problems": [4]}') == (
        Freshness(None, NOW, None, ("4",))
    )


@pytest.mark.parametrize(
    ("listing", "labels"),
    [
        (
            '{"asked": "2026-11-24T06:00:00", "labels": ["RVU25D", "x", 3, "RVU25D.zip"]}',
            ["RVU25D"],
        ),
        ('{"asked": "2026-11-24T06:00:00", "labels": []}', []),
        ('{"asked": "2026-11-24T06:00:00", "labels": "RVU25D"}', None),
        ('{"asked": null, "labels": ["RVU25D"]}', None),
        ('{"labels": ["RVU25D"]}', None),
        ('["RVU25D"]', None),
        ("null", None),
    ],
)
def test_of_a_listing_only_labels_are_read(database, listing, labels):
    expected = None if labels is None else Listing(NOW, frozenset(labels))
    assert recorded(database, f'{{"listing": {listing}}}').listing == expected
