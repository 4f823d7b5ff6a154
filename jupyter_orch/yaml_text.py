"""YAML as we accept it from people: JSON values only, no duplicate keys, aliases bounded, with line numbers.

The stock safe loader drops duplicate keys silently, reads ``no`` as False and ``010`` as 8, and lets 254 bytes of
aliases grow to millions of values. Server wing only; user code gets parsed values.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from jupyter_orch.errors import OrchError

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_VALUES = 100_000
MAX_REPEATED = 10_000  # values that stand in the text once and in the document again, through aliases
MAX_DIGITS = 4300  # of a whole number; Python reads no more by itself
Path = tuple[str | int, ...]
_OTHER_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),  # begins as UTF-16 does
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


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


class YamlFileError(OrchError):
    """The file can not be read as YAML."""

    code = "YAML_FILE_ERROR"


@dataclass(frozen=True, slots=True)
class Located:
    """A parsed document that remembers where its values stood.

    Attributes:
        value: the plain value.
        name: file name for messages.
        text: what was parsed.
        places: for each path of keys and indices the 1-based (line, column) of its key or item.
    """

    value: Any
    name: str = ""
    text: str = ""
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
    if len(text) > MAX_BYTES:
        kind = "bytes" if isinstance(text, bytes) else "characters"
        raise YamlError(f"the text has {len(text)} {kind}, at most {MAX_BYTES} are read")
    if isinstance(text, bytes):
        text = _decoded(text)
    try:
        _check_nesting(text)
        root = yaml.compose(text, Loader=_Loader)
        places: dict[Path, tuple[int, int]] = {}
        value = _Builder(places).build(root) if root is not None else None
    except yaml.reader.ReaderError as error:
        where = _place_in(text, error.position)
        raise YamlError(f"the character U+{ord(text[error.position]):04X} can not stand in YAML", *where) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        sentence = error.problem or error.context or "not valid YAML"
        raise YamlError(sentence, *(_place(mark) if mark else ())) from None
    return Located(value, name, text, places)


def load_yaml_file(path: FilePath) -> Located:
    """Parse the one document of a file.

    Raises:
        YamlFileError: it can not be opened, is too long, no text in UTF-8, or no YAML; ``path:line:column: sentence``.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
            size = max(len(content), file.seek(0, 2) if file.seekable() else 0)
    except OSError as error:
        raise YamlFileError(f"{path}: {error.strerror or error}") from error
    if size > MAX_BYTES:
        raise YamlFileError(f"{path}: the file has {size} bytes, at most {MAX_BYTES} are read")
    try:
        return load_yaml(content, str(path))
    except YamlError as error:
        where = f":{error.line}:{error.column}" if error.line is not None else ""
        raise YamlFileError(f"{path}{where}: {error.bare_message}") from error


def _decoded(content: bytes) -> str:
    for mark, encoding in _OTHER_ENCODINGS:
        if content.startswith(mark):
            raise YamlError(f"the text is in {encoding}, expected UTF-8: save it as UTF-8")
    if b"\0" in content:
        raise YamlError("this is not text in UTF-8: it is binary, or in another encoding such as UTF-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        reason = f"the byte 0x{content[error.start]:02x} is not UTF-8: save the text as UTF-8"
        raise YamlError(reason, *_place_in(before, len(before))) from None


def _place_in(text: str, position: int) -> tuple[int, int]:
    """1-based line and column of a character."""
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


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
        value = self._scalar(node)
        if isinstance(value, float) and value in (float("inf"), float("-inf")):
            raise YamlError("the number is too large", *_place(node.start_mark))
        return value

    def _scalar(self, node: Any) -> Any:
        if node.tag == "tag:yaml.org,2002:int" and (digits := len(node.value.lstrip("+-"))) > MAX_DIGITS:
            reason = f"the number has {digits} digits, at most {MAX_DIGITS} are read"
            raise YamlError(reason, *_place(node.start_mark))
        return self._scalars.construct_object(node)

    def _item(self, node: Any, path: Path) -> Any:
        self._places[path] = _place(node.start_mark)
        return self.build(node, path)

    def _mapping(self, node: Any, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._scalar(key_node)
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
