"""Prices of the built-in bundles are what their episodes cost in the year before a run of the baseline."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.bundle_price import BUNDLES, observed, typed
from sim.scenario import Scenario
from tests.calibration.typed_numbers import assert_typed

RUNS = 5
NAMES = [f"{bundle.replace('-', '_')}_{what}" for bundle in BUNDLES for what in ("price", "at_index")]


@pytest.fixture(scope="module")
def runs(seed: int) -> dict[str, np.ndarray]:
    scenario = Scenario.load("denmark-2018")
    found = [observed(scenario, seed + number) for number in range(RUNS)]
    return {name: np.array([one[name] for one in found]) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_price_is_the_mean_of_the_baselines_episodes_within_sampling_error(
    name: str, runs: dict[str, np.ndarray]
) -> None:
    assert_typed(Scenario.load("denmark-2018").parameters.number(f"tariffs.{name}"), runs[name])


def test_the_price_pays_for_a_year_of_episodes_in_which_some_died() -> None:
    usual = {"opened": 100.0, "lived": 80.0, "of_index": 4_000_000.0, "later": 480_000.0}
    price, at_index = typed(usual)
    assert (price, at_index) == pytest.approx((46_000.0, 40_000 / 46_000))
    earned = price * (at_index * usual["opened"] + (1 - at_index) * usual["lived"])
    assert earned == pytest.approx(usual["of_index"] + usual["later"])
