"""Comparisons of the synthetic engine, made once."""

from __future__ import annotations

import pytest

from experiments.comparison import Effects, compare
from tests.experiments import fake_runs


@pytest.fixture(scope="session")
def effects() -> Effects:
    """Shared savings against the rules of 2018, with both ends of governance."""
    base, other = fake_runs.BUILT_IN["denmark-2018"], fake_runs.BUILT_IN["shared-savings"]
    ends = [other.with_({"response.governance": end}) for end in (0.0, 0.6)]
    labels = ["shared-savings", "shared-savings (governance 0)", "shared-savings (governance 0.6)"]
    return compare(base, other, *ends, labels=labels, seeds=6, workers=1, simulate=fake_runs.simulate)
