"""Writes the part of the schema that the server makes itself where the panel's tools read it: ``python -m …``."""

from __future__ import annotations

from pathlib import Path

from graphql import parse, print_ast

from jupyter_orch.api.events import events_sdl

FILE = Path(__file__).parents[2] / "labextension/made_by_server.graphql"


def text() -> str:
    """The types of events as SDL."""
    return "# Written by `python -m tests.api.made_for_the_panel`.\n\n" + print_ast(parse(events_sdl())) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
