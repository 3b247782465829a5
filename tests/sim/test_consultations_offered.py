"""A consultation more than usual, or one less, and what patients notice of it."""

from __future__ import annotations

import pytest

from agents.actions import GP_ACTIONS
from sim.months import Months
from sim.planning import levels_of
from sim.records import COUNTER
from sim.scenario import Scenario

STILL = {"response.gp": "none", "response.home_care": "none", "response.ward": "none"}


def counted(level: float) -> dict[str, int]:
    """Contacts of a year in which practices offer consultations at a level, in all people of the model."""
    run = Months(Scenario.load("denmark-2018").with_({**STILL, "time.years": 1, "population.scale": 0.2}), 3)
    found = dict.fromkeys(("gp_need_met", "gp_not_offered", "contacts_without_benefit"), 0)
    while not run.finished:
        levels_of(run.world.state.organisations)["gp"][:, GP_ACTIONS.index("consultations")] = level
        month = run.live(run.month_end).people
        for name in found:
            found[name] += int(month[COUNTER[name]].sum())
    return found


def test_more_consultations_meet_needs_as_often_as_fewer_leave_them_and_count_as_much() -> None:
    p = Scenario.load("denmark-2018").parameters
    more, fewer = counted(1.2), counted(0.8)
    useful = 1.0 - p.number("general_practice.contacts.without_benefit")
    assert more["gp_not_offered"] == fewer["gp_need_met"] == 0
    assert more["gp_need_met"] == pytest.approx(useful * fewer["gp_not_offered"], rel=0.03)
    assert p.number("outcomes.experience.gp_need_met") == -p.number("outcomes.experience.gp_not_offered")


def test_at_the_usual_level_no_need_is_met_beyond_the_usual() -> None:
    assert counted(1.0) == dict.fromkeys(("gp_need_met", "gp_not_offered", "contacts_without_benefit"), 0)
