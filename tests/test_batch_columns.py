"""Which column of a file of claims is which: usual names, what the caller maps, and refusals."""

import pytest

from feesync import InvalidInputError
from feesync.batch.columns import MEANINGS, read_columns
from feesync.cli.hints import error_text

NEEDED = ("hcpcs", "date", "locality")


def names_of(*header, **options):
    """Our names, each with the names of its columns."""
    columns = read_columns([("claims.csv", header)], **options)
    return {
        name: [columns.names[position] for position in positions]
        for name, positions in columns.meanings.items()
    }


def refusal(*header, **options):
    with pytest.raises(InvalidInputError) as refused:
        read_columns([("claims.csv", header)], **options)
    return error_text(refused.value)


@pytest.mark.parametrize("vague", ["Rendering Provider", "rendering_provider_id"])
def test_an_npi_goes_before_what_may_be_one(vague):
    header = [*["date", "hcpcs", "locality"], vague, "Rendering NPI"]
    for names in (header, header[::-1]):
        assert read_columns([("a", names)]).meanings["npi"] == (names.index("Rendering NPI"),)
    assert read_columns([("a", header[:-1])]).meanings["npi"] == (3,)
    mapped = read_columns([("a", header)], {vague: "npi"})
    assert mapped.meanings["npi"] == (3,)


def test_two_columns_that_may_be_the_npi_are_refused():
    header = [*["date", "hcpcs", "locality"], "Rendering Provider", "Rendering Provider ID"]
    with pytest.raises(InvalidInputError, match="are both npi"):
        read_columns([("a", header)])


def test_a_meaning_that_is_none_has_the_nearest():
    with pytest.raises(InvalidInputError, match="'hcpc' is no column .*; the nearest is hcpcs; th"):
        read_columns([("a", ["cpt", "date", "zip"])], {"cpt": "hcpc"})


def test_every_column_of_a_line_has_its_own_name():
    own = [name for name in MEANINGS if not name.startswith("mod") and name != "zip"]
    assert names_of(*own) == {name: [name] for name in own}
    assert [*own, "modifiers", "mod1", "mod2", "mod3", "mod4", "zip"].sort() == [*MEANINGS].sort()


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("dos", "date"), ("Date_of_Service", "date"), ("Service Date", "date"),
        ("From Date", "date"), ("DOS From", "date"),
        ("cpt", "hcpcs"), ("CPT/HCPCS", "hcpcs"), ("Procedure Code", "hcpcs"),
        ("place_of_service", "pos"), ("Place Of Service", "pos"),
        ("billed", "charge"), ("Billed Amount", "charge"), ("Charges", "charge"),
        ("Qty", "units"), ("Claim #", "claim_id"), ("claim number", "claim_id"),
        ("Line No.", "line"), ("MRN", "patient"), ("Tax ID", "tin"),
        ("NPI", "npi"), ("Rendering NPI", "npi"),
        ("allowed", "paid_allowed"), ("Allowed Amt", "paid_allowed"),
        ("paid allowed", "paid_allowed"), ("Carrier", "mac"), ("place", "locality"),
        ("MOD", "modifiers"), ("Billed Amt", "charge"), ("Charge Amt", "charge"),
        ("Number of Units", "units"), ("Encounter #", "claim_id"),
        ("Procedure Modifier 1", "modifiers"), ("Service Date From", "date"),
    ],
)  # fmt: skip
def test_usual_names_are_known(theirs, ours):
    others = [name for name in NEEDED if name != ours]
    assert names_of(*others, theirs)[ours] == [theirs]


def test_the_zip_of_a_facility_is_a_place():
    assert names_of("hcpcs", "date", "Facility Zip")["zip"] == ["Facility Zip"]


@pytest.mark.parametrize(
    "theirs", ["billing npi", "provider", "dx1", "status", "payer", "allowed units"]
)
def test_other_columns_are_carried(theirs):
    assert names_of(*NEEDED, theirs) == {name: [name] for name in NEEDED}


def test_modifiers_may_be_several_columns_in_any_order():
    found = names_of(*NEEDED, "Mod 2", "modifier1", "mods", "M3", "Modifier")
    assert found["modifiers"] == ["mods", "Modifier", "modifier1", "Mod 2", "M3"]


