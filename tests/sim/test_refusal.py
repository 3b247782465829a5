"""Keeping people out of beds, practices and nursing homes does not make them healthier."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats

from agents.actions import WARD_ACTIONS
from sim.clock import DAYS_PER_YEAR
from sim.day.risk import WAITS_FOR_NURSING_HOME
from sim.months import Months
from sim.records import COUNTER
from sim.scenario import Scenario
from sim.state import HOME

SEEDS = range(21, 29)
#: One-sided tests of a paired mean, few enough for a suite in two hundred to fail by chance.
LEVEL = 0.001
STILL = {"response.gp": "none", "response.home_care": "none", "response.ward": "none", "time.years": 2}
DANGEROUS = {"health.mortality.refused": 2.5}


@cache
def scenario(*changes: tuple[str, float]) -> Scenario:
    return Scenario.load("denmark-2018").with_({**STILL, **dict(changes)})


@cache
def counted(seed: int, threshold: float, *changes: tuple[str, float]) -> dict[str, int]:
    """Counters of the years after burn-in, with the threshold for a bed held at a level."""
    run, sums = Months(scenario(*changes), seed), np.zeros(len(COUNTER), np.int64)
    while not run.finished:
        counts = run.day >= run.scenario.start_day
        if counts:
            run.world.state.organisations.ward_levels[:, WARD_ACTIONS.index("admission_threshold")] = threshold
        run.live(run.month_end)
        if counts:
            sums += run.out.people.sum(axis=(1, 2))
    return {name: int(sums[index]) for name, index in COUNTER.items()}


def rises(more: list[int], less: list[int]) -> bool:
    """Whether the paired mean difference is above 0 beyond chance."""
    return float(stats.ttest_rel(more, less, alternative="greater").pvalue) < LEVEL


def test_a_higher_threshold_costs_lives_where_refusal_is_dangerous() -> None:
    changes = tuple(DANGEROUS.items())
    strict = [counted(seed, 1.25, *changes)["deaths"] for seed in SEEDS]
    usual = [counted(seed, 1.0, *changes)["deaths"] for seed in SEEDS]
    assert rises(strict, usual)


def test_a_higher_threshold_saves_no_lives_at_the_usual_risk() -> None:
    strict = [counted(seed, 1.25)["deaths"] for seed in SEEDS]
    usual = [counted(seed, 1.0)["deaths"] for seed in SEEDS]
    assert not rises(usual, strict)


def test_more_people_in_need_go_without_a_bed_when_the_threshold_rises() -> None:
    strict = [counted(seed, 1.25)["refused_in_need"] for seed in SEEDS]
    assert rises(strict, [counted(seed, 1.0)["refused_in_need"] for seed in SEEDS])


def test_nobody_dies_of_a_refusal_whose_risk_is_met_on_coming_back() -> None:
    back = scenario().parameters.number("hospital.emergency.return_in_need")
    found = counted(21, 1.25, ("health.mortality.refused", back))
    assert found["refused_in_need"] > 0
    assert found["deaths_after_refusal"] == 0


def test_waiting_for_the_practice_makes_people_ill() -> None:
    crowded = ("general_practice.capacity.minutes_per_gp", 390.0)
    harmless = ("health.instability.waiting_day", 0.0)
    ill = [counted(seed, 1.0, crowded)["illness_episodes"] for seed in SEEDS]
    well = [counted(seed, 1.0, crowded, harmless)["illness_episodes"] for seed in SEEDS]
    assert rises(ill, well)
    assert rises(ill, [counted(seed, 1.0)["illness_episodes"] for seed in SEEDS])


def test_the_risk_of_death_goes_with_the_need_of_a_nursing_home_and_not_with_the_place() -> None:
    run = Months(scenario(), 1)
    for _ in range(12):
        run.live(run.month_end)
    card, rates = run.world.state.people.card, run.world.rates
    age = np.clip((run.day - card["birth"]) / DAYS_PER_YEAR, 65, 110).astype(int)
    own = card["mortality"] - rates.health.mortality_frailty * card["frailty"].astype(float)
    own = own - rates.derived.death[card["sex"], age - 65]
    at_home = (card["place"] == HOME) & (card["frailty"] > 0.4)
    waiting = at_home & (card["waits"] & WAITS_FOR_NURSING_HOME > 0)
    assert waiting.sum() > 10
    assert np.median(own[waiting]) == pytest.approx(rates.health.mortality_nursing_home, abs=0.01)
    assert np.median(own[at_home & ~waiting]) == pytest.approx(0.0, abs=0.01)
