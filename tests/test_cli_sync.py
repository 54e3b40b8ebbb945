import json
import re
import subprocess
import sys

import pytest
import small
from cms_files import quarter, repriced
from documents import DOCS
from fake_cms import BY_HAND, LISTING, REPOSTED, html, status

from feesync.cms.cache import Cache

pytestmark = pytest.mark.usefixtures("november")
OCTOBER = quarter("D")
DEARER = quarter("D", values=repriced("64493", "3.74", "5.42"))
OLD = (
    "CMS's files of 2014 and before have layouts that feesync does not read; it reads 2015 and "
    "later"
)
LOADED = (
    "80 relative value rows, 109 localities, 41 county rows, 230 OPPS cap rows "
    "(218 caps equal; 12 caps name a locality that the GPCI file lacks)"
)


def test_filling_then_nothing_new_then_a_repost(feesync, offered, sql):
    result = feesync("sync")
    ((compared,),) = sql(
        "SELECT sum((nonfacility_amount IS NOT NULL) + (facility_amount IS NOT NULL)) FROM rate "
        "WHERE release = 'RVU25D' AND mac <> '00000'"
    )
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"RVU25C (0.0 MB): new release; {LOADED}\n"
        f"RVU25D (0.0 MB): new release; {LOADED}\n"
        f"  against RVU25C: 0 of {compared:,} payments changed\n"
        "  none of the watched codes\n"
    )
    again = feesync("sync")
    assert (again.exit_code, again.stdout, again.stderr) == (
        0,
        "nothing new: RVU25C, RVU25D as CMS has them\n",
        "",
    )
    offered.offer("RVU25D", DEARER, last_modified=REPOSTED)
    repost = feesync("sync")
    assert (repost.exit_code, repost.stderr) == (
        0,
        "feesync: RVU25D: corrects what was known of RVU25D: 64493 nonfacility PE RVU 3.64 -> "
        "3.74\n",
    )
    # 172.08 is CMS's; (1.52 + 3.74 + 0.16) x 32.3465 = 175.318; each locality's by hand in
    # test_changes
    assert repost.stdout == (
        "RVU25C: nothing new, this is loaded\n"
        f"RVU25D (0.0 MB): new revision, supersedes the one loaded before; {LOADED}\n"
        f"  against RVU25D: 109 of {compared:,} payments changed\n"
        "  watched codes, national amount in dollars, and lowest and highest change of all "
        "localities:\n"
        "\n"
        "Code    Basis    Setting        Before     Now    Change    Localities    Lowest    "
        "Highest\n"
        "------  -------  -----------  --------  ------  --------  ------------  --------  "
        "---------\n"
        "64493   nonqp    nonfacility    172.08  175.32     +3.24    109 of 109     +2.75      "
        "+4.64\n"
        "\n"
    )
    assert (
        "175.32"
        in feesync("estimate", "64493", "--locality", "national", "--date", "2025-11-03").stdout
    )


def test_quiet_prints_only_what_changed_or_failed(feesync, offered):
    assert (
        feesync("sync", "--quiet", "--release", "RVU25C").stdout
        == f"RVU25C (0.0 MB): new release; {LOADED}\n"
    )
    assert feesync("sync", "--quiet").stdout.startswith("RVU25D (0.0 MB): new release; ")
    nothing = feesync("sync", "--quiet")
    assert (nothing.exit_code, nothing.output) == (0, "")
    nothing = feesync("sync", "--quiet", "--json")
    assert (nothing.exit_code, nothing.output) == (0, "")
    offered.faults[f"{LISTING}/rvu25c"] = status(500)
    failed = feesync("sync", "--quiet")
    assert (failed.exit_code, failed.stdout) == (
        3,
        "RVU25C: failed, what was loaded before is kept\n",
    )
    assert (
        failed.stderr
        == f"feesync: RVU25C: {offered.url}{LISTING}/rvu25c: the answer is 500 Internal Server "
        f"Error\n{BY_HAND}"
    )


def test_a_listing_that_cannot_be_read_is_told_even_by_a_quiet_run(feesync, offered):
    feesync("sync")
    offered.faults[LISTING] = html("<title>New look</title>")
    result = feesync("sync", "--quiet", "--release", "RVU25D")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (4, "", 1)
    assert result.stderr.startswith(
        "feesync: CMS's listing cannot be read, so that new releases may be missed;"
    )


