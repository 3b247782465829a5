"""Typed numbers about the baseline's events agree with the baseline."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.typed_baseline import READ, observed
from sim.scenario import Scenario
from tests.calibration.typed_numbers import assert_typed

RUNS = 5


@pytest.fixture(scope="module")
def runs(seed: int) -> dict[str, np.ndarray]:
    scenario = Scenario.load("denmark-2018")
    found = [observed(scenario, seed + number) for number in range(RUNS)]
    return {name: np.array([one[name] for one in found]) for name in READ}


@pytest.mark.parametrize("name", READ)
def test_a_typed_number_is_the_baselines_within_sampling_error(name: str, runs: dict[str, np.ndarray]) -> None:
    typed = Scenario.load("denmark-2018").parameters.number(f"behaviour.baseline.{name}")
    assert_typed(typed, runs[name])
