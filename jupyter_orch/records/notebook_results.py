"""What becomes of an executed notebook besides being kept: other formats, and a copy where people look for it."""

from __future__ import annotations

import re
import string
import time

FORMATS_TAG = "jupyter_orch/notebook_formats"
"""Tag of a run: names of nbconvert's formats with commas between them."""

OUTPUT_TAG = "jupyter_orch/notebook_output"
"""Tag of a run: where copies go, below the notebook's folder and without an ending, e.g. ``results/{name}_{date}``."""

FIELDS = ("name", "date", "time", "run")
LONGEST = 200
_FORMAT = re.compile(r"[a-z][a-z0-9_]{0,30}")


def formats_of(text: str) -> tuple[str, ...]:
    """The formats of a tag, each once, in order.

    Raises:
        ValueError: one is no name of a format; says which.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if not _FORMAT.fullmatch(name):
            raise ValueError(f"expected names of formats such as html, found {name[:40]!r}")
    return names


def output_path(template: str, *, name: str, run_id: str, at: float) -> str:
    """Where a run's results go, with ``/`` and without an ending.

    Args:
        template: with the fields ``{name}, {date}, {time}, {run}``.
        name: the notebook's name without its ending.
        at: seconds since the epoch; shown in the time zone of this process.

    Raises:
        ValueError: the template names no file below the notebook's folder, or has unknown fields; says what is wrong.
    """
    moment = time.localtime(at)
    values = {
        "name": name,
        "date": time.strftime("%Y-%m-%d", moment),
        "time": time.strftime("%H%M%S", moment),
        "run": run_id[:8],
    }
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ValueError(f"{template!r} is no template: {error}") from None
    for _, field, form, conversion in parts:
        if field is not None and (field not in FIELDS or form or conversion):
            known = ", ".join(f"{{{known}}}" for known in FIELDS)
            raise ValueError(f"{template!r} has the field {{{field}}}; there are {known}")
    told = "".join(text + (values[field] if field else "") for text, field, _, _ in parts)
    told = told.removesuffix(".ipynb")
    steps = told.split("/")
    if len(told) > LONGEST:
        raise ValueError(f"{template!r} is longer than {LONGEST} characters")
    if (
        re.search(r"[\x00-\x1f\x7f\\]", told)
        or any(step.strip() in ("", ".", "..") for step in steps)
        or ":" in steps[0]
    ):
        raise ValueError(f"{template!r} names no file below the notebook's folder, e.g. results/{{name}}_{{date}}")
    return told
