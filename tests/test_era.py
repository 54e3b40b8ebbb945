"""Remittances of tests/fixtures/x12, which are invented, are read into the records they state."""

import logging
import random
import re
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from feesync.errors import InvalidInputError, MissingExtraError
from feesync.x12 import interchange
from feesync.x12.era import remittances
from feesync.x12.findings import RULES, sentence
from feesync.x12.reader import Reader
from feesync.x12.records import (
    Adjustment,
    ClaimAmount,
    ClaimPayment,
    Finding,
    Payer,
    Procedure,
    ProviderAdjustment,
    ServiceLine,
)

FILES = Path(__file__).parent / "fixtures/x12"
NOVEMBER_3 = date(2025, 11, 3)
NPI = "1234567893"


def service(code, modifiers, charge, paid, adjustments, allowed, segment, number="1", **other):
    """Return a line of 3 November, one unit, with remark N620, but for what is given."""
    groups = [text.split() for text in adjustments.split(",")]
    return ServiceLine(
        number=number,
        procedure=Procedure("HC", code, tuple(modifiers.split())),
        billed=None,
        units=Decimal(1),
        billed_units=None,
        charge=charge,
        paid=paid,
        first_day=NOVEMBER_3,
        last_day=NOVEMBER_3,
        allowed=allowed,
        adjustments=tuple(
            Adjustment(group, reason, int(cents), None) for group, reason, cents in groups
        ),
        remarks=("N620",),
        rendering_npi=NPI,
        segment=segment,
    )._replace(**other)


def claim(number, status, charge, paid, patient, payer_number, pos, segment, services, **other):
    """Return a claim of Medicare Part B with remark MA01, but for what is given."""
    return ClaimPayment(
        number=number,
        status=status,
        charge=charge,
        paid=paid,
        patient=patient,
        filing="MB",
        payer_number=payer_number,
        pos=pos,
        frequency="1",
        original_number="",
        rendering_npi=NPI,
        first_day=None,
        last_day=None,
        adjustments=(),
        amounts=(),
        remarks=("MA01",),
        services=tuple(services),
        segment=segment,
    )._replace(**other)


def short(segment, allowed=22_287, **other):
    """Return the line of base.835 that is paid as if without 50."""
    adjustments = "CO 45 27713,CO 253 357,PR 2 4457"
    return service("64493", "50", 50_000, 17_473, adjustments, allowed, segment, **other)


def right(segment, **other):
    """Return the other line of that claim, which is paid right."""
    adjustments = "CO 45 23351,CO 253 266,PR 2 3330"
    return service("64494", "50", 40_000, 13_053, adjustments, 16_649, segment, number="2", **other)


def surgery_center(segment, **other):
    adjustments = "CO 45 19947,CO 253 161,PR 2 2011"
    return service("64493", "RT", 30_000, 7_881, adjustments, 10_053, segment, **other)


