"""The OpenAPI 3.1 document: the doors of REST with answers as their GraphQL documents select them."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from jupyter_orch.api.doors import BodyField, Door, Parameter
from jupyter_orch.api.rest import DOORS
from jupyter_orch.version import __version__
from jupyter_orch.yaml_text import dump_yaml, load_yaml

Schema = dict[str, Any]
_SCALARS: dict[str, Schema] = {
    "String": {"type": "string"},
    "ID": {"type": "string"},
    "Int": {"type": "integer"},
    "Float": {"type": "number"},
    "Boolean": {"type": "boolean"},
}
_BODY_KINDS: dict[str, Schema] = {
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "texts": {"type": "array", "items": {"type": "string"}},
    "tags": {"type": "object", "additionalProperties": {"type": "string"}},
    "config": {"description": "an object, or YAML as a text", "type": ["object", "string"]},
}


@lru_cache(maxsize=1)
def openapi_text(schema: GraphQLSchema) -> str:
    """The document as YAML."""
    return dump_yaml(openapi(schema))


def openapi(schema: GraphQLSchema) -> Schema:
    """The document: what is written by hand (``schema/openapi.yaml``) and a path for every door."""
    text = (files("jupyter_orch.api") / "schema" / "openapi.yaml").read_text("utf-8")
    document: Schema = load_yaml(text, "openapi.yaml").value
    document["info"]["version"] = __version__
    for door in DOORS:
        document["paths"].setdefault(f"/{door.path}", {})[door.method.lower()] = _operation(schema, door)
    return document


def _operation(schema: GraphQLSchema, door: Door) -> Schema:
    operation: Schema = {
        "operationId": door.name,
        "summary": door.summary,
        "responses": {
            str(door.status): {
                "description": "Done.",
                "content": {"application/json": {"schema": _answer(schema, door)}},
            },
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }
    parameters = [_parameter(p) for p in door.parameters]
    if door.takes_key:
        parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
    if parameters:
        operation["parameters"] = parameters
    if door.method == "POST":
        operation["requestBody"] = _body(door.body)
    return operation


def _parameter(parameter: Parameter) -> Schema:
    kind: Schema = {"type": {"integer": "integer", "number": "number"}.get(parameter.kind, "string")}
    if parameter.choices:
        kind["enum"] = list(parameter.choices)
    if parameter.kind == "pair":
        kind["pattern"] = "^[^=]+=.*$"
    if parameter.least is not None:
        kind["minimum"] = parameter.least
    if parameter.in_path:
        kind["minLength"] = 1
    return {
        "name": parameter.name,
        "in": "path" if parameter.in_path else "query",
        "required": parameter.in_path,
        "description": parameter.description,
        "schema": {"type": "array", "items": kind} if parameter.many else kind,
    }


def _body(fields: tuple[BodyField, ...]) -> Schema:
    properties = {}
    for field in fields:
        properties[field.name] = {**_BODY_KINDS[field.kind], "description": field.description}
        if field.choices:
            properties[field.name]["enum"] = list(field.choices)
    required = [field.name for field in fields if field.required]
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = required
    return {"required": bool(required), "content": {"application/json": {"schema": schema}}}


def _answer(schema: GraphQLSchema, door: Door) -> Schema:
    """What a door's document selects, as JSON Schema."""
    operation = parse(door.document).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    root = schema.mutation_type if operation.operation.value == "mutation" else schema.query_type
    (field,) = operation.selection_set.selections
    assert isinstance(field, FieldNode) and root is not None
    found = _of_field(root, field)
    if "anyOf" in found:
        found = found["anyOf"][0]
    picked = found["properties"][door.pick] if door.pick else found
    if door.wrap is None:
        return _without_typename(picked)
    beside = {k: v for k, v in found.get("properties", {}).items() if k not in (door.pick, "__typename")}
    properties = {door.wrap: picked, **beside}
    if door.paged is not None:
        properties["nextCursor"] = {"type": ["string", "null"], "description": "for the next page; null at the end"}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _without_typename(found: Schema) -> Schema:
    if "properties" not in found:
        return found
    properties = {name: value for name, value in found["properties"].items() if name != "__typename"}
    return {**found, "properties": properties, "required": list(properties)}


def _of_field(parent: Any, node: FieldNode) -> Schema:
    field = parent.fields[node.name.value]
    return _of_type(field.type, node.selection_set)


def _of_type(kind: Any, selected: SelectionSetNode | None) -> Schema:
    if isinstance(kind, GraphQLNonNull):
        return _never_null(kind.of_type, selected)
    found = _never_null(kind, selected)
    if not found:
        return found
    if "enum" in found:
        found = {**found, "enum": [*found["enum"], None]}
    return {**found, "type": [found["type"], "null"]} if isinstance(found.get("type"), str) else _or_null(found)


def _or_null(found: Schema) -> Schema:
    return {"anyOf": [*found.get("anyOf", [found]), {"type": "null"}]}


def _never_null(kind: Any, selected: SelectionSetNode | None) -> Schema:
    match kind:
        case GraphQLList():
            return {"type": "array", "items": _of_type(kind.of_type, selected)}
        case GraphQLEnumType():
            return {"type": "string", "enum": list(kind.values)}
        case GraphQLObjectType() | GraphQLInterfaceType():
            return _of_object(kind, selected)
        case GraphQLUnionType():
            assert selected is not None
            parts = [node for node in selected.selections if isinstance(node, InlineFragmentNode)]
            members = {member.name: member for member in kind.types}
            named = [(p.type_condition.name.value, p.selection_set) for p in parts if p.type_condition is not None]
            return {"anyOf": [_of_object(members[name], inner) for name, inner in named if name in members]}
        case _:
            return dict(_SCALARS.get(kind.name, {}))


def _of_object(kind: Any, selected: SelectionSetNode | None) -> Schema:
    assert selected is not None
    properties: Schema = {}
    for node in selected.selections:
        if isinstance(node, FieldNode):
            name = node.alias.value if node.alias else node.name.value
            is_name = node.name.value == "__typename"
            properties[name] = {"type": "string"} if is_name else _described(kind, node)
    return {"type": "object", "properties": properties, "required": list(properties)}


def _described(kind: Any, node: FieldNode) -> Schema:
    description = kind.fields[node.name.value].description
    found = _of_field(kind, node)
    return {**found, "description": description} if description and found else found
