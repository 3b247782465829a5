"""Payments and costs by owner, municipality and sector, on flows stated here."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.indicators import indicator_frame
from sim.run_record import RunRecord
from tests.sim.synthetic_record import COSTS, FLOWS, THOUSAND_YEARS, Reading, record, scenario


def test_money_is_divided_by_owner_municipality_and_sector() -> None:
    reading = Reading(record({"person_days": {(0, 0, 0): THOUSAND_YEARS}}, ledger=FLOWS, costs=COSTS))
    assert reading.parts("payments_made", "payer=region")[0] == pytest.approx(107)
    assert reading.parts("payments_received", "payer=region")[0] == pytest.approx(47)
    assert reading.parts("payments_received", "payer=gp")[0] == pytest.approx(100)
    assert reading.parts("payments_made", "municipality=Norddjurs")[0] == pytest.approx(40)
    assert reading.parts("payments_made", "payer=region", "2018")[0] == pytest.approx(100)
    assert reading.parts("resource_cost", "sector=hospital")[0] == pytest.approx(70)
    assert reading.parts("resource_cost", "payer=region")[0] == pytest.approx(70)
    assert reading.parts("resource_cost", "municipality=Randers")[0] == pytest.approx(90)
    assert reading.parts("long_run_cost")[0] == pytest.approx(130)
    assert reading.parts("tariff_value")[0] == pytest.approx(170)
    assert reading.value("resource_cost_per_person") == pytest.approx(100 / 1000)
    assert reading.parts("net_result", "payer=gp")[0] == pytest.approx(100 - 30)


def test_net_results_over_all_owners_are_minus_the_booked_cost() -> None:
    reading = Reading(record(ledger=FLOWS, costs=COSTS))
    owners = [group for group in reading.frame["group"].unique() if group.startswith("payer=")]
    total = sum(reading.parts("net_result", owner)[0] for owner in owners)
    assert total == pytest.approx(-100)
    assert reading.parts("net_result")[0] == pytest.approx(total)


def test_text_columns_as_categories_give_the_same_money() -> None:
    plain = record({"person_days": {(0, 0, 0): 1000}}, ledger=FLOWS, costs=COSTS)
    texts = ["payer", "payee", "clause", "municipality", "organisation"]
    ledger = plain.ledger.astype(dict.fromkeys(texts, "category"))
    coded = RunRecord(**{**vars(plain), "ledger": ledger})
    first, second = (indicator_frame(one, None, scenario()) for one in (plain, coded))
    pd.testing.assert_frame_equal(first, second)
