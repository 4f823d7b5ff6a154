"""Drawings: every box below what feeds it, in every form, and nothing in them but text."""

from __future__ import annotations

from itertools import chain
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from jupyter_orch.display.bundle import GRAPH, graph_bundle, table
from jupyter_orch.display.drawing import Arrow, Box, Drawing
from jupyter_orch.display.layers import layers_of
from jupyter_orch.display.svg import LARGEST, svg
from jupyter_orch.display.texts import mermaid, plain


def drawing(boxes: str, *arrows: str, name: str = "p") -> Drawing:
    """``drawing("a b", "a>b")``"""
    pairs = [arrow.split(">") for arrow in arrows]
    return Drawing(
        kind="pipeline",
        name=name,
        boxes=tuple(Box(key=key, label=key) for key in boxes.split()),
        arrows=tuple(Arrow(source=source, target=target, label="rows") for source, target in pairs),
    )


def test_a_box_stands_below_the_longest_way_to_it() -> None:
    assert layers_of(drawing("a b c d", "a>b", "b>c", "a>c", "c>d")) == [["a"], ["b"], ["c"], ["d"]]
    assert layers_of(drawing("a b c", "a>c", "b>c")) == [["a", "b"], ["c"]]


def test_neighbours_are_placed_so_that_arrows_do_not_cross() -> None:
    assert layers_of(drawing("a b x y", "a>y", "b>x")) in ([["a", "b"], ["y", "x"]], [["b", "a"], ["x", "y"]])


def test_what_stands_in_a_circle_is_drawn_all_the_same() -> None:
    assert sorted(chain(*layers_of(drawing("a b", "a>b", "b>a")))) == ["a", "b"]


@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=40))
def test_every_box_has_one_place_and_stands_below_what_feeds_it(pairs: list[tuple[int, int]]) -> None:
    arrows = [f"n{a}>n{b}" for a, b in pairs if a < b]
    layers = layers_of(drawing(" ".join(f"n{i}" for i in range(15)), *arrows))
    depth = {key: number for number, layer in enumerate(layers) for key in layer}
    assert len(depth) == sum(len(layer) for layer in layers) == 15
    assert all(depth[a] < depth[b] for a, b in (arrow.split(">") for arrow in arrows))


def test_the_text_form_says_what_feeds_what() -> None:
    states = Drawing(
        kind="run",
        name="p",
        boxes=(Box(key="a", label="a", state="success", note="0.2 s"), Box(key="b", label="b", state="failure")),
        arrows=(Arrow(source="a", target="b"),),
    )
    assert plain(states).splitlines() == ["run p", "  ✓ a  (0.2 s)", "  ✗ b  ← a"]


def test_svg_is_xml_with_a_name_and_a_box_for_each() -> None:
    drawn = svg(drawing("a b", "a>b"))
    assert drawn is not None
    root = ElementTree.fromstring(drawn)
    assert root.get("aria-label") == "pipeline p, 2 boxes"
    assert len(root.findall(".//{http://www.w3.org/2000/svg}rect")) == 2


def test_too_large_or_empty_drawings_are_shown_as_text() -> None:
    many = " ".join(f"n{number}" for number in range(LARGEST + 1))
    assert svg(drawing("")) is None
    assert svg(drawing(many)) is None
    assert graph_bundle(drawing(many))["text/html"].startswith("<pre>pipeline p")


HOSTILE = '<img src=x onerror=alert(1)>"];click n0 javascript:alert(1)'


def test_names_are_text_in_every_form() -> None:
    hostile = Drawing(
        kind="pipeline",
        name=HOSTILE,
        boxes=(Box(key="a", label=HOSTILE, note=HOSTILE), Box(key="b", label="b")),
        arrows=(Arrow(source="a", target="b", label=HOSTILE),),
    )
    bundle = graph_bundle(hostile)
    assert "<img" not in bundle["text/html"]
    ElementTree.fromstring(bundle["text/html"])
    drawn = mermaid(hostile)
    assert [line.strip().split("[")[0].split("|")[0].split(" ")[0] for line in drawn.splitlines()] == [
        "flowchart",
        "n0",
        "n1",
        "n0",
    ]
    assert drawn.count('"') == 4
    assert "<" not in drawn
    assert bundle[GRAPH]["boxes"][0]["label"] == HOSTILE
    assert "<img" not in table([HOSTILE], [[HOSTILE]])
