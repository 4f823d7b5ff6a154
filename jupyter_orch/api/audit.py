"""Every mutation leaves an entry in the audit log: who asked for what, and how it ended, done or refused."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from jupyter_orch import clock
from jupyter_orch.api.context import DAEMON, READ, Context, context_of
from jupyter_orch.api.later_names import classic_field
from jupyter_orch.api.problems import Answer
from jupyter_orch.api.runs import event_cursor
from jupyter_orch.errors import OrchError
from jupyter_orch.records.audit import AuditEntry

log = logging.getLogger("jupyter_orch.audit")

LONGEST_SUBJECT = 1000
DEFAULT_PAGE, MAX_PAGE = 100, 1000
_NAMES = ("Name", "Names", "name", "Id", "Ids", "path", "cursor")


def audited(name: str, resolve: Callable[..., Any]) -> Callable[..., Any]:
    """A mutation that tells of itself.

    Args:
        name: of the operation.
        resolve: gives typed answers; its errors are answers too.
    """

    @wraps(resolve)
    def told(root: Any, info: Any, **arguments: Any) -> Any:
        answer = resolve(root, info, **arguments)
        _tell(context_of(info), classic_field(name), arguments, answer)
        return answer

    return told


def _tell(context: Context, action: str, arguments: dict[str, Any], answer: Any) -> None:
    names = list(dict.fromkeys([*_names(arguments), *_run_of(answer)]))
    entry = AuditEntry(
        at=clock.now(),
        user=context.user,
        action=action,
        subject=" ".join(names)[:LONGEST_SUBJECT],
        outcome=str(answer.get("__typename", "")) if isinstance(answer, dict) else type(answer).__name__,
    )
    log.info("%r did %s on %r: %s", entry.user, entry.action, entry.subject, entry.outcome)
    try:
        context.orchestrator.instance.storage.add_audit(entry)
    except OrchError as error:  # what was done is done; the log above has it
        log.warning("the audit log could not be written: %s", error.message)
    except Exception:
        log.exception("the audit log could not be written")


def _names(value: Any, key: str = "") -> Iterator[str]:
    """Names and ids in arguments; configs, tags and whatever else may hold a secret are left out."""
    if isinstance(value, dict):
        for inner, item in value.items():
            if inner not in ("runConfigData", "tags"):
                yield from _names(item, inner)
    elif isinstance(value, list):
        for item in value:
            yield from _names(item, key)
    elif isinstance(value, str) and key.endswith(_NAMES):
        yield value


def _run_of(answer: Any) -> Iterator[str]:
    found = answer.get("run") if isinstance(answer, dict) else None
    if isinstance(found, dict):
        yield str(found["runId"])


def _audit_log(
    _: Any, info: Any, cursor: str | None = None, limit: int | None = None, user: str | None = None
) -> list[Answer]:
    context = context_of(info)
    context.require(READ, DAEMON)
    count = max(1, min(DEFAULT_PAGE if limit is None else limit, MAX_PAGE))
    before = event_cursor(cursor) or None
    return [
        {
            "id": str(entry.entry_id),
            "timestamp": entry.at,
            "user": entry.user,
            "action": entry.action,
            "subject": entry.subject,
            "outcome": entry.outcome,
        }
        for entry in context.orchestrator.instance.storage.list_audit(count, before=before, user=user)
    ]


RESOLVERS = {"Query": {"auditLog": _audit_log}}
