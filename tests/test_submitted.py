"""Professional claims of tests/fixtures/x12, which are invented, are read into what they state."""

import logging
import random
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from test_era import findings, reads_or_refuses, secrets, shuffled

from feesync.errors import InvalidInputError, MissingExtraError
from feesync.x12.findings import RULES, sentence
from feesync.x12.records import Finding, Procedure, SubmittedClaim, SubmittedLine
from feesync.x12.submitted import submissions

FILES = Path(__file__).parent / "fixtures/x12"
NPI = "1234567893"


def line(number, code, modifiers, charge, segment, rendering_npi, pos, zip_code):
    return SubmittedLine(
        number=number,
        procedure=Procedure("HC", code, modifiers),
        charge=charge,
        units=Decimal(1),
        measure="UN",
        pos=pos,
        first_day=date(2025, 11, 3),
        last_day=date(2025, 11, 3),
        rendering_npi=rendering_npi,
        zip_code=zip_code,
        segment=segment,
    )


OFFICE = SubmittedClaim(
    file=0,
    number="MADE0001",
    charge=90_000,
    pos="11",
    frequency="1",
    filing="MB",
    payer_order="P",
    billing_npi=NPI,
    rendering_npi=NPI,
    taxonomy="208VP0014X",
    zip_code="941100000",
    lines=(
        line("1", "64493", ("50",), 50_000, 24, NPI, "11", "941100000"),
        line("2", "64494", ("50",), 40_000, 28, NPI, "11", "941100000"),
    ),
    segment=20,
)
SURGERY_CENTER = SubmittedClaim(
    file=0,
    number="MADE0002",
    charge=30_000,
    pos="24",
    frequency="1",
    filing="MB",
    payer_order="P",
    billing_npi=NPI,
    rendering_npi="",
    taxonomy="",
    zip_code="900010000",
    lines=(line("1", "64493", ("RT", "KX"), 30_000, 37, "", "24", "900010000"),),
    segment=32,
)
BOTH = [OFFICE, SURGERY_CENTER]


def read(content, tmp_path, file=0):
    path = tmp_path / "submitted.837"
    path.write_bytes(content)
    return list(submissions(path, file))


def claims(found):
    return [claim for submission in found for claim in submission.claims]


def base():
    return (FILES / "base.837").read_bytes()


def changed(old, new, count=-1):
    assert old in base()
    return base().replace(old, new, count)


@pytest.mark.parametrize("name", ["base", "crlf", "no_newlines"])
def test_a_file_is_read_into_what_its_segments_state(name):
    found = list(submissions(FILES / f"{name}.837"))
    assert claims(found) == BOTH
    assert findings(found) == []
    assert [submission.transaction for submission in found] == [1]


def test_a_byte_order_mark_and_what_follows_change_nothing(tmp_path):
    found = read(b"\xef\xbb\xbf" + base() + b"\n\x1a", tmp_path, file=2)
    assert claims(found) == [claim._replace(file=2) for claim in BOTH]
    assert findings(found) == []


@pytest.mark.parametrize("terminator", [b"\n", b"\r\n", b"'", b"\x1c"])
@pytest.mark.parametrize(("element", "component"), [(b"|", b">"), (b"\x1d", b"\x1f")])
def test_delimiters_are_those_that_the_file_declares(tmp_path, element, component, terminator):
    text = base().replace(b"\n", b"").translate(bytes.maketrans(b"*:", element + component))
    found = read(text.replace(b"~", terminator), tmp_path)
    assert claims(found) == BOTH
    assert findings(found) == []


def test_a_separator_that_is_not_the_declared_one_is_used_and_said(tmp_path):
    text = re.sub(rb"(?<=CLM).*|(?<=SV1).*", lambda part: part[0].replace(b":", b">"), base())
    found = read(text, tmp_path)
    assert claims(found) == BOTH
    assert findings(found) == [Finding(0, 3, "ISA16", "component-separator")]


@pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.slow)])
def test_a_file_cut_anywhere_loses_no_claim_in_silence(tmp_path, step):
    content = base()
    for end in range(0, len(content) - 2, step):
        found, text = [], ""
        try:
            found = read(content[:end], tmp_path)
        except InvalidInputError as error:
            text = str(error).removeprefix("submitted.837: ")
        assert claims(found) == BOTH[: len(claims(found))]
        text += "\n".join(map(sentence, findings(found)))
        assert text
        assert not secrets().search(re.sub(r"segment [0-9]+", "", text))
    for end in (len(content) - 2, len(content) - 1):
        assert claims(read(content[:end], tmp_path)) == BOTH


def test_the_last_claim_of_a_cut_file_is_left_out(tmp_path):
    found = read(base()[: base().index(b"REF*6R*1~\nSE")], tmp_path)
    assert claims(found) == [OFFICE]
    assert findings(found) == [
        Finding(0, 32, "2300", "cut-claim", True),
        Finding(0, 39, "SE", "no-trailer"),
    ]


def test_bytes_that_are_wrong_are_no_traceback(tmp_path):
    chance = random.Random(222)
    for _ in range(60):
        text = bytearray(base())
        for _ in range(chance.randrange(1, 10)):
            at = chance.randrange(len(text))
            if chance.random() < 0.5:
                text[at] = chance.randrange(256)
            else:
                text[at : at + chance.randrange(40)] = chance.choice(
                    [b"~", b"*", b"", b"HL*", b"\0"]
                )
        counted = bytes(text).count(b"~CLM*") + bytes(text).count(b"~\nCLM*")
        try:
            found = read(bytes(text), tmp_path)
        except InvalidInputError:
            continue
        assert all(finding.rule in RULES for finding in findings(found))
        refused = sum(finding.refused for finding in findings(found))
        assert len(claims(found)) + refused >= counted or any(
            finding.rule in ("not-an-interchange", "no-trailer") for finding in findings(found)
        )


def test_every_claim_of_a_file_in_disorder_is_read_or_left_out_aloud(tmp_path):
    chance = random.Random(2300)
    for _ in range(100):
        segments = shuffled(base(), chance)
        number = sum(segment.startswith(b"CLM*") for segment in segments)
        try:
            found = read(b"~\n".join([*segments, b""]), tmp_path)
        except InvalidInputError:
            continue
        refused = [part for part in findings(found) if part.refused]
        sets = [part for part in refused if part.rule == "another-transaction-set"]
        assert sets or len(claims(found)) + len(refused) == number, segments


@pytest.mark.parametrize(
    ("old", "new", "finding", "read_claims"),
    [
        (b"CLM*MADE0001*900*", b"CLM*MADE0001*9,00*", (20, "CLM02", "not-an-amount"), [1]),
        (b"CLM*MADE0001*900*", b"CLM*MADE0001**", (20, "CLM02", "missing"), [1]),
        (b"CLM*MADE0001*", b"CLM**", (20, "CLM01", "missing"), [1]),
        (b"HC:64494:50*400", b"HC*400", (29, "SV101-2", "missing"), [1]),
        (b"HC:64494:50*400", b"HC:64494:50*-", (29, "SV102", "not-an-amount"), [1]),
        (b"*300*UN*1*", b"*300*UN*I*", (38, "SV104", "not-a-quantity"), [0]),
        (b"20251103-20251103", b"20251103", (39, "DTP03", "not-a-day"), [0]),
        (b"20251103-20251103", b"20251103-20251131", (39, "DTP03", "not-a-day"), [0]),
        (b"SV1*HC:64494:50*400*UN*1***1~\n", b"", (28, "SV101", "missing"), [1]),
        (b"DTP*472*RD8", b"DTP*472*XX8", (39, "DTP03", "not-a-day"), [0]),
        # a service outside of any line
        (b"LX*1~\nSV1*HC:64493:RT", b"SV1*HC:64493:RT", (37, "", "misplaced"), [0]),
    ],
)
def test_a_claim_that_cannot_be_read_is_left_out_and_the_others_stay(
    tmp_path, old, new, finding, read_claims
):
    found = read(changed(old, new), tmp_path)
    assert [claim.number for claim in claims(found)] == [BOTH[at].number for at in read_claims]
    assert [part[1:4] for part in findings(found) if part.refused] == [finding]


