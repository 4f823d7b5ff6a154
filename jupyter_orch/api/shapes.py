"""Answers that several nouns share."""

from __future__ import annotations

from jupyter_orch.api.problems import Answer
from jupyter_orch.records.messages import PlanSnapshot


def tags(found: dict[str, str]) -> list[Answer]:
    """Tags as a list, without those that are ours alone."""
    return [{"key": key, "value": value} for key, value in found.items() if not key.startswith(".")]


def plan(found: PlanSnapshot) -> Answer:
    """An execution plan."""
    return {
        "__typename": "ExecutionPlan",
        "steps": [
            {
                "key": step.key,
                "solidHandle": step.solid,
                "kind": step.kind,
                "inputs": [
                    {"name": i.name, "dependsOn": [{"solid": s.solid, "output": s.output} for s in i.sources]}
                    for i in step.inputs
                ],
                "outputs": list(step.outputs),
            }
            for step in found.steps
        ],
    }
