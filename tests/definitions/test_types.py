"""Runtime types: annotations, checks with reasons, loaders and materializers."""

from __future__ import annotations

import typing
from typing import Any

import pandas
import pytest

import jupyter_orch as orch
from jupyter_orch.definitions.container_types import resolve


class Opaque:
    """A class of user code that run config can not make."""


@pytest.mark.parametrize(
    ("annotation", "good", "bad"),
    [
        (int, 1, True),
        (float, 1.5, 1),
        (str, "x", b"x"),
        (bool, True, 1),
        (list[int], [1, 2], [1, "2"]),
        (dict[str, int], {"a": 1}, {"a": "1"}),
        (set[str], {"a"}, {1}),
        (tuple[int, str], (1, "a"), (1, 2)),
        (typing.Optional[int], None, "x"),
        (int | str, "x", 1.5),
        (typing.List[typing.Dict[str, int]], [{"a": 1}], [{"a": "b"}]),
        (orch.List[orch.Int], [1], ["a"]),
        (orch.Optional[orch.String], None, 3),
        (orch.Dict[str, int], {"a": 1}, {1: 1}),
        (orch.Tuple[int, int], (1, 2), (1,)),
        (orch.Set[int], {1}, [1]),
    ],
)
def test_annotations_are_checked(annotation: Any, good: Any, bad: Any) -> None:
    kind = resolve(annotation)
    assert kind.type_check(None, good).success
    verdict = kind.type_check(None, bad)
    assert not verdict.success
    assert verdict.description


def test_a_wrong_input_fails_the_step_and_names_it() -> None:
    @orch.solid
    def text() -> Any:
        return "x"

    @orch.solid
    def number(n: int) -> int:
        return n

    @orch.pipeline
    def wrong() -> None:
        number(text())

    result = orch.execute_pipeline(wrong, raise_on_error=False)
    failure = result.result_for_solid("number").failure_data.failure
    assert failure["cls"] == "DagsterTypeCheckDidNotPass"
    assert "input 'n' of step 'number'" in failure["message"]
    assert "str 'x'" in failure["message"]


def test_data_frames_say_their_shape() -> None:
    @orch.solid
    def frame() -> pandas.DataFrame:
        return pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]})

    result = orch.execute_solid(frame)
    (event,) = result.output_events_during_compute
    metadata = {entry["label"]: entry["value"] for entry in event.event.data["type_check"]["metadata"]}
    assert metadata["row_count"] == 2
    assert set(metadata["columns"]) == {"a", "b"}


def test_own_types_give_reasons_and_metadata() -> None:
    even = orch.DagsterType(
        lambda _context, value: orch.TypeCheck(value % 2 == 0, "it is odd", metadata={"value": value}), name="Even"
    )

    @orch.solid(output_defs=[orch.OutputDefinition(even)])
    def odd() -> int:
        return 3

    with pytest.raises(orch.DagsterTypeCheckDidNotPass, match="it is odd"):
        orch.execute_solid(odd)


def test_a_check_that_gives_no_verdict_or_raises_is_said() -> None:
    silent = orch.DagsterType(lambda _context, _value: None, name="Silent")  # type: ignore[arg-type,return-value]
    broken = orch.DagsterType(lambda _context, _value: 1 / 0 > 0, name="Broken")
    for kind, said in ((silent, "returned null"), (broken, "raised ZeroDivisionError")):

        @orch.solid(output_defs=[orch.OutputDefinition(kind)])
        def made() -> int:
            return 3

        with pytest.raises((orch.DagsterTypeCheckError, ZeroDivisionError), match=f"{said}|division"):
            orch.execute_solid(made)


def test_loaders_make_inputs_from_run_config_and_materializers_write_outputs(tmp_path: Any) -> None:
    @orch.dagster_type_loader({"words": [str]})
    def load(_context: Any, config: Any) -> set[str]:
        return set(config["words"])

    @orch.dagster_type_materializer({"path": str})
    def write(_context: Any, config: Any, value: set[str]) -> orch.AssetMaterialization:
        with open(config["path"], "w") as file:
            file.write(",".join(sorted(value)))
        return orch.AssetMaterialization.file(config["path"])

    @orch.usable_as_dagster_type(name="Words", loader=load, materializer=write)
    class Words(set):  # type: ignore[type-arg]
        pass

    words = orch.DagsterType(lambda _c, v: isinstance(v, set), name="WordSet", loader=load, materializer=write)

    @orch.solid(input_defs=[orch.InputDefinition("words", words)], output_defs=[orch.OutputDefinition(words)])
    def upper(words: Any) -> Any:
        return {word.upper() for word in words}

    target = tmp_path / "out.txt"
    run_config = {
        "solids": {
            "upper": {"inputs": {"words": {"words": ["a", "b"]}}, "outputs": [{"result": {"path": str(target)}}]}
        }
    }

    @orch.pipeline
    def loaded() -> None:
        upper()

    result = orch.execute_pipeline(loaded, run_config)
    assert target.read_text() == "A,B"
    assert len(result.result_for_solid("upper").materializations_during_compute) == 1
    with pytest.raises(orch.DagsterInvalidConfigError, match="inputs"):
        orch.execute_pipeline(loaded)
    assert resolve(Words).display_name == "Words"


def test_what_can_not_be_loaded_and_is_not_fed_is_refused_at_definition() -> None:
    @orch.solid
    def needs(x: Opaque) -> int:
        return 1

    with pytest.raises(orch.DagsterInvalidDefinitionError, match="nothing feeds input 'x' of solid 'needs'"):

        @orch.pipeline
        def starving() -> None:
            needs()


@pytest.mark.parametrize(
    ("annotation", "written"), [(list[int], [1, 2]), (dict, {"a": 1}), (list, ["x"]), (int, {"value": 3})]
)
def test_lists_dicts_and_scalars_load_from_run_config(annotation: Any, written: Any) -> None:
    @orch.solid(input_defs=[orch.InputDefinition("x", annotation)])
    def shows(x: Any) -> Any:
        return x

    @orch.pipeline
    def loaded() -> None:
        shows()

    result = orch.execute_pipeline(loaded, {"solids": {"shows": {"inputs": {"x": written}}}})
    assert result.output_for_solid("shows") == (3 if annotation is int else written)
