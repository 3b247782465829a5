"""Less home help is no way to save lives or nursing homes: need arises from frailty, whoever is helped."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy import stats

from sim.runs import simulate
from sim.scenario import Scenario

SEEDS = range(1, 7)
#: Of one-sided tests by Student's t.
LEVEL = 0.005
STILL = {"response.gp": "none", "response.home_care": "none", "response.ward": "none", "time.years": 2}
LESS_HELP = {
    "half of the recipients": lambda figures: {
        name: figures.number(name) / 2 for name in figures if name.endswith(".home_help_share")
    },
    "hours for four in five": lambda figures: {"home_care.help.room": -0.2},
}


@cache
def lived(less: str, seed: int) -> dict[str, float]:
    scenario = Scenario.load("denmark-2018").with_(STILL)
    return simulate(scenario.with_(LESS_HELP[less](scenario.parameters)) if less else scenario, seed).summary()


def bounds(less: str, name: str) -> tuple[float, float]:
    """Confidence bounds of the relative change of an indicator."""
    changes = np.array([lived(less, seed)[name] / lived("", seed)[name] - 1.0 for seed in SEEDS])
    error = stats.t.ppf(1 - LEVEL, len(SEEDS) - 1) * changes.std(ddof=1) / math.sqrt(len(SEEDS))
    return changes.mean() - error, changes.mean() + error


@pytest.mark.parametrize("less", LESS_HELP)
def test_with_less_home_help_more_people_fall_acutely_ill_and_no_fewer_die(less: str) -> None:
    assert bounds(less, "home_help_share")[1] < -0.1
    assert bounds(less, "acute_admissions")[0] > 0.0
    assert bounds(less, "deaths")[0] > -0.005


@pytest.mark.parametrize("less", LESS_HELP)
def test_with_less_home_help_as_many_people_come_to_need_a_nursing_home(less: str) -> None:
    low, high = bounds(less, "nursing_home_entry_rate")
    assert low > -0.01
    assert high < 0.01
