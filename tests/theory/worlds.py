"""Real worlds stripped to one process, so that what is left has a formula."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.building import World, build
from sim.day.frame import Output, empty_output
from sim.day.living import live_days
from sim.months import _clear
from sim.scenario import Scenario
from sim.state import ABSENT, FAR

#: A statistical test here fails by bad luck with at most this probability, whatever the number of comparisons in it.
LEVEL = 1e-4
NO_MONTH_STARTS = -1
JUNE = 5


def output_of(world: World, rows: int = 200_000) -> Output:
    """Empty records of the right shape."""
    network = world.network
    return empty_output(
        rows, len(network.practices), len(network.units), len(network.municipalities), len(network.wards)
    )


def live(
    world: World, out: Output, start: int, stop: int, first_of_month: int = NO_MONTH_STARTS,
    season: NDArray[np.float64] | None = None,
) -> None:  # fmt: skip
    """Live days in June without the first morning of a month; ``out`` is cleared before."""
    _clear(out)
    log_factor = np.zeros(stop - start) if season is None else season
    live_days(
        world.state, world.rates, world.load, world.work, out, start, stop, JUNE, first_of_month, False, log_factor
    )
    assert out.fault[0] == 0


def still_world(seed: int, people: int, scale: float = 0.1) -> tuple[World, int]:
    """So many people who never age, move, fall ill, die or see anybody, and the first day; tests switch on one process.

    Nobody else arrives. Illness and death have the same hazard for all, whatever is added later.
    """
    scenario = Scenario.load("denmark-2018").with_({"population.scale": scale})
    world = build(scenario, seed)
    card = world.state.people.card
    card.arrival[:people], card.arrival[people:] = scenario.first_day, FAR
    card.leaves, card.conditions, card.alone, card.frailty, card.place = FAR, 0, 0, 0.25, ABSENT
    health, practice, home, hospital = world.rates.health, world.rates.practice, world.rates.home, world.rates.hospital
    for name in (
        "instability_shock", "instability_acute_illness", "illness_age", "illness_frailty", "illness_instability",
        "illness_conditions", "illness_nursing_home", "frailty_drift", "frailty_spread", "frailty_after_hospital",
        "mortality_frailty", "mortality_instability", "mortality_in_course_age", "mortality_in_course_frailty",
        "mortality_recovery", "need_age", "need_frailty", "need_instability",
    ):  # fmt: skip
        health[name] = 0.0
    health.illness_base = health.mortality_in_course = health.recovery_excess = 1e-15
    world.rates.derived.death[:] = -60.0
    for name in ("consultation", "phone", "email", "home_visit"):
        practice[f"contacts_{name}"] = 0.0
    practice.out_of_hours_background = practice.follow_up_offered = 0.0
    hospital.outpatient_rate = hospital.elective_rate = 0.0
    hospital.pressure_switch = hospital.pressure_overflow = hospital.discharge_medication_harm = 0.0
    home.help_frailty, home.preventive_visit_accepted = 1e6, 0.0
    home.reception_need_help = home.reception_need_temporary = home.reception_need_nursing_home = 0.0
    home.reception_own_choice = 0.0
    return world, scenario.first_day
