"""Reads ``orch.yaml``: every mistake at once, each with its place."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jupyter_core.paths import jupyter_data_dir

from jupyter_orch.errors import OrchError
from jupyter_orch.folders import is_there, nearest_existing
from jupyter_orch.settings.kinds import FromEnvironment
from jupyter_orch.settings.model import (
    ClassChoice,
    CodeServerSettings,
    EmailSettings,
    Evaluation,
    Notification,
    Pools,
    PythonLogs,
    Retention,
    RunMonitoring,
    RunRetries,
    Settings,
    TickRetention,
    WebhookSettings,
)
from jupyter_orch.settings.orch_yaml import ORCH_YAML
from jupyter_orch.yaml_text import Located, YamlFileError, dump_yaml, load_yaml_file
from jupyter_orch.yaml_text import Path as PlaceInText

HOME_VARIABLE = "JUPYTER_ORCH_HOME"
PLACES_OF = {"sqlite": ("path", "base_dir"), "postgres": ("url", "postgres_url", "postgres_db")}
STORAGES_APART = ("run_storage", "event_log_storage", "schedule_storage")


class SettingsError(OrchError):
    """The instance file is wrong."""

    code = "SETTINGS_ERROR"


def home_folder() -> Path:
    """The instance's folder: ``$JUPYTER_ORCH_HOME``, or ``orch`` in Jupyter's data folder."""
    chosen = os.environ.get(HOME_VARIABLE)
    return Path(chosen).expanduser().absolute() if chosen else Path(jupyter_data_dir()) / "orch"


def read_settings(home: Path | None = None) -> Settings:
    """Read and check ``orch.yaml`` in the instance's folder; no file means the embedded defaults.

    Raises:
        SettingsError: with every mistake, one a line, each with its place.
    """
    home = home or home_folder()
    path = home / "orch.yaml"
    try:
        document = load_yaml_file(path) if is_there(path) else Located(None)
    except YamlFileError as error:
        raise SettingsError(error.message) from error
    reader = _FileReader(document, str(path))
    told = ORCH_YAML.read(reader.with_environment(document.value, ()), (), reader)
    _refuse_contradictions(told, reader)
    _refuse_wrong_paths(told, home, reader)
    if reader.mistakes:
        raise SettingsError("\n".join(reader.mistakes))
    return _settings(told, home, document.text)


class _FileReader:
    """Knows where values stood, and collects mistakes."""

    def __init__(self, document: Located, name: str) -> None:
        self._document = document
        self._name = name
        self._unset: set[PlaceInText] = set()
        self.mistakes: list[str] = []

    def mistake(self, path: PlaceInText, sentence: str) -> None:
        if path not in self._unset:  # what an unset variable has not said can not be wrong as well
            self.mistakes.append(f"{self.place(path)}: {sentence}")

    def place(self, path: PlaceInText) -> str:
        """``file:line:column: a › b``; without keys only the place."""
        place = self._document.nearest_place(path)
        where = f"{self._name}:{place[0]}:{place[1]}" if place else self._name
        return f"{where}: {' › '.join(map(str, path))}" if path else where

    def with_environment(self, value: Any, path: PlaceInText) -> Any:
        """Replace each ``{env: NAME}`` by the variable's value."""
        if isinstance(value, list):
            return [self.with_environment(item, (*path, number)) for number, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"env"}:
            name = str(value["env"])
            if name not in os.environ:
                self.mistake(path, f"the environment variable {name} is not set")
                self._unset.add(path)
            return FromEnvironment(os.environ.get(name, ""))
        return {key: self.with_environment(item, (*path, key)) for key, item in value.items()}


