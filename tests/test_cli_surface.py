"""What all commands have in common.

Options given twice, the database that is named, files to write, and what stood in.
"""

import csv
import io
import json
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from click.shell_completion import ShellComplete
from cms_files import quarter

from feesync import UnknownCodeError, estimate
from feesync.cli import cli
from feesync.cli.command import Once, Reader
from feesync.cli.hints import words
from feesync.errors import Hint, HintKind, NoReleaseError
from feesync.store import remedies
from feesync.store.freshness import Listing, read_freshness, record_run

DAY = ("--date", "2025-11-03")
STOOD_IN = ("--date", "2026-11-03")  # RVU26C is the newest of the snapshot
WARNING = (
    "No loaded release covers 2026-11-03; RVU26C of the same year and conversion factor answers."
)


def rows(result):
    return list(csv.DictReader(io.StringIO(result.stdout)))


def commands():
    return {name: cli.get_command(None, name) for name in cli.list_commands(None)}


def test_every_command_is_of_the_one_kind():
    assert all(isinstance(command, Once) for command in (*commands().values(), cli))
    writers = {"sync", "import"}
    writers |= {"modifiers", "schema", "help", "completion"}  # these read no database
    assert {
        name for name, command in commands().items() if not isinstance(command, Reader)
    } == writers


class TestOptionsGivenTwice:
    @pytest.mark.parametrize(
        ("line", "option"),
        [
            ("estimate 64493 --locality AL --locality AK", "--locality"),
            ("estimate 64493 --locality AL --pos 11 --pos 24", "--pos"),
            ("estimate 64493 --locality AL --units 1 --units 2", "--units"),
            ("estimate 64493 --locality AL --coverage --no-coverage", "--coverage/--no-coverage"),
            ("claim 64493 --locality AL --charge 5", None),
            ("claim 64493 --locality AL --deductible 5 --deductible 6", "--deductible"),
            ("rates 64493 --date 2025-11-03 --date 2025-11-04", "--date"),
            ("compare 64493 --setting facility --setting both", "--setting"),
            ("history 64493 --locality AL --locality AK", "--locality"),
            ("diff RVU25D RVU26C --most 1 --most 2", "--most"),
            ("export 64493 -o a.csv --output b.csv", "--output"),
            ("localities --date 2025-11-03 --date 2025-11-03", "--date"),
            ("status --max-age 1d --max-age 2d", "--max-age"),
            ("sync --deadline 1 --deadline 2", "--deadline"),
            ("--db a.db --db b.db status", "--db"),
            ("--db a.db status --db b.db", "--db"),
        ],
    )
    def test_are_refused(self, feesync, line, option):
        result = feesync(*line.split())
        assert (result.exit_code, result.stdout) == (2, "")
        if option:
            assert f"{option} is given " in result.stderr

    def test_every_option_of_one_value_of_every_command(self, feesync):
        for name, command in commands().items():
            for param in command.params:
                if param.param_type_name == "option" and not param.multiple and not param.is_flag:
                    long = next(spelling for spelling in param.opts if spelling.startswith("--"))
                    result = feesync(name, param.opts[-1], "1", long, "1")
                    assert (result.exit_code, result.stdout) == (2, "")
                    assert f"{long} is given 2 times, and takes one value" in result.stderr

    @pytest.mark.parametrize(
        ("words", "beginning", "offered"),
        [
            (
                ["estimate", "64493", "--setting", "facility", "--setting", "facility"],
                "--po",
                "--pos",
            ),
            (["--db", "a.db", "--db", "b.db"], "estim", "estimate"),
        ],
    )
    def test_shell_completion_goes_on_after_them(self, words, beginning, offered):
        found = ShellComplete(cli, {}, "feesync", "_FEESYNC_COMPLETE").get_completions(
            words, beginning
        )
        assert offered in [item.value for item in found]

    def test_repeatable_options_and_flags_are_taken(self, feesync):
        result = feesync(
            "rates", "64493", "--locality", "AL", "--locality", "AK", "--json", "--json", *DAY
        )
        assert [row["state"] for row in json.loads(result.stdout)] == ["AL", "AK"]

    @pytest.mark.parametrize(
        "command", [["rates", "64493", "--csv"], ["compare", "64493", "--csv"], ["export", "64493"]]
    )
    def test_several_states(self, feesync, command):
        both = {
            row["state"] for row in rows(feesync(*command, "--state", "TX", "--state", "fl", *DAY))
        } - {""}
        assert both == {"TX", "FL"}
        result = feesync(*command, "--state", "TX", "--state", "ZZ", *DAY)
        assert (result.exit_code, result.stdout) == (6, "")
        assert "no locality in state 'ZZ'" in result.stderr


