"""Where lines were furnished and by whom: by practitioner, by claim, or the same for all."""

from decimal import Decimal
from typing import Any

import pytest
from remits import X12, claim, remit, service

from feesync import InvalidInputError, LocalityError, audit, estimate, estimate_claim
from feesync.remittance.billing import billed_claims
from feesync.x12.submitted import submissions

D = Decimal
HERE, MANHATTAN = D("222.87"), D("100.53")
NPI, OTHER = "1234567893", "1999999976"


def table(tmp_path, text, name="table.csv"):
    path = tmp_path / name
    path.write_text(text)
    return path


def lines_of(path, **arguments):
    return audit(path, **arguments).lines


@pytest.fixture
def two(tmp_path):
    """A claim each of two practitioners."""
    return remit(
        tmp_path / "two.835",
        claim(service("64493", "222.87"), number="A", npi=NPI),
        claim(service("64493", "100"), number="B", npi=OTHER),
    )


class TestProviders:
    """A table of practitioners."""

    def test_each_has_a_place_a_kind_and_a_participation(self, tmp_path, two):
        text = f"NPI,MAC,Locality,Credential,Nonpar\n{NPI},1112,5,MD,no\n{OTHER},13202,1,NP,yes\n"
        lines = lines_of(two, providers=table(tmp_path, text))
        other = estimate(
            "64493", locality="13202-01", pos=11, date="2025-11-03", practitioner="np", nonpar=True
        )
        assert {(line.locality, line.practitioner, line.expected) for line in lines} == {
            ("05", "physician", HERE),
            ("01", "np", other.allowed),
        }

    def test_participation_alone_makes_a_difference(self, tmp_path, two):
        text = f"npi,nonpar\n{NPI},no\n{OTHER},yes\n"
        lines = lines_of(two, providers=table(tmp_path, text), locality="01112-05")
        assert {line.expected for line in lines} == {HERE, D("211.73")}  # 95 %, half up

    def test_a_zip_is_a_place(self, tmp_path, two):
        text = f"npi,zip\n{NPI},94110\n{OTHER},1001\n"  # of Massachusetts, without its zero
        assert {line.mac for line in lines_of(two, providers=table(tmp_path, text))} == {
            *("01112", "14212"),
        }

    def test_one_who_is_not_in_it_has_no_place(self, tmp_path, two):
        lines = lines_of(two, providers=table(tmp_path, f"npi,locality\n{NPI},01112-05\n"))
        assert [(line.status, line.reason) for line in lines] == [
            *(("right", None), ("not-audited", "missing-locality")),
        ]

    def test_or_the_place_of_all(self, tmp_path, two):
        text = f"npi,locality\n{OTHER},13202-01\n"
        lines = lines_of(two, providers=table(tmp_path, text), locality="01112-05")
        assert {(line.locality, line.mac) for line in lines} == {("05", "01112"), ("01", "13202")}

    def test_what_it_leaves_open_is_what_all_have(self, tmp_path, two):
        text = f"npi,practitioner,nonpar\n{NPI},MD,par\n{OTHER},,\n"
        lines = lines_of(
            two,
            providers=table(tmp_path, text),
            locality="01112-05",
            practitioner="np",
            nonpar=True,
        )
        by_kind = {line.practitioner: line.expected for line in lines}
        whole: dict[str, Any] = {"locality": "01112-05", "pos": 11, "date": "2025-11-03"}
        nonpar_np = estimate("64493", **whole, practitioner="np", nonpar=True).allowed
        assert by_kind == {"physician": HERE, "np": nonpar_np}

    def test_who_rendered_it_goes_before_who_is_paid(self, tmp_path, two):
        text = f"npi,locality\n1999999984,13202-01\n{NPI},01112-05\n"
        lines = lines_of(two, providers=table(tmp_path, text))
        assert {(line.expected, line.mac) for line in lines if line.allowed == HERE} == {
            (HERE, "01112"),
        }
        assert {line.mac for line in lines} == {"01112", "13202"}

    def test_what_who_rendered_it_leaves_open_is_not_that_of_who_is_paid(self, tmp_path, two):
        text = f"npi,locality,practitioner\n{NPI},01112-05,\n1999999984,01112-05,np\n"
        lines = lines_of(two, providers=table(tmp_path, text))
        assert {line.practitioner for line in lines if line.allowed == HERE} == {"physician"}

    def test_who_is_paid_where_nobody_else_is_known(self, tmp_path):
        path = remit(tmp_path / "a.835", claim(service("64493", "222.87"), npi=""))
        providers = table(tmp_path, "npi,locality\n1999999984,01112-05\n")
        (line,) = lines_of(path, providers=providers)
        assert line.status == "right"

    def test_a_place_that_is_unknown_is_told_before_a_file_is_read(self, tmp_path):
        providers = table(tmp_path, f"npi,locality\n{NPI},Atlantis\n")
        with pytest.raises(LocalityError, match=r"^table\.csv, row 2: no locality <locality>"):
            audit(tmp_path / "absent.835", providers=providers)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("DOE,AL\nx,y\n", "table.csv: the first row names no column npi; beside it there may"),
            ("npi,place\n12,AL\n", "table.csv, row 2: column npi: it has no NPI"),
            (f"npi\n{NPI}\n{NPI}\n", "table.csv, row 3: column npi: it has an NPI that a row"),
            (f"npi,kind\n{NPI},wizard\n", "row 2: column practitioner: it is none of physician"),
            (f"npi,nonpar\n{NPI},maybe\n", "row 2: column nonpar: it is neither yes nor no"),
        ],
    )
    def test_what_cannot_be_read(self, tmp_path, two, text, reason):
        with pytest.raises(InvalidInputError) as raised:
            audit(two, providers=table(tmp_path, text))
        assert reason in str(raised.value)
        assert not {NPI, "wizard", "maybe", "DOE"} & {*str(raised.value).replace("'", " ").split()}

    def test_a_line_may_be_of_another_than_its_claim(self, tmp_path):
        charge, paid, patient, segments = service("64493", "222.87", "9999")
        own = charge, paid, patient, [*segments, f"REF*HPI*{OTHER}"]
        path = remit(tmp_path / "a.835", claim(service("64635", "10", "9999"), own))
        providers = table(tmp_path, f"npi,place,kind\n{NPI},CA-05,\n{OTHER},CA-05,np\n")
        day: dict[str, Any] = {"locality": "01112-05", "pos": 11, "date": "2025-11-03"}
        assert {
            (line.practitioner, line.expected) for line in lines_of(path, providers=providers)
        } == {
            ("physician", estimate("64635", **day).allowed),
            ("np", estimate("64493", **day, practitioner="np").allowed),
        }