def _refuse_contradictions(told: dict[str, Any], reader: _FileReader) -> None:
    if told.get("storage"):
        for key in STORAGES_APART:
            if told.get(key):
                reader.mistake((key,), "stands beside 'storage', which is for all three: keep one of the two")
    for key in ("storage", *STORAGES_APART):
        _refuse_unclear_places(told.get(key), key, reader)
    for number, item in enumerate(told.get("run_monitoring", {}).get("notifications", ())):
        if ("webhook" in item) == ("email" in item):
            reader.mistake(("run_monitoring", "notifications", number), "expected one of webhook and email")
    if told.get("run_coordinator") and told.get("concurrency", {}).get("runs"):
        reader.mistake(("concurrency", "runs"), "stands beside 'run_coordinator': put the limits there")


def _refuse_wrong_paths(told: dict[str, Any], home: Path, reader: _FileReader) -> None:
    """What is to be a folder is no file, and the other way round."""
    folders: list[tuple[PlaceInText, Any]] = [
        (("local_artifact_storage", "base_dir"), told.get("local_artifact_storage", {}).get("base_dir"))
    ]
    for key in ("compute_logs", "storage", *STORAGES_APART):
        choice: ClassChoice | None = told.get(key)
        if choice is None or choice.cls:
            continue
        folders.append(((key, choice.name, "base_dir"), choice.config.get("base_dir")))
        path = choice.config.get("path")
        if path and os.path.isdir(home / Path(path).expanduser()):
            reader.mistake((key, choice.name, "path"), f"{path} is a folder, expected a file")
    for place, folder in folders:
        existing = nearest_existing(home / Path(folder).expanduser()) if folder else home
        if folder and not os.path.isdir(existing):
            reader.mistake(place, f"{existing} is not a folder")


def _refuse_unclear_places(choice: ClassChoice | None, key: str, reader: _FileReader) -> None:
    """A database is somewhere, and in one place."""
    if choice is None or choice.name not in PLACES_OF:
        return
    path, told = (key, choice.name), [name for name in PLACES_OF[choice.name] if name in choice.config]
    if len(told) > 1:
        reader.mistake((*path, told[1]), f"stands beside {told[0]!r}: keep one of the two")
    if choice.name == "postgres" and not told:
        reader.mistake(path, "the key 'url' is missing, e.g. postgresql://user:password@host/database")


def _settings(told: dict[str, Any], home: Path, text: str) -> Settings:
    storage = _placed(told.get("storage"), home) or _sqlite(home)
    scheduler, monitoring, retries = (told.get(key, {}) for key in ("scheduler", "run_monitoring", "run_retries"))
    runs_limits, pools = (told.get("concurrency", {}).get(key, {}) for key in ("runs", "pools"))
    queued = ClassChoice(name="queued", config=runs_limits) if runs_limits else None
    return Settings(
        home=home,
        storage=storage,
        run_storage=_placed(told.get("run_storage"), home),
        event_log_storage=_placed(told.get("event_log_storage"), home),
        schedule_storage=_placed(told.get("schedule_storage"), home),
        coordinator=told.get("run_coordinator") or queued or ClassChoice(name="default"),
        launcher=told.get("run_launcher") or ClassChoice(name="warm"),
        compute_logs=told.get("compute_logs") or ClassChoice(name="local"),
        artifact_dir=_folder(told.get("local_artifact_storage", {}).get("base_dir"), home, "storage"),
        run_monitoring=_monitoring(monitoring),
        run_retries=RunRetries(**retries),
        retention=_retention(told.get("retention", {})),
        sensors=_evaluation(told.get("sensors", {})),
        schedules=_evaluation(told.get("schedules", {})),
        code_servers=_code_servers(told.get("code_servers", {})),
        pools=Pools(limits=pools.get("limits", {}), default_limit=pools.get("default_limit")),
        python_logs=_python_logs(told.get("python_logs", {})),
        max_catchup_runs=scheduler.get("max_catchup_runs", 5),
        text=text or dump_yaml({"storage": {"sqlite": {"path": str(home / "orch.db")}}}),
    )


