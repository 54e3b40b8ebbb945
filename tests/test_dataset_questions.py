"""What refresh, import, status and the cache ask of each dataset, asked without any of them."""

import sqlite3
from contextlib import closing
from dataclasses import asdict, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from cms_files import (
    COUNTIES,
    GPCI,
    VALUES,
    fixture,
    rvu25d,
    rvu26d,
    text_of,
    zip5_line,
    zip9_line,
    zip_of,
)

from feesync.cms.cache import CachedFile, DownloadRecord
from feesync.cms.catalog import Offer
from feesync.cms.site import Site
from feesync.datasets import registry
from feesync.datasets.dataset import Dataset, Enquiry, Offers
from feesync.datasets.editions import Outcome
from feesync.datasets.registry import asked_for, owner, read_checks
from feesync.datasets.report import LoadOptions, LoadReport
from feesync.datasets.rvu.dataset import RelativeValueFiles
from feesync.datasets.rvu.load import load
from feesync.datasets.selection import Selection
from feesync.datasets.zip_locality.dataset import ZipLocality
from feesync.datasets.zip_locality.load import load_zip_files
from feesync.errors import ContentRefusedError, HintKind, InvalidInputError
from feesync.formats import archive, zip_locality
from feesync.formats.release import from_zip
from feesync.store.library import Library
from feesync.store.revisions import Revisions
from feesync.store.schema import open_for_reading
from feesync.store.snapshot import open_snapshot
from feesync.store.source import Source

RVU, ZIPS = RelativeValueFiles(), ZipLocality()
OCTOBER = (date(2025, 10, 1), date(2025, 12, 31))
NOVEMBER = (date(2025, 11, 1), date(2025, 12, 31))


class Simple(Dataset):
    """A dataset of the simplest kind: one file, linked from one page."""

    name = "simple"
    download = "SIMPLE"
    title = "the Simple File"


def loaded(**hashes):
    """The revisions of labels: the first hash is the current one's."""
    return {
        label: Revisions(current, OCTOBER, frozenset(others))
        for label, (current, *others) in hashes.items()
    }


def entry(label, digest):
    return CachedFile(label, digest, Path(label), 1)


@pytest.mark.parametrize(
    ("label", "of_rvu", "of_zips"),
    [("RVU25D", True, False), ("RVU24AR", True, False), ("ZIPS", False, True),
     ("rvu25d", False, False), ("RVU25D.zip", False, False), ("ABC", False, False)],
)  # fmt: skip
def test_whose_a_label_is(label, of_rvu, of_zips):
    assert (RVU.owns(label), ZIPS.owns(label)) == (of_rvu, of_zips)
    assert owner(label) == registry.DATASETS[int(of_zips)]


def test_what_a_refresh_brings():
    rvu, zips = registry.DATASETS
    assert asked_for([]) == (rvu,)
    assert asked_for(["zips"]) == (rvu, zips)
    with pytest.raises(InvalidInputError, match="^'abc' is no dataset; there are zips$"):
        asked_for(["zips", "abc"])


def test_which_checks_can_be_set_aside():
    assert read_checks(iter(["text-twin", "opps-cap-amounts", "text-twin"])) == {
        "text-twin",
        "opps-cap-amounts",
    }
    assert read_checks([]) == frozenset()
    names = [name for dataset in registry.DATASETS for name in dataset.checks()]
    with pytest.raises(InvalidInputError) as refused:
        read_checks(["text-twin", "no-such"])
    assert str(refused.value) == (
        f"'no-such' is no check that can be set aside; there are {', '.join(names)}"
    )


@pytest.mark.parametrize("dataset", [Simple(), RVU])
@pytest.mark.parametrize(
    ("digest", "current", "superseded", "needed"),
    [("new", True, False, True), ("old", False, True, True), ("other", False, False, False)],
)
def test_what_bytes_are_beside_those_of_the_database(dataset, digest, current, superseded, needed):
    label = "RVU25D"
    there = loaded(RVU25D=("new", "old", "older"), RVU25C=("c", "d"))
    offer = Offer(label, 2025, effective=OCTOBER)
    assert dataset.is_current(offer, digest, there, None) is current
    assert dataset.is_superseded(offer, digest, there) is superseded
    assert dataset.is_needed(entry(label, digest), there, None) is needed
    assert not dataset.is_current(offer, digest, {}, None)
    assert not dataset.is_superseded(offer, digest, {})
    assert not dataset.is_needed(entry(label, digest), {}, None)


