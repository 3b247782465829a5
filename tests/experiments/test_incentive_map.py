"""Incentives as rows."""

from __future__ import annotations

import pandas as pd
import pytest

from experiments.incentive_map import incentive_rows, kinds, settled_on
from experiments.json_output import ROW_KEYS, rows_json
from sim.scenario import Scenario

COLUMNS = ["actor", "name", "account", "own", "action", "unit", "gross", "felt", "share_of_income"]


@pytest.fixture
def planned() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("gp", "A", "gp/A", True, "referral", "referral", -10.0, -10.0, -0.1),
            ("gp", "A", "consortium/c", False, "referral", "referral", -30.0, -3.0, -0.03),
            ("gp", "B", "gp/B", True, "referral", "referral", -20.0, -20.0, -0.2),
            ("ward", "lung", "region", True, "admission", "admission", 500.0, 50.0, 0.0),
        ],
        columns=COLUMNS,
    )


def test_own_accounts_and_the_consortium_stand_apart_and_the_mean_practice_first(planned: pd.DataFrame) -> None:
    rows = incentive_rows(planned)
    assert rows["actor"].tolist() == ["gp", "gp/A", "gp/B", "ward/lung"]
    assert rows["gross"].tolist() == [-15.0, -10.0, -20.0, 500.0]
    assert rows["whole"].tolist() == [-15.0, -30.0, 0.0, 0.0]
    assert rows["felt"].tolist() == [-16.5, -13.0, -20.0, 50.0]


def test_accounts_can_be_kept_apart(planned: pd.DataFrame) -> None:
    rows = incentive_rows(planned, by_account=True)
    single = rows[rows["actor"] == "gp/A"].set_index("account")["gross"]
    assert single.to_dict() == {"gp/A": -10.0, "consortium/c": -30.0}
    assert rows_json(rows, "incentives by account").count('"account"') == len(rows)


def test_an_account_in_which_nothing_moves_for_an_actor_is_left_out_with_all_its_acts(planned: pd.DataFrame) -> None:
    still = [
        ("gp", "A", "gp/A", True, "gp_phone", "phone call", 0.0, 0.0, 0.0),
        ("gp", "A", "region", False, "referral", "referral", 0.0, 0.0, float("nan")),
        ("gp", "A", "region", False, "gp_phone", "phone call", 0.0, 0.0, float("nan")),
    ]
    table = pd.concat([planned, pd.DataFrame(still, columns=COLUMNS)], ignore_index=True)
    rows = incentive_rows(table, by_account=True)
    found = set(zip(rows["actor"], rows["account"], rows["action"], strict=True))
    assert ("gp/A", "gp/A", "gp_phone") in found  # the account moves by another act
    assert not [one for one in found if one[0].startswith("gp") and one[1] == "region"]
    assert ("ward/lung", "region", "admission") in found
    assert incentive_rows(planned, planned, by_account=True).empty


def test_a_contract_against_itself_is_exactly_nothing(planned: pd.DataFrame) -> None:
    rows = incentive_rows(planned, planned)
    assert (rows[["gross", "felt", "share_of_income"]].to_numpy() == 0.0).all()


def test_a_row_that_the_other_lacks_counts_as_nothing_there(planned: pd.DataFrame) -> None:
    rows = incentive_rows(planned, planned.iloc[:3]).set_index("actor")
    assert rows.loc["ward/lung", "gross"] == 500.0
    assert rows.loc["gp/A", "gross"] == 0.0


def test_kinds_are_means_over_their_members(planned: pd.DataFrame) -> None:
    single = incentive_rows(planned)
    assert kinds(single[single["actor"] != "gp"])["gross"].tolist() == [-15.0, 500.0]
    assert [*ROW_KEYS["incentives"], "whole"] == list(single.columns)


def test_a_contract_that_begins_after_the_first_day_is_said_not_to_be_in_the_table() -> None:
    later = [{"from": "2018-01-01", "contract": "denmark-2018"}, {"from": "2019-01-01", "contract": "shared-savings"}]
    base = Scenario.load("denmark-2018")
    assert "is not in this table" not in settled_on(base, pd.DataFrame())
    told = settled_on(base.with_({"payment.schedule": later}), pd.DataFrame())
    assert "What “shared-savings” pays from 2019-01-01 on is not in this table." in told
