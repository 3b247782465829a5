"""Real worlds stripped to one process, so that what is left has a formula."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.building import World, build
from sim.day.frame import Output, empty_output
from sim.day.living import live_days
from sim.measures import MEASURES
from sim.payment.accounts import Places
from sim.records import empty_log
from sim.room import enlarge
from sim.scenario import Scenario
from sim.state import ABSENT, FAR, arrays

#: A statistical test here fails by bad luck with at most this probability, whatever the number of comparisons in it.
LEVEL = 1e-4
NO_MONTH_STARTS = -1
JUNE = 5
NEVER_DIES = -60.0


def output_of(world: World) -> Output:
    """Empty records of the right shape; every list of the world gets room."""
    out = empty_output(Places.of(world.network), np.ones(len(MEASURES), np.bool_))
    rows = empty_log(200 * len(world.state.people.key)).row  # more than happens in any test
    return enlarge(world, out._replace(row=rows))


def live(
    world: World, out: Output, start: int, stop: int, first_of_month: int = NO_MONTH_STARTS,
    season: NDArray[np.float64] | None = None,
) -> None:  # fmt: skip
    """Live days in June without the first morning of a month; ``out`` is cleared before."""
    for name, array in arrays(out._replace(row=out.row[:0], by_row=out.by_row[:0])):
        if not name.startswith("deliverers"):
            array[...] = 0
    log_factor = np.zeros(stop - start) if season is None else season
    while start < stop:
        start = live_days(
            world.state, world.rates, world.load, world.work, out, start, stop, JUNE, first_of_month, False,
            log_factor[len(log_factor) - (stop - start) :], world.before,
        )  # fmt: skip
        assert out.fault[0] == 0
        if start < stop:
            enlarge(world, out)


#: Parameters of a world in which nothing happens; chronic conditions are taken from people, not from parameters.
_NOTHING_HAPPENS: dict[str, object] = {
    "population.scale": 0.1,
    "health.illness.base": 1e-15,
    "health.recovery.excess": 1e-15,
    "health.mortality.in_course": 1e-15,
    "hospital.elective.rate": [0.0] * 6,
    "hospital.outpatient.rate": [0.0] * 6,
    "general_practice.out_of_hours.background": [0.0] * 6,
    **{f"general_practice.contacts.{form}": [0.0] * 6 for form in ("consultation", "phone", "email", "home_visit")},
    **dict.fromkeys(
        (
            "health.instability.shock", "health.instability.acute_illness", "health.illness.age",
            "health.illness.frailty", "health.illness.instability", "health.illness.nursing_home",
            "health.frailty.spread", "health.frailty.after_hospital",
            "health.mortality.frailty", "health.mortality.instability", "health.mortality.recovery",
            "health.mortality.in_course_age", "health.mortality.in_course_frailty", "health.need.age",
            "health.need.frailty", "health.need.instability", "general_practice.follow_up.offered",
            "hospital.pressure.switch", "hospital.pressure.overflow", "hospital.discharge.medication_harm",
            "home_care.preventive_visit.accepted", "home_care.reception.need_help",
            "home_care.reception.need_temporary", "home_care.reception.need_nursing_home",
            "home_care.reception.own_choice",
        ),
        0.0,
    ),
}  # fmt: skip


def still_world(seed: int, people: int, **changes: object) -> tuple[World, int]:
    """So many equal people who never age, move, fall ill, die or see anybody, and the first day.

    Tests switch on one process with ``changes`` (parameters, ``__`` for a dot). Nobody else arrives.
    """
    changed = {name.replace("__", "."): value for name, value in changes.items()}
    scenario = Scenario.load("denmark-2018").with_({**_NOTHING_HAPPENS, **changed})
    world = build(scenario, seed)
    card = world.state.people.card
    assert people <= len(card)
    people_columns = world.state.people
    people_columns.arrival[:people], people_columns.arrival[people:] = scenario.first_day, FAR
    people_columns.leaves[:] = FAR
    card.conditions, card.alone, card.frailty, card.place = 0, 0, 0.25, ABSENT
    world.rates.derived.death[:] = NEVER_DIES
    for monthly in ("rise", "onset_any", "left_alone"):
        world.rates.derived[monthly][...] = 0.0
    world.state.organisations.towns.help_shift[:] = 1e6  # nobody needs home help
    return world, scenario.first_day