def test_bytes_of_another_label_or_with_other_dates_are_not_what_is_loaded():
    there = loaded(RVU25C=("c", "d"))
    for digest in "cd":
        assert not RVU.is_current(Offer("RVU25D", 2025, effective=OCTOBER), digest, there, None)
        assert not RVU.is_superseded(Offer("RVU25D", 2025), digest, there)
        assert not RVU.is_needed(entry("RVU25D", digest), there, None)
    assert RVU.is_current(Offer("RVU25C", 2025, effective=OCTOBER), "c", there, None)
    assert not RVU.is_current(Offer("RVU25C", 2025, effective=NOVEMBER), "c", there, None)


def test_a_download_of_zips_is_current_where_all_of_its_files_are():
    files = {
        "ZIP5_OCT2025.txt": text_of([zip5_line("94110", "01112", "05")]),
        "ZIP9_OCT2025.txt": text_of([zip9_line("94110", "0001", "01112", "05")]),
    }
    data = zip_of(files)
    one, other = (sha256(file).hexdigest() for file in files.values())
    both = {"ZIP5 2025 Q4": (one,), "ZIP9 2025 Q4": (other, "before")}
    offer = Offer("ZIPS")
    assert ZIPS.is_current(offer, "", loaded(**both, more=("x",)), lambda: data)
    assert not ZIPS.is_current(offer, "", loaded(**both), None)
    assert not ZIPS.is_current(offer, "", loaded(a=(one,)), lambda: data)
    assert not ZIPS.is_current(offer, "", loaded(a=(one,), b=("x", other)), lambda: data)
    assert not ZIPS.is_current(offer, "", loaded(**both), lambda: zip_of({"a.txt": b"none"}))


def test_of_the_downloads_of_zips_the_last_is_needed():
    last = DownloadRecord("https://x/y.zip", "", "new", 1)
    assert ZIPS.is_needed(entry("ZIPS", "new"), {}, last)
    assert not ZIPS.is_needed(entry("ZIPS", "old"), loaded(a=("old",)), last)
    assert not ZIPS.is_needed(entry("ZIPS", "new"), loaded(a=("new",)), None)


def test_what_the_cache_has_downloads_of():
    files = [entry(label, "x") for label in ("RVU25D", "ZIPS", "RVU24AR", "RVU25D", "ABC")]
    assert RVU.cached_offers(files) == Offers(
        [Offer("RVU24AR", 2024), Offer("RVU25D", 2025)], "cache"
    )
    assert ZIPS.cached_offers(files) == Offers([Offer("ZIPS")], "cache")
    assert ZIPS.cached_offers(files[:1]) == Offers([], "cache")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/files/zip/zip-code-carrier-locality-file-revised-11/20/2025.zip", True),
        ("/files/zip/Zip-Code-To-Carrier-Locality-File.ZIP?x=1", True),
        ("/files/zip/zip-code-carrier-locality-file.pdf", False),
        ("/files/zip/carrier-locality-file.zip", False),
        ("/files/zip/my-zip-code-carrier-locality-file.zip", False),
    ],
)
def test_which_link_is_the_file_of_zips(address, expected):
    site = Site("https://www.cms.gov")
    assert ZIPS.is_link(f"https://www.cms.gov{address}") is expected
    assert ZIPS.page(site) == site.fee_schedules


def test_the_name_of_a_download():
    url = "https://www.cms.gov/files/zip/rvu25d.zip"
    assert RVU.download_name(url, "RVU25D") == "rvu25d.zip"
    assert RVU.download_name(url, "RVU25C") == "rvu25c.zip"
    assert Simple().download_name("https://x/files/zip/a-11/20/2025.zip", "S") == "a-11/20/2025.zip"
    assert Simple().download_name("https://x/y/last", "S") == "last"
    assert Simple().download_name("https://x/y/", "S") == "s"


def test_what_a_loose_file_is(tmp_path):
    for name, data, of_rvu, of_zips in [
        ("PPRRVU25_OCT.csv", b"", True, False),
        ("GPCI2025.csv", b"", True, False),
        ("ZIP5_OCT2025.txt", b"", False, True),
        ("any.txt", text_of([zip9_line("94110", "0001", "01112", "05")]), False, True),
        ("any.txt", text_of([zip5_line("94110", "01112", "05")]), False, True),
        ("any.txt", b"x" * 80 + b"\r\n", False, False),
    ]:
        path = tmp_path / name
        path.write_bytes(data)
        found = RVU.has_loose(path), ZIPS.has_loose(path), Simple().has_loose(path)
        assert found == (of_rvu, of_zips, False)


