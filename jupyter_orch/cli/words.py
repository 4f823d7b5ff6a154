"""The parser of the command line: examples in its help, near names for what is misspelt."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from typing import NoReturn

from jupyter_orch.cli.examples import EXAMPLES
from jupyter_orch.names import did_you_mean

EXIT_CODES = "exit codes: 0 all well, 1 a run or check failed, 2 wrong usage, 130 Ctrl-C"
_NO_CHOICE = re.compile(r"argument (?P<what>\S+): invalid choice: '?(?P<found>.*?)'? \(choose from (?P<known>.*)\)")
_UNKNOWN = re.compile(r"unrecognized arguments: (?P<found>.*)")


class WordsParser(argparse.ArgumentParser):
    """An argument parser whose errors say what was probably meant."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, with the nearest name, and end with 2.

        Raises:
            SystemExit: always.
        """
        if no_choice := _NO_CHOICE.fullmatch(message):
            known = [name.strip().strip("'") for name in no_choice["known"].split(",")]
            near = did_you_mean(no_choice["found"], known)
            message = f"there is no {no_choice['what']} {no_choice['found']!r}{near}; there are: {', '.join(known)}"
        elif unknown := _UNKNOWN.fullmatch(message):
            options = [word for word in unknown["found"].split() if word.startswith("-")]
            known = [option for parser in _all_below(self) for option in parser._option_string_actions]
            message += "".join(did_you_mean(option.split("=")[0], known) for option in options[:1])
        super().error(message)


def show_examples(parser: argparse.ArgumentParser, path: str) -> None:
    """Give a verb's help, and that of the verbs below it, their examples."""
    children = [(f"{path} {name}", child) for name, child in _children(parser)]
    for inner, child in children:
        show_examples(child, inner)
    example = EXAMPLES.get(path)
    parser.epilog = f"example: jupyter-orch {example}" if example else None


def _children(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def _all_below(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for _, child in _children(parser):
        yield from _all_below(child)
