"""Keep a third of the tests and everything about Mesa: ``pytest -p tests.third``, for a second Python version."""

from __future__ import annotations

import zlib

import pytest


def chosen(name: str) -> bool:
    """Whether a test is run; the choice depends on its name alone."""
    return "mesa" in name.lower() or zlib.crc32(name.encode()) % 3 == 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if not chosen(item.nodeid)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if chosen(item.nodeid)]
