"""A real SMTP server that keeps what it has taken, or refuses it."""

from __future__ import annotations

import email
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller

from jupyter_orch.cli.jupyter_process import free_port


class Mailbox:
    """What has come.

    Attributes:
        port: of the SMTP server on this machine.
        refuse: how many of the next mails are turned away.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.messages: list[Message] = []
        self.refuse = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take a mail."""
        if self.refuse:
            self.refuse -= 1
            return "451 come back later"
        self.messages.append(email.message_from_bytes(envelope.content))
        return "250 taken"


@contextmanager
def receiving() -> Iterator[Mailbox]:
    """A mailbox while its server runs."""
    box = Mailbox(free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
