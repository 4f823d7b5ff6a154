"""The schema's own document is sound, which a server takes for granted when it starts."""

from __future__ import annotations

import pytest
from graphql import DocumentNode, NamedTypeNode, NameNode, build_ast_schema, parse, print_schema, validate_schema
from graphql.language import FieldDefinitionNode, ObjectTypeDefinitionNode
from graphql.validation.validate import validate_sdl

from jupyter_orch.api.assemble import document, sdl


@pytest.fixture(scope="module")
def ours() -> DocumentNode:
    return document()


def test_its_document_has_no_mistake(ours: DocumentNode) -> None:
    assert validate_sdl(ours) == []


def test_a_mistake_in_it_would_be_seen(ours: DocumentNode) -> None:
    field = FieldDefinitionNode(name=NameNode(value="f"), type=NamedTypeNode(name=NameNode(value="NoSuchType")))
    wrong = ObjectTypeDefinitionNode(name=NameNode(value="Wrong"), fields=(field,))
    (found,) = validate_sdl(DocumentNode(definitions=(*ours.definitions, wrong)))
    assert "NoSuchType" in found.message
    assert validate_sdl(parse("type Query { a: Int a: Int }"))


def test_its_types_fit_together() -> None:
    assert validate_schema(build_ast_schema(document())) == []
    assert print_schema(build_ast_schema(document())) == sdl()