def test_what_is_mapped_goes_before_what_a_name_says():
    assert names_of("code", "dos", "zip", "proc", mapping={"Proc": "hcpcs"})["hcpcs"] == ["proc"]
    found = names_of("svc", "cpt", "Zip Code", mapping={"SVC": "dos", "zipcode": "zip"})
    assert found == {"date": ["svc"], "hcpcs": ["cpt"], "zip": ["Zip Code"]}


def test_a_zip_is_only_carried_beside_a_locality():
    assert "zip" not in names_of(*NEEDED, "zip")
    assert names_of("hcpcs", "date", "zip", "mac")["zip"] == ["zip"]


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (
            ("claim", "svc_dte", "cpt", "zip"),
            "claims.csv has no column of dates of service (date, dos, service date); the nearest "
            "is 'svc_dte'; --map svc_dte=date says which it is; --date is for lines without one",
        ),
        (
            ("claim", "dos", "Proc Cde", "zip"),
            "claims.csv has no column of codes (hcpcs, cpt, code); the nearest is 'Proc Cde'; "
            "--map 'Proc Cde=hcpcs' says which it is",
        ),
        (
            ("claim", "dos", "cpt", "qqq"),
            "claims.csv has no column of places (locality, or zip); --map THEIRS=locality says "
            "which it is; --locality is for lines without one",
        ),
        (
            ("claim", "dos", "cpt", "mac"),
            "claims.csv has no column of localities; a mac needs one; --map THEIRS=locality says "
            "which it is; --locality is for lines without one",
        ),
        (
            (*NEEDED, "dos"),
            "claims.csv has 'date' and 'dos', which are both date; --map date=date says which it "
            "is",
        ),
        ((*NEEDED, "Date"), "claims.csv has the column 'date' twice"),
        (("", " "), "claims.csv is empty: its first row is to name the columns"),
    ],
)  # fmt: skip
def test_a_missing_column_is_named_with_the_nearest(header, text):
    assert refusal(*header).startswith(text)


def test_what_every_line_has_needs_no_column():
    assert names_of("cpt", given=("date", "locality")) == {"hcpcs": ["cpt"]}
    assert "localities" in refusal("cpt", "mac", given=("date",))


def test_a_mapping_names_what_is_there():
    assert refusal(*NEEDED, mapping={"dat": "date"}) == (
        "claims.csv has no column 'dat'; the nearest is 'date'"
    )
    assert refusal(*NEEDED, mapping={"date": "when"}).startswith(
        "'when' is no column of a claim line; those are claim_id, line, hcpcs, modifiers, mod1,"
    )
    two = [("a.csv", NEEDED), ("b.csv", NEEDED)]
    with pytest.raises(InvalidInputError, match="^none of the 2 files has a column 'xyz'$"):
        read_columns(two, {"xyz": "date"})
    with pytest.raises(InvalidInputError, match="^b.csv has no column of codes"):
        read_columns([two[0], ("b.csv", ("date", "locality"))])


def test_no_two_columns_come_out_alike():
    columns = read_columns([("a.csv", (*NEEDED, "note", "Note", "", "NOTE", " note_2 "))])
    assert columns.names[3:] == ("note", "Note_2", "column6", "NOTE_3", "note_2_2")
    again = read_columns(
        [("a.csv", ("hcpcs", "", "date", "zip", "")), ("b.csv", ("cpt", "dos", "", "zip"))]
    )
    assert again.names == ("hcpcs", "column2", "date", "zip", "column5")
    assert again.of_files == ((0, 1, 2, 3, 4), (0, 2, 1, 3))


def test_a_column_that_is_nearly_known_is_mentioned():
    columns = read_columns([("a.csv", (*NEEDED, "modifer", "unitss", "dat", "claim type"))])
    assert columns.unread == (("modifer", "modifiers"), ("unitss", "units"))
    assert read_columns([("a.csv", (*NEEDED, "modifer", "mods"))]).unread == ()


def test_a_column_that_may_change_amounts_is_mentioned_whatever_else_its_name_has():
    header = (*NEEDED, "Pt Units Rendered", "Line Modifier Text", "Discharge Date", "Patient Zip")
    assert read_columns([("a.csv", header)]).unread == (
        ("Pt Units Rendered", "units"),
        ("Line Modifier Text", "modifiers"),
    )
    assert read_columns([("a.csv", (*NEEDED, "units", "Units of Measure"))]).unread == ()
