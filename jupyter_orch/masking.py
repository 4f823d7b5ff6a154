"""Hides known secrets in what user code says: logged lines, failures, captured output, notebooks.

Best effort: a secret is found as it is, as a JSON string, URL-encoded and in base64, also inside longer base64; not
when the code has cut, reversed or encrypted it. Values of fewer than six characters are left alone: they are
everywhere.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus

from jupyter_orch.records.event import Event
from jupyter_orch.records.failure import Failure

MASK = "***"
SHORTEST = 6
NAMES = frozenset(
    {
        "asset_key",
        "hook_name",
        "input_name",
        "kind",
        "launch",
        "lineage",
        "manager_key",
        "mapping_key",
        "output_name",
        "partition",
        "plan",
        "step_keys",
        "upstream_output",
        "upstream_step",
    }
)
"""Particulars of events that the machinery goes by."""


class Mask:
    """Knows some secrets, and how they look when they are written."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in set(secrets) if len(secret) >= SHORTEST for form in _forms(secret)}
        longest_first = sorted(forms, key=len, reverse=True)  # one may be a part of another
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
        self._written = [form.encode() for form in longest_first]
        self.longest = max(map(len, self._written), default=0)
        """Bytes of the longest form."""

    def __bool__(self) -> bool:
        """Whether there is anything to hide."""
        return bool(self._written)

    def text(self, text: str) -> str:
        """The text with ``***`` for every secret."""
        return self._pattern.sub(MASK, text)

    def value(self, value: Any) -> Any:
        """A JSON value with every text in it masked, but for keys and for names that the machinery goes by."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {key: item if key in NAMES else self.value(item) for key, item in value.items()}
        return value

    def event(self, event: Event) -> Event:
        """An event that may be shown; the same object when there is nothing to hide."""
        message, data = self.text(event.message), self.value(event.data) if event.data else event.data
        if message == event.message and data == event.data:
            return event
        return replace(event, message=message, data=data)

    def failure(self, failure: Failure) -> Failure:
        """A failure that may be shown."""
        return replace(
            failure,
            message=self.text(failure.message),
            stack=tuple(map(self.text, failure.stack)),
            code=failure.code and self.text(failure.code),
            cause=failure.cause and self.failure(failure.cause),
        )

    def places(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Start and end of every secret in a piece of output; they may overlap."""
        for form in self._written:
            at = data.find(form)
            while at >= 0:
                yield at, at + len(form)
                at = data.find(form, at + len(form))

    def written(self, data: bytes) -> bytes:
        """A piece of output with an asterisk for every byte of a secret, so that all other bytes keep their places."""
        found = list(self.places(data))
        if not found:
            return data
        masked = bytearray(data)
        for start, end in found:
            masked[start:end] = b"*" * (end - start)
        return bytes(masked)

    def begun(self, data: bytes) -> int:
        """How many bytes at the end may be the beginning of a secret whose rest is still to come."""
        longest = 0
        for form in self._written:
            for length in range(min(len(form) - 1, len(data)), longest, -1):
                if data.endswith(form[:length]):
                    longest = length
                    break
        return longest


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    for quoted in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield quoted
        if "%" in quoted:
            yield _with_small_digits(quoted)
    raw = secret.encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            # what does not depend on the bytes around it: each character stands for six bits
            written = encode(b"\0" * before + raw).decode().rstrip("=")
            first, last = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
            if last - first >= SHORTEST:
                yield written[first:last]


def _with_small_digits(quoted: str) -> str:
    head, *rest = quoted.split("%")
    return "%".join([head, *(part[:2].lower() + part[2:] for part in rest)])