FIRST = claim(
    "MADE0001", "1", 90_000, 30_526, 7_787, "ICN0000001", "11", 14, [short(18), right(25)]
)
SECOND = claim("MADE0002", "1", 30_000, 7_881, 2_011, "ICN0000002", "24", 32, [surgery_center(36)])
REVERSED = claim(
    *("MADE0001", "22", -90_000, -30_526, 0, "ICN0000001", "11", 14),
    [
        service(
            *("64493", "50", -50_000, -17_473, "CO 45 -27713,CO 253 -357,PR 2 -4457"),
            *(-22_287, 18),
        ),
        service(
            *("64494", "50", -40_000, -13_053, "CO 45 -23351,CO 253 -266,PR 2 -3330"),
            *(-16_649, 25, "2"),
        ),
    ],
)
CORRECTED = claim(
    *("MADE0001", "1", 90_000, 39_263, 10_016, "ICN0000003", "11", 32),
    [
        service("64493", "50", 50_000, 26_210, "CO 45 16569,CO 253 535,PR 2 6686", 33_431, 36),
        right(43),
    ],
)
FORWARDED = claim(*("MADE0003", "19", 30_000, 7_881, 2_011, "ICN4", "24", 14), [surgery_center(19)])
SECONDARY = claim(
    *("MADE0004", "2", 30_000, 2_011, 0, "ICN5", "24", 14),
    [service("64493", "RT", 30_000, 2_011, "OA 23 27989", None, 18, remarks=())],
    filing="CI",
)
DENIED = claim(
    *("MADE0005", "4", 30_000, 0, 0, "ICN6", "11", 14),
    [service("64493", "", 30_000, 0, "CO 16 30000", None, 18, remarks=("M76",))],
)
BUNDLED = claim(
    *("MADE0007", "1", 52_000, 17_473, 4_457, "ICN8", "11", 14),
    [
        short(18, procedure=Procedure("HC", "64493", ())),
        service(
            *("64493", "", 2_000, 0, "CO 97 2000", None, 25, "2"),
            units=Decimal(0),
            billed=Procedure("HC", "77003", ()),
        ),
    ],
)
DATED = claim(
    *("MADE0009", "1", 30_000, 7_881, 2_011, "ICN10", "24", 14),
    [surgery_center(20)],
    first_day=NOVEMBER_3,
    last_day=NOVEMBER_3,
)
WITHOUT_ALLOWED = claim(
    *("MADE0010", "1", 50_000, 17_473, 4_457, "ICN11", "11", 14), [short(18, allowed=None)]
)
PLB = (
    ProviderAdjustment("WO", 10_031, 25),
    ProviderAdjustment("L6", -100, 25),
    ProviderAdjustment("CS", None, 26),
)
SECOND_ALONE = claim(
    *("MADE0002", "1", 30_000, 7_881, 2_011, "ICN0000002", "24", 14), [surgery_center(18)]
)
PLACED = {
    "two_transactions": SECOND_ALONE._replace(segment=44, services=(surgery_center(48),)),
}

STATED = {
    "base": [FIRST, SECOND],
    "crlf": [FIRST, SECOND],
    "no_newlines": [FIRST, SECOND],
    "bom": [FIRST, SECOND],
    "latin1_name": [FIRST, SECOND],
    "other_delimiters": [FIRST, SECOND],
    "junk_after": [FIRST, SECOND],
    "two_transactions": [FIRST, PLACED["two_transactions"]],
    "truncated": [FIRST],
    "reversal_and_correction": [REVERSED, CORRECTED],
    "forwarded_19": [FORWARDED],
    "secondary_2": [SECONDARY],
    "denied_4": [DENIED],
    "claim_level_dates": [DATED],
    "no_allowed_amt": [WITHOUT_ALLOWED],
    "bundled_svc06": [BUNDLED],
    "plb_mixed": [SECOND_ALONE],
}
FOUND = {
    "junk_after": [Finding(0, 46, "", "outside")],
    "plb_mixed": [Finding(0, 26, "PLB04", "missing")],
    "truncated": [Finding(0, 32, "2100", "cut-claim", True)],
}
ALL = sorted(path.stem for path in FILES.glob("*.835"))


def read(content, tmp_path, file=0):
    """Return the remittances of bytes."""
    path = tmp_path / "remittance.835"
    path.write_bytes(content)
    return list(remittances(path, file))


def payments(found):
    return [payment for remittance in found for payment in remittance.payments]


def findings(found):
    return [finding for remittance in found for finding in remittance.findings]


def base():
    return (FILES / "base.835").read_bytes()


