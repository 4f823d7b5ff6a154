"""Random graphs, as dicts of name → names that feed it, and the pipelines that have their shape."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from jupyter_orch import (
    DependencyDefinition,
    InputDefinition,
    MultiDependencyDefinition,
    OutputDefinition,
    PipelineDefinition,
    SolidDefinition,
    SolidInvocation,
)

Feeding = dict[str, set[str]]


@st.composite
def graphs(draw: st.DrawFn, most: int = 8) -> Feeding:
    """Graphs without circles; the order of the names says nothing about who feeds whom."""
    names = draw(st.permutations([f"n{number}" for number in range(draw(st.integers(1, most)))]))
    feeding: Feeding = {}
    for index, name in enumerate(names):
        feeding[name] = draw(st.sets(st.sampled_from(names[:index]), max_size=3)) if index else set()
    return {name: feeding[name] for name in sorted(feeding)}


def distances(feeding: Feeding) -> dict[tuple[str, str], int]:
    """How many wires lie between two names, for all pairs that are connected downwards: by trying all middles."""
    far: dict[tuple[str, str], int] = {(name, name): 0 for name in feeding}
    far |= {(source, name): 1 for name, sources in feeding.items() for source in sources}
    for middle in feeding:
        for a in feeding:
            for b in feeding:
                if (a, middle) in far and (middle, b) in far:
                    way = far[a, middle] + far[middle, b]
                    far[a, b] = min(way, far.get((a, b), way))
    return far


def below(feeding: Feeding, names: set[str]) -> set[str]:
    """The names, and all that depends on them."""
    far = distances(feeding)
    return {b for a, b in far if a in names}


def pipeline_of(feeding: Feeding, compute: Any = None, is_typed: bool = True, **options: Any) -> PipelineDefinition:
    """A pipeline with one solid for each name; each gives the sum of what it gets, plus one.

    Args:
        feeding: the graph.
        compute: ``(context, name, numbers)`` → number, instead of the sum.
        is_typed: values are numbers.
        options: of the pipeline.
    """

    def solid_named(name: str, with_input: bool) -> SolidDefinition:
        def run(context: Any, inputs: dict[str, Any]) -> Any:
            numbers = inputs.get("numbers", [])
            return sum(numbers) + 1 if compute is None else compute(context, name, numbers)

        inputs = [InputDefinition("numbers", list[int] if is_typed else list)] if with_input else []
        return SolidDefinition(name, inputs, run, [OutputDefinition(int if is_typed else None)])

    dependencies: dict[Any, Any] = {
        SolidInvocation(name): {
            "numbers": MultiDependencyDefinition([DependencyDefinition(s) for s in sorted(sources)])
        }
        if sources
        else {}
        for name, sources in feeding.items()
    }
    return PipelineDefinition(
        [solid_named(name, bool(sources)) for name, sources in feeding.items()],
        "random",
        dependencies=dependencies,
        **options,
    )
