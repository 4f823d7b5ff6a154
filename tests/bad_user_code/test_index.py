"""The rows of bad user code, and the tests that prove each of them; a name that is gone fails here."""

from __future__ import annotations

import pytest

from tests.rows import lost

ROWS = {
    "U1 ImportError, SyntaxError": (
        "kernel/test_loader.py::test_u1_u3_u18_what_goes_wrong_has_file_line_and_code",
        "journeys/test_locations.py::test_broken_code_says_where_and_why",
    ),
    "U2 infinite loop at import": ("journeys/test_locations.py::test_an_endless_import_says_where_it_hung",),
    "U3 exit at import": (
        "kernel/test_loader.py::test_u1_u3_u18_what_goes_wrong_has_file_line_and_code",
        "journeys/test_locations.py::test_broken_code_says_where_and_why",
    ),
    "U4 kills its parent or its group": (
        "journeys/test_bad_code.py::test_u4_code_that_kills_around_itself_kills_no_server_and_says_what_died",
    ),
    "U5 forks or starts threads at import": (
        "journeys/test_bad_code.py::test_u5_code_that_starts_threads_at_import_works",
        "journeys/test_bad_code.py::test_u5_what_code_starts_at_import_ends_with_its_location",
        "journeys/test_runs.py::test_code_that_leaves_threads_is_run_cold_and_says_so",
    ),
    "U6 input()": ("kernel/test_processes.py::test_u6_there_is_no_standard_input",),
    "U7 binary and terminal sequences": (
        "bad_user_code/test_output.py::test_u7_binary_and_terminal_sequences_are_stored_byte_by_byte",
    ),
    "U8 one endless line": (
        "bad_user_code/test_output.py::test_u8_a_line_of_a_hundred_megabytes_passes_by_and_is_not_held_in_memory",
        "bad_user_code/test_output.py::test_u8_a_huge_line_in_the_log_is_cut_and_says_so",
        "journeys/test_bad_code.py::test_output_without_end_is_kept_up_to_the_cap_and_marked",
    ),
    "U9 millions of lines": ("journeys/test_bad_code.py::test_output_without_end_is_kept_up_to_the_cap_and_marked",),
    "U10 spoils its streams": (
        "bad_user_code/test_output.py::test_u10_a_step_that_spoils_its_streams_ends_properly_and_so_does_the_next",
    ),
    "U11 not picklable": (
        "execution/test_resources.py::test_u11_an_output_that_can_not_be_pickled_names_output_type_and_way_out",
    ),
    "U12 pickles but does not load": (
        "execution/test_resources.py::test_u12_an_output_that_does_not_load_names_both_steps",
    ),
    "U13 huge output": (
        "bad_user_code/test_large_values.py::test_u13_a_large_output_is_streamed_to_its_file_and_not_copied",
        "bad_user_code/test_large_values.py::test_u13_an_output_that_the_disk_does_not_hold_fails_its_step_and_leaves_nothing",
    ),
    "U14 repr that raises": ("definitions/test_shown.py::test_u14_any_value_is_said_in_a_few_words",),
    "U15 odd exceptions": ("kernel/test_run_plan.py::test_u15_errors_of_odd_shapes_are_cut_and_never_hang",),
    "U16 BaseException": (
        "kernel/test_processes.py::test_u16_any_exception_of_user_code_fails_the_step_and_the_run_ends_in_order",
    ),
    "U17 segfault, abort": (
        "kernel/test_processes.py::test_u17_a_step_process_that_dies_names_how",
        "bad_user_code/test_killed_steps.py::test_resources_of_a_killed_step_are_closed_in_reverse",
    ),
    "U18 cyclic graph": ("definitions/test_composition.py::test_a_circle_is_named_as_it_runs",),
    "U19 duplicate names": ("kernel/test_loader.py::test_u19_two_of_one_name_are_refused_with_both_places",),
    "U20 odd names": ("definitions/test_composition.py::test_names_have_letters_digits_and_underscores",),
    "U21 large graphs": (
        "plan/test_scale.py::test_a_chain_of_five_thousand_is_planned_described_and_run",
        "plan/test_scale.py::test_ten_thousand_solids_side_by_side",
    ),
    "U22 many dynamic outputs": ("execution/test_dynamic.py::test_u22_ten_thousand_values_are_mapped_and_collected",),
    "U23 changes its process": ("kernel/test_processes.py::test_u23_what_a_step_does_to_its_process_stays_there",),
    "U24 leaves threads and children": (
        "kernel/test_processes.py::test_u24_processes_that_a_step_leaves_behind_are_ended_and_said",
    ),
    "U25 resources that fail": (
        "execution/test_resources.py::test_what_can_not_be_opened_starts_no_step_and_closes_what_was_open",
        "execution/test_resources.py::test_u25_a_teardown_that_hangs_is_left_after_its_time",
    ),
    "U26 sensors that answer wrongly": (
        "definitions/test_automation.py::test_u26_wrong_answers_of_sensors_are_typed_errors",
    ),
    "U27 schedules that sleep": (
        "bad_user_code/test_slow_evaluation.py::"
        "test_u27_a_schedule_that_sleeps_for_minutes_is_left_after_its_time_and_the_others_are_on_time",
    ),
    "U28 metadata": ("bad_user_code/test_large_values.py::test_u28_metadata_is_data_and_has_an_end",),
    "U29 takes all there is": (
        "bad_user_code/test_greedy_steps.py::test_u29_a_step_that_wants_all_memory_fails_alone",
        "bad_user_code/test_greedy_steps.py::test_u29_a_step_that_opens_files_without_end_fails_alone",
    ),
    "U30 prints its environment": (
        "journeys/test_bad_code.py::test_u30_code_that_prints_its_environment_shows_no_secret_of_the_server",
    ),
    "case 27 selection": (
        "plan/test_selection.py::test_queries_go_up_and_down",
        "plan/test_selection.py::test_two_levels_up_follow_every_branch_equally_far",
    ),
    "case 28 from failure": (
        "kernel/test_run_plan.py::"
        "test_property_after_a_crash_anywhere_exactly_the_unfinished_and_what_follows_run_again",
        "execution/test_reexecution.py::test_from_failure_runs_what_failed_and_what_follows_again_and_again",
    ),
    "case 29 dynamic": (
        "execution/test_dynamic.py::test_values_are_keyed_by_their_mapping_key",
        "execution/test_dynamic.py::test_no_item_is_a_success_with_an_empty_collect",
        "execution/test_dynamic.py::test_one_index_can_be_executed_again_with_all_that_follows",
        "execution/test_dynamic.py::test_a_producer_and_one_of_its_mapped_steps_can_not_be_selected_together",
    ),
    "case 30 config": (
        "plan/test_run_config.py::test_mistakes_at_every_depth_come_together_with_exact_paths",
        "definitions/test_config.py::test_all_mistakes_are_found_together_each_with_kind_path_and_value",
    ),
    "case 31 retries": (
        "execution/test_retries.py::test_the_invocation_outweighs_the_definition_and_that_the_pipeline",
        "execution/test_retries.py::test_delays_grow_as_the_policy_says",
        "execution/test_retries.py::test_jitter_stays_in_its_band",
    ),
    "case 32 hooks": (
        "execution/test_hooks.py::test_hooks_on_solid_composite_and_pipeline_fire_once_per_matching_step",
        "execution/test_hooks.py::test_a_raising_hook_is_recorded_and_changes_nothing",
    ),
    "case 33 ends of runs": (
        "kernel/test_processes.py::test_u17_a_step_process_that_dies_names_how",
        "journeys/test_runs.py::test_a_killed_worker_is_noticed_and_its_runner_ended",
    ),
    "case 34 broken locations": (
        "journeys/test_locations.py::test_mended_code_recovers_on_reload",
        "journeys/test_locations.py::test_a_broken_edit_leaves_the_last_good_code_in_use",
    ),
    "case 35 memoization": (
        "execution/test_memoization.py::test_only_what_changed_and_what_follows_runs_again",
        "classic_programs/test_jobs_and_assets.py::test_only_what_changed_runs",
    ),
    "X4 many lines at once": (
        "kernel/test_processes.py::test_x4_many_steps_that_log_a_lot_lose_nothing_and_keep_their_order",
        "journeys/test_steps.py::test_of_twenty_thousand_lines_from_twenty_steps_at_once_none_is_lost",
    ),
    "X5 one line and gone": ("kernel/test_processes.py::test_x5_one_line_and_gone_at_once_is_captured_every_time",),
    "X6 grandchildren": (
        "kernel/test_processes.py::test_x6_cancel_ends_children_and_grandchildren_that_ignore_it",
        "journeys/test_steps.py::test_of_a_family_that_ignores_term_none_is_alive_after_the_grace",
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_its_tests(row: str) -> None:
    assert lost(ROWS[row]) == []
