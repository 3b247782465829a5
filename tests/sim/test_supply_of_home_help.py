"""Less home help is no way to save lives or nursing homes: need arises from frailty, whoever is helped."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from agents.actions import HOME_CARE_ACTIONS
from sim.clock import day_number
from sim.months import Months
from sim.planning import levels_of
from sim.runs import simulate
from sim.scenario import Scenario
from sim.state import HOME
from tests.confidence import bounds

SEEDS = range(1, 7)
#: Of one-sided tests by Student's t.
LEVEL = 0.005
STILL = {"response.gp": "none", "response.home_care": "none", "response.ward": "none", "time.years": 2}
LESS_HELP = {
    "half of the recipients": lambda figures: {
        name: figures.number(name) / 2 for name in figures if name.endswith(".home_help_share")
    },
    "hours for four in five": lambda figures: {"home_care.help.room": -0.2},
}


@cache
def lived(less: str, seed: int) -> dict[str, float]:
    scenario = Scenario.load("denmark-2018").with_(STILL)
    return simulate(scenario.with_(LESS_HELP[less](scenario.parameters)) if less else scenario, seed).summary()


def change(less: str, name: str) -> tuple[float, float]:
    """Confidence bounds of the relative change of an indicator."""
    return bounds([lived(less, seed)[name] / lived("", seed)[name] - 1.0 for seed in SEEDS], LEVEL)


@pytest.mark.parametrize("less", LESS_HELP)
def test_with_less_home_help_no_fewer_die(less: str) -> None:
    assert change(less, "home_help_share")[1] < -0.1
    assert change(less, "deaths")[0] > -0.005


def test_where_fewer_are_watched_by_home_care_more_fall_acutely_ill() -> None:
    assert change("half of the recipients", "acute_admissions")[0] > 0.0


def test_where_hours_are_short_patients_wait_in_hospital_for_them() -> None:
    assert change("hours for four in five", "finished_treated_day_rate")[0] > 1.0


def hours(changes: dict[str, float], rehabilitation: float = 1.0) -> tuple[float, float]:
    """Minutes a week that are granted, and those that there are posts for, after two years and a quarter."""
    run = Months(Scenario.load("denmark-2018").with_({**STILL, "time.years": 3, **changes}), 1)
    organisations = run.world.state.organisations
    while run.day < day_number(date(2020, 4, 1)):
        levels_of(organisations)["home_care"][:, HOME_CARE_ACTIONS.index("rehabilitation")] = rehabilitation
        run.live(run.month_end)
    return float(organisations.units.unit_committed.sum()), float(organisations.units.unit_capacity.sum())


def test_where_hours_are_short_no_more_are_granted_than_to_patients_who_waited_longest() -> None:
    granted, there = hours({"home_care.help.room": -0.2})
    assert granted < 1.02 * there


def test_who_waits_in_hospital_for_help_has_the_longer_stay() -> None:
    assert change("hours for four in five", "mean_stay")[0] > 0.02


def waiting(run: Months) -> dict[int, int]:
    """Day from which each person at home who is in the queue has waited, by row."""
    queue, card = run.world.state.lists.help, run.world.state.people.card
    rows = queue.entry[: int(queue.count[0])]
    return {int(one.row): int(one.day) for one in rows if card.place[one.row] == HOME}


def test_nobody_who_waits_for_hours_is_overtaken_by_who_came_later() -> None:
    run = Months(
        Scenario.load("denmark-2018").with_({**STILL, "population.scale": 0.2, "home_care.help.room": -0.2}), 1
    )
    card = run.world.state.people.card
    while run.day < day_number(date(2018, 12, 1)):
        run.live(run.month_end)
    granted = 0
    for day in range(run.day, run.day + 30):
        before, help_before = waiting(run), card.help.copy()
        run.live(day + 1)
        after = waiting(run)
        for row in before.keys() - after.keys():
            if card.help[row] > help_before[row]:
                granted += 1
                unit = [
                    since for other, since in after.items() if other in before and card.unit[other] == card.unit[row]
                ]
                assert before[row] <= min(unit, default=before[row])
    assert granted > 10


def test_posts_that_nobody_needs_any_more_are_given_up() -> None:
    usual, trained = hours({}), hours({}, rehabilitation=1.5)
    assert trained[0] < 0.75 * usual[0]
    assert trained[1] < 0.75 * usual[1]


def test_who_needs_more_help_than_before_gets_it_the_same_day_where_there_are_hours() -> None:
    assert lived("", 1)["home_care_wait_rate"] == 0.0


@pytest.mark.parametrize("less", LESS_HELP)
def test_with_less_home_help_as_many_people_come_to_need_a_nursing_home(less: str) -> None:
    low, high = change(less, "nursing_home_entry_rate")
    assert low > -0.01
    assert high < 0.01
