"""One root for every error of ours. The class docstring is the default message; facts are attributes."""

from __future__ import annotations

from typing import Any


class OrchError(Exception):
    """Something in jupyter_orch went wrong."""

    code = "ORCH_ERROR"

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        """Args:
        message: what happened and what to do; the first line of the class docstring when left out.
        facts: particulars kept as attributes, for whoever turns the error into an answer.
        """
        super().__init__(message or (type(self).__doc__ or "").strip().split("\n")[0])
        self.facts = facts

    @property
    def message(self) -> str:
        """The sentence for a person."""
        return str(self.args[0])
