"""``jupyter-orch completion bash|zsh|fish``: a script for the shell, made from what the verbs declare."""

from __future__ import annotations

import argparse
import contextlib
import importlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from jupyter_orch.cli.opening import opened_instance
from jupyter_orch.cli.verbs import VERBS
from jupyter_orch.code_servers.workspace import read_workspace
from jupyter_orch.errors import OrchError
from jupyter_orch.instance import Instance
from jupyter_orch.records.run import RunFilter

PROGRAM = "jupyter-orch"
Words = dict[str, list[str]]
"""For each verb and subverb ("run list") what may follow: verbs, options and choices."""
MOST_NAMES = 50

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
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), nargs="?", help="for which shell")
    parser.add_argument("--names", choices=tuple(NAMES), help=argparse.SUPPRESS)  # asked by the scripts, at each TAB
    parser.set_defaults(act=_print)


def _print(arguments: argparse.Namespace) -> int:
    if arguments.names:
        with contextlib.suppress(OrchError), opened_instance() as instance:
            print(*sorted(set(NAMES[arguments.names](instance))), sep="\n")
        return 0
    if arguments.shell is None:
        raise OrchError("for which shell? bash, zsh or fish; e.g. source <(jupyter-orch completion bash)")
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
        if action.help == argparse.SUPPRESS:
            continue
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
    cases = [f'        "{path}"*) found="{" ".join(words[path])}{_asked_at_tab(path)}" ;;' for path in paths]
    cases.append(f'        *) found="{" ".join(words[""])}" ;;')
    return BASH.format(cases="\n".join(cases), program=PROGRAM)


def _asked_at_tab(path: str) -> str:
    """What a shell puts in the place of the names that a verb takes."""
    kind = kind_of(path)
    return f" $({PROGRAM} completion --names {kind} 2>/dev/null)" if kind else ""


def kind_of(path: str) -> str:
    """Of what a verb takes names; empty for verbs that take none."""
    group, _, verb = path.partition(" ")
    takes_names = verb not in ("", "list") and path != "run wipe"
    return f"{group}s" if takes_names and f"{group}s" in NAMES else ""


def _runs(instance: Instance) -> Iterator[str]:
    return (run.run_id[:8] for run in instance.storage.list_runs(RunFilter(), limit=MOST_NAMES))


def _pipelines(instance: Instance) -> Iterator[str]:
    """Of the workspace in this folder as its code was when it last loaded, and of the newest runs."""
    with contextlib.suppress(OrchError):
        for entry in read_workspace(Path("workspace.yaml").absolute()):
            known = instance.storage.get_snapshot(entry.target.name)
            yield from (p.name for r in known.repositories for p in r.pipelines) if known is not None else ()
    yield from (run.submission.selector.pipeline for run in instance.storage.list_runs(RunFilter(), limit=MOST_NAMES))


def _instigators(kind: str) -> Callable[[Instance], Iterator[str]]:
    def names(instance: Instance) -> Iterator[str]:
        """Those that the instance knows, and those of the workspace's code."""
        yield from (one.name for one in instance.storage.list_instigators(kind))
        with contextlib.suppress(OrchError):
            for entry in read_workspace(Path("workspace.yaml").absolute()):
                known = instance.storage.get_snapshot(entry.target.name)
                for repository in known.repositories if known is not None else ():
                    found: Sequence[Any] = repository.schedules if kind == "schedule" else repository.sensors
                    yield from (one.name for one in found)

    return names


def _backfills(instance: Instance) -> Iterator[str]:
    return (found.backfill_id for found in instance.storage.list_backfills(limit=MOST_NAMES))


def _assets(instance: Instance) -> Iterator[str]:
    return ("/".join(path) for path in instance.storage.list_assets(limit=MOST_NAMES))


NAMES: dict[str, Callable[[Instance], Iterator[str]]] = {
    "runs": _runs,
    "pipelines": _pipelines,
    "schedules": _instigators("schedule"),
    "sensors": _instigators("sensor"),
    "backfills": _backfills,
    "assets": _assets,
}


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
        asked = _asked_at_tab(path)
        lines += [f"complete -c {PROGRAM} -n '{condition}' -a '{asked.strip().removeprefix('$')}'"] if asked else []
        lines += [f"complete -c {PROGRAM} -n '{condition}' -l {w.removeprefix('--')}" for w in found if w not in plain]
    return "\n".join(lines) + "\n"
