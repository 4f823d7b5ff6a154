"""Looks at every state that a model can come to, breadth first, so that the way to a violation is the shortest."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)
Steps = Callable[[S], Iterable[tuple[str, S]]]


@dataclass
class Found(Generic[S]):
    """What a search saw.

    Attributes:
        states: how many different states there are.
        violations: for each broken promise the shortest way to it, as labels of steps.
        seen_steps: every step between two states, without repetition.
    """

    states: int = 0
    violations: dict[str, list[str]] = field(default_factory=dict)
    seen_steps: set[tuple[S, S]] = field(default_factory=set)


def search(
    start: S,
    steps: Steps[S],
    broken: Callable[[S, str, S], str | None],
    *,
    is_good_end: Callable[[S], bool],
    is_bound: Callable[[S], bool] = lambda _: False,
    stop_at: frozenset[str] = frozenset(),
) -> Found[S]:
    """Walk through the model.

    Args:
        broken: the promise that a step breaks, or None.
        is_good_end: where everything must be able to end; a state from which no such is reached is ``lost``.
        is_bound: a state that is stuck only because the model is bounded.
        stop_at: broken promises at which the search ends early, once all of them were found.
    """
    found: Found[S] = Found()
    parents: dict[S, tuple[S, str] | None] = {start: None}
    before: dict[S, list[S]] = {}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        for label, after in steps(state):
            found.seen_steps.add((state, after))
            before.setdefault(after, []).append(state)
            promise = broken(state, label, after)
            if promise is not None and promise not in found.violations:
                found.violations[promise] = [*_way(parents, state), label]
                if stop_at and stop_at <= found.violations.keys():
                    return found
            if after not in parents:
                parents[after] = (state, label)
                queue.append(after)
    found.states = len(parents)
    lost = [s for s in parents.keys() - _leading_to(filter(is_good_end, parents), before) if not is_bound(s)]
    if lost:
        found.violations["lost"] = min((_way(parents, state) for state in lost), key=len)
    return found


def _leading_to(ends: Iterable[S], before: dict[S, list[S]]) -> set[S]:
    good = set(ends)
    todo = list(good)
    while todo:
        for earlier in before.get(todo.pop(), ()):
            if earlier not in good:
                good.add(earlier)
                todo.append(earlier)
    return good


def _way(parents: dict[S, tuple[S, str] | None], state: S) -> list[str]:
    labels = []
    while (step := parents[state]) is not None:
        state, label = step
        labels.append(label)
    return labels[::-1]