def test_how_large_files_may_be():
    """A zip has more than a member of it may have, and a loose file is a member."""
    assert archive.MAX_MEMBER_BYTES < archive.MAX_ZIP_BYTES
    assert RVU.most_loose_bytes == archive.MAX_MEMBER_BYTES
    assert ZIPS.most_loose_bytes == zip_locality.MAX_MEMBER_BYTES
    assert {RVU.most_bytes, ZIPS.most_bytes, Simple().most_loose_bytes} == {archive.MAX_ZIP_BYTES}


def test_which_files_go_together_and_what_changes_payments():
    assert (RVU.are_together, RVU.has_rates, RVU.has_labels, RVU.parts) == (True, True, True, 4)
    for other in (ZIPS, Simple()):
        assert (other.are_together, other.has_rates, other.has_labels, other.parts) == (
            False, False, False, 0,
        )  # fmt: skip


ADVANCES: list[int] = []


def test_a_zip_without_files_of_a_dataset(database):
    data = zip_of({"readme.txt": b"nothing"})
    options = LoadOptions()
    for dataset in (RVU, ZIPS, Simple()):
        found = dataset.load_zip(
            database, data, "a.zip", options, expected=False, progress=ADVANCES.append
        )
        assert found == []
    with pytest.raises(ContentRefusedError, match="^a.zip: holds no ZIP5 or ZIP9 file$"):
        ZIPS.load_zip(database, data, "a.zip", options, expected=True, progress=ADVANCES.append)
    for named in (options, LoadOptions("RVU25D")):  # a label says that it is a release
        with pytest.raises(ContentRefusedError, match="^a.zip: "):
            RVU.load_zip(
                database, data, "a.zip", named,
                expected=named is options, progress=ADVANCES.append,
            )  # fmt: skip
    assert not database.exists()


def test_loading_a_release_is_in_as_many_parts_as_are_said(database):
    parts: list[int] = []
    reports = RVU.load_zip(
        database, zip_of(rvu25d()), "rvu25d.zip", LoadOptions(), expected=False,
        progress=parts.append,
    )  # fmt: skip
    assert (sum(parts), [report.label for report in reports]) == (RVU.parts, ["RVU25D"])
    files = {name: data for name, data in rvu25d().items() if name in (VALUES, GPCI)}
    options = LoadOptions(force=True)
    (again,) = RVU.load_loose(database, files, options, parts.append)
    assert (again.outcome, again.label) == (Outcome.UNCHANGED, "RVU25D")


def test_a_report_as_data():
    report = LoadReport(
        "ZIP5 2025 Q4", "ZIP5.txt", Outcome.REVISION, {"ZIP5": 2}, ["a", "b"], ["c"], "2 ZIPs"
    )
    assert report.to_dict() == {
        "label": "ZIP5 2025 Q4",
        "source": "ZIP5.txt",
        "outcome": "revision",
        "rows": {"ZIP5": 2},
        "notes": ["a", "b"],
        "warnings": ["c"],
    }
    assert asdict(LoadReport("RVU25D")) == {
        "label": "RVU25D", "source": "", "outcome": "unchanged", "rows": {}, "notes": [],
        "warnings": [], "contents": "",
    }  # fmt: skip


def enquiry(selection, before=(), there=None):
    return Enquiry(selection, there or {}, frozenset(before))


def chosen(years=(), releases=(), everything=False, effective=None):
    return Selection.of(years, releases, everything=everything, this_year=2025, effective=effective)


def offers(*labels, catalogue="listing"):
    return Offers([Offer(label, 2000 + int(label[3:5])) for label in labels], catalogue)


def choice(found, asked):
    """The labels that a refresh brings, and what it hears meanwhile."""
    problems: list[tuple[str | None, str]] = []
    answer = RVU.choice(found, asked, lambda label, why: problems.append((label, why.reason)))
    return [offer.label for offer in answer], problems


LACKS = "CMS's listing lacks {}, which it had before: what else it lacks is not known"
BARE = "CMS's listing has no release of 2024 or 2025: it cannot be whole"


