"""A whole refresh, in this process, against a loopback server."""

import hashlib
import re
from datetime import date
from decimal import Decimal

import pytest
from cms_files import quarter, repriced, rvu26d, zip_of
from fake_cms import LISTING, PUBLISHED, REPOSTED, html, status

import feesync as package
from feesync import estimate
from feesync.cms.cache import Cache
from feesync.errors import (
    BusyError,
    CacheError,
    ExitStatus,
    Hint,
    HintKind,
    InvalidInputError,
    StoreError,
)
from feesync.refresh.sync import sync
from feesync.store.checksums import seal_shared
from feesync.store.freshness import read_freshness

OCTOBER = quarter("D")
DEARER = quarter("D", values=repriced("64493", "3.74", "5.42"))
PATH = "/files/zip/rvu25d-updated-09/11/2025.zip"
PAGE = f"{LISTING}/rvu25d"
CORRECTED = "corrects what was known of {}: 64493 nonfacility PE RVU 3.64 -> 3.74"


pytestmark = pytest.mark.usefixtures("november")


def outcomes(report):
    return [(release.label, release.outcome) for release in report.releases]


def fee(day="2025-11-03"):
    return estimate("64493", locality="national", date=day).fee


def bytes_of(folder):
    return {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.iterdir()
        if path.is_file()
    }


def test_an_empty_database_is_filled(offered, sql):
    report = sync()
    assert (report.status, report.changed, report.catalogue) == (ExitStatus.OK, True, "listing")
    assert outcomes(report) == [("RVU25C", "new"), ("RVU25D", "new")]
    assert report.releases[1].sha256 == hashlib.sha256(OCTOBER).hexdigest()
    assert report.releases[1].rows["relative values"] == 80
    assert report.releases[1].changes.against == "RVU25C"
    assert (report.answering, report.last_success) == ("RVU25D", report.finished)
    # the name that a person knows the zip by, though the last part of its address is 2025.zip
    assert sql("SELECT source FROM release ORDER BY label") == [
        ("rvu25c-updated-09/11/2025.zip",), ("rvu25d-updated-09/11/2025.zip",),
    ]  # fmt: skip
    answer = estimate("64493", locality="national", date="2025-11-03")
    assert (answer.fee, answer.release.embedded) == (Decimal("172.08"), False)


def test_again_asks_each_page_once_and_each_zip_with_a_condition_and_writes_nothing(
    offered, database, monkeypatch
):
    sync()
    offered.paths()
    before = bytes_of(database.parent)[database.name]
    monkeypatch.setattr("feesync.datasets.rvu.dataset.releases.from_zip", None)
    report = sync()
    assert outcomes(report) == [("RVU25C", "unchanged"), ("RVU25D", "unchanged")]
    assert (report.changed, report.status) == (False, ExitStatus.OK)
    codes = [code for _, _, code in offered.asked]
    assert offered.paths() == [
        LISTING, f"{LISTING}/rvu25c", "/files/zip/rvu25c-updated-09/11/2025.zip", PAGE, PATH,
    ]  # fmt: skip
    assert codes == [200, 200, 304, 200, 304]
    assert bytes_of(database.parent)[database.name] == before
    wal = database.with_name(database.name + "-wal")
    assert not wal.exists() or wal.stat().st_size == 0


def test_bytes_that_are_known_are_not_parsed_whatever_their_address_and_date(offered, monkeypatch):
    sync()
    offered.offer("RVU25D", OCTOBER, path="/files/zip/rvu25d_0.zip", last_modified=REPOSTED)
    monkeypatch.setattr("feesync.datasets.rvu.dataset.releases.from_zip", None)
    assert outcomes(sync())[1] == ("RVU25D", "unchanged")
    assert [code for path, _, code in offered.asked if path == "/files/zip/rvu25d_0.zip"] == [200]


def test_a_zip_that_a_person_imported_is_known(offered, feesync, tmp_path, monkeypatch):
    path = tmp_path / "2025.zip"
    path.write_bytes(OCTOBER)
    assert feesync("import", path).exit_code == 0
    monkeypatch.setattr("feesync.datasets.rvu.dataset.releases.from_zip", None)
    assert outcomes(sync(releases=["RVU25D"])) == [("RVU25D", "unchanged")]


