"""Secrets in run configs are found by the definitions and are not shown."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_orch.masking import MASK
from jupyter_orch.records.messages import ConfigError
from jupyter_orch.records.secret_fields import secret_paths
from jupyter_orch.records.snapshot import ModeSnapshot, PipelineSnapshot, ResourceSnapshot, SolidSnapshot
from jupyter_orch.runs.secret_config import errors_without_secrets, masks_in, without_secrets

SECRET = {"type": "string", "writeOnly": True}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "password": SECRET,
        "user": {"type": "string"},
        "hosts": {"type": "array", "items": {"type": "object", "properties": {"key": SECRET}}},
        "either": {"anyOf": [{"type": "integer"}, {"type": "object", "properties": {"token": SECRET}}]},
        "map": {"type": "object", "additionalProperties": SECRET},
    },
}
INNER = SolidSnapshot(name="inner", definition="d", config_schema=SCHEMA)
PIPELINE = PipelineSnapshot(
    name="p",
    solids=(
        SolidSnapshot(name="load", definition="load", config_schema=SCHEMA),
        SolidSnapshot(name="outer", definition="outer", kind="composite", solids=(INNER,)),
        SolidSnapshot(name="plain", definition="plain"),
    ),
    modes=(ModeSnapshot(name="prod", resources=(ResourceSnapshot(key="db", config_schema=SCHEMA),)),),
)
VALUES = {
    "password": "hunter2",
    "user": "ada",
    "hosts": [{"key": "k1"}, {"key": {"env": "KEY"}}],
    "either": {"token": "t"},
    "map": {"a": "x", "b": "y"},
}
HIDDEN = {
    "password": MASK,
    "user": "ada",
    "hosts": [{"key": MASK}, {"key": {"env": "KEY"}}],
    "either": {"token": MASK},
    "map": {"a": MASK, "b": MASK},
}


def config(values: Any) -> dict[str, Any]:
    return {
        "solids": {"load": {"config": values}, "outer": {"solids": {"inner": {"config": values}}}},
        "resources": {"db": {"config": values}},
    }


def test_secrets_are_masked_wherever_they_stand_and_references_are_shown() -> None:
    written = config(VALUES)
    shown = without_secrets(written, secret_paths(PIPELINE, "prod", written))
    assert shown == config(HIDDEN)
    assert written == config(VALUES), "the config itself is as it was"


@pytest.mark.parametrize(
    "strange", [None, [], "text", {"solids": 3}, {"solids": {"load": None}}, {"solids": {"load": {"config": [1]}}}]
)
def test_configs_of_any_form_are_walked(strange: Any) -> None:
    assert without_secrets(strange, secret_paths(PIPELINE, "prod", strange)) == strange
    assert secret_paths(PIPELINE, "no such mode", config(VALUES))


def test_a_secret_of_the_wrong_type_is_masked_as_a_whole() -> None:
    written = {"solids": {"load": {"config": {"password": {"deep": ["hunter2"]}}}}}
    shown = without_secrets(written, secret_paths(PIPELINE, "prod", written))
    assert "hunter2" not in str(shown)


def test_mistakes_about_a_secret_do_not_tell_it() -> None:
    path = ("solids", "load", "config", "password")
    errors = (
        ConfigError(kind="TYPE_MISMATCH", path=path, value="hunter2", expected="int", message="found 'hunter2'"),
        ConfigError(
            kind="TYPE_MISMATCH", path=(*path[:-1], "user"), value="ada", expected="int", message="found 'ada'"
        ),
    )
    told = errors_without_secrets(errors, [path])
    assert "hunter2" not in str(told) and "expected int" in told[0].message and told[1] == errors[1]


def test_a_mask_that_comes_back_is_told() -> None:
    written = config(HIDDEN)
    mistakes = masks_in(written, secret_paths(PIPELINE, "prod", written))
    assert {m.path for m in mistakes} >= {
        ("solids", "load", "config", "password"),
        ("resources", "db", "config", "map", "a"),
    }
    assert all("write it again" in m.message for m in mistakes)