@pytest.mark.parametrize("name", ALL)
def test_a_file_is_read_into_what_its_segments_state(name):
    if name == "lower_case":
        with pytest.raises(InvalidInputError, match=r"^lower_case\.835: no claims found: .*small"):
            list(remittances(FILES / "lower_case.835"))
        return
    found = list(remittances(FILES / f"{name}.835"))
    assert payments(found) == STATED[name]
    assert [found for found in findings(found) if found.rule != "no-trailer"] == FOUND.get(name, [])
    payer = "MADE UP MEDIGAP" if name == "secondary_2" else "MADE UP MEDICARE CONTRACTOR"
    for remittance in found:
        assert remittance.payer == Payer("01112", payer)
        assert remittance.payee_npi == NPI
        assert remittance.production_day == date(2025, 11, 19)
    adjustments = [part for remittance in found for part in remittance.provider_adjustments]
    assert tuple(adjustments) == (PLB if name == "plb_mixed" else ())
    assert [remittance.transaction for remittance in found] == [*range(1, len(found) + 1)]


@cache
def secrets():
    """Return a pattern of what no stream and no finding may have of base.835 or of the others.

    That is every word, number and amount of theirs, but the names of segments.
    """
    content = b"".join(path.read_bytes() for path in FILES.iterdir())
    words = {word.decode("latin-1") for word in re.findall(rb"[A-Za-z0-9.]{3,}", content)}
    segments = {word.decode() for word in re.findall(rb"[A-Z][A-Z0-9]{1,2}(?=\*)", content)}
    known = segments | {"835", "837", "2100", "2110", "ISA16"}
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words - known)))})\b")


def reads_or_refuses(content, tmp_path):
    """Return the remittances of bytes, none where they are refused, and all that is said of them.

    Nothing of it quotes the file.
    """
    found, said = [], ""
    try:
        found = read(content, tmp_path)
    except InvalidInputError as error:
        said = str(error)
        assert said.startswith("remittance.835: ")
    said += "\n".join(map(sentence, findings(found)))
    assert not secrets().search(re.sub(r"segment [0-9]+|remittance\.835", "", said)), said
    return found, said


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("base", 7),
        pytest.param("base", 1, marks=pytest.mark.slow),
        pytest.param("two_transactions", 1, marks=pytest.mark.slow),
        pytest.param("plb_mixed", 1, marks=pytest.mark.slow),
    ],
)
def test_a_file_cut_anywhere_loses_no_claim_in_silence(tmp_path, name, step):
    """What is read is the beginning of what the whole file has, and the rest is a finding."""
    content = (FILES / f"{name}.835").read_bytes()
    whole = STATED[name]
    # after its last byte but the terminator and the line end, the file says all
    for end in range(0, len(content) - 2, step):
        found, said = reads_or_refuses(content[:end], tmp_path)
        read_whole = payments(found)
        assert read_whole == whole[: len(read_whole)]
        assert said  # what is missing is said: the error, or a finding
    for end in (len(content) - 2, len(content) - 1):
        assert payments(read(content[:end], tmp_path)) == whole


def test_a_claim_before_the_cut_stays_and_the_one_at_the_cut_does_not(tmp_path):
    content = base()
    second = content.index(b"CLP*MADE0002")
    for end in (second + 5, content.index(b"SE*41") + 4):
        found = read(content[:end], tmp_path)
        assert payments(found) == ([] if end < second + 6 else [FIRST])
    # the trailer of the transaction says that its last claim is whole; that of the file is missing
    found = read(content[: content.index(b"GE*1*1")], tmp_path)
    assert payments(found) == [FIRST, SECOND]
    assert findings(found) == [Finding(0, 43, "GE", "no-trailer")]
    found = read(content[: content.index(b"~\nGE*1*1")], tmp_path)
    assert payments(found) == [FIRST, SECOND]
    # a segment that is cut is left out of a transaction, or stands apart from it
    found = read(content[: content.index(b"GE*1*1") + 3], tmp_path)
    assert payments(found) == [FIRST, SECOND]
    assert Finding(0, 44, "", "cut-segment") in findings(found)
    found = read(content[: second + 5], tmp_path)
    assert Finding(0, 32, "", "cut-segment", True) in findings(found)


