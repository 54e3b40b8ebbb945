"""A changed row of a table is all that a changed rule takes: amounts follow it from its day on."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from priced import Rates, prices
from test_pricing import line, rate

from feesync.pricing import limits, multiple, program
from feesync.pricing.recipe import Rest, recipe
from feesync.reference import modifiers, rule_values, tables

CACHES = [
    tables._lines_by_key, rule_values.rule_values, rule_values.rule_value,
    rule_values.unchanged_since, rule_values._changes, modifiers.modifier_effects,
    limits.nonparticipating, limits.limiting_share, multiple.last_rank, multiple.of_rank,
    program._program_of_shape, program._terms_of_shape,
]  # fmt: skip


def forget():
    for cache in CACHES:
        cache.cache_clear()


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Change a line of a table of data/reference, for as long as a test runs."""
    folder = tmp_path / "data"
    shutil.copytree(Path(tables.data_folder(), "reference"), folder / "reference")

    def change(name, old, *new):
        path = folder / "reference" / name
        text = path.read_text(encoding="utf-8")
        (found,) = [each for each in text.splitlines() if each.startswith(old)]
        rest = found.removeprefix(old)
        path.write_text(text.replace(found, "\n".join(each + rest for each in new)))
        forget()

    monkeypatch.setattr(tables, "data_folder", lambda: str(folder))
    forget()
    yield change
    monkeypatch.undo()
    forget()


def allowed(*lines, **changes):
    """What is allowed of lines of 64493 at 222.87, in cents."""
    own = rate(**changes)
    return [each.allowed for each in prices(lines, Rates({("64493", own.modifier): own}))]


IMAGE = {"pctc": "1", "modifier": "TC", "imaging_family": "88"}
TWO = (line(), line("59"))
PARTS = (line("TC"), line("TC", "59"))


@pytest.mark.parametrize(
    ("old", "new", "lines", "changes", "before", "after"),
    [
        # 222.87 x 0.5, x 0.6
        ("multiple procedure,rank 2,50", "multiple procedure,rank 2,60", TWO, {},
         [11144, 22287], [13372, 22287]),
        # less 50, 20 percent of 3.64 x 1.419 x 32.3465 = 167.0747
        ("multiple therapy,practice expense,50", "multiple therapy,practice expense,80", TWO,
         {"multiple_procedure": "5"}, [13933, 22287], [18946, 22287]),
        # 222.87 x 0.5, x 0.7; the line is all technical
        ("multiple imaging,technical,50", "multiple imaging,technical,70", PARTS,
         {**IMAGE, "multiple_procedure": "4"}, [11144, 22287], [15601, 22287]),
        # 222.87 x 0.75, x 0.6 and x 0.8, x 0.6
        ("multiple cardiovascular,technical,75", "multiple cardiovascular,technical,60", PARTS,
         {**IMAGE, "multiple_procedure": "6"}, [16715, 22287], [13372, 22287]),
        ("multiple ophthalmology,technical,80", "multiple ophthalmology,technical,60", PARTS,
         {**IMAGE, "multiple_procedure": "7"}, [17830, 22287], [13372, 22287]),
        # 222.87 x 0.85, x 0.8
        ("practitioner,np,85", "practitioner,np,80", (line(kind="np"),), {}, [18944], [17830]),
        # 222.87 x 0.95, x 0.9
        ("participation,nonparticipating,95", "participation,nonparticipating,90",
         (line(nonpar=True),), {}, [21173], [20058]),
    ],
)  # fmt: skip
def test_an_amount_follows_the_value_of_its_rule(table, old, new, lines, changes, before, after):
    assert sorted(allowed(*lines, **changes)) == before
    table("rule_values.csv", old, new)
    assert sorted(allowed(*lines, **changes)) == after


