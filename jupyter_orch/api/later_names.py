"""Later names of classic operations and types (``runOrError``, ``LaunchRunSuccess``), beside the classic ones.

Each later type is a copy of the classic one, and a member of the same unions. An answer carries the name under which
the document asks for it, so that documents and clients of both times work unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    SelectionSetNode,
    UnionTypeDefinitionNode,
    VariableDefinitionNode,
    Visitor,
    visit,
)

LATER_TYPES = {
    "PipelineRun": "Run",
    "PipelineRuns": "Runs",
    "PipelineRunNotFoundError": "RunNotFoundError",
    "PipelineRunConflict": "RunConflict",
    "LaunchPipelineRunSuccess": "LaunchRunSuccess",
    "TerminatePipelineExecutionSuccess": "TerminateRunSuccess",
    "TerminatePipelineExecutionFailure": "TerminateRunFailure",
    "PipelineRunStatsSnapshot": "RunStatsSnapshot",
    "PipelineRunLogsSubscriptionSuccess": "RunLogsSubscriptionSuccess",
    "RunConfigValidationInvalid": "PipelineConfigValidationInvalid",
    "PipelineEnqueuedEvent": "RunEnqueuedEvent",
    "PipelineDequeuedEvent": "RunDequeuedEvent",
    "PipelineStartingEvent": "RunStartingEvent",
    "PipelineStartEvent": "RunStartEvent",
    "PipelineSuccessEvent": "RunSuccessEvent",
    "PipelineFailureEvent": "RunFailureEvent",
    "PipelineCancelingEvent": "RunCancelingEvent",
    "PipelineCanceledEvent": "RunCanceledEvent",
    "StepMaterializationEvent": "MaterializationEvent",
}
"""The other name of each type that has two; for the config mistakes the later name is ours and this the classic one."""

LATER_FIELDS = {
    "pipelineRunsOrError": "runsOrError",
    "pipelineRunOrError": "runOrError",
    "pipelineRunTags": "runTags",
    "launchPipelineExecution": "launchRun",
    "launchPipelineReexecution": "launchRunReexecution",
    "terminatePipelineExecution": "terminateRun",
    "deletePipelineRun": "deleteRun",
}
"""Operations that have two names."""

LATER_INPUTS = {
    "PipelineRunsFilter": "RunsFilter",
    "TerminateRunPolicy": "TerminatePipelinePolicy",
    "JobOrPipelineSelector": "PipelineSelector",
    "RunStatus": "PipelineRunStatus",
    "Cursor": "String",
}
"""Names that variables may be declared with, and ours for them."""

_ROOTS = ("Query", "Mutation", "Subscription")


def with_later_names(document: DocumentNode) -> DocumentNode:
    """An SDL document with the later types and operations added."""
    definitions: list[DefinitionNode] = []
    for node in document.definitions:
        match node:
            case ObjectTypeExtensionNode(name=NameNode(value=root)) if root in _ROOTS:
                definitions.append(_with_fields(node))
            case ObjectTypeExtensionNode(name=NameNode(value=name)) if name in LATER_TYPES:
                definitions += [node, _extension_renamed(node, LATER_TYPES[name])]
            case UnionTypeDefinitionNode():
                definitions.append(_with_members(node))
            case ObjectTypeDefinitionNode(name=NameNode(value=name)) if name in LATER_TYPES:
                definitions += [node, _renamed(node, LATER_TYPES[name])]
            case _:
                definitions.append(node)
    return DocumentNode(definitions=tuple(definitions))


def answer_as_asked(schema: GraphQLSchema) -> None:
    """Let every union answer under the name that the document asks for."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLUnionType):
            kind.resolve_type = _name_asked_for


def with_our_inputs(document: DocumentNode) -> DocumentNode:
    """A client's document whose variables are declared with our names."""
    renamed: DocumentNode = visit(document, _InputNames())
    return renamed


