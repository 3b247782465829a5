"""What one more unit of an action does, computed from the numbers that drive the day."""

from __future__ import annotations

import numpy as np
import pytest

from agents.actions import ACTIONS, all_actions
from sim.measures import MEASURE
from sim.parameters import Parameters
from sim.payment import consequences as of

PARAMETERS = Parameters.load()


def row(kind: str, action: str, parameters=PARAMETERS, optimism: float = 1.0) -> dict[str, float]:
    """Consequences of one action by measure."""
    names = [one.name for one in ACTIONS[kind]]
    events = of.consequences(kind, parameters, optimism).events[names.index(action)]
    return {name: float(events[index]) for name, index in MEASURE.items() if events[index]}


def test_every_action_has_a_row() -> None:
    of.check_complete()


@pytest.mark.parametrize("action", list(all_actions()), ids=lambda one: one.name)
def test_an_actions_own_event_is_exactly_one_unit(action) -> None:
    own = row(action.kind, action.name).get(action.measure, 0.0)
    assert own == action.quantity * action.direction


def test_coding_brings_about_nothing_but_a_thousand_kroner_of_tariff_value() -> None:
    assert row("ward", "coding") == {}
    coded = of.consequences("ward", PARAMETERS).coded
    assert coded.tolist() == [float(action.name == "coding") for action in ACTIONS["ward"]]


def test_a_follow_up_visit_avoids_between_its_relative_effect_here_and_its_absolute_effect_in_the_trial() -> None:
    """Six in a hundred if the trial's risk ratio is taken on the risk of a catchment, twelve among its own patients."""
    assert 0.06 < -row("gp", "follow_up_visit")["acute_admission"] < 0.12


def test_an_acute_nurse_visit_saves_as_many_admissions_as_was_found() -> None:
    assert 0.012 < -row("home_care", "acute_nursing")["acute_admission"] < 0.11  # about 0.04; evidence row B035


def test_a_discharge_plan_avoids_readmission_risk_times_one_minus_relative_risk() -> None:
    assert row("ward", "discharge_planning")["acute_admission"] == pytest.approx(
        -PARAMETERS["behaviour.baseline.readmission"] * 0.11
    )


@pytest.mark.parametrize(
    ("name", "value", "kind", "action"),
    [
        ("general_practice.follow_up.relative_risk", 1.0, "gp", "follow_up_visit"),
        ("hospital.discharge.plan_relative_risk", 1.0, "ward", "discharge_planning"),
        ("home_care.acute_nurse.handles_borderline", 0.0, "home_care", "acute_nursing"),
        ("health.instability.control_received", 0.0, "gp", "chronic_control"),
        ("general_practice.outreach.instability", 0.0, "gp", "outreach_visit"),
        ("health.recovery.early_day", 0.0, "ward", "discharge_day"),
    ],
)
def test_an_effect_that_the_day_does_not_have_is_not_expected_either(name, value, kind, action) -> None:
    assert row(kind, action)["acute_admission"] < 0
    assert row(kind, action, PARAMETERS.replace({name: value})).get("acute_admission", 0.0) == 0.0


def test_noticing_deterioration_without_effect_and_without_a_nurse_sends_more_people_to_hospital() -> None:
    assert row("home_care", "early_detection")["acute_admission"] < 0
    useless = PARAMETERS.replace({"health.instability.detection": 0.0})
    assert row("home_care", "early_detection", useless)["acute_admission"] > 0
    assert not row("home_care", "early_detection", useless.replace({"behaviour.baseline.nurse_no_room": 0.0})).get(
        "acute_admission", 0.0
    )


def test_consequences_follow_the_days_own_numbers() -> None:
    effect = 1 - PARAMETERS.number("general_practice.follow_up.relative_risk")
    half = PARAMETERS.replace({"general_practice.follow_up.relative_risk": 1 - 0.5 * effect})
    full = row("gp", "follow_up_visit")["bed_day"]
    assert row("gp", "follow_up_visit", half)["bed_day"] == pytest.approx(full / 2)


def test_an_admission_avoided_takes_its_course_and_nights_with_it() -> None:
    found = row("gp", "follow_up_visit")
    assert found["hospital_course"] == found["acute_admission"]
    assert found["bed_day"] == pytest.approx(found["acute_admission"] * PARAMETERS["behaviour.baseline.nights"])


def test_optimism_scales_what_follows_but_not_the_act_itself() -> None:
    plain, hopeful = row("gp", "follow_up_visit"), row("gp", "follow_up_visit", optimism=1.5)
    assert hopeful["gp_follow_up_visit"] == plain["gp_follow_up_visit"] == 1.0
    assert hopeful["acute_admission"] == pytest.approx(1.5 * plain["acute_admission"])


def test_an_observation_avoids_less_than_one_admission_because_some_come_back() -> None:
    fewest, most = PARAMETERS["hospital.emergency.return_observed"], PARAMETERS["hospital.emergency.return_in_need"]
    assert 1 - most < -row("ward", "observation")["acute_admission"] < 1 - fewest


def test_virtual_contacts_replace_physical_ones_one_for_one() -> None:
    assert row("ward", "virtual_outpatient") == {"outpatient_virtual": 1.0, "outpatient_visit": -1.0}


def test_what_the_actions_can_avoid_stays_under_the_ceilings_of_the_evidence() -> None:
    # At most 30 % of readmissions and 18 % of preventable admissions can be avoided; 350 follow-up visits, 3,500 plans
    # and 4,200 nurse visits are a year of a catchment of 47,000 at their highest levels.
    readmissions, preventable = 0.175 * 11_000, 0.052 * 47_000
    eligible = 4000
    by_visit = -row("gp", "follow_up_visit")["acute_admission"] * 350 * 4
    by_plan = -row("ward", "discharge_planning")["acute_admission"] * eligible * (1 - 0.35)
    by_nurse = -row("home_care", "acute_nursing")["acute_admission"] * 0.09 * 47_000 * 2
    assert by_visit + by_plan < 0.3 * readmissions
    assert by_nurse < 0.18 * preventable


def test_the_lag_of_a_follow_up_visit_is_half_of_its_protection() -> None:
    lag = of.consequences("gp", PARAMETERS).lag
    np.testing.assert_allclose(lag, [0, 0, 91 * 12 / 365.25, 0, 0])


def test_what_follows_later_counts_less_but_the_act_itself_does_not() -> None:
    plain = of.consequences("gp", PARAMETERS)
    later = of.discounted(plain, "gp", 0.04)
    visit = [one.name for one in ACTIONS["gp"]].index("follow_up_visit")
    ratio = later.events[visit, MEASURE["bed_day"]] / plain.events[visit, MEASURE["bed_day"]]
    assert ratio == pytest.approx(1.04 ** (-91 / 365.25))
    assert later.events[visit, MEASURE["gp_follow_up_visit"]] == 1.0
