"""What a deployment itself knows as secret: passwords in its settings, tokens of Jupyter and JupyterHub."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from jupyter_core.paths import jupyter_runtime_dir

from jupyter_orch.running_servers import running_servers
from jupyter_orch.settings.model import Notification, Settings

SECRET_VARIABLES = (
    "JUPYTER_TOKEN",
    "JPY_API_TOKEN",
    "JUPYTERHUB_API_TOKEN",
    "JUPYTERHUB_COOKIE_SECRET",
    "JUPYTERHUB_CRYPT_KEY",
    "CONFIGPROXY_AUTH_TOKEN",
    "JUPYTER_GATEWAY_AUTH_TOKEN",
)
"""Environment variables that let their reader act as the user or the hub; the code of locations does not get them."""

SETTLED = 2_000_000_000
"""Nanoseconds after which a file that was made in the folder has its content."""

_SECRET_NAME = re.compile(
    r"(?i)password|secret|token|api[_-]?key|access[_-]?key|authorization|credential|sas|passphrase"
)
_LOGIN = re.compile(r"://[^:/@\s]*:([^/\s]+)@")


def deployment_secrets(settings: Settings, environment: Mapping[str, str]) -> Iterator[str]:
    """Every secret that the settings hold or the server's environment brings.

    Args:
        environment: variables of the server's process, or of one that has inherited them.
    """
    for name in SECRET_VARIABLES:
        if name in environment:
            yield environment[name]
    parts = (settings.storage, settings.run_storage, settings.event_log_storage, settings.schedule_storage)
    for choice in (*parts, settings.coordinator, settings.launcher, settings.compute_logs):
        if choice is not None:
            yield from _in_config(choice.config)
    if settings.run_monitoring.mail is not None:
        yield settings.run_monitoring.mail.password
    for notification in settings.run_monitoring.notifications:
        yield from _in_notification(notification)


def secrets_here(settings: Settings) -> Iterator[str]:
    """Every secret of the deployment that this process knows of, those of the Jupyter servers beside it too."""
    yield from deployment_secrets(settings, os.environ)
    yield from _TOKENS()


class _TokensOfServers:
    """The tokens of the servers of this user, read again when one has come or gone: their folder tells.

    Every tick and every run asks for them. What has just changed may not be written to its end and is read once more.
    """

    def __init__(self) -> None:
        self._seen: tuple[str, int] | None = None
        self._tokens: tuple[str, ...] = ()

    def __call__(self) -> tuple[str, ...]:
        folder = jupyter_runtime_dir()
        try:
            changed = os.stat(folder).st_mtime_ns
        except OSError:
            return ()
        if self._seen != (folder, changed):
            self._tokens = tuple(found.server.token for found in running_servers())
            is_settled = abs(time.time_ns() - changed) > SETTLED
            self._seen = (folder, changed) if is_settled else None
        return self._tokens


_TOKENS = _TokensOfServers()


def _in_notification(notification: Notification) -> Iterator[str]:
    if notification.email is not None:
        yield notification.email.password
    if notification.webhook is not None:
        yield from _in_config(notification.webhook.headers)
        yield from _login(notification.webhook.url)
        address = urlsplit(notification.webhook.url)  # whoever knows such a path may post
        parts = [*address.path.split("/"), *(value for _, value in parse_qsl(address.query))]
        yield from filter(_looks_random, parts)


def _in_config(value: Any, *, is_secret: bool = False) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _in_config(item, is_secret=is_secret or bool(_SECRET_NAME.search(str(key))))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _in_config(item, is_secret=is_secret)
    elif isinstance(value, str):
        if is_secret:
            yield str(value)
            yield str(value).removeprefix("Bearer ").removeprefix("token ")
        yield from _login(value)


def _login(text: str) -> Iterator[str]:
    for password in _LOGIN.findall(text):
        yield password
        yield unquote(password)


def _looks_random(part: str) -> bool:
    return len(part) >= 16 and any(map(str.isdigit, part))
