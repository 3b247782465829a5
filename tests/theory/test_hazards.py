"""Illness and death happen as often as their hazards say.

A town of full size is lived into its second month by the model. Then shocks of instability are switched off, so that
the hazards of the next day follow from the columns: exp(constant + season + slope x instability) + excess after
discharge. Days are lived one by one, and what happened is compared with what was to be expected that morning: the
differences are martingale steps, so their sum over people and days has the variance of independent coins, p (1 - p)
each.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.building import World
from sim.chance import mix_words, streams_of_day, uniforms
from sim.compiled import entry
from sim.day.frame import CHUNK, Today, Work
from sim.day.living import fill_streams
from sim.day.rates import Rates
from sim.day.reference import by_pointer
from sim.day.scan import DEATHS, ILLNESSES, find, scan
from sim.day.streams import DAILY_SCAN
from sim.months import Months
from sim.records import COUNTER
from sim.scenario import Scenario
from sim.state import FAR, HAZARD_PARTS, LEVEL_PARTS, People
from tests.theory.worlds import JUNE, LEVEL, live, output_of, still_world

Values = NDArray[np.float64]
DAYS, GROUPS = 60, 12


@dataclass
class Lived:
    """Per person and day: chance of illness and death, what the keyed numbers say, and what happened."""

    ill: Values
    dead: Values
    recovery: Values
    season: Values
    fell_ill: NDArray[np.bool_]
    died: NDArray[np.bool_]
    should_fall_ill: NDArray[np.bool_]
    should_die: NDArray[np.bool_]


def todays_hazards(world: World, day: int, season: float, present: int) -> tuple[Values, Values, Values]:
    """Chance of illness and of death today and excess after discharge, from this morning's columns."""
    people, health = world.state.people, world.rates.health
    card = people.card[:present]
    keep = np.float32(health.instability_persistence)
    pull = np.float32((1.0 - health.instability_persistence) / LEVEL_PARTS)
    x = people.instability[:present] * keep + people.level[:present].astype(np.float32) * pull
    days = day - card.recovers_from.astype(np.float64)
    excess = np.where(card.recovery > 0.0, card.recovery * np.exp(-days / health.recovery_days), 0.0)
    ill = np.exp(card.illness.astype(np.float64) + season + health.illness_instability * x) + excess
    after = health.mortality_recovery * health.need_relapse / health.recovery_excess
    dead = np.exp(card.mortality.astype(np.float64) + health.mortality_instability * x) + after * excess
    at_risk = card.illness > -500.0
    return np.where(at_risk, ill, 0.0), np.where(at_risk, dead, 0.0), excess


@entry
def look(people: People, rates: Rates, work: Work, day: int, season: float, happened: NDArray[np.bool_]) -> None:
    """Who dies or falls ill today, as the day judges it, marked in ``happened`` (what, people)."""
    columns, figures, scratch = by_pointer(people), by_pointer(rates), by_pointer(work)
    fill_streams(work.streams, rates.derived.keys, day)
    weekday = (day + 3) % 7
    since = day - rates.derived.first_day
    today = by_pointer(Today(day, since, weekday, weekday < 5, season, JUNE, work.streams, work.nurse_free))
    for low in range(0, happened.shape[1], CHUNK):
        high = min(low + CHUNK, happened.shape[1])
        work.counts[:] = 0
        scan(columns, low, high, figures, today, scratch)
        find(columns, low, high, figures, today, scratch)
        for kind in (ILLNESSES, DEATHS):
            for j in range(work.counts[kind]):
                happened[kind, work.found[kind, j]] = True


