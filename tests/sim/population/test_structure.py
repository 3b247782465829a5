"""Ages, sexes and growth against the figures: exact where counted, within a stated test where drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.population.entries import poisson_from_uniform
from sim.population.figures import Figures
from sim.population.solving import largest_remainder
from sim.population.structure import (
    annual_growth,
    annual_mortality,
    initial_numbers,
    mortality_by_sex,
    numbers_by_age,
    reference_people,
    women_by_age,
)
from tests.sim.population.catchment import ALL, REFERENCE_DAY, Columns


@pytest.mark.parametrize("municipality", ALL)
@pytest.mark.parametrize("age", [65, 75, 80])
def test_the_number_above_each_age_is_the_figure_exactly(
    there: Columns, figures: Figures, municipality: str, age: int
) -> None:
    above = np.sum((there["municipality"] == ALL.index(municipality)) & (there["age"] >= age))
    assert above == figures.number(f"municipalities.{municipality}.population_{age}_plus")


def test_each_cell_of_age_and_sex_has_its_largest_remainder(there: Columns, figures: Figures) -> None:
    for position, municipality in enumerate(ALL):
        own = there["municipality"] == position
        counted = np.zeros_like(initial_numbers(figures, municipality, REFERENCE_DAY))
        np.add.at(counted, (there["age"][own] - 65, there["sex"][own]), 1)
        assert np.array_equal(counted, initial_numbers(figures, municipality, REFERENCE_DAY))
        assert np.all(np.abs(counted.sum(axis=1) - numbers_by_age(figures, municipality)) < 2)


def test_women_are_52_percent_below_80_and_60_6_percent_above_and_more_with_age(
    there: Columns, figures: Figures
) -> None:
    old = there["age"] >= 80
    # rounding to whole people in four times 15 or 25 cells of age moves a share by less than one in a thousand
    assert np.mean(there["sex"][~old]) == pytest.approx(0.52, abs=0.001)
    assert np.mean(there["sex"][old]) == pytest.approx(0.606, abs=0.004)
    assert np.all(np.diff(women_by_age(figures)) > 0)


def test_single_years_fall_smoothly_from_the_largest_cohort(figures: Figures) -> None:
    steps = np.diff(np.log(numbers_by_age(figures, "Randers")))
    assert np.all(steps[7:] < 0)
    # no jump at the edges of bands, only a bend; from 85 on mortality itself bends faster
    assert np.max(np.abs(np.diff(steps[:20]))) < 0.09


def test_mortality_meets_the_table_in_each_band(figures: Figures) -> None:
    people, rates = reference_people(figures), annual_mortality(figures)
    bands = np.minimum(np.arange(len(rates)) // 5, 5)
    table = figures.array("people.mortality.annual")
    for band, expected in enumerate(table):
        own = bands == band
        assert np.average(rates[own], weights=people.sum(axis=1)[own]) == pytest.approx(expected, rel=0.05)


def test_mortality_by_sex_averages_to_both_sexes(figures: Figures) -> None:
    people, by_sex = reference_people(figures), mortality_by_sex(figures)
    averaged = np.sum(people * by_sex, axis=1) / people.sum(axis=1)
    assert averaged == pytest.approx(annual_mortality(figures), rel=1e-9)
    assert np.all(by_sex[:, 0] > by_sex[:, 1])


def test_the_number_aged_65_and_over_grows_2_to_2_7_percent_a_year(figures: Figures) -> None:
    people = [numbers_by_age(figures, name).sum() for name in ALL]
    assert 0.02 < np.average([annual_growth(figures, name) for name in ALL], weights=people) < 0.027


def test_a_year_of_entries_less_expected_deaths_gives_the_implied_growth(people: Columns, figures: Figures) -> None:
    came = int(np.sum((people["arrival"] > REFERENCE_DAY) & (people["arrival"] <= REFERENCE_DAY + 365)))
    start = int(np.sum(people["arrival"] == REFERENCE_DAY))
    left = int(np.sum(people["leaves"] <= REFERENCE_DAY + 365))
    deaths = float(np.sum(reference_people(figures).sum(axis=1) * annual_mortality(figures)))
    totals = [numbers_by_age(figures, name).sum() for name in ALL]
    expected = np.average([annual_growth(figures, name) for name in ALL], weights=totals) * start
    # entries and moves are Poisson; four standard deviations, two-sided 6e-5
    assert abs(came - left - deaths - expected) < 4 * np.sqrt(came + left)


def test_an_earlier_first_day_has_fewer_people_by_the_growth(figures: Figures) -> None:
    before = initial_numbers(figures, "Randers", REFERENCE_DAY - 365).sum()
    now = initial_numbers(figures, "Randers", REFERENCE_DAY).sum()
    assert now / before == pytest.approx(1 + annual_growth(figures, "Randers"), rel=0.001)


@pytest.mark.parametrize("municipality", ALL)
def test_people_turning_65_arrive_as_a_poisson_process(people: Columns, figures: Figures, municipality: str) -> None:
    on_birthday = (people["arrival"] > REFERENCE_DAY) & (people["arrival"] - people["birth"] == 23_742)
    own = on_birthday & (people["municipality"] == ALL.index(municipality))
    counts = np.bincount(people["arrival"][own] - REFERENCE_DAY - 1, minlength=1095)
    mean = numbers_by_age(figures, municipality)[0] * figures.number("people.entries.cohort_ratio") / 365.25
    # some who move in also have lived just so many days: at most one in twenty thousand of them
    assert stats.poisson.cdf(counts.sum(), 1095 * mean) == pytest.approx(0.5, abs=0.4999)
    dispersion = np.sum((counts - mean) ** 2) / mean
    assert 5e-5 < stats.chi2.sf(dispersion, len(counts)) < 1 - 5e-5


def test_people_move_out_at_the_assumed_rate(people: Columns) -> None:
    start = people["arrival"] == REFERENCE_DAY
    left = int(np.sum(people["leaves"][start] <= REFERENCE_DAY + 1095))
    share = 1 - np.exp(-0.01 * 1095 / 365.25)
    assert np.all(people["leaves"] > people["arrival"])
    assert stats.binomtest(left, int(start.sum()), share).pvalue > 1e-4


@given(
    weights=st.lists(st.floats(0, 1e6), min_size=1, max_size=40).filter(lambda values: sum(values) > 1e-6),
    total=st.integers(0, 100_000),
)
def test_largest_remainder_sums_exactly_and_stays_within_one(weights: list[float], total: int) -> None:
    numbers = largest_remainder(np.array(weights), total)
    assert numbers.sum() == total
    assert np.all(np.abs(numbers - np.array(weights) * (total / sum(weights))) < 1 + 1e-6)


def test_poisson_by_inversion_is_the_distribution_and_grows_with_the_mean() -> None:
    uniform = (np.arange(20_000) + 0.5) / 20_000
    for mean in (0.2, 3.3, 80.0):
        assert np.array_equal(poisson_from_uniform(uniform, mean), stats.poisson.ppf(uniform, mean))
    assert np.all(poisson_from_uniform(uniform, 3.4) >= poisson_from_uniform(uniform, 3.3))
    assert not poisson_from_uniform(uniform, 0.0).any()


def test_birthdays_are_spread_evenly_over_the_year(there: Columns) -> None:
    within = (REFERENCE_DAY - there["birth"]) / 365.25 % 1
    assert stats.kstest(within, "uniform").pvalue > 1e-4