def _sqlite(home: Path) -> ClassChoice:
    return ClassChoice(name="sqlite", config={"path": str(home / "orch.db")})


def _placed(chosen: ClassChoice | None, home: Path) -> ClassChoice | None:
    """A storage that knows where it is; a relative path starts at the instance's folder."""
    if chosen is None or chosen.name not in PLACES_OF:
        return chosen
    config = chosen.config
    if chosen.name == "postgres":
        url = config.get("url") or config.get("postgres_url") or _postgres_url(**config["postgres_db"])
        return replace(chosen, config={"url": url})
    path = config.get("path") or Path(config.get("base_dir", "")) / "orch.db"
    return replace(chosen, config={"path": str(home / Path(path).expanduser())})


def _postgres_url(
    username: str, password: str, hostname: str, db_name: str, port: int = 5432, params: dict[str, Any] | None = None
) -> str:
    more = f"?{urlencode(params)}" if params else ""
    who = f"{quote(username, safe='')}:{quote(password, safe='')}"
    return f"postgresql://{who}@{hostname}:{port}/{quote(db_name, safe='')}{more}"


def _folder(told: str | None, home: Path, default: str) -> Path:
    return home / Path(told or default).expanduser()


def _monitoring(told: dict[str, Any]) -> RunMonitoring:
    notifications = tuple(_notification(item) for item in told.get("notifications", ()))
    mail = _email(told["mail"]) if told.get("mail") else None
    return RunMonitoring(**{**_without_units(told), "notifications": notifications, "mail": mail})


def _notification(told: dict[str, Any]) -> Notification:
    default = Notification()
    webhook, email = told.get("webhook"), told.get("email")
    return Notification(
        on=tuple(told.get("on", default.on)),
        pipelines=tuple(told["pipelines"]) if "pipelines" in told else None,
        late_after=told.get("late_after_seconds", default.late_after),
        webhook=WebhookSettings(**_without_units(webhook)) if webhook else None,
        email=_email(email) if email else None,
    )


def _email(told: dict[str, Any]) -> EmailSettings:
    rest = {key: value for key, value in _without_units(told).items() if key not in ("from", "to")}
    return EmailSettings(to=tuple(told.get("to", ())), sender=told["from"], **rest)


def _without_units(told: dict[str, Any]) -> dict[str, Any]:
    return {key.removesuffix("_seconds"): value for key, value in told.items()}


def _retention(told: dict[str, Any]) -> Retention:
    kept = Retention()
    return Retention(
        schedule=_ticks(told.get("schedule", {}), kept.schedule),
        sensor=_ticks(told.get("sensor", {}), kept.sensor),
        runs=_days(told.get("runs", {}).get("purge_after_days")),
        compute_logs=_days(told.get("compute_logs", {}).get("purge_after_days")),
    )


def _ticks(told: dict[str, Any], default: TickRetention) -> TickRetention:
    if "purge_after_days" not in told:
        return default
    return TickRetention(**{status: _days(days) for status, days in told["purge_after_days"].items()})


def _days(told: float | None) -> float | None:
    return None if told is None or told < 0 else told


def _evaluation(told: dict[str, Any]) -> Evaluation:
    default = Evaluation()
    return Evaluation(
        timeout=told.get("evaluation_timeout_seconds", default.timeout),
        workers=told.get("num_workers", default.workers),
        skip_overlap=told.get("overlap") == "skip",
        keep_server_alive=told.get("keep_server_alive", default.keep_server_alive),
    )


def _code_servers(told: dict[str, Any]) -> CodeServerSettings:
    names = {"local_startup_timeout": "startup_timeout"}
    return CodeServerSettings(**{names.get(key, key): value for key, value in told.items()})


def _python_logs(told: dict[str, Any]) -> PythonLogs:
    default = PythonLogs()
    return PythonLogs(
        loggers=tuple(told.get("managed_python_loggers", default.loggers)),
        level=told.get("python_log_level", default.level),
    )
