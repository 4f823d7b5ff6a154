"""``orch.yaml``: the deployment's settings, read once, checked as a whole, then frozen."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_data_dir

from jupyter_orch.errors import OrchError
from jupyter_orch.names import did_you_mean
from jupyter_orch.yaml_text import Located, YamlError, dump_yaml, load_yaml
from jupyter_orch.yaml_text import Path as PlaceInText

HOME_VARIABLE = "JUPYTER_ORCH_HOME"
KEYS = (
    "storage", "run_storage", "event_log_storage", "schedule_storage", "run_coordinator", "run_launcher", "scheduler",
    "compute_logs", "local_artifact_storage", "run_monitoring", "run_retries", "retention", "sensors", "schedules",
    "code_servers", "concurrency", "python_logs", "telemetry",
)  # fmt: skip

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

SHIPPED: dict[str, dict[str, tuple[str, ...]]] = {
    "storage": {"sqlite": ("path",), "postgres": ("url",)},
    "run_coordinator": {"default": (), "queued": ("max_concurrent_runs", "tag_concurrency_limits")},
    "run_launcher": {"warm": (), "subprocess": ()},
}
"""Short names of the shipped parts, and what each can be told."""


class SettingsError(OrchError):
    """The instance file is wrong."""

    code = "SETTINGS_ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassChoice:
    """A part of the deployment by ``{module, class, config}``; a shipped one has only a short ``name``.

    Attributes:
        place: where it was chosen, as ``file:line:column: key``; empty for a default.
    """

    name: str
    module: str = ""
    cls: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a deployment is made of.

    Attributes:
        home: folder of the instance.
        storage, coordinator, launcher: the chosen parts.
        load_timeout: seconds that a location's import may take.
        max_catchup_runs: how many missed due times of a partitioned schedule are made up for.
        python_loggers, python_log_level: which lines of the standard library's logging become events of a run.
        text: the file as it was read, for display.
    """

    home: Path
    storage: ClassChoice
    coordinator: ClassChoice
    launcher: ClassChoice
    load_timeout: float = 180.0
    max_catchup_runs: int = 5
    python_loggers: tuple[str, ...] = ("root",)
    python_log_level: str = "WARNING"
    text: str = ""


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
    document = Located(None)
    text = ""
    if path.exists():
        try:
            text = path.read_text("utf-8-sig")
            document = load_yaml(text, str(path))
        except (OSError, UnicodeDecodeError, YamlError) as error:
            raise SettingsError(why_unreadable(path, error)) from error
    reader = _Reader(document, str(path))
    settings = reader.settings(home, text)
    if reader.mistakes:
        raise SettingsError("\n".join(reader.mistakes))
    return settings


def why_unreadable(path: Path, error: Exception) -> str:
    """One line on a YAML file that can not be read: ``path:line:column: sentence``, the path said once.

    Args:
        error: what reading or parsing it raised.
    """
    if isinstance(error, YamlError):
        where = f":{error.line}:{error.column}" if error.line is not None else ""
        return f"{path}{where}: {error.bare_message}"
    return f"{path}: {error.strerror if isinstance(error, OSError) and error.strerror else error}"