class TestClaims:
    """The claims as billed."""

    @pytest.mark.parametrize("other", [NPI, OTHER])
    def test_lines_of_two_practitioners_are_not_ranked_together(self, tmp_path, other):
        codes = ("64635", "64493")
        day: dict[str, Any] = {"locality": "01112-05", "pos": 11, "date": "2025-11-03"}
        alone = [estimate(code, **day).allowed for code in codes]
        together = [line.allowed for line in estimate_claim(codes, **day).lines]
        lines = [service(code, "10", "9999", number=code) for code in codes]
        text = f"claim,line,npi,place\nCLAIM1,64635,{NPI},CA-05\nCLAIM1,64493,{other},CA-05\n"
        shown = lines_of(remit(tmp_path / "a.835", claim(*lines)), claims=table(tmp_path, text))
        expected = {line.hcpcs: line.expected for line in shown}
        assert alone != together
        assert [expected[code] for code in codes] == (together if other == NPI else alone)

    def test_an_837p_has_the_place_of_each(self):
        lines = lines_of(X12 / "base.835", claims=X12 / "base.837")
        # 94110 is 01112-05, and 90001 01182-18
        los_angeles = estimate("64493-RT", locality="90001", pos=24, date="2025-11-03").allowed
        assert {
            (line.claim, line.line, line.mac, line.locality, line.expected) for line in lines
        } == {
            ("C000001", "1", "01112", "05", D("334.31")),
            ("C000001", "2", "01112", "05", D("166.49")),
            ("C000002", "1", "01182", "18", los_angeles),
        }

    @pytest.mark.parametrize("name", ["crlf", "no_newlines"])
    def test_whatever_is_between_its_segments(self, name):
        result = audit(X12 / "base.835", claims=[X12 / f"{name}.837"])
        assert {line.mac for line in result.lines} == {"01112", "01182"}
        assert [(file.claims, file.findings) for file in result.claim_files] == [(2, ())]

    @pytest.mark.parametrize(
        ("digits", "place"),
        [
            ("94110", "ZIP 94110"),
            ("941101234", "ZIP 94110-1234"),
            ("941100000", "ZIP 94110"),
            ("941109998", "ZIP 94110"),
            ("", ""),
        ],
    )
    def test_the_zip_of_an_837p(self, digits, place):
        (submission,) = submissions(X12 / "base.837")
        first = submission.claims[0]._replace(zip_code=digits)
        billed = billed_claims([first])
        assert {each.rendering.locality for each in billed.values()} == {place}

    def test_a_claim_that_is_billed_again_is_as_it_was_last(self):
        (submission,) = submissions(X12 / "base.837")
        first = submission.claims[0]
        found = billed_claims([first, first._replace(pos="24", lines=())])
        assert found["MADE0001", None].rendering.pos == "24"

    def test_one_number_of_two_visits(self, tmp_path):
        """Each visit is where it was billed for its day."""
        one = X12.joinpath("base.837").read_text()
        lines = one.replace("MADE0002", "MADE0001").replace("20251103", "20251104")
        first = table(tmp_path, one, "first.837")
        again = table(tmp_path, lines.replace("94110", "10001"), "again.837")
        for files in ([first, again], [again, first]):
            result = audit(X12 / "base.835", claims=files)
            assert {line.mac for line in result.lines if line.code == "64493-50"} == {"01112"}
            assert [file.claims for file in result.claim_files] == (
                [2, 1] if files[0] is first else [1, 2]
            )

    @pytest.mark.parametrize(
        ("second", "pos", "reason"),
        [("01112-05", "24", None), ("13202-01", "24", "missing-locality")],
    )
    def test_a_line_without_a_row_has_what_all_rows_agree_on(self, tmp_path, second, pos, reason):
        text = f"claim,line,place,pos\nCLAIM1,A,01112-05,24\nCLAIM1,B,{second},24\n"
        path = remit(tmp_path / "a.835", claim(service("64493", "103.99", number="Z")))
        (line,) = lines_of(path, claims=table(tmp_path, text))
        assert (line.pos, line.reason) == (pos, reason)

    def test_a_table(self, tmp_path):
        text = "Claim ID,Line,ZIP,POS\nMADE0001,,94110,11\nMADE0002,1,10001,24\n"
        lines = lines_of(X12 / "base.835", claims=table(tmp_path, text))
        assert {(line.hcpcs, line.mac, line.expected, line.status) for line in lines} == {
            ("64493", "01112", D("334.31"), "underpaid"),
            ("64494", "01112", D("166.49"), "right"),
            ("64493", "13202", MANHATTAN, "right"),
        }

    @pytest.mark.parametrize(
        ("rows", "macs"),
        [
            ("MADE0001,2,01112-05\nMADE0001,,13202-01\n", {"13202", "01112"}),
            ("MADE0001,9,13202-01\nMADE0001,8,13202-01\n", {"13202"}),
            ("MADE0001,9,13202-01\nMADE0001,8,01112-05\n", set()),
        ],
    )
    def test_a_line_without_a_row_is_that_of_its_claim(self, tmp_path, rows, macs):
        lines = lines_of(X12 / "base.835", claims=table(tmp_path, f"claim,line,place\n{rows}"))
        assert {line.mac for line in lines if line.mac} == macs

    def test_a_line_has_its_own_place_of_service(self, tmp_path):
        text = "claim,line,place,pos\nMADE0001,1,01112-05,24\nMADE0001,2,01112-05,11\n"
        lines = lines_of(X12 / "base.835", claims=table(tmp_path, text))
        assert {(line.code, line.pos, line.expected) for line in lines if line.expected} == {
            ("64493-50", "24", D("155.99")),
            ("64494-50", "11", D("166.49")),
        }

    def test_a_claim_that_was_not_billed_has_no_place(self, tmp_path):
        text = "claim,locality\nMADE0001,01112-05\n"
        lines = lines_of(X12 / "base.835", claims=table(tmp_path, text))
        assert [line.reason for line in lines] == [None, None, "missing-locality"]

    def test_the_place_of_service_of_a_payer_that_sends_none(self, tmp_path):
        path = remit(tmp_path / "a.835", claim(service("64493", "222.87"), pos=""))
        (line,) = lines_of(
            path, claims=table(tmp_path, "claim,pos\nCLAIM1,11\n"), locality="01112-05"
        )
        assert (line.status, line.pos) == ("right", "11")

    def test_the_practitioner_of_a_billed_claim(self, tmp_path):
        path = remit(tmp_path / "a.835", claim(service("64493", "222.87"), npi=""))
        (line,) = lines_of(
            path,
            claims=table(tmp_path, f"claim,npi\nCLAIM1,{OTHER}\n"),
            providers=table(tmp_path, f"npi,place\n{OTHER},01112-05\n", "npi.csv"),
        )
        assert line.status == "right"

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("X9,X9\nx,y\n", "table.csv: the first row names no column claim_id; beside it"),
            ("claim,pos\n,11\nX,11\n", "table.csv, row 2: column claim_id: it has no claim number"),
            (
                "claim,line\nX9,1\nX9,1\n",
                "row 3: columns claim_id and line: a row above has",
            ),
        ],
    )
    def test_what_cannot_be_read(self, tmp_path, text, reason):
        with pytest.raises(InvalidInputError) as raised:
            audit(X12 / "base.835", claims=table(tmp_path, text))
        assert reason in str(raised.value)
        assert "X9" not in str(raised.value)