@pytest.fixture(scope="module")
def lived(seed: int) -> Lived:
    scenario = Scenario.load("denmark-2018")
    run = Months(scenario, seed)
    start = scenario.first_day + 33
    while run.day < start:
        run.live(start)
    world, out = run.world, output_of(run.world)
    world.rates.health.instability_shock = 0.0
    present = int(world.state.organisations.present[0])
    world.state.people.arrival[present:] = FAR
    keys = world.state.people.key[:present]
    every: dict[str, list[NDArray[np.generic]]] = {name: [] for name in Lived.__annotations__}
    for day in range(start, start + DAYS):
        season = world.season[day - scenario.first_day]
        ill, dead, recovery = todays_hazards(world, day, float(season), present)
        scan = mix_words(keys + streams_of_day(world.rates.derived.keys, day)[DAILY_SCAN])
        prefixes = [((scan >> np.uint64(shift)) & np.uint64(65535)).astype(float) for shift in (48, 16)]
        u_ill = (prefixes[0] + uniforms(seed, "illness", keys, day)) / 65536.0
        u_dead = (prefixes[1] + uniforms(seed, "death", keys, day)) / 65536.0
        happened = np.zeros((5, present), bool)
        columns = People(*(column.copy() for column in world.state.people))
        look(columns, world.rates, world.work, day, float(season), happened)
        live(world, out, day, day + 1, season=np.array([season]))
        counted = {
            name: int(out.people[COUNTER[name]].sum()) for name in ("illness_episodes", "deaths", "deaths_in_hospital")
        }
        assert happened[ILLNESSES].sum() == counted["illness_episodes"]
        assert happened[DEATHS].sum() == counted["deaths"] - counted["deaths_in_hospital"]
        values = (ill, dead, recovery, np.full(present, season), happened[ILLNESSES], happened[DEATHS],
                  (u_ill < ill) & ~(u_dead < dead), u_dead < dead)  # fmt: skip
        for name, value in zip(every, values, strict=True):
            every[name].append(value)
    return Lived(**{name: np.concatenate(days) for name, days in every.items()})  # type: ignore[arg-type]


def surprise(chance: Values, happened: NDArray[np.bool_], by: Values) -> float:
    """Chi-square of what happened against what was expected, in groups of equal expectation along a value."""
    order = np.argsort(by, kind="stable")
    share = np.cumsum(chance[order]) / chance.sum()
    group = np.empty(len(by), np.int64)
    group[order] = np.minimum(share * GROUPS, GROUPS - 1).astype(np.int64)
    expected = np.bincount(group, chance, GROUPS)
    variance = np.bincount(group, chance * (1.0 - chance), GROUPS)
    counted = np.bincount(group, happened, GROUPS)
    some = variance > 0.0
    return float((((counted - expected) ** 2)[some] / variance[some]).sum())


LIMIT = stats.chi2.isf(LEVEL / 6.0, GROUPS)


def test_illness_comes_as_often_as_its_hazard_says(lived: Lived) -> None:
    chance = lived.ill * (1.0 - lived.dead)  # who dies today does not fall ill
    assert chance.sum() > 3000.0  # enough for differences of 10 % between groups
    for by in (chance, lived.recovery, lived.season + 1e-6 * chance):
        assert surprise(chance, lived.fell_ill, by) < LIMIT


def test_death_comes_as_often_as_its_hazard_says(lived: Lived) -> None:
    assert lived.dead.sum() > 100.0
    for by in (lived.dead, lived.ill, lived.recovery):
        assert surprise(lived.dead, lived.died, by) < LIMIT


def test_a_wrong_hazard_would_be_noticed(lived: Lived) -> None:
    """Fifteen per cent more illness, no season, or no excess after discharge: each is found by the tests above."""
    chance = lived.ill * (1.0 - lived.dead)
    assert surprise(1.15 * chance, lived.fell_ill, chance) > LIMIT
    assert surprise(chance - lived.recovery, lived.fell_ill, lived.recovery) > LIMIT
    assert surprise(chance / np.exp(lived.season), lived.fell_ill, lived.season + 1e-6 * chance) > LIMIT


def test_the_short_cuts_of_the_scan_change_nobodys_luck(lived: Lived) -> None:
    """The scan compares 16 bits with a bound; the outcome is that of the exact hazard and the full number."""
    np.testing.assert_array_equal(lived.fell_ill, lived.should_fall_ill)
    np.testing.assert_array_equal(lived.died, lived.should_die)