@pytest.mark.parametrize(
    ("there", "selection", "before", "brings", "problems"),
    [
        (["RVU25A", "RVU24D"], chosen(), [], ["RVU24D", "RVU25A"], []),
        (["RVU25A"], chosen(), ["RVU25A"], ["RVU25A"], []),
        (["RVU25A"], chosen(), ["RVU24D", "RVU25B"], ["RVU25A"], [LACKS.format("RVU24D, RVU25B")]),
        (["RVU25A"], chosen(), ["RVU22D"], ["RVU25A"], []),  # not asked for
        (["RVU25A"], chosen(), ["ZIPS", "x"], ["RVU25A"], []),  # no release
        (["RVU25A"], chosen(releases=["RVU24D"]), ["RVU24D"], [], [LACKS.format("RVU24D")]),
        (["RVU25A"], chosen(years=[2024]), ["RVU24D"], [], [LACKS.format("RVU24D")]),
        # by default CMS has releases of this year or the last
        (["RVU24D"], chosen(), [], ["RVU24D"], []),
        (["RVU25A"], chosen(), [], ["RVU25A"], []),
        (["RVU26A"], chosen(), [], ["RVU26A"], [BARE]),
        (["RVU23D"], chosen(), [], [], [BARE]),
        (["RVU23D"], chosen(), ["RVU24A"], [], [LACKS.format("RVU24A")]),
        (["RVU23D"], chosen(everything=True), [], ["RVU23D"], []),
        (["RVU23D"], chosen(years=[2023]), [], ["RVU23D"], []),
    ],
)
def test_a_listing_that_is_not_whole(there, selection, before, brings, problems):
    found = choice(offers(*there), enquiry(selection, before))
    assert found == (brings, [(None, problem) for problem in problems])
    # what is no listing of CMS's has lost nothing
    if not (selection.years or selection.labels):
        cached = choice(offers(*there, catalogue="cache"), enquiry(selection, before))
        assert cached == (brings, [])


@pytest.mark.parametrize(
    ("catalogue", "says"),
    [
        ("listing", "CMS's listing has nothing of 2020, RVU22A; of the last years it has RVU24D, "
                    "RVU25A"),
        ("cache", "the cache has nothing of 2020, RVU22A; of the last years it has RVU24D, RVU25A"),
    ],
)  # fmt: skip
def test_what_is_not_offered_is_refused_with_what_is(catalogue, says):
    there = offers("RVU25A", "RVU24D", "RVU23D", catalogue=catalogue)
    asked = enquiry(chosen(years=[2020, 2025], releases=["RVU22A", "RVU25A"]))
    with pytest.raises(InvalidInputError) as refused:
        choice(there, asked)
    assert str(refused.value) == says
    with pytest.raises(InvalidInputError, match="of the last years it has nothing$"):
        choice(offers("RVU23D", catalogue=catalogue), asked)


def test_what_is_not_pinned_may_be_on_the_listing_that_cannot_be_read():
    there = offers("RVU25A", catalogue="pinned")
    assert choice(there, enquiry(chosen(years=[2025], releases=["RVU22A"]))) == (
        ["RVU25A"],
        [(None, "feesync's own catalogue has nothing of RVU22A")],
    )


def dated(offer, asked):
    (answer,) = RVU.choice(Offers([offer], "pinned"), asked, lambda *_: None)
    return answer


def test_the_dates_of_an_offer():
    """Those that are known, else those given, else those it was loaded with."""
    given = (date(2029, 3, 10), date(2029, 3, 31))
    later = (date(2029, 3, 11), date(2029, 3, 31))
    new = Offer("RVU29AR", 2029)
    own = {"RVU29AR": Revisions("x", later, frozenset())}
    named = chosen(releases=["RVU29AR"], effective=given)
    everything = chosen(everything=True)
    assert dated(Offer("RVU25D", 2025), enquiry(everything)).effective == OCTOBER
    assert dated(Offer("RVU25D", 2025), enquiry(everything, there=loaded(RVU25D=("x",))))
    assert dated(new, enquiry(named)) == replace(new, effective=given)
    assert dated(new, enquiry(named, there=own)) == replace(new, effective=given)
    assert dated(new, enquiry(everything, there=own)) == replace(new, effective=later)
    unknown = dated(new, enquiry(everything))
    assert (unknown.effective, unknown.obstacle.hint.kind, unknown.obstacle.hint.label) == (
        None, HintKind.GIVE_DATES, "RVU29AR",
    )  # fmt: skip
    strange = dated(Offer("RVU 29 (new)", 2029, is_label=False), enquiry(everything, there=own))
    assert (strange.effective, strange.obstacle.hint.kind) == (None, HintKind.IMPORT_AS_LABEL)
    assert strange.obstacle.reason == (
        "CMS lists it for 2029, but feesync does not know its dates of effect: not loaded"
    )


