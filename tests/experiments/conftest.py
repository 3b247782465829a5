"""Comparisons of the synthetic engine, and a small library, made once."""

from __future__ import annotations

import pytest

from experiments.comparison import Effects, compare
from sim.library import Library
from tests.experiments import fake_runs
from tests.sim.small_library import small_library

OTHER_WHOLE = ("governance 0.3, members", "governance 0.6, members")


def with_memberships(seeds: int) -> Effects:
    """Shared savings against the rules of 2018, with both ends of governance and another membership on two seeds."""
    base, other = fake_runs.BUILT_IN["denmark-2018"], fake_runs.BUILT_IN["shared-savings"]
    changed = [{"response.governance": end} for end in (0.0, 0.6)]
    changed += [{"response.governance": end, "response.scope": "members"} for end in (0.3, 0.6)]
    labels = [f"shared-savings ({one})" for one in ("governance 0", "governance 0.6", *OTHER_WHOLE)]
    return compare(
        base, other, *(other.with_(one) for one in changed), labels=["shared-savings", *labels],
        fewer=dict.fromkeys(labels[2:], 2), seeds=seeds, workers=1, simulate=fake_runs.simulate,
    )  # fmt: skip


@pytest.fixture(scope="session")
def effects() -> Effects:
    """The comparison on six seeds."""
    return with_memberships(6)


@pytest.fixture(scope="session")
def effects_of_one_run() -> Effects:
    """The comparison on one seed."""
    return with_memberships(1)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A library with few figures, contracts and scenarios."""
    return small_library(tmp_path_factory.mktemp("library"))
