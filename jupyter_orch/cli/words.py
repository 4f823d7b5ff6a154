"""The parser of the command line: examples in its help, near names for what is misspelt."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

from jupyter_orch.cli.examples import EXAMPLES
from jupyter_orch.cli.exit_codes import USAGE
from jupyter_orch.names import did_you_mean

EXIT_CODES = "exit codes: 0 all well, 1 a run or check failed, 2 wrong usage, 3 lost sight of a run, 130 Ctrl-C"
_NO_CHOICE = re.compile(r"argument (?P<what>\S+): invalid choice: '?(?P<found>.*?)'? \(choose from (?P<known>.*)\)")
_NO_VERB = "the following arguments are required: VERB"
_UNKNOWN = re.compile(r"unrecognized arguments: (?P<found>.*)")


class WordsParser(argparse.ArgumentParser):
    """An argument parser whose errors say what was probably meant."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, with the nearest name, or the help where a verb is missing, and end with 2.

        Raises:
            SystemExit: always.
        """
        if no_choice := _NO_CHOICE.fullmatch(message):
            known = [name.strip().strip("'") for name in no_choice["known"].split(",")]
            near = did_you_mean(no_choice["found"], known)
            message = f"there is no {no_choice['what']} {no_choice['found']!r}{near}; there are: {', '.join(known)}"
        elif unknown := _UNKNOWN.fullmatch(message):
            options = [word for word in unknown["found"].split() if word.startswith("-")]
            known = list(self._of_the_verb()._option_string_actions)
            message += "".join(did_you_mean(option.split("=")[0], known) for option in options[:1])
        elif message == _NO_VERB:
            self.print_help(sys.stderr)
            self.exit(USAGE, f"\n{self.prog}: error: name one of the verbs\n")
        super().error(message)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As its ancestor's; keeps the words, by which an error knows the verb that they were for."""
        self._words = list(sys.argv[1:] if args is None else args)
        return super().parse_known_args(args, namespace)

    def _of_the_verb(self) -> argparse.ArgumentParser:
        """The parser of the verb that the words name, this one when they name none."""
        found: argparse.ArgumentParser = self
        for word in self._words:
            found = dict(_children(found)).get(word, found)
        return found


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
