"""Text of others, as a terminal may be given it."""

from __future__ import annotations

from unicodedata import category

_JOINERS = "\u200c\u200d"


def visible(text: str) -> str:
    """A text with nothing in it that moves a terminal's cursor or turns the direction of reading; lines stay lines."""
    if text.isprintable():
        return text
    return "".join(c if c in "\n\t" or c in _JOINERS or category(c)[0] != "C" else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
