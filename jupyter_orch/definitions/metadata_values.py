"""The values that metadata can hold: one small class for each kind, each a plain JSON value inside."""

from __future__ import annotations

import json
from typing import Any

from jupyter_orch.definitions.asset_key import AssetKey
from jupyter_orch.definitions.errors import DagsterInvariantViolationError

_TEXT_CAP = 1_000_000


class MetadataValue:
    """One particular: its kind and its JSON value.

    Attributes:
        kind: ``text``, ``url``, ``path``, ``json``, ``md``, ``float``, ``int``, ``python``, ``asset``, ``run``,
            ``table`` or ``notebook``.
        value: JSON.
    """

    __slots__ = ("kind", "value")

    def __init__(self, kind: str, value: Any) -> None:
        self.kind = kind
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MetadataValue) and (other.kind, other.value) == (self.kind, self.value)

    def __hash__(self) -> int:
        return hash((self.kind, json.dumps(self.value, sort_keys=True, default=str)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value!r})"


class TextMetadataEntryData(MetadataValue):
    """Plain text, at most a million characters."""

    __slots__ = ()

    def __init__(self, text: str | None) -> None:
        super().__init__("text", _text(text or ""))

    @property
    def text(self) -> str:
        """The text."""
        return str(self.value)


class UrlMetadataEntryData(MetadataValue):
    """A link. Links of kinds that a browser would run are shown as text."""

    __slots__ = ()

    def __init__(self, url: str | None) -> None:
        super().__init__("url", _text(url or ""))

    @property
    def url(self) -> str:
        """The link."""
        return str(self.value)


class PathMetadataEntryData(MetadataValue):
    """A path in a file system."""

    __slots__ = ()

    def __init__(self, path: Any) -> None:
        super().__init__("path", _text(path))

    @property
    def path(self) -> str:
        """The path."""
        return str(self.value)


class NotebookMetadataEntryData(MetadataValue):
    """The path of a notebook, shown as one."""

    __slots__ = ()

    def __init__(self, path: Any) -> None:
        super().__init__("notebook", _text(path))

    @property
    def path(self) -> str:
        """The path."""
        return str(self.value)


class JsonMetadataEntryData(MetadataValue):
    """A JSON value.

    Raises:
        DagsterInvariantViolationError: JSON can not hold it.
    """

    __slots__ = ()

    def __init__(self, data: Any) -> None:
        try:
            json.dumps(data, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise DagsterInvariantViolationError(f"metadata of kind json must be a JSON value: {error}") from None
        super().__init__("json", data)

    @property
    def data(self) -> Any:
        """The value."""
        return self.value


class MarkdownMetadataEntryData(MetadataValue):
    """Text in Markdown, at most a million characters."""

    __slots__ = ()

    def __init__(self, md_str: str | None) -> None:
        super().__init__("md", _text(md_str or ""))

    @property
    def md_str(self) -> str:
        """The text."""
        return str(self.value)


class FloatMetadataEntryData(MetadataValue):
    """A number that may be drawn over time; infinities and not-a-number become text."""

    __slots__ = ()

    def __init__(self, value: float | None) -> None:
        super().__init__("float", None if value is None else _json_number(value))


class IntMetadataEntryData(MetadataValue):
    """A whole number that may be drawn over time."""

    __slots__ = ()

    def __init__(self, value: int | None) -> None:
        super().__init__("int", value)


class PythonArtifactMetadataEntryData(MetadataValue):
    """A class or function, kept as module and name."""

    __slots__ = ()

    def __init__(self, module: str, name: str) -> None:
        super().__init__("python", {"module": module, "name": name})

    @property
    def module(self) -> str:
        """Where it is defined."""
        return str(self.value["module"])

    @property
    def name(self) -> str:
        """Its name there."""
        return str(self.value["name"])


class DagsterAssetMetadataEntryData(MetadataValue):
    """Another asset."""

    __slots__ = ()

    def __init__(self, asset_key: AssetKey) -> None:
        super().__init__("asset", AssetKey.of(asset_key).path)

    @property
    def asset_key(self) -> AssetKey:
        """Its key."""
        return AssetKey(self.value)


class DagsterPipelineRunMetadataEntryData(MetadataValue):
    """Another run."""

    __slots__ = ()

    def __init__(self, run_id: str) -> None:
        super().__init__("run", _text(run_id))

    @property
    def run_id(self) -> str:
        """Its id."""
        return str(self.value)


class TableMetadataEntryData(MetadataValue):
    """Rows as dicts of scalars."""

    __slots__ = ()

    def __init__(self, records: list[dict[str, Any]]) -> None:
        super().__init__("table", json.loads(json.dumps(records, default=str)))

    @property
    def records(self) -> list[dict[str, Any]]:
        """The rows."""
        return list(self.value)


def value_from_json(kind: str, value: Any) -> MetadataValue:
    """The value that an event carries, as an object again."""
    if kind == "python":
        return PythonArtifactMetadataEntryData(value["module"], value["name"])
    made = _OF_KIND.get(kind)
    return made(value) if made is not None else MetadataValue(kind, value)


_OF_KIND: dict[str, Any] = {
    "text": TextMetadataEntryData,
    "url": UrlMetadataEntryData,
    "path": PathMetadataEntryData,
    "notebook": NotebookMetadataEntryData,
    "json": JsonMetadataEntryData,
    "md": MarkdownMetadataEntryData,
    "int": IntMetadataEntryData,
    "float": FloatMetadataEntryData,
    "asset": DagsterAssetMetadataEntryData,
    "run": DagsterPipelineRunMetadataEntryData,
    "table": TableMetadataEntryData,
}


def _text(text: Any) -> str:
    written = text if isinstance(text, str) else str(text)
    return written if len(written) <= _TEXT_CAP else written[:_TEXT_CAP] + "…"


def _json_number(value: float | str) -> Any:
    number = float(value)
    return number if number == number and abs(number) != float("inf") else str(number)
