"""``python -m tests.fuzz [PIECE…] [--minutes 10]``: the long form of everything that is generated, in pieces.

Pieces that bear a reader's name make texts by coverage, with atheris, and are left out where that is not installed; what
they found on the way is kept in ``build/fuzz/corpus``. Each piece ends after about so many minutes and writes a JSON
report into ``build/fuzz``; the program ends with 1 if any of them found something.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.chaos.__main__ import Found, surroundings
from tests.fuzz.readers import READERS
from tests.fuzz.seeds import WORDS, keep_seeds, seeds_of

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / "build" / "fuzz"
CORPUS = Path(__file__).parent / "corpus"
SUITES = {
    "properties": ("tests/properties", 50),
    "readers": ("tests/fuzz/test_readers.py", 10),
    "storage-model": ("tests/fuzz/test_storage_model.py", 2),
}
"""Tests of hypothesis, and among how many the time is shared."""
DOORS = "doors"
A_TURN = 2.0
"""Minutes that the strange requests of ``tests/journeys/test_fuzz.py`` take in their CI size."""
LONGEST_TEXT, HANGS = 3000, 300
MOST_KEPT, LONGEST_KEPT = 60, 300
"""Texts of a reader in the repository, and bytes of each."""


def guided(reader: str, minutes: float) -> Found:
    """Texts made by what they make a reader do."""
    corpus, broken = FOLDER / "corpus" / reader, FOLDER / "broken"
    for folder in (corpus, broken):
        folder.mkdir(parents=True, exist_ok=True)
    memory = Path("/dev/shm")  # thousands of texts a second are written for those who read files
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=memory if os.access(memory, os.W_OK) else None) as folder:
        seeds = Path(folder, "seeds")
        seeds.mkdir()
        for number, seed in enumerate(seeds_of(reader)):
            (seeds / str(number)).write_bytes(seed)
        words = Path(folder, "words")
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in WORDS if len(word) < 60))
        options = [f"-max_total_time={minutes * 60:.0f}", f"-timeout={HANGS}", f"-max_len={LONGEST_TEXT}"]
        options += [f"-dict={words}", f"-artifact_prefix={broken}/{reader}-", "-rss_limit_mb=2048"]
        command = [sys.executable, "-m", "tests.fuzz.guided", reader, *options, str(corpus), str(seeds), str(CORPUS)]
        env = {**os.environ, "TMPDIR": folder}  # libFuzzer leaves without tidying up
        done = subprocess.run(command, cwd=REPOSITORY, env=env, capture_output=True, text=True, errors="replace")
    said = done.stderr.splitlines()
    tried = re.search(r"Done (\d+) runs", done.stderr)
    covered = re.findall(r"cov: (\d+) ft: (\d+)", done.stderr)
    found: dict[str, Any] = {
        "texts": int(tried[1]) if tried else None,
        "edges covered": int(covered[-1][0]) if covered else None,
        "texts that go new ways": len(list(corpus.iterdir())),
    }
    return found | ({"said": said[-60:]} if done.returncode else {}), done.returncode == 0


def _escaped(word: str) -> str:
    """As libFuzzer's dictionaries have it."""
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}"
        for byte in word.encode("utf-8", "surrogatepass")
    )


def suite(name: str, minutes: float) -> Found:
    """Tests that hypothesis makes the inputs of."""
    path, tests = SUITES[name]
    told = FOLDER / f"{name}.jsonl"
    told.unlink(missing_ok=True)
    env = {"FUZZ_SIZE": "long", "FUZZ_SECONDS": str(minutes * 60 / tests), "FUZZ_TOLD": str(told)}
    said, passed = _tested(path, env)
    tried = [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []
    return {"suite": path, "said": said, "tried": {one["test"]: one["tried"] for one in tried}}, passed


def doors(minutes: float) -> Found:
    """Strange requests, as many times as the time lets."""
    times = max(1, round(minutes / A_TURN))
    said, passed = _tested("tests/journeys/test_fuzz.py", {"ORCH_FUZZ": str(times)})
    return {"times the CI size": times, "said": said}, passed


def _tested(path: str, env: dict[str, str]) -> tuple[list[str], bool]:
    words = [sys.executable, "-m", "pytest", "-q", "-m", "", path]
    done = subprocess.run(words, cwd=REPOSITORY, env={**os.environ, **env}, capture_output=True, text=True)
    last = done.stdout.strip().splitlines()[-60:]
    return (last if done.returncode else last[-1:]), done.returncode == 0


def keep(reader: str) -> None:
    """Take the shortest texts that went new ways into the repository; libFuzzer has dropped those that others cover."""
    known = seeds_of(reader)
    found = sorted((path.read_bytes() for path in (FOLDER / "corpus" / reader).iterdir()), key=len)
    new = [text for text in found if len(text) <= LONGEST_KEPT and text not in known]
    keep_seeds(reader, [*known, *new[: max(0, MOST_KEPT - len(known))]])


def main(words: list[str]) -> int:
    """Do the pieces that are asked for."""
    is_there = importlib.util.find_spec("atheris") is not None
    known = [*SUITES, DOORS, *READERS]
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=10.0, help="of each piece")
    parser.add_argument("--keep", action="store_true", help="take what was found into the repository's seeds")
    parser.add_argument("piece", nargs="*", help=f"which; all when left out: {', '.join(known)}")
    asked = parser.parse_args(words)
    if unknown := set(asked.piece) - set(known):
        parser.error(f"there is no piece {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    is_well = True
    for name in asked.piece or known:
        if name in READERS and not is_there:
            print(f"-      {name}: atheris is not installed (pip install '.[fuzz]')", flush=True)
            continue
        begun = time.monotonic()
        if name in READERS:
            found, passed = guided(name, asked.minutes)
        else:
            found, passed = doors(asked.minutes) if name == DOORS else suite(name, asked.minutes)
        is_well &= passed
        told = {"piece": name, "passed": passed, "minutes": round((time.monotonic() - begun) / 60, 1)}
        report = FOLDER / f"{name}.json"
        report.write_text(json.dumps({**told, **surroundings(), "found": found}, indent=1) + "\n")
        print(f"{'ok   ' if passed else 'FAILED'} {name}, {told['minutes']} min: {report}", flush=True)
        if asked.keep and passed and name in READERS:
            keep(name)
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
