"""An exception → a record that can travel: own frames cut, sizes bounded, never an exception of its own."""

from __future__ import annotations

import linecache
import os
import re
from types import FrameType, TracebackType
from typing import Any

from jupyter_orch.definitions.errors import DagsterUserCodeExecutionError
from jupyter_orch.records.failure import Failure

MAX_FRAMES = 200
MAX_MESSAGE = 16 * 1024
MAX_CAUSES = 10
MAX_MEMBERS, MAX_MEMBER_TEXT, MAX_GROUP_DEPTH = 20, 400, 5
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_OWN_FOLDERS = (
    _PACKAGE + os.sep,
    os.path.join(os.path.dirname(_PACKAGE), "kernel", "jupyter_orch_kernel") + os.sep,
    os.path.join(os.path.dirname(_PACKAGE), "jupyter_orch_kernel") + os.sep,
)
_CELL = re.compile(r"(.+\.ipynb)#cell=(\d+)$")
_Frame = tuple[str, int, str, str | None]
"""File, line number, function and source line."""


def failure_of(error: BaseException, hint: str = "") -> Failure:
    """Describe an exception.

    Args:
        error: what was raised.
        hint: one sentence on what to do.
    """
    own = getattr(error, "failure", None)
    if isinstance(own, Failure):
        return own
    chain = _causes(error)
    made: Failure | None = None
    for item in reversed(chain):
        made = _described(item, made, hint if item is error else "")
    assert made is not None
    return made


def _causes(error: BaseException) -> list[BaseException]:
    chain, seen = [error], {id(error)}
    while len(chain) <= MAX_CAUSES:
        last = chain[-1]
        following = last.__cause__ or (None if last.__suppress_context__ else last.__context__)
        if following is None or id(following) in seen:
            break
        seen.add(id(following))
        chain.append(following)
    return chain


def _described(error: BaseException, cause: Failure | None, hint: str) -> Failure:
    frames = _user_frames(error.__traceback__)
    file, line, code = _place(error, frames)
    return Failure(
        cls=type(error).__name__,
        message=_cut("\n".join([message_of(error), *_members(error)]), MAX_MESSAGE),
        stack=_stack(frames),
        file=_shown_file(file),
        line=line,
        code=code,
        hint=hint,
        cause=cause,
    )


def message_of(error: BaseException) -> str:
    """The text of an exception, at most 16 KiB, whatever its ``__str__`` does."""
    try:
        text = str(error)
    except BaseException as second:
        return f"the text of this {type(error).__name__} can not be shown: its __str__ raised {type(second).__name__}"
    return _cut(text, MAX_MESSAGE)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length] + "…"


def _members(error: BaseException) -> list[str]:
    """What an exception group holds: a line each with class, text and place, groups in groups further to the right."""
    lines: list[str] = []
    waiting = [(member, 1) for member in reversed(_exceptions(error))]
    while waiting and len(lines) < MAX_MEMBERS:
        member, depth = waiting.pop()
        indent = "  " * depth
        text = _cut(message_of(member), MAX_MEMBER_TEXT).replace("\n", f"\n{indent}  ")
        file, line, _ = _place(member, _user_frames(member.__traceback__))
        place = f" ({_shown_file(file)}:{line})" if file else ""
        lines.append(f"{indent}- {type(member).__name__}: {text}{place}")
        if depth < MAX_GROUP_DEPTH:
            waiting.extend((inner, depth + 1) for inner in reversed(_exceptions(member)))
    return [*lines, "  - and more"] if waiting else lines


def _exceptions(error: BaseException) -> tuple[BaseException, ...]:
    if not isinstance(error, BaseExceptionGroup):
        return ()
    held: tuple[BaseException, ...] = BaseExceptionGroup.exceptions.__get__(
        error
    )  # whatever the user's class makes of it
    return held[: MAX_MEMBERS + 1]


def _place(error: BaseException, frames: list[_Frame]) -> tuple[str | None, int | None, str | None]:
    """File, line and source line of where it arose, as far as they are known."""
    if isinstance(error, SyntaxError) and error.filename:
        source = error.text or (linecache.getline(error.filename, error.lineno) if error.lineno else "")
        return error.filename, error.lineno, source.strip() or None
    if not frames:
        return None, None, None
    file, line, _, code = frames[-1]
    return file, line, code


def _user_frames(tb: TracebackType | None) -> list[_Frame]:
    first: list[tuple[FrameType, int]] = []
    last: list[tuple[FrameType, int]] = []
    half = MAX_FRAMES // 2
    while tb is not None:
        if not _is_own(tb.tb_frame.f_code.co_filename):
            if len(first) < half:
                first.append((tb.tb_frame, tb.tb_lineno))
            else:
                last.append((tb.tb_frame, tb.tb_lineno))
                if len(last) > half:
                    last.pop(0)
        tb = tb.tb_next
    return [
        (
            f.f_code.co_filename,
            number,
            f.f_code.co_name,
            linecache.getline(f.f_code.co_filename, number, f.f_globals).strip() or None,
        )
        for f, number in first + last
    ]


def _is_own(filename: str) -> bool:
    return (
        filename.startswith(_OWN_FOLDERS)
        or filename.startswith("<frozen ")
        or f"{os.sep}importlib{os.sep}__init__.py" in filename
    )


def _shown_file(file: str | None) -> str | None:
    cell = _CELL.match(file) if file else None
    return cell[1] if cell else file


def _stack(frames: list[_Frame]) -> tuple[str, ...]:
    lines = []
    for file, line, name, code in frames:
        cell = _CELL.match(file)
        place = f'File "{cell[1]}", cell {int(cell[2]) + 1}' if cell else f'File "{file}"'
        lines.append(f"  {place}, line {line}, in {name}\n" + (f"    {code}\n" if code else ""))
    return tuple(lines)


def user_error(error: BaseException) -> BaseException:
    """What the user's code raised, when ours only wraps it; an error that names a resource, a logger or an executor
    says more than its cause, and stays.
    """
    if isinstance(error, DagsterUserCodeExecutionError) and error.stands_for_its_cause and error.__cause__ is not None:
        return error.__cause__
    return error


def failure_text(failure: dict[str, Any]) -> str:
    """A failure (as JSON) as a person would read it in a terminal."""
    text = "".join(failure.get("stack") or ()) + f"{failure['cls']}: {failure['message']}"
    return f"{text}\ncaused by\n{failure_text(failure['cause'])}" if failure.get("cause") else text