def test_the_excess_after_discharge_fades_exponentially_and_brings_the_illnesses_it_should(seed: int) -> None:
    """Nothing but the excess r exp(-t / tau) makes people ill, and no illness needs anybody: sum it over the days."""
    number, start, days = 4000, 0.02, 120
    world, day = still_world(
        seed, number, health__need__relapse=1e-9, health__need__base=1e-9, general_practice__acute__self_care=1.0,
        general_practice__acute__emergency_direct=0.0,
    )  # fmt: skip
    out = output_of(world)
    live(world, out, day, day + 1)
    people, tau = world.state.people, float(world.rates.health.recovery_days)
    people.card.recovery[:number], people.card.recovers_from[:number] = start, day
    people.recovery[:number] = math.ceil(start * HAZARD_PARTS)
    illnesses = 0
    for t in range(1, days + 1):
        live(world, out, day + t, day + t + 1)
        illnesses += int(out.people[COUNTER["illness_episodes"]].sum())
    fade = np.exp(-np.arange(1, days + 1) / tau) * start
    expected, variance = number * fade.sum(), number * (fade * (1.0 - fade)).sum()
    assert expected == pytest.approx(number * start * (1.0 - np.exp(-days / tau)) / np.expm1(1.0 / tau))
    limit = stats.norm.isf(LEVEL / 2)
    assert abs(illnesses - expected) < limit * np.sqrt(variance)
    slower = number * start * np.exp(-np.arange(1, days + 1) / (1.25 * tau)).sum()
    assert abs(illnesses - slower) > limit * np.sqrt(variance)  # a time constant a quarter longer would be noticed


def test_instability_relaxes_to_its_level_and_wanders_with_unit_variance(seed: int) -> None:
    """First-order autoregression: mean m + (x - m) k^t, variance s^2 (1 - k^2t) / (1 - k^2), long-run variance one.

    The death table counts on the unit variance (the mean of exp(b x) over its law is exp(b m + b^2 / 2)).
    """
    number, start = 4000, 3.0
    world, day = still_world(
        seed, number,
        health__instability__shock=Scenario.load("denmark-2018").parameters.number("health.instability.shock"),
    )  # fmt: skip
    out = output_of(world)
    live(world, out, day, day + 1)
    people, health = world.state.people, world.rates.health
    people.instability[:number] = start
    level = float(people.level[0]) / LEVEL_PARTS
    keep, shock = float(health.instability_persistence), float(health.instability_shock)
    assert shock**2 / (1.0 - keep**2) == pytest.approx(1.0, rel=0.02)
    times = (1, 5, 20, 60, 400)
    done, limit = 0, stats.norm.isf(LEVEL / 4 / len(times))
    for t in times:
        live(world, out, day + 1 + done, day + 1 + t)
        done = t
        x = people.instability[:number].astype(np.float64)
        variance = shock**2 * (1.0 - keep ** (2 * t)) / (1.0 - keep**2)
        assert abs(x.mean() - level - (start - level) * keep**t) < limit * np.sqrt(variance / number)
        # the law is close to normal or flatter, so the variance of the sample variance is at most 2 v^2 / n
        assert abs(x.var() - variance) < limit * variance * np.sqrt(2.0 / number)


def test_the_seasons_factor_is_one_over_the_first_year_but_for_the_weekday() -> None:
    scenario = Scenario.load("denmark-2018")
    season = Months(scenario, 1).world.season
    weekday = np.log(np.array(scenario.parameters.numbers("health.season.weekday")))
    days = np.arange(scenario.first_day, scenario.first_day + 365)
    assert np.exp(season[:365] - weekday[(days + 3) % 7]).mean() == pytest.approx(1.0, abs=1e-12)
    assert np.exp(weekday).mean() == pytest.approx(1.0, rel=0.005)
