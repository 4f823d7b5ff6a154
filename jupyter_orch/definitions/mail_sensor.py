"""A sensor that mails about runs that failed, with an account of its own."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage

from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError
from jupyter_orch.definitions.run_request import DefaultSensorStatus
from jupyter_orch.definitions.run_status_sensor import (
    RunStatusSensorContext,
    RunStatusSensorDefinition,
    run_status_sensor,
)
from jupyter_orch.records.status import RunStatus

TIMEOUT_SECONDS = 30.0
_PORTS = {"SSL": 465, "STARTTLS": 587}
TextOf = Callable[[RunStatusSensorContext], str]


def _subject(context: RunStatusSensorContext) -> str:
    return f"Run of {context.pipeline_run.pipeline_name} failed"


def _body(context: RunStatusSensorContext) -> str:
    run = context.pipeline_run
    said = getattr(context.pipeline_event, "message", "")
    return f"Run {run.run_id} of pipeline {run.pipeline_name} failed.\n\n{said}\n"


def make_email_on_run_failure_sensor(
    email_from: str,
    email_password: str,
    email_to: list[str],
    email_body_fn: TextOf = _body,
    email_subject_fn: TextOf = _subject,
    smtp_host: str = "smtp.gmail.com",
    smtp_type: str = "SSL",
    smtp_port: int | None = None,
    name: str | None = None,
    dagit_base_url: str | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
) -> RunStatusSensorDefinition:
    """A sensor that sends a mail for every run that fails. ``run_monitoring.notifications`` in ``orch.yaml`` does so
    for the whole instance, without a sensor.

    Args:
        email_from, email_password: the account; its address is the sender.
        email_to: who gets it.
        email_body_fn, email_subject_fn: ``(context)`` → text.
        smtp_host, smtp_type, smtp_port: the mail server, and ``"SSL"`` or ``"STARTTLS"``.
        name: of the sensor; ``email_on_run_failure`` when left out.
        dagit_base_url: address of the server, for a line that says where the run is shown.

    Raises:
        DagsterInvalidDefinitionError: ``smtp_type`` is neither, or nobody gets the mail.
    """
    if smtp_type not in _PORTS:
        raise DagsterInvalidDefinitionError(f"smtp_type must be 'SSL' or 'STARTTLS', not {smtp_type!r}")
    if isinstance(email_to, str) or not email_to:
        raise DagsterInvalidDefinitionError(f"email_to must be a list of one or more addresses, not {email_to!r}")

    def mail(context: RunStatusSensorContext) -> None:
        message = EmailMessage()
        message["From"], message["To"] = email_from, ", ".join(email_to)
        message["Subject"] = email_subject_fn(context)
        where = f"\nThe run is shown at {dagit_base_url}\n" if dagit_base_url else ""
        message.set_content(email_body_fn(context) + where)
        with _connection(smtp_host, smtp_port or _PORTS[smtp_type], smtp_type) as connection:
            connection.login(email_from, email_password)
            connection.send_message(message)

    make = run_status_sensor(RunStatus.FAILURE, name=name or "email_on_run_failure", default_status=default_status)
    return make(mail)


make_email_on_pipeline_failure_sensor = make_email_on_run_failure_sensor


def _connection(host: str, port: int, kind: str) -> smtplib.SMTP:
    trust = ssl.create_default_context()
    if kind == "SSL":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=trust)
    connection = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    connection.starttls(context=trust)
    return connection
