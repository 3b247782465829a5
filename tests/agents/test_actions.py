"""Actions are data that the parameters and the activity list know."""

from __future__ import annotations

import pytest

from agents.actions import GP_ACTIONS, HOME_CARE_ACTIONS, NUMBERS, WARD_ACTIONS, all_actions, find_action
from agents.behaviour import behaviour_of
from sim.measures import MEASURE
from sim.parameters import Parameters


def test_the_order_of_level_columns_is_fixed() -> None:
    assert GP_ACTIONS == ("consultations", "chronic_control", "follow_up_visit", "outreach_visit", "referral")
    assert HOME_CARE_ACTIONS == ("early_detection", "acute_nursing", "reception_speed", "rehabilitation")
    assert WARD_ACTIONS == (
        "admission_threshold", "discharge_day", "declaration", "discharge_planning", "observation",
        "virtual_outpatient", "coding",
    )  # fmt: skip


@pytest.mark.parametrize("action", list(all_actions()), ids=lambda action: f"{action.kind}-{action.name}")
def test_every_action_has_its_numbers_and_a_measure_that_exists(action) -> None:
    parameters = Parameters.load()
    assert action.measure in MEASURE
    numbers = {name: parameters[action.number(name)] for name in NUMBERS}
    assert numbers["kappa"] > 0
    assert numbers["lowest"] <= 1 < numbers["highest"]
    for name in filter(None, (action.minutes, action.observed, action.price)):
        assert parameters[name] > 0


@pytest.mark.parametrize("kind", ["gp", "home_care", "ward"])
def test_a_share_stays_below_one_at_its_highest_level(kind: str) -> None:
    behaviour = behaviour_of(kind, Parameters.load(), "budget-holder")
    assert (behaviour.observed * behaviour.highest < 1).all()


def test_an_action_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(KeyError, match="consultations, chronic_control"):
        find_action("gp", "surgery")


@pytest.mark.parametrize(("response", "law"), [("guesswork", "linear"), ("none", "cubic")])
def test_a_response_or_law_that_does_not_exist_is_refused_with_the_list(response: str, law: str) -> None:
    with pytest.raises(ValueError, match=r"budget-holder|linear"):
        behaviour_of("gp", Parameters.load(), response, law)


def test_response_parameters_meet_the_products_that_evidence_knows() -> None:
    parameters = Parameters.load()
    ward = (
        parameters["response.sensitivity.ward.discretionary"] * parameters["response.pass_through.ward"]
        * (0.5 * parameters["tariffs.region_keep"] + 0.5 * (1 - parameters["tariffs.region_bailout"]))
    )  # fmt: skip
    home_care = (
        parameters["response.sensitivity.home_care.organisational"] * parameters["response.pass_through.home_care"]
    )
    assert ward == pytest.approx(0.047, abs=1e-3)
    assert home_care == pytest.approx(1.2, abs=1e-3)
