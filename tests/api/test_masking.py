"""Settings are shown without what is secret in them, however they are written."""

from __future__ import annotations

import pytest

from jupyter_orch.api.instance import masked


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("password: hunter2\n", "password: '***'\n"),
        ("  db_password: 'a b, c'\nport: 5\n", "  db_password: '***'\nport: 5\n"),
        ("email: {to: [a], password: hunter2}\n", "email: {to: [a], password: '***'}\n"),
        ("headers: {Authorization: Bearer x y}\n", "headers: {Authorization: '***'}\n"),
        ('headers: {"X-Token": "a, b", Accept: text}\n', "headers: {\"X-Token\": '***', Accept: text}\n"),
        ("password: {env: NAME}\n", "password: {env: NAME}\n"),
        ("url: postgresql://me:hunter2@db/orch\n", "url: postgresql://me:***@db/orch\n"),
        ("webhook: {url: https://chat.example.org/T0/secret}\n", "webhook: {url: https://chat.example.org/***}\n"),
        ("endpoint: http://minio:9000\n", "endpoint: http://minio:9000\n"),
        ("storage_options: {key: abc, secret: def}\n", "storage_options: {key: abc, secret: '***'}\n"),
        ("tag_concurrency_limits: [{key: team, limit: 2}]\n", "tag_concurrency_limits: [{key: team, limit: 2}]\n"),
    ],
)
def test_secrets_are_replaced_and_the_rest_stays(told: str, shown: str) -> None:
    assert masked(told) == shown
