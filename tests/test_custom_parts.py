"""Somebody's own classes in orch.yaml: what is wrong with them is told where they were chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_orch.ports import RunCoordinator, StorageUnavailable
from jupyter_orch.records.run import Run
from jupyter_orch.settings import ClassChoice, SettingsError
from jupyter_orch.settings.custom import check, make
from jupyter_orch.settings.kinds import Group, Number
from tests import plugins


class Nobody:
    """Of no port."""


class Bare(RunCoordinator):
    """Takes what its constructor takes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def choose(self, queued: object, in_progress: object) -> list[Run]:
        return []


class Described(Bare):
    """Says what its config holds."""

    config_schema = Group(fields={"limit": Number(least=1, whole=True)}, required={"limit": "3"})


class Half(RunCoordinator):
    """Says nothing of what it chooses."""


class Moody(Bare):
    """Can not always be made."""

    def __init__(self, mood: str) -> None:
        raise StorageUnavailable("not today") if mood == "ours" else ConnectionRefusedError("nobody is there")


def choice(cls: str, **config: object) -> ClassChoice:
    return ClassChoice(name="custom", module=__name__, cls=cls, config=config, place="orch.yaml:3:1: run_coordinator")


def test_what_its_constructor_raises_is_told_with_its_place() -> None:
    with pytest.raises(
        SettingsError, match="run_coordinator: .*Moody can not be made: ConnectionRefusedError: nobody is"
    ):
        make(choice("Moody", mood="theirs"), RunCoordinator)
    with pytest.raises(StorageUnavailable, match="not today"):
        make(choice("Moody", mood="ours"), RunCoordinator)


def elsewhere(module: str) -> ClassChoice:
    return ClassChoice(name="custom", module=module, cls="Any", place="orch.yaml:3:1: run_coordinator")


def test_it_is_made_with_its_config() -> None:
    for cls in ("Bare", "Described"):
        made = make(choice(cls, limit=3), RunCoordinator)
        assert isinstance(made, Bare)
        assert made.limit == 3


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (choice("Nobody"), "Nobody is not a jupyter_orch.ports.RunCoordinator"),
        (choice("Missing"), "has no class 'Missing'"),
        (choice("Bear"), "has no class 'Bear', did you mean 'Bare'?"),
        (elsewhere("no.such.module"), "there is no module 'no' in the server's environment"),
        (elsewhere("jupyter_orch.no_such"), "there is no module 'jupyter_orch.no_such' in the server's environment"),
        (elsewhere("tests.plugins.broken"), "can not be imported: ZeroDivisionError: division by zero"),
        (elsewhere("tests.plugins.needy"), "can not be imported: ModuleNotFoundError: No module named 'left_out'"),
        (choice("choice"), "is not a class"),
        (choice("Half"), "lacks what jupyter_orch.ports.RunCoordinator asks for: choose"),
        (choice("Bare"), "refuses its config: missing a required argument: 'limit'"),
        (choice("Bare", limit=1, speed=2), "refuses its config: got an unexpected keyword argument 'speed'"),
        (
            choice("Described", limit=0),
            "run_coordinator › config › limit: expected a whole number of at least 1, found 0",
        ),
        (choice("Described", limt=1), "limt: unknown key 'limt', did you mean 'limit'?"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(
    wrong: ClassChoice, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugins, "__path__", [str(tmp_path)])
    (tmp_path / "broken.py").write_text("1 / 0\n")
    (tmp_path / "needy.py").write_text("import left_out\n")
    with pytest.raises(SettingsError) as refused:
        check(wrong, RunCoordinator)
    assert str(refused.value).startswith("orch.yaml:3:1: run_coordinator")
    assert sentence in str(refused.value)


def test_every_mistake_of_a_described_config_is_told() -> None:
    with pytest.raises(SettingsError) as refused:
        check(choice("Described", speed=1), RunCoordinator)
    assert len(str(refused.value).splitlines()) == 2
