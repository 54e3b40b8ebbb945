"""The rooms of feesync whose tests are tried, and the test files that pin each."""

from typing import NamedTuple


class Room(NamedTuple):
    """A folder of feesync: the least score of its tests in percent, and their files."""

    bound: int
    tests: tuple[str, ...]


ROOMS = {
    "pricing": Room(
        95,
        (
            "test_pricing",
            "test_pricing_words",
            "test_lines_beside",
            "test_notes_beside",
            "test_modifier_words",
            "test_rule_values",
            "test_modifiers",
            "test_claim_rules",
            "test_payers",
            "test_claim",
            "test_contract",
            "test_program",
            "test_claim_lookup",
            "test_recipe",
            "test_ranking",
            "test_second_opinion",
            "test_claim_properties",
            "test_made_up_claims",
            "test_changed_values",
            "test_payer_factor",
            "test_words",
        ),
    ),
    "claims": Room(
        95,
        (
            "test_claim_values",
            "test_claim_file",
            "test_header",
            "test_outlines",
            "test_estimate",
            "test_claim",
            "test_payer_factor",
            "test_frame_cells",
            "test_contract",
            "test_payers",
            "test_rule_values",
            "test_claim_lookup",
            "test_public",
            "test_schedule",
            "test_claim_cells",
            "test_words",
            "test_defaults",
            "test_cli_estimate",
            "test_cli_claim",
            "test_answer_row",
            "test_claim_properties",
        ),
    ),
    "store": Room(
        85,
        (
            "test_library",
            "test_freshness",
            "test_live",
            "test_one_rate",
            "test_columnar",
            "test_copy",
            "test_slices",
            "test_current_rate",
            "test_state",
            "test_obstacles",
            "test_schema",
            "test_revisions",
            "test_zip_tables",
            "test_snapshot",
            "test_editions",
            "test_schedule",
            "test_old_databases",
            "test_checksums",
            "test_zip_codes",
            "test_load",
            "test_zip_load",
            "test_cli_status",
            "test_results",
        ),
    ),
    "datasets": Room(
        85,
        (
            "test_checks",
            "test_check_words",
            "test_policy_shares",
            "test_wrong_policies",
            "test_drift",
            "test_revisions",
            "test_editions",
            "test_selection",
            "test_dataset_questions",
            "test_datasets",
            "test_load",
            "test_zip_bounds",
            "test_zip_checks",
            "test_zip_load",
            "test_set_aside",
            "test_release",
            "test_schemas",
            "test_cli_status",
            "test_results",
        ),
    ),
    "places": Room(
        85,
        (
            "test_localities",
            "test_place_names",
            "test_place_search",
            "test_counties",
            "test_zip_codes",
            "test_schedule",
            "test_cli_localities",
            "test_cli_places",
        ),
    ),
}
"""Fast and direct tests first.

Tests marked slow are left out, as are all that read CMS's files.
"""
