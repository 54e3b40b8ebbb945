from datetime import UTC, datetime, timedelta

import pytest

from feesync.errors import StoreError
from feesync.store.freshness import Freshness, read_freshness, record_run

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
MONTH = timedelta(days=30)


def test_a_failure_keeps_the_last_success(database):
    assert read_freshness(database) == Freshness()
    record_run(database, NOW - timedelta(days=2), 0, (), success=True)
    record_run(database, NOW, 3, ("cannot connect",), success=False)
    assert read_freshness(database) == Freshness(
        NOW - timedelta(days=2), NOW, 3, ("cannot connect",)
    )


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
        (NOW + timedelta(hours=23), None),
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
