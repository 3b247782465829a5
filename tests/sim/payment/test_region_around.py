"""Ceilings and targets of a whole region: what its other people do, how far chance moves it, and ageing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.parameters import Parameters
from sim.payment.accounts import Accounts
from sim.payment.activity import MonthActivity
from sim.payment.clauses.base import Numbers
from sim.payment.clauses.budget import Budget
from sim.payment.clauses.fee import Fee
from sim.payment.contract import Contract
from sim.payment.expectation import Expectation, chance
from sim.payment.settlement import Bound
from sim.payment.slopes import joint_chance, slopes
from sim.reading import InputError
from sim.runs import simulate
from tests.contracts.made_months import JANUARY_2018, PLACES, event, made_month
from tests.sim.small_runs import small

PARAMETERS = Parameters.load()
REST = 'basis = "modelled+rest", rest = {{ level = {level}, trend = {trend}, spread = {spread} }}'
OWN = 20 * 16_000.0  # DKK a month that the model's people are paid for, or do


def bound_to(clause: str) -> Bound:
    """One clause as a contract."""
    contract = Contract.parse(f'name = "made"\nprice_year = 2018\n[[clause]]\nid = "one"\n{clause}\n')
    return contract.bind(PARAMETERS, Accounts(PLACES, contract.pools()))


def ceiling(amount: float, follows: str = "people", **rest: float) -> str:
    """Half of a course's value under a ceiling of the region."""
    return (
        'kind = "fee"\npayer = "municipality"\npayee = "region"\non = "hospital_course"\nshare_of = "value"\n'
        f'share = 0.5\nceiling = {{ amount = {amount}, excess_to = "state", follows = "{follows}", '
        f"{REST.format(**rest)} }}"
    )


def target(frame: float, **rest: float) -> str:
    """A frame that is clawed back for missed activity of the region."""
    return (
        f'kind = "budget"\npayer = "state"\npayee = "region"\namount = {frame}\n'
        f"target = {{ claw_back = 0.7, {REST.format(**rest)} }}"
    )


def aged(year: int, growth: float, month: int) -> MonthActivity:
    """A month of a year in which people of 80 and over, and their courses, have grown and the others have not."""
    old = 40.0 * (1.0 + growth) ** year
    events = [event("hospital_course", value=32_000, age=65)] * 40
    events += [event("hospital_course", value=32_000, age=80, quantity=1)] * round(old)
    days = np.zeros((3, 2, 6, 4, 2), np.int64)
    days[:, 0, 0, 0, 0] = 300_000
    days[:, 0, 3, 0, 0] = round(100_000 * round(old) / 40)
    return made_month(events, month, person_days=days)


