"""Frozen values that are stored or sent: the language in which the user wing and the server wing meet.

Standard library only. The user wing writes them with :mod:`jupyter_orch.records.codec`; the server wing reads
them with validation (msgspec understands the same dataclasses).
"""
