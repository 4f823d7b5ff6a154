"""The rows of bad requests, paths and origins, the security suites, and the tests that prove each; a name that is gone fails."""

from __future__ import annotations

import pytest

from tests.rows import lost

ENGINE, LIMITS, REST = "api/test_engine.py::", "journeys/test_limits.py::", "journeys/test_rest.py::"
ACCESS, PATHS, FILES = "journeys/test_access.py::", "journeys/test_paths.py::", "compute_logs/test_regular_files.py::"
FUZZ, DOORS, SECRETS = "journeys/test_fuzz.py::", "journeys/test_doors.py::", "journeys/test_secrets.py::"
CROSS_SITE = "browser/test_cross_site.py::test_v3_t4_t5_t7_a_page_of_another_origin_reads_and_starts_nothing"
HEAVY = (
    ENGINE + "test_documents_that_are_too_much_or_wrong_are_refused",
    LIMITS + "test_a2_a3_a4_heavy_documents_are_refused_by_both_doors",
)
ROWS = {
    "A1 no document, a batch": (
        LIMITS + "test_a1_what_is_no_document_is_refused_with_its_place",
        ENGINE + "test_requests_of_another_form_are_refused",
    ),
    "A2 depth": HEAVY,
    "A3 aliases, doubling and circular fragments": HEAVY,
    "A4 directives, operations, variables": HEAVY,
    "A5 by GET": (ACCESS + "test_a5_a6_nothing_changes_by_get_and_only_json_is_read",),
    "A6 content types": (ACCESS + "test_a5_a6_nothing_changes_by_get_and_only_json_is_read",),
    "A7 long bodies": (
        LIMITS + "test_a7_bodies_that_are_too_long_never_get_into_memory",
        LIMITS + "test_a7_a_length_that_is_a_lie_hurts_nobody",
        ACCESS + "test_a7_a_body_that_is_too_long_is_refused_before_it_has_come",
    ),
    "A8 wrong ids": (ACCESS + "test_a8_a9_ids_of_any_form_are_not_found",),
    "A9 SQL in texts": (
        LIMITS + "test_a8_a9_a19_no_text_of_a_client_becomes_part_of_a_query_or_a_pattern",
        ACCESS + "test_a8_a9_ids_of_any_form_are_not_found",
    ),
    "A10 tampered cursors": (
        REST + "test_a14_wrong_paths_and_parameters_are_answered_in_json",
        "api/test_definitions.py::test_wrong_keys_and_cursors_of_logs_are_refused_in_words",
    ),
    "A11 limits": (LIMITS + "test_a11_limits_are_capped_or_refused",),
    "A12 wishes that do not fit": (LIMITS + "test_a12_wishes_that_do_not_fit_are_typed_errors",),
    "A13 one wish many times": (ACCESS + "test_a13_the_same_wish_many_times_at_once_is_one_run",),
    "A14 wrong paths and methods": (
        REST + "test_a14_wrong_paths_and_parameters_are_answered_in_json",
        REST + "test_a_method_that_a_route_does_not_take",
    ),
    "A15 the socket": (
        LIMITS + "test_a15_what_breaks_the_protocol_ends_the_socket",
        LIMITS + "test_a15_a_flood_of_pings_keeps_nobody_else_waiting",
        LIMITS + "test_a15_half_open_sockets_are_ended_and_leave_nothing",
    ),
    "A16 rights that go": (ACCESS + "test_a16_a_right_that_is_taken_away_ends_the_subscription",),
    "A17 introspection": (ACCESS + "test_a17_the_schema_is_for_those_who_may_read",),
    "A18 fields that fail": (LIMITS + "test_a18_a_field_that_fails_says_so_in_our_words",),
    "A19 patterns": (LIMITS + "test_a8_a9_a19_no_text_of_a_client_becomes_part_of_a_query_or_a_pattern",),
    "A20 long downloads": (
        REST + "test_a20_parts_of_a_log_are_served",
        REST + "test_a20_a_client_that_stops_half_way_leaves_nothing_open",
    ),
    "P1 out of the folder": (
        PATHS + "test_p1_p2_no_name_in_an_address_becomes_a_path",
        PATHS + "test_p1_there_are_two_streams",
    ),
    "P2 a sibling": (PATHS + "test_p1_p2_no_name_in_an_address_becomes_a_path",),
    "P3 symbolic links": (
        FILES + "test_p3_links_lead_nowhere",
        PATHS + "test_p3_p5_what_user_code_puts_in_the_place_of_its_files_is_not_served",
    ),
    "P4 names of steps": (PATHS + "test_p4_long_and_strange_names_of_steps_stay_in_their_folder",),
    "P5 pipes and sockets": (FILES + "test_p5_what_is_no_file_is_not_read_and_holds_nobody_up",),
    "P6 hard links": (FILES + "test_p6_a_second_name_of_somebody_elses_file_is_not_read",),
    "P7 replaced meanwhile": (FILES + "test_p7_what_was_opened_is_what_is_read",),
    "P8 exports": ("cli/test_run.py::test_an_exported_run_holds_events_and_output",),
    "T1 tokens": (
        ACCESS + "test_t1_t11_no_token_or_a_wrong_one_opens_no_route",
        ACCESS + "test_t1_tokens_in_addresses_are_not_logged",
    ),
    "T2 cookie without XSRF": (ACCESS + "test_t2_t3_a_cookie_needs_the_xsrf_header",),
    "T3 XSRF as a parameter": (ACCESS + "test_t2_t3_a_cookie_needs_the_xsrf_header",),
    "T4 cross origin": (CROSS_SITE, ACCESS + "test_t4_t6_other_origins_and_hosts_are_refused"),
    "T5 sockets of other origins": (CROSS_SITE, ACCESS + "test_t5_the_socket_refuses_other_origins"),
    "T6 other host names": (ACCESS + "test_t4_t6_other_origins_and_hosts_are_refused",),
    "T7 framed": (CROSS_SITE,),
    "T8 a reader and mutations": (
        ACCESS + "test_t8_a_reader_may_call_no_mutation_and_is_told_what_is_missing",
        ACCESS + "test_t8_a_writer_may_write_but_start_nothing",
        ACCESS + "test_t8_the_same_by_rest",
        ACCESS + "test_t8_the_same_by_the_socket",
    ),
    "T9 another user of the hub": ("journeys/test_hub.py::test_t9_t10_the_hub_says_who_may_come_in",),
    "T10 tokens with narrow scopes": ("journeys/test_hub.py::test_t9_t10_the_hub_says_who_may_come_in",),
    "T11 a server that lets everybody in": (ACCESS + "test_t1_t11_no_token_or_a_wrong_one_opens_no_route",),
    "T12 strange headers": (ACCESS + "test_t12_strange_authorization_headers",),
    "V1 access": (
        ACCESS + "test_v1_every_route_by_every_way",
        ACCESS + "test_t8_a_writer_may_write_but_start_nothing",
        ACCESS + "test_t8_an_executor_is_refused_nothing",
    ),
    "V2 texts in the panel": ("browser/test_injection.py::test_no_text_of_a_user_becomes_code_in_any_view",),
    "V3 cross site": (CROSS_SITE,),
    "V4 limits": HEAVY,
    "V5 paths": (PATHS + "test_p1_p2_no_name_in_an_address_becomes_a_path",),
    "V6 secrets": (
        SECRETS + "test_graphql_shows_none",
        SECRETS + "test_rest_shows_none",
        SECRETS + "test_no_file_but_the_database_holds_one_and_that_is_private",
        SECRETS + "test_processes_show_none_in_their_arguments",
    ),
    "V7 permissions": ("journeys/test_permissions.py::test_v7_nobody_else_reads_writes_connects_or_signals",),
    "Z3 fuzz": (
        FUZZ + "test_z3_rest_never_fails_inside_and_answers_as_described",
        FUZZ + "test_z3_graphql_never_fails_inside",
    ),
    "Z5 fuzz of the socket": (FUZZ + "test_z5_a15_the_socket_survives_what_is_no_protocol",),
}


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_its_tests(row: str) -> None:
    assert lost(ROWS[row]) == []


def test_no_row_is_left_out() -> None:
    numbers = {row.split()[0] for row in ROWS}
    wanted = {*(f"A{n}" for n in range(1, 21)), *(f"P{n}" for n in range(1, 9)), *(f"T{n}" for n in range(1, 13))}
    assert wanted | {f"V{n}" for n in range(1, 8)} <= numbers
