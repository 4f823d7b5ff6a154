"""What a run may build on when some steps run again: the one place that decides it, for both wings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from jupyter_orch.records.messages import KnownState

UNRESOLVED = "[?]"
_Fact = TypeVar("_Fact")


def known_without(known: KnownState, step_keys: Iterable[str] | None) -> KnownState:
    """Earlier work, but for the steps that run again: their values are never taken from elsewhere.

    Args:
        known: what is finished, here or in earlier runs.
        step_keys: the steps that run again; ``"double[?]"`` stands for all that it has ever been mapped to. None:
            all whose outputs are not known.
    """
    again = None if step_keys is None else frozenset(step_keys)

    def is_kept(key: str) -> bool:
        return key in known.outputs if again is None else key not in again and pattern_of(key) not in again

    def kept(by_step: dict[str, _Fact]) -> dict[str, _Fact]:
        return {key: fact for key, fact in by_step.items() if is_kept(key)}

    return replace(
        known,
        source_run_ids=kept(known.source_run_ids),
        outputs=kept(known.outputs),
        mapping_keys={name: keys for name, keys in known.mapping_keys.items() if is_kept(name.rpartition(".")[0])},
    )


def pattern_of(key: str) -> str:
    """The key that a mapped step has in the plan; any other step's key is its own."""
    return f"{key.rpartition('[')[0]}{UNRESOLVED}" if key.endswith("]") else key
