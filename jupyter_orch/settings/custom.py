"""Parts that somebody else wrote, chosen in ``orch.yaml`` by ``{module, class, config}``.

A class may say what its config holds: ``config_schema`` is then a :class:`~jupyter_orch.settings.kinds.Group`, and
mistakes are told as those of the shipped parts are. Without one, the constructor's signature decides.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from typing import TypeVar

from jupyter_orch.errors import OrchError
from jupyter_orch.names import did_you_mean
from jupyter_orch.settings.kinds import Group
from jupyter_orch.settings.model import ClassChoice
from jupyter_orch.settings.read import SettingsError
from jupyter_orch.yaml_text import Path

Made = TypeVar("Made")


def class_of(choice: ClassChoice) -> type:
    """The class that ``{module, class}`` names.

    Raises:
        SettingsError: it can not be imported; says where it was chosen.
    """
    try:
        module = importlib.import_module(choice.module)
    except Exception as error:  # whatever somebody's module raises
        raise SettingsError(f"{choice.place}: {_why_not_imported(choice.module, error)}") from error
    found = getattr(module, choice.cls, None)
    if found is None:
        near = did_you_mean(choice.cls, (name for name, item in vars(module).items() if isinstance(item, type)))
        raise SettingsError(f"{choice.place}: the module {choice.module!r} has no class {choice.cls!r}{near}")
    if not isinstance(found, type):
        raise SettingsError(f"{choice.place}: {choice.module}.{choice.cls} is not a class")
    return found


def _why_not_imported(module: str, error: Exception) -> str:
    missing = error.name or "" if isinstance(error, ModuleNotFoundError) else ""
    if missing and f"{module}.".startswith(f"{missing}."):
        return f"there is no module {missing!r} in the server's environment ({sys.prefix}): install it there"
    return f"the module {module!r} can not be imported: {type(error).__name__}: {error}"


def make(choice: ClassChoice, port: type[Made]) -> Made:
    """An instance of the chosen class, made with its config.

    Args:
        port: what it has to be.

    Raises:
        SettingsError: it can not be imported, is not of that port, refuses its config, or can not be made.
        OrchError: what it raises of this kind itself.
    """
    cls = check(choice, port)
    try:
        made = cls(**choice.config)
    except OrchError:
        raise
    except Exception as error:  # whatever somebody's constructor raises
        name = f"{choice.module}.{choice.cls}"
        raise SettingsError(f"{choice.place}: {name} can not be made: {type(error).__name__}: {error}") from error
    assert isinstance(made, port)
    return made


def check(choice: ClassChoice, port: type) -> type:
    """The chosen class, its base and its config looked at; nothing of it is made.

    Raises:
        SettingsError: as :func:`make`, with every mistake of the config.
    """
    cls, name = class_of(choice), f"{choice.module}.{choice.cls}"
    if not issubclass(cls, port):
        raise SettingsError(f"{choice.place}: {name} is not a jupyter_orch.ports.{port.__name__}")
    if missing := sorted(getattr(cls, "__abstractmethods__", ())):
        raise SettingsError(
            f"{choice.place}: {name} lacks what jupyter_orch.ports.{port.__name__} asks for: {', '.join(missing)}"
        )
    described = getattr(cls, "config_schema", None)
    if isinstance(described, Group):
        reader = _ChoiceReader(choice)
        described.read(choice.config, ("config",), reader)
        if reader.mistakes:
            raise SettingsError("\n".join(reader.mistakes))
        return cls
    try:
        inspect.signature(cls).bind(**choice.config)
    except TypeError as error:
        raise SettingsError(f"{choice.place}: {name} refuses its config: {error}") from error
    return cls


class _ChoiceReader:
    def __init__(self, choice: ClassChoice) -> None:
        self._choice = choice
        self.mistakes: list[str] = []

    def mistake(self, path: Path, sentence: str) -> None:
        self.mistakes.append(f"{self.place(path)}: {sentence}")

    def place(self, path: Path) -> str:
        locate = self._choice.locate
        return locate(path) if locate is not None else " › ".join((self._choice.place, *map(str, path)))
