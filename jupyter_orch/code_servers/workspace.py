"""``workspace.yaml``: which code there is. Every mistake is reported with its place; one bad entry hides no other."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jupyter_orch.code_servers.workspace_yaml import CODE_KEYS, ENTRIES, GATEWAY, GRPC, TOP
from jupyter_orch.errors import OrchError
from jupyter_orch.folders import is_there
from jupyter_orch.names import did_you_mean
from jupyter_orch.records.messages import LocationTarget
from jupyter_orch.settings.kinds import FromEnvironment, found
from jupyter_orch.yaml_text import Located, YamlFileError, load_yaml_file
from jupyter_orch.yaml_text import Path as PlaceInText

GATEWAY_VARIABLE = "JUPYTER_ORCH_GATEWAY"
"""How the process of a run that another server hosts is told which."""
MAX_CODE_BYTES = 32 * 1024 * 1024
SAYS_GATEWAY = (
    "there is no gRPC here: a code server is a kernel. For code that another machine serves, use 'kernel_gateway' with "
    "the url of a Jupyter server there; for code of this machine, python_file with the environment's kernel or "
    "executable_path"
)


class WorkspaceError(OrchError):
    """The workspace file is wrong."""

    code = "WORKSPACE_ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Another Jupyter server that hosts a location's kernels.

    Attributes:
        url: its address with base URL, without a slash at the end.
        token: for its API; empty for none.
        kernel: kernelspec of that server.
    """

    url: str
    token: str = ""
    kernel: str = "python3"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationEntry:
    """One entry of the workspace file.

    Attributes:
        target: what to load; its ``name`` is the location's name.
        kernel: kernelspec whose interpreter to use, or None.
        executable: interpreter to use, or None.
        env: environment variables to add.
        replicas: how many kernels serve it.
        gateway: the server that hosts it, when it is another one.
        problem: why this entry can not be used; the others can.
    """

    target: LocationTarget
    kernel: str | None = None
    executable: str | None = None
    env: tuple[tuple[str, str], ...] = ()
    replicas: int = 1
    gateway: Gateway | None = None
    problem: str | None = None


def read_workspace(path: Path) -> list[LocationEntry]:
    """The entries of a workspace file; an absent or empty file has none.

    Raises:
        WorkspaceError: the file as a whole can not be read.
    """
    if not is_there(path):
        return []
    try:
        document = load_yaml_file(path)
    except YamlFileError as error:
        raise WorkspaceError(error.message) from error
    if document.value is None:
        return []
    if not isinstance(document.value, dict):
        raise WorkspaceError(f"{path}: expected a mapping with a list 'load_from', {found(document.value)}")
    allows_external = _top(document, path)
    entries = document.value["load_from"] or []
    if not isinstance(entries, list):
        line = document.line("load_from")
        raise WorkspaceError(f"{path}:{line}: load_from: expected a list of entries, {found(entries)}")
    read = [_EntryReader(document, number, path.parent).entry(allows_external) for number in range(len(entries))]
    return _without_name_clashes(read, document)


def _top(document: Located, path: Path) -> bool:
    for key, value in document.value.items():
        place = f"{path}:{document.line(key)}"
        if key != "load_from" and key not in TOP:
            known = ["load_from", *TOP]
            belongs = f"; write it as an item of load_from: '- {key}: …'" if key in ENTRIES else ""
            hint = belongs or did_you_mean(key, known) or f"; there are {', '.join(known)}"
            raise WorkspaceError(f"{place}: unknown key {key!r}{hint}")
        if key in TOP and not isinstance(value, bool):
            raise WorkspaceError(f"{place}: {key}: expected true or false, {found(value)}")
    if "load_from" not in document.value:
        raise WorkspaceError(f"{path}: expected a mapping with a list 'load_from', {found(document.value)}")
    return bool(document.value.get("allow_external_paths", False))