def test_a_repost_is_a_revision_and_what_it_changed_is_told_in_dollars(offered, sql):
    sync()
    offered.offer(
        "RVU25D", DEARER, path="/files/zip/rvu25d-updated-10/03/2025.zip", last_modified=REPOSTED
    )
    report = sync()
    assert outcomes(report) == [("RVU25C", "unchanged"), ("RVU25D", "revision")]
    changes = report.releases[1].changes
    assert (changes.against, changes.changed) == ("RVU25D", 109)
    # 172.08 is CMS's; (1.52 + 3.74 + 0.16) x 32.3465 = 175.318
    assert [(change.hcpcs, change.before, change.after) for change in changes.watched] == [
        ("64493", Decimal("172.08"), Decimal("175.32"))
    ]
    assert fee() == Decimal("175.32")
    assert sql("SELECT label, superseded_by IS NULL FROM release ORDER BY release_id") == [
        ("RVU25C", 1),
        ("RVU25D", 0),
        ("RVU25D", 1),
    ]


def test_superseded_bytes_change_nothing_and_warn_unless_forced(offered):
    sync()
    offered.offer("RVU25D", DEARER, last_modified=REPOSTED)
    sync()
    offered.offer("RVU25D", OCTOBER)
    for _ in range(2):
        report = sync()
        assert outcomes(report)[1] == ("RVU25D", "superseded")
        (problem,) = report.problems
        assert (problem.status, problem.label, report.status) == (
            ExitStatus.OK,
            "RVU25D",
            ExitStatus.OK,
        )
        assert problem.text.endswith("has superseded: nothing done")
        assert problem.hint == Hint(HintKind.RESTORE)
        assert fee() == Decimal("175.32")
    assert outcomes(sync(force=True))[1] == ("RVU25D", "restored")
    assert fee() == Decimal("172.08")


def test_forcing_back_to_bytes_that_the_cache_has_lost_fetches_them(offered, cache, sql):
    sync()
    offered.offer("RVU25D", DEARER, last_modified=REPOSTED)
    sync()
    offered.offer("RVU25D", OCTOBER)
    sync()
    for kept in Cache(cache).files():
        kept.path.unlink()
    assert outcomes(sync(force=True))[1] == ("RVU25D", "restored")
    assert fee() == Decimal("172.08")


def test_another_database_is_filled_from_the_cache(offered, tmp_path, monkeypatch):
    sync()
    offered.paths()
    other = tmp_path / "other.db"
    assert outcomes(sync(db=other)) == [("RVU25C", "new"), ("RVU25D", "new")]
    assert [code for path, _, code in offered.asked if path == PATH] == [304]


def test_a_cache_that_was_emptied_is_filled_only_where_it_is_needed(offered, cache, tmp_path):
    sync()
    for kept in Cache(cache).files():
        kept.path.unlink()
    assert outcomes(sync())[1] == ("RVU25D", "unchanged")
    assert Cache(cache).files() == []
    assert outcomes(sync(db=tmp_path / "other.db"))[1] == ("RVU25D", "new")


def test_dates_that_were_corrected_meanwhile_are_corrected(offered, sql, database):
    import sqlite3

    sync()
    raw = sqlite3.connect(database)
    raw.execute("UPDATE edition SET effective_to = '2025-12-30' WHERE label = 'RVU25D'")
    seal_shared(raw)
    raw.commit()
    raw.close()
    assert outcomes(sync())[1] == ("RVU25D", "redated")
    assert sql("SELECT effective_to FROM release WHERE label = 'RVU25D'") == [("2025-12-31",)]