class _Reader:
    def __init__(self, document: Located, name: str) -> None:
        self._document = document
        self._name = name
        self.mistakes: list[str] = []
        self._unset: set[PlaceInText] = set()

    def settings(self, home: Path, text: str) -> Settings:
        value = self._document.value
        if value is None:
            value = {}
        if not isinstance(value, dict):
            self._mistake((), f"expected a mapping of settings, found {type(value).__name__}")
            value = {}
        self._refuse_unknown(value, KEYS, ())
        default_storage = ClassChoice(name="sqlite", config={"path": str(home / "orch.db")})
        return Settings(
            home=home,
            storage=self._with_place(self._choice(value, "storage") or default_storage, default_storage),
            coordinator=self._choice(value, "run_coordinator") or ClassChoice(name="default"),
            launcher=self._choice(value, "run_launcher") or ClassChoice(name="warm"),
            load_timeout=self._number(value, ("code_servers", "local_startup_timeout"), 180.0, least=1.0),
            max_catchup_runs=int(self._number(value, ("scheduler", "max_catchup_runs"), 5.0, least=0.0)),
            python_loggers=self._logger_names(value),
            python_log_level=self._log_level(value),
            text=text or dump_yaml({"storage": {"sqlite": {"path": str(home / "orch.db")}}}),
        )

    def _choice(self, value: dict[str, Any], key: str) -> ClassChoice | None:
        shipped = SHIPPED[key]
        chosen = self._with_environment(value.get(key), (key,))
        if chosen is None:
            return None
        if isinstance(chosen, str):
            chosen = {chosen: {}}
        if isinstance(chosen, dict) and "class" in chosen:
            self._refuse_unknown(chosen, ("module", "class", "config"), (key,))
            return self._custom(chosen, key)
        if not isinstance(chosen, dict) or len(chosen) != 1:
            self._mistake((key,), f"expected one of {', '.join(shipped)}, or module, class and config")
            return None
        name, config = next(iter(chosen.items()))
        if name not in shipped:
            self._mistake(
                (key, name), f"unknown kind {name!r}{did_you_mean(name, shipped)}; there are {', '.join(shipped)}"
            )
            return None
        config = config or {}
        if not isinstance(config, dict):
            self._mistake((key, name), f"expected a mapping, found {config!r}")
            return None
        self._refuse_unknown(config, shipped[name], (key, name))
        if name == "queued":
            self._check_limits(config, (key, name))
        return ClassChoice(name=name, config=config, place=self._told((key, name)))

    def _custom(self, chosen: dict[str, Any], key: str) -> ClassChoice:
        """A class of somebody else's; whether it can be imported shows when the deployment is composed."""
        for name in ("module", "class"):
            if not isinstance(chosen.get(name), str) or not chosen[name]:
                self._mistake((key, name), f"expected the name of a {name}, found {chosen.get(name)!r}")
        config = chosen.get("config") or {}
        if not isinstance(config, dict):
            self._mistake((key, "config"), f"expected a mapping, found {config!r}")
            config = {}
        return ClassChoice(
            name="custom",
            module=str(chosen.get("module", "")),
            cls=str(chosen["class"]),
            config=config,
            place=self._told((key,)),
        )

    def _check_limits(self, config: dict[str, Any], path: PlaceInText) -> None:
        """The shape of a queue's limits."""
        most = config.get("max_concurrent_runs", -1)
        if isinstance(most, str) and most.removeprefix("-").isdecimal():  # an environment variable holds text
            config["max_concurrent_runs"] = most = int(most)
        if not _is_whole(most, least=-1):
            self._mistake(
                (*path, "max_concurrent_runs"), f"expected a whole number from -1 (no limit) on, found {most!r}"
            )
        path = (*path, "tag_concurrency_limits")
        limits = config.get("tag_concurrency_limits", [])
        if not isinstance(limits, list):
            self._mistake(path, f"expected a list of {{key, limit, value}}, found {limits!r}")
            return
        for number, limit in enumerate(limits):
            self._check_tag_limit(limit, (*path, number))

    def _check_tag_limit(self, limit: Any, path: PlaceInText) -> None:
        if not isinstance(limit, dict):
            self._mistake(path, f"expected a mapping with key, limit and perhaps value, found {limit!r}")
            return
        self._refuse_unknown(limit, ("key", "limit", "value"), path)
        if not isinstance(limit.get("key"), str):
            self._mistake((*path, "key"), f"expected the name of a tag, found {limit.get('key')!r}")
        if not _is_whole(limit.get("limit"), least=0):
            self._mistake((*path, "limit"), f"expected a whole number of at least 0, found {limit.get('limit')!r}")
        value = limit.get("value")
        each = value.get("applyLimitPerUniqueValue") if isinstance(value, dict) and len(value) == 1 else None
        if isinstance(value, list) or (isinstance(value, dict) and not isinstance(each, bool)):
            self._mistake(
                (*path, "value"), f"expected a tag's value or {{applyLimitPerUniqueValue: true}}, found {value!r}"
            )

    def _with_place(self, chosen: ClassChoice, default: ClassChoice) -> ClassChoice:
        """A storage that knows where it is."""
        if chosen.name == "sqlite" and not chosen.config.get("path"):
            return default
        if chosen.name == "postgres" and not isinstance(chosen.config.get("url"), str):
            self._mistake(
                ("storage", "postgres"), "the key 'url' is missing, e.g. postgresql://user:password@host/database"
            )
        return chosen

    def _logger_names(self, value: dict[str, Any]) -> tuple[str, ...]:
        group = value.get("python_logs")
        if group is None:
            return ("root",)
        if not isinstance(group, dict):
            self._mistake(("python_logs",), f"expected a mapping, found {group!r}")
            return ()
        self._refuse_unknown(group, ("managed_python_loggers", "python_log_level"), ("python_logs",))
        names = self._with_environment(group.get("managed_python_loggers", ["root"]), ("python_logs",))
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self._mistake(
                ("python_logs", "managed_python_loggers"), f"expected a list of logger names, found {names!r}"
            )
            return ()
        return tuple(names)

    def _log_level(self, value: dict[str, Any]) -> str:
        group = value.get("python_logs")
        path = ("python_logs", "python_log_level")
        level = self._with_environment(group.get(path[1], "WARNING"), path) if isinstance(group, dict) else "WARNING"
        if level not in LOG_LEVELS:
            self._mistake(path, f"expected one of {', '.join(LOG_LEVELS)}, found {level!r}")
            return "WARNING"
        return str(level)

    def _number(self, value: dict[str, Any], path: tuple[str, str], default: float, *, least: float) -> float:
        group = value.get(path[0])
        if group is None:
            return default
        if not isinstance(group, dict):
            self._mistake(path[:1], f"expected a mapping, found {group!r}")
            return default
        found = self._with_environment(group.get(path[1], default), path)
        if isinstance(found, bool) or not isinstance(found, (int, float)) or found < least:
            self._mistake(path, f"expected a number of at least {least:g}, found {found!r}")
            return default
        return float(found)

    def _with_environment(self, value: Any, path: PlaceInText) -> Any:
        """Replace ``{env: NAME}`` by the variable's value."""
        if isinstance(value, list):
            return [self._with_environment(item, (*path, number)) for number, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"env"}:
            name = str(value["env"])
            if name not in os.environ:
                self._mistake(path, f"the environment variable {name} is not set")
                self._unset.add(path)
            return os.environ.get(name, "")
        return {key: self._with_environment(item, (*path, key)) for key, item in value.items()}

    def _refuse_unknown(self, value: dict[str, Any], known: tuple[str, ...], path: PlaceInText) -> None:
        for key in value:
            if key not in known:
                self._mistake((*path, key), f"unknown key {key!r}{did_you_mean(key, known)}")

    def _mistake(self, path: PlaceInText, sentence: str) -> None:
        if path not in self._unset:  # what an unset variable has not said can not be wrong as well
            self.mistakes.append(f"{self._told(path)}: {sentence}")

    def _told(self, path: PlaceInText) -> str:
        """``file:line:column: a › b``; without keys only the place."""
        place = self._document.nearest_place(path)
        where = f"{self._name}:{place[0]}:{place[1]}" if place else self._name
        return f"{where}: {' › '.join(map(str, path))}" if path else where


def _is_whole(value: Any, *, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
