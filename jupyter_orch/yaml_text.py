"""YAML as we accept it from people: JSON values only, no duplicate keys, aliases bounded, with line numbers.

The stock safe loader drops duplicate keys silently, reads ``no`` as False and ``010`` as 8, and lets 254 bytes of
aliases grow to millions of values. Server wing only; user code gets parsed values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from jupyter_orch.errors import OrchError

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_VALUES = 100_000
MAX_REPEATED = 10_000  # values that stand in the text once and in the document again, through aliases
Path = tuple[str | int, ...]


class YamlError(OrchError):
    """The text is not YAML as expected here."""

    code = "YAML_ERROR"

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        """Args:
        line, column: 1-based place of the mistake, when it has one.
        """
        place = f"line {line}, column {column}: " if line is not None else ""
        super().__init__(place + message)
        self.line = line
        self.column = column
        self.bare_message = message


@dataclass(frozen=True, slots=True)
class Located:
    """A parsed document that remembers where its values stood.

    Attributes:
        value: the plain value.
        name: file name for messages.
        places: for each path of keys and indices the 1-based (line, column) of its key or item.
    """

    value: Any
    name: str = ""
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def line(self, *path: str | int) -> int | None:
        """The line of a path, or None."""
        place = self.places.get(path)
        return place[0] if place else None

    def nearest_place(self, path: Path) -> tuple[int, int] | None:
        """The place of the path, or of the nearest part of it that stands in the text."""
        while path:
            if path in self.places:
                return self.places[path]
            path = path[:-1]
        return self.places.get(())


class _Loader(yaml.SafeLoader):
    """YAML 1.2's reading of plain scalars: only true/false/null, decimal numbers, everything else is text."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"null|Null|NULL|~|", ["n", "N", "~", ""]),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def load_yaml(text: str | bytes, name: str = "") -> Located:
    """Parse one document.

    Args:
        text: at most 1 MiB of UTF-8.
        name: what to call it in messages.

    Raises:
        YamlError: with line and column.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise YamlError(f"the text is not UTF-8 (byte {error.start})") from None
    if len(text) > MAX_BYTES:
        raise YamlError(f"the text has {len(text)} characters, at most {MAX_BYTES} are read")
    try:
        _check_nesting(text)
        root = yaml.compose(text, Loader=_Loader)
        places: dict[Path, tuple[int, int]] = {}
        value = _Builder(places).build(root) if root is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        sentence = error.problem or error.context or "not valid YAML"
        raise YamlError(sentence, *((mark.line + 1, mark.column + 1) if mark else ())) from None
    except yaml.YAMLError as error:
        raise YamlError(str(error).replace("\n", " ")) from None
    return Located(value, name, places)


def dump_yaml(value: Any) -> str:
    """A plain value as readable YAML, keys in their own order."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False)


class _Dumper(yaml.SafeDumper):
    """Quotes what our loader would read as something else, and writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _check_nesting(text: str) -> None:
    """Count depth and values on the event stream, before anything is built; refuses tags."""
    depth = values = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
            if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
                raise YamlError(f"the tag {event.tag} is not accepted here", *_place(event.start_mark))
            values += 1
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise YamlError(f"nested deeper than {MAX_DEPTH}", *_place(event.start_mark))
        if values > MAX_VALUES:
            raise YamlError(f"more than {MAX_VALUES} values", *_place(event.start_mark))


def _place(mark: Any) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1)


class _Builder:
    def __init__(self, places: dict[Path, tuple[int, int]]) -> None:
        self._places = places
        self._places[()] = (1, 1)
        self._scalars = yaml.constructor.SafeConstructor()
        self._seen: set[int] = set()
        self._repeated = 0

    def build(self, node: Any, path: Path = ()) -> Any:
        """The node's value. What an alias repeats is built again, so that nothing is shared, and counted."""
        self._repeated += id(node) in self._seen
        self._seen.add(id(node))
        if len(path) > MAX_DEPTH:
            raise YamlError(f"nested deeper than {MAX_DEPTH} through aliases", *_place(node.start_mark))
        if self._repeated > MAX_REPEATED:
            raise YamlError(f"more than {MAX_REPEATED} values through aliases", *_place(node.start_mark))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(child, (*path, number)) for number, child in enumerate(node.value)]
        try:
            value = self._scalars.construct_object(node)
        except ValueError as error:  # an integer of thousands of digits
            raise YamlError(str(error), *_place(node.start_mark)) from None
        if isinstance(value, float) and value in (float("inf"), float("-inf")):
            raise YamlError("the number is too large", *_place(node.start_mark))
        return value

    def _item(self, node: Any, path: Path) -> Any:
        self._places[path] = _place(node.start_mark)
        return self.build(node, path)

    def _mapping(self, node: Any, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._scalars.construct_object(key_node)
            if not isinstance(key, (str, int)) or isinstance(key, bool):
                raise YamlError("a key must be text", *_place(key_node.start_mark))
            key = str(key)
            if key in result:
                raise YamlError(
                    f"the key {key!r} stands here for the second time, first in line {self._places[(*path, key)][0]}",
                    *_place(key_node.start_mark),
                )
            self._places[(*path, key)] = _place(key_node.start_mark)
            result[key] = self.build(value_node, (*path, key))
        return result
