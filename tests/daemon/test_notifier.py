"""News reaches real receivers at least once, each piece with one id, also over daemons that die and sinks that refuse."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from jupyter_orch.automation.notices import JOB_MAIL, NoticeGatherer
from jupyter_orch.daemon.notifier import Notifier
from jupyter_orch.daemon.sinks import Mail, Sink, Webhook
from jupyter_orch.failpoints import FOLDER_VARIABLE, VARIABLE, FailpointReached, arm
from jupyter_orch.ports import Guard
from jupyter_orch.records.notebook_job import JOB_TAG, LOCATION, NotebookJob, schedule_name
from jupyter_orch.records.notice import NoticeStatus
from jupyter_orch.records.status import RunStatus
from jupyter_orch.records.tick import Instigator
from jupyter_orch.runs.journal import Journal
from jupyter_orch.settings import EmailSettings, Notification, RunMonitoring, WebhookSettings, read_settings
from jupyter_orch.storage.sql import SqlStorage
from tests.automation.conftest import hands
from tests.automation.surroundings import Hands, Listed, schedule
from tests.conftest import submission
from tests.mailbox import Mailbox, receiving

__all__ = ["hands"]
START = 1_714_564_830.0


class Receiver:
    """A real HTTP server that takes what is posted, or refuses it."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.refuse = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if receiver.refuse:
                    receiver.refuse -= 1
                    self.send_error(503)
                    return
                receiver.got.append(json.loads(body))
                receiver.headers.append(dict(self.headers))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    started = Receiver()
    yield started
    started.stop()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with receiving() as box:
        yield box


@pytest.fixture
def notifier(storage: SqlStorage, receiver: Receiver, hands: Hands) -> Callable[..., Notifier]:
    def make(*more: Notification, **changes: Any) -> Notifier:
        wanted = more or (Notification(webhook=WebhookSettings(url=receiver.url), **changes),)
        sinks: dict[str, Sink] = {}
        for one in wanted:
            if one.webhook is not None:
                sinks[one.sink_id] = Webhook(one.webhook)
            elif one.email is not None:
                sinks[one.sink_id] = Mail(one.email)
        return Notifier(storage, NoticeGatherer(storage, Listed([schedule()], []), wanted), sinks)

    return make


def end(storage: SqlStorage, status: RunStatus, **changes: Any) -> str:
    """A run of pipeline ``pipe`` that came to a status."""
    journal = Journal(storage, lambda _: None)
    run, _ = journal.submit(submission(**changes))
    if status == RunStatus.FAILURE:
        journal.fail(run, "the disk is full")
        return run.run_id
    journal.dequeue(run)
    started = storage.move_run(run.run_id, Guard(statuses=(RunStatus.STARTING,)), RunStatus.STARTED)
    assert started is not None
    journal.succeed(started, ())
    return run.run_id


def test_failures_and_recoveries_are_told_and_nothing_of_the_past(
    storage: SqlStorage, receiver: Receiver, notifier: Callable[..., Notifier]
) -> None:
    loop = notifier()
    end(storage, RunStatus.FAILURE)
    loop.poll()
    end(storage, RunStatus.SUCCESS, tags={"team": "sea"})
    end(storage, RunStatus.SUCCESS)
    failed = end(storage, RunStatus.FAILURE)
    loop.poll()
    assert [(n["kind"], n["title"]) for n in receiver.got] == [
        ("recovery", "pipe has recovered"),
        ("failure", "pipe has failed"),
    ]
    assert receiver.got[1]["run_id"] == failed and receiver.got[1]["text"] == "the disk is full"
    assert receiver.got[0]["tags"] == {"team": "sea"}
    loop.poll()
    assert len(receiver.got) == 2
    assert {n.status for n in storage.list_notices(9)} == {NoticeStatus.SENT}


def test_news_outlives_its_run_once_it_is_gathered(
    storage: SqlStorage, receiver: Receiver, notifier: Callable[..., Notifier], hands: Hands
) -> None:
    """Who deletes a run before that, in a turn of the loop, has seen its end."""
    loop = notifier()
    loop.poll()
    receiver.refuse = 1
    told = end(storage, RunStatus.FAILURE)
    loop.poll()
    assert storage.delete_run(told)
    untold = end(storage, RunStatus.FAILURE)
    assert storage.delete_run(untold)
    kept = end(storage, RunStatus.FAILURE)
    hands.now += 60.0
    loop.poll()
    assert sorted(n["run_id"] for n in receiver.got) == sorted([told, kept])