class TestTheDatabaseThatIsNamed:
    LINES = (
        "estimate 64493 --locality AL --date 2025-11-03",
        "claim 64493 --locality AL --date 2025-11-03", "coverage 64493",
        "rates 64493 --locality AL --date 2025-11-03", "compare 64493 --locality AL --date "
                                                       "2025-11-03",
        "history 64493 --locality AL", "diff RVU25D RVU26C", "export 64493 --locality AL --date "
                                                             "2025-11-03",
        "localities manhattan --date 2025-11-03", "status", "cache",
    )  # fmt: skip

    @pytest.mark.parametrize("line", LINES)
    def test_is_there_or_refused(self, feesync_whole, line, tmp_path, loaded):
        nope = tmp_path / "nope.db"
        for arguments in (["--db", nope, *line.split()], [*line.split(), "--db", nope]):
            result = feesync_whole(*arguments)
            assert (result.exit_code, result.stdout) == (2, "")
            assert result.stderr == (
                f"feesync: --db '{nope}' names no file; 'feesync sync --db FILE' makes one, or "
                "'feesync import'\n"
            )
        assert not nope.exists()
        assert feesync_whole(*line.split(), "--db", loaded).exit_code == 0

    @pytest.mark.parametrize("line", LINES)
    def test_without_one_the_snapshot_answers_and_says_so_once(self, feesync_whole, line, database):
        result = feesync_whole(*line.split())
        said = (
            f"feesync: info: there is no database {database} yet: the embedded snapshot answered\n"
        )
        quiet = line.split()[0] in (
            "coverage",
            "diff",
            "status",
            "cache",
        )  # these say so themselves, or ask it nothing
        assert (result.exit_code, result.stderr.count(said)) == (0, 0 if quiet else 1)

    def test_an_error_stays_one_line(self, feesync_whole):
        result = feesync_whole("rates", "99213", *DAY)
        assert (result.exit_code, result.stderr.count("\n")) == (6, 1)

    def test_an_import_makes_it(self, feesync, tmp_path):
        path = tmp_path / "rvu25d.zip"
        path.write_bytes(quarter("D"))
        assert feesync("import", path, "--db", tmp_path / "new.db").exit_code == 0
        assert (tmp_path / "new.db").exists()


