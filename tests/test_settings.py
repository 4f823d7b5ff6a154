"""orch.yaml: every mistake at once, each with its place and what would be right."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import pytest

from jupyter_orch.settings import (
    ClassChoice,
    CodeServerSettings,
    Evaluation,
    Pools,
    Retention,
    RunMonitoring,
    RunRetries,
    SettingsError,
    TickRetention,
    json_schema,
    read_settings,
)
from jupyter_orch.settings.publish import PAGE_FILE, page
from jupyter_orch.yaml_text import load_yaml


def write(home: Path, text: str) -> Path:
    home.mkdir(exist_ok=True)
    (home / "orch.yaml").write_text(text)
    return home


def test_no_file_and_an_empty_file_mean_the_defaults(tmp_path: Path) -> None:
    for home in (tmp_path / "none", write(tmp_path / "empty", "# nothing\n")):
        settings = read_settings(home)
        assert (settings.storage.name, settings.coordinator.name, settings.launcher.name) == (
            "sqlite",
            "default",
            "warm",
        )
        assert settings.storage.config["path"] == str(home / "orch.db")


def test_parts_are_chosen_by_short_name_or_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_URL", "postgresql://u:p@h/d")
    settings = read_settings(
        write(
            tmp_path / "h",
            "storage: {postgres: {url: {env: DB_URL}}}\n"
            "run_coordinator: {queued: {max_concurrent_runs: 4}}\n"
            "run_launcher: {module: mine, class: Launcher, config: {a: 1}}\n"
            "code_servers: {local_startup_timeout: 20}\n"
            "telemetry: {enabled: true}\n",
        )
    )
    assert settings.storage.config == {"url": "postgresql://u:p@h/d"}
    assert settings.coordinator.config == {"max_concurrent_runs": 4}
    assert (settings.launcher.module, settings.launcher.cls, settings.launcher.config) == ("mine", "Launcher", {"a": 1})
    assert settings.code_servers.startup_timeout == 20


def test_all_mistakes_are_told_at_once_with_their_places(tmp_path: Path) -> None:
    home = write(
        tmp_path / "h",
        "run_coordinatr: default\nstorage: {sqlit: {}}\ncode_servers: {local_startup_timeout: soon}\n"
        "run_launcher: {subprocess: {speed: 3}}\nrun_coordinator: {queued: {max_concurrent_runs: {env: NOT_SET}}}\n",
    )
    assert read_settings(write(tmp_path / "s", "storage: {sqlite: {}}")).storage.config["path"].endswith("s/orch.db")
    with pytest.raises(SettingsError, match="'url' is missing"):
        read_settings(write(tmp_path / "p", "storage: {postgres: {}}"))
    with pytest.raises(SettingsError) as refused:
        read_settings(home)
    lines = str(refused.value).splitlines()
    assert len(lines) == 5
    assert any("orch.yaml:1:1" in line and "did you mean 'run_coordinator'?" in line for line in lines)
    assert any("orch.yaml:2:11" in line and "did you mean 'sqlite'?" in line for line in lines)
    assert any("at least 1, found 'soon'" in line for line in lines)
    assert any("unknown key 'speed'" in line for line in lines)
    assert any("NOT_SET is not set" in line for line in lines)
    assert any("code_servers › local_startup_timeout: expected" in line for line in lines)


def test_the_limits_of_a_queue_are_checked_where_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = write(
        tmp_path / "h",
        "run_coordinator:\n"
        "  queued:\n"
        "    max_concurrent_runs: many\n"
        "    tag_concurrency_limits:\n"
        "      - {key: a, limit: 1}\n"
        "      - {key: a, limt: 2}\n"
        "      - {key: [a], limit: -1, value: {each: true}}\n"
        "      - a\n",
    )
    with pytest.raises(SettingsError) as wrong:
        read_settings(home)
    queue = "run_coordinator › queued"
    limits = f"{queue} › tag_concurrency_limits"
    starts = (
        f":3:5: {queue} › max_concurrent_runs: expected a whole number from -1 (no limit) on, found 'many'",
        f":6:18: {limits} › 1 › limt: unknown key 'limt', did you mean 'limit'?",
        f":6:9: {limits} › 1: the key 'limit' is missing, e.g. 2",
        f":7:10: {limits} › 2 › key: expected the name of a tag, found ['a']",
        f":7:20: {limits} › 2 › limit: expected a whole number of at least 0, found -1",
        f":7:31: {limits} › 2 › value: expected a tag's value or",
        f":8:9: {limits} › 3: expected a mapping with key, limit",
    )
    lines = str(wrong.value).splitlines()
    assert [line.startswith(f"{home / 'orch.yaml'}{start}") for line, start in zip(lines, starts, strict=True)] == [
        True
    ] * len(starts), lines
    with pytest.raises(SettingsError, match="tag_concurrency_limits: expected a list"):
        read_settings(write(home, "run_coordinator: {queued: {tag_concurrency_limits: {key: a, limit: 1}}}"))
    monkeypatch.setenv("MOST", "7")
    for number, most in (("-1", -1), ("0", 0), ("{env: MOST}", 7)):
        settings = read_settings(write(home, f"run_coordinator: {{queued: {{max_concurrent_runs: {number}}}}}"))
        assert settings.coordinator.config == {"max_concurrent_runs": most}
    for number in ("-2", "1.5", "true", "null"):
        with pytest.raises(SettingsError, match=":1:28: .*max_concurrent_runs: expected a whole number"):
            read_settings(write(home, f"run_coordinator: {{queued: {{max_concurrent_runs: {number}}}}}"))


def test_a_class_is_named_by_module_and_class(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as wrong:
        read_settings(write(tmp_path / "h", "run_launcher: {class: Launcher, config: [1]}\n"))
    lines = str(wrong.value).splitlines()
    assert [line.split("orch.yaml")[1] for line in lines] == [
        ":1:1: run_launcher › module: expected the name of a module, found None",
        ":1:33: run_launcher › config: expected a mapping, found [1]",
    ]


def test_a_file_that_can_not_be_read_is_named_once_and_with_its_line(tmp_path: Path) -> None:
    home = write(tmp_path / "h", "storage: sqlite\nscheduler: [\n")
    path = home / "orch.yaml"
    with pytest.raises(SettingsError) as wrong:
        read_settings(home)
    assert re.match(rf"{re.escape(str(path))}:3:1: \S", str(wrong.value))
    path.unlink()
    path.mkdir()
    with pytest.raises(SettingsError) as wrong:
        read_settings(home)
    assert str(wrong.value) == f"{path}: Is a directory"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "purge_after_days: 3",
            ":1:1: purge_after_days: unknown key 'purge_after_days', which belongs in retention › ",
        ),
        ("retention: {purge_after_days: 3}", "which belongs in schedule or sensor or runs or compute_logs"),
        ("max_concurrent_runs: 3", "which belongs in run_coordinator › queued or concurrency › runs"),
        ("retention: {ticks: 3}", "unknown key 'ticks'; there are schedule, sensor, runs, compute_logs"),
        ("retention: {runs: {purge_days: 3}}", "did you mean 'purge_after_days'?"),
        ("run_launcher: {module: m, clas: L}", ":1:27: run_launcher › clas: unknown key 'clas', did you mean 'class'?"),
        (
            "storage: {sqlite: {}, postgres: {url: 'postgresql://u:secret@h/d'}}",
            "found a mapping with sqlite, postgres",
        ),
        ("storage: mysql", ":1:1: storage: unknown kind 'mysql'; there are sqlite, postgres"),
        (f"run_monitoring: {{max_runtime_seconds: {'9' * 400}}}", "and at most 1,000,000,000 or null, found 9999"),
        (f"run_retries: {{max_retries: {'9' * 40}}}", "and at most 1,000,000,000, found 9999"),
    ],
)
def test_a_mistake_tells_what_would_be_right(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        read_settings(write(tmp_path / "h", text))
    assert told in str(wrong.value) and "secret" not in str(wrong.value) and len(str(wrong.value)) < 1000


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://u:secret@h/d", "begins with mysql://; the databases here are Postgres and SQLite"),
        ("sqlite:///secret.db", "begins with sqlite://"),
        ("postgresql+asyncpg://u:secret@h/d", "the driver +asyncpg in it: leave it out"),
        ("postgresql://u:secret@h:port/d", "whose port is no number"),
        ("postgresql://u:secret#@h/d", "whose port is no number; signs such as # / @ in a password are written as %23"),
        ("secret", "text without ://"),
    ],
)
def test_an_address_of_no_postgres_is_told_without_its_password(tmp_path: Path, url: str, told: str) -> None:
    for key in ("url", "postgres_url"):
        with pytest.raises(SettingsError) as wrong:
            read_settings(write(tmp_path / "h", f"storage: {{postgres: {{{key}: '{url}'}}}}"))
        assert told in str(wrong.value) and f"storage › postgres › {key}" in str(wrong.value)
        assert "secret" not in str(wrong.value)
    for good in ("postgres://u@h/d", "postgresql:///d?host=/tmp", "postgresql+psycopg://u@h:5433/d"):
        settings = read_settings(write(tmp_path / "h", f"storage: {{postgres: {{url: '{good}'}}}}"))
        assert settings.storage.config["url"].startswith("postgresql")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "run_storage:\n  module: dagster_postgres.run_storage\n  class: PostgresRunStorage\n"
            "  config: {postgres_url: 'postgresql://u:secret@h/d'}",
            ":3:3: run_storage › class: dagster_postgres.run_storage.PostgresRunStorage belongs to classic Dagster; here "
            "the same is `run_storage: {postgres: {postgres_url: …} or {postgres_db: …}}`",
        ),
        (
            "run_coordinator:\n  module: dagster.core.run_coordinator\n  class: DefaultRunCoordinator",
            "here the same is `run_coordinator: default`",
        ),
        (
            "run_launcher:\n  module: dagster_k8s\n  class: K8sRunLauncher",
            "dagster_k8s.K8sRunLauncher belongs to classic Dagster and has no counterpart; there are warm, subprocess, or",
        ),
        (
            "compute_logs: {module: dagster_aws.s3.compute_log_manager, class: S3ComputeLogManager, config: {bucket: b}}",
            "`compute_logs: {fsspec: {url: s3://bucket/prefix}}`",
        ),
        (
            "scheduler: {module: dagster.core.scheduler, class: DagsterDaemonScheduler}",
            "scheduler › class: there is no class to choose here; write what it is told: max_catchup_runs",
        ),
        (
            "local_artifact_storage: {module: dagster.core.storage.root, class: LocalArtifactStorage, config: {base_dir: a}}",
            "local_artifact_storage › class: there is no class to choose here; write what it is told: base_dir",
        ),
    ],
)
def test_classes_of_classic_are_told_what_does_the_same(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        read_settings(write(tmp_path / "h", text))
    assert told in str(wrong.value) and len(str(wrong.value).splitlines()) == 1 and "secret" not in str(wrong.value)


def test_a_class_of_somebody_else_is_told_where_it_is_named(tmp_path: Path) -> None:
    home = write(tmp_path / "h", "run_launcher:\n  module: mine\n  class: Launcher\n  config:\n    speed: 3\n")
    choice = read_settings(home).launcher
    assert choice.place == f"{home / 'orch.yaml'}:3:3: run_launcher › class"
    assert choice.locate is not None
    assert choice.locate(("config", "speed")) == f"{home / 'orch.yaml'}:5:5: run_launcher › config › speed"


@pytest.mark.parametrize(
    "text", ["- a\n- b\n", "just text", "a: [", "storage: {sqlite: {}}\nstorage: x", "a: !!python/none x"]
)
def test_what_is_no_mapping_of_settings_is_refused_with_the_file_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"orch\.yaml"):
        read_settings(write(tmp_path / "h", text))


def test_which_lines_of_python_logging_are_taken(tmp_path: Path) -> None:
    home = write(tmp_path / "h", "python_logs: {managed_python_loggers: [mine, other], python_log_level: DEBUG}\n")
    settings = read_settings(home)
    assert (settings.python_logs.loggers, settings.python_logs.level) == (("mine", "other"), "DEBUG")
    assert read_settings(tmp_path / "none").python_logs.loggers == ("root",)
    with pytest.raises(SettingsError) as wrong:
        read_settings(
            write(home, "python_logs:\n  managed_python_loggers: mine\n  python_log_level: LOUD\n  loggers: []\n")
        )
    lines = str(wrong.value).splitlines()
    assert len(lines) == 3
    assert any("managed_python_loggers" in line and "a list of logger names" in line for line in lines)
    assert any(":3:" in line and "'LOUD'" in line and "WARNING" in line for line in lines)
    assert any("unknown key 'loggers'" in line for line in lines)


EVERYTHING = """\
run_storage: {sqlite: {path: runs.db}}
event_log_storage: {postgres: {url: "postgresql://u:p@h/d"}}
schedule_storage: sqlite
run_launcher: subprocess
scheduler: {max_catchup_runs: 2}
compute_logs: {fsspec: {url: "memory://logs", storage_options: {a: 1}, upload_interval: 2, max_bytes: 4096}}
local_artifact_storage: {base_dir: values}
run_monitoring:
  enabled: true
  start_timeout_seconds: null
  cancel_timeout_seconds: 20
  max_runtime_seconds: 3600
  poll_interval_seconds: 1
  max_resume_run_attempts: 0