def test_years_by_default_this_one_the_last_and_the_next_once_it_is_there(offered):
    for label in ("RVU23D", "RVU24D"):
        offered.offer(label, OCTOBER)
    assert [label for label, _ in outcomes(sync(dry_run=True))] == ["RVU24D", "RVU25C", "RVU25D"]
    offered.offer("RVU26D", zip_of(rvu26d()))
    assert [label for label, _ in outcomes(sync(dry_run=True))] == [
        "RVU24D",
        "RVU25C",
        "RVU25D",
        "RVU26D",
    ]
    assert [label for label, _ in outcomes(sync(dry_run=True, years=[2023, 2026]))] == [
        "RVU23D",
        "RVU26D",
    ]
    assert [label for label, _ in outcomes(sync(dry_run=True, everything=True))] == [
        "RVU23D",
        "RVU24D",
        "RVU25C",
        "RVU25D",
        "RVU26D",
    ]
    assert [label for label, _ in outcomes(sync(dry_run=True, releases=["25c"]))] == ["RVU25C"]


def test_what_cms_does_not_offer_is_refused_by_name(offered):
    with pytest.raises(
        InvalidInputError,
        match=r"^CMS's listing has nothing of 2031, RVU25B; of the last years it has RVU25C, "
        r"RVU25D$",
    ):
        sync(years=[2031], releases=["RVU25B", "RVU25D"])
    with pytest.raises(InvalidInputError, match="2014"):
        sync(years=[2014])


def test_a_release_whose_dates_are_not_known_is_listed_and_loaded_with_the_flag(offered, sql):
    sync()
    offered.offer("RVU25AR", quarter("A"))
    report = sync()
    assert outcomes(report) == [
        ("RVU25C", "unchanged"),
        ("RVU25D", "unchanged"),
        ("RVU25AR", "unknown"),
    ]
    (problem,) = report.problems
    assert problem.text == (
        "CMS lists it for 2025, but feesync does not know its dates of effect: not loaded"
    )
    assert problem.hint == Hint(HintKind.GIVE_DATES, "RVU25AR")
    assert (problem.status, report.status) == (ExitStatus.OK, ExitStatus.OK)
    days = (date(2025, 2, 1), date(2025, 3, 31))
    assert outcomes(sync(releases=["RVU25AR"], effective=days)) == [("RVU25AR", "new")]
    assert sql("SELECT effective_from, effective_to FROM release WHERE label = 'RVU25AR'") == [
        ("2025-02-01", "2025-03-31")
    ]
    assert outcomes(sync())[0] == ("RVU25AR", "unchanged")
    with pytest.raises(InvalidInputError, match="dates of effect go with one release"):
        sync(effective=days)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"years": 2025}, "years is a list, such as [2025], not int"),
        ({"releases": [25]}, "25 is not a release label"),
        ({"watch": [64493]}, "code 64493 is not text: give '64493'"),
        ({"watch": "64493"}, "watch is a list, such as ['64493'], not text"),
        ({"wait": -1}, "wait -1 is not a number of seconds from 0 to 86400"),
        ({"deadline": float("nan")}, "deadline nan is not a number of seconds"),
        ({"jitter": 1e300}, "jitter 1e+300 is not a number of seconds"),
        ({"wait": "1"}, "wait '1' is not a number of seconds"),
        ({"user_agent": " "}, "user agent ' ' is not one line of text in Latin-1"),
    ],
)
def test_arguments_that_cannot_be_read_are_refused_before_anything_is_asked(
    offered, cache, arguments, said
):
    with pytest.raises(InvalidInputError, match=f"^{re.escape(said)}"):
        sync(**arguments)
    assert (offered.paths(), cache.exists()) == ([], False)


def test_a_name_that_is_no_label_is_listed(offered, monkeypatch):
    monkeypatch.setattr(
        offered,
        "listing",
        lambda: type(offered).listing(offered).replace(" RVU25C ", "RVU25 Special"),
    )
    report = sync()
    assert ("RVU25Special", "unknown") in outcomes(report)
    assert report.problems[0].hint == Hint(HintKind.IMPORT_AS_LABEL)


