"""The rows of wrong settings (I) and workspaces (W), and the tests that prove each of them."""

from __future__ import annotations

import pytest

from tests.rows import lost

SETTINGS, TEXT, FOLDERS, CUSTOM = (
    "test_settings.py::",
    "test_yaml_text.py::",
    "test_folders.py::",
    "test_custom_parts.py::",
)
WORKSPACE, LOCATIONS, LOADER = (
    "code_servers/test_workspace.py::",
    "code_servers/test_locations.py::",
    "kernel/test_loader.py::",
)
CHECK, FILES, POSTGRES = "cli/test_checking.py::", "storage/test_database.py::", "storage/test_postgres.py::"
ROWS = {
    "I1 no file": (SETTINGS + "test_no_file_and_an_empty_file_mean_the_defaults",),
    "I2 empty file": (SETTINGS + "test_no_file_and_an_empty_file_mean_the_defaults",),
    "I3 broken YAML": (
        TEXT + "test_what_is_not_accepted_is_refused_with_its_place",
        SETTINGS + "test_a_file_that_can_not_be_read_is_named_once_and_with_its_line",
        "journeys/test_observing.py::test_a_server_that_can_not_write_says_so_in_one_line",
    ),
    "I4 no mapping": (SETTINGS + "test_what_is_no_mapping_of_settings_is_refused_with_the_file_named",),
    "I5 unknown key": (
        SETTINGS + "test_all_mistakes_are_told_at_once_with_their_places",
        SETTINGS + "test_a_mistake_tells_what_would_be_right",
        "cli/test_instance.py::test_a_misspelt_key_is_told_with_its_place",
    ),
    "I6 a key twice": (TEXT + "test_what_is_not_accepted_is_refused_with_its_place",),
    "I7 tags": (TEXT + "test_what_is_not_accepted_is_refused_with_its_place",),
    "I8 alias bomb, deep nesting": (TEXT + "test_what_is_not_accepted_is_refused_with_its_place",),
    "I9 classes": (
        CUSTOM + "test_what_does_not_fit_is_told_with_its_place",
        SETTINGS + "test_a_class_of_somebody_else_is_told_where_it_is_named",
        SETTINGS + "test_classes_of_classic_are_told_what_does_the_same",
        "cli/test_instance.py::test_all_mistakes_are_told_at_once",
    ),
    "I10 unset variable": (SETTINGS + "test_all_mistakes_are_told_at_once_with_their_places",),
    "I11 wrong types and numbers": (
        SETTINGS + "test_the_limits_of_a_queue_are_checked_where_they_stand",
        SETTINGS + "test_a_mistake_tells_what_would_be_right",
        SETTINGS + "test_numbers_and_switches_of_the_environment_are_read_from_text",
    ),
    "I12 huge, binary, UTF-16, BOM": (
        TEXT + "test_what_is_not_accepted_is_refused_with_its_place",
        TEXT + "test_a_file_is_told_once_with_its_place",
    ),
    "I13 wrong address of Postgres": (
        POSTGRES + "test_each_mistake_in_the_address_has_its_own_sentence",
        SETTINGS + "test_an_address_of_no_postgres_is_told_without_its_password",
        CHECK + "test_a_postgres_that_may_not_be_written_is_found",
    ),
    "I14 the state folder": (
        FOLDERS + "test_I14_a_home_that_everybody_may_write_is_refused",
        FOLDERS + "test_I14_a_link_to_somebody_elses_folder_is_refused",
        FOLDERS + "test_I14_a_home_that_can_not_be_made_is_told",
        FILES + "test_a_network_file_system_is_refused",
        CHECK + "test_what_can_be_tried_is_tried",
        "journeys/test_storages.py::test_a_disk_that_is_full_read_only_or_damaged_is_told_and_nothing_is_lost",
    ),
    "I15 newer schema": (
        "storage/test_versions.py::test_a_newer_schema_is_shown_and_never_written",
        "cli/test_instance.py::test_a_newer_database_is_shown_and_not_written",
    ),
    "W1 file missing": (WORKSPACE + "test_w1_a_location_whose_file_is_missing_hides_no_other",),
    "W2 one name twice": (WORKSPACE + "test_w2_two_locations_of_one_name_are_told_with_both_lines",),
    "W3 unknown kernel": (
        LOCATIONS + "test_w3_an_unknown_kernel_is_told_with_those_there_are",
        CHECK + "test_interpreters_and_kernels_of_locations_are_looked_for",
    ),
    "W4 paths outside": (WORKSPACE + "test_w4_code_outside_of_the_workspace_must_be_meant",),
    "W5 addresses": (WORKSPACE + "test_w5_an_address_is_no_path",),
    "W6 huge code": (WORKSPACE + "test_w6_code_of_hundreds_of_megabytes_is_refused_by_its_size",),
    "W7 500 locations": (LOCATIONS + "test_w7_many_locations_sleep_until_they_are_needed",),
    "W8 saved while it loads": (LOCATIONS + "test_w8_code_that_is_saved_while_it_loads_is_loaded_once_more",),
    "W9 names of the standard library": (
        LOADER + "test_w9_a_folder_with_names_of_the_standard_library_does_not_come_before_it",
    ),
    "W10 attribute, module, keys": (
        LOADER + "test_w10_what_is_no_repository_is_told_with_what_there_is",
        LOADER + "test_wrong_targets_say_what_to_mend",
        WORKSPACE + "test_a_wrong_entry_says_where_what_and_what_to_do",
        WORKSPACE + "test_a_file_that_is_wrong_as_a_whole_says_where",
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_its_tests(row: str) -> None:
    assert lost(ROWS[row]) == []


def test_no_row_is_left_out() -> None:
    assert {row.split()[0] for row in ROWS} == {f"I{n}" for n in range(1, 16)} | {f"W{n}" for n in range(1, 11)}
