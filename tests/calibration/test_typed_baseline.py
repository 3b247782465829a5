"""Typed numbers about the baseline's events agree with the baseline."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from calibration.typed_baseline import READ, observed
from sim.scenario import Scenario

RUNS = 5
#: Of two-sided tests by Student's t over runs, one for each number: one suite in a hundred fails by chance.
LEVEL = 0.001


@pytest.fixture(scope="module")
def runs(seed: int) -> dict[str, np.ndarray]:
    scenario = Scenario.load("denmark-2018")
    found = [observed(scenario, seed + number) for number in range(RUNS)]
    return {name: np.array([one[name] for one in found]) for name in READ}


@pytest.mark.parametrize("name", READ)
def test_a_typed_number_is_the_baselines_within_sampling_error(name: str, runs: dict[str, np.ndarray]) -> None:
    typed = Scenario.load("denmark-2018").parameters.number(f"behaviour.baseline.{name}")
    mean, deviation = runs[name].mean(), runs[name].std(ddof=1)
    # The typed number is a mean of ten runs itself, rounded to three digits.
    error = deviation * math.sqrt(1 / RUNS + 1 / 10)
    rounding = 0.5 * 10.0 ** (math.floor(math.log10(typed)) - 2)
    allowed = float(stats.t.ppf(1 - LEVEL / 2, RUNS - 1)) * error + rounding
    assert abs(mean - typed) <= allowed, f"type {mean:.3g} in sim/parameters/behaviour.toml"