def test_only_what_is_wanted_is_told(
    storage: SqlStorage, receiver: Receiver, notifier: Callable[..., Notifier]
) -> None:
    loop = notifier(on=("recovery",), pipelines=("other",))
    loop.poll()
    for status in (RunStatus.FAILURE, RunStatus.SUCCESS):
        end(storage, status)
    loop.poll()
    assert receiver.got == [] and storage.list_notices(9) == []


def test_a_sink_that_refuses_is_tried_again_later_and_gets_it_once(
    storage: SqlStorage, receiver: Receiver, notifier: Callable[..., Notifier], hands: Hands
) -> None:
    loop = notifier()
    loop.poll()
    receiver.refuse = 2
    end(storage, RunStatus.FAILURE)
    for seconds in (0.0, 1.0, 5.0, 5.0, 6.0):
        hands.now += seconds
        loop.poll()
    assert len(receiver.got) == 1 and "answered 503" in loop.errors[0].message
    (notice,) = storage.list_notices(9)
    assert (notice.status, notice.attempts) == (NoticeStatus.SENT, 3)


def test_a_daemon_that_dies_between_sending_and_writing_it_down_sends_again_under_the_same_id(
    storage: SqlStorage, receiver: Receiver, notifier: Callable[..., Notifier], hands: Hands, tmp_path: Path
) -> None:
    loop = notifier()
    loop.poll()
    end(storage, RunStatus.FAILURE)
    arm({VARIABLE: "hooks.send.after=raise", FOLDER_VARIABLE: str(tmp_path)})
    try:
        with pytest.raises(FailpointReached):
            loop.poll()
    finally:
        arm({})
    notifier().poll()
    assert len(receiver.got) == 1, "its lease has not passed"
    hands.now += 121.0
    notifier().poll()
    notifier().poll()
    assert len(receiver.got) == 2 and receiver.got[0] == receiver.got[1]
    keys = [headers["Idempotency-Key"] for headers in receiver.headers]
    assert keys[0] == keys[1] == receiver.got[0]["id"]


