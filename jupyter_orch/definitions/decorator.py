"""What type checkers are told about a decorator that works with and without arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar, cast, overload

P = ParamSpec("P")
D = TypeVar("D")
D_co = TypeVar("D_co", covariant=True)


class Decorator(Protocol[P, D_co]):
    """``@it`` above a function makes a definition, and so does ``@it(option=…)``."""

    @overload
    def __call__(  # type: ignore[overload-overlap]  # the other one could take a function too; this one is meant then
        self, function: Callable[..., Any], /
    ) -> D_co: ...

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Callable[[Callable[..., Any]], D_co]: ...


def makes(kind: type[D]) -> Callable[[Callable[P, Any]], Decorator[P, D]]:
    """Say what a decorator makes; when a program runs, the decorator stays the function that it is.

    Args:
        kind: the class of the definitions that it makes.

    Example:
        >>> @makes(PipelineDefinition)
        ... def pipeline(name=None, description=None): ...
    """

    def unchanged(function: Callable[P, Any]) -> Decorator[P, D]:
        return cast(Decorator[P, D], function)

    return unchanged