def test_a_failed_release_stops_no_other_and_keeps_what_was_loaded(offered, database):
    sync()
    last = read_freshness(database).last_success
    offered.offer("RVU25C", b"not a zip", last_modified=REPOSTED)
    offered.offer("RVU25D", DEARER, last_modified=REPOSTED)
    report = sync()
    assert outcomes(report) == [("RVU25C", "failed"), ("RVU25D", "revision")]
    assert report.status == ExitStatus.REFUSED
    assert (report.problems[0].label, report.problems[0].status) == ("RVU25C", ExitStatus.REFUSED)
    assert (report.last_success, read_freshness(database).last_status) == (last, 4)
    assert fee("2025-08-01") == Decimal("172.08")


def test_when_3_and_4_both_happened_4(offered):
    offered.faults[f"{LISTING}/rvu25c"] = status(503)
    offered.offer("RVU25D", b"not a zip")
    report = sync()
    assert {problem.status for problem in report.problems} == {
        ExitStatus.UNREACHABLE,
        ExitStatus.REFUSED,
    }
    assert report.status == ExitStatus.REFUSED
    offered.offer("RVU25D", OCTOBER)
    assert sync().status == ExitStatus.UNREACHABLE


def test_a_wrong_release_under_a_right_name_is_refused_kept_to_be_looked_at_and_asked_for_again(
    offered, cache
):
    offered.offer("RVU25C", OCTOBER)
    report = sync()
    assert outcomes(report) == [("RVU25C", "failed"), ("RVU25D", "new")]
    assert (
        "the name says RVU25C, the title line of PPRRVU2025_Oct.csv says RVU25D"
        in report.problems[0].text
    )
    assert "; the zip is kept as " in report.problems[0].text
    assert ("RVU25C", hashlib.sha256(OCTOBER).hexdigest()) in {
        (kept.label, kept.sha256) for kept in Cache(cache).files()
    }
    offered.offer("RVU25C", quarter("C"))
    assert outcomes(sync()) == [("RVU25C", "new"), ("RVU25D", "unchanged")]


def test_a_listing_that_cannot_be_read_is_told_and_the_known_addresses_serve(offered, database):
    sync()
    last = read_freshness(database).last_success
    offered.faults[LISTING] = html(
        "<html><head><title>New look</title></head><body><a href='/x'>Fees</a></body></html>"
    )
    # the address that feesync knows for RVU25D is the one that this server has
    report = sync(releases=["RVU25D"])
    assert (report.status, report.catalogue, outcomes(report)) == (
        ExitStatus.REFUSED,
        "pinned",
        [("RVU25D", "unchanged")],
    )
    (problem,) = report.problems
    assert problem.text.startswith(
        "CMS's listing cannot be read, so that new releases may be missed; those that feesync "
        "knows are asked for"
    )
    assert "lists no release; its title is 'New look'" in problem.text
    assert (report.last_success, read_freshness(database).last_success) == (last, last)


def test_a_listing_that_is_gone_is_one_that_cannot_be_read(offered):
    offered.faults[LISTING] = html("<title>Page not found</title>", 404)
    assert outcomes(sync(releases=["RVU25D"])) == [("RVU25D", "new")]


def test_a_page_that_cannot_be_read_is_told_and_the_known_address_serves(offered):
    offered.faults[PAGE] = html("<title>New look</title>")
    report = sync()
    assert outcomes(report) == [("RVU25C", "new"), ("RVU25D", "new")]
    assert (report.status, report.problems[0].label) == (ExitStatus.REFUSED, "RVU25D")
    assert report.last_success is None


def test_a_listing_that_cannot_be_read_and_what_feesync_does_not_know(offered, database):
    offered.faults[LISTING] = html("<title>New look</title>")
    report = sync(years=[2031], releases=["RVU25D", "RVU25AR"])
    assert (report.status, outcomes(report)) == (ExitStatus.REFUSED, [("RVU25D", "new")])
    assert [(problem.label, problem.status) for problem in report.problems] == [
        (None, 4),
        (None, 4),
    ]
    assert report.problems[0].text.startswith("CMS's listing cannot be read, ")
    assert report.problems[1].text == "feesync's own catalogue has nothing of 2031, RVU25AR"
    assert read_freshness(database).problems == tuple(map(str, report.problems))


