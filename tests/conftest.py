"""What all tests share: ``--seed N`` runs the suite on other luck."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the root seed of all luck in tests."""
    parser.addoption("--seed", type=int, default=1, metavar="N", help="root seed of all luck in the tests (default 1)")


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    """Root seed of the runs in a test."""
    return int(request.config.getoption("--seed"))
