"""Fast sums of long tables, and the mechanical part that is read from them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.digest import digest, mechanical_change
from experiments.sums import summed, year_of
from tests.experiments import fake_runs


def ledger(*flows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(flows, columns=["month", "payer", "payee", "municipality", "amount"])


def test_sums_are_those_of_a_groupby_and_ignore_the_order_of_rows() -> None:
    random = np.random.default_rng(3)
    table = pd.DataFrame(
        {
            "month": random.choice(["2018-01", "2018-07", "2019-02"], 500),
            "place": random.choice(["Randers", "Favrskov", None], 500),
            "amount": np.round(random.normal(0, 1e6, 500), 2),
        }
    )
    found = summed(table, {"month": year_of, "place": None}, ["amount"], unit=0.01)
    years, places = table["month"].str[:4], table["place"].fillna("")
    expected = table["amount"].groupby([years, places]).sum().round(2)
    assert found["amount"].tolist() == expected.tolist()
    assert found["place"].tolist() == [place for _, place in expected.index]
    shuffled = table.sample(frac=1, random_state=1).astype({"place": "category"})
    assert summed(shuffled, {"month": year_of, "place": None}, ["amount"], unit=0.01).equals(found)


def test_an_empty_table_has_no_sums() -> None:
    assert summed(ledger(), {"payer": None}, ["amount"]).empty


def test_the_mechanical_part_follows_owners_municipalities_and_years_to_the_oere() -> None:
    today = ledger(("2018-01", "region", "gp/A", "Randers", 100.10), ("2019-01", "region", "ward/lung", "", 7.0))
    other = ledger(
        ("2018-01", "region", "gp/A", "Randers", 100.30), ("2019-01", "state", "home-care/N", "Favrskov", 5.0)
    )
    rows = [
        ("net_result", "payer=gp", "all", 2.0, 0.1),
        ("net_result", "payer=gp", "2018", 1.0, 0.2),
        ("net_result", "payer=region", "2019", 1.0, 0.0),
        ("net_result", "payer=municipality", "2019", 1.0, 5.0),
        ("payments_made", "payer=state", "2019", 1.0, 5.0),
        ("payments_made", "municipality=Favrskov", "all", 1.0, 5.0),
        ("payments_received", "all", "2019", 1.0, -2.0),
        ("resource_cost", "payer=region", "all", 1.0, 0.0),
        ("net_result", "payer=patients", "all", 1.0, 0.0),
    ]
    indicators = pd.DataFrame(rows, columns=["indicator", "group", "period", "denominator", "expected"])
    assert mechanical_change(indicators, today, other).tolist() == indicators["expected"].tolist()


def test_a_digest_keeps_what_a_run_summed_to() -> None:
    result = fake_runs.simulate(fake_runs.BUILT_IN["shared-savings"], 4)
    kept = digest(result)
    assert kept.ledger["amount"].sum() == round(result.ledger["amount"].sum(), 2)
    assert kept.monthly["count"].sum() == kept.activity["count"].sum() == result.activity["count"].sum()
    assert set(kept.ledger["payee"]) == {"region", "gp", "municipality"}
    assert set(kept.incentives["actor"]) == {"gp", "home-care", "ward"}