def test_a_listing_that_has_lost_what_it_had_is_no_success(offered, database):
    last = sync().last_success
    lost = offered.releases.pop("RVU25D")
    for options in ({}, {"years": [2025]}, {"releases": ["RVU25D"]}, {"everything": True}):
        report = sync(**options)
        assert report.status == ExitStatus.REFUSED
        assert [str(problem) for problem in report.problems] == [
            "CMS's listing lacks RVU25D, which it had before: what else it lacks is not known"
        ]
        assert read_freshness(database).last_success == last
    assert outcomes(report) == [("RVU25C", "unchanged")]
    assert sync(releases=["RVU25C"]).status == ExitStatus.OK
    offered.releases["RVU25D"] = lost
    assert sync().status == ExitStatus.OK


def test_a_listing_without_recent_releases_is_no_success(server, naps, database):
    server.offer("RVU23D", OCTOBER)
    report = sync()
    assert (report.status, report.releases, report.last_success) == (ExitStatus.REFUSED, (), None)
    assert [str(problem) for problem in report.problems] == [
        "CMS's listing has no release of 2024 or 2025: it cannot be whole"
    ]  # fmt: skip
    server.offer("RVU24D", OCTOBER)
    assert sync(dry_run=True).status == ExitStatus.OK


def with_rows(offered, *rows):
    """The listing with more rows of RVU25D: where they lead."""
    listing = type(offered).listing(offered)
    more = "".join(f'<tr><td>2025</td><td><a href="{href}">RVU25D</a></td></tr>' for href in rows)
    offered.faults[LISTING] = html(listing.replace("<tbody>", f"<tbody>{more}"))


@pytest.mark.parametrize("bad", ["/gone", "/new"])
def test_a_bad_link_beside_a_good_page_is_told_and_loses_no_release(offered, bad):
    offered.faults["/new"] = html("<![n00b ]>")
    newer = "/files/zip/rvu25d-updated-10/03/2025.zip"
    offered.offer("RVU25D", DEARER, path=newer, last_modified=REPOSTED)
    with_rows(offered, bad)
    report = sync(releases=["RVU25D"])
    assert (outcomes(report), report.releases[0].url) == ([("RVU25D", "new")], offered.url + newer)
    problem, correction = report.problems
    assert (correction.status, correction.text) == (
        ExitStatus.OK,
        CORRECTED.format("RVU25D of the embedded snapshot"),
    )
    assert (problem.label, problem.status) == ("RVU25D", ExitStatus.REFUSED)
    assert problem.text.startswith(f"{offered.url}{bad}: ")
    assert problem.text.endswith("; another page of the listing is believed")


def test_a_zip_on_the_listing_itself(offered):
    newer = "/files/zip/rvu25d-updated-10/03/2025.zip"
    offered.faults[newer] = status(200, DEARER, Last_Modified=REPOSTED)
    with_rows(offered, newer)
    report = sync(releases=["RVU25D"])
    assert (report.status, outcomes(report), report.releases[0].url) == (
        0,
        [("RVU25D", "new")],
        offered.url + newer,
    )


def test_several_downloads_without_dates_are_no_reason_to_guess(offered):
    with_rows(offered, "/files/zip/rvu25d.zip")
    report = sync(releases=["RVU25D"])
    assert outcomes(report) == [("RVU25D", "failed")]
    assert (
        "RVU25D has several downloads, and no date says which is newest: "
        in report.problems[0].text
    )


def test_a_page_of_a_release_that_feesync_does_not_know_has_no_other_address(offered, monkeypatch):
    offered.offer("RVU27A", OCTOBER)
    offered.faults[f"{LISTING}/rvu27a"] = html("<title>New look</title>")
    report = sync()
    assert outcomes(report)[-1] == ("RVU27A", "failed")
    assert "has no download of a zip; its title is 'New look'" in report.problems[0].text


