"""Typed particulars of an event: text, links, numbers, tables. What user code gives becomes plain JSON here."""

from __future__ import annotations

from typing import Any

from jupyter_orch.definitions.asset_key import AssetKey as AssetKey
from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.metadata_values import (
    DagsterAssetMetadataEntryData,
    DagsterPipelineRunMetadataEntryData,
    FloatMetadataEntryData,
    IntMetadataEntryData,
    JsonMetadataEntryData,
    MarkdownMetadataEntryData,
    NotebookMetadataEntryData,
    PathMetadataEntryData,
    PythonArtifactMetadataEntryData,
    TableMetadataEntryData,
    TextMetadataEntryData,
    UrlMetadataEntryData,
    value_from_json,
)
from jupyter_orch.definitions.metadata_values import MetadataValue as MetadataValue


class EventMetadata:
    """Makes particulars of each kind."""

    @staticmethod
    def text(text: str) -> TextMetadataEntryData:
        """Plain text, at most a million characters."""
        return TextMetadataEntryData(text)

    @staticmethod
    def url(url: str) -> UrlMetadataEntryData:
        """A link. Links of kinds that a browser would run are shown as text."""
        return UrlMetadataEntryData(url)

    @staticmethod
    def path(path: Any) -> PathMetadataEntryData:
        """A path in a file system."""
        return PathMetadataEntryData(path)

    @staticmethod
    def notebook(path: Any) -> NotebookMetadataEntryData:
        """The path of a notebook, shown as one."""
        return NotebookMetadataEntryData(path)

    @staticmethod
    def json(data: Any) -> JsonMetadataEntryData:
        """A JSON value.

        Raises:
            DagsterInvariantViolationError: JSON can not hold it.
        """
        return JsonMetadataEntryData(data)

    @staticmethod
    def md(md_str: str) -> MarkdownMetadataEntryData:
        """Text in Markdown."""
        return MarkdownMetadataEntryData(md_str)

    @staticmethod
    def float(value: float | None) -> FloatMetadataEntryData:
        """A number that may be drawn over time."""
        return FloatMetadataEntryData(value)

    @staticmethod
    def int(value: int | None) -> IntMetadataEntryData:
        """A whole number that may be drawn over time."""
        return IntMetadataEntryData(value)

    @staticmethod
    def python_artifact(python_artifact: Any) -> PythonArtifactMetadataEntryData:
        """A class or function, kept as module and name."""
        return PythonArtifactMetadataEntryData(python_artifact.__module__, python_artifact.__name__)

    @staticmethod
    def asset(asset_key: AssetKey) -> DagsterAssetMetadataEntryData:
        """Another asset."""
        return DagsterAssetMetadataEntryData(asset_key)

    @staticmethod
    def pipeline_run(run_id: str) -> DagsterPipelineRunMetadataEntryData:
        """Another run."""
        return DagsterPipelineRunMetadataEntryData(run_id)

    dagster_run = pipeline_run

    @staticmethod
    def table(records: list[dict[str, Any]]) -> TableMetadataEntryData:
        """Rows as dicts of scalars."""
        return TableMetadataEntryData(records)


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

    @classmethod
    def fspath(cls, path: Any, label: str | None = None, description: str | None = None) -> EventMetadataEntry:
        """A path, labelled ``path`` when no label is given."""
        return cls.path(path, label or "path", description)

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
    def pipeline_run(cls, run_id: str, label: str, description: str | None = None) -> EventMetadataEntry:
        """Another run."""
        return cls(label, description, EventMetadata.pipeline_run(run_id))

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


def entries_from_json(entries: list[dict[str, Any]]) -> list[EventMetadataEntry]:
    """Entries as objects, from what events carry."""
    return [
        EventMetadataEntry(
            entry["label"], entry.get("description") or None, value_from_json(entry["kind"], entry["value"])
        )
        for entry in entries
    ]


def entries_json(entries: tuple[EventMetadataEntry, ...]) -> list[dict[str, Any]]:
    """Entries as events carry them."""
    return [entry.as_json() for entry in entries]