def test_several_replicas_tell_once(storage: SqlStorage, receiver: Receiver, notifier: Callable[..., Notifier]) -> None:
    loops = [notifier() for _ in range(3)]
    loops[0].poll()
    for _ in range(5):
        end(storage, RunStatus.FAILURE)
    threads = [threading.Thread(target=loop.poll) for loop in loops for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loops[0].poll()
    assert len(receiver.got) == 5 and len({n["id"] for n in receiver.got}) == 5


def test_late_and_missed_due_times_are_told_once(
    storage: SqlStorage, receiver: Receiver, notifier: Callable[..., Notifier], hands: Hands
) -> None:
    found = schedule()
    storage.put_instigators(
        [
            Instigator(
                instigator_id=found.instigator_id,
                kind="schedule",
                location="here",
                repository="repo",
                name="s",
                running=True,
            )
        ]
    )
    loop = notifier(on=("late",), late_after=60.0)
    loop.poll()
    begun = hands.now
    for due_at, at in ((begun + 60, begun + 61), (begun + 120, begun + 200)):
        assert storage.claim_tick(found.instigator_id, due_at, "a", at + 20, at) is not None
    storage.miss_ticks(found.instigator_id, [begun + 180], "missed: nobody was there")
    for _ in range(2):
        hands.now += 300
        loop.poll()
    assert [(n["title"], n["due_at"] - begun) for n in receiver.got] == [
        ("schedule s is late", 120.0),
        ("schedule s is late", 180.0),
    ]
    assert "80 s late" in receiver.got[0]["text"] and "missed" in receiver.got[1]["text"]


def test_mail_is_sent_with_an_id_that_every_copy_has(
    storage: SqlStorage, notifier: Callable[..., Notifier], mailbox: Mailbox, hands: Hands
) -> None:
    box = mailbox
    to = EmailSettings(
        to=("ops@example.org", "ada@example.org"), sender="orch@example.org", host="127.0.0.1", port=box.port
    )
    loop = notifier(Notification(email=to))
    loop.poll()
    box.refuse = 1
    end(storage, RunStatus.FAILURE)
    for _ in range(2):
        loop.poll()
        hands.now += 10.0
    (message,) = box.messages
    assert (
        message["Subject"] == "[jupyter_orch] pipe has failed" and message["To"] == "ops@example.org, ada@example.org"
    )
    assert message["Message-ID"].endswith("@example.org>") and "the disk is full" in str(message.get_payload())
    assert "451" in loop.errors[0].message


def test_a_notebook_jobs_own_addresses_are_told_of_its_news_and_nobody_twice(
    storage: SqlStorage, mailbox: Mailbox, hands: Hands
) -> None:
    box = mailbox
    server = EmailSettings(to=(), sender="orch@example.org", host="127.0.0.1", port=box.port)
    ops = Notification(on=("failure",), email=replace(server, to=("ops@example.org",)))
    monitoring = RunMonitoring(notifications=(ops,))
    assert monitoring.mail_server == server, "without one of their own, jobs use the first notification's"
    job = NotebookJob(
        job_id="j", name="Each night", path="a.ipynb", cron="@daily", mail_to=("ada@example.org", "ops@example.org")
    )
    other = NotebookJob(job_id="k", name="Silent", path="a.ipynb", cron="@daily")
    for one in (job, other):
        storage.put_notebook_job(one)
    found = schedule(location=LOCATION, name=schedule_name(job), pipeline="pipe")
    storage.put_instigators(
        [
            Instigator(
                instigator_id=found.instigator_id,
                kind="schedule",
                location=LOCATION,
                repository="notebooks",
                name=found.name,
                running=True,
            )
        ]
    )
    gatherer = NoticeGatherer(storage, Listed([found], []), monitoring.notifications, mails_jobs=True)
    loop = Notifier(storage, gatherer, {JOB_MAIL: Mail(server), ops.sink_id: Mail(ops.email or server)})
    loop.poll()
    begun = hands.now
    end(storage, RunStatus.FAILURE, tags={JOB_TAG: "j"})
    end(storage, RunStatus.FAILURE, tags={JOB_TAG: "k"})
    end(storage, RunStatus.SUCCESS, tags={JOB_TAG: "j"})
    end(storage, RunStatus.SUCCESS, tags={JOB_TAG: "k"})
    storage.miss_ticks(found.instigator_id, [begun + 180], "missed: nobody was there")
    for _ in range(2):
        hands.now += 300
        loop.poll()
    assert [(m["Subject"].removeprefix("[jupyter_orch] "), m["To"]) for m in box.messages] == [
        ("Each night has failed", "ops@example.org"),
        ("Each night has failed", "ada@example.org"),
        ("Silent has failed", "ops@example.org"),
        ("Each night has recovered", "ada@example.org, ops@example.org"),
        ("schedule Each night is late", "ada@example.org, ops@example.org"),
    ]
    assert not loop.errors and "notebook: a.ipynb" in str(box.messages[1].get_payload())


def test_nobody_is_told_by_a_sink_that_left_the_settings(
    storage: SqlStorage, receiver: Receiver, notifier: Callable[..., Notifier], hands: Hands
) -> None:
    loop = notifier()
    loop.poll()
    end(storage, RunStatus.FAILURE)
    receiver.refuse = 1
    loop.poll()
    hands.now += 60.0
    notifier(Notification(webhook=WebhookSettings(url=receiver.url + "/other"))).poll()
    assert storage.list_notices(1)[0].status == NoticeStatus.GIVEN_UP and receiver.got == []


def test_the_settings_say_who_is_told_and_mistakes_have_a_place(
    private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "secret")
    private_home.mkdir(parents=True)
    (private_home / "orch.yaml").write_text(
        """run_monitoring:
  notifications:
    - on: [failure]
      pipelines: [nightly]
      webhook: {url: "https://chat.example.org/hook", headers: {Authorization: Bearer x}}
    - late_after_seconds: 5
      email: {to: [a@example.org], from: o@example.org, host: mail, port: 587, security: starttls, user: o,
        password: {env: MAIL_PASSWORD}}
"""
    )
    first, second = read_settings().run_monitoring.notifications
    assert (first.on, first.pipelines, first.webhook) == (
        ("failure",), ("nightly",),
        WebhookSettings(url="https://chat.example.org/hook", headers={"Authorization": "Bearer x"}),
    )  # fmt: skip
    mail = read_settings().run_monitoring.mail_server
    assert mail is not None and (mail.to, mail.host, mail.password) == ((), "mail", "secret")
    assert second.late_after == 5 and second.email is not None and second.email.password == "secret"
    (private_home / "orch.yaml").write_text(
        "run_monitoring:\n  notifications:\n    - on: [failur]\n      webhook: {url: file:///etc/passwd}\n    - {}\n"
        "  mail: {host: mail.example.org}\n"
    )
    with pytest.raises(Exception, match="expected one of failure, recovery, late") as told:
        read_settings()
    assert "run_monitoring › mail" in str(told.value) and "from" in str(told.value)
    assert "http:// or https://" in str(told.value) and "expected one of webhook and email" in str(told.value)
    assert "orch.yaml:5:" in str(told.value)
