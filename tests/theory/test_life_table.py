"""Survival in the base run against the life table that is put in (``people.mortality.annual``)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.day.rates import HealthRates, read_theme
from sim.measures import AGE_BANDS
from sim.months import Months
from sim.mortality import Hazards, hashable, hazards_of
from sim.population.figures import read_figures
from sim.population.profile import profile_of
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


def test_the_level_of_mortality_is_solved_again_for_other_illness_and_for_nothing_that_care_does() -> None:
    """As docs/ageing.md says: care changes deaths by what happens, figures of health only how they come about."""
    scenario = Scenario.load("denmark-2018")
    p = scenario.parameters
    figures = [name for name in p if name.partition(".")[0] not in ("people", "municipalities", "health")]
    other_care = scenario.with_({
        name: 0.9 * p.number(name) for name in figures if "share" in p.parameter(name).unit and _is_number(p[name])
    })  # fmt: skip
    assert len(other_care.parameters.changed()) > 20
    same, base = (_solved(one) for one in (other_care, scenario))
    np.testing.assert_array_equal(same.log_level, base.log_level)
    ill = _solved(scenario.with_({"health.illness.base": 1.3 * p.number("health.illness.base")}))
    share = profile_of(read_figures(p)).share
    np.testing.assert_allclose((share * ill.of_each).sum(axis=1), (share * base.of_each).sum(axis=1), rtol=1e-9)
    assert (ill.log_level < base.log_level).all()


def _is_number(value: object) -> bool:
    return isinstance(value, float) and value > 0.0


def _solved(scenario: Scenario) -> Hazards:
    return hazards_of(
        read_figures(scenario.parameters), hashable(read_theme(HealthRates, "health", scenario.parameters))
    )