def test_line_ends_anywhere_change_nothing(tmp_path):
    chance = random.Random(835)
    for _ in range(60):
        text = base().replace(b"\n", b"")
        for at in sorted(chance.sample(range(4, len(text)), chance.randrange(1, 40)), reverse=True):
            text = text[:at] + chance.choice([b"\n", b"\r\n", b"\r"]) + text[at:]
        found = read(text, tmp_path)
        assert payments(found) == [FIRST, SECOND]
        assert findings(found) == []


def test_lines_of_eighty_characters_are_read(tmp_path):
    text = base().replace(b"\n", b"")
    wrapped = b"\r\n".join(text[at : at + 80] for at in range(0, len(text), 80))
    assert payments(read(wrapped, tmp_path)) == [FIRST, SECOND]


@pytest.mark.parametrize("terminator", [b"\n", b"\r\n", b"\r", b"'", b"\x1c", b"\x85", b"\xff"])
@pytest.mark.parametrize("element", [b"*", b"|", b"\x1d", b"+", b"^"])
@pytest.mark.parametrize("component", [b":", b">", b"\x1f", b"\\", b"<"])
def test_delimiters_are_those_that_the_file_declares(tmp_path, element, component, terminator):
    text = base().replace(b"\n", b"").replace(b"*^*", b"*U*")
    table = bytes.maketrans(b"*:", element + component)
    text = text.translate(table).replace(b"~", terminator)
    found = read(text, tmp_path)
    assert payments(found) == [FIRST, SECOND]
    assert findings(found) == []


def test_several_interchanges_each_with_its_own_delimiters(tmp_path):
    other = (FILES / "other_delimiters.835").read_bytes()
    bare = (FILES / "no_newlines.835").read_bytes()
    found = read(base() + b"\r\n \x1a" + other + bare, tmp_path, file=3)
    assert payments(found) == [
        part._replace(
            segment=part.segment + shift,
            services=tuple(line._replace(segment=line.segment + shift) for line in part.services),
        )
        for shift in (0, 45, 90)
        for part in (FIRST, SECOND)
    ]
    assert {remittance.file for remittance in found} == {3}
    assert [remittance.transaction for remittance in found] == [1, 2, 3]
    assert findings(found) == []


@pytest.mark.parametrize("size", range(300, 1500, 47))
def test_where_a_block_of_the_file_ends_makes_no_difference(tmp_path, monkeypatch, size):
    other = (FILES / "other_delimiters.835").read_bytes()
    bare = (FILES / "no_newlines.835").read_bytes()
    files = base() + other + bare + b"\n" + other
    whole = read(files, tmp_path)
    assert len(payments(whole)) == 8
    monkeypatch.setattr(interchange, "BLOCK", size)
    assert read(files, tmp_path) == whole


def test_an_interchange_without_a_group_is_passed(tmp_path):
    header = base()[: base().index(b"\n") + 1]
    for empty in (header, header + b"IEA*0*000000001~\n", header.replace(b"*", b"|")):
        found = read(empty + base(), tmp_path)
        assert [payment.number for payment in payments(found)] == ["MADE0001", "MADE0002"]
        assert {part.rule for part in findings(found)} <= {"no-trailer"}


def test_an_acknowledgement_of_an_interchange_is_no_finding(tmp_path):
    found = read(changed(b"GS*HP", b"TA1*000000001*251120*1200*A*000~\nGS*HP"), tmp_path)
    assert [part.rule for part in findings(found)] == []


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        *((b"500", 50_000), (b"500.", 50_000), (b"500.5", 50_050), (b"0500.50", 50_050)),
        *((b"500.500", 50_050), (b".5", 50), (b".05", 5), (b"-.5", -50), (b"0", 0)),
        (b"-1.25", -125),
    ],
)
def test_an_amount_is_read_as_x12_writes_it(tmp_path, text, cents):
    found = read(changed(b"AMT*B6*222.87", b"AMT*B6*" + text), tmp_path)
    assert payments(found)[0].services[0].allowed == cents


