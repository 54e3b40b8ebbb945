import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from cms_files import quarter
from fake_cms import LISTING, status

from feesync.about import VERSION


def test_before_anything_is_loaded(feesync, database):
    result = feesync("status")
    assert result.stdout.startswith(
        f"Database {database} (not there yet: the embedded snapshot answers)\n"
    )
    assert result.stdout.splitlines()[-1].startswith(
        "Embedded snapshot, for the facet joint codes: RVU20A, RVU20B, "
    )


def test_where_things_are(feesync, database, cache, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    settings = tmp_path / "settings/feesync/config.toml"
    lines = feesync("status").stdout.splitlines()
    assert f"Cache {cache}" in lines
    assert f"Settings {settings} (none yet)" in lines
    assert f"feesync {VERSION}" in lines
    feesync("config", "set", "pos", "office")
    assert f"Settings {settings}" in feesync("status").stdout.splitlines()
    told = json.loads(feesync("status", "--json").stdout)
    names = ("version", "database", "cache", "settings")
    assert [told[name] for name in names] == [VERSION, *map(str, (database, cache, settings))]


def test_what_is_loaded_and_from_where(feesync, loaded):
    releases = {
        release["label"]: release
        for release in json.loads(feesync("status", "--json").stdout)["releases"]
    }
    table = feesync("status").stdout
    assert [line.split()[0] for line in table.splitlines() if line.startswith("RVU")] == ["RVU25D"]
    assert "RVU25D" not in table.splitlines()[-1]
    assert (releases["RVU25D"]["source"], releases["RVU25D"]["embedded"]) == ("rvu25d.zip", False)
    assert (releases["RVU25C"]["loaded_at"], releases["RVU25C"]["embedded"]) == (None, True)


def test_a_file_that_is_no_database(feesync, database):
    database.write_text("not a database" * 100)
    result = feesync("status")
    assert (result.exit_code, result.stderr) == (
        1,
        f"feesync: {database} is not a feesync database\n",
    )


@pytest.mark.usefixtures("november")
class TestFreshness:
    @pytest.fixture
    def synced(self, feesync, server, naps):
        server.offer("RVU25D", quarter("D"))
        assert feesync("sync").exit_code == 0
        return server

    def test_before_anything_has_succeeded(self, feesync):
        assert feesync("status").stdout.splitlines()[1:3] == [
            "No sync has succeeded yet",
            "No loaded release answers for today; 'feesync sync' brings RVU25D, or 'feesync "
            "import' of a zip from cms.gov",
        ]
        assert json.loads(feesync("status", "--json").stdout)["answering_covers_today"] is None
        result = feesync("status", "--max-age", "30d")
        assert (result.exit_code, result.stderr) == (
            7,
            "feesync: stale: no refresh has succeeded yet\n",
        )

    def test_after_a_success(self, feesync, synced):
        result = feesync("status", "--max-age", "30d")
        assert (result.exit_code, result.stderr) == (0, "")
        lines = result.stdout.splitlines()
        assert re.fullmatch(
            r"Last successful sync \d{4}-\d\d-\d\d \d\d:\d\d UTC \(less than an hour ago\)",
            lines[1],
        )
        assert lines[2] == "RVU25D answers for today"
        told = json.loads(feesync("status", "--max-age", "1h", "--json").stdout)
        assert (told["stale"], told["stale_because"], told["answering"], told["last_status"]) == (
            False,
            None,
            "RVU25D",
            0,
        )
        assert told["answering_covers_today"] is True
        assert json.loads(feesync("status", "--json").stdout)["stale"] is None

    def test_an_old_success_is_stale(self, feesync, synced, database):
        record = database.with_name(database.name + ".sync.json")
        old = datetime.now(UTC) - timedelta(days=31)
        record.write_text(json.dumps({"last_success": old.isoformat()}))
        assert feesync("status").exit_code == 0
        result = feesync("status", "--max-age", "30d", "--json")
        assert (result.exit_code, json.loads(result.stdout)["stale"]) == (7, True)
        assert (
            result.stderr
            == f"feesync: stale: the last success, {old:%Y-%m-%d %H:%M} UTC, is 31 days ago\n"
        )
        assert feesync("status", "--max-age", "5w").exit_code == 0

    def test_a_failure_is_shown(self, feesync, synced):
        synced.faults[LISTING] = status(500)
        feesync("sync")
        shown = feesync("status").stdout.splitlines()[2]
        assert re.match(
            r"The last run, .* UTC, failed with status 3: http.*: the answer is 500 Internal "
            r"Server Error",
            shown,
        )

    def test_a_cool_down_is_shown(self, feesync, synced):
        synced.faults[LISTING] = status(403)
        feesync("sync")
        host = f"127.0.0.1:{synced.port}"
        assert (
            f"\n{host} has forbidden requests (403): it is not asked before "
            in feesync("status").stdout
        )
        assert json.loads(feesync("status", "--json").stdout)["cool_down_until"]

    def test_a_schedule_that_answers_for_no_day_of_this_year_is_stale(
        self, feesync, synced, monkeypatch
    ):
        class NextYear(date):
            @classmethod
            def today(cls):
                return cls(2027, 2, 1)

        monkeypatch.setattr("feesync.refresh.status.Date", NextYear)
        result = feesync("status", "--max-age", "30d")
        assert result.exit_code == 7
        assert re.fullmatch(
            r"feesync: stale: no loaded release answers for today; CMS lists no RVU27A yet "
            r"\(last asked .* UTC\)\n",
            result.stderr,
        )

    @pytest.mark.parametrize(
        ("loaded", "said"),
        [
            ("C", "RVU25C, in effect to 2025-09-30, stands in for today"),
            ("A", "RVU25A, in effect to 2025-03-31, stands in for today"),
        ],
    )
    def test_a_quarter_that_stands_in_for_one_that_is_not_loaded(
        self, feesync, server, naps, loaded, said
    ):
        server.offer(f"RVU25{loaded}", quarter(loaded))
        assert feesync("sync").exit_code == 0
        result = feesync("status", "--max-age", "30d")
        assert result.exit_code == 0
        assert re.fullmatch(
            re.escape(said) + r"; CMS lists no RVU25D yet \(last asked .* UTC\)",
            result.stdout.splitlines()[2],
        )
        told = json.loads(feesync("status", "--json").stdout)
        assert (told["answering"], told["answering_covers_today"]) == (f"RVU25{loaded}", False)

    def test_a_quarter_that_is_yet_to_come_stands_in_too(self, feesync, synced, monkeypatch):
        class May(date):
            @classmethod
            def today(cls):
                return cls(2025, 5, 1)

        monkeypatch.setattr("feesync.refresh.status.Date", May)
        said = feesync("status").stdout.splitlines()[2]
        assert said.startswith(
            "RVU25D, in effect from 2025-10-01, stands in for today; CMS lists no RVU25B (last "
            "asked "
        )

    def test_a_problem_is_shown_with_its_release(self, feesync, synced):
        synced.faults[f"{LISTING}/rvu25d"] = status(500)
        feesync("sync")
        (problem,) = json.loads(feesync("status", "--json").stdout)["last_problems"]
        assert problem.startswith("RVU25D: http")

    def test_a_problem_is_shown_with_what_helps(self, feesync, synced):
        synced.faults[LISTING] = status(403)
        feesync("sync")
        refused = feesync("sync")
        assert refused.exit_code == 3
        assert " UTC, unless by --force" in refused.stderr
        shown = feesync("status").stdout.replace("\n", " ")
        assert " UTC, unless by --force" in shown
        told = json.loads(feesync("status", "--json").stdout)
        assert len(told["last_problems"]) == len(told["last_hints"]) == 1
        assert told["last_hints"][0] == {"kind": "ask-anyway"}

    @pytest.mark.parametrize("age", ["", "30", "d", "0d", "-1d", "1y", "99999d"])
    def test_an_age_that_cannot_be_read(self, feesync, age):
        result = feesync("status", "--max-age", age)
        assert (result.exit_code, result.stderr) == (
            2,
            f"feesync: {age!r} is not an age such as 12h, 30d or 4w\n",
        )


def test_csv_has_the_releases(feesync):
    result = feesync("status", "--csv")
    header, *rows = result.stdout.splitlines()
    assert header.split(",")[:3] == ["label", "effective_from", "effective_to"]
    assert any(row.startswith("RVU25D,2025-10-01,2025-12-31,") for row in rows)
    assert feesync("status", "--csv", "--json").exit_code == 2
