"""Amounts that balance the built-in contracts are what they move in the baseline."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.neutral_amounts import TABLES, observed
from sim.scenario import Scenario
from tests.calibration.typed_numbers import assert_typed

RUNS = 5
AMOUNTS = (
    "cofinancing_fixed",
    "cofinancing_full_return",
    "drg_grant_moved",
    "drg_frame",
    "gp_fee_factor",
    "gp_mixed_fee_factor",
    "pooled_budget_return",
)


@pytest.fixture(scope="module")
def runs(seed: int) -> dict[str, np.ndarray]:
    scenario = Scenario.load("denmark-2018")
    found = [observed(scenario, seed + number) for number in range(RUNS)]
    return {name: np.array([one[name] for one in found]) for name in found[0]}


def test_every_amount_is_held_to_the_baseline(runs: dict[str, np.ndarray]) -> None:
    assert set(runs) == {*AMOUNTS, *TABLES}


@pytest.mark.parametrize("name", AMOUNTS)
def test_an_amount_balances_its_contract_within_sampling_error(name: str, runs: dict[str, np.ndarray]) -> None:
    assert_typed(Scenario.load("denmark-2018").parameters.number(f"tariffs.{name}"), runs[name])


@pytest.mark.parametrize("name", TABLES)
def test_a_table_by_age_pays_in_all_what_it_replaces_within_sampling_error(
    name: str, runs: dict[str, np.ndarray]
) -> None:
    assert_typed(1.0, runs[name])
