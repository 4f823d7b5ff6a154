"""REST as a table: each route is a stored GraphQL document with its parameters.

What a script does by REST so goes the very way of GraphQL: the same rights field by field, the same errors, the same
audit log. The OpenAPI document is drawn from this table and the schema (``api/openapi.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_orch.errors import OrchError

MOST_TEXT = 10_000
PROBLEM = "... on Error { message } ... on PythonError { className hint stack }"
"""What is asked of typed errors."""


class BadRequest(OrchError):
    """The request does not fit the route."""

    code = "BAD_REQUEST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of a route and the GraphQL variable that it becomes.

    Attributes:
        name: in the path (``{name}``) or the query string.
        variable: where its value goes; dots go into input objects, e.g. ``"filter.pipelineName"``.
        kind: ``"string"``, ``"integer"``, ``"number"``, ``"pair"`` (``key=value``, becomes a tag) or ``"path"``
            (parts joined by ``/``).
        many: may be given several times.
        choices: the values there are, when they are few.
    """

    name: str
    variable: str
    description: str
    kind: str = "string"
    many: bool = False
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    in_path: bool = False


CURSOR = Parameter(name="cursor", variable="cursor", description="`nextCursor` of the page before.")
LIMIT = Parameter(
    name="limit", variable="limit", description="Most rows of the page.", kind="integer", least=1, most=100
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyField:
    """A field of a JSON body and the GraphQL variable that it becomes.

    Attributes:
        kind: a JSON Schema type, or ``"tags"``: an object of texts that becomes a list of key and value.
    """

    name: str
    variable: str
    description: str
    kind: str = "string"
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One method of one route.

    Attributes:
        document: one GraphQL operation with one root field, aliased ``answer``; a union's success type comes first.
        pick: the field of the success type that is the answer; None takes all of it.
        wrap: name under which a list stands in the answer, so that more can stand beside it.
        paged: the list's rows are paged by ``cursor``: this field of the last row is the next one.
        fill: names what a client may leave out (e.g. the location of a pipeline that is the only one of its name).
    """

    method: str
    path: str
    name: str
    summary: str
    document: str
    parameters: tuple[Parameter, ...] = ()
    body: tuple[BodyField, ...] = ()
    pick: str | None = None
    wrap: str | None = None
    paged: str | None = None
    status: int = 200
    fill: str | None = None
    takes_key: bool = False

    def variables(
        self,
        path: Mapping[str, str],
        query: Mapping[str, Sequence[str]],
        body: Mapping[str, Any] | None,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:
        """The variables of the document.

        Raises:
            BadRequest: something is unknown, missing or of another kind; says which and what was expected.
        """
        variables: dict[str, Any] = {}
        known = {p.name for p in self.parameters if not p.in_path}
        for name in query:
            if name not in known and name != "token":
                raise BadRequest(f"unknown parameter {name!r}; there are: {', '.join(sorted(known)) or 'none'}")
        for parameter in self.parameters:
            texts = [path[parameter.name]] if parameter.in_path else list(query.get(parameter.name, ()))
            if texts:
                _put(variables, parameter.variable, _read(parameter, texts))
        self._take_body(variables, body or {})
        if idempotency_key is not None and self.takes_key:
            _put(variables, "params.idempotencyKey", idempotency_key)
        return variables

    def _take_body(self, variables: dict[str, Any], body: Mapping[str, Any]) -> None:
        names = {field.name for field in self.body}
        for name in body:
            if name not in names:
                raise BadRequest(f"unknown field {name!r} in the body; there are: {', '.join(sorted(names)) or 'none'}")
        missing = [field for field in self.body if field.required and body.get(field.name) is None]
        if missing:
            told = ", ".join(f"{field.name!r} ({field.description})" for field in missing)
            raise BadRequest(f"the JSON body must have {told}")
        for field in self.body:
            value = body.get(field.name)
            if value is not None:
                _put(variables, field.variable, _checked(field, value))


def _put(variables: dict[str, Any], path: str, value: Any) -> None:
    *outer, last = path.split(".")
    for key in outer:
        variables = variables.setdefault(key, {})
    variables[last] = value


def _read(parameter: Parameter, texts: list[str]) -> Any:
    if not parameter.many and len(texts) > 1:
        raise BadRequest(f"{parameter.name!r} is given {len(texts)} times")
    values = [_value(parameter, text) for text in texts]
    return values if parameter.many else values[0]


def _value(parameter: Parameter, text: str) -> Any:
    if "\0" in text or len(text) > MOST_TEXT:
        raise BadRequest(f"{parameter.name!r} has a NUL character or is longer than {MOST_TEXT} characters")
    if parameter.choices and text not in parameter.choices:
        raise BadRequest(f"{parameter.name!r} must be one of {', '.join(parameter.choices)}, found {text[:40]!r}")
    return _KINDS[parameter.kind](parameter, text)


def _integer(parameter: Parameter, text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
        raise BadRequest(f"{parameter.name!r} must be a whole number, found {text[:40]!r}")
    value = int(text)
    if parameter.least is not None and value < parameter.least:
        raise BadRequest(f"{parameter.name!r} must be at least {parameter.least}, found {value}")
    return value if parameter.most is None else min(value, parameter.most)


def _number(parameter: Parameter, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadRequest(f"{parameter.name!r} must be a number, found {text[:40]!r}") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise BadRequest(f"{parameter.name!r} must be a finite number")
    return value


def _pair(parameter: Parameter, text: str) -> dict[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise BadRequest(f"{parameter.name!r} must be KEY=VALUE, found {text[:40]!r}")
    return {"key": key, "value": value}


_KINDS: dict[str, Callable[[Parameter, str], Any]] = {
    "string": lambda _, text: text,
    "integer": _integer,
    "number": _number,
    "pair": _pair,
    "path": lambda _, text: text.split("/"),
}


def _checked(field: BodyField, value: Any) -> Any:
    fits, told = _JSON_KINDS[field.kind]
    if not fits(value):
        raise BadRequest(f"{field.name!r} must be {told}, found {type(value).__name__}")
    if field.choices and value not in field.choices:
        raise BadRequest(f"{field.name!r} must be one of {', '.join(field.choices)}, found {str(value)[:40]!r}")
    return [{"key": key, "value": text} for key, text in value.items()] if field.kind == "tags" else value


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_tags(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


_JSON_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "string": (lambda v: isinstance(v, str), "a text"),
    "boolean": (lambda v: isinstance(v, bool), "true or false"),
    "integer": (lambda v: isinstance(v, int) and not isinstance(v, bool) and abs(v) < 2**31, "a whole number"),
    "texts": (_is_texts, "a list of texts"),
    "tags": (_is_tags, "an object of texts"),
    "config": (lambda v: isinstance(v, (dict, str)), "an object, or YAML as a text"),
}
