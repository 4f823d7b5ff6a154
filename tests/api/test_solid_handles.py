"""Solids of every depth in one list, as classic's ``solidHandles`` gives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from jupyter_orch.api.context import Context
from jupyter_orch.api.drawing import drawing
from jupyter_orch.api.workspace import solid_handles
from jupyter_orch.records.snapshot import (
    InputSnapshot,
    OutputRef,
    OutputSnapshot,
    PipelineSnapshot,
    SolidSnapshot,
    Source,
)


def nested(depth: int) -> SolidSnapshot:
    """A composite in a composite … with one solid inside."""
    inside = (nested(depth - 1),) if depth else ()
    return SolidSnapshot(
        name=f"d{depth}", definition=f"d{depth}", kind="composite" if depth else "solid", solids=inside
    )


class Rootless:
    """Only what a solid asks of its surroundings."""

    root_dir = Path("/")
    contents_path = Context.contents_path


PIPELINE = PipelineSnapshot(name="p", solids=(nested(7), SolidSnapshot(name="last", definition="last")))


@pytest.mark.parametrize(
    ("parent", "handles"),
    [
        (None, [".".join(f"d{d}" for d in range(7, 7 - n, -1)) for n in range(1, 9)] + ["last"]),
        ("", ["d7", "last"]),
        ("d7.d6", ["d7.d6.d5"]),
        ("nowhere", []),
    ],
)
def test_all_depths_one_level_or_none(parent: str | None, handles: list[str]) -> None:
    answers = solid_handles(cast(Context, Rootless()), PIPELINE, parent)
    assert [a["handleID"] for a in answers] == handles
    parents: list[Any] = [a["parent"] and a["parent"]["handleID"] for a in answers]
    assert parents == [h.rpartition(".")[0] or None for h in handles]


def test_a_drawing_says_the_same_with_each_definition_once() -> None:
    places = Source(file="/code/p.py", line=3)
    twins = tuple(
        SolidSnapshot(
            name=name,
            definition="join",
            source=places,
            inputs=(InputSnapshot(name="rows", sources=(OutputRef(solid="last"),), collects=name == "b"),),
            outputs=(OutputSnapshot(name="result", type="Int"),),
            tags={"team": "ice"} if name == "b" else {},
            config_schema={"type": "object"},
        )
        for name in ("a", "b")
    )
    context = cast(Context, Rootless())
    found = PipelineSnapshot(name="p", solids=(*PIPELINE.solids, *twins))
    drawn = drawing(context, found)
    told = [a["solid"] for a in solid_handles(context, found, None)]
    assert [s["handle"] for s in drawn["solids"]] == [s["handle"] for s in told]
    assert len(drawn["definitions"]) == len(drawn["solids"]) - 1
    for one, same in zip(drawn["solids"], told, strict=True):
        definition = drawn["definitions"][one["definition"]]
        assert (definition["name"], definition["kind"]) == (same["definition"]["name"], same["kind"])
        assert definition["outputs"] == same["outputs"]
        assert definition["source"] == same["definition"]["source"]
        feeds = [[[d["solid"], d["output"]] for d in i["dependsOn"]] for i in same["inputs"]]
        assert one["from"] == feeds
        assert one.get("tags", []) == same["tags"]
        assert one.get("collects", []) == [i["name"] for i in same["inputs"] if i["isDynamicCollect"]]
        assert one.get("inputMappings", []) == same["inputMappings"]
