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
RUNS = 3


@pytest.fixture(scope="module")
def lived(seed: int) -> tuple[Bands, Bands, Bands]:
    """Deaths and person-years by age band after burn-in (three runs of three years), and the life table."""
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
    """Chi-square over the six bands; about 1600 to 3400 deaths each, so 20 % in any one band are found for sure."""
    deaths, years, table = lived
    expected = years * table

    limit = stats.chi2.isf(LEVEL, len(AGE_BANDS))
    assert ((deaths - expected) ** 2 / expected).sum() < limit, np.round(deaths / expected, 3)
    power = stats.ncx2.sf(limit, len(AGE_BANDS), 0.2**2 * expected / 1.2)  # of a table 20 % too high in one band
    assert (power > 0.99).all()


def test_the_share_who_live_from_65_to_90_is_that_of_the_life_table(lived: tuple[Bands, Bands, Bands]) -> None:
    """Cumulative hazard over five bands of five years; deaths are Poisson, so its variance is 25 deaths / years^2."""
    deaths, years, table = lived
    hazard = 5.0 * (deaths / years)[:5].sum()
    error = math.sqrt((25.0 * deaths / years**2)[:5].sum())
    assert abs(hazard - 5.0 * table[:5].sum()) < stats.norm.isf(LEVEL / 2) * error
