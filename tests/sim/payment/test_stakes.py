"""What is at stake in a year: units of each act and receipts, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from agents.actions import GP_ACTIONS, HOME_CARE_ACTIONS, WARD_ACTIONS
from sim.measures import MEASURES
from sim.parameters import Parameters
from sim.payment.accounts import Accounts
from sim.payment.contract import Contract
from sim.payment.stakes import counted_by_row, receipts, volumes
from sim.planned import planned_incentives
from sim.runs import simulate
from tests.contracts.made_months import JANUARY_2018, PLACES, as_a_run_hands_it_over, event, made_month
from tests.sim.small_runs import small

EVENTS = [
    *[event("gp_consultation", practice=1)] * 3,
    *[event("outpatient_visit", practice=2, ward=0)] * 2,
    event("acute_nurse_visit", municipality=1, practice=2),
    event("finished_treated_day", ward=1),
    event("home_help", quantity=180, unit=1, municipality=1),
    event("bed_day", ward=1, quantity=7),
    event("bed_day", ward=-1, quantity=4),
    event("hospital_course", ward=0, value=31_500),
]


def units(kind: str) -> np.ndarray:
    month = made_month(EVENTS, weight=2.0)
    found = volumes(kind, month)
    named = np.isin(np.arange(len(MEASURES)), list(counted_by_row(kind)))
    np.testing.assert_array_equal(volumes(kind, as_a_run_hands_it_over(month, named)), found)
    return found


def test_practices_are_counted_by_their_own_lists() -> None:
    found = units("gp")
    assert found[:, GP_ACTIONS.index("consultations")].tolist() == [0.0, 6.0, 0.0]
    assert found[:, GP_ACTIONS.index("referral")].tolist() == [0.0, 0.0, 4.0]


def test_home_care_is_counted_by_unit_or_by_the_municipality_of_the_person() -> None:
    found = units("home_care")
    assert found[:, HOME_CARE_ACTIONS.index("rehabilitation")].tolist() == [0.0, 6.0]  # hours
    assert found[:, HOME_CARE_ACTIONS.index("acute_nursing")].tolist() == [0.0, 2.0]
    assert found[:, HOME_CARE_ACTIONS.index("reception_speed")].tolist() == [2.0, 0.0]


def test_wards_share_what_no_ward_is_named_for_and_code_thousands_of_kroner() -> None:
    found = units("ward")
    assert found[:, WARD_ACTIONS.index("discharge_day")].tolist() == [4.0, 18.0]
    assert found[:, WARD_ACTIONS.index("coding")].tolist() == [63.0, 0.0]


def test_receipts_are_what_a_contract_pays_each_provider_in_a_year() -> None:
    contract = Contract.load("denmark-2018")
    bound = contract.bind(Parameters.load(), Accounts(PLACES, contract.pools()))
    states, totals = bound.rate(bound.start(), made_month([event("gp_home_visit", practice=0)] * 3, JANUARY_2018))
    nothing = bound.rate(bound.start(), made_month([], JANUARY_2018))[1]
    found, before = receipts(bound, states, totals), receipts(bound, states, nothing)
    assert (found["gp"] - before["gp"]).tolist() == pytest.approx([3 * 270.0, 0.0, 0.0])
    assert found["ward"].tolist() == pytest.approx([1.1e9 / 12 * 50 / 80, 1.1e9 / 12 * 30 / 80])


def test_every_act_of_a_provider_that_is_paid_has_a_share_of_income() -> None:
    rows = planned_incentives(small(time__burn_in_years=1)).rows
    own = rows[rows["own"]]
    assert own["share_of_income"].notna().all()
    moving = own[(own["actor"] == "gp") & (own["action"] == "gp_consultation")]
    assert (np.sign(moving["share_of_income"]) == np.sign(moving["gross"])).all()
    assert moving["share_of_income"].abs().max() < 0.5


def test_with_no_payment_as_reference_providers_respond_to_the_contract_as_a_whole() -> None:
    changed, whole = (
        simulate(small(time__burn_in_years=1, response__gp="altruism-profit", response__reference=name)).incentives
        for name in ("denmark-2018", "none")
    )
    assert (changed["level"] == 1.0).all()
    assert (whole.loc[whole["actor"] == "gp", "level"] != 1.0).any()
