"""``jupyter-orch``: finds the verb, loads its module, turns errors into a line and an exit code.

A verb's module has ``declare(parser)``, which adds its arguments and sets ``act``: a function that takes the parsed
arguments and returns the exit code. Only the module of the verb at hand is imported, so ``--help`` is instant.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from jupyter_orch.cli.exit_codes import FAILED, INTERRUPTED, OK
from jupyter_orch.cli.verbs import VERBS
from jupyter_orch.cli.visible import visible
from jupyter_orch.cli.words import EXIT_CODES, WordsParser, show_examples
from jupyter_orch.errors import OrchError
from jupyter_orch.settings import HOME_VARIABLE
from jupyter_orch.version import __version__

TRACEBACK_VARIABLE = "JUPYTER_ORCH_TRACEBACK"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb.

    Args:
        argv: the words after the program's name; those of this process when left out.

    Returns:
        0 when all went well, 1 when a run or check failed, 2 for wrong usage, 3 when a run goes on out of sight, 130
        after Ctrl-C.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    arguments = parse(words)
    if arguments.home:
        os.environ[HOME_VARIABLE] = os.path.abspath(os.path.expanduser(arguments.home))
    try:
        code = int(arguments.act(arguments))
        sys.stdout.flush()
        return code
    except OrchError as error:
        print(f"jupyter-orch: {visible(error.message)}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, e.g. `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        if os.environ.get(TRACEBACK_VARIABLE):
            raise
        sentence = f"{type(error).__name__}: {error}".strip().split("\n")[0]
        print(f"jupyter-orch: unexpected {sentence} (where: set {TRACEBACK_VARIABLE}=1)", file=sys.stderr)
        return FAILED


def parse(words: list[str]) -> argparse.Namespace:
    """The arguments, with ``act`` set.

    Raises:
        SystemExit: help or version was asked for (0), or the usage is wrong (2).
    """
    parser = WordsParser(
        prog="jupyter-orch",
        description="Data orchestration native to Jupyter: pipelines, schedules and history.",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=f"jupyter-orch {__version__}")
    parser.add_argument(
        "--home", metavar="FOLDER", help="the instance's folder (else $JUPYTER_ORCH_HOME, else orch in Jupyter's data)"
    )
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    asked = _asked_for(words)
    for verb, sentence in VERBS.items():
        child = verbs.add_parser(verb, help=sentence, description=sentence[0].upper() + sentence[1:] + ".")
        if verb == asked:
            importlib.import_module(f"jupyter_orch.cli.{verb}").declare(child)
            show_examples(child, verb)
    return parser.parse_args(words)


def _asked_for(words: Sequence[str]) -> str | None:
    """The first word that is no option: the verb, if there is one of that name."""
    waiting = iter(words)
    for word in waiting:
        if word == "--home":
            next(waiting, None)
        elif not word.startswith("-"):
            return word if word in VERBS else None
    return None


if __name__ == "__main__":
    sys.exit(main())
