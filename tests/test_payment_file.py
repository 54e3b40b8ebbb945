import io

import pytest
from cms_files import zip_of
from payment_files import ALASKA, TRAILER, alaska, record

from feesync.errors import ContentRefusedError, Hint, HintKind, InvalidInputError
from feesync.formats.payment_file import PaymentFile, payment_files

RECORD = record("02102-01", "64493", "204.09", "113.53")


def opened(content, *names):
    data = content if isinstance(content, bytes) else content.encode("latin-1")
    return PaymentFile(names or ("PFREV25D.txt",), len(data), io.BytesIO(data))


def read(content, year=2025):
    return list(opened(content).payments(year))


def test_records_in_cents_with_their_lines_and_no_trailer():
    assert [tuple(payment) for payment in read(alaska())] == [
        ("02102", "01", code, "", round(float(pair[0]) * 100), round(float(pair[1]) * 100), line)
        for line, (code, pair) in enumerate(ALASKA.items(), start=1)
    ]


def test_a_blank_modifier_is_none_however_many_blanks():
    records = [
        record("02102-01", "71046", "1.00", "2.00", modifier=modifier)
        for modifier in ("  ", " ", "", "26", "TC")
    ]
    assert [payment.modifier for payment in read("".join(records))] == ["", "", "", "26", "TC"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_byte_order_mark_blank_lines_and_end_of_file_mark(end):
    text = (
        "\xef\xbb\xbf"
        + RECORD
        + "\n"
        + record("02102-01", "64494", "107.08", "65.12")
        + TRAILER
        + "\x1a"
    )
    assert [(payment.hcpcs, payment.line) for payment in read(text.replace("\n", end))] == [
        ("64493", 1),
        ("64494", 3),
    ]


def test_fields_without_quotes():
    assert read(RECORD.replace('"', "")) == read(RECORD)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"2025"', '"2024"', "the record is of '2024', the release of 2025"),
        ('"02102"', '"2102"', "'2102' is not a carrier"),
        ('"01"', '"1"', "'1' is not a locality"),
        ('"64493"', '"6449"', "'6449' is not a HCPCS code"),
        ('"64493"', '"6449a"', "'6449a' is not a HCPCS code"),
        ('"  "', '"5"', "'5' is not a modifier"),
        ('"0000204.09"', '"204.1"', "'204.1' is not an amount"),
        ('"0000204.09"', '"-000204.09"', "'-000204.09' is not an amount"),
        ('"0000113.53"', '""', "'' is not an amount"),
        ('"0000113.53"', '"00000113.53"', "'00000113.53' is not an amount"),
        ('"9",', "", "has 15 fields; a payment record has 16"),
        ('"9",', '"9","9",', "has 17 fields; a payment record has 16"),
        ('"9"', '"9', "not"),
        ('"9"', '"9"x', "not readable as csv"),
        ('"9"', '"' + "9" * 1000 + '"', "a row of more than 1,000 characters"),
    ],
)
def test_what_is_no_record_is_refused_with_its_line(old, new, says):
    assert old in RECORD
    with pytest.raises(ContentRefusedError, match=says) as error:
        read(alaska() + RECORD.replace(old, new, 1) + TRAILER)
    assert (error.value.file, error.value.line) == ("PFREV25D.txt", 5)


@pytest.mark.parametrize(
    ("following", "says"),
    [
        (RECORD, "is not readable as csv"),
        ('0000000.00"\n', "a quote is not closed"),
        ("", "unexpected end"),
    ],
)
def test_a_quote_that_is_not_closed_is_told_by_its_line(following, says):
    with pytest.raises(ContentRefusedError, match=f"line 2: .*{says}"):
        read(RECORD + RECORD.replace('"0000000.00"\n', '"0000000.00\n') + following)


@pytest.mark.parametrize("content", [b"", TRAILER, "\n\x1a"])
def test_a_file_without_records_is_refused(content):
    with pytest.raises(ContentRefusedError, match="holds no payment record"):
        read(content)


@pytest.mark.parametrize(
    "content", [alaska().encode("utf-16"), b"MZ\x90\0\3\0", b"%PDF-1.7\n1 0 obj", b"YEAR,CARRIER\n"]
)
def test_what_is_something_else_is_refused_in_its_first_line(content):
    with pytest.raises(
        ContentRefusedError, match="PFREV25D.txt, line 1: (has . fields|the record is of)"
    ):
        read(content)


