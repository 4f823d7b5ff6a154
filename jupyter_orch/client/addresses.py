"""Addresses as people have them, e.g. copied from a browser's bar or a server's log → where the server is."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, urlsplit

from jupyter_orch.running_servers import Server

_PAGES = re.compile(  # a user of a hub may be called lab
    r"(?<!/user)/(?:(?:lab|tree|orch/graphiql)/?|lab/(?:tree|workspaces|doc)/.*|(?:tree|notebooks|edit|doc)/.+\.\w+)$"
)


def server_at(address: str, token: str = "") -> Server:
    """The server that an address belongs to: pages behind its base URL are left off, a token in it is taken.

    Args:
        token: comes before one in the address.

    Raises:
        ValueError: it is no web address; says what was expected.
    """
    try:
        parts = urlsplit(address.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"{address!r} is no web address: {error}") from None
    if parts.scheme not in ("http", "https"):
        hint = f"; did you mean http://{address}" if re.match(r"[\w.-]+(:\d+)?(/|$)", address) else ""
        raise ValueError(f"expected an address that begins with http:// or https://, found {address!r}{hint}")
    if not host:
        raise ValueError(f"expected the address of a server, found {address!r}, which names no host")
    path = quote(_PAGES.sub("/", parts.path), safe="/%:@!$&'()*+,;=~")
    found = token or next(iter(parse_qs(parts.query).get("token", ())), "")
    return Server(f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}/", found)
