"""Run config that stands in YAML or JSON files, packages or strings: read, parsed, merged."""

from __future__ import annotations

import glob
import importlib
import importlib.resources
import json
import os
from collections.abc import Iterable
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvariantViolationError


def config_from_files(config_files: Iterable[Any]) -> dict[str, Any]:
    """A run config from YAML or JSON files, later ones over earlier ones.

    Args:
        config_files: paths; one with ``*``, ``?`` or ``[…]`` stands for all files that fit, sorted by
            name.

    Raises:
        DagsterInvariantViolationError: a file can not be read, a pattern fits none, or what stands there is no dict.
    """
    return _merged((path, _read(path)) for pattern in config_files for path in _files(str(pattern)))


def config_from_yaml_strings(yaml_strings: Iterable[str], owner: str = "the run config") -> dict[str, Any]:
    """A run config from YAML texts, later ones over earlier ones.

    Args:
        yaml_strings: the texts.
        owner: whose they are, for messages.

    Raises:
        DagsterInvariantViolationError: a text is no YAML, or what stands there is no dict.
    """
    return _merged((f"text {index} of {owner}", text) for index, text in enumerate(yaml_strings, 1))


def config_from_pkg_resources(pkg_resource_defs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """A run config from files that lie in packages, later ones over earlier ones.

    Args:
        pkg_resource_defs: ``[("package", "file.yaml")]``.

    Raises:
        DagsterInvariantViolationError: a file is not there, or what stands there is no dict.
    """
    return _merged((f"{file} of {package}", _read_in_package(package, file)) for package, file in pkg_resource_defs)


def deep_merged(first: Any, second: Any) -> Any:
    """Two documents as one: dicts are merged key by key, anything else is taken from the second."""
    if isinstance(first, dict) and isinstance(second, dict):
        return {
            **first,
            **{key: deep_merged(first[key], value) if key in first else value for key, value in second.items()},
        }
    return second


def as_yaml(document: dict[str, Any]) -> str:
    """A document as YAML text; as JSON, which is YAML as well, where PyYAML is not installed."""
    try:
        yaml = importlib.import_module("yaml")
    except ImportError:
        return json.dumps(document, indent=2)
    return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))


def _merged(texts: Iterable[tuple[str, str]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for name, text in texts:
        document = _parsed(name, text)
        if document is not None and not isinstance(document, dict):
            raise DagsterInvariantViolationError(f"{name} holds a {type(document).__name__}; a run config is a dict")
        merged = deep_merged(merged, document or {})
    return merged


def _parsed(name: str, text: str) -> Any:
    if name.endswith(".json"):
        try:
            return json.loads(text)
        except ValueError as error:
            raise DagsterInvariantViolationError(f"{name} is no JSON: {error}") from None
    try:
        yaml = importlib.import_module("yaml")
    except ImportError:
        raise DagsterInvariantViolationError(
            f"reading {name} needs PyYAML in this environment: pip install pyyaml, or write the file as .json"
        ) from None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DagsterInvariantViolationError(f"{name} is no YAML: {error}") from None


def _files(pattern: str) -> list[str]:
    if not glob.has_magic(pattern) or os.path.exists(pattern):
        return [pattern]
    found = sorted(glob.glob(pattern))
    if not found:
        raise DagsterInvariantViolationError(f"no config file fits the pattern {pattern}")
    return found


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise DagsterInvariantViolationError(f"the config file {path} can not be read: {error.strerror}") from None


def _read_in_package(package: str, file: str) -> str:
    try:
        return importlib.resources.files(package).joinpath(file).read_text("utf-8")
    except (OSError, ImportError) as error:
        raise DagsterInvariantViolationError(f"{file} of package {package} can not be read: {error}") from None