@pytest.mark.parametrize(
    ("names", "label"),
    [
        (["PFREV25D.txt"], "RVU25D"),
        (["pfall25a.TXT"], "RVU25A"),
        (["PFREV24A_0.zip", "PFALL24.txt"], "RVU24A"),
        (
            ["pfrev26a-updated-12-29-2025.zip", "PFREV26A/PFREV26AR_nonQP.zip", "PFALL26AR.txt"],
            "RVU26A",
        ),  # as CMS named them
        (["PFALL26AQP.txt"], "RVU26A"),
        (["PFALL24AR.txt"], "RVU24AR"),
        (["PFREV18C.txt"], "RVU18C1"),  # CMS published no other release of that quarter
        (["PFREV31B.txt"], "RVU31B"),
    ],
)
def test_the_release_is_in_the_name(names, label):
    assert opened(RECORD, *names).release(frozenset()) == label


def test_a_revised_file_is_of_the_revised_release_where_that_is_loaded():
    assert opened(RECORD, "PFALL27AR.txt").release(frozenset()) == "RVU27A"
    assert opened(RECORD, "PFALL27AR.txt").release(frozenset({"RVU27AR"})) == "RVU27AR"


def test_two_releases_in_the_names_are_refused():
    with pytest.raises(ContentRefusedError, match="the names say RVU25A and RVU25D") as raised:
        opened(RECORD, "PFREV25D.zip", "PFALL25A.txt").release(frozenset())
    assert raised.value.hint == Hint(HintKind.NAME_RELEASE)


@pytest.mark.parametrize(
    "name",
    ["OHIO.txt", "PFALL25.txt", "PFREV25E.txt", "PFREV25DX.txt", "OPFALL25A.txt", "RVU25D.txt"],
)
def test_a_name_that_does_not_say_the_release_is_a_matter_of_usage(name):
    with pytest.raises(InvalidInputError, match="does not say which release this is") as raised:
        opened(RECORD, name).release(frozenset())
    assert raised.value.hint == Hint(HintKind.NAME_RELEASE)


@pytest.mark.parametrize(
    ("names", "basis"),
    [
        (["PFALL26A.txt"], None),
        (["PFALL26A_QP.txt"], "qp"),
        (["PFALL26A QPP.txt"], "qp"),
        (["PFALL26AnonQPP.txt"], "nonqp"),
        (["PFALL26A_non-QP.txt"], "nonqp"),
        (["pfrev26a.zip", "PFREV26A/PFREV26AR_nonQP.zip", "PFALL26AR.txt"], "nonqp"),
        (["pfrev26a.zip", "PFREV26AR_QP.zip", "PFALL26AR.txt"], "qp"),
        (["pfrev26a_nonQP.zip", "QP/PFALL26AR.txt"], "qp"),
    ],
)
def test_the_basis_is_in_the_names_the_innermost_first(names, basis):
    assert opened(RECORD, *names).basis == basis


def test_the_text_members_of_a_zip_and_of_the_zips_inside_it():
    inner = {
        basis: zip_of({"PFALL26AR.txt": basis.encode(), "PF26PAR.pdf": b"%PDF"})
        for basis in ("QP", "nonQP")
    }
    data = zip_of({f"PFREV26A/PFREV26AR_{basis}.zip": content for basis, content in inner.items()})
    found = [
        (file.name, file.size, file.stream.read())
        for file in payment_files(io.BytesIO(data), "pfrev26a.zip")
    ]
    assert found == [
        ("pfrev26a.zip > PFREV26A/PFREV26AR_QP.zip > PFALL26AR.txt", 2, b"QP"),
        ("pfrev26a.zip > PFREV26A/PFREV26AR_nonQP.zip > PFALL26AR.txt", 5, b"nonQP"),
    ]


def test_a_zip_without_text_and_a_page_of_html_are_refused():
    with pytest.raises(ContentRefusedError, match="PFREV25D.zip: holds no payment file"):
        list(payment_files(io.BytesIO(zip_of({"PF25PD.pdf": b"%PDF"})), "PFREV25D.zip"))
    page = b"<!DOCTYPE html><title>Page not found</title>"
    with pytest.raises(
        ContentRefusedError, match=r"is an HTML page \(Page not found\), not a payment file"
    ):
        list(payment_files(io.BytesIO(page), "PFREV25D.txt"))
