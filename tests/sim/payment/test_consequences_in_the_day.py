"""What providers expect of their actions is what the day does: computed consequences against paired runs."""

from __future__ import annotations

import numpy as np
import pytest

from agents.actions import ACTIONS
from sim.measures import MEASURE
from sim.payment.consequences import consequences
from tests.confidence import half_width
from tests.sim.payment.acts_in_the_day import LEVELS, SEEDS, moved, scenario

#: Of two-sided tests by Student's t, one for each action: one suite in a hundred fails by chance.
LEVEL = 0.001
#: How far the closed form may be from the day beyond chance: it knows mean people, and no room that fills up.
APPROXIMATION = 0.35
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
LEAVES_ADMISSIONS = {
    ("gp", "referral"), ("home_care", "reception_speed"), ("home_care", "rehabilitation"), ("ward", "declaration"),
    ("ward", "virtual_outpatient"), ("ward", "coding"),
}  # fmt: skip
AVOIDS_ADMISSIONS = [act for act in LEVELS if act not in LEAVES_ADMISSIONS | {("ward", "admission_threshold")}]


@pytest.mark.parametrize(
    ("kind", "action", "measure"),
    [(*act, ADMISSION) for act in AVOIDS_ADMISSIONS] + [(*act, other) for act in ALSO for other in ALSO[act]],
    ids=lambda name: name,
)
def test_what_an_action_brings_about_is_what_is_expected_of_it(kind: str, action: str, measure: str) -> None:
    row = [one.name for one in ACTIONS[kind]].index(action)
    own, other = MEASURE[ACTIONS[kind][row].measure], MEASURE[measure]
    events = consequences(kind, scenario().parameters).events[row]
    found = np.array([moved(seed, kind, action).quantity for seed in SEEDS])
    expected = events[other] / events[own] * found[:, own].mean()
    error = half_width(found[:, other], LEVEL / 2)
    assert error < abs(expected), "too few runs to tell the effect from none"
    assert abs(found[:, other].mean() - expected) <= APPROXIMATION * abs(expected) + error