def test_an_unreachable_host_ends_the_run_at_once(offered, database):
    sync()
    offered.stop()
    report = sync()
    assert (report.status, report.releases) == (ExitStatus.UNREACHABLE, ())
    assert (
        report.problems[0].text == f"cannot connect to 127.0.0.1:{offered.port}: Connection refused"
    )
    assert fee() == Decimal("172.08")
    offered.start_again()
    assert sync().status == ExitStatus.OK


def test_a_host_that_goes_away_in_the_middle_ends_the_run_too(offered, naps):
    page = html("<title>x</title>", 503)

    def vanish(handler):
        handler.close_connection = True
        offered._server.shutdown()  # else it would ask a closed socket again and again
        offered._server.socket.close()
        page(handler)

    offered.faults[f"{LISTING}/rvu25c"] = vanish
    report = sync()
    assert report.status == ExitStatus.UNREACHABLE
    assert outcomes(report) == [("RVU25C", "failed")]


def test_a_host_that_asks_to_be_left_alone_is_not_asked_again(offered):
    offered.faults[f"{LISTING}/rvu25c"] = status(503, Retry_After="3600")
    report = sync()
    assert (report.status, outcomes(report)) == (ExitStatus.UNREACHABLE, [("RVU25C", "failed")])
    assert "it asks to be left alone for 3,600 s" in report.problems[0].text
    assert offered.paths() == [LISTING, f"{LISTING}/rvu25c"]


def test_403_ends_the_run_and_the_next_opens_no_socket(offered, database, monkeypatch):
    sync()
    last = read_freshness(database).last_success
    offered.faults[f"{LISTING}/rvu25c"] = status(403)
    offered.paths()
    report = sync()
    assert (report.status, outcomes(report)) == (ExitStatus.UNREACHABLE, [("RVU25C", "failed")])
    assert offered.paths() == [LISTING, f"{LISTING}/rvu25c"]

    report = sync()
    assert (report.status, report.releases, offered.paths()) == (ExitStatus.UNREACHABLE, (), [])
    assert (
        f"127.0.0.1:{offered.port} has forbidden requests (403); it is not asked before "
        in report.problems[0].text
    )
    assert read_freshness(database).last_success == last
    assert outcomes(sync(offline=True))[0] == ("RVU25C", "unchanged")

    offered.faults.clear()
    assert sync(force=True).status == ExitStatus.OK
    assert sync().status == ExitStatus.OK


def test_only_a_run_over_the_current_year_counts_as_a_success(offered, database):
    sync(releases=["RVU25D"])
    sync(years=[2025], dry_run=True)
    assert read_freshness(database).last_success is None
    report = sync(years=[2025])
    assert read_freshness(database).last_success == report.finished


def test_two_runs_at_once(offered, cache):
    with Cache(cache).lock(0):
        with pytest.raises(BusyError) as busy:
            sync()
        assert re.fullmatch(
            r"another refresh is running \(it holds .*sync\.lock\)", str(busy.value)
        )
        assert busy.value.hint == Hint(HintKind.WAIT)
        assert outcomes(sync(dry_run=True))[0] == ("RVU25C", "would-load")
    assert sync(wait=5).status == ExitStatus.OK


def test_what_an_interrupted_run_left_is_cleaned_or_resumed(offered, cache):
    cache.mkdir()
    for name in ("RVU24A.part", "RVU24A.part.json", "remembered.json.tmp", "RVU25D.part"):
        (cache / name).write_bytes(b"left")
    assert sync().status == ExitStatus.OK
    assert [path.name for path in Cache(cache).unfinished()] == []


def test_a_damaged_memory_of_downloads_only_costs_a_download(offered, cache):
    sync()
    for content in (b"", b"[]", b'{"RVU25D": 7}', b'{"RVU25D": {"url": 1}}', b"\xff"):
        (cache / "remembered.json").write_bytes(content)
        assert outcomes(sync()) == [("RVU25C", "unchanged"), ("RVU25D", "unchanged")]


