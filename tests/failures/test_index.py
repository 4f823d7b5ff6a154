"""The rows of the failure matrix, and the tests that prove each of them; a name that is gone fails here.

S is a Jupyter server, C the kernel of a code location, Z a warm process, W a run's worker, P the process of a step, N the
kernel of a notebook, B the database, E what is around. K is killed, T stopped, O out of memory, H hangs, L slow, R
restarted, 2 there twice.
"""

from __future__ import annotations

import pytest

from tests.rows import lost

SERVERS, WORKERS, STEPS = "failures/test_servers.py::", "failures/test_workers.py::", "failures/test_steps.py::"
DATABASE, AROUND = "failures/test_database.py::", "failures/test_surroundings.py::"
LOCATIONS, ZYGOTES = "code_servers/test_locations.py::", "journeys/test_zygotes.py::"
POSTGRES, FILES = "storage/test_postgres.py::", "storage/test_database.py::"
ROWS = {
    "S-K": (SERVERS + "test_S_K_a_killed_server_loses_nothing_and_its_helpers_end",),
    "S-T": (SERVERS + "test_S_T_a_stopped_server_holds_up_no_other_and_does_nothing_twice",),
    "S-O": (
        SERVERS + "test_S_O_a_server_that_the_memory_killer_ends_loses_nothing",
        "daemon/test_supervisor.py::test_S_O_who_ended_without_shutdown_is_told_at_the_next_start",
    ),
    "S-H": (
        SERVERS + "test_S_H_while_its_loop_is_blocked_runs_go_on_and_the_daemon_beats",
        "server/test_loop_watch.py::test_S_H_a_loop_that_stands_still_is_told_with_its_stack_and_goes_on",
        "api/test_busy_server.py::test_S_H_an_operation_that_finds_no_free_thread_is_given_back_and_not_begun",
    ),
    "S-L": (SERVERS + "test_S_L_a_starved_server_does_everything_once",),
    "S-R": (SERVERS + "test_S_R_a_newer_database_is_shown_and_nothing_runs",),
    "S-2": (SERVERS + "test_S_2_servers_on_one_storage_show_and_do_the_same",),
    "C-K": (
        LOCATIONS + "test_c_k_a_kernel_that_is_killed_comes_back_from_the_warm_process",
        LOCATIONS + "test_c_k_code_that_ends_its_kernel_is_asked_once_more_and_no_more",
    ),
    "C-T": (LOCATIONS + "test_c_t_a_stopped_kernel_is_replaced_after_a_call_timed_out",),
    "C-O": (
        LOCATIONS + "test_c_o_a_storm_of_crashes_stops_and_reload_begins_anew",
        LOCATIONS + "test_c_o_code_that_is_killed_while_it_loads_shows_its_last_lines",
    ),
    "C-H": (LOCATIONS + "test_c_h_an_endless_import_is_ended_and_says_where_it_hung",),
    "C-L": (LOCATIONS + "test_c_l_a_slow_import_says_where_it_is_and_keeps_no_other_waiting",),
    "C-R": (LOCATIONS + "test_c_r_a_call_that_is_going_on_ends_on_the_code_it_began_with",),
    "C-2": (
        LOCATIONS + "test_replicas_share_the_calls_and_one_takes_over_for_another",
        LOCATIONS + "test_c_r_a_call_that_is_going_on_ends_on_the_code_it_began_with",
    ),
    "Z-K": (
        ZYGOTES + "test_z_k_a_run_starts_after_its_zygote_was_killed",
        LOCATIONS + "test_z_k_a_killed_zygote_takes_its_kernel_along_and_both_come_back",
    ),
    "Z-T": (
        ZYGOTES + "test_z_t_a_stopped_zygote_means_a_cold_start_and_its_late_child_does_nothing",
        WORKERS + "test_W_2_a_worker_that_comes_after_its_run_was_canceled_runs_nothing",
    ),
    "Z-H": (
        WORKERS + "test_Z_H_a_worker_that_hangs_before_its_claim_is_killed_and_launched_again",
        AROUND + "test_a_launch_that_never_claims_is_tried_again_and_then_fails",
    ),
    "Z-R": (ZYGOTES + "test_z_r_new_code_is_never_run_by_an_old_zygote",),
    "Z-2": (WORKERS + "test_Z_2_an_order_that_is_sent_twice_is_one_run",),
    "W-K": (
        WORKERS + "test_W_K_a_killed_worker_is_replaced_and_only_what_was_in_flight_is_lost",
        WORKERS + "test_W_K_a_chain_whose_middle_was_in_flight_ends_as_worker_lost",
        WORKERS + "test_W_K_with_the_policy_rerun_the_run_succeeds_and_finished_steps_ran_once",
        WORKERS + "test_W_K_everything_the_worker_had_started_is_dead_before_another_starts",
        WORKERS + "test_W_K_killed_around_its_claim_nothing_is_lost",
    ),
    "W-T": (
        WORKERS + "test_W_T_W_H_a_stopped_worker_is_ended_and_what_it_writes_later_does_not_count",
        WORKERS + "test_W_T_W_L_a_worker_that_goes_on_in_time_is_left_alone",
    ),
    "W-O": (
        WORKERS + "test_W_O_a_worker_killed_for_memory_is_resumed_like_any_other",
        WORKERS + "test_W_K_resuming_has_an_end",
    ),
    "W-H": (WORKERS + "test_W_T_W_H_a_stopped_worker_is_ended_and_what_it_writes_later_does_not_count",),
    "W-L": (WORKERS + "test_W_T_W_L_a_worker_that_goes_on_in_time_is_left_alone",),
    "W-R": (WORKERS + "test_W_R_events_of_the_next_epoch_follow_those_of_the_one_before",),
    "W-2": (WORKERS + "test_W_2_of_two_workers_for_one_run_one_runs_it",),
    "P-K": (STEPS + "test_P_K_a_killed_step_fails_alone_and_nothing_of_its_result_is_seen",),
    "P-T": (STEPS + "test_P_T_a_stopped_step_can_be_canceled",),
    "P-O": (STEPS + "test_P_O_a_step_killed_for_memory_leaves_its_worker_alone",),
    "P-H": (
        STEPS + "test_P_H_a_step_that_ignores_the_cancel_is_killed_with_all_it_started",
        STEPS + "test_P_H_a_cancel_at_once_does_not_wait_for_anybody",
    ),
    "P-L": (STEPS + "test_P_L_a_slow_step_is_left_alone",),
    "P-R": (STEPS + "test_P_R_a_killed_step_with_a_retry_policy_is_tried_again_in_files_of_its_own",),
    "P-2": (STEPS + "test_P_2_an_attempt_has_one_process_whatever_is_ordered_or_lost",),
    "N-K": (
        STEPS + "test_N_K_a_kernel_that_dies_fails_its_step_with_the_cell_and_keeps_what_was_run",
        STEPS + "test_N_K_the_kernel_of_a_lost_worker_is_dead_before_another_starts",
    ),
    "N-T": (STEPS + "test_N_T_N_H_a_kernel_that_is_stopped_or_loops_ends_with_the_cancel",),
    "N-O": (STEPS + "test_N_O_a_kernel_killed_for_memory_says_what_it_may_have_been",),
    "N-H": (STEPS + "test_N_T_N_H_a_kernel_that_is_stopped_or_loops_ends_with_the_cancel",),
    "N-L": (STEPS + "test_N_L_a_kernel_that_starts_slowly_is_waited_for",),
    "N-R": (STEPS + "test_N_R_a_kernel_that_died_is_never_started_again",),
    "N-2": (STEPS + "test_N_2_two_runs_of_one_notebook_keep_two_notebooks",),
    "B-K": (
        DATABASE + "test_B_K_runs_go_on_while_postgres_is_dead",
        DATABASE + "test_B_K_a_run_that_is_being_claimed_waits_for_the_database",
        DATABASE + "test_B_K_a_writer_of_sqlite_that_is_killed_in_its_transaction_hurts_nobody",
        "daemon/test_supervisor.py::test_a_storage_that_is_away_is_tried_again_every_few_seconds",
    ),
    "B-T": (DATABASE + "test_B_T_a_paused_postgres_is_waited_for",),
    "B-O": (
        DATABASE + "test_B_O_a_full_disk_of_the_database_stops_no_step",
        FILES + "test_a_full_disk_keeps_what_was_stored_and_goes_on_when_there_is_room",
    ),
    "B-H": (DATABASE + "test_B_H_a_long_lock_is_waited_for",),
    "B-L": (
        DATABASE + "test_B_L_a_slow_database_costs_time_and_nothing_else",
        "daemon/test_supervisor.py::test_B_L_a_storage_that_is_slow_is_told_once_and_when_it_is_over",
    ),
    "B-R": (
        POSTGRES + "test_a_restart_is_not_noticed",
        POSTGRES + "test_a_writer_that_meets_restarts_stores_each_event_once",
    ),
    "B-2": (FILES + "test_a_network_file_system_is_refused",),
    "B-X": (
        FILES + "test_a_damaged_file_stops_with_a_clear_word",
        FILES + "test_a_file_that_goes_while_it_is_used_is_not_made_again",
    ),
    "E-1": (
        STEPS + "test_E_1_a_full_disk_of_the_output_stops_no_run_and_is_said_once",
        STEPS + "test_E_1_a_run_whose_output_finds_no_file_at_all_goes_on",
    ),
    "E-2": (STEPS + "test_E_2_a_full_disk_fails_the_step_that_writes_and_keeps_what_was_there",),
    "E-3": (AROUND + "test_E_a_clock_that_jumps_fails_no_healthy_run",),
    "E-4": (AROUND + "test_E_a_clock_that_jumps_fails_no_healthy_run",),
    "E-5": (
        "automation/test_cron.py::test_hourly_skips_the_hour_that_spring_takes_away",
        "automation/test_cron.py::test_hourly_fires_at_every_real_hour_in_autumn",
        "automation/test_cron.py::test_daily_time_inside_the_spring_gap_fires_when_the_gap_ends",
        "automation/test_cron.py::test_daily_time_inside_the_autumn_fold_fires_once_at_the_second",
    ),
    "E-6": (
        AROUND + "test_E_a_clock_that_jumps_fails_no_healthy_run",
        "daemon/test_rescuer.py::test_after_an_outage_no_lease_is_judged_before_a_whole_lease_has_passed",
    ),
    "E-7": (
        AROUND + "test_E_7_a_worker_whose_clock_differs_is_judged_by_the_clock_of_the_database",
        POSTGRES + "test_leases_go_by_the_clock_of_the_server",
    ),
    "E-8": (AROUND + "test_E_8_a_run_of_an_earlier_boot_is_resumed_at_once",),
}


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_its_tests(row: str) -> None:
    assert lost(ROWS[row]) == []


def test_no_row_is_left_out() -> None:
    faults = {kind: "KTOHLR2" for kind in "SCWPN"} | {"Z": "KTHR2", "B": "KTOHLR2X", "E": "12345678"}
    assert ROWS.keys() == {f"{kind}-{fault}" for kind, marks in faults.items() for fault in marks}