def classic_field(name: str) -> str:
    """The name under which an operation is answered, e.g. for the audit log."""
    return _CLASSIC_FIELDS.get(name, name)


_CLASSIC_FIELDS = {later: classic for classic, later in LATER_FIELDS.items()}


class _InputNames(Visitor):
    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> VariableDefinitionNode:
        renamed: VariableDefinitionNode = _Renaming(LATER_INPUTS).of(node)
        return renamed


class _Renaming(Visitor):
    """Renames the types that something refers to; what is kept is the very node, so a document costs nothing extra."""

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__()
        self._names = names

    def of(self, node: Any) -> Any:
        return visit(node, self)

    def enter_named_type(self, node: NamedTypeNode, *_: Any) -> NamedTypeNode | None:
        name = self._names.get(node.name.value)
        return NamedTypeNode(name=NameNode(value=name, loc=node.name.loc), loc=node.loc) if name else None


def _with_fields(node: ObjectTypeExtensionNode) -> ObjectTypeExtensionNode:
    twice: list[FieldDefinitionNode] = []
    for field in node.fields or ():
        twice.append(field)
        if later := LATER_FIELDS.get(field.name.value):
            twice.append(
                FieldDefinitionNode(
                    name=NameNode(value=later),
                    description=field.description,
                    arguments=field.arguments,
                    type=field.type,
                    directives=field.directives,
                )
            )
    return ObjectTypeExtensionNode(
        name=node.name, interfaces=node.interfaces, directives=node.directives, fields=tuple(twice)
    )


def _with_members(node: UnionTypeDefinitionNode) -> UnionTypeDefinitionNode:
    members = node.types or ()
    later = [LATER_TYPES[member.name.value] for member in members if member.name.value in LATER_TYPES]
    added = tuple(NamedTypeNode(name=NameNode(value=name)) for name in later)
    return UnionTypeDefinitionNode(
        name=node.name, description=node.description, directives=node.directives, types=(*members, *added)
    )


def _renamed(node: ObjectTypeDefinitionNode, name: str) -> ObjectTypeDefinitionNode:
    copy: ObjectTypeDefinitionNode = _Renaming(LATER_TYPES).of(node)
    return ObjectTypeDefinitionNode(
        name=NameNode(value=name),
        description=copy.description,
        interfaces=copy.interfaces,
        directives=copy.directives,
        fields=copy.fields,
    )


def _extension_renamed(node: ObjectTypeExtensionNode, name: str) -> ObjectTypeExtensionNode:
    copy: ObjectTypeExtensionNode = _Renaming(LATER_TYPES).of(node)
    return ObjectTypeExtensionNode(
        name=NameNode(value=name), interfaces=copy.interfaces, directives=copy.directives, fields=copy.fields
    )


def _name_asked_for(answer: Any, info: Any, _: Any) -> str:
    name: str = answer["__typename"]
    other = LATER_TYPES.get(name)
    if other is None:
        return name
    asked = {condition for node in info.field_nodes for condition in _conditions(node.selection_set, info.fragments)}
    if (name in asked) != (other in asked):
        return other if other in asked else name
    return other if info.field_name in _CLASSIC_FIELDS and name.startswith(_CLASSIC_BEGINNINGS) else name


_CLASSIC_BEGINNINGS = ("Pipeline", "LaunchPipeline", "TerminatePipeline")


def _conditions(selected: SelectionSetNode | None, fragments: dict[str, Any]) -> Iterator[str]:
    """The types that a selection names, through fragments too; validation has made sure that these end."""
    for node in selected.selections if selected else ():
        match node:
            case InlineFragmentNode(type_condition=condition):
                if condition is not None:
                    yield condition.name.value
                yield from _conditions(node.selection_set, fragments)
            case FragmentSpreadNode(name=NameNode(value=name)):
                yield fragments[name].type_condition.name.value
                yield from _conditions(fragments[name].selection_set, fragments)