def test_a_cache_that_cannot_be_used_is_named(offered, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(
        CacheError, match=r"^the cache .*file.* cannot be used: .*; FEESYNC_CACHE names another$"
    ):
        sync(cache=tmp_path / "file" / "cache")


def test_a_zip_that_rotted_in_the_cache_is_fetched_again_in_the_same_run(offered, cache, tmp_path):
    sync()
    (kept,) = [kept for kept in Cache(cache).files() if kept.label == "RVU25D"]
    kept.path.write_bytes(DEARER)
    offered.paths()
    report = sync(db=tmp_path / "other.db")
    assert (report.status, outcomes(report)) == (
        ExitStatus.OK,
        [("RVU25C", "new"), ("RVU25D", "new")],
    )
    assert [code for path, _, code in offered.asked if path.startswith("/files/")] == [304, 200]
    assert kept.path.read_bytes() == OCTOBER


def full_disk(*arguments, **options):
    raise OSError(28, "No space left on device")


def test_what_is_loaded_is_not_called_failed_because_of_what_comes_after(
    offered, database, monkeypatch
):
    import sqlite3

    with monkeypatch.context() as broken:
        broken.setattr("feesync.cms.cache.write_json", full_disk)
        report = sync()
    assert outcomes(report) == [("RVU25C", "new"), ("RVU25D", "new")]
    assert [(problem.label, problem.status) for problem in report.problems] == [
        ("RVU25C", 1),
        ("RVU25D", 1),
    ]
    assert "No space left on device" in report.problems[0].text

    def broken_query(*arguments):
        raise sqlite3.OperationalError("database or disk is full")

    offered.offer("RVU25D", DEARER, last_modified=REPOSTED)
    with monkeypatch.context() as broken:
        broken.setattr("feesync.changes.payments.changes_of", broken_query)
        report = sync()
    assert (outcomes(report)[-1], report.releases[-1].changes) == (("RVU25D", "revision"), None)
    assert [str(problem) for problem in report.problems] == [
        f"RVU25D: {CORRECTED.format('RVU25D')}",
        f"RVU25D: {database} cannot be used: database or disk is full",
    ]
    assert fee() == Decimal("175.32")

    offered.offer(
        "RVU25D", quarter("D", values=repriced("64493", "3.75", "5.43")), last_modified=PUBLISHED
    )
    with monkeypatch.context() as broken:
        broken.setattr(
            "feesync.refresh.today.open_schedule",
            lambda path: (_ for _ in ()).throw(StoreError("gone")),
        )
        report = sync()
    assert (outcomes(report)[-1], report.status, report.answering) == (
        ("RVU25D", "revision"),
        1,
        None,
    )


def test_another_process_that_writes_to_the_database_ends_the_run_with_5(
    offered, database, monkeypatch
):
    import sqlite3

    sync()
    offered.offer("RVU25D", DEARER, last_modified=REPOSTED)
    monkeypatch.setattr("feesync.store.schema.BUSY_SECONDS", 0.1)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    report = sync()
    assert (report.status, outcomes(report)[-1]) == (ExitStatus.BUSY, ("RVU25D", "failed"))
    other.execute("ROLLBACK")
    other.close()
    assert outcomes(sync())[-1] == ("RVU25D", "revision")


def test_what_the_package_offers(offered):
    report = package.sync(years=[2025], watch=["64493"])
    assert isinstance(report, package.SyncReport)
    with pytest.raises(AttributeError, match="module 'feesync' has no attribute 'nothing'"):
        _ = package.nothing


def test_the_report_as_json(offered):
    sync(releases=["RVU25D"])
    offered.offer("RVU25D", DEARER, last_modified=REPOSTED)
    told = sync(releases=["RVU25D"]).to_dict()
    assert (told["status"], told["changed"], told["catalogue"], told["site"]) == (
        0,
        True,
        "listing",
        offered.url,
    )
    (release,) = told["releases"]
    assert (release["label"], release["outcome"], release["bytes"]) == (
        "RVU25D",
        "revision",
        len(DEARER),
    )
    (watched,) = release["changes"]["watched"]
    assert watched["hcpcs"] == "64493"
    assert (watched["national_before"].exact, watched["national_after"].exact) == (
        Decimal("172.08"),
        Decimal("175.32"),
    )
    assert PUBLISHED != REPOSTED
