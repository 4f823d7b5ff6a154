"""What generated texts are made of: words that mean something to readers, and texts that make each go its ways."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

WORDS = [
    "{", "}", "[", "]", "(", ")", ":", ",", "- ", "\n", "  ", "\t", "&a", "*a", "<<", "!!python/object", "---", "...", "'", '"', "#",
    "|", ">", "?", "@", "%", "0", "1e999", "-", "null", "true", "\x00", "\ufeff", "\ud800", "é", "𝄞", "* * * * *", "*/0", "60", "L", "MON#6",
    "@daily", "query", "mutation", "fragment f on A", "...f", "$v", "\\u12", '"""', "def f(", "x = ", "%%time", "!ls", "%magic", "# ",
    "lambda: ", "\\", '{"type": "LOG"}', '["a", 1]', "\r", "(" * 200, "[" * 300, "{a" * 100,
    '"nbformat": 4', '"cells": [', '"cell_type": "code"', '"metadata": {', '"tags": [', '"source": ', '"type": "STEP_START"',
    '"timestamp": 1.5', '"data": {', '"level": "INFO"', "\x1b[0;31m", "\x1b]8;;", "---> 12 ", "line 7", "<ipython-input-", "In [1]",
]  # fmt: skip


def seeds_of(reader: str) -> list[bytes]:
    """The texts of a reader; a file holds one a line, as JSON whose characters are bytes."""
    text = (Path(__file__).parent / f"{reader}.jsonl").read_text()
    return [json.loads(line).encode("latin-1") for line in text.splitlines()]


def keep_seeds(reader: str, texts: Iterable[bytes]) -> None:
    """Put them in place of a reader's seeds, the short ones first."""
    lines = [json.dumps(text.decode("latin-1")) for text in sorted(texts, key=lambda text: (len(text), text))]
    (Path(__file__).parent / f"{reader}.jsonl").write_text("".join(f"{line}\n" for line in lines))
