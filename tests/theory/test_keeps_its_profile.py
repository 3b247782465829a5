"""A population under unchanged rules stays as frail and as ill, and dies as often, as it began: over ten years.

Runs of ten years are lived from other seeds than those that anything was fitted to. What is compared are bands of age,
so the growing number of older people moves nothing here.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from calibration.ageing import Year, live_by_year
from sim.measures import AGE_BANDS
from sim.scenario import Scenario
from tests.theory.worlds import LEVEL

Bands = NDArray[np.float64]
RUNS, YEARS, PART = 4, 10, 3


@pytest.fixture(scope="module")
def lived(seed: int) -> list[list[Year]]:
    """Runs by year; the first year of each is burn-in."""
    scenario = Scenario.load("denmark-2018").with_({"time.years": YEARS})
    return [live_by_year(scenario, seed + 300 + run) for run in range(RUNS)]


def total(lived: list[list[Year]], name: str, years: slice) -> Bands:
    """Sum over runs and years of a quantity by band."""
    return np.asarray(sum(getattr(year, name) for run in lived for year in run[years]))


def of_first_and_last(lived: list[list[Year]], name: str) -> tuple[Bands, Bands]:
    """The same in the first and in the last years after burn-in."""
    return total(lived, name, slice(1, 1 + PART)), total(lived, name, slice(-PART, None))


def assert_equal_rates(
    events: tuple[Bands, Bands], exposure: tuple[Bands, Bands], change: float, per_event: float
) -> None:
    """Chi-square over bands of the log ratio of two rates; a change of one band is found with 99 %.

    ``per_event`` is the variance of a count over its mean: 1 for events independent of each other.
    """
    rates = [count / years for count, years in zip(events, exposure, strict=True)]
    ratio, variance = np.log(rates[1] / rates[0]), per_event * (1.0 / events[0] + 1.0 / events[1])
    limit = stats.chi2.isf(LEVEL, len(AGE_BANDS))
    assert (ratio**2 / variance).sum() < limit, np.round(np.exp(ratio), 3)
    power = stats.ncx2.sf(limit, len(AGE_BANDS), math.log1p(change) ** 2 / variance)
    assert (power > 0.99).all(), np.round(power, 3)


def test_mortality_by_age_is_the_same_after_ten_years(lived: list[list[Year]]) -> None:
    """Deaths are independent coins, so counts are Poisson at most; 30 % more or fewer in one band are found."""
    assert_equal_rates(of_first_and_last(lived, "deaths"), of_first_and_last(lived, "person_years"), 0.3, 1.0)


def test_acute_admissions_by_age_are_the_same_after_ten_years(lived: list[list[Year]]) -> None:
    """Relapses come in clusters: with 15 % readmitted a count varies up to twice as much as independent events."""
    assert_equal_rates(of_first_and_last(lived, "acute_admissions"), of_first_and_last(lived, "person_years"), 0.2, 2.0)


def test_mean_frailty_by_age_is_the_same_after_ten_years(lived: list[list[Year]]) -> None:
    """Chi-square over bands of the mean index at the end of burn-in and ten years later.

    Few are there at both times in the same band, so the means are independent. 8 % of the index in one band are found.
    """
    first, last = ([run[at] for run in lived] for at in (1, YEARS))
    means, variances = [], []
    for years in (first, last):
        people = np.array([year.people for year in years])
        weights = people / people.sum(axis=0)
        means.append((weights * [year.frailty for year in years]).sum(axis=0))
        variances.append((weights * [year.frailty_spread**2 for year in years]).sum(axis=0) / people.sum(axis=0))
    variance = variances[0] + variances[1]
    limit = stats.chi2.isf(LEVEL, len(AGE_BANDS))
    assert ((means[1] - means[0]) ** 2 / variance).sum() < limit, np.round(means[1] / means[0], 4)
    power = stats.ncx2.sf(limit, len(AGE_BANDS), (0.08 * means[0]) ** 2 / variance)
    assert (power > 0.99).all(), np.round(power, 3)


def test_people_of_an_age_have_as_many_conditions_after_ten_years(lived: list[list[Year]]) -> None:
    """Relative change of the mean number of conditions within 5 % in every band: an accuracy of the solved incidence.

    The standard error is below 1.5 % in the smallest band, so a true change of 10 % fails with more than 99 %.
    """
    means = [
        sum(run[at].people * run[at].conditions for run in lived) / sum(run[at].people for run in lived)
        for at in (1, YEARS)
    ]
    assert (np.abs(means[1] / means[0] - 1.0) < 0.05).all(), np.round(means[1] / means[0], 3)
