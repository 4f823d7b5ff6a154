"""Z4: whatever stands in a file, a frame or a cell, its reader takes it or says what is wrong with it, and soon.

The corpus beside this file holds texts that once broke a reader or may break one; each is tried with every reader. New ones
are made by hypothesis from the words that mean something to them.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_orch.api.assemble import make_schema
from jupyter_orch.api.engine import Engine
from jupyter_orch.automation import cron
from jupyter_orch.automation.cron import CronError
from jupyter_orch.notebook_parameters import parameters_of
from jupyter_orch.records.spool import read_spool
from jupyter_orch.wire import FrameReader
from jupyter_orch.yaml_text import YamlError, load_yaml
from jupyter_orch_kernel.notebook_module import plain_python

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning")
CORPUS = Path(__file__).parent / "corpus"
EXAMPLES = 10_000 if os.environ.get("FUZZ_SIZE") == "long" else 150
SLOWEST = 5.0
"""Seconds that no text of these lengths may take, on a machine that does other things as well."""

WORDS = [
    "{", "}", "[", "]", "(", ")", ":", ",", "- ", "\n", "  ", "\t", "&a", "*a", "<<", "!!python/object", "---", "...", "'", '"', "#",
    "|", ">", "?", "@", "%", "0", "1e999", "-", "null", "true", "\x00", "\ufeff", "\ud800", "é", "𝄞", "* * * * *", "*/0", "60", "L", "MON#6",
    "@daily", "query", "mutation", "fragment f on A", "...f", "$v", "\\u12", '"""', "def f(", "x = ", "%%time", "!ls", "%magic", "# ",
    "lambda: ", "\\", '{"type": "LOG"}', '["a", 1]', "\r", "(" * 200, "[" * 300, "{a" * 100,
]  # fmt: skip
texts = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=40).map("".join))


def _yaml(text: str) -> None:
    try:
        load_yaml(text)
        load_yaml(text.encode("utf-8", "surrogatepass"))
    except YamlError as error:
        assert str(error)


def _cron(text: str) -> None:
    try:
        cron.check(text, "Europe/Oslo")
    except CronError as error:
        assert str(error)
    else:
        assert cron.next_due(text, "Europe/Oslo", 1.7e9) > 1.7e9


@cache
def _engine() -> Engine:
    return Engine(make_schema())


def _graphql(text: str) -> None:
    document, mistakes = _engine()._parse(text)
    assert (document is not None or mistakes) and all(mistake.message for mistake in mistakes)


def _cell(text: str) -> None:
    found = plain_python(text)
    assert isinstance(found, str)


def _parameters(text: str) -> None:
    for language in ("python", "R"):
        cell = {"metadata": {"tags": ["parameters"]}, "source": text}
        found = parameters_of({"cells": [cell], "metadata": {"language_info": {"name": language}}})
        json.dumps([one.default for one in found])


def _spool(text: str, folder: Path) -> None:
    (folder / "spool").write_bytes(text.encode("utf-8", "surrogatepass"))
    read_spool(folder / "spool")


def _frames(text: str) -> None:
    reader = FrameReader()
    try:
        for byte in text.encode("utf-8", "surrogatepass"):
            list(reader.feed(bytes([byte])))
    except ValueError as error:
        assert str(error)


READERS: dict[str, Callable[[str], None]] = {
    "yaml": _yaml,
    "cron": _cron,
    "graphql": _graphql,
    "cell": _cell,
    "parameters": _parameters,
    "frames": _frames,
}


def _in_time(read: Callable[[str], None], text: str) -> None:
    begun = time.process_time()
    read(text)
    assert time.process_time() - begun < SLOWEST


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_takes_or_refuses_any_text(reader: str) -> None:
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES < 1000, suppress_health_check=list(HealthCheck)
    )
    @given(text=texts)
    def fuzzed(text: str) -> None:
        _in_time(READERS[reader], text)

    fuzzed()


def test_a_spool_of_any_content_is_read(tmp_path: Path) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES < 1000)
    @given(text=texts)
    def fuzzed(text: str) -> None:
        _spool(text, tmp_path)

    fuzzed()


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.stem)
def test_the_corpus_is_taken_or_refused(path: Path, reader: str) -> None:
    _in_time(READERS[reader], path.read_bytes().decode("utf-8", "surrogateescape"))