@pytest.mark.parametrize("text", [b".", b"-", b"", b"5.005", b"1,000", b"+5", b"5-", b"$5", b"5 5"])
def test_what_is_no_amount_is_refused(tmp_path, text):
    found = read(changed(b"AMT*B6*222.87", b"AMT*B6*" + text), tmp_path)
    assert [payment.number for payment in payments(found)] == ["MADE0002"]


def test_a_pair_of_a_provider_adjustment_may_be_empty(tmp_path):
    text = (FILES / "plb_mixed.835").read_bytes().replace(b"*WO:", b"***WO:")
    (found,) = read(text, tmp_path)
    assert found.provider_adjustments == PLB
    assert findings([found]) == FOUND["plb_mixed"]


def test_an_interchange_that_is_cut_before_the_next_one(tmp_path):
    cut = base()[: base().index(b"LQ*HE*N620~\nSE")]
    found = read(cut + base(), tmp_path)
    assert [payment.number for payment in payments(found)] == ["MADE0001", "MADE0001", "MADE0002"]
    assert Finding(0, 32, "2100", "cut-claim", True) in findings(found)
    assert [part.rule for part in findings(found)] == ["cut-claim", "no-trailer"]


def test_bytes_that_are_wrong_are_no_traceback(tmp_path):
    chance = random.Random(5010)
    content = base()
    for _ in range(150):
        text = bytearray(content)
        for _ in range(chance.randrange(1, 12)):
            at = chance.randrange(len(text))
            kind = chance.randrange(3)
            if kind == 0:
                text[at] = chance.randrange(256)
            elif kind == 1:
                del text[at : at + chance.randrange(1, 60)]
            else:
                text[at:at] = chance.choice(
                    [b"~", b"*", b":", b"\xff", b"\0", b"CLP*", b"ISA*", b"SE*1*1~", b"-", b"E9"]
                )
        try:
            found = read(bytes(text), tmp_path)
        except InvalidInputError:
            continue
        for finding in findings(found):
            assert finding.rule in RULES
            assert re.fullmatch(r"[A-Z0-9-]*", finding.path) or finding.path == "transaction"


def shuffled(content, chance):
    """Return a file with some segments left out, repeated or in another order; not the first."""
    segments = content.split(b"~\n")[:-1]
    for _ in range(chance.randrange(1, 9)):
        at, other = (chance.randrange(1, len(segments)) for _ in range(2))
        way = chance.randrange(3)
        if way == 0 and len(segments) > 2:
            del segments[at]
        elif way == 1:
            segments.insert(at, segments[other])
        else:
            segments[at], segments[other] = segments[other], segments[at]
    return segments


def test_every_claim_of_a_file_in_disorder_is_read_or_left_out_aloud(tmp_path):
    chance = random.Random(2100)
    names = ("base", "two_transactions", "plb_mixed", "reversal_and_correction", "bundled_svc06")
    contents = [(FILES / f"{name}.835").read_bytes() for name in names]
    for _ in range(100):
        segments = shuffled(chance.choice(contents), chance)
        number = sum(segment.startswith(b"CLP*") for segment in segments)
        found, said = reads_or_refuses(b"~\n".join([*segments, b""]), tmp_path)
        if not found:
            assert said
            continue
        refused = [part for part in findings(found) if part.refused]
        sets = [part for part in refused if part.rule == "another-transaction-set"]
        assert sets or len(payments(found)) + len(refused) == number, segments


