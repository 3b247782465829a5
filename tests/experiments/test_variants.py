"""Scenarios made from real scenarios."""

from __future__ import annotations

from experiments.variants import (
    contract_throughout,
    differs_beyond_payment,
    governance_ends,
    other_membership,
    price_year,
    responding,
    with_payment_of,
    with_responses,
)
from sim.scenario import Scenario


def test_only_a_contract_with_a_consortium_has_ends_of_governance() -> None:
    assert governance_ends(Scenario.load("denmark-2018"), "today") == []
    ends = governance_ends(Scenario.load("shared-savings"), "mine")
    assert [label for label, _ in ends] == ["mine (governance 0)", "mine (governance 0.6)"]
    assert [one.parameters["response.governance"] for _, one in ends] == [0.0, 0.6]


def test_the_other_membership_is_that_which_the_scenario_does_not_state() -> None:
    assert other_membership(Scenario.load("denmark-2018"), "today") == []
    scenario = Scenario.load("shared-savings")
    found = other_membership(scenario, "mine")
    assert [label for label, _ in found] == ["mine (governance 0.3, members)", "mine (governance 0.6, members)"]
    assert {one.response.scope for _, one in found} == {"members"}
    back = other_membership(scenario.with_({"response.scope": "members", "response.governance": 0.6}), "mine")
    assert [label for label, _ in back] == ["mine (governance 0.6, contract)"]


def test_payment_and_responses_are_no_difference_in_setting() -> None:
    base = Scenario.load("denmark-2018")
    other = Scenario.load("shared-savings").with_({"response.governance": 0.5})
    assert not differs_beyond_payment(base, other)
    assert differs_beyond_payment(base, other.with_({"wards.geriatric.beds": 21}))
    assert differs_beyond_payment(base, other.with_({"time.years": 2}))


def test_one_contract_from_start_to_end_is_found_and_a_change_on_the_way_too() -> None:
    other = Scenario.load("shared-savings")
    assert contract_throughout(other) == "shared-savings"
    rows = [{"from": "2018-01-01", "contract": "denmark-2018"}, {"from": "2019-01-01", "contract": "shared-savings"}]
    dated = [row | {"from": other.time.start.replace(year=int(row["from"][:4]))} for row in rows]
    assert contract_throughout(other.with_({"payment.schedule": dated})) is None


def test_behaviour_can_be_frozen_or_left_to_one_actor() -> None:
    other = Scenario.load("shared-savings")
    actors = responding(other)
    assert actors
    assert responding(with_responses(other, [])) == []
    assert responding(with_responses(other, actors[:1])) == actors[:1]


def test_the_others_setting_can_be_paid_as_the_base() -> None:
    base = Scenario.load("denmark-2018")
    other = Scenario.load("shared-savings").with_({"wards.geriatric.beds": 21})
    swapped = with_payment_of(other, base)
    assert swapped.schedule == base.schedule
    assert swapped.parameters["wards.geriatric.beds"] == 21
    assert responding(swapped) == []


def test_the_price_year_is_that_of_the_contract() -> None:
    assert price_year(Scenario.load("denmark-2018")) == 2018