def test_releases_come_in_the_order_of_their_dates():
    """Without dates a release comes last in its year."""
    there = offers("RVU25D", "RVU25AR", "RVU25B", "RVU24D", "RVU24AR", "RVU24A", "RVU25A")
    assert choice(there, enquiry(chosen(years=[2024, 2025]))) == (
        ["RVU24A", "RVU24AR", "RVU24D", "RVU25A", "RVU25B", "RVU25D", "RVU25AR"],
        [],
    )


NO_QPP = rvu26d(**{"PPRRVU2026_Oct_QPP.csv": None})


@pytest.mark.parametrize(
    ("label", "members", "dates", "note"),
    [
        ("RVU26D", NO_QPP, None, "no QPP file: the qp factor is feesync's reference data"),
        # of a label that the catalogue lacks no factor is known
        ("RVU26DR", NO_QPP, (date(2026, 11, 1), date(2026, 12, 31)), "no QPP file: no qp factor"),
        ("RVU26D", rvu26d(), None, ""),
        ("RVU25D", rvu25d(), None, ""),
    ],
)
def test_where_the_factor_of_qualifying_participants_is_from(database, label, members, dates, note):
    parsed = from_zip(zip_of(members), "a.zip", label)
    report = load(database, parsed, dates=dates, allow_change=True)
    assert [line for line in report.notes if "QPP" in line] == ([note] if note else [])


def test_what_status_says_of_a_release(loaded, sql):
    """Its line is whole: label, days, factor, minute of loading, hash, source."""
    ((sha256_, loaded_at),) = sql("SELECT sha256, loaded_at FROM release")
    ((factor,),) = sql("SELECT factor FROM conversion_factor")
    library = Library(str(loaded), Source(open_for_reading(loaded), embedded=False), embedded)
    said = RVU.describe(library)
    assert said.key == "releases"
    assert said.line == ""
    assert said.table.columns == (
        "Release", "From", "To", "Factor", "Loaded (UTC)", "sha256", "Source",
    )  # fmt: skip
    assert said.table.cut == ("Source",)
    assert factor == 323_465
    assert [tuple(map(str, row)) for row in said.table.rows] == [
        ("RVU25D", "2025-10-01", "2025-12-31", "32.3465", loaded_at[:16].replace("T", " "),
         sha256_[:12], "rvu25d.zip"),
    ]  # fmt: skip
    (remark,) = said.table.remarks
    assert remark.startswith("Embedded snapshot, for the facet joint codes: RVU20A, ")
    assert "RVU25D" not in remark
    assert [item["label"] for item in said.items if not item["embedded"]] == ["RVU25D"]


def embedded():
    return Source(open_snapshot(), embedded=True)


def test_what_status_says_of_the_files_of_zips(database):
    zip9 = zip_locality.parse(text_of([zip9_line("94110", "0001", "01112", "05")]), "ZIP9_OCT.txt")
    load_zip_files(database, [zip9], allow_change=True)
    library = Library(str(database), Source(open_for_reading(database), embedded=False), embedded)
    said = ZIPS.describe(library)
    assert (said.key, said.table) == ("zip_files", None)
    assert said.line == ("ZIP to locality: ZIP5 2025 Q4 (embedded), ZIP9 2025 Q4 (ZIP9_OCT.txt)")
    assert [item["kind"] for item in said.items] == ["ZIP5", "ZIP9"]
    nothing = Library(str(database), None, embedded)
    assert ZIPS.describe(nothing).line == "ZIP to locality: ZIP5 2025 Q4 (embedded)"
    assert list(RVU.describe(nothing).table.rows) == []