def test_nothing_of_a_file_is_in_a_stream(tmp_path, capfd, caplog):
    caplog.set_level(logging.DEBUG)
    content = base()
    broken = [
        content.replace(b"305.26", b"305.2699"),
        content.replace(b"SVC*HC:64493:50*500", b"SVC*HC*500"),
        content.replace(b"20251103", b"20251303"),
        content.replace(b"CAS*CO*45*277.13", b"CAS*CO*45*277.14"),
        content.replace(b"ISA*00", b"IsA*00"),
        content.replace(b"ST*835*0001", b"ST*837*0001"),
        content.replace(b"SE*41*0001", b"SE*42*0002"),
        content.replace(b"CLP*MADE0002*1*300", b"CLP**1*300"),
        content.replace(b"AMT*B6*222.87", b"AMT*B6*222:87"),
    ]
    for text in broken:
        assert reads_or_refuses(text, tmp_path)[1]
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def changed(old, new, count=-1):
    assert old in base()
    return base().replace(old, new, count)


@pytest.mark.parametrize(
    ("old", "new", "finding", "numbers"),
    [
        (b"*900*305.26*", b"*900*305.265*", (14, "CLP04", "not-an-amount"), ["MADE0002"]),
        (b"*900*305.26*", b"*900**", (14, "CLP04", "missing"), ["MADE0002"]),
        (b"*900*305.26*", b"*9E2*305.26*", (14, "CLP03", "not-an-amount"), ["MADE0002"]),
        (b"MADE0001*1*", b"MADE0001**", (14, "CLP02", "missing"), ["MADE0002"]),
        (b"CLP*MADE0001*", b"CLP**", (14, "CLP01", "missing"), ["MADE0002"]),
        (b"SVC*HC:64494:50*", b"SVC*HC*", (25, "SVC01-2", "missing"), ["MADE0002"]),
        (b"130.53**1~", b"130.53**one~", (25, "SVC05", "not-a-quantity"), ["MADE0002"]),
        (b"130.53**1~", b"130.53~", None, ["MADE0001", "MADE0002"]),
        (b"AMT*B6*100.53", b"AMT*B6*x", (41, "AMT02", "not-an-amount"), ["MADE0001"]),
        (b"CAS*PR*2*20.11", b"CAS*PR**20.11", (39, "CAS02", "missing"), ["MADE0001"]),
        (b"CAS*PR*2*20.11", b"CAS**2*20.11", (39, "CAS01", "missing"), ["MADE0001"]),
        (b"**253*1.61~", b"*X*253*1.61~", (38, "CAS04", "not-a-quantity"), ["MADE0001"]),
        (b"*253*1.61~", b"*253~", (38, "CAS06", "missing"), ["MADE0001"]),
    ],
)
def test_a_claim_that_cannot_be_read_is_left_out_and_the_others_stay(
    tmp_path, old, new, finding, numbers
):
    found = read(changed(old, new), tmp_path)
    assert [payment.number for payment in payments(found)] == numbers
    refused = [part for part in findings(found) if part.refused]
    assert [part[1:4] for part in refused] == ([] if finding is None else [finding])


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        (b"CAS*PR*2*44.57", b"CAS*PR*2*44.56", [(18, "2110", "line-balance")]),
        (b"*305.26*", b"*305.25*", [(14, "2100", "claim-balance")]),
        (b"BPR*I*384.07", b"BPR*I*384.06", []),
        (b"SE*41*", b"SE*40*", [(43, "SE01", "count")]),
        (b"SE*41*0001", b"SE*41*0002", [(43, "SE02", "control-number")]),
        (b"GE*1*1~", b"GE*2*1~", [(44, "GE01", "count")]),
        (b"GE*1*1~", b"GE*1*9~", [(44, "GE02", "control-number")]),
        (b"IEA*1*", b"IEA*0*", [(45, "IEA01", "count")]),
        (b"IEA*1*000000001", b"IEA*1*000000002", [(45, "IEA02", "control-number")]),
        (b"GE*1*1~\n", b"", [(44, "GE", "no-trailer")]),
        (b"GS*HP", b"XX*HP", [(2, "", "outside")]),
    ],
)
def test_what_does_not_add_up_is_a_finding_and_the_claims_stay(tmp_path, old, new, finding):
    found = read(changed(old, new), tmp_path)
    assert len(payments(found)) == 2
    assert not any(part.refused for part in findings(found))
    rules = {part.rule for part in findings(found)}
    if old == b"BPR*I*384.07":
        assert rules == {"payment-balance"}
    for part in finding:
        assert Finding(0, *part) in findings(found)


