"""``jupyter-orch completion bash|zsh|fish``: a script for the shell, made from what the verbs declare."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator

from jupyter_orch.cli.verbs import VERBS

PROGRAM = "jupyter-orch"
Words = dict[str, list[str]]
"""For each verb and subverb ("run list") what may follow: verbs, options and choices."""

BASH = """\
_jupyter_orch() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" path="" found=""
    for each in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        [[ "$each" == -* ]] || path="${{path:+$path }}$each"
    done
    case "$path" in
{cases}
    esac
    COMPREPLY=($(compgen -W "$found" -- "$word"))
    [[ ${{#COMPREPLY[@]}} -eq 0 ]] && COMPREPLY=($(compgen -f -- "$word"))
}}
complete -o filenames -F _jupyter_orch {program}
"""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the shells."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="e.g. source <(jupyter-orch completion bash)")
    parser.set_defaults(act=_print)


def _print(arguments: argparse.Namespace) -> int:
    words = known_words()
    print({"bash": _bash, "zsh": _zsh, "fish": _fish}[arguments.shell](words), end="")
    return 0


def known_words() -> Words:
    """What may follow each verb and subverb."""
    words: Words = {"": list(VERBS)}
    for verb in VERBS:
        parser = argparse.ArgumentParser(prog=verb)
        importlib.import_module(f"jupyter_orch.cli.{verb}").declare(parser)
        words.update(_of_parser(parser, verb))
    return words


def _of_parser(parser: argparse.ArgumentParser, path: str) -> Iterator[tuple[str, list[str]]]:
    found: list[str] = []
    for action in parser._actions:
        found += [option for option in action.option_strings if option.startswith("--")]
        if isinstance(action, argparse._SubParsersAction):
            found += list(action.choices)
            for name, child in action.choices.items():
                yield from _of_parser(child, f"{path} {name}")
        elif action.choices and not action.option_strings:
            found += map(str, action.choices)
    yield path, found


def _bash(words: Words) -> str:
    # a longer path stands first; whatever follows a path (a name, a file) keeps its words
    paths = sorted((path for path in words if path), key=len, reverse=True)
    cases = [f'        "{path}"*) found="{" ".join(words[path])}" ;;' for path in paths]
    cases.append(f'        *) found="{" ".join(words[""])}" ;;')
    return BASH.format(cases="\n".join(cases), program=PROGRAM)


def _zsh(words: Words) -> str:
    return f"autoload -U +X bashcompinit && bashcompinit\n{_bash(words)}"


def _fish(words: Words) -> str:
    lines = [f"complete -c {PROGRAM} -f"]
    for path, found in words.items():
        parts = path.split()
        seen = "; and ".join(f"__fish_seen_subcommand_from {part}" for part in parts)
        condition = seen or "__fish_use_subcommand"
        plain = [word for word in found if not word.startswith("-")]
        lines += [f"complete -c {PROGRAM} -n '{condition}' -a '{' '.join(plain)}'"] if plain else []
        lines += [f"complete -c {PROGRAM} -n '{condition}' -l {w.removeprefix('--')}" for w in found if w not in plain]
    return "\n".join(lines) + "\n"
