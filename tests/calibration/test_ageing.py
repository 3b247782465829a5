"""The table of drift and the fit of deaths to the life table, on runs of a few months of a small sample."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.ageing import CORRECTION, deaths_over_life_table, drift_table, fit_correction, live_by_year
from sim.measures import AGE_BANDS
from sim.scenario import Scenario


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """A tenth of the catchment for a year, without burn-in."""
    return Scenario.load("denmark-2018").with_({"population.scale": 0.1, "time.years": 2, "time.burn_in_years": 1})


def test_a_year_counts_everybody_by_band(scenario: Scenario) -> None:
    years = live_by_year(scenario, 1)
    assert len(years) == 3
    for year in years:
        assert year.people.shape == (len(AGE_BANDS),)
        # people at the end of a year differ from person-years by its deaths and birthdays
        assert np.allclose(year.people, year.person_years, rtol=0.1, atol=20)
        assert ((year.in_nursing_home >= 0) & (year.in_nursing_home < 1)).all()


def test_the_drift_table_has_a_row_for_each_year_and_band(scenario: Scenario) -> None:
    runs = [live_by_year(scenario, seed) for seed in (1, 2)]
    table = drift_table(scenario, runs)
    assert len(table) == 3 * len(AGE_BANDS)
    assert not table.isna().any().any()
    first = table[table["year"] == 0]
    assert np.allclose(first["frailty"], (runs[0][0].frailty + runs[1][0].frailty) / 2)


def test_a_round_of_the_fit_moves_each_band_against_what_is_missing(scenario: Scenario) -> None:
    runs = [live_by_year(scenario, 1)[1:]]
    moved = np.array(fit_correction(scenario, [1], rounds=1)) - np.array(scenario.parameters.numbers(CORRECTION))
    assert (np.sign(moved) == -np.sign(np.log(deaths_over_life_table(scenario, runs)))).all()