def test_a_claim_number_may_have_the_component_separator(tmp_path):
    found = read(changed(b"MADE0001", b"MADE:00:01"), tmp_path)
    assert payments(found)[0] == FIRST._replace(number="MADE:00:01")


def test_dates_of_a_line_and_of_a_claim(tmp_path):
    days = changed(b"DTM*472*20251103", b"DTM*150*20251101~DTM*151*20251104", 1)
    line = payments(read(days, tmp_path))[0].services[0]
    assert (line.first_day, line.last_day) == (date(2025, 11, 1), date(2025, 11, 4))
    one = (FILES / "claim_level_dates.835").read_bytes().replace(b"DTM*233*20251103~\n", b"")
    (found,) = payments(read(one, tmp_path))
    # the end of a claim that is not given is its beginning
    assert (found.first_day, found.last_day) == (NOVEMBER_3, NOVEMBER_3)
    assert found.services[0].last_day == NOVEMBER_3
    # a line that says when it began or when it ended, and not both, has no other day of its claim
    for qualifier in (b"150", b"151"):
        begun = one.replace(b"78.81**1~", b"78.81**1~\nDTM*%s*20251102~" % qualifier)
        (found,) = payments(read(begun, tmp_path))
        assert found.services[0].first_day == found.services[0].last_day == date(2025, 11, 2)
    none = changed(b"DTM*472*20251103~\n", b"")
    assert payments(read(none, tmp_path))[0].services[0].first_day is None


def test_what_a_claim_says_besides_its_lines(tmp_path):
    more = changed(
        b"MOA***MA01~\n",
        b"MOA***MA01*MA07~\nREF*F8*ICN0000000~\nDTM*050*20251110~\nAMT*AU*389.36~\n"
        b"CAS*OA*23*10*2~\n",
        1,
    )
    (found, _) = payments(read(more, tmp_path))
    assert found.remarks == ("MA01", "MA07")
    assert found.original_number == "ICN0000000"
    assert found.amounts == (ClaimAmount("AU", 38_936),)
    assert found.adjustments == (Adjustment("OA", "23", 1_000, Decimal(2)),)
    assert len(found.services) == 2
    assert not found.is_without_services
    inpatient = b"MIA*0****MA02***************MA03*MA04*MA05*MA06~"
    (found, _) = payments(read(changed(b"MOA***MA01~", inpatient, 1), tmp_path))
    assert found.remarks == ("MA02", "MA03", "MA04", "MA05", "MA06")


def test_a_claim_without_lines(tmp_path):
    text = base()
    start, end = text.index(b"SVC*HC:64493:RT"), text.index(b"SE*41")
    found = payments(read(text[:start] + text[end:], tmp_path))[1]
    assert found.is_without_services
    assert found.services == ()


def test_a_payer_without_a_plan_number_is_known_by_another(tmp_path):
    text = changed(b"*XV*01112~\n", b"~\nREF*2U*777~\n")
    assert read(text, tmp_path)[0].payer == Payer("777", "MADE UP MEDICARE CONTRACTOR")
    text = changed(b"DTM*405*20251119~\n", b"")
    assert read(text, tmp_path)[0].production_day == date(2025, 11, 20)


def test_a_separator_that_is_not_the_declared_one_is_used_and_said(tmp_path):
    found = read(re.sub(rb"(?<=HC):(\d{5}):?(?=[A-Z0-9]*\*)", rb">\1>", base()), tmp_path)
    assert payments(found) == [FIRST, SECOND]
    assert findings(found) == [Finding(0, 3, "ISA16", "component-separator")]


