import os
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from operator import mul, ne

import pytest
from cms_files import CAPS, GPCI, VALUES, fixture, quarter, repriced, rows_of, zip_of
from payment_files import ALASKA, TRAILER, alaska, record

import feesync
from feesync.datasets.rvu.load import load
from feesync.errors import (
    ContentRefusedError,
    ExitStatus,
    Hint,
    HintKind,
    InvalidInputError,
    NoPriceError,
    NoReleaseError,
    StoreError,
)
from feesync.formats.release import from_zip
from feesync.store.checksums import seal_shared

CENT = Decimal("0.01")


@pytest.fixture
def put(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def counts(report):
    return report.equal, report.different, report.not_loaded, report.status


def test_published_dollars_are_equal(put):
    report = feesync.verify([put("PFREV25D.txt", alaska())])
    assert counts(report) == (6, 0, 0, ExitStatus.OK)
    (file,) = report.files
    assert (file.file, file.release, file.basis, file.records, file.keys) == (
        "PFREV25D.txt",
        "RVU25D",
        "nonqp",
        3,
        3,
    )
    assert file.differences == ()


def test_one_cent_is_a_difference_with_both_numbers(put):
    report = feesync.verify([put("PFREV25D.txt", alaska(c64494=("107.08", "65.13")))])
    assert counts(report) == (5, 1, 0, ExitStatus.REFUSED)
    assert report.files[0].differences == (
        feesync.Difference(
            "64494", "", "02102", "01", "facility", Decimal("65.13"), Decimal("65.12")
        ),
    )


def test_another_year_by_the_name(put):
    ohio = record("15202-00", "64493", "168.09", "90.49", year=2020)  # published by CMS
    assert counts(feesync.verify([put("PFALL20A.txt", ohio + TRAILER)])) == (2, 0, 0, ExitStatus.OK)


def test_several_files_and_a_label_that_decides(put):
    paths = [
        put("alaska.txt", alaska()),
        str(put("PFREV25A.txt", alaska(c64493=("1.00", "113.53")))),
    ]
    report = feesync.verify(paths, release="25d")
    assert [(file.file, file.release, file.equal, file.different) for file in report.files] == [
        ("alaska.txt", "RVU25D", 6, 0),
        ("PFREV25A.txt", "RVU25D", 5, 1),
    ]
    assert (report.amounts, report.status) == (12, ExitStatus.REFUSED)


def test_a_key_that_stands_twice_counts_once(put):
    twice = (
        alaska()
        + "".join(record("02102-01", code, *pair, modifier=" ") for code, pair in ALASKA.items())
        + TRAILER
    )
    report = feesync.verify([put("PFREV25D.txt", twice)])
    assert counts(report) == (6, 0, 0, ExitStatus.OK)
    assert (report.files[0].records, report.files[0].keys) == (6, 3)


def test_a_key_that_stands_twice_with_other_amounts_is_refused(put):
    twice = (
        alaska()
        + record("02102-01", "64494", "107.08", "65.13", modifier=" ")
        + record("02102-01", "64493", "1.00", "1.00")
    )
    with pytest.raises(ContentRefusedError) as error:
        feesync.verify([put("PFREV25D.txt", twice)])
    assert (
        str(error.value)
        == "PFREV25D.txt, line 5: 64494 in 02102-01 stands in line 2 with other amounts"
    )


def test_what_the_snapshot_lacks_is_not_loaded(put):
    text = (
        alaska()
        + record("02102-01", "71046", "9.00", "9.00", modifier="26")
        + record("99999-01", "64493", "1.00", "1.00")
    )
    report = feesync.verify([put("PFREV25D.txt", text)])
    assert counts(report) == (6, 0, 4, ExitStatus.NO_PRICE)
    (file,) = report.files
    assert file.embedded
    assert (file.missing_codes, file.missing_localities) == ((1, ("71046-26",)), (1, ("99999-01",)))


def test_a_difference_outweighs_what_is_not_loaded(put):
    text = alaska(c64493=("1.00", "1.00")) + record("02102-01", "71046", "9.00", "9.00")
    assert counts(feesync.verify([put("PFREV25D.txt", text)])) == (4, 2, 2, ExitStatus.REFUSED)


def test_a_release_that_is_not_loaded(put):
    with pytest.raises(NoReleaseError, match=r"^PFREV26B\.txt: RVU26B is not loaded") as error:
        feesync.verify([put("PFREV26B.txt", alaska())])
    assert error.value.hint == Hint(HintKind.LOAD_RELEASE, "RVU26B")


def test_the_database_answers_for_the_labels_that_it_holds(put, database):
    load(database, from_zip(quarter("D", values=repriced("64493", "3.74", "5.42")), "rvu25d.zip"))
    # 64493 of the loaded RVU25D has a practice expense that is 0.10 higher, and so is not as
    # published
    report = feesync.verify([put("PFREV25D.txt", alaska())])
    assert [
        (difference.code, difference.setting) for difference in report.files[0].differences
    ] == [("64493", "nonfacility")]
    assert not report.files[0].embedded
    assert counts(feesync.verify([put("PFREV25C.txt", alaska())])) == (
        6,
        0,
        0,
        ExitStatus.OK,
    )  # the snapshot's


def formula(hcpcs, modifier, gpcis):
    """Both fees of the small RVU25D before the cap, from the cells of its files."""
    row = next(row for row in rows_of(fixture(VALUES)) if row[:2] == [hcpcs, modifier])
    work, nonfacility, facility, mp = (Decimal(row[column]) for column in (5, 6, 8, 10))
    return tuple(
        str(
            (sum(map(mul, (work, pe, mp), gpcis)) * Decimal("32.3465")).quantize(
                CENT, ROUND_HALF_UP
            )
        )
        for pe in (nonfacility, facility)
    )


def test_the_fees_before_the_opps_cap_are_compared(put, loaded):
    places = {
        (row[0], row[2].zfill(2)): [Decimal(cell) for cell in row[4:7]]
        for row in rows_of(fixture(GPCI))[3:112]
    }
    before, after, cut = "", "", 0
    for hcpcs, modifier, status, mac, locality, *caps in rows_of(fixture(CAPS))[1:]:
        if status == "A" and (mac, locality) in places:
            fees, capped = (
                formula(hcpcs, modifier, places[mac, locality]),
                tuple(reversed(caps)),
            )  # the facility stands first
            before += record(f"{mac}-{locality}", hcpcs, *fees, modifier=modifier)
            after += record(f"{mac}-{locality}", hcpcs, *capped, modifier=modifier)
            cut += sum(map(ne, fees, capped))
    records = before.count("\n")
    assert cut > records > 100
    assert counts(feesync.verify([put("PFREV25D.txt", before + TRAILER)])) == (
        2 * records,
        0,
        0,
        ExitStatus.OK,
    )
    assert feesync.verify([put("PFREV25D.txt", after)]).different == cut


def test_the_basis_is_in_the_names_or_forced(put):
    # national RVUs of 64493 in 2026: 1.48 + 4.08 (0.82) + 0.14
    totals = Decimal("5.70"), Decimal("2.44")
    qp = [str((total * Decimal("33.5675")).quantize(CENT, ROUND_HALF_UP)) for total in totals]
    files = {
        "QP": record("00000-00", "64493", *qp, year=2026),
        "nonQP": record("00000-00", "64493", "190.39", "81.50", year=2026),
    }
    inner = {
        f"PFREV26C/PFREV26C_{basis}.zip": zip_of({"PFALL26C.txt": text.encode()})
        for basis, text in files.items()
    }
    both = feesync.verify([put("pfrev26c.zip", zip_of(inner))])
    assert [(file.basis, file.equal, file.different) for file in both.files] == [
        ("qp", 2, 0),
        ("nonqp", 2, 0),
    ]
    silent = put("PFALL26C.txt", files["QP"])
    (taken,), (forced,) = feesync.verify([silent]).files, feesync.verify([silent], qp=True).files
    assert [(file.basis, file.equal, file.basis_named) for file in (taken, forced)] == [
        ("nonqp", 0, False),
        ("qp", 2, True),
    ]


def test_before_2026_there_is_one_factor(put):
    assert counts(feesync.verify([put("PFREV25D_QP.txt", alaska())], qp=True)) == (
        6,
        0,
        0,
        ExitStatus.OK,
    )


def test_records_of_another_year_than_the_release(put):
    with pytest.raises(
        ContentRefusedError,
        match="PFREV25D.txt, line 1: the record is of '2025', the release of 2024",
    ):
        feesync.verify([put("PFREV25D.txt", alaska())], release="RVU24C")


def test_every_difference_is_told_and_the_first_are_kept(put):
    told = []
    report = feesync.verify(
        [put("PFREV25D.txt", alaska(c64493=("1.00", "2.00"), c64495=("3.00", "65.79")))],
        most=2,
        each=lambda *difference: told.append(difference),
    )
    assert [
        (file, release, difference.code, difference.published) for file, release, difference in told
    ] == [
        ("PFREV25D.txt", "RVU25D", "64493", Decimal("1.00")),
        ("PFREV25D.txt", "RVU25D", "64493", Decimal("2.00")),
        ("PFREV25D.txt", "RVU25D", "64495", Decimal("3.00")),
    ]
    assert report.files[0].differences == tuple(difference for _, _, difference in told[:2])
    assert report.different == 3


def test_a_damaged_zip_is_refused_though_its_records_read_well(put):
    data = zip_of({"PFREV25D.txt": alaska().encode()})
    entry = data.index(b"PK\x01\x02")
    checksum = bytes(byte ^ 0xFF for byte in data[entry + 16 : entry + 20])
    damaged = data[: entry + 16] + checksum + data[entry + 20 :]
    assert counts(feesync.verify([put("PFREV25D.zip", data)])) == (6, 0, 0, ExitStatus.OK)
    with pytest.raises(
        ContentRefusedError, match=r"PFREV25D.zip: PFREV25D.txt is damaged \(Bad CRC-32"
    ):
        feesync.verify([put("PFREV25D.zip", damaged)])


def test_progress_runs_to_the_end(put):
    shares = []
    feesync.verify(
        [put("PFREV25D.txt", alaska())], progress=lambda name, share: shares.append((name, share))
    )
    assert shares[-1] == ("PFREV25D.txt", 1.0)


def test_what_cannot_be_asked(put, tmp_path, database):
    with pytest.raises(InvalidInputError, match="paths is a list"):
        feesync.verify("PFREV25D.txt")
    with pytest.raises(InvalidInputError, match="a payment file is a path, not int"):
        feesync.verify([1])  # type: ignore[list-item]
    with pytest.raises(InvalidInputError, match="most .* is not a number of differences"):
        feesync.verify([], most=-1)
    with pytest.raises(InvalidInputError, match="not a release label"):
        feesync.verify([], release="26")
    with pytest.raises(ContentRefusedError, match=r"none.txt: cannot be read: No such file"):
        feesync.verify([tmp_path / "none.txt"])
    with pytest.raises(ContentRefusedError, match="cannot be read: Is a directory"):
        feesync.verify([tmp_path])
    database.write_bytes(b"not a database, whatever its name says")
    with pytest.raises(StoreError):
        feesync.verify([put("PFREV25D.txt", alaska())])


def test_a_release_without_a_qp_factor(put, loaded):
    import sqlite3

    connection = sqlite3.connect(loaded)
    with connection:
        connection.execute("UPDATE edition SET label = 'RVU26D', year = 2026")
        seal_shared(connection)
    connection.close()
    with pytest.raises(NoPriceError, match="RVU26D was loaded without its QPP file"):
        feesync.verify([put("PFREV26D.txt", alaska())], qp=True)


def test_the_name_is_a_function_whatever_was_imported_before():
    script = (
        "import feesync.cli.commands.verify, feesync\nfrom feesync import "
        "verify\nprint(callable(verify), callable(feesync.verify))"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        ).stdout
        == "True True\n"
    )


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells the peak in /proc")
def test_memory_does_not_grow_with_the_file(put, tmp_path):
    path = tmp_path / "PFALL25D.txt"
    codes = [f"A{number:04d}" for number in range(2000)]
    with path.open("w") as file:
        file.writelines(
            record(f"{mac:05d}-00", code, "1.00", "2.00") for mac in range(100) for code in codes
        )
    script = (
        "import feesync, re\n"
        f"report = feesync.verify([{str(path)!r}])\n"
        "print(report.not_loaded, re.search(r'VmHWM:\\s+(\\d+) kB', "
        "open('/proc/self/status').read())[1])"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ
    )
    not_loaded, kibibytes = map(int, run.stdout.split())
    assert not_loaded == 400_000
    assert (
        kibibytes < 60_000
    )  # the interpreter and the snapshot alone are 25,000; the records as objects over 100,000 more


def test_a_file_of_more_localities_than_cms_ever_had(put, monkeypatch):
    monkeypatch.setattr("feesync.verification.payments.MOST_LOCALITIES", 3)
    monkeypatch.setattr("feesync.verification.recompute.MOST_LOCALITIES", 3)
    places = [f"0210{number}-01" for number in range(4)]
    assert feesync.verify(
        [
            put(
                "PFREV25D.txt",
                "".join(record(place, "64493", "1.00", "1.00") for place in places[:3]),
            )
        ]
    ).files
    with pytest.raises(
        ContentRefusedError, match=r"PFREV25D\.txt: has payments of more than 3 localities"
    ):
        feesync.verify(
            [
                put(
                    "PFREV25D.txt",
                    "".join(record(place, "64493", "1.00", "1.00") for place in places),
                )
            ]
        )


def test_a_record_of_many_lines_is_bounded(put):
    with pytest.raises(
        ContentRefusedError, match="line 251: has a row of more than 1,000 characters"
    ):
        feesync.verify([put("PFREV25D.txt", '"\n' + '","\n' * 1_000)])
