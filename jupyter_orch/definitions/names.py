"""What a name may look like, and how to say that a name is not known."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError

_NAME = re.compile(r"[A-Za-z0-9_]{1,255}")
_RESERVED = frozenset(
    {
        "context",
        "conf",
        "config",
        "meta",
        "arg_dict",
        "dict",
        "input_arg_dict",
        "output_arg_dict",
        "int",
        "str",
        "float",
        "bool",
        "input",
        "output",
        "type",
    }
)
_SYSTEM_TAG_PREFIXES = ("dagster/", ".dagster/")
_TAGS_USERS_MAY_SET = frozenset(
    {
        "dagster/priority",
        "dagster/max_retries",
        "dagster/retry_strategy",
        "dagster/max_runtime",
        "dagster/is_memoized_run",
        "dagster/step_timeout",
        "dagster/solid_retry_policy",
        "dagster/concurrency_key",
    }
)


def valid_name(name: Any, noun: str, reserved: bool = True) -> str:
    """Give the name back when it is one.

    Args:
        name: what the user gave.
        noun: what is being named, e.g. ``"solid"``.
        reserved: also refuse the words that run config and contexts need for themselves.

    Raises:
        DagsterInvalidDefinitionError: says which characters may stand in a name.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise DagsterInvalidDefinitionError(
            f"{name!r} can not be the name of a {noun}: use 1 to 255 of the characters A-Z a-z 0-9 _"
        )
    if reserved and name in _RESERVED:
        raise DagsterInvalidDefinitionError(
            f"{name!r} can not be the name of a {noun}: the word is reserved; choose another"
        )
    return name


def valid_tags(tags: Any, owner: str, system_allowed: bool = True) -> dict[str, str]:
    """Tags as strings to strings; values that are JSON but no string are written as JSON by the caller beforehand.

    Raises:
        DagsterInvalidDefinitionError: a key or value is no string, or a key is reserved for the system.
    """
    if tags is None:
        return {}
    if not isinstance(tags, dict):
        raise DagsterInvalidDefinitionError(f"tags of {owner} must be a dict of strings, not {type(tags).__name__}")
    checked: dict[str, str] = {}
    for key, value in tags.items():
        if not isinstance(key, str):
            raise DagsterInvalidDefinitionError(f"tags of {owner}: the key {key!r} is no string")
        if not system_allowed and key.startswith(_SYSTEM_TAG_PREFIXES) and key not in _TAGS_USERS_MAY_SET:
            raise DagsterInvalidDefinitionError(
                f"tags of {owner}: {key!r} is set by the system alone; use another prefix"
            )
        checked[key] = value if isinstance(value, str) else _as_text(key, value, owner)
    return checked


def _as_text(key: str, value: Any, owner: str) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise DagsterInvalidDefinitionError(
            f"tags of {owner}: the value of {key!r} is a {type(value).__name__}; give a string or a JSON value"
        ) from None


def valid_keys(keys: Any, owner: str) -> frozenset[str]:
    """Resource keys as a set.

    Raises:
        DagsterInvalidDefinitionError: it is a plain string, or holds something that is none.
    """
    if keys is None:
        return frozenset()
    if isinstance(keys, str) or not isinstance(keys, Iterable):
        hint = f", e.g. {{{keys!r}}}" if isinstance(keys, str) else ""
        raise DagsterInvalidDefinitionError(
            f"the required_resource_keys of {owner} must be a set of strings{hint}, not {keys!r}"
        )
    found = list(keys)
    for key in found:
        if not isinstance(key, str):
            raise DagsterInvalidDefinitionError(
                f"the required_resource_keys of {owner} must be strings; {key!r} is none"
            )
    return frozenset(found)


def valid_selection(selection: Any, owner: str) -> list[str] | None:
    """A selection of solids as a list; None stays None.

    Raises:
        DagsterInvalidDefinitionError: it is no list.
    """
    if selection is None:
        return None
    if isinstance(selection, str) or not isinstance(selection, Iterable):
        hint = f", e.g. [{selection!r}]" if isinstance(selection, str) else ""
        raise DagsterInvalidDefinitionError(
            f"the solid_selection of {owner} must be a list of strings{hint}, not {selection!r}"
        )
    return list(selection)


def unknown(noun: str, name: object, known: Iterable[str], owner: str = "") -> str:
    """One sentence: this name is not known, these are near it, or these exist."""
    names = sorted(known)
    near = difflib.get_close_matches(str(name), names, n=3)
    where = f" in {owner}" if owner else ""
    if near:
        return f"there is no {noun} {name!r}{where}; did you mean {_listed(near)}?"
    if not names:
        return f"there is no {noun} {name!r}{where}; there is none at all"
    return f"there is no {noun} {name!r}{where}; known: {_listed(names[:20])}{' …' if len(names) > 20 else ''}"


def _listed(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)
