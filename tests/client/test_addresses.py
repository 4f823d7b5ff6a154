"""Addresses as people copy them."""

from __future__ import annotations

import pytest

from jupyter_orch.client import ClientError, OrchClient
from jupyter_orch.client.addresses import server_at


@pytest.mark.parametrize(
    ("address", "url", "token"),
    [
        ("http://localhost:8888", "http://localhost:8888/", ""),
        ("http://localhost:8888/lab?token=abc", "http://localhost:8888/", "abc"),
        ("http://localhost:8888/?token=abc", "http://localhost:8888/", "abc"),
        ("http://localhost:8888/lab/workspaces/auto-x/tree/a.ipynb", "http://localhost:8888/", ""),
        ("https://hub.example/user/ada/tree?", "https://hub.example/user/ada/", ""),
        ("https://hub.example/user/ada/orch/graphiql", "https://hub.example/user/ada/", ""),
        ("https://hub.example/user/a%40b.c/", "https://hub.example/user/a%40b.c/", ""),
        (" http://[::1]:8888/x/ \n", "http://[::1]:8888/x/", ""),
        ("http://127.0.0.1/a b/\u00fc", "http://127.0.0.1/a%20b/%C3%BC/", ""),
        ("https://hub.example/user/lab/", "https://hub.example/user/lab/", ""),
        ("https://hub.example/user/lab/lab", "https://hub.example/user/lab/", ""),
        ("http://x/notebooks/", "http://x/notebooks/", ""),
        ("http://x/base/notebooks/a/b.ipynb", "http://x/base/", ""),
    ],
)
def test_the_server_of_an_address(address: str, url: str, token: str) -> None:
    found = server_at(address)
    assert (found.url, found.token) == (url, token)
    assert server_at(address, "mine").token == "mine" and "abc" not in repr(found)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("localhost:8888", "did you mean http://localhost:8888"),
        ("ftp://x", "begins with http"),
        ("", "begins with http"),
        ("http://", "names no host"),
        ("http://x:port/", "no web address"),
        ("http://[x", "no web address"),
        ("file:///etc/passwd", "begins with http"),
    ],
)
def test_what_is_no_address_is_told_in_words(address: str, words: str) -> None:
    with pytest.raises(ClientError, match=words):
        OrchClient(address)
