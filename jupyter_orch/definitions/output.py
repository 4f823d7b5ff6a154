"""What a solid may yield or raise."""

from __future__ import annotations

import re
from typing import Any, Generic, TypeVar

from jupyter_orch.definitions.errors import DagsterInvariantViolationError
from jupyter_orch.definitions.metadata import AssetKey, EventMetadataEntry, entries_of

T = TypeVar("T")
DEFAULT_OUTPUT = "result"
_MAPPING_KEY = re.compile(r"[A-Za-z0-9_]{1,255}")


class Output(Generic[T]):
    """A value for one output.

    Args:
        value: the value.
        output_name: which output it is for.
        metadata_entries, metadata: particulars about the value.
        version: for memoization.
    """

    __slots__ = ("metadata_entries", "output_name", "value", "version")

    def __init__(
        self,
        value: T,
        output_name: str = DEFAULT_OUTPUT,
        metadata_entries: list[EventMetadataEntry] | None = None,
        metadata: dict[str, Any] | None = None,
        version: str | None = None,
    ) -> None:
        self.value = value
        self.output_name = output_name
        self.metadata_entries = entries_of(metadata, metadata_entries)
        self.version = version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Output) and (self.value, self.output_name) == (other.value, other.output_name)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"Output({self.value!r}, {self.output_name!r})"


class DynamicOutput(Generic[T]):
    """One of several values for a dynamic output.

    Args:
        value: the value.
        mapping_key: what tells it from the others: letters, digits and underscores.
        output_name: which output it is for.
        metadata_entries, metadata: particulars about the value.
    """

    __slots__ = ("mapping_key", "metadata_entries", "output_name", "value", "version")

    def __init__(
        self,
        value: T,
        mapping_key: str,
        output_name: str = DEFAULT_OUTPUT,
        metadata_entries: list[EventMetadataEntry] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        if not isinstance(mapping_key, str) or not _MAPPING_KEY.fullmatch(mapping_key):
            raise DagsterInvariantViolationError(
                f"{mapping_key!r} can not be a mapping key: use 1 to 255 of the characters A-Z a-z 0-9 _"
            )
        self.value = value
        self.mapping_key = mapping_key
        self.output_name = output_name
        self.metadata_entries = entries_of(metadata, metadata_entries)
        self.version: str | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DynamicOutput) and (self.value, self.mapping_key, self.output_name) == (
            other.value,
            other.mapping_key,
            other.output_name,
        )

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"DynamicOutput({self.value!r}, {self.mapping_key!r}, {self.output_name!r})"


class _Told:
    """What a step tells: equal when all that it says is equal."""

    __slots__ = ()
    says: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and all(getattr(self, name) == getattr(other, name) for name in self.says)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        said = [(name, getattr(self, name)) for name in self.says]
        given = [f"{name}={value!r}" for name, value in said if value is not None and value not in ((), {})]
        return f"{type(self).__name__}({', '.join(given)})"


class AssetMaterialization(_Told):
    """A thing that lives outside the run was written.

    Args:
        asset_key: its name, a key, string or list of strings.
        description: what was written.
        metadata_entries, metadata: particulars.
        partition: which part of it.
        tags: strings.
    """

    event_type = "ASSET_MATERIALIZATION"
    says = ("asset_key", "description", "partition", "metadata_entries", "tags")

    def __init__(
        self,
        asset_key: AssetKey | str | list[str],
        description: str | None = None,
        metadata_entries: list[EventMetadataEntry] | None = None,
        partition: str | None = None,
        tags: dict[str, str] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self.asset_key = AssetKey.of(asset_key)
        self.description = description
        self.metadata_entries = entries_of(metadata, metadata_entries)
        self.partition = partition
        self.tags = dict(tags or {})

    @property
    def label(self) -> str:
        """The key as one string."""
        return self.asset_key.to_user_string()

    @classmethod
    def file(cls, path: Any, description: str | None = None, asset_key: Any = None) -> AssetMaterialization:
        """A file was written; the path is the key when none is given."""
        key = asset_key or [part for part in str(path).split("/") if part]
        return cls(asset_key=key, description=description, metadata_entries=[EventMetadataEntry.path(path, "path")])


class AssetObservation(AssetMaterialization):
    """A thing that lives outside the run was looked at, not written."""

    event_type = "ASSET_OBSERVATION"


class Materialization(AssetMaterialization):
    """The older spelling of :class:`AssetMaterialization`, where the label comes first."""

    def __init__(
        self,
        label: str | None = None,
        description: str | None = None,
        metadata_entries: list[EventMetadataEntry] | None = None,
        asset_key: Any = None,
        partition: str | None = None,
    ) -> None:
        if label is None and asset_key is None:
            raise DagsterInvariantViolationError("a Materialization needs a label or an asset_key")
        super().__init__(asset_key if asset_key is not None else str(label), description, metadata_entries, partition)


class ExpectationResult(_Told):
    """A check of data was made; a failed one is recorded and does not fail the step.

    Args:
        success: whether the data is as expected.
        label: name of the check.
        description: what it looks at.
        metadata_entries, metadata: particulars.
    """

    says = ("success", "label", "description", "metadata_entries")

    def __init__(
        self,
        success: bool,
        label: str | None = None,
        description: str | None = None,
        metadata_entries: list[EventMetadataEntry] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self.success = success
        self.label = label or "result"
        self.description = description
        self.metadata_entries = entries_of(metadata, metadata_entries)


class TypeCheck(_Told):
    """The verdict of a type check function.

    Args:
        success: whether the value has the type.
        description: why not.
        metadata_entries, metadata: particulars about the value.
    """

    __slots__ = ("description", "metadata_entries", "success")
    says = ("success", "description", "metadata_entries")

    def __init__(
        self,
        success: bool,
        description: str | None = None,
        metadata_entries: list[EventMetadataEntry] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self.success = success
        self.description = description
        self.metadata_entries = entries_of(metadata, metadata_entries)


class Failure(Exception):
    """Raise this to fail a step with a description and particulars.

    Args:
        description: what went wrong.
        metadata_entries, metadata: particulars.
        allow_retries: whether a retry policy applies.
    """

    def __init__(
        self,
        description: str | None = None,
        metadata_entries: list[EventMetadataEntry] | None = None,
        metadata: dict[str, Any] | None = None,
        allow_retries: bool = True,
    ) -> None:
        super().__init__(description or "the solid raised Failure without a description")
        self.description = description
        self.metadata_entries = entries_of(metadata, metadata_entries)
        self.allow_retries = allow_retries


class RetryRequested(Exception):
    """Raise this to have the step tried again.

    Args:
        max_retries: how many attempts may follow the first.
        seconds_to_wait: pause before the next one.
    """

    def __init__(self, max_retries: int = 1, seconds_to_wait: float | None = None) -> None:
        if isinstance(max_retries, bool) or not isinstance(max_retries, int) or max_retries < 0:
            raise DagsterInvariantViolationError(f"max_retries must be an integer of 0 or more, not {max_retries!r}")
        if seconds_to_wait is not None and not (isinstance(seconds_to_wait, (int, float)) and seconds_to_wait >= 0):
            raise DagsterInvariantViolationError(
                f"seconds_to_wait must be a number of 0 or more, not {seconds_to_wait!r}"
            )
        super().__init__(f"retry requested, at most {max_retries}")
        self.max_retries = max_retries
        self.seconds_to_wait = seconds_to_wait
