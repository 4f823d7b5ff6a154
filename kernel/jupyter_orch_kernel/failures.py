"""Exceptions of user code as records; the same rule for loading, evaluating and running."""

from __future__ import annotations

from jupyter_orch.execution.failures import failure_of

__all__ = ["failure_of"]
