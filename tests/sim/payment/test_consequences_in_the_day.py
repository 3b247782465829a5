"""What providers expect of their actions is what the day does: computed consequences against paired runs."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy import stats

from agents.actions import ACTIONS
from sim.measures import MEASURE
from sim.months import Months
from sim.payment.consequences import consequences
from sim.scenario import Scenario

SEEDS = range(11, 19)
#: Of two-sided tests by Student's t, one for each action: one suite in a hundred fails by chance.
LEVEL = 0.001
#: How far the closed form may be from the day beyond chance: it knows mean people, and no room that fills up.
APPROXIMATION = 0.35
#: A level far enough from 1 for the effect to stand out among the luck that paired runs do not share.
LEVELS = {
    ("gp", "referral"): 0.8,
    ("home_care", "reception_speed"): 1.5,
    ("ward", "admission_threshold"): 1.1,
    ("ward", "virtual_outpatient"): 1.5,
    ("gp", "consultations"): 1.3,
    ("gp", "chronic_control"): 2.0,
    ("gp", "follow_up_visit"): 3.0,
    ("gp", "outreach_visit"): 40.0,
    ("home_care", "early_detection"): 3.0,
    ("home_care", "acute_nursing"): 1.5,
    ("ward", "observation"): 1.3,
    ("ward", "discharge_planning"): 2.0,
    ("ward", "discharge_day"): 0.95,
}
#: What else moves, and by enough to be told from chance in these runs.
ALSO = {
    ("gp", "referral"): ("outpatient_virtual",),
    ("gp", "follow_up_visit"): ("hospital_course", "bed_day", "ambulance_trip", "medication_reconciliation"),
    ("home_care", "early_detection"): ("acute_nurse_visit", "gp_consultation"),
    ("home_care", "acute_nursing"): ("gp_consultation", "gp_phone", "out_of_hours_contact", "bed_day"),
    ("home_care", "reception_speed"): ("bed_day",),
    ("ward", "admission_threshold"): ("observation", "emergency_visit", "bed_day"),
    ("ward", "observation"): ("hospital_course", "bed_day", "discharge_plan", "temporary_place_day"),
    ("ward", "discharge_day"): ("hospital_course", "ambulance_trip"),
    ("ward", "discharge_planning"): ("hospital_course", "bed_day", "ambulance_trip"),
    ("ward", "virtual_outpatient"): ("outpatient_visit",),
}
ADMISSION = "acute_admission"
LEAVES_ADMISSIONS = {("gp", "referral"), ("home_care", "reception_speed"), ("ward", "virtual_outpatient")}
AVOIDS_ADMISSIONS = [act for act in LEVELS if act not in LEAVES_ADMISSIONS | {("ward", "admission_threshold")}]
#: Nobody answers to money, and the acute nurse has room for everybody who calls her.
STILL = {
    "response.gp": "none", "response.home_care": "none", "response.ward": "none", "home_care.acute_nurse.room": 5.0,
    "behaviour.baseline.nurse_no_room": 0.0,
}  # fmt: skip


@cache
def scenario() -> Scenario:
    return Scenario.load("denmark-2018").with_({"time.years": 2, **STILL})


@cache
def lived(seed: int, kind: str = "", action: str = "") -> np.ndarray:
    """Quantity of every measure in the years after burn-in, with an action at its level of the table above."""
    run, quantity = Months(scenario(), seed), np.zeros(len(MEASURE))
    organisations = run.world.state.organisations
    levels = {"gp": organisations.gp_levels, "home_care": organisations.unit_levels, "ward": organisations.ward_levels}
    while not run.finished:
        counts = run.day >= run.scenario.start_day
        if counts and kind:
            column = [one.name for one in ACTIONS[kind]].index(action)
            levels[kind][:, column] = LEVELS[kind, action]
        run.live(run.month_end)
        if counts:
            quantity += run.out.quantity.sum(axis=(1, 2))
    return quantity


@pytest.mark.parametrize(
    ("kind", "action", "measure"),
    [(*act, ADMISSION) for act in AVOIDS_ADMISSIONS] + [(*act, other) for act in ALSO for other in ALSO[act]],
    ids=lambda name: name,
)
def test_what_an_action_brings_about_is_what_is_expected_of_it(kind: str, action: str, measure: str) -> None:
    row = [one.name for one in ACTIONS[kind]].index(action)
    own, other = MEASURE[ACTIONS[kind][row].measure], MEASURE[measure]
    events = consequences(kind, scenario().parameters).events[row]
    moved = np.array([lived(seed, kind, action) - lived(seed) for seed in SEEDS])
    expected = events[other] / events[own] * moved[:, own].mean()
    error = stats.t.ppf(1 - LEVEL / 2, len(SEEDS) - 1) * moved[:, other].std(ddof=1) / math.sqrt(len(SEEDS))
    assert error < abs(expected), "too few runs to tell the effect from none"
    assert abs(moved[:, other].mean() - expected) <= APPROXIMATION * abs(expected) + error