def test_the_limiting_charge_follows_both_of_its_values(table):
    table(
        "rule_values.csv", "participation,limiting charge,115", "participation,limiting charge,110"
    )
    # 222.87126658 x 0.95 x 1.10 = 232.9004, then x 0.90 x 1.10 = 220.6426
    assert limits.limiting_charge(222_871_266_580, date(2025, 11, 3)) == 23290
    table(
        "rule_values.csv", "participation,nonparticipating,95", "participation,nonparticipating,90"
    )
    assert limits.limiting_charge(222_871_266_580, date(2025, 11, 3)) == 22064


def test_a_seventh_rank_is_by_report_where_the_table_ends_at_six(table):
    def by_report(count):
        found = prices([line(units=count)], Rates({("64493", ""): rate(bilateral="0")}))
        return [note.code for note in found[0].notes if note.code == "units-by-report"]

    assert (by_report(5), by_report(6)) == ([], ["units-by-report"])
    rank = "multiple procedure,rank {},50"
    table("rule_values.csv", rank.format(5), rank.format(5), rank.format(6))
    assert (by_report(6), by_report(7)) == ([], ["units-by-report"])


def test_units_whose_ranks_differ_have_no_recipe(table):
    def rest(count):
        asked = line(units=count)
        found = recipe(program.program(rate(bilateral="0").indicators, asked), asked)
        return found and found.rest

    assert [rest(count) for count in (2, 3)] == [Rest(1, factor=5000), Rest(2, factor=5000)]
    table("rule_values.csv", "multiple procedure,rank 3,50", "multiple procedure,rank 3,40")
    assert [rest(count) for count in (2, 3)] == [Rest(1, factor=5000), None]
    table("rule_values.csv", "multiple procedure,rank 1,100", "multiple procedure,rank 1,90")
    assert [rest(count) for count in (2, 3)] == [None, None]


@pytest.mark.parametrize(
    ("modifier", "factor", "lines", "before", "after"),
    [
        # both sides without 50 among the modifiers: 222.87 x 1.5, x 1.6
        ("50", ("1.5", "1.6"), [line("RT", "LT")], 33431, 35659),
        ("50", ("1.5", "1.6"), [line("50")], 33431, 35659),
        ("50", ("1.5", "1.6"), [line(units=2)], 33431, 35659),
        # 222.87 x 0.16, x 0.2; x 0.625, x 0.6
        ("80", ("0.16", "0.2"), [line("80")], 3566, 4457),
        ("62", ("0.625", "0.6"), [line("62")], 13929, 13372),
    ],
)
def test_a_factor_that_changes_on_a_day_is_another_from_then_on(
    table, modifier, factor, lines, before, after
):
    text = Path(tables.data_folder(), "reference/modifiers.csv").read_text(encoding="utf-8")
    (row,) = [each for each in text.splitlines() if each.startswith(f"{modifier},")]
    old, (one, other) = row.split(",,,,,", 1)[0], factor
    table(
        "modifiers.csv",
        f"{old},,,,,",
        f"{old},,,,2025-05-31,",
        f"{old.replace(one, other)},,,2025-06-01,,",
    )
    for day, cents in [("2025-05-31", before), ("2025-06-01", after), ("2025-05-31", before)]:
        dated = [each.on_terms(day=date.fromisoformat(day)) for each in lines]
        assert sum(allowed(*dated, co_surgeon="2")) == cents


def test_the_words_of_as_follow_the_row_of_80_on_its_day(table):
    old = '80,multiplies,0.16,"assistant indicator 2, or 0 with documents",,'
    table(
        "modifiers.csv",
        f"{old},,,",
        f"{old},,2025-05-31,",
        f"{old.replace('0.16', '0.17')},2025-06-01,,",
    )
    for day, percent in [("2025-05-31", "85 % of 16 %"), ("2025-06-01", "80 % of 17 %")]:
        (found,) = prices([line("AS", day=day)], Rates({("64493", ""): rate()}))
        assert found.steps[0].reason == f"modifier AS: {percent} of the surgeon's amount"