def test_waits_between_tries_are_told_unless_quiet(feesync, offered):
    offered.stop()
    loud = feesync("sync")
    assert loud.exit_code == 3
    lines = loud.stderr.splitlines()
    assert [re.sub(r"\d+ s$", "N s", line) for line in lines[:3]] == [
        f"feesync: cannot connect to 127.0.0.1:{offered.port}: Connection refused; trying again in "
        "N s"
    ] * 3
    assert lines[3:] == [
        f"feesync: cannot connect to 127.0.0.1:{offered.port}: Connection refused",
        "feesync: no loaded release answers for today; whether CMS has RVU25D is not known",
        BY_HAND.rstrip(),
    ]
    assert (
        feesync("sync", "--quiet").stderr
        == f"feesync: cannot connect to 127.0.0.1:{offered.port}: Connection refused\n" + BY_HAND
    )


def test_the_status_of_a_change_can_be_chosen(feesync, offered):
    assert feesync("sync", "--changed-status", "10").exit_code == 10
    assert feesync("sync", "--changed-status", "10").exit_code == 0
    offered.offer("RVU25D", DEARER, last_modified=REPOSTED)
    offered.faults[f"{LISTING}/rvu25c"] = status(500)
    assert feesync("sync", "--changed-status", "10").exit_code == 3


def test_json_on_every_path(feesync, offered):
    told = json.loads(feesync("sync", "--json").stdout)
    assert (told["status"], [release["outcome"] for release in told["releases"]]) == (
        0,
        ["new", "new"],
    )
    assert told["releases"][1]["changes"]["against"] == "RVU25C"
    assert json.loads(feesync("sync", "--json").stdout)["changed"] is False
    assert json.loads(feesync("sync", "--json", "--dry-run").stdout)["dry_run"] is True
    assert json.loads(feesync("sync", "--json", "--offline").stdout)["catalogue"] == "cache"
    offered.faults[LISTING] = status(403)
    refused = feesync("sync", "--json")
    assert (refused.exit_code, json.loads(refused.stdout)["problems"][0]["status"]) == (3, 3)


def test_a_quiet_run_does_not_repeat_the_warnings_of_the_last(feesync, offered):
    feesync("sync")
    offered.offer("RVU25AR", quarter("A"))
    warning = (
        "feesync: RVU25AR: CMS lists it for 2025, but feesync does not know its dates of "
        "effect: not loaded; "
    )
    first = feesync("sync", "--quiet")
    assert (first.exit_code, first.stdout, first.stderr[: len(warning)]) == (0, "", warning)
    for options in ("--quiet", "--quiet --json"):
        again = feesync("sync", *options.split())
        assert (again.exit_code, again.output) == (0, "")
    assert feesync("sync").stderr.startswith(warning)
    offered.faults[f"{LISTING}/rvu25c"] = status(500)
    failures = [feesync("sync", "--quiet").stderr for _ in range(2)]
    assert (
        failures
        == [
            f"feesync: RVU25C: {offered.url}{LISTING}/rvu25c: the answer is 500 Internal Server "
            f"Error\n{BY_HAND}"
        ]
        * 2
    )


def test_every_request_is_printed_where_asked_for(feesync, offered):
    result = feesync("sync", "--verbose", "--release", "RVU25D")
    requests = [line for line in result.stderr.splitlines() if line.startswith("feesync: GET ")]
    assert [line.split()[2].rstrip(":") for line in requests] == [
        offered.url + path for path in offered.paths()
    ]
    for line in requests:
        assert re.search(r": 200 OK, (.*, )?\d+\.\d s$", line)
    (size,) = [line for line in requests if ".zip: " in line]
    assert f"200 OK, {len(OCTOBER)} bytes, of Thu, 11 Sep 2025 14:03:22 GMT, " in size
    assert "GET" not in feesync("sync").output  # nothing is left behind
    both = feesync("sync", "--verbose", "--quiet")
    assert (both.exit_code, "--quiet and --verbose exclude each other" in both.stderr) == (2, True)


def test_a_log_has_what_a_quiet_run_does_not_print(feesync, offered, tmp_path):
    log = tmp_path / "sync.log"
    offered.faults[f"{LISTING}/rvu25c"] = status(500)
    for _ in range(2):
        feesync("sync", "--quiet", "--log-file", log)
    lines = log.read_text().splitlines()
    assert all(
        re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (INFO|WARNING|ERROR) ", line) for line in lines
    )
    texts = [line.split(" ", 1)[1] for line in lines]
    failure = f"RVU25C: {offered.url}{LISTING}/rvu25c: the answer is 500 Internal Server Error"
    assert texts.count(f"ERROR {failure}") == 2
    assert texts.count(f"INFO RVU25D (0.0 MB): new release; {LOADED}") == 1
    assert texts.count("INFO RVU25D: nothing new, this is loaded") == 1
    assert texts.count("INFO ended with status 3") == 2
    assert sum(text.startswith(f"INFO GET {offered.url}{LISTING}: 200 OK, ") for text in texts) == 2
    assert sum("trying again in" in text for text in texts) == 6


