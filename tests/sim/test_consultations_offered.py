"""A consultation more than usual, or one less, and what patients notice of it."""

from __future__ import annotations

from functools import cache

import pytest

from agents.actions import GP_ACTIONS
from sim.measures import MEASURE
from sim.months import Months
from sim.planning import levels_of
from sim.records import COUNTER
from sim.scenario import Scenario

STILL = {"response.gp": "none", "response.home_care": "none", "response.ward": "none"}


@cache
def counted(level: float) -> dict[str, int]:
    """Contacts of a year in which practices offer consultations at a level, in all people of the model."""
    run = Months(Scenario.load("denmark-2018").with_({**STILL, "time.years": 1, "population.scale": 0.2}), 3)
    names = ("gp_need_met", "gp_not_offered", "contacts_without_benefit")
    found = dict.fromkeys((*names, "consultations"), 0)
    while not run.finished:
        levels_of(run.world.state.organisations)["gp"][:, GP_ACTIONS.index("consultations")] = level
        month = run.live(run.month_end).people
        for name in names:
            found[name] += int(month[COUNTER[name]].sum())
        found["consultations"] += int(run.out.quantity[MEASURE["gp_consultation"]].sum())
    return found


def test_more_consultations_meet_needs_as_often_as_fewer_leave_them_and_count_as_much() -> None:
    p = Scenario.load("denmark-2018").parameters
    more, fewer = counted(1.2), counted(0.8)
    assert more["gp_not_offered"] == fewer["gp_need_met"] == 0
    assert more["gp_need_met"] == pytest.approx(fewer["gp_not_offered"], rel=0.03)
    usual = counted(1.0)["contacts_without_benefit"]
    without = (more["contacts_without_benefit"] - usual, usual - fewer["contacts_without_benefit"])
    assert without[0] == pytest.approx(without[1], rel=0.1)
    assert p.number("outcomes.experience.gp_need_met") == -p.number("outcomes.experience.gp_not_offered")


def test_at_the_usual_level_no_need_is_met_beyond_the_usual() -> None:
    found = counted(1.0)
    assert found["gp_need_met"] == found["gp_not_offered"] == 0


def test_a_share_of_the_usual_consultations_benefits_nobody() -> None:
    p = Scenario.load("denmark-2018").parameters
    assert counted(1.0)["contacts_without_benefit"] > 0
    assert p.number("general_practice.contacts.without_benefit") == pytest.approx(
        counted(1.0)["contacts_without_benefit"] / counted(1.0)["consultations"], rel=0.1
    )
