"""How heavy a document is once its fragments are put in place; what is too heavy is refused before it is validated.

Validation compares fields of one name with one another, and a resolver may run for each of them: a document of a few
hundred bytes whose fragments double at every level would keep both busy for ever. Counting stops at the limit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

MAX_DEPTH, MAX_FIELDS, MAX_ROOT_FIELDS, MAX_NODES = 16, 200, 20, 5000


def check_weight(document: DocumentNode) -> None:
    """Go on only if the document is not too heavy.

    Raises:
        GraphQLError: it is too deep, or asks for too many fields; says which limit it is over.
    """
    fragments = {
        node.name.value: node.selection_set for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    of_fragments = _Scale(fragments)
    for node in document.definitions:
        match node:
            case OperationDefinitionNode(selection_set=selected):
                _Scale(fragments).weigh(selected, most_at_root=MAX_ROOT_FIELDS)
            case FragmentDefinitionNode(selection_set=selected):
                of_fragments.weigh(selected, most_at_root=MAX_FIELDS)


@dataclass(slots=True)
class _Scale:
    """Counts as an execution would go through the document, types aside."""

    fragments: dict[str, SelectionSetNode]
    nodes: int = 0
    waiting: list[tuple[list[SelectionSetNode], int]] = field(default_factory=list)

    def weigh(self, selected: SelectionSetNode, most_at_root: int) -> None:
        self.waiting = [([selected], 1)]
        while self.waiting:
            together, depth = self.waiting.pop()
            if depth > MAX_DEPTH:
                raise GraphQLError(f"the query is nested deeper than {MAX_DEPTH}")
            self._take(together, depth, most_at_root if depth == 1 else MAX_FIELDS)

    def _take(self, together: list[SelectionSetNode], depth: int, most: int) -> None:
        """Fields that stand together in the answer; those of one name are answered, and compared, as one."""
        below: dict[str, list[SelectionSetNode]] = {}
        spread: set[str] = set()
        fields = 0
        while together:
            for node in together.pop().selections:
                self.nodes += 1
                if self.nodes > MAX_NODES:
                    raise GraphQLError(
                        f"the query has more than {MAX_NODES} fields once its fragments are put in place"
                    )
                match node:
                    case FieldNode(selection_set=selected):
                        fields += 1
                        if fields > most:
                            where = "of the operation" if depth == 1 else "of a selection"
                            raise GraphQLError(f"more than {most} fields {where}")
                        if selected is not None:
                            below.setdefault((node.alias or node.name).value, []).append(selected)
                    case InlineFragmentNode(selection_set=selected):
                        together.append(selected)
                    case FragmentSpreadNode() if node.name.value not in spread:
                        spread.add(node.name.value)
                        if inside := self.fragments.get(node.name.value):
                            together.append(inside)
        self.waiting += [(selected, depth + 1) for selected in below.values()]
