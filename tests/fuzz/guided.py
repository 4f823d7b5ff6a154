"""``python -m tests.fuzz.guided READER [libFuzzer's options] [FOLDER…]``: texts made by what they make a reader do.

Needs atheris (``pip install '.[fuzz]'``). A text that breaks the reader is written to the file that ``-artifact_prefix``
tells, and ends the program.
"""

from __future__ import annotations

import sys
import time
import warnings

import atheris

OURS = [
    f"jupyter_orch.{name}" for name in ("yaml_text", "automation.cron", "api.engine", "api.weight", "code_version")
] + [
    *(f"jupyter_orch.{name}" for name in ("notebook_parameters", "records.spool", "records.codec", "wire")),
    *("jupyter_orch.execution.notebook_failures", "jupyter_orch.definitions.solid_cell"),
    "jupyter_orch_kernel.notebook_module",
]
OTHERS = {"yaml": ["yaml"], "cron": ["cronsim"], "graphql": ["graphql.language", "graphql.validation"]}
SLOWEST = 10.0
"""Seconds of the processor, with every branch counted."""


def main(words: list[str]) -> None:
    """Go on until the options say that it is over."""
    warnings.simplefilter("ignore")  # of compilers, about the texts
    name = words[1]
    with atheris.instrument_imports(include=[*OURS, *OTHERS.get(name, ())]):
        from tests.fuzz.readers import READERS
    read = READERS[name]

    def in_time(data: bytes) -> None:
        begun = (
            time.process_time()
        )  # libFuzzer's own limit is for what hangs: it takes a busy machine for a slow reader
        read(data)
        assert time.process_time() - begun < SLOWEST, "the reader takes too long"

    atheris.Setup([words[0], *words[2:]], in_time)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
