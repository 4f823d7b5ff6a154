"""Whether a text is a cron schedule; when it is due is for the daemon to say."""

from __future__ import annotations

import re
import zoneinfo

from jupyter_orch.definitions.errors import DagsterInvalidDefinitionError

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1
    )
}
_LENGTHS = {month: 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31 for month in _MONTHS.values()}
_DAYS = {name: number for number, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])}
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 7, _DAYS),
)
_NAMED = frozenset({"@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"})
_PART = re.compile(r"(?P<range>\*|[A-Z0-9]+(-[A-Z0-9]+)?)(/(?P<step>\d+))?")


def checked_cron(text: object, owner: str) -> str:
    """The text itself, when it is a cron schedule of five fields or a name such as ``@daily``.

    Raises:
        DagsterInvalidDefinitionError: says which field is wrong.
    """
    if isinstance(text, str) and text.strip().lower() in _NAMED:
        return text
    fields = text.split() if isinstance(text, str) else []
    if len(fields) != 5:
        raise DagsterInvalidDefinitionError(
            f"{owner}: {text!r} is no cron schedule; write five fields (minute, hour, day of month, month, day of "
            "week), e.g. '0 9 * * MON-FRI'"
        )
    for field, (name, lowest, highest, words) in zip(fields, _FIELDS, strict=True):
        for part in field.upper().split(","):
            if not _is_part(part, name, lowest, highest, words):
                raise DagsterInvalidDefinitionError(
                    f"{owner}: in the cron schedule {text!r} the field {name!r} is {field!r}; it takes {lowest} to "
                    f"{highest}"
                )
    _refuse_days_that_never_come(fields, str(text), owner)
    return str(text)


def _refuse_days_that_never_come(fields: list[str], text: str, owner: str) -> None:
    earliest = min(_numbers(fields[2], 31, {}), default=1)
    longest = max(_LENGTHS[month] for month in _numbers(fields[3], 12, _MONTHS))
    if earliest > longest:
        raise DagsterInvalidDefinitionError(
            f"{owner}: the cron schedule {text!r} never comes: none of its months has a day {earliest}"
        )


def _numbers(field: str, highest: int, words: dict[str, int]) -> set[int]:
    """What a right field means, from 1 on; nothing for the last day of a month, which always comes."""
    found: set[int] = set()
    for part in field.upper().split(","):
        match = _PART.fullmatch(part)
        if match is None or part == "L":
            return set()
        ends = [words.get(end) or int(end) for end in match["range"].replace("*", f"1-{highest}").split("-")]
        last = highest if len(ends) == 1 and match["step"] else ends[-1]
        found.update(range(ends[0], last + 1, int(match["step"] or 1)))
    return found


def _is_part(part: str, name: str, lowest: int, highest: int, words: dict[str, int]) -> bool:
    if name == "day of month" and part == "L":
        return True
    if name == "day of week" and (nth := re.fullmatch(r"(\w+)#[1-5]|([0-7])L", part)):
        part = nth[1] or nth[2]
    match = _PART.fullmatch(part)
    if match is None or match["step"] == "0":
        return False
    if match["range"] == "*":
        return True
    ends = [words.get(end, int(end) if end.isdigit() else -1) for end in match["range"].split("-")]
    return all(lowest <= end <= highest for end in ends) and (len(ends) == 1 or ends[0] <= ends[1])


def checked_timezone(name: str | None, owner: str) -> str:
    """The name of a time zone, ``"UTC"`` for None.

    Raises:
        DagsterInvalidDefinitionError: there is no such zone.
    """
    if name is None:
        return "UTC"
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        raise DagsterInvalidDefinitionError(
            f"{owner}: there is no time zone {name!r}; use a name such as 'Europe/Berlin' or 'UTC'"
        ) from None
    return name
