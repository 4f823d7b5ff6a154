"""Z4: whatever stands in a file, a frame or a cell, its reader takes it or says what is wrong with it, and soon.

The corpus beside this file holds texts that once broke a reader or may break one; each is tried with every reader. The
seeds are what made readers go new ways when texts were made by coverage (``make fuzz``), a file a reader. More are made
here by hypothesis from the words that mean something to them.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.long_form import AT_ONCE, IS_LONG, in_rounds
from tests.fuzz.readers import READERS, Reader
from tests.fuzz.seeds import WORDS, seeds_of

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning")
CORPUS = Path(__file__).parent / "corpus"
SLOWEST = 5.0
"""Seconds that no text of these lengths may take, on a machine that does other things as well."""

texts = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=40).map("".join))


def _in_time(read: Reader, data: bytes) -> None:
    begun = time.process_time()
    read(data)
    assert time.process_time() - begun < SLOWEST


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_takes_or_refuses_any_text(reader: str) -> None:
    examples = AT_ONCE if IS_LONG else 150

    @settings(max_examples=examples, deadline=None, derandomize=not IS_LONG, suppress_health_check=list(HealthCheck))
    @given(text=texts)
    def fuzzed(text: str) -> None:
        _in_time(READERS[reader], text.encode("utf-8", "surrogatepass"))

    (in_rounds(fuzzed) if IS_LONG else fuzzed)()


@pytest.mark.parametrize("reader", READERS)
def test_the_corpus_is_taken_or_refused(reader: str) -> None:
    paths = sorted(CORPUS.iterdir())
    assert paths
    for path in paths:
        _in_time(READERS[reader], path.read_bytes())


@pytest.mark.parametrize("reader", READERS)
def test_the_seeds_are_taken_or_refused(reader: str) -> None:
    seeds = seeds_of(reader)
    assert seeds
    for seed in seeds:
        _in_time(READERS[reader], seed)
