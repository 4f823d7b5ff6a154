"""Scripts that complete words in the shell, tried in the shells that are there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from jupyter_orch.cli.completion import known_words
from jupyter_orch.cli.verbs import VERBS
from tests.cli.console import Console


def completed(script: Path, *words: str) -> set[str]:
    """What bash offers behind these words."""
    line = " ".join(["jupyter-orch", *words])
    code = f"""source {script}
COMP_WORDS=({" ".join(repr(w) for w in ("jupyter-orch", *words))})
COMP_CWORD={len(words)}
COMP_LINE={line!r}
_jupyter_orch
printf '%s\\n' "${{COMPREPLY[@]}}" """
    done = subprocess.run(["bash", "--norc", "-c", code], capture_output=True, text=True, check=True, cwd=script.parent)
    return set(done.stdout.split())


def test_bash_completes_verbs_and_options(console: Console, tmp_path: Path) -> None:
    script = tmp_path / "complete.bash"
    script.write_text(console("completion", "bash").out)
    assert completed(script, "") == set(VERBS)
    assert completed(script, "pi") == {"pipeline"}
    assert {"list", "show", "cancel", "rerun"} <= completed(script, "run", "")
    assert "--from-failure" in completed(script, "run", "rerun", "--")
    assert "--wait" in completed(script, "pipeline", "launch", "some_name", "--")
    assert completed(script, "completion", "") == {"bash", "zsh", "fish", "--help"}
    assert "complete.bash" in completed(script, "run", "export", "latest", "comp"), "files are completed too"


def test_every_verb_is_known() -> None:
    words = known_words()
    assert set(words[""]) == set(VERBS) and all(verb in words for verb in VERBS)
    assert "--json" in words["run list"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_accept_theirs(console: Console, tmp_path: Path, shell: str) -> None:
    answer = console("completion", shell)
    assert answer.code == 0 and "pipeline" in answer.out
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(answer.out)
    subprocess.run([program, "-n", str(script)], check=True, capture_output=True)
