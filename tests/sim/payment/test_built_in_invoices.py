"""One invoice of each built-in contract worked out by hand, beside those of the rules of 2018."""

from __future__ import annotations

from typing import Any

import pytest

from sim.payment.ledger import Ledger
from tests.contracts.made_months import event
from tests.sim.payment.test_invoices_by_hand import moved, paid

RANDERS = "municipality/Randers"


def course(value: float = 32_000, age: int = 80, **columns: Any) -> dict[str, Any]:
    """An end of a hospital course at the catchment's hospital."""
    return event("hospital_course", value=value, age=age, ward=0, **columns)


def net_of(ledger: Ledger, account: str) -> float:
    """DKK received less DKK paid by an account."""
    table = ledger.table()
    rows = zip(table["payer"], table["payee"], table["amount"], strict=True)
    return sum(amount * ((payee == account) - (payer == account)) for payer, payee, amount in rows) / 100


@pytest.mark.parametrize(("age", "value", "due"), [(65, 32_000, 10_880), (80, 32_000, 10_880), (80, 72_000, 15_000)])
def test_in_2017_a_third_of_a_course_is_cofinanced_at_every_age_up_to_half_the_cap(
    age: int, value: float, due: float
) -> None:
    ledger = paid([course(value, age)], "denmark-2017")
    assert moved(ledger, "cofinancing", RANDERS, "region") == due


def test_in_2017_a_tenth_of_fees_is_cofinanced_and_enrolled_persons_are_paid_for_like_others() -> None:
    ledger = paid([event("gp_consultation", flags=("enrolled",), age=80), event("outpatient_visit")], "denmark-2017")
    assert moved(ledger, "gp-consultation", "region", "gp/A") == 140
    assert moved(ledger, "cofinancing") == 0.1 * 140 + 0.34 * 1900
    assert not {"gp-chronic-fee", "gp-need-supplement"} & set(ledger.table()["clause"])


@pytest.mark.parametrize(("contract", "repaid"), [("denmark-2017", 300_000.0), ("denmark-2018", 0.0)])
def test_in_2017_the_state_takes_back_two_per_cent_of_an_activity_that_stands_still(
    contract: str, repaid: float
) -> None:
    rest = {"tariffs.activity_rest": 12 * 15_000_000.0, "tariffs.activity_rest_trend": 0.0}
    ledger = paid([course(value=0)], contract, values=rest, closing=True)  # one month, the whole of its period
    assert moved(ledger, "activity-pool") == pytest.approx(318e6 / 12 - repaid)


def test_frozen_cofinancing_is_the_same_sum_whatever_care_is_used() -> None:
    for events in ([], [course()] * 5):
        ledger = paid(events, "cofinancing-off")
        assert moved(ledger, "cofinancing-fixed", payee="region") == pytest.approx(435e6 / 12, abs=0.02)
        assert moved(ledger, "cofinancing") == 0


def test_full_cofinancing_pays_a_hip_fracture_in_full_and_gives_a_fixed_sum_back() -> None:
    ledger = paid([course(72_000), event("outpatient_visit", age=80)], "cofinancing-full")
    assert moved(ledger, "cofinancing", RANDERS, "region") == 72_000 + 1_900
    assert moved(ledger, "cofinancing-return", "region") == pytest.approx(475e6 / 12, abs=0.02)
