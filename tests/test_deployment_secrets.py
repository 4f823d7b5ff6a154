"""What counts as secret in a deployment's settings and environment."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from jupyter_orch.code_servers.environments import environment_of
from jupyter_orch.code_servers.workspace import read_workspace
from jupyter_orch.records.failure import Failure
from jupyter_orch.records.messages import TickVerdict
from jupyter_orch.runs.known_secrets import cover_verdict
from jupyter_orch.settings import read_settings
from jupyter_orch.settings.secrets import SECRET_VARIABLES, deployment_secrets, secrets_here

ORCH_YAML = """
storage: {postgres: {url: "postgresql://orch:p%40ss-word@db.example.org/orch"}}
compute_logs: {fsspec: {url: "s3://bucket/logs", storage_options: {key: AKIA-known, secret: abc-storage}}}
run_monitoring:
  mail: {from: b@example.org, user: orch, password: abc-jobs}
  notifications:
  - webhook: {url: "https://chat.example.org/hooks/T0123456789abcdef01?room=ops", headers: {X-Api-Key: abc-header}}
  - email: {to: [a@example.org], from: b@example.org, user: orch, password: {env: MAIL_PASSWORD}}
"""


def test_passwords_of_the_settings_are_known(private_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private_home.mkdir(parents=True)
    (private_home / "orch.yaml").write_text(ORCH_YAML)
    monkeypatch.setenv("MAIL_PASSWORD", "abc-mail")
    found = set(deployment_secrets(read_settings(), {"JUPYTERHUB_API_TOKEN": "abc-hub", "OTHER": "abc-other"}))
    expected = {
        "abc-jobs",
        "p@ss-word",
        "p%40ss-word",
        "abc-storage",
        "abc-header",
        "abc-mail",
        "abc-hub",
        "T0123456789abcdef01",
    }
    assert expected <= found and not {"abc-other", "hooks", "ops", "orch", "s3://bucket/logs"} & found


def test_tokens_of_servers_are_read_again_when_one_comes_and_not_each_time(
    private_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    settings = read_settings()

    def server(name: str, token: str, *, ago: float) -> None:
        told = {"url": "http://x/", "token": token, "pid": os.getpid(), "root_dir": "/"}
        (tmp_path / f"jpserver-{name}.json").write_text(json.dumps(told))
        os.utime(tmp_path, (time.time() - ago, time.time() - ago))

    server("1", "abc-first", ago=60.0)
    assert "abc-first" in set(secrets_here(settings))
    with monkeypatch.context() as patch:
        patch.setattr("jupyter_orch.settings.secrets.running_servers", lambda: pytest.fail("nothing has changed"))
        assert "abc-first" in set(secrets_here(settings))
    server("2", "", ago=0.0)
    assert "abc-second" not in set(secrets_here(settings)), "its file has no content yet"
    (tmp_path / "jpserver-2.json").write_text((tmp_path / "jpserver-1.json").read_text().replace("first", "second"))
    assert {"abc-first", "abc-second"} <= set(secrets_here(settings))


def test_locations_get_no_tokens_unless_they_are_given_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRET_VARIABLES:
        monkeypatch.setenv(name, f"abc-{name}")
    (tmp_path / "code.py").touch()
    workspace = tmp_path / "workspace.yaml"
    workspace.write_text(
        "load_from:\n- python_file: code.py\n"
        "- python_file: {relative_path: code.py, location_name: trusted, "
        "env: {JUPYTERHUB_API_TOKEN: {env: JUPYTERHUB_API_TOKEN}}}\n"
    )
    plain, trusted = (environment_of(entry).env for entry in read_workspace(workspace))
    assert not set(SECRET_VARIABLES) & set(plain)
    assert trusted["JUPYTERHUB_API_TOKEN"] == "abc-JUPYTERHUB_API_TOKEN" and "JPY_API_TOKEN" not in trusted


def test_what_schedules_and_sensors_say_is_covered(private_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "abc-hub-token")
    said = TickVerdict(
        output="the token is abc-hub-token",
        skip_reason="abc-hub-token is old",
        failure=Failure(cls="ValueError", message="abc-hub-token"),
        cursor="abc-hub-token",
    )
    shown = cover_verdict(read_settings(), said)
    assert (shown.output, shown.skip_reason) == ("the token is ***", "*** is old")
    assert shown.failure is not None and shown.failure.message == "***"
    assert shown.cursor == "abc-hub-token", "a sensor's memory is its own"
    assert cover_verdict(read_settings(), TickVerdict()) == TickVerdict()