def rows_in(database):
    with closing(sqlite3.connect(database)) as connection:
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr)
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM relative_value WHERE hcpcs = '64493'",
        "UPDATE locality SET pe_gpci = 1 WHERE mac = '01112'",
        "UPDATE locality_counties SET counties = 'NOWHERE'",
        "DELETE FROM source_file",
        "UPDATE opps_relative_value SET mp_rvu = 1",
        "DELETE FROM checksum WHERE part = '64493'",
        "INSERT INTO checksum SELECT release_id, '99999', 1 FROM checksum WHERE part = '64493'",
    ],
)
def test_damaged_rows_of_a_release_are_loaded_anew(loaded, change):
    before = rows_in(loaded)
    with closing(sqlite3.connect(loaded)) as connection:
        connection.execute(change)
        connection.commit()
    assert rows_in(loaded) != before
    parsed = from_zip(zip_of(rvu25d()), "rvu25d.zip")
    assert load(loaded, parsed).outcome is Outcome.REPAIRED
    assert rows_in(loaded) == before
    assert load(loaded, parsed).outcome is Outcome.UNCHANGED


def test_counties_of_localities_that_are_none(database):
    strange = fixture(COUNTIES).replace(b"\n1112,", b"\n1113,", 3)
    assert strange.count(b"\n1113,") == 3
    sound = load(database, from_zip(zip_of(rvu25d()), "a.zip"))
    assert not [note for note in sound.notes if "county" in note]
    report = load(database, from_zip(zip_of(rvu25d(counties=strange)), "b.zip"))
    assert [note for note in report.notes if "county" in note] == [
        "3 county rows name a locality that the GPCI file lacks"
    ]


def test_how_many_rows_of_each_kind_were_loaded(database, sql):
    report = load(database, from_zip(zip_of(rvu26d()), "rvu26d.zip"), allow_change=True)
    expected: dict[str, int] = {}
    for kind, count in sql("SELECT kind, rows FROM source_file"):
        expected[kind] = expected.get(kind, 0) + count
    values = [name for name in rvu26d() if name.startswith("PPRRVU")]
    rows = sum(line[:5].isalnum() for name in values for line in fixture(name).splitlines())
    assert report.rows == expected
    assert report.rows["GPCI"] == 109
    assert len(values) == 2 < report.rows["relative values"] <= rows
    assert sql("SELECT work_gpci, pe_gpci, mp_gpci, state, name FROM locality LIMIT 1") == [
        (1000, 1000, 1000, None, "National")
    ]


@pytest.mark.parametrize(
    ("selection", "says"),
    [
        (dict(releases=["RVU29AR"], effective=("2029-03-31", "2029-03-10")),
         "RVU29AR is not in effect from 2029-03-31 to 2029-03-10"),
        (dict(releases=["RVU29AR"], effective=("2028-03-10", "2029-03-31")),
         "RVU29AR is not in effect from 2028-03-10 to 2029-03-31"),
        (dict(releases=["RVU29AR"], effective=("2029-03-10", "2030-03-31")),
         "RVU29AR is not in effect from 2029-03-10 to 2030-03-31"),
        (dict(releases=["RVU25D"], effective=("2025-10-01", "2025-12-30")),
         "RVU25D is in effect from 2025-10-01 to 2025-12-31, not as given"),
        (dict(releases=["RVU25D", "RVU25C"], effective=("2025-10-01", "2025-12-31")),
         "dates of effect go with one release by name"),
        (dict(releases=["RVU25D"], years=[2025], effective=("2025-10-01", "2025-12-31")),
         "dates of effect go with one release by name"),
        (dict(everything=True, effective=("2025-10-01", "2025-12-31")),
         "dates of effect go with one release by name"),
        (dict(effective=("2025-10-01", "2025-12-31")),
         "dates of effect go with one release by name"),
        (dict(releases=["RVU29AR"], effective=("2029-03-10",)),
         "effective is two days, the first and the last of effect"),
        (dict(everything=True, years=[2025]),
         "all releases, and some of them by year or name, exclude each other"),
        (dict(everything=True, releases=["RVU25D"]),
         "all releases, and some of them by year or name, exclude each other"),
    ],
)  # fmt: skip
def test_what_cannot_be_selected(selection, says):
    with pytest.raises(InvalidInputError) as refused:
        chosen(**selection)
    assert str(refused.value) == says


def test_dates_that_are_selected():
    one_day = (date(2029, 3, 10), date(2029, 3, 10))
    assert chosen(releases=["RVU29AR"], effective=("2029-03-10", "2029-03-10")).effective == one_day
    assert chosen(releases=["RVU25D"], effective=OCTOBER).effective == OCTOBER
    assert chosen(years=[2015]).since is None
    assert chosen(everything=True).since == 2015
    assert chosen().since == 2024
    with pytest.raises(InvalidInputError, match="^effective "):
        chosen(releases=["RVU25D"], effective=(5, "2025-12-31"))
