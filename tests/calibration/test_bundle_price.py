"""Prices of the built-in bundles are what their episodes cost in the year before a run of the baseline."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from calibration.bundle_price import BUNDLES, observed, typed
from sim.scenario import Scenario

RUNS = 5
#: Of two-sided tests by Student's t over runs, one for each number: one suite in two hundred and fifty fails by chance.
LEVEL = 0.001
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
    value = Scenario.load("denmark-2018").parameters.number(f"tariffs.{name}")
    mean, deviation = runs[name].mean(), runs[name].std(ddof=1)
    # The typed number is a mean of ten runs itself, rounded to three digits.
    error = deviation * math.sqrt(1 / RUNS + 1 / 10)
    rounding = 0.5 * 10.0 ** (math.floor(math.log10(value)) - 2)
    allowed = float(stats.t.ppf(1 - LEVEL / 2, RUNS - 1)) * error + rounding
    assert abs(mean - value) <= allowed, f"type {mean:.3g} in sim/parameters/tariffs.toml"


def test_the_price_pays_for_a_year_of_episodes_in_which_some_died() -> None:
    usual = {"opened": 100.0, "lived": 80.0, "of_index": 4_000_000.0, "later": 480_000.0}
    price, at_index = typed(usual)
    assert (price, at_index) == pytest.approx((46_000.0, 40_000 / 46_000))
    earned = price * (at_index * usual["opened"] + (1 - at_index) * usual["lived"])
    assert earned == pytest.approx(usual["of_index"] + usual["later"])
