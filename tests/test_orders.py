"""CMS's own releases load without a waiver whatever was loaded before.

Each alone, each beside each other, and in random orders.
"""

import random

import pytest

from feesync.datasets.rvu.checks import suite
from feesync.datasets.rvu.load import load
from feesync.formats.release import from_zip
from feesync.reference.catalogue import effective_dates
from feesync.store.schema import open_for_reading
from feesync.store.snapshot import open_snapshot

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("all_checks")]
ORDERS = 2


@pytest.fixture(scope="module")
def parsed(cms):
    return [
        from_zip(path.read_bytes(), path.name) for path in sorted((cms / "releases").glob("*.zip"))
    ]


def of_the_year(news):
    """Those that say what a quarter changed, in one line: CMS changes some codes each quarter."""
    assert len(news) <= 1
    return [text for text in news if text.startswith("differs from ") and "same year: " in text]


def test_each_beside_each_other(parsed, tmp_path):
    """A release is compared with the nearest on either side.

    All pairs are all that an order can bring.
    """
    snapshot = open_snapshot()
    for known in parsed:
        path = tmp_path / f"{known.label}.db"
        assert load(path, known).warnings == []
        connection = open_for_reading(path)
        for release in parsed:
            first = effective_dates(release.label)[0].isoformat()
            accepted, news = suite.check_changes(
                connection, release, first, lambda: snapshot, allow_change=False
            )
            assert (accepted, news) == ([], of_the_year(news))
        connection.close()


def test_in_random_orders(parsed, tmp_path):
    chance = random.Random(2026)
    for number in range(ORDERS):
        for release in chance.sample(parsed, len(parsed)):
            loaded = load(tmp_path / f"{number}.db", release)
            assert loaded.outcome == "new"
            assert loaded.warnings == of_the_year(loaded.warnings)
        (tmp_path / f"{number}.db").unlink()