def test_a_long_transaction_comes_in_parts(tmp_path, monkeypatch):
    text = base()
    start, end = text.index(b"CLP*"), text.index(b"SE*41")
    body, times = text[start:end], 25
    text = text[:start] + body * times + text[end:].replace(b"SE*41", b"SE*%d" % (12 + 29 * times))
    text = text.replace(b"384.07", b"9601.75")
    monkeypatch.setattr(Reader, "MOST_CLAIMS", 7)
    found = read(text, tmp_path)
    assert [len(part.payments) for part in found] == [7] * 7 + [1]
    assert {part.payer.number for part in found} == {"01112"}
    assert {part.transaction for part in found} == {1}
    assert findings(found) == []
    every = payments(found)
    assert [part.segment for part in every] == [
        first + 29 * time for time in range(times) for first in (14, 32)
    ]
    assert all(one.segment < other.segment for one, other in pairwise(every))
    assert {part.services[0].allowed for part in every} == {22_287, 10_053}
    # a line of a later part that does not balance is found where it is in the file
    at = text.rindex(b"CAS*PR*2*44.57")
    wrong = read(text[:at] + text[at:].replace(b"44.57", b"44.58", 1), tmp_path)
    assert Finding(0, 18 + 29 * 24, "2110", "line-balance") in findings(wrong)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no X12 file"),
        (b" \r\n\0", "is no X12 file"),
        (b"claim_id,hcpcs\n1,64493\n", "is no X12 file"),
        (b"ISA*00*", "is no X12 file"),
        (b"ST*835*1~CLP*MADE*1*1*1~SE*3*1~", "is no X12 file"),
        (b"PK\x03\x04" + bytes(2000), "is no X12 file"),
        ("ISA*00*".encode("utf-16"), "is no X12 file"),
        (b"X" + base()[1:], "is no X12 file"),
        (base().replace(b"*", b" "), "is no X12 file"),
        (base().replace(b"*", b"0"), "is no X12 file"),
        (base().replace(b":~", b"~~"), "is no X12 file"),
        (base().replace(b":~", b"*~"), "is no X12 file"),
    ],
)
def test_what_is_no_x12_is_refused(tmp_path, content, words):
    with pytest.raises(InvalidInputError, match=words):
        read(content, tmp_path)


@pytest.mark.parametrize(
    ("kind", "version", "words"),
    [
        (b"837", b"005010X222A1", r"professional claims \(837\)"),
        (b"837", b"005010X223A2", r"institutional claims \(837\)"),
        (b"837", b"005010X224A2", r"dental claims \(837\)"),
        (b"270", b"005010X279A1", r"eligibility inquiries \(270\)"),
        (b"999", b"005010X231A1", r"acknowledgements \(999\)"),
        (b"XYZ", b"", "an unknown transaction set"),
    ],
)
def test_another_transaction_set_is_refused_with_what_it_is(tmp_path, kind, version, words):
    text = changed(b"ST*835*", b"ST*%s*" % kind).replace(b"005010X221A1", version)
    with pytest.raises(InvalidInputError, match=f"holds no remittance .835., but {words}$"):
        read(text, tmp_path)


def test_another_transaction_beside_a_remittance_is_a_finding(tmp_path):
    two = (FILES / "two_transactions.835").read_bytes()
    found = read(two.replace(b"ST*835*0002", b"ST*820*0002"), tmp_path)
    assert payments(found) == [FIRST]
    assert findings(found) == [Finding(0, 33, "ST01", "another-transaction-set", True)]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InvalidInputError, match=r"^none\.835: No such file"):
        list(remittances(tmp_path / "none.835"))


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "oxedi", None)
    with pytest.raises(MissingExtraError, match=r"feesync\[edi\]"):
        next(remittances(FILES / "base.835"))