def test_claims_after_a_provider_without_a_place_are_left_out(tmp_path):
    found = read(changed(b"HL*1**20*1~", b"HL*1**99*1~"), tmp_path)
    assert claims(found) == []
    assert [part[1:4] for part in findings(found) if part.refused] == [
        (20, "2300", "lost-claim"),
        (32, "2300", "lost-claim"),
    ]


def test_a_provider_in_its_place_ends_the_doubt(tmp_path):
    again = b"HL*3**20*1~\n" + base()[base().index(b"NM1*85") : base().index(b"CLM*MADE0001")]
    text = changed(b"HL*1**20*1~", b"HL*1**99*1~").replace(b"CLM*MADE0002", again + b"CLM*MADE0002")
    found = read(text, tmp_path)
    assert [claim.number for claim in claims(found)] == ["MADE0002"]
    assert sum(part.refused for part in findings(found)) == 1


def test_who_sends_without_a_known_qualifier_is_said_and_claims_stay(tmp_path):
    found = read(changed(b"NM1*41*", b"NM1*99*"), tmp_path)
    assert claims(found) == BOTH
    assert findings(found) == [Finding(0, 5, "", "misplaced")]


def test_a_party_that_the_guide_does_not_know_makes_no_other_place(tmp_path):
    """Its ZIP would be taken for that of the facility before it."""
    other = b"N4*LOS ANGELES*CA*900010000~\nNM1*ZZ*2*MADE UP*****XX*1234567893~\nN4*RENO*NV*89501~"
    found = read(changed(b"N4*LOS ANGELES*CA*900010000~", other), tmp_path)
    assert claims(found) == [OFFICE]
    refused = [part for part in findings(found) if part.refused]
    assert refused == [Finding(0, 37, "", "misplaced", True)]


def test_numbers_and_dates_that_the_guide_does_not_know_are_passed(tmp_path):
    other = b"HI*ABK:M47816~\nREF*ZZ*1~\nDTP*999*D8*20251103~\nPRV*ZZ*PXC*1~"
    (found,) = read(changed(b"HI*ABK:M47816~", other, 1), tmp_path)
    assert [claim.number for claim in found.claims] == ["MADE0001", "MADE0002"]
    assert found.claims[0].taxonomy == "208VP0014X"


def test_lines_that_are_not_the_whole_of_their_claim_are_said(tmp_path):
    found = read(changed(b"*400*UN*", b"*400.01*UN*"), tmp_path)
    assert [claim.number for claim in claims(found)] == ["MADE0001", "MADE0002"]
    assert findings(found) == [Finding(0, 20, "CLM02", "claim-total")]


def test_what_a_line_says_comes_before_what_its_claim_says(tmp_path):
    own = (
        b"DTP*472*RD8*20251101-20251104~\nREF*6R*1~\n"
        b"NM1*82*1*POE*JAMES****XX*1999999984~\nPRV*PE*PXC*363L00000X~\n"
        b"NM1*77*2*MADE UP ROOM*****XX*1234567893~\nN3*4 MADE UP STREET~\nN4*FRESNO*CA*93701~\n"
    )
    text = changed(b"DTP*472*RD8*20251103-20251103~\nREF*6R*1~\n", own)
    text = text.replace(b"*300*UN*1***1~", b"*300*MJ*45.5*22**1~")
    claim = claims(read(text, tmp_path))[1]
    (found,) = claim.lines
    assert (found.first_day, found.last_day) == (date(2025, 11, 1), date(2025, 11, 4))
    assert (found.units, found.measure, found.pos) == (Decimal("45.5"), "MJ", "22")
    assert found.rendering_npi == "1999999984"
    assert (found.zip_code, claim.zip_code) == ("93701", "900010000")


