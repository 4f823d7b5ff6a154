"""What ``workspace.yaml`` may hold, described once: for the check, the JSON Schema and the documentation."""

from __future__ import annotations

from typing import Any

from jupyter_orch.settings.kinds import ENVIRONMENT, Group, Kind, MapOf, Number, Switch, Text

CODE_KEYS = {
    "python_file": "relative_path",
    "python_module": "module_name",
    "python_package": "package_name",
    "notebook": "relative_path",
}
"""Kinds of code, and the key that says which; the scalar shorthand stands for that key alone."""
GATEWAY = "kernel_gateway"
GRPC = "grpc_server"
MOST_REPLICAS = 64

_EXAMPLES = {"relative_path": "repo.py", "module_name": "team.repo", "package_name": "team"}
_NAMED: dict[str, Kind] = {
    "location_name": Text(description="The location's name; default: that of the code."),
    "attribute": Text(
        description="The one repository, pipeline, or function that returns one; default: all there are."
    ),
    "working_directory": Text(description="Folder that is current and first on sys.path; default: that of the file."),
    "replicas": Number(
        least=1, most=MOST_REPLICAS, whole=True, description="How many kernels serve the location; default: 1."
    ),
}
_LOCAL: dict[str, Kind] = {
    **_NAMED,
    "executable_path": Text(description="Interpreter of the environment that the code runs in."),
    "kernel": Text(description="Kernelspec whose environment the code runs in."),
    "env": MapOf(item=None, description="Environment variables of the code."),
    "environment": MapOf(item=None, description="The same as env."),
}
_GATEWAY: dict[str, Kind] = {
    **_NAMED,
    "url": Text(description="Address of a Jupyter server or kernel gateway, with its base URL."),
    "token": Text(description="Token of that server; best taken from a variable: {env: NAME}."),
    "kernel": Text(description="Kernelspec of that server; default: python3."),
    **{
        kind: Text(description=f"The {key} of the code, as that server's kernels see it.")
        for kind, key in CODE_KEYS.items()
    },
}

ENTRIES: dict[str, Group] = {
    **{
        kind: Group(
            fields={key: Text(description="The code."), **_LOCAL},
            required={key: _EXAMPLES[key]},
            expected="a text or a mapping",
        )
        for kind, key in CODE_KEYS.items()
    },
    GATEWAY: Group(fields=_GATEWAY, required={"url": "http://127.0.0.1:8888"}),
}
"""One kind of entry each."""

TOP = {"allow_external_paths": Switch(description="Whether code may lie outside of the workspace's folder.")}


def json_schema() -> dict[str, Any]:
    """The published JSON Schema of ``workspace.yaml``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "workspace.yaml",
        "type": ["object", "null"],
        "properties": {
            "load_from": {"type": ["array", "null"], "items": {"oneOf": [_entry(name) for name in ENTRIES]}},
            **{key: kind.schema() for key, kind in TOP.items()},
        },
        "required": ["load_from"],
        "additionalProperties": False,
        "$defs": {"env": ENVIRONMENT},
    }


def _entry(kind: str) -> dict[str, Any]:
    mapping = ENTRIES[kind].schema()
    shorthand = [{"type": "string", "minLength": 1}] if kind in CODE_KEYS else []
    return {
        "type": "object",
        "properties": {kind: {"anyOf": [*shorthand, mapping]} if shorthand else mapping},
        "required": [kind],
        "additionalProperties": False,
    }
