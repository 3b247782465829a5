"""What a population under unchanged rules looks like year by year, and the fit of deaths to the life table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.measures import AGE_BAND_NAMES, AGE_BANDS, CONDITIONS, MEASURE
from sim.months import Months
from sim.records import COUNTER
from sim.scenario import Scenario
from sim.state import ABSENT, DEAD, MOVED

Bands = NDArray[np.float64]
CORRECTION: Final = "health.mortality.correction"
_LIFE_TABLE: Final = "people.mortality.annual"
_COUNTED: Final = ("deaths", "person_days", "nursing_home_days", "home_help_recipient_days")


class Year(NamedTuple):
    """One year of one run by age band, arrays of shape (bands,); frailty and conditions are those of its last day."""

    people: Bands
    frailty: Bands
    frailty_spread: Bands
    conditions: Bands
    deaths: Bands
    person_years: Bands
    acute_admissions: Bands
    in_nursing_home: Bands
    with_home_help: Bands


def live_by_year(scenario: Scenario, seed: int) -> list[Year]:
    """Whole years of a run from its first day, burn-in included."""
    run, years = Months(scenario, seed), []
    counted = np.zeros((len(_COUNTED) + 1, len(AGE_BANDS)))
    months = 0
    while not run.finished:
        out = run.live(scenario.last_day)
        counted[:-1] += [out.people[COUNTER[name]].sum(axis=0) for name in _COUNTED]
        counted[-1] += out.activity[MEASURE["acute_admission"]].sum(axis=0)
        months += 1
        if months == 12:
            years.append(_year(run, counted))
            counted, months = np.zeros_like(counted), 0
    return years


def _year(run: Months, counted: NDArray[np.float64]) -> Year:
    people_now = run.world.state.people
    card = people_now.card
    alive = (people_now.arrival < run.day) & (card.place != DEAD) & (card.place != MOVED) & (card.place != ABSENT)
    band, frailty = card.band[alive], card.frailty[alive].astype(np.float64)
    people = _sum(band, np.ones(len(band)))
    conditions = (card.conditions[alive][:, None] >> np.arange(len(CONDITIONS)) & 1).sum(axis=1)
    mean = _sum(band, frailty) / people
    deaths, days, nursing_home, home_help, admissions = counted
    return Year(
        people=people,
        frailty=mean,
        frailty_spread=np.sqrt(_sum(band, (frailty - mean[band]) ** 2) / people),
        conditions=_sum(band, conditions.astype(np.float64)) / people,
        deaths=deaths,
        person_years=days / 365.25,
        acute_admissions=admissions,
        in_nursing_home=nursing_home / days,
        with_home_help=home_help / days,
    )


def _sum(band: NDArray[np.uint8], values: Bands) -> Bands:
    return np.asarray(np.bincount(band, weights=values, minlength=len(AGE_BANDS)), np.float64)


def deaths_over_life_table(scenario: Scenario, runs: Iterable[list[Year]]) -> Bands:
    """Deaths over those of the life table in all years of all runs, shape (bands,)."""
    years = [year for run in runs for year in run]
    expected = sum(year.person_years for year in years) * np.array(scenario.parameters.numbers(_LIFE_TABLE))
    return np.asarray(sum(year.deaths for year in years) / expected)


def drift_table(scenario: Scenario, runs: list[list[Year]]) -> pd.DataFrame:
    """Means over runs by year (0 is burn-in) and age band, one column a quantity."""
    table = np.array(scenario.parameters.numbers(_LIFE_TABLE))
    rows = []
    for number in range(len(runs[0])):
        years = [run[number] for run in runs]
        lived, deaths = sum(year.person_years for year in years), sum(year.deaths for year in years)
        admissions = sum(year.acute_admissions for year in years)
        columns = {
            "year": number,
            "age": AGE_BAND_NAMES,
            "frailty": np.mean([year.frailty for year in years], axis=0),
            "conditions": np.mean([year.conditions for year in years], axis=0),
            "deaths_over_life_table": deaths / lived / table,
            "acute_admissions_per_1000": 1000.0 * admissions / lived,
            "nursing_home_share": np.mean([year.in_nursing_home for year in years], axis=0),
            "home_help_share": np.mean([year.with_home_help for year in years], axis=0),
        }
        rows.append(pd.DataFrame(columns))
    return pd.concat(rows, ignore_index=True)


def fit_correction(scenario: Scenario, seeds: Iterable[int], rounds: int = 3) -> tuple[float, ...]:
    """Correction by age band at which deaths of the years after burn-in meet the life table.

    Each round runs all seeds and moves the logarithm by what is missing over the share of deaths outside hospital
    courses, which alone the correction moves. More deaths leave fewer to die later, so a few rounds are needed.

    Returns
    -------
    tuple of float
        Value of ``health.mortality.correction``, to be written there by hand.
    """
    seeds = tuple(seeds)
    correction = np.array(scenario.parameters.numbers(CORRECTION))
    for _ in range(rounds):
        trial = scenario.with_({CORRECTION: tuple(correction.tolist())})
        runs = [live_by_year(trial, seed)[scenario.time.burn_in_years :] for seed in seeds]
        correction -= np.log(deaths_over_life_table(scenario, runs)) / _OUTSIDE_HOSPITAL
    return tuple(correction.round(3).tolist())


#: About how many deaths happen outside hospital courses: sets only how fast the fit closes in.
_OUTSIDE_HOSPITAL: Final = 0.6