def to_the_state(clause: str, years: int) -> list[float]:
    """What goes to the state in each year of a population that ages."""
    bound = bound_to(clause)
    states, state = bound.start(), bound.accounts.position["state"]
    found = np.zeros(years)
    for index in range(12 * years):
        states, totals = bound.rate(states, aged(index // 12, 0.03, JANUARY_2018 + index))
        states, flows = bound.settle(states, totals)
        found[index // 12] += bound.net(flows)[state]
    return found.tolist()


def test_a_population_that_ages_does_not_reach_a_ceiling_that_follows_it_by_drift_alone() -> None:
    first = 12 * 80 * 16_000
    rest = {"level": 5e7, "trend": 0.011, "spread": 0.0}
    followed = to_the_state(ceiling(1.001 * (first + 5e7), **rest), years=30)
    assert followed == pytest.approx([0.0] * 30, abs=1e-3)
    held = to_the_state(ceiling(1.001 * (first + 5e7), "nothing", **rest), years=4)
    assert held[0] == 0.0
    assert held[3] > 1e5


def test_more_care_for_people_of_the_same_age_does_reach_it() -> None:
    bound = bound_to(ceiling(1.01 * (12 * OWN + 1e7), level=1e7, trend=0.0, spread=0.0))
    states = bound.start()
    state, found = bound.accounts.position["state"], []
    for index in range(24):
        stays = [event("hospital_course", value=32_000)] * (20 if index < 12 else 25)
        states, totals = bound.rate(states, made_month(stays, JANUARY_2018 + index))
        states, flows = bound.settle(states, totals)
        found.append(float(bound.net(flows)[state]))
    above = 12 * OWN * 1.25 - 1.01 * (12 * OWN + 1e7) + 1e7
    assert found == pytest.approx([0.0] * 23 + [above])


def test_a_ceiling_of_a_year_counts_half_of_it_for_half_a_year() -> None:
    bound = bound_to(ceiling(12 * OWN + 1e7, "nothing", level=1e7, trend=0.0, spread=0.0))
    states = bound.start()
    for index in range(6):
        stays = [event("hospital_course", value=32_000)] * 25
        month = made_month(stays, JANUARY_2018 + index, closing=index == 5)
        states, totals = bound.rate(states, month)
        states, flows = bound.settle(states, totals)
    assert bound.net(flows)[bound.accounts.position["state"]] == pytest.approx(6 * OWN * 0.25)


def test_the_built_in_ceiling_follows_people_and_its_rest_has_trend_and_spread() -> None:
    contract = Contract.load("denmark-2018")
    clause = next(
        one for one in contract.bind(PARAMETERS, Accounts(PLACES, contract.pools())).clauses if one.id == "cofinancing"
    )
    assert isinstance(clause, Fee)
    assert clause.ceiling is not None
    assert clause.ceiling.follows_people
    assert clause.ceiling.rest.trend == PARAMETERS["tariffs.cofinancing_rest_trend"]
    assert clause.ceiling.rest.spread == PARAMETERS["tariffs.cofinancing_rest_spread"]


def test_a_ceiling_that_follows_people_cannot_stand_on_caps_by_course() -> None:
    text = ceiling(1e9, level=1.0, trend=0.0, spread=0.0).replace(
        "share = 0.5", 'share = 0.5\ncap = 1\ncap_per = "course"'
    )
    with pytest.raises(InputError, match="cannot follow people"):
        bound_to(text)


def test_years_under_a_ceiling_are_told_with_room_and_chance() -> None:
    found = simulate(small(time__burn_in_years=1, time__years=2)).ceilings
    assert found["clause"].tolist() == ["cofinancing"] * 2
    assert found["year"].tolist() == [2018, 2019]
    assert (found["room"] > 4e8).all()
    assert found["chance"].between(0.0, 1.0).all()


def test_a_price_of_the_reference_too_moves_nobody() -> None:
    runs = [simulate(small(time__burn_in_years=1, **change)) for change in ({}, {"tariffs__gp_consultation": 143})]
    levels = [run.incentives["level"].to_numpy() for run in runs]
    np.testing.assert_array_equal(*levels)
    assert runs[0].ledger["amount"].sum() != runs[1].ledger["amount"].sum()


# Chance --------------------------------------------------------------------------------------------------------------


def year_of(clause: str) -> tuple[Any, Any, Numbers, int]:
    """Clause, state and totals expected after a year of twenty courses a month."""
    bound = bound_to(clause)
    states, expected = bound.start(), Expectation.empty(bound)
    for index in range(12):
        stays = [event("hospital_course", value=32_000)] * 20
        states, totals = bound.rate(states, made_month(stays, JANUARY_2018 + index))
        states, _ = bound.settle(states, totals)
        expected = expected.observed(bound, states, totals, JANUARY_2018 + index)
    return bound.clauses[0], states[0], expected.year("one", JANUARY_2018 + 11), JANUARY_2018 + 11


def drawn(clause: Fee | Budget, state: Any, expected: Numbers, at: int, own: float, spread: float) -> float:
    """What the region gains by a krone more, by brute force: own people and the rest drawn, each on its own base."""
    rng = np.random.default_rng(7)
    draws, step = 400_000, 100.0
    years = np.tile(expected, (draws, 1))
    years[:, at] *= 1.0 + own * rng.standard_normal(draws)
    years[:, clause.chance_of_rest(state) > 0] += spread * rng.standard_normal((draws, 1))
    received = []
    for sign in (1.0, -1.0):
        moved = years.copy()
        moved[:, at] += sign * step
        region = clause.accounts.position["region"]
        received.append(clause.due(state, moved)[:, clause.cells.payee == region].sum(axis=1).mean())
    return float(received[0] - received[1]) / (2 * step)


SIZES = [(0.015, 30_000.0), (0.015, 200_000.0), (0.06, 60_000.0)]


@pytest.mark.parametrize(("own", "spread"), SIZES)
def test_the_target_of_a_region_is_smoothed_as_draws_of_own_people_and_rest_are(own: float, spread: float) -> None:
    clause, state, expected, month = year_of(target(5e6, level=2e8, trend=0.001, spread=spread))
    assert isinstance(clause, Budget)
    at = clause.size - 3
    found = slopes(clause, state, _one(clause.size, at), expected, chance(own, 0.0), month).sum()
    assert found == pytest.approx(drawn(clause, state, expected, at, own, spread), abs=0.004)


@pytest.mark.parametrize(("own", "spread"), SIZES)
def test_the_ceiling_of_a_region_is_smoothed_as_draws_of_own_people_and_rest_are(own: float, spread: float) -> None:
    text = ceiling(12 * OWN * 1.01 + 2e8, "nothing", level=2e8, trend=0.0, spread=spread)
    clause, state, expected, month = year_of(text)
    assert isinstance(clause, Fee)
    flows = slopes(clause, state, _one(clause.size, 0), expected, chance(own, 0.0), month)[0]
    found = flows[clause.cells.payee == clause.accounts.position["region"]].sum()
    assert 0.1 < found < 0.99
    assert found == pytest.approx(drawn(clause, state, expected, 0, own, spread), abs=0.005)


def _one(size: int, at: int) -> Numbers:
    direction = np.zeros((1, size))
    direction[0, at] = 1.0
    return direction


def test_chance_of_own_people_and_rest_adds_up_in_squares_and_moves_each_by_its_part() -> None:
    move, scatter = joint_chance(np.array([3.0, 0.0]), np.array([0.0, 4.0]))
    assert scatter == 5.0
    assert move.tolist() == pytest.approx([9 / 5, 16 / 5])
    assert joint_chance(np.array([3.0, 1.0]), np.zeros(2))[0].tolist() == [3.0, 1.0]


def test_the_spread_of_the_rest_decides_what_an_activity_target_is_worth() -> None:
    """Far above its target by what the rest does, a region feels it only as far as the rest may fall short."""
    worth = []
    for spread in (0.0, 300_000.0):
        clause, state, expected, month = year_of(target(5e6, level=2e8, trend=0.002, spread=spread))
        direction = _one(clause.size, clause.size - 3)
        worth.append(float(slopes(clause, state, direction, expected, chance(0.015, 0.0), month).sum()))
    assert worth[0] < 0.001
    assert worth[1] > 0.05
