"""orch.yaml: every mistake at once, each with its place and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_orch.settings import SettingsError, read_settings


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
    assert settings.load_timeout == 20


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


@pytest.mark.parametrize(
    "text", ["- a\n- b\n", "just text", "a: [", "storage: {sqlite: {}}\nstorage: x", "a: !!python/none x"]
)
def test_what_is_no_mapping_of_settings_is_refused_with_the_file_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"orch\.yaml"):
        read_settings(write(tmp_path / "h", text))


def test_which_lines_of_python_logging_are_taken(tmp_path: Path) -> None:
    home = write(tmp_path / "h", "python_logs: {managed_python_loggers: [mine, other], python_log_level: DEBUG}\n")
    settings = read_settings(home)
    assert (settings.python_loggers, settings.python_log_level) == (("mine", "other"), "DEBUG")
    assert read_settings(tmp_path / "none").python_loggers == ("root",)
    with pytest.raises(SettingsError) as wrong:
        read_settings(
            write(home, "python_logs:\n  managed_python_loggers: mine\n  python_log_level: LOUD\n  loggers: []\n")
        )
    lines = str(wrong.value).splitlines()
    assert len(lines) == 3
    assert any("managed_python_loggers" in line and "a list of logger names" in line for line in lines)
    assert any(":3:" in line and "'LOUD'" in line and "WARNING" in line for line in lines)
    assert any("unknown key 'loggers'" in line for line in lines)
