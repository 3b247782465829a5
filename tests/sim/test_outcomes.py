"""Weights of quality and experience, the triple aim, and the proximity criteria with the rest of the region."""

from __future__ import annotations

import numpy as np
import pytest

from sim.outcomes import EXPERIENCE_EVENTS, QualityWeights, proximity_view, triple_aim
from tests.sim.synthetic_record import COSTS, FLOWS, THOUSAND_YEARS, Reading, record, scenario


def test_the_four_proximity_criteria_are_what_their_texts_say() -> None:
    counts = {
        "hospital_course": {(0, 0, 0): 320}, "person_days": {(0, 0, 0): THOUSAND_YEARS},
        "chronic_course_value": {(0, 0, 0): 900_000_000}, "chronic_person_days": {(0, 0, 0): THOUSAND_YEARS // 5},
        "outpatient_virtual": {(0, 0, 0): 5}, "outpatient_visit": {(0, 0, 0): 95},
        "readmissions": {(0, 0, 0): 48}, "acute_admission": {(0, 0, 0): 240},
    }  # fmt: skip
    reading = Reading(record(counts))
    assert reading.value("proximity_courses_per_citizen") == pytest.approx(0.32)
    assert reading.value("proximity_value_per_chronic") == pytest.approx(9_000_000 / 200)
    assert reading.value("proximity_readmission_share") == pytest.approx(0.2)
    assert reading.value("proximity_virtual_share") == pytest.approx(0.05)
    view = proximity_view(reading.frame, scenario(outcomes__proximity__share_of_region=0.04).parameters)
    whole = view[(view["indicator"] == "proximity_virtual_share") & (view["period"] == "all")].iloc[0]
    assert whole["region"] == pytest.approx(0.04 * 0.05 + 0.96 * whole["rest"])


def test_the_experience_score_is_the_sum_of_its_components() -> None:
    counts = {
        "gp_follow_up_visit": {(0, 0, 0): 100}, "readmissions": {(0, 1, 0): 40},
        "person_days": {(0, 0, 0): THOUSAND_YEARS // 2, (0, 1, 0): THOUSAND_YEARS // 2},
    }  # fmt: skip
    reading = Reading(record(counts), outcomes__experience__gp_follow_up_visit=3, outcomes__experience__readmissions=-5)
    assert reading.value("experience_score") == pytest.approx((300 - 200) / 1000)
    assert reading.value("experience_score", "municipality=Norddjurs") == pytest.approx(-200 / 500)
    assert reading.value("experience_score", "component=readmissions") == pytest.approx(-0.2)
    parts = reading.frame[reading.frame["group"].str.startswith("component=") & (reading.frame["period"] == "all")]
    assert len(parts) == len(EXPERIENCE_EVENTS)
    assert parts["value"].sum() == pytest.approx(reading.value("experience_score"))


def test_the_triple_aim_shows_economy_health_and_experience() -> None:
    one = record({"person_days": {(0, 0, 0): THOUSAND_YEARS}, "deaths": {(0, 0, 0): 41}}, ledger=FLOWS, costs=COSTS)
    view = triple_aim(Reading(one).frame)
    assert list(dict.fromkeys(view["aim"])) == ["economy", "health", "experience"]
    assert view.set_index("indicator").at["mortality", "value"] == pytest.approx(41)


def test_quality_of_a_day_falls_with_frailty_conditions_and_hospital() -> None:
    parameters = scenario(outcomes__quality__frailty=0.3, outcomes__quality__hospital=0.2).parameters
    weights = QualityWeights.of(parameters)
    band, zero = np.array([1, 1, 1, 1, 5]), np.zeros(5)
    frailty = np.array([0.0, 0.5, 0.0, 0.0, 1.0])
    conditions = np.array([0, 0, 1 | 8, 0, 31])
    hospital, nursing = np.array([0, 0, 0, 1, 1], bool), np.array([0, 0, 0, 0, 1], bool)
    days = weights.thousandths(band, frailty, conditions, zero, hospital, nursing)
    base = round(1000 * weights.by_age[1])
    losses = weights.conditions
    assert days[:4].tolist() == [base, base - 150, base - round(1000 * (losses[0] + losses[3])), base - 200]
    assert days[4] >= 0
    unstable = weights.thousandths(band, frailty, conditions, zero + 1, hospital, nursing)
    assert (unstable[:4] < days[:4]).all()


def test_a_day_alive_never_weighs_less_than_the_least() -> None:
    weights = QualityWeights.of(scenario(outcomes__quality__frailty=5).parameters)
    one = np.ones(1)
    assert weights.thousandths(np.array([5]), one, np.array([31]), one, one > 0, one > 0).tolist() == [0]
