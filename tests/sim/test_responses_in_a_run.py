"""Every response, given to every kind of provider in a run: frozen under the reference, alive under other rules."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agents.responses.registry import RESPONSES
from sim.clock import day_number, first_of_month
from sim.months import Months
from sim.planning import DECIDE, levels_of
from sim.runs import simulate
from tests.sim.small_runs import live_until, small

#: Rules that pay practices less for a consultation, municipalities for the acute nurse and the region for bed-days.
OTHER_RULES = """
[[clause]]
id = "gp-consultation"
kind = "fee"
payer = "region"
payee = "gp"
on = "gp_consultation"
amount = 70
where = { without = ["enrolled"] }

[[clause]]
id = "nurse"
kind = "fee"
payer = "state"
payee = "municipality"
on = "acute_nurse_visit"
amount = 900

[[clause]]
id = "bed-days"
kind = "fee"
payer = "state"
payee = "region"
on = "bed_day"
amount = 1500
"""


def levels_after(rules: str, response: str, folder: Path, months: int = 6) -> dict[str, np.ndarray]:
    """Levels by kind of provider some months after rules of another name than the reference began."""
    contract = folder / "others.toml"
    contract.write_text(f'name = "others"\nextends = "denmark-2018"\n{rules}', encoding="utf-8")
    stated = {f"response__{kind}": response for kind in DECIDE} | {"response__spread": 0.4, "response__imitation": 0.4}
    run = Months(small(scale=0.02, **stated).with_(payment=str(contract)), 3)
    live_until(run, day_number(first_of_month(run.month + months)))
    assert run.planning.decisions
    assert run.planning.settlement.books["in-force"] is not run.planning.settlement.books["reference"]
    return {kind: levels.copy() for kind, levels in levels_of(run.world.state.organisations).items()}


@pytest.mark.parametrize("response", list(RESPONSES))
def test_rules_that_pay_as_the_reference_does_leave_every_level_exactly(response: str, tmp_path: Path) -> None:
    for levels in levels_after("", response, tmp_path).values():
        assert (levels == 1.0).all()


@pytest.mark.parametrize("response", [name for name in RESPONSES if name not in ("none", "income-target")])
def test_other_rules_move_every_kind_of_provider_where_they_point(response: str, tmp_path: Path) -> None:
    levels = levels_after(OTHER_RULES, response, tmp_path)
    assert levels["gp"][:, 0].mean() < 1.0
    assert levels["home_care"][:, 1].mean() > 1.0
    assert levels["ward"][:, 1].mean() > 1.0


def test_practices_with_an_income_in_mind_make_up_for_a_lower_fee_by_more_of_what_earns(tmp_path: Path) -> None:
    levels = levels_after(OTHER_RULES, "income-target", tmp_path)
    assert (levels["gp"] >= 1.0).all()
    assert levels["gp"].max() > 1.0
    assert (levels["ward"] == 1.0).all()


def test_a_run_counts_the_levels_that_the_range_of_an_act_stops(tmp_path: Path) -> None:
    contract = tmp_path / "others.toml"
    contract.write_text(f'name = "others"\nextends = "denmark-2018"\n{OTHER_RULES}', encoding="utf-8")
    narrow = {"behaviour__gp__consultations__lowest": 0.99, "behaviour__gp__consultations__highest": 1.01}
    result = simulate(small(scale=0.02, **narrow).with_(payment=str(contract)), 3)
    found = result.indicators[result.indicators["indicator"] == "levels_at_bound"]
    found = found[found["period"] == "all"].set_index("group")
    decided = result.incentives[result.incentives["action"] == "gp_consultation"]["level"]
    assert found.loc["action=gp_consultation", "numerator"] == (decided <= 0.99001).sum() > 0
    assert found.loc["action=gp_consultation", "denominator"] == len(decided)
    assert found.loc["action=bed_day", "value"] == 0.0
    assert found.loc["all", "denominator"] == len(result.incentives)
