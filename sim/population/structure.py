"""How many people of each age and sex live in each municipality, and how fast that number grows.

The figures give three bands (65-74, 75-79, 80+). Within them single years follow the survival of the mortality table
times the size of birth cohorts, a curve without jumps whose two free slopes are solved so that every band is met.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.clock import DAYS_PER_YEAR, day_number
from sim.population.figures import Figures
from sim.population.solving import Array, largest_remainder, log_odds_of, share_of, solve_two
from sim.reading import InputError

MAN, WOMAN = 0, 1
#: Lowest ages of the bands that the population figures give.
LOWEST, MIDDLE, OLD = 65, 75, 80


def single_ages(figures: Figures) -> NDArray[np.int64]:
    """Single years of age from 65 to the oldest, shape (ages,)."""
    return np.arange(LOWEST, int(figures.number("people.age.oldest")) + 1)


def along_age(figures: Figures, values: Array) -> Array:
    """Values by age band drawn out to single years by straight lines through the band centres, shape (ages,).

    Lines go on beyond the first and last centre. Give logarithms or log odds, and ages are taken at mid-year.
    """
    centres = figures.array("people.age.band_centres")
    ages = single_ages(figures) + 0.5
    if np.any(np.diff(centres) <= 0.0):
        raise InputError(
            "the centres of the age bands do not rise", key="people.age.band_centres", allowed="rising ages"
        )
    segment = np.clip(np.searchsorted(centres, ages) - 1, 0, len(centres) - 2)
    slope = np.diff(values) / np.diff(centres)
    result: Array = values[segment] + slope[segment] * (ages - centres[segment])
    return result


def annual_mortality(figures: Figures) -> Array:
    """Deaths per person-year of both sexes together by single year of age, shape (ages,)."""
    result: Array = np.exp(along_age(figures, np.log(figures.array("people.mortality.annual"))))
    return result


@lru_cache(maxsize=8)
def mortality_by_sex(figures: Figures) -> Array:
    """Deaths per person-year by single year of age and sex, shape (ages, 2); averages to :func:`annual_mortality`."""
    both, women = annual_mortality(figures), women_by_age(figures)
    ratio = figures.number("people.mortality.men_to_women")
    of_women = both / (women + (1 - women) * ratio)
    return np.column_stack([of_women * ratio, of_women])


def band_totals(figures: Figures, municipality: str) -> Array:
    """People aged 65-74, 75-79 and 80+ on the reference day, shape (3,)."""
    keys = [f"municipalities.{municipality}.population_{age}_plus" for age in (LOWEST, MIDDLE, OLD)]
    above = [figures.number(key) for key in keys]
    bands = np.array([above[0] - above[1], above[1] - above[2], above[2]])
    if np.any(bands <= 0):
        wrong = min(int(np.argmin(bands)) + 1, 2)
        raise InputError(
            "people above a higher age are not fewer than those above a lower age",
            key=keys[wrong],
            allowed=f"fewer than {above[wrong - 1]:,g} and more than {above[2] if wrong == 1 else 0:,g}",
        )
    return bands


@lru_cache(maxsize=64)
def numbers_by_age(figures: Figures, municipality: str) -> Array:
    """People by single year of age on the reference day, shape (ages,); bands sum to the figures."""
    bands = band_totals(figures, municipality)
    ages = single_ages(figures)
    peak = figures.number("people.age.largest_cohort")
    death = annual_mortality(figures)
    survival = np.concatenate([[0.0], np.cumsum(-death[:-1])]) - death / 2
    years_to_peak = np.minimum(ages - peak, 0.0)
    years_to_old = np.clip(ages - peak, 0.0, OLD - peak)
    years_above = np.maximum(ages - OLD, 0.0)
    known = survival - figures.number("people.age.cohort_slope") * years_to_peak
    wanted = np.log(bands[1:] / bands[0])

    def people(slope: float, slope_above: float) -> Array:
        weights: Array = np.exp(known - slope * years_to_old - slope_above * years_above)
        return weights

    def gaps(slope: float, slope_above: float) -> tuple[float, float]:
        reached = _in_bands(ages, people(slope, slope_above))
        gap = np.log(reached[1:] / reached[0]) - wanted
        return float(gap[0]), float(gap[1])

    solved = people(*solve_two(gaps, (0.03, 0.0), f"municipalities.{municipality}.population_75_plus"))
    numbers: Array = solved * (bands.sum() / solved.sum())
    return numbers


def _in_bands(ages: NDArray[np.int64], weights: Array) -> Array:
    starts = np.searchsorted(ages, [LOWEST, MIDDLE, OLD])
    return np.add.reduceat(weights, starts)


@lru_cache(maxsize=8)
def women_by_age(figures: Figures) -> Array:
    """Share of women by single year of age, shape (ages,): log odds on a line that meets 65-79 and 80+."""
    people = sum((numbers_by_age(figures, name) for name in figures.municipalities), np.zeros(1))
    years = single_ages(figures) - LOWEST
    old = years >= OLD - LOWEST
    wanted = (figures.number("people.sex.women_65_79"), figures.number("people.sex.women_80_plus"))

    def gaps(level: float, slope: float) -> tuple[float, float]:
        women = share_of(np.asarray(level + slope * years, dtype=np.float64))
        below, above = np.average(women[~old], weights=people[~old]), np.average(women[old], weights=people[old])
        return float(below) - wanted[0], float(above) - wanted[1]

    level, slope = solve_two(gaps, (float(log_odds_of(np.array(wanted[0]))), 0.02), "people.sex.women_80_plus")
    return share_of(np.asarray(level + slope * years, dtype=np.float64))


@lru_cache(maxsize=8)
def reference_people(figures: Figures) -> Array:
    """People by single year of age and sex in all municipalities together on the reference day, shape (ages, 2).

    Shares of living arrangements and conditions are met in these people, so a municipality with more old people has
    more of what comes with age, and a scenario with fewer municipalities changes nobody in the others.
    """
    people = sum((numbers_by_age(figures, name) for name in figures.municipalities), np.zeros(1))
    women = women_by_age(figures)
    return np.column_stack([people * (1 - women), people * women])


def turning_65(figures: Figures, municipality: str) -> float:
    """People of a municipality who turn 65 in a year."""
    return float(numbers_by_age(figures, municipality)[0]) * figures.number("people.entries.cohort_ratio")


def annual_growth(figures: Figures, municipality: str) -> float:
    """Growth a year of the number aged 65 and over that entries, moves and deaths imply, as a share."""
    people = numbers_by_age(figures, municipality)
    deaths = float(np.sum(people * annual_mortality(figures)))
    moves = figures.number("people.moves.in_rate") - figures.number("people.moves.out_rate")
    return (turning_65(figures, municipality) - deaths) / float(people.sum()) + moves


def initial_numbers(figures: Figures, municipality: str, first_day: int) -> NDArray[np.int64]:
    """People of one whole municipality by single year of age and sex on the first day, shape (ages, 2).

    The figures describe 1 January of the reference year; at another first day the number is what growth makes of it.
    Bands and the total are exact by largest remainder, so no draw is needed.
    """
    reference_day = day_number(date(int(figures.number("people.reference.year")), 1, 1))
    years = (first_day - reference_day) / DAYS_PER_YEAR
    bands = band_totals(figures, municipality)
    total = round(float(bands.sum()) * float(np.exp(annual_growth(figures, municipality) * years)))
    people, women = numbers_by_age(figures, municipality), women_by_age(figures)
    cells = np.column_stack([people * (1 - women), people * women])
    edges = np.searchsorted(single_ages(figures), [MIDDLE, OLD])
    parts = [
        largest_remainder(part, int(number))
        for part, number in zip(np.split(cells, edges), largest_remainder(bands, total), strict=True)
    ]
    return np.concatenate(parts)
