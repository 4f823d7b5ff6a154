"""The patches fit the sources, the suites that they name notice, and who judges them can not be deceived."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutants.__main__ import judge_all
from tests.mutants.judge import REPOSITORY, Judge, Mutant, NotCaught, apply, mutants

RULES = range(1, 13)
ALL = pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.patch.stem)
PATCH = """\
Rule: {rule}
Suite: {suite}

--- a/jupyter_orch/answer.py
+++ b/jupyter_orch/answer.py
@@ -1,2 +1,2 @@
 def answer() -> int:
-    {before}
+    {after}
"""


@pytest.fixture(scope="session")
def judge() -> Iterator[Judge]:
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        yield Judge(Path(folder))


def test_every_rule_is_there_and_on_its_page() -> None:
    page = (REPOSITORY / "docs" / "reliability.md").read_text("utf-8").partition("## Are the tests able to fail?")[2]
    told = re.findall(r"^\| (\d+) .* \| `(.*)` \|$", page, re.MULTILINE)
    assert [mutant.number for mutant in mutants()] == list(RULES)
    assert told == [(str(mutant.number), mutant.suites[0].split()[0]) for mutant in mutants()]


@ALL
def test_it_fits(mutant: Mutant) -> None:
    apply(mutant, REPOSITORY, "--check")
    assert mutant.suites and all((REPOSITORY / suite.split()[0]).is_file() for suite in mutant.suites)


@pytest.mark.journey
@ALL
def test_it_is_caught(mutant: Mutant, judge: Judge) -> None:
    assert judge.catcher(mutant) in mutant.suites


@pytest.fixture
def small(tmp_path: Path) -> Judge:
    """Judges a package of one function with one test, beside one that never passes."""
    repository = tmp_path / "repository"
    for folder in ("jupyter_orch", "kernel", "tests"):
        (repository / folder).mkdir(parents=True)
    (repository / "pyproject.toml").touch()
    (repository / "jupyter_orch" / "answer.py").write_text("def answer() -> int:\n    return 42\n")
    (repository / "jupyter_orch" / "__init__.py").touch()
    test = "from jupyter_orch.answer import answer\n\n\ndef test_it() -> None:\n    assert answer() == "
    (repository / "tests" / "test_right.py").write_text(test + "42\n")
    (repository / "tests" / "test_wrong.py").write_text(test + "43\n")
    copies = tmp_path / "copies"
    copies.mkdir()
    return Judge(copies, repository)


def made(folder: Path, after: str, *, before: str = "return 42", suite: str = "tests/test_right.py") -> Mutant:
    """One of the small package."""
    number = len(list(folder.glob("*.patch"))) + 1
    patch = folder / f"{number}_{suite[6:-3]}.patch"
    patch.write_text(PATCH.format(rule="the answer", suite=suite, before=before, after=after))
    return mutants([patch.stem], folder)[0]


def test_one_that_does_not_fit_fails_and_the_others_are_judged(
    small: Judge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judged = [made(tmp_path, "return 41", before="return 40"), made(tmp_path, "return 41")]
    assert judge_all(small, judged) == 1
    first, second = capsys.readouterr().out.strip().split("\n2_")
    assert "NOT CAUGHT, the patch does not fit" in first and "caught by tests/test_right.py" in second


def test_a_suite_that_fails_without_it_catches_nothing(small: Judge, tmp_path: Path) -> None:
    with pytest.raises(NotCaught, match="without it tests/test_wrong.py fails"):
        small.catcher(made(tmp_path, "return 41", suite="tests/test_wrong.py"))


def test_what_changes_nothing_survives_and_a_suite_without_an_end_catches_nothing(small: Judge, tmp_path: Path) -> None:
    with pytest.raises(NotCaught, match="it survives"):
        small.catcher(made(tmp_path, "return 40 + 2"))
    small.longest = 2.0
    with pytest.raises(NotCaught, match="does not come to an end in 2 s"):
        small.catcher(made(tmp_path, "return answer() if __import__('time').sleep(60) else 42"))


def test_a_suite_that_can_not_be_run_catches_nothing(small: Judge, tmp_path: Path) -> None:
    with pytest.raises(NotCaught, match="tests/test_right.py can not be run"):
        small.catcher(made(tmp_path, "return = 41"))