run_retries: {enabled: true, max_retries: 2}
concurrency:
  pools: {default_limit: 1, limits: {database: 3}}
  runs: {max_concurrent_runs: 5, tag_concurrency_limits: [{key: team, limit: 1, value: {applyLimitPerUniqueValue: true}}]}
retention:
  schedule: {purge_after_days: 30}
  sensor: {purge_after_days: {skipped: 1, failure: -1}}
  runs: {purge_after_days: 90}
  compute_logs: {purge_after_days: -1}
schedules: {evaluation_timeout_seconds: 5, num_workers: 1}
sensors: {num_workers: 8}
code_servers: {local_startup_timeout: 9, request_timeout: 8, reload_on_change: false, max_starting: 7}
python_logs: {managed_python_loggers: [mine], python_log_level: INFO}
telemetry: whatever
"""


def test_every_key_is_read(tmp_path: Path) -> None:
    home = write(tmp_path / "h", EVERYTHING)
    settings = read_settings(home)
    assert settings.storage == ClassChoice(name="sqlite", config={"path": str(home / "orch.db")})
    assert settings.run_storage == ClassChoice(name="sqlite", config={"path": str(home / "runs.db")})
    assert settings.event_log_storage is not None
    assert settings.event_log_storage.config == {"url": "postgresql://u:p@h/d"}
    assert settings.schedule_storage == settings.storage
    assert settings.compute_logs.config["max_bytes"] == 4096
    assert settings.artifact_dir == home / "values"
    assert settings.run_monitoring == RunMonitoring(
        start_timeout=None, cancel_timeout=20.0, max_runtime=3600.0, poll_interval=1.0, max_resume_run_attempts=0
    )
    assert settings.run_retries == RunRetries(enabled=True, max_retries=2)
    assert settings.pools == Pools(limits={"database": 3}, default_limit=1)
    assert (settings.coordinator.name, settings.coordinator.config["max_concurrent_runs"]) == ("queued", 5)
    assert settings.retention == Retention(
        schedule=TickRetention(skipped=30, success=30, failure=30, started=30),
        sensor=TickRetention(skipped=1),
        runs=90,
    )
    assert (settings.schedules, settings.sensors) == (Evaluation(timeout=5, workers=1), Evaluation(workers=8))
    assert settings.code_servers == CodeServerSettings(
        startup_timeout=9, request_timeout=8, reload_on_change=False, max_starting=7
    )


@pytest.mark.parametrize(
    ("told", "config"),
    [
        ("sqlite: {base_dir: data}", {"path": "HOME/data/orch.db"}),
        ("sqlite: {path: /elsewhere/runs.db}", {"path": "/elsewhere/runs.db"}),
        ("postgres: {postgres_url: 'postgresql://u@h/d'}", {"url": "postgresql://u@h/d"}),
        (
            "postgres: {postgres_db: {username: u, password: 'p@ss', hostname: h, db_name: d, params: {sslmode: require}}}",
            {"url": "postgresql://u:p%40ss@h:5432/d?sslmode=require"},
        ),
    ],
)
def test_where_a_database_is_can_be_said_as_in_classic(tmp_path: Path, told: str, config: dict[str, str]) -> None:
    home = write(tmp_path / "h", f"storage: {{{told}}}")
    assert read_settings(home).storage.config == {k: v.replace("HOME", str(home)) for k, v in config.items()}


def test_a_database_is_in_one_place(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r":1:29: .* stands beside 'path': keep one"):
        read_settings(write(tmp_path / "h", "storage: {sqlite: {path: a, base_dir: b}}"))
    with pytest.raises(SettingsError, match="postgres_db: the key 'hostname' is missing"):
        read_settings(
            write(tmp_path / "h", "storage: {postgres: {postgres_db: {username: u, password: p, db_name: d}}}")
        )


def test_what_excludes_each_other_is_told_at_both_places(tmp_path: Path) -> None:
    home = write(
        tmp_path / "h",
        "storage: sqlite\nrun_storage: sqlite\nrun_coordinator: queued\nconcurrency: {runs: {max_concurrent_runs: 1}}\n",
    )
    with pytest.raises(SettingsError) as wrong:
        read_settings(home)
    first, second = str(wrong.value).splitlines()
    assert ":2:1: run_storage: stands beside 'storage'" in first
    assert ":4:15: concurrency › runs: stands beside 'run_coordinator'" in second


def test_numbers_and_switches_of_the_environment_are_read_from_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ON", "TRUE")
    monkeypatch.setenv("SECONDS", "2.5")
    home = write(
        tmp_path / "h",
        "run_monitoring: {enabled: {env: ON}, max_runtime_seconds: {env: SECONDS}}\nrun_retries: {max_retries: {env: ON}}",
    )
    with pytest.raises(SettingsError, match=r":2:15: run_retries › max_retries: expected a whole number .* 'TRUE'"):
        read_settings(home)
    settings = read_settings(write(home, "run_monitoring: {enabled: {env: ON}, max_runtime_seconds: {env: SECONDS}}"))
    assert (settings.run_monitoring.enabled, settings.run_monitoring.max_runtime) == (True, 2.5)
    with pytest.raises(SettingsError, match="expected true or false, found 'yes'"):
        read_settings(write(home, "run_monitoring: {enabled: yes}"))  # text in YAML 1.2, as everywhere here


def test_schema_and_page_are_published_as_the_file_is_checked() -> None:
    told = "run: python -m jupyter_orch.settings.publish"
    published = json.loads((resources.files("jupyter_orch") / "schemas/orch.schema.json").read_text())
    assert published == json_schema(), told
    assert PAGE_FILE.read_text("utf-8") == page(), told


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        (EVERYTHING, True),
        ("storage: postgres", True),  # the schema can not know what a short name needs
        ("run_coordinatr: default", False),
        ("run_retries: {max_retries: {env: TIMES}}", True),
        ("run_retries: {max_retries: some}", False),
        ("run_launcher: {module: m, class: C, config: {a: 1}}", True),
        ("retention: {sensor: {purge_after_days: {skiped: 1}}}", False),
    ],
)
def test_an_editor_with_the_schema_sees_the_same_mistakes(text: str, fits: bool) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    assert jsonschema.Draft202012Validator(json_schema()).is_valid(load_yaml(text).value) is fits
