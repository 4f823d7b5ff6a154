"""Typed particulars of an event: text, links, numbers, tables. What user code gives becomes plain JSON here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from jupyter_orch.definitions.errors import DagsterInvariantViolationError

_TEXT_CAP = 1_000_000


@dataclass(frozen=True, slots=True)
class MetadataValue:
    """One particular: its kind and its JSON value.

    Attributes:
        kind: ``text``, ``url``, ``path``, ``json``, ``md``, ``float``, ``int``, ``python``, ``asset``, ``table`` or
            ``notebook``.
        value: JSON.
    """

    kind: str
    value: Any


def _text(text: Any) -> str:
    written = text if isinstance(text, str) else str(text)
    return written if len(written) <= _TEXT_CAP else written[:_TEXT_CAP] + "…"


class EventMetadata:
    """Makes particulars of each kind."""

    @staticmethod
    def text(text: str) -> MetadataValue:
        """Plain text, at most a million characters."""
        return MetadataValue("text", _text(text))

    @staticmethod
    def url(url: str) -> MetadataValue:
        """A link. Links of kinds that a browser would run are shown as text."""
        return MetadataValue("url", _text(url))

    @staticmethod
    def path(path: Any) -> MetadataValue:
        """A path in a file system."""
        return MetadataValue("path", _text(path))

    @staticmethod
    def notebook(path: Any) -> MetadataValue:
        """The path of a notebook, shown as one."""
        return MetadataValue("notebook", _text(path))

    @staticmethod
    def json(data: Any) -> MetadataValue:
        """A JSON value.

        Raises:
            DagsterInvariantViolationError: JSON can not hold it.
        """
        try:
            json.dumps(data, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise DagsterInvariantViolationError(f"metadata of kind json must be a JSON value: {error}") from None
        return MetadataValue("json", data)

    @staticmethod
    def md(md_str: str) -> MetadataValue:
        """Text in Markdown."""
        return MetadataValue("md", _text(md_str))

    @staticmethod
    def float(value: float | None) -> MetadataValue:
        """A number that may be drawn over time."""
        return MetadataValue("float", None if value is None else float_value(value))

    @staticmethod
    def int(value: int | None) -> MetadataValue:
        """A whole number that may be drawn over time."""
        return MetadataValue("int", value)

    @staticmethod
    def python_artifact(python_artifact: Any) -> MetadataValue:
        """A class or function, kept as module and name."""
        return MetadataValue("python", {"module": python_artifact.__module__, "name": python_artifact.__name__})

    @staticmethod
    def asset(asset_key: AssetKey) -> MetadataValue:
        """Another asset."""
        return MetadataValue("asset", list(asset_key.path))

    @staticmethod
    def table(records: list[dict[str, Any]]) -> MetadataValue:
        """Rows as dicts of scalars."""
        return MetadataValue("table", json.loads(json.dumps(records, default=str)))


def float_value(value: float) -> Any:
    """A float as JSON: text for infinities and not-a-number."""
    number = float(value)
    return number if number == number and abs(number) != float("inf") else str(number)


class EventMetadataEntry:
    """A labelled particular.

    Args:
        label: what it is called.
        description: what it says.
        entry_data: the value, made by :class:`EventMetadata`, or anything that :func:`metadata_value` understands.
    """

    __slots__ = ("description", "label", "value")

    def __init__(self, label: str, description: str | None = None, entry_data: Any = None) -> None:
        self.label = label
        self.description = description
        self.value = metadata_value(entry_data, label)

    @property
    def entry_data(self) -> MetadataValue:
        """The value with its kind."""
        return self.value

    def as_json(self) -> dict[str, Any]:
        """The form that events carry."""
        return {
            "label": self.label,
            "description": self.description or "",
            "kind": self.value.kind,
            "value": self.value.value,
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EventMetadataEntry) and self.as_json() == other.as_json()

    def __hash__(self) -> int:
        return hash(self.label)

    def __repr__(self) -> str:
        return f"EventMetadataEntry({self.label!r}, {self.value!r})"

    @classmethod
    def text(cls, text: str, label: str, description: str | None = None) -> EventMetadataEntry:
        """A text entry; so the other kinds below."""
        return cls(label, description, EventMetadata.text(text))

    @classmethod
    def url(cls, url: str, label: str, description: str | None = None) -> EventMetadataEntry:
        """A link."""
        return cls(label, description, EventMetadata.url(url))

    @classmethod
    def path(cls, path: Any, label: str, description: str | None = None) -> EventMetadataEntry:
        """A path."""
        return cls(label, description, EventMetadata.path(path))

    fspath = path

    @classmethod
    def json(cls, data: Any, label: str, description: str | None = None) -> EventMetadataEntry:
        """A JSON value."""
        return cls(label, description, EventMetadata.json(data))

    @classmethod
    def md(cls, md_str: str, label: str, description: str | None = None) -> EventMetadataEntry:
        """Markdown."""
        return cls(label, description, EventMetadata.md(md_str))

    @classmethod
    def float(cls, value: float, label: str, description: str | None = None) -> EventMetadataEntry:
        """A number."""
        return cls(label, description, EventMetadata.float(value))

    @classmethod
    def int(cls, value: int, label: str, description: str | None = None) -> EventMetadataEntry:
        """A whole number."""
        return cls(label, description, EventMetadata.int(value))

    @classmethod
    def python_artifact(cls, python_artifact: Any, label: str, description: str | None = None) -> EventMetadataEntry:
        """A class or function."""
        return cls(label, description, EventMetadata.python_artifact(python_artifact))

    @classmethod
    def asset(cls, asset_key: AssetKey, label: str, description: str | None = None) -> EventMetadataEntry:
        """Another asset."""
        return cls(label, description, EventMetadata.asset(asset_key))

    @classmethod
    def table(cls, records: list[dict[str, Any]], label: str, description: str | None = None) -> EventMetadataEntry:
        """Rows."""
        return cls(label, description, EventMetadata.table(records))


def metadata_value(value: Any, label: str) -> MetadataValue:
    """Guess the kind of a bare value: str is text, numbers are numbers, dict and list are JSON.

    Raises:
        DagsterInvariantViolationError: no kind fits.
    """
    if isinstance(value, MetadataValue):
        return value
    if isinstance(value, AssetKey):
        return EventMetadata.asset(value)
    if isinstance(value, str):
        return EventMetadata.text(value)
    if isinstance(value, bool):
        return EventMetadata.text(str(value))
    if isinstance(value, int):
        return EventMetadata.int(value)
    if isinstance(value, float):
        return EventMetadata.float(value)
    if isinstance(value, (dict, list)):
        return EventMetadata.json(value)
    if hasattr(value, "item") and type(value).__module__ == "numpy":
        return metadata_value(value.item(), label)
    if hasattr(value, "__fspath__"):
        return EventMetadata.path(value)
    raise DagsterInvariantViolationError(
        f"metadata {label!r} is a {type(value).__name__}; give text, a number, a dict, a list, or use one of "
        "EventMetadata's kinds"
    )


def entries_of(metadata: dict[str, Any] | None, metadata_entries: Any = None) -> tuple[EventMetadataEntry, ...]:
    """Entries from the two ways to give them: a dict of label → value, and a list of entries.

    Raises:
        DagsterInvariantViolationError: a label is no string, an entry is none, or a value has no kind.
    """
    given = list(metadata_entries or ())
    for entry in given:
        if not isinstance(entry, EventMetadataEntry):
            raise DagsterInvariantViolationError(
                f"metadata_entries must hold EventMetadataEntry objects, not {type(entry).__name__}"
            )
    for label, value in (metadata or {}).items():
        if not isinstance(label, str):
            raise DagsterInvariantViolationError(f"a metadata label must be a string, not {label!r}")
        given.append(value if isinstance(value, EventMetadataEntry) else EventMetadataEntry(label, None, value))
    return tuple(given)


def entries_json(entries: tuple[EventMetadataEntry, ...]) -> list[dict[str, Any]]:
    """Entries as events carry them."""
    return [entry.as_json() for entry in entries]


class AssetKey:
    """The name of an asset: one or more parts, like a path.

    Args:
        path: one string, or a list of strings from the outermost to the innermost.
    """

    __slots__ = ("path",)

    def __init__(self, path: str | list[str] | tuple[str, ...]) -> None:
        parts = [path] if isinstance(path, str) else list(path)
        if not parts or not all(isinstance(part, str) and part for part in parts):
            raise DagsterInvariantViolationError(f"an asset key needs one or more non-empty strings, not {path!r}")
        self.path = tuple(parts)

    def to_string(self) -> str:
        """The parts as a JSON list."""
        return json.dumps(list(self.path))

    def to_user_string(self) -> str:
        """The parts joined by slashes."""
        return "/".join(self.path)

    @staticmethod
    def of(key: Any) -> AssetKey:
        """An asset key from a key, a string or a list of strings."""
        return key if isinstance(key, AssetKey) else AssetKey(key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AssetKey) and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)

    def __repr__(self) -> str:
        return f"AssetKey({list(self.path)!r})"
