"""Coding more of the same courses is worth what it moves in each clause, and nothing where pay is by the piece."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.parameters import Parameters
from sim.payment.accounts import Accounts
from sim.payment.coded import coded_totals, coded_worth
from sim.payment.contract import Contract
from sim.payment.expectation import Expectation, chance
from sim.payment.purses import PURSE, PURSES
from tests.contracts.made_months import JANUARY_2018, PLACES, event, made_month

PARAMETERS = Parameters.load()
COURSES = 'kind = "fee"\npayer = "municipality"\npayee = "region"\non = "hospital_course"\n'
OF_VALUE = f'[[clause]]\nid = "fee"\n{COURSES}share_of = "value"\nshare = 0.5\n'


def course(value: float, ward: int = 0, **columns: Any) -> dict[str, Any]:
    return event("hospital_course", value=value, ward=ward, **columns)


def worth(text: str, events: list[dict[str, Any]], months: int = 12) -> dict[str, float]:
    """What a thousand DKK coded is worth to each purse after months that all have the same events, DKK."""
    contract = Contract.parse('name = "made"\nprice_year = 2018\n' + text)
    bound = contract.bind(PARAMETERS, Accounts(PLACES, contract.pools()))
    states, expected = bound.start(), Expectation.empty(bound)
    for month in range(JANUARY_2018, JANUARY_2018 + months):
        activity = made_month(events, month)
        coded = coded_totals(bound, states, activity)
        states, totals = bound.rate(states, activity)
        states, _ = bound.settle(states, totals)
        expected = expected.observed(bound, states, totals, month, coded)
    found = coded_worth(bound, states, expected, chance(0.012, 0.009), JANUARY_2018 + months - 1, 0.0)
    return dict(zip(PURSES, found.plain.tolist(), strict=True))


def test_a_share_of_value_pays_that_share_of_what_is_coded() -> None:
    found = worth(OF_VALUE, [course(30_000), course(50_000, municipality=1)])
    assert found["region"] == pytest.approx(500.0)
    assert found["municipality"] == pytest.approx(-500.0)


def test_what_is_coded_of_a_course_at_the_cap_earns_nothing() -> None:
    found = worth(OF_VALUE + "cap = 20000\n", [course(30_000), course(50_000, municipality=1)])
    assert found["region"] == pytest.approx(500.0 * 3 / 8)


def test_a_fee_for_a_course_earns_no_more_because_more_of_it_is_coded() -> None:
    assert set(worth(f'[[clause]]\nid = "fee"\n{COURSES}amount = 30000\n', [course(30_000)]).values()) == {0.0}


def test_another_hospital_codes_nothing_here() -> None:
    assert set(worth(OF_VALUE, [course(30_000, ward=-1)]).values()) == {0.0}


def test_a_target_of_activity_that_is_missed_pays_back_what_is_coded() -> None:
    text = (
        '[[clause]]\nid = "pool"\nkind = "budget"\npayer = "state"\npayee = "region"\namount = 1e9\nper = "year"\n'
        '[clause.target]\non = "hospital_course"\nproductivity = 0.3\nclaw_back = 0.4\n'
    )
    assert worth(text, [course(30_000)] * 5, months=24)["region"] == pytest.approx(400.0, rel=0.01)


def test_who_holds_a_bundle_bears_what_is_coded_inside_it() -> None:
    text = (
        '[[clause]]\nid = "bundle"\nkind = "bundle"\npayer = "region"\nprice = 30000\nwindow = 30\n'
        'settle = "reconcile"\nvalued_at = "tariff"\nholder = { ward = 1.0 }\nindex = { on = "hospital_course" }\n'
        '[[clause.inside]]\non = "hospital_course"\n'
    )
    found = worth(text, [course(30_000, person=person, day=17_600) for person in range(6)])
    assert found["ward"] == pytest.approx(-1000.0, rel=0.05)
    assert found["ward"] == -found["region"]


@pytest.mark.parametrize("name", ["denmark-2018", "drg-activity", "bundle-90", "shared-savings", "proximity-2019"])
def test_what_one_purse_gains_another_pays(name: str) -> None:
    contract = Contract.load(name)
    bound = contract.bind(PARAMETERS, Accounts(PLACES, contract.pools()))
    states, expected = bound.start(), Expectation.empty(bound)
    events = [course(30_000 + 5_000 * one, person=one, day=17_533 + one, municipality=one % 2) for one in range(8)]
    for month in range(JANUARY_2018, JANUARY_2018 + 6):
        activity = made_month(events, month)
        coded = coded_totals(bound, states, activity)
        states, totals = bound.rate(states, activity)
        states, _ = bound.settle(states, totals)
        expected = expected.observed(bound, states, totals, month, coded)
    found = coded_worth(bound, states, expected, chance(0.012, 0.009), JANUARY_2018 + 5, 0.0)
    assert found.plain[PURSE["municipality"]] < 0.0
    assert found.plain.sum() == pytest.approx(0.0, abs=1e-6)
    assert np.isfinite(found.shared).all()