def test_a_provider_after_another_begins_anew(tmp_path):
    second = (
        b"HL*3**20*1~\nPRV*BI*PXC*207L00000X~\nNM1*85*2*MADE UP CLINIC*****XX*1999999984~\n"
        b"N3*5 MADE UP STREET~\nN4*RENO*NV*89501~\nREF*EI*999999998~\nHL*4*3*22*0~\n"
        b"SBR*S*18*******16~\nNM1*IL*1*DOE*JANE****MI*1AA0AA0AA00~\n"
        b"NM1*PR*2*MADE UP MEDICARE*****PI*01112~\nCLM*MADE0002*300***24:B:7*Y*A*Y*Y~\n"
    )
    text = changed(b"CLM*MADE0002*300***24:B:1*Y*A*Y*Y~\n", second)
    text = re.sub(rb"NM1\*77.*\nN3\*3.*\nN4\*LOS.*\n", b"", text)
    first, other = claims(read(text, tmp_path))
    assert first == OFFICE
    assert (other.billing_npi, other.zip_code) == ("1999999984", "89501")
    assert (other.payer_order, other.filing, other.frequency) == ("S", "16", "7")
    assert other.taxonomy == "207L00000X"


def test_a_service_at_home_is_where_the_patient_lives(tmp_path):
    """CMS, Medicare Claims Processing Manual, chapter 1, 10.1.1.1."""
    home = changed(b"***11:B:1*", b"***12:B:1*").replace(
        b"N3*2 MADE UP STREET~\nN4*SAN FRANCISCO*CA*941100000~",
        b"N3*2 MADE UP STREET~\nN4*OAKLAND*CA*946100001~",
    )
    first, second = claims(read(home, tmp_path))
    assert {first.zip_code, *(line.zip_code for line in first.lines)} == {"946100001"}
    assert second.zip_code == "900010000"


@pytest.mark.parametrize(
    ("kind", "version", "words"),
    [
        (b"837", b"005010X223A2", r"institutional claims \(837\)"),
        (b"837", b"005010X224A2", r"dental claims \(837\)"),
        (b"835", b"005010X221A1", r"remittances \(835\)"),
        (b"270", b"005010X279A1", r"eligibility inquiries \(270\)"),
    ],
)
def test_another_transaction_set_is_refused_with_what_it_is(tmp_path, kind, version, words):
    text = changed(b"ST*837*", b"ST*%s*" % kind).replace(b"005010X222A1", version)
    with pytest.raises(InvalidInputError, match=f"holds no professional claim.*, but {words}$"):
        read(text, tmp_path)


def test_nothing_of_a_file_is_in_a_stream(tmp_path, capfd, caplog):
    caplog.set_level(logging.DEBUG)
    for old, new in [
        (b"HI*ABK", b"ZZ*ABK"),
        (b"SBR*P*18", b"SBR*JANE*DOE"),
        (b"PRV*PE*PXC", b"PRV*PE*DOE"),
        (b"NM1*IL*1*DOE", b"NM1*DOE*1*DOE"),
        (b"LX*1~", b""),
        (b"SE*39*0001", b"SE*40*0002"),
        (b"DTP*472*D8*20251103", b"DTP*472*D8*DOE"),
    ]:
        text = changed(old, new)
        said = "\n".join(map(sentence, findings(read(text, tmp_path))))
        assert not secrets().search(re.sub(r"segment [0-9]+", "", said)), said
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_a_submission_is_no_remittance(tmp_path):
    found, said = reads_or_refuses(base(), tmp_path)
    assert not found
    assert said == "remittance.835: holds no remittance (835), but professional claims (837)"


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyx12", None)
    with pytest.raises(MissingExtraError, match=r"feesync\[edi\]"):
        next(submissions(FILES / "base.837"))