class _EntryReader:
    """Reads one entry; the first mistake makes it unusable."""

    def __init__(self, document: Located, number: int, root: Path) -> None:
        self._document = document
        self._at: PlaceInText = ("load_from", number)
        self._item = document.value["load_from"][number]
        self._root = root
        self._mistakes: list[str] = []

    def entry(self, allows_external: bool) -> LocationEntry:
        """The entry, or one that says what is wrong with it."""
        kind, settings = self._split()
        if not self._mistakes:
            told = ENTRIES[kind].read(self._with_environment(settings, (*self._at, kind)), (*self._at, kind), self)
        if self._mistakes:
            return self._unusable()
        made = self._remote(told) if kind == GATEWAY else self._local(kind, told, allows_external)
        return self._unusable(made.target.name) if self._mistakes else made

    def mistake(self, path: PlaceInText, sentence: str) -> None:
        """Note what is wrong at a path."""
        keys = " › ".join(map(str, path[2:]))
        self._mistakes.append(f"{self.place(path)}: {keys}{': ' if keys else ''}{sentence}")

    def place(self, path: PlaceInText) -> str:
        """``file:line`` of a path."""
        place = self._document.nearest_place(path)
        return f"{self._document.name}:{place[0] if place else 1}"

    def _split(self) -> tuple[str, Any]:
        """Kind and settings of the entry."""
        if not isinstance(self._item, dict) or len(self._item) != 1:
            self.mistake(self._at, self._what_is_no_entry())
            return "", None
        kind, settings = next(iter(self._item.items()))
        if kind == GRPC:
            self.mistake(self._at, f"{GRPC}: {SAYS_GATEWAY}")
        elif kind not in ENTRIES:
            known = ", ".join(ENTRIES)
            self.mistake(self._at, f"unknown kind {kind!r}{did_you_mean(kind, ENTRIES)}; there are {known}")
        elif kind in CODE_KEYS and isinstance(settings, (str, int, float)) and not isinstance(settings, bool):
            settings = {CODE_KEYS[kind]: settings}
        return kind, settings

    def _what_is_no_entry(self) -> str:
        kinds = [kind for kind in self._item if kind in ENTRIES] if isinstance(self._item, dict) else []
        if len(kinds) != 1:
            return f"expected one of {', '.join(ENTRIES)}, {found(self._item)}"
        beside = ", ".join(str(key) for key in self._item if key != kinds[0])
        return f"{beside} must stand below {kinds[0]}, indented deeper than it"

    def _with_environment(self, value: Any, path: PlaceInText) -> Any:
        """Replace each ``{env: NAME}`` by the variable's value; the mapping ``env`` itself is no such place."""
        if not isinstance(value, dict):
            return value
        if value.keys() == {"env"} and isinstance(value["env"], str) and len(path) > 3:
            if value["env"] not in os.environ:
                self.mistake(path, f"the environment variable {value['env']} is not set")
            return FromEnvironment(os.environ.get(value["env"], ""))
        return {key: self._with_environment(item, (*path, key)) for key, item in value.items()}

    def _local(self, kind: str, told: dict[str, Any], allows_external: bool) -> LocationEntry:
        code = told[CODE_KEYS[kind]]
        is_file = CODE_KEYS[kind] == "relative_path"
        at = (*self._at, kind)
        path = self._file(code, at, allows_external) if is_file else None
        folder = told.get("working_directory")
        working_directory = (self._root / folder).resolve() if folder else path.parent if path else self._root.resolve()
        if not self._mistakes and not working_directory.is_dir():
            self.mistake(at, f"working_directory {working_directory} is not a folder")
        if told.get("kernel") and told.get("executable_path"):
            self.mistake(at, "kernel and executable_path both say which interpreter: keep one of them")
        executable = told.get("executable_path")
        return LocationEntry(
            target=LocationTarget(
                name=told.get("location_name") or (Path(code).name if is_file else code),
                kind=kind,
                path=str(path) if path else "",
                module="" if is_file else code,
                attribute=told.get("attribute"),
                working_directory=str(working_directory),
            ),
            kernel=told.get("kernel"),
            executable=str((self._root / Path(executable).expanduser()).absolute()) if executable else None,
            env=self._variables(told, at),
            replicas=told.get("replicas", 1),
        )

    def _variables(self, told: dict[str, Any], at: PlaceInText) -> tuple[tuple[str, str], ...]:
        if told.get("env") and told.get("environment"):
            self.mistake(at, "env and environment mean the same: keep one of them")
        variables = told.get("env") or told.get("environment") or {}
        for name, value in variables.items():
            if not isinstance(value, (str, int, float)) or isinstance(value, bool) or "=" in name or "\0" in str(value):
                self.mistake((*at, "env", name), f"expected a variable's text, {found(value)}")
        return tuple((str(name), str(value)) for name, value in variables.items())

    def _file(self, code: str, at: PlaceInText, allows_external: bool) -> Path:
        path = (self._root / code).resolve() if "://" not in code else self._root
        if "://" in code:
            self.mistake(at, f"{code} is an address, expected a path below {self._root}")
        elif not path.is_relative_to(self._root.resolve()) and not allows_external:
            reason = f"{path} lies outside of the workspace's folder {self._root.resolve()}"
            self.mistake(at, f"{reason}; if that is meant, write 'allow_external_paths: true' above load_from")
        elif not path.exists():
            self.mistake(at, f"{path} does not exist")
        elif not path.is_file():
            self.mistake(at, f"{path} is not a file")
        elif path.stat().st_size > MAX_CODE_BYTES:
            size = path.stat().st_size // 1024**2
            self.mistake(at, f"{path} has {size} MiB, code has at most {MAX_CODE_BYTES // 1024**2}")
        return path

    def _remote(self, told: dict[str, Any]) -> LocationEntry:
        at = (*self._at, GATEWAY)
        kinds = [kind for kind in CODE_KEYS if kind in told]
        if len(kinds) != 1:
            named = " and ".join(kinds) or "none of them"
            self.mistake(at, f"expected one of {', '.join(CODE_KEYS)} to say what code it serves, found {named}")
            return self._unusable()
        url = urlsplit(told["url"])
        if url.scheme not in ("http", "https") or not url.hostname:
            self.mistake((*at, "url"), f"expected an address like http://host:8888, found {told['url']!r}")
        kind, code = kinds[0], told[kinds[0]]
        is_file = CODE_KEYS[kind] == "relative_path"
        return LocationEntry(
            target=LocationTarget(
                name=told.get("location_name") or f"{Path(code).name if is_file else code}@{url.hostname}",
                kind=kind,
                path=code if is_file else "",
                module="" if is_file else code,
                attribute=told.get("attribute"),
                working_directory=told.get("working_directory") or (str(Path(code).parent) if is_file else ""),
            ),
            replicas=told.get("replicas", 1),
            gateway=Gateway(
                url=told["url"].rstrip("/"), token=told.get("token", ""), kernel=told.get("kernel", "python3")
            ),
        )

    def _unusable(self, name: str = "") -> LocationEntry:
        name = name or self._name_of_item() or self.place(self._at).rsplit("/", 1)[-1]
        return LocationEntry(target=LocationTarget(name=name, kind=""), problem="; ".join(self._mistakes))

    def _name_of_item(self) -> str:
        """The name that was meant, so that a mistake shows where its location stood before."""
        settings = next(iter(self._item.values())) if isinstance(self._item, dict) and len(self._item) == 1 else None
        found = settings.get("location_name") if isinstance(settings, dict) else None
        return found if isinstance(found, str) else ""


def _without_name_clashes(entries: list[LocationEntry], document: Located) -> list[LocationEntry]:
    first: dict[str, int] = {}
    kept: list[LocationEntry] = []
    for number, entry in enumerate(entries):
        name, line = entry.target.name, document.line("load_from", number) or 0
        if name in first:
            place = f"{document.name}:{line}"
            problem = f"a location named {name!r} stands in line {first[name]} already; give one a location_name"
            target = LocationTarget(name=place.rsplit("/", 1)[-1], kind="")
            kept.append(replace(entry, target=target, problem=f"{place}: {problem}"))
        else:
            first[name] = line
            kept.append(entry)
    return kept
