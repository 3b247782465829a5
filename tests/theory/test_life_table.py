"""Survival in the base run against the life table that is put in (``people.mortality.annual``)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.measures import AGE_BANDS
from sim.months import Months
from sim.records import COUNTER
from sim.scenario import Scenario
from tests.theory.worlds import LEVEL

Bands = NDArray[np.float64]
RUNS = 2


@pytest.fixture(scope="module")
def lived(seed: int) -> tuple[Bands, Bands, Bands]:
    """Deaths and person-years by age band after burn-in (two runs of three years), and the life table."""
    scenario = Scenario.load("denmark-2018")
    deaths, days = np.zeros(len(AGE_BANDS)), np.zeros(len(AGE_BANDS))
    for run_seed in range(seed + 100, seed + 100 + RUNS):  # other seeds than those that were fitted
        run = Months(scenario, run_seed)
        while not run.finished:
            counted = run.day >= scenario.start_day
            people = run.live(scenario.last_day).people
            if counted:
                deaths += people[COUNTER["deaths"]].sum(axis=0)
                days += people[COUNTER["person_days"]].sum(axis=0)
    return deaths, days / 365.25, np.array(scenario.parameters.numbers("people.mortality.annual"))


def test_deaths_by_age_band_are_those_of_the_life_table(lived: tuple[Bands, Bands, Bands]) -> None:
    """Chi-square over the six bands; about 1400 to 2500 deaths each, so 12 % in one band are found nearly surely."""
    deaths, years, table = lived
    expected = years * table

    def surprise(of: Bands) -> float:
        return float((((deaths - of) ** 2) / of).sum())

    limit = stats.chi2.isf(LEVEL, len(AGE_BANDS))
    assert surprise(expected) < limit, np.round(deaths / expected, 3)
    for band in range(len(AGE_BANDS)):  # what the test would say of a table that is 20 % off in one band
        wrong = expected.copy()
        wrong[band] *= 1.2
        assert surprise(wrong) > limit


def test_the_share_who_live_from_65_to_90_is_that_of_the_life_table(lived: tuple[Bands, Bands, Bands]) -> None:
    """Cumulative hazard over five bands of five years; deaths are Poisson, so its variance is 25 deaths / years^2."""
    deaths, years, table = lived
    hazard = 5.0 * (deaths / years)[:5].sum()
    error = math.sqrt((25.0 * deaths / years**2)[:5].sum())
    assert abs(hazard - 5.0 * table[:5].sum()) < stats.norm.isf(LEVEL / 2) * error
