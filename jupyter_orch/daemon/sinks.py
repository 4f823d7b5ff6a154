"""Where news goes: a URL, or mail boxes. Each copy of a piece of news carries the same id."""

from __future__ import annotations

import hashlib
import json
import smtplib
import ssl
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from email.message import EmailMessage
from email.utils import formatdate

from jupyter_orch.errors import OrchError
from jupyter_orch.records.notice import Notice
from jupyter_orch.settings import EmailSettings, WebhookSettings


class NotSent(OrchError):
    """The news has not reached its sink; it may the next time."""

    code = "NOT_SENT"


class Sink(ABC):
    """Takes news."""

    @abstractmethod
    def send(self, notice: Notice) -> None:
        """Send it once.

        Raises:
            NotSent: with the reason.
        """


class Webhook(Sink):
    """Posts JSON to a URL; the header ``Idempotency-Key`` is the same for every copy."""

    def __init__(self, settings: WebhookSettings) -> None:
        self._settings = settings

    def send(self, notice: Notice) -> None:
        told = {
            "id": notice.key,
            "kind": notice.kind.value,
            "title": notice.title,
            "text": notice.text,
            "created_at": notice.created_at,
            **notice.facts,
        }
        headers = {"Content-Type": "application/json", "Idempotency-Key": notice.key, **self._settings.headers}
        request = urllib.request.Request(
            self._settings.url, data=json.dumps(told).encode(), headers=headers, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=self._settings.timeout):
                return
        except (OSError, ValueError) as error:  # an HTTP status of 400 and more is an OSError too
            raise NotSent(_reason(error)) from error


class Mail(Sink):
    """Sends e-mail over SMTP; the header ``Message-ID`` is the same for every copy."""

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings

    def send(self, notice: Notice) -> None:
        try:
            with self._connection() as connection:
                if self._settings.user:
                    connection.login(self._settings.user, self._settings.password)
                connection.send_message(self._message(notice))
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(_reason(error)) from error

    def _connection(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout, context=context)
        connection = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout)
        if settings.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
        return connection

    def _message(self, notice: Notice) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = " ".join(f"[jupyter_orch] {notice.title}".split())
        message["From"] = self._settings.sender
        message["To"] = ", ".join(notice.to or self._settings.to)
        message["Date"] = formatdate(notice.created_at)
        domain = self._settings.sender.rpartition("@")[2].strip("> ") or "localhost"
        message["Message-ID"] = f"<{hashlib.sha256(notice.key.encode()).hexdigest()[:32]}@{domain}>"
        facts = "\n".join(f"{name}: {value}" for name, value in notice.facts.items() if value not in (None, {}, []))
        message.set_content(f"{notice.text}\n\n{facts}\n")
        return message


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"answered {error.code} {error.reason}"
    return f"{type(error).__name__}: {error}"