class TestFilesToWrite:
    LINES = (
        ("rates 64493 --locality AL --date 2025-11-03", "--xlsx", "a.xlsx"),
        ("compare 64493 --locality AL --date 2025-11-03", "--plot", "a.svg"),
        ("history 64493 --locality AL", "--plot", "a.png"),
        ("export 64493 --locality AL --date 2025-11-03", "-o", "a.csv"),
        ("export 64493 --locality AL --date 2025-11-03", "-o", "a.parquet"),
    )

    @pytest.mark.parametrize(("line", "option", "name"), LINES)
    def test_what_is_there_is_replaced_by_force_alone(
        self, feesync, loaded, line, option, name, tmp_path
    ):
        path = tmp_path / name
        path.write_bytes(b"mine")
        result = feesync(*line.split(), option, path)
        assert (result.exit_code, result.stdout, result.stderr) == (
            2,
            "",
            f"feesync: {path} exists; --force replaces it\n",
        )
        assert path.read_bytes() == b"mine"
        assert feesync(*line.split(), option, path, "--force").exit_code == 0
        assert path.read_bytes() != b"mine"

    @pytest.mark.parametrize(("line", "option", "name"), LINES)
    def test_force_goes_with_a_file(self, feesync, line, option, name):
        result = feesync(*line.split(), "--force")
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"--force goes with {option}" in result.stderr

    @pytest.mark.parametrize(("line", "option", "name"), LINES)
    def test_a_file_that_appears_meanwhile_is_kept(
        self, feesync, loaded, line, option, name, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(
            "feesync.writers.target.check",
            lambda path, database, force: path.write_bytes(b"theirs"),
        )
        result = feesync(*line.split(), option, tmp_path / name)
        assert (result.exit_code, result.stderr) == (
            2,
            f"feesync: {tmp_path / name} exists now; --force replaces it\n",
        )
        assert (tmp_path / name).read_bytes() == b"theirs"

    def test_a_database_is_never_replaced(self, feesync, loaded, tmp_path):
        copy = tmp_path / "copy.svg"
        copy.write_bytes(loaded.read_bytes())
        result = feesync("compare", "64493", "--plot", copy, "--force")
        assert (result.exit_code, result.stderr) == (
            2, f"feesync: {copy} is a database of feesync, which is never replaced: name another "
               "file\n",
        )  # fmt: skip


class TestWhatStoodIn:
    DATES = ("effective_from", "effective_to", "stand_in")

    @pytest.mark.parametrize(
        "command",
        [["rates", "64493"], ["compare", "64493"], ["compare", "64493", "--setting", "both"]],
    )
    def test_json_and_csv_rows_say_so(self, feesync, command):
        for asked, dates, stand_in in (
            (STOOD_IN, ("2026-07-01", "2026-09-30"), True),
            (DAY, ("2025-10-01", "2025-12-31"), False),
        ):
            line = (*command, "--locality", "AL", *asked)
            for row in json.loads(feesync(*line, "--json").stdout):
                assert (row["date"], *(row[name] for name in self.DATES)) == (
                    asked[1],
                    *dates,
                    stand_in,
                )
                assert {"mac", "locality", "state", "locality_name"} <= row.keys()
            for row in rows(feesync(*line, "--csv")):
                assert (row["date"], *(row[name] for name in self.DATES)) == (
                    asked[1],
                    *dates,
                    str(stand_in),
                )

    def test_compare_has_what_is_allowed_under_its_name_too(self, feesync):
        (row, _) = json.loads(
            feesync("compare", "64493", "-m", "50", "--locality", "AK", "--json", *DAY).stdout
        )
        assert (row["allowed"], row["amount"]) == (
            306.14,
            306.14,
        )  # CMS, Alaska 2025: 204.09, x 1.5

    def test_history(self, feesync):
        rows = json.loads(feesync("history", "64493", "--locality", "AL", "--json").stdout)
        assert len(rows) == 25
        for row in rows:
            assert row["stand_in"] is False
            assert "date" not in row

    def test_a_code_that_stands_in_beside_exact_ones(self, feesync, loaded):
        found = rows(
            feesync(
                "rates", "64493", "99213", "--locality", "national", "--date", "2025-08-01", "--csv"
            )
        )
        assert [(row["release"], row["stand_in"]) for row in found] == [
            ("RVU25C", "False"),
            ("RVU25D", "True"),
        ]

    def test_exports(self, feesync, loaded, tmp_path):
        line = ("export", "99213", "--locality", "national")
        (row,) = rows(feesync(*line, "--date", "2025-08-01"))
        right = ("2025-08-01", "2025-10-01", "2025-12-31", "True")
        assert (row["date"], *(row[name] for name in self.DATES)) == right
        (row,) = rows(feesync(*line, "--release", "RVU25D"))
        assert (row["date"], *(row[name] for name in self.DATES)) == (
            "",
            "2025-10-01",
            "2025-12-31",
            "False",
        )
        assert feesync(*line, "--date", "2025-08-01", "-o", tmp_path / "a.db").exit_code == 0
        with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
            found = connection.execute(
                "SELECT date, effective_from, effective_to, stand_in FROM rate"
            ).fetchall()
        assert found == [(*right[:3], 1)]
        pyarrow = pytest.importorskip("pyarrow.parquet")
        assert feesync(*line, "--date", "2025-08-01", "-o", tmp_path / "a.parquet").exit_code == 0
        (row,) = pyarrow.read_table(tmp_path / "a.parquet").to_pylist()
        assert (row["date"], row["effective_from"], row["effective_to"], row["stand_in"]) == (
            *right[:3],
            True,
        )

    def test_the_workbook(self, feesync, tmp_path):
        from python_calamine import CalamineWorkbook

        path = tmp_path / "a.xlsx"
        assert (
            feesync("rates", "64493", "--locality", "AL", *STOOD_IN, "--xlsx", path).exit_code == 0
        )
        book = CalamineWorkbook.from_path(str(path))
        header, row = book.get_sheet_by_name("Rates").to_python()
        named = dict(zip(header, row, strict=True))
        assert [named[name] for name in ("Date", "Effective from", "Effective to", "Stand in")] == [
            "2026-11-03", "2026-07-01", "2026-09-30", True,
        ]  # fmt: skip
        assert any(
            name == "Warning" and str(text).startswith(WARNING)
            for name, text in book.get_sheet_by_name("Source").to_python()
        )

    def test_the_chart(self, feesync, tmp_path):
        for asked, said in ((STOOD_IN, True), (DAY, False)):
            path = tmp_path / f"{said}.svg"
            assert (
                feesync("compare", "64493", "--locality", "AL", *asked, "--plot", path).exit_code
                == 0
            )
            assert (
                f"it stands in: no loaded release covers {asked[1]}"
                in path.read_text(encoding="utf-8")
            ) is said


class TestWhoseShare:
    @pytest.mark.parametrize(
        ("place", "said"),
        [
            (
                ["--pos", "24"],
                "The amount is the practitioner's share; the ambulatory surgical center bills its "
                "own.",
            ),
            (
                ["--pos", "22"],
                "The amount is the practitioner's share; the hospital bills its own.",
            ),
            (
                ["--pos", "31"],
                "The amount is the practitioner's share; the skilled nursing facility bills its "
                "own.",
            ),
            (["--pos", "02"], "The amount is the practitioner's share."),
            (
                ["--setting", "facility"],
                "The amount is the practitioner's share; the facility bills its own.",
            ),
            (["--pos", "11"], None),
            ([], None),
        ],
    )
    def test_an_estimate_and_a_claim_say(self, feesync, place, said):
        line = ("--locality", "national", *place, *DAY)
        found = json.loads(feesync("estimate", "64493", *line, "--json").stdout)
        notes = [note["text"] for note in found["notes"] if note["code"] == "practitioner-share"]
        assert notes == ([said] if said else [])
        claim = feesync("claim", "64493", "64494", *line).stdout
        estimate = feesync("estimate", "64493", *line).stdout
        share = "practitioner's share"
        assert (share in claim, share in estimate) == (bool(said), bool(said))
        assert (said or "") in claim

    def test_no_amount_has_no_share(self, feesync, loaded):
        found = json.loads(
            feesync(
                "estimate", "71046", "--locality", "national", "--pos", "24", *DAY, "--json"
            ).stdout
        )
        assert found["allowed"] is None
        assert "practitioner-share" not in [note["code"] for note in found["notes"]]


class TestRemedies:
    ASKED = datetime(2026, 11, 26, 6, 17, tzinfo=UTC)

    def listing(self, *labels):
        return Listing(self.ASKED, frozenset(labels))

    @pytest.fixture
    def today(self, monkeypatch):
        from datetime import date

        class Today(date):
            @classmethod
            def today(cls):
                return cls(2026, 11, 26)

        monkeypatch.setattr("feesync.store.remedies.date", Today)
        return Today

    @pytest.mark.parametrize(
        ("day", "labels", "said"),
        [
            (
                (2026, 11, 26),
                ("RVU26C",),
                "CMS lists no RVU26D yet (last asked 2026-11-26 06:17 UTC)",
            ),
            (
                (2027, 1, 1),
                ("RVU26D",),
                "CMS lists no RVU27A yet (last asked 2026-11-26 06:17 UTC)",
            ),
            (
                (2024, 11, 3),
                ("RVU24C", "RVU26C"),
                "CMS lists no RVU24D (last asked 2026-11-26 06:17 UTC)",
            ),
            (
                (2026, 11, 26),
                ("RVU26D",),
                "'feesync sync' brings RVU26D, or 'feesync import' of a zip from cms.gov",
            ),
            (
                (2026, 2, 1),
                ("RVU26AR",),
                "'feesync sync' brings RVU26A, or 'feesync import' of a zip from cms.gov",
            ),
            (
                (2026, 11, 26),
                None,
                "'feesync sync' brings RVU26D, or 'feesync import' of a zip from cms.gov",
            ),
            (
                (2026, 11, 26),
                (),
                "'feesync sync' brings RVU26D, or 'feesync import' of a zip from cms.gov",
            ),
            (
                (2025, 1, 1),
                None,
                "'feesync sync' brings RVU25A, or 'feesync import' of a zip from cms.gov",
            ),
            (
                (2024, 11, 3),
                None,
                "'feesync sync --year 2024' brings RVU24D, or 'feesync import' of a zip from "
                "cms.gov",
            ),
            (
                (2015, 1, 1),
                None,
                "'feesync sync --year 2015' brings RVU15A, or 'feesync import' of a zip from "
                "cms.gov",
            ),
            ((2014, 12, 31), None, "feesync reads CMS's files of 2015 and later only"),
            ((2010, 1, 1), ("RVU26C",), "feesync reads CMS's files of 2015 and later only"),
            (
                (2027, 12, 31),
                None,
                "'feesync sync' brings RVU27D, or 'feesync import' of a zip from cms.gov",
            ),
            ((2028, 1, 1), None, "CMS has published nothing for 2028 yet"),
        ],
    )
    def test_none_is_known_to_be_false(self, today, day, labels, said):
        listing = None if labels is None else self.listing(*labels)
        assert words(remedies.for_day(today(*day), listing)) == said

    def test_a_python_caller_reads_of_functions(self, today):
        said = [str(remedies.for_day(today(*day), None)) for day in ((2026, 2, 1), (2024, 11, 3))]
        assert said == [
            "feesync.sync() brings RVU26A",
            "feesync.sync(years=[2024]) brings RVU24D",
        ]
        assert (
            str(remedies.for_label("RVU24D", None)) == "feesync.sync(releases=['RVU24D']) brings it"
        )

    def test_of_a_label(self, today):
        def for_label(label, listing):
            return words(remedies.for_label(label, listing))

        assert for_label("RVU10A", None) == "feesync reads CMS's files of 2015 and later only"
        assert for_label("RVU26D", self.listing("RVU26C")).startswith("CMS lists no RVU26D yet")
        assert (
            for_label("RVU26D", None)
            == "'feesync sync --release RVU26D' brings it, or 'feesync import' of its zip from "
            "cms.gov"
        )

    def test_an_estimate_names_none(self, feesync, database):
        assert (
            "'feesync sync"
            not in feesync(
                "estimate", "64493", "--locality", "national", "--date", "2010-01-01"
            ).stderr
        )
        record_run(database, self.ASKED, 0, (), success=True, labels=["RVU26C"])
        result = feesync("estimate", "64493", "--locality", "national", "--date", "2026-11-03")
        assert (
            f"warning: {WARNING} CMS lists no RVU26D yet (last asked 2026-11-26 06:17 UTC)."
            in result.stdout
        )
        with pytest.raises(
            NoReleaseError, match=r"covers 2027-01-01; the newest is RVU26C"
        ) as error:
            estimate("64493", locality="national", date="2027-01-01")
        assert str(error.value.hint).startswith("CMS lists no RVU27A yet")

    def test_the_listing_outlives_a_run_that_could_not_read_one(self, database):
        record_run(database, self.ASKED, 0, (), success=True, labels=["RVU26C"])
        record_run(
            database, datetime(2026, 11, 27, tzinfo=UTC), 3, ("cannot connect",), success=False
        )
        assert read_freshness(database).listing == self.listing("RVU26C")

    def test_a_code_that_a_stand_in_lacks_names_what_has_it(self, of_releases, database):
        shutil.copy(of_releases("rvu24b"), database)
        why = (
            r"^G9037 is not in RVU24B, which stands in for 2024-07-01\. RVU24C, the release of "
            r"that day, is not loaded$"
        )
        with pytest.raises(UnknownCodeError) as error:
            estimate("G9037", locality="AL", date="2024-07-01")
        assert re.search(why, str(error.value))
        assert error.value.hint == Hint(HintKind.LOAD_RELEASE, "RVU24C")
        replaced = database.with_name("both.db")
        shutil.copy(of_releases("rvu24b", "rvu24c"), replaced)
        replaced.replace(database)
        assert estimate("G9037", locality="AL", date="2024-07-01").fee == Decimal("36.81")
        with pytest.raises(
            UnknownCodeError,
            match=r"^G9037 is not in RVU24B, which answers for 2024-05-01; RVU24C has it$",
        ):
            estimate("G9037", locality="AL", date="2024-05-01")


class TestToday:
    @pytest.fixture
    def synced(self, feesync, server, naps, november):
        server.offer("RVU25C", quarter("C"))
        return feesync("sync")

    def test_a_sync_says_that_cms_has_nothing_newer(self, synced, feesync):
        assert synced.exit_code == 0
        said = (
            "feesync: RVU25C, in effect to 2025-09-30, stands in for today; CMS lists no "
            "RVU25D yet (last asked "
        )
        assert synced.stderr.startswith(said)
        again = feesync("sync")
        assert again.stdout == "nothing new: RVU25C as CMS has them\n"
        assert again.stderr.startswith(said)
        assert feesync("sync", "--quiet").stderr == ""
        report = json.loads(feesync("sync", "--json").stdout)
        assert (
            report["answering"],
            report["answering_covers_today"],
            report["today_is_listed"],
        ) == ("RVU25C", False, False)

    def test_monitoring_can_fail_on_it(self, synced, feesync):
        assert feesync("status", "--max-age", "30d").exit_code == 0
        result = feesync("status", "--need-current")
        assert result.exit_code == 7
        assert result.stderr.startswith(
            "feesync: stale: RVU25C, in effect to 2025-09-30, stands in for today; CMS lists "
            "no RVU25D yet "
        )
        told = json.loads(feesync("status", "--max-age", "30d", "--need-current", "--json").stdout)
        assert (told["stale"], told["today_is_listed"], told["answering_covers_today"]) == (
            True,
            False,
            False,
        )
        assert told["last_listing"]

    def test_the_release_of_the_day_is_current(self, feesync, server, naps, november):
        server.offer("RVU25D", quarter("D"))
        assert feesync("sync").stderr == ""
        result = feesync("status", "--need-current")
        assert (result.exit_code, result.stderr) == (0, "")
        assert (
            json.loads(feesync("status", "--need-current", "--json").stdout)["today_is_listed"]
            is True
        )

    def test_nothing_loaded_is_not_current(self, feesync, november):
        assert feesync("status", "--need-current").exit_code == 7