def test_a_log_that_cannot_be_written_stops_the_run_before_it_begins(feesync, offered, tmp_path):
    result = feesync("sync", "--log-file", tmp_path / "nowhere/sync.log")
    assert (result.exit_code, result.stdout, offered.asked) == (1, "", [])
    assert result.stderr == f"feesync: {tmp_path}/nowhere/sync.log: No such file or directory\n"


def test_json_where_an_error_is_raised(feesync, offered, cache, database):
    def told(*options):
        result = feesync("sync", "--json", *options)
        (problem,) = json.loads(result.stdout)["problems"]
        assert json.loads(result.stdout) == {
            "status": result.exit_code,
            "changed": False,
            "releases": [],
            "problems": [
                {
                    "release": None,
                    "status": result.exit_code,
                    "text": problem["text"],
                    "hint": {"kind": "wait"} if "--quiet" in options else None,
                }
            ],
        }
        wait = "; --wait S waits for it" if "--quiet" in options else ""
        assert result.stderr == f"feesync: {problem['text']}{wait}\n"
        return result.exit_code

    assert told("--release", "RVU25A") == 2
    with Cache(cache).lock(0):
        assert told("--quiet") == 5
    database.write_text("not a database" * 100)
    assert told() == 1


def test_no_credentials_are_shown(feesync, offered, monkeypatch, cache):
    monkeypatch.setenv("FEESYNC_CMS_URL", f"http://me:secret@127.0.0.1:{offered.port}")
    result = feesync("sync", "--json")
    assert {headers["Authorization"] for _, headers, _ in offered.asked} == {"Basic bWU6c2VjcmV0"}
    assert json.loads(result.stdout)["site"] == offered.url
    offered.stop()
    for shown in (result.output, feesync("sync").output, (cache / "remembered.json").read_text()):
        assert "secret" not in shown
    offered.start_again()


def test_a_dry_run(feesync, offered, tmp_path):
    assert feesync("sync", "--dry-run").stdout == (
        "RVU25C: would be downloaded and loaded\nRVU25D: would be downloaded and loaded\n"
    )
    feesync("sync")
    offered.offer("RVU25D", DEARER, last_modified=REPOSTED)
    assert feesync("sync", "--dry-run").stdout == (
        "RVU25C: nothing new, this is loaded\nRVU25D: would be downloaded and compared with what "
        "is loaded\n"
    )
    other = feesync("--db", tmp_path / "other.db", "sync", "--dry-run", "--offline")
    assert other.stdout == "RVU25C: would be loaded\nRVU25D: would be loaded\n"


def test_offline(feesync, offered):
    assert feesync("sync", "--offline").stdout == "nothing in the cache\n"
    feesync("sync")
    assert feesync("sync", "--offline").stdout == "nothing new: RVU25C, RVU25D as cached\n"


def test_watched_codes(feesync, offered):
    feesync("sync")
    offered.offer("RVU25D", DEARER, last_modified=REPOSTED)
    assert (
        "none of the watched codes"
        in feesync("sync", "--watch", "64494", "--watch", "99213").stdout
    )
    assert feesync("sync", "--watch", "6449").exit_code == 2


def test_the_name_that_cms_is_told(feesync, offered):
    feesync("sync", "--user-agent", "acme/1 (ops@acme.example)")
    assert {headers["User-Agent"] for _, headers, _ in offered.asked} == {
        "acme/1 (ops@acme.example)"
    }


