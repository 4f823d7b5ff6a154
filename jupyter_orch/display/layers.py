"""Places boxes in layers: each below everything that feeds it, with few crossings.

Layers by longest path, order within them by the barycentre of the neighbours above and below (Sugiyama, Tagawa and
Toda, "Methods for visual understanding of hierarchical system structures", 1981), a fixed number of sweeps.
"""

from __future__ import annotations

from collections import defaultdict

from jupyter_orch.display.drawing import Drawing

SWEEPS = 4


def layers_of(drawing: Drawing) -> list[list[str]]:
    """Keys of the boxes, layer by layer from the top, each layer from left to right."""
    above: dict[str, list[str]] = defaultdict(list)
    below: dict[str, list[str]] = defaultdict(list)
    for arrow in drawing.arrows:
        above[arrow.target].append(arrow.source)
        below[arrow.source].append(arrow.target)
    depths = _depths([box.key for box in drawing.boxes], above, below)
    layers: list[list[str]] = [[] for _ in range(max(depths.values(), default=-1) + 1)]
    for key, depth in depths.items():
        layers[depth].append(key)
    for _ in range(SWEEPS):
        _order(layers[1:], layers, above)
        _order(layers[-2::-1], layers, below)
    return layers


def _depths(keys: list[str], above: dict[str, list[str]], below: dict[str, list[str]]) -> dict[str, int]:
    """The longest way from the top, for each box; what stands in a circle stays where it was first reached."""
    waits = {key: len(above[key]) for key in keys}
    depths = dict.fromkeys(keys, 0)
    ready = [key for key in keys if not waits[key]]
    while ready:
        key = ready.pop()
        for lower in below[key]:
            depths[lower] = max(depths[lower], depths[key] + 1)
            waits[lower] -= 1
            if not waits[lower]:
                ready.append(lower)
    return depths


def _order(chosen: list[list[str]], layers: list[list[str]], neighbours: dict[str, list[str]]) -> None:
    place = {key: index / max(1, len(layer) - 1) for layer in layers for index, key in enumerate(layer)}
    for layer in chosen:
        layer.sort(key=lambda key: _centre(key, neighbours[key], place))
        place.update((key, index / max(1, len(layer) - 1)) for index, key in enumerate(layer))


def _centre(key: str, neighbours: list[str], place: dict[str, float]) -> float:
    return sum(place[other] for other in neighbours) / len(neighbours) if neighbours else place[key]
