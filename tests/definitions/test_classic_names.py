"""Names that classic programs use at the edges: resources by hand, mail sensors, requirements, partition schedules."""

from __future__ import annotations

import smtplib
import warnings
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import pytest

import jupyter_orch as orch
from jupyter_orch.definitions import mail_sensor


def test_build_resources_opens_in_order_and_closes_after_the_block() -> None:
    seen: list[str] = []

    @orch.resource(config_schema={"name": str})
    def connection(context: Any) -> Any:
        seen.append("open")
        try:
            yield context.resource_config["name"]
        finally:
            seen.append("close")

    @orch.resource(required_resource_keys={"connection"})
    def table(context: Any) -> str:
        return f"table of {context.resources.connection}"

    given = {"connection": connection, "table": table, "limit": 3}
    with orch.build_resources(given, resource_config={"connection": {"config": {"name": "db"}}}) as resources:
        assert (resources.table, resources.limit, seen) == ("table of db", 3, ["open"])
    assert seen == ["open", "close"]


def test_build_resources_closes_what_is_open_when_another_can_not_be_opened() -> None:
    seen: list[str] = []

    @orch.resource
    def first(_: Any) -> Any:
        yield 1
        seen.append("closed")

    @orch.resource(required_resource_keys={"first"})
    def second(_: Any) -> Any:
        raise ValueError("boom")

    with pytest.raises(orch.DagsterResourceFunctionError, match="'second'.*boom"):  # noqa: SIM117
        with orch.build_resources({"first": first, "second": second}):
            pass
    assert seen == ["closed"]


def test_an_io_manager_that_can_be_memoized_must_say_what_it_has() -> None:
    class Half(orch.MemoizableIOManager):
        def load_input(self, context: Any) -> Any: ...

        def handle_output(self, context: Any, obj: Any) -> Any: ...

    with pytest.raises(TypeError, match="has_output"):
        Half()  # type: ignore[abstract]
    with orch.build_resources(
        {"io": orch.versioned_filesystem_io_manager}, resource_config={"io": {"config": {"base_dir": "/tmp"}}}
    ) as made:
        assert isinstance(made.io, orch.MemoizableIOManager)


def test_executors_tell_what_they_require() -> None:
    needed = orch.multiple_process_executor_requirements()
    assert orch.ExecutorRequirement.RECONSTRUCTABLE_PIPELINE in needed
    assert orch.ExecutorRequirement.PERSISTENT_OUTPUTS in needed
    assert orch.multiprocess_executor.requirements == needed


def test_partitioned_schedules_are_schedules_that_give_their_partitions() -> None:
    @orch.daily_schedule(pipeline_name="counted", start_date=datetime(2021, 1, 1))
    def nightly(_day: Any) -> dict[str, Any]:
        return {}

    assert isinstance(nightly, orch.PartitionScheduleDefinition)
    assert nightly.get_partition_set().name == "nightly_partitions"


def test_programs_that_silence_experimental_warnings_go_on_doing_so() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=orch.ExperimentalWarning)
    assert orch.NodeInvocation("a", alias="b") == orch.SolidInvocation("a", alias="b")


def test_a_mail_sensor_mails_about_a_failed_run(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, int, EmailMessage]] = []

    class Account:
        """Stands for the account at the mail server."""

        def __init__(self, host: str, port: int, **_: Any) -> None:
            self.where = host, port

        def __enter__(self) -> Account:
            return self

        def __exit__(self, *_: object) -> None: ...

        def login(self, user: str, password: str) -> None:
            assert (user, password) == ("me@x.org", "secret")

        def send_message(self, message: EmailMessage) -> None:
            sent.append((*self.where, message))

    monkeypatch.setattr(smtplib, "SMTP_SSL", Account)
    made = orch.make_email_on_run_failure_sensor(
        "me@x.org", "secret", ["a@x.org", "b@x.org"], smtp_host="mail.x.org", email_subject_fn=lambda _: "Again"
    )
    run = orch.PipelineRun(pipeline_name="etl", run_id="r1")
    made.react(orch.build_run_status_sensor_context("any", dagster_run=run))
    host, port, message = sent[0]
    assert (made.name, host, port) == ("email_on_run_failure", "mail.x.org", 465)
    assert (message["Subject"], message["To"]) == ("Again", "a@x.org, b@x.org")
    assert "r1" in message.get_content()
    assert mail_sensor.TIMEOUT_SECONDS > 0


def test_a_mail_sensor_that_can_not_mail_is_refused() -> None:
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="'SSL' or 'STARTTLS'"):
        orch.make_email_on_run_failure_sensor("me@x.org", "secret", ["a@x.org"], smtp_type="TLS")
    with pytest.raises(orch.DagsterInvalidDefinitionError, match="email_to"):
        orch.make_email_on_run_failure_sensor("me@x.org", "secret", "a@x.org")  # type: ignore[arg-type]