def test_jitter_sleeps_a_part_of_it_first(feesync, offered, monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    assert feesync("sync", "--jitter", "1800", "--dry-run").exit_code == 0
    assert 0 <= slept[0] <= 1800
    assert feesync("sync", "--jitter", "1800", "--release", "2025D").exit_code == 2
    assert len(slept) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--year", "2014"),
            "2014: CMS's files of 2014 and before have layouts that feesync does not read; it "
            "reads 2015 and later",
        ),
        (
            ("--release", "2025D"),
            "'2025D' is not a release label; labels look like RVU25D or RVU24AR",
        ),
        (
            ("--release", "RVU25A"),
            "CMS's listing has nothing of RVU25A; of the last years it has RVU25C, RVU25D",
        ),
        (
            ("--all", "--year", "2025"),
            "all releases, and some of them by year or name, exclude each other",
        ),
        (("--effective", "2025-01-01:2025-02-01"), "dates of effect go with one release by name"),
        (
            ("--effective", "2025-01-01:2025-02-01", "--release", "RVU25D"),
            "RVU25D is in effect from 2025-10-01 to 2025-12-31, not as given",
        ),
        (("--user-agent", ""), "user agent '' is not one line of text in Latin-1"),
    ],
)
def test_what_cannot_be_asked(feesync, offered, arguments, said):
    result = feesync("sync", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"feesync: {said}\n")
    assert set(offered.paths()) <= {LISTING}


@pytest.mark.parametrize(
    "options",
    [
        "--jitter -1",
        "--changed-status 300",
        "--wait x",
        "--deadline -5",
        "--effective 2025",
        "--year x",
        "--jitter nan",
        "--wait inf",
        "--deadline 1e300",
    ],
)
def test_options_that_cannot_be_read(feesync, options):
    assert feesync("sync", *options.split()).exit_code == 2


GUIDE = (DOCS / "guides/operator.md").read_text(encoding="utf-8")


@pytest.fixture
def as_cron(server, tmp_path):
    """Run a command as cron does: by /bin/sh, with next to no environment, and no terminal."""
    if sys.platform == "win32":
        pytest.skip("no cron")
    server.offer("RVU25D", OCTOBER)
    home = tmp_path / "home"
    script = home / "feesync/bin/feesync"
    script.parent.mkdir(parents=True)
    script.write_text(f'#!/bin/sh\nexec {sys.executable} {small.__file__} "$@"\n')
    script.chmod(0o755)

    def run(command, path="/usr/bin:/bin"):
        environment = [
            f"HOME={home}",
            "LOGNAME=biller",
            f"PATH={path}",
            "SHELL=/bin/sh",
            f"FEESYNC_CMS_URL={server.url}",
        ]
        return subprocess.run(
            ["/usr/bin/env", "-i", *environment, "/bin/sh", "-c", command],
            capture_output=True,
            text=True,
            check=False,
            cwd=home,
        )

    return run


@pytest.mark.slow
def test_the_crontab_line_of_the_guide_runs_as_written(as_cron):
    (line,) = re.findall(r"^\d+ \d+ \* \* \* (.*feesync sync.*)$", GUIDE, re.MULTILINE)
    line = line.replace("--jitter 1800", "--jitter 0.1") + " --all"
    first = as_cron(line)
    assert (first.returncode, first.stdout, first.stderr) == (
        0,
        f"RVU25D (0.0 MB): new release; {LOADED}\n",
        "",
    )
    second = as_cron(line)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    (check,) = re.findall(r"^feesync (status --max-age \S+)", GUIDE, re.MULTILINE)
    told = as_cron(f"$HOME/feesync/bin/feesync {check} --json")
    assert json.loads(told.stdout)["last_success"]


@pytest.mark.slow
def test_the_hook_of_the_guide_mails_what_changed_and_only_that(as_cron, server, tmp_path):
    (hook,) = re.findall(
        r"^(report=\$\(feesync sync.*?\n.*?)\n```", GUIDE, re.MULTILINE | re.DOTALL
    )
    hook = hook.replace("sync --quiet", "sync --quiet --all")
    mail = tmp_path / "bin/mail"
    mail.parent.mkdir()
    mail.write_text(f'#!/bin/sh\n{{ echo "$@"; cat; }} >> {tmp_path}/mailed\n')
    mail.chmod(0o755)
    path = f"{mail.parent}:{tmp_path / 'home/feesync/bin'}:/usr/bin:/bin"
    for _ in range(2):
        result = as_cron(hook, path)
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "mailed").read_text() == (
        "-s Medicare fees changed billing@practice.example\nRVU25D (0.0 MB): new release; "
        f"{LOADED}\n"
    )
    server.offer("RVU25D", DEARER, last_modified=REPOSTED)
    server.offer("RVU26A", b"no zip")
    failed = as_cron(hook, path)
    assert "RVU26A: " in failed.stderr
    told = (tmp_path / "mailed").read_text()
    assert "\nRVU25D (0.0 MB): new revision, " in told
    assert told.endswith("\nRVU26A: failed, what was loaded before is kept\n")
    server.stop()
    failed = as_cron(hook, path)
    assert "cannot connect" in failed.stderr
    server.start_again()
