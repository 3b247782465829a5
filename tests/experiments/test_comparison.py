"""Paired effects and their parts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.comparison import COLUMNS, Effects, compare
from sim.reading import InputError
from sim.runs import Result
from sim.scenario import Scenario
from tests.experiments import fake_runs

BASE = fake_runs.BUILT_IN["denmark-2018"]
OTHER = fake_runs.BUILT_IN["shared-savings"]


def parts(effects: Effects, indicator: str, group: str = "all", period: str = "all") -> pd.Series:
    frame = effects.frame
    chosen = frame[(frame["indicator"] == indicator) & (frame["group"] == group) & (frame["period"] == period)]
    return chosen[chosen["scenario"] == effects.others[0]].set_index("part")["effect"]


def test_a_scenario_against_itself_is_exactly_zero_everywhere() -> None:
    effects = compare(BASE, BASE, seeds=3, workers=1, simulate=fake_runs.simulate)
    defined = effects.frame[effects.frame["base"].notna()]
    assert len(defined) > 100
    assert (defined[["effect", "low", "high"]].to_numpy() == 0.0).all()
    assert not np.signbit(defined[["effect", "low", "high", "relative"]].fillna(0.0).to_numpy()).any()


def test_a_scenario_against_itself_is_certain_with_one_seed() -> None:
    effects = compare(BASE, BASE, seeds=1, workers=1, simulate=fake_runs.simulate)
    defined = effects.frame[effects.frame["base"].notna()]
    assert (defined[["effect", "low", "high"]].to_numpy() == 0.0).all()


@pytest.mark.parametrize("change", [{"time.years": 1}, {"time.start": date(2019, 1, 1)}])
def test_scenarios_over_other_days_are_refused_before_anything_is_run(change: dict[str, object]) -> None:
    def never(*_: object, **__: object) -> Result:
        raise AssertionError("something was run")

    base = Scenario.load("denmark-2018")
    with pytest.raises(InputError, match=r"covers (1 year|3 years) from .* covers 3 years from"):
        compare(base, base.with_(change), seeds=1, workers=1, simulate=never)


@pytest.mark.parametrize("change", [{"population.municipalities": ["Favrskov"]}, {"population.scale": 0.5}])
def test_scenarios_of_other_people_are_refused_before_anything_is_run(change: dict[str, object]) -> None:
    def never(*_: object, **__: object) -> Result:
        raise AssertionError("something was run")

    base = Scenario.load("denmark-2018")
    with pytest.raises(InputError, match=f"key {next(iter(change))}: .* are not of the same people"):
        compare(base, base.with_(change), seeds=1, workers=1, simulate=never)


def test_another_scenario_of_the_same_name_as_the_base_gets_a_name_of_its_own(tmp_path: Path) -> None:
    other = tmp_path / "own.toml"
    other.write_text('name = "denmark-2018"\nextends = "denmark-2018"\nwards.geriatric.beds = 15\n', encoding="utf-8")
    effects = compare("denmark-2018", other, seeds=1, workers=1, simulate=fake_runs.simulate)
    assert (effects.base, effects.others) == ("denmark-2018", ("denmark-2018 (2)",))
    assert set(effects.scenarios) == {"denmark-2018", "denmark-2018 (2)"}


@pytest.mark.parametrize(
    ("numbers", "allowed"),
    [
        ({"seeds": 0}, "key seeds: 0 is not possible here. Allowed: a whole number from 1 to 100,000."),
        ({"seeds": 2.5}, "key seeds: 2.5 is not possible here"),
        ({"seeds": True}, "key seeds: true is not possible here"),
        ({"seed": -1}, "key seed: -1 is not possible here"),
        ({"workers": 0}, "key workers: 0 is not possible here. Allowed: a whole number from 1 to 1,024."),
    ],
)
def test_an_impossible_number_is_refused_with_what_is_allowed(numbers: dict[str, Any], allowed: str) -> None:
    with pytest.raises(InputError) as problem:
        compare(BASE, OTHER, **{"seeds": 1, "workers": 1, "simulate": fake_runs.simulate, **numbers})
    assert allowed in str(problem.value)


def test_whole_numbers_of_numpy_are_taken() -> None:
    effects = compare(BASE, OTHER, seeds=np.int64(2), workers=1, simulate=fake_runs.simulate)  # type: ignore[arg-type]
    assert len(effects.seeds) == 2


def test_scenarios_may_be_named_and_what_is_none_is_refused() -> None:
    effects = compare("denmark-2018", "shared-savings", seeds=1, workers=1, simulate=fake_runs.simulate)
    assert (effects.base, effects.others) == ("denmark-2018", ("shared-savings",))
    with pytest.raises(InputError, match=r'Did you mean "shared-savings"'):
        compare(BASE, "shared-saving", seeds=1, simulate=fake_runs.simulate)
    with pytest.raises(InputError, match="3 is no scenario"):
        compare(BASE, 3, seeds=1, simulate=fake_runs.simulate)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="nothing to compare"):
        compare(BASE, seeds=1, simulate=fake_runs.simulate)


def test_an_effect_is_asked_for_by_name_and_says_its_interval(effects: Effects) -> None:
    found = effects.effect("acute_admissions")
    assert found.change == parts(effects, "acute_admissions")["total"]
    assert found.low < found.change < found.high < found.base
    assert re.fullmatch(r"-[\d.]+ \(-[\d.]+ to -[\d.]+\) courses per year, from [\d,]+", str(found))
    assert effects.effect("net_result", "payer=region", "2019", "shared-savings (governance 0)").unit == "DKK per year"
    with pytest.raises(InputError, match='Did you mean "acute_admissions"'):
        effects.effect("acute_admission")


def test_the_example_of_the_read_me_prints_an_effect_with_its_interval(capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    first, second = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {"fake": fake_runs.simulate}
    exec(first.replace("seeds=30", "seeds=3, workers=1, simulate=fake"), names)
    assert re.search(r"^-[\d.]+ \(-[\d.]+ to -[\d.]+\) courses per year, from [\d,]+$", capsys.readouterr().out)
    names["base"] = names["base"].with_({"population.scale": 0.01, "time.years": 1, "time.burn_in_years": 0})
    exec(second.replace("model.running", "model.steps < 2"), names)
    assert names["model"].steps == 2


def test_the_total_is_the_mean_of_paired_differences(effects: Effects) -> None:
    totals = []
    for seed in effects.seeds:
        pair = [fake_runs.simulate(scenario, seed).indicators.iloc[0]["value"] for scenario in (OTHER, BASE)]
        totals.append(pair[0] - pair[1])
    assert parts(effects, "acute_admission_rate")["total"] == pytest.approx(np.mean(totals), rel=1e-12)


def test_parts_add_up_to_the_total_in_every_row(effects: Effects) -> None:
    wide = effects.frame.pivot_table(
        index=["scenario", "indicator", "group", "period"], columns="part", values="effect", sort=False
    )
    rest = wide["total"] - wide["mechanical"] - wide["behavioural"]
    assert (rest.dropna().abs() <= 1e-9 * wide.abs().max(axis=1).dropna()).all()


def test_care_moves_by_behaviour_alone(effects: Effects) -> None:
    care = effects.frame[~effects.frame["unit"].str.startswith("DKK") & (effects.frame["part"] == "mechanical")]
    assert (care["effect"].dropna() == 0.0).all()
    assert parts(effects, "acute_admissions")["behavioural"] < 0


def test_the_mechanical_part_is_what_a_run_with_frozen_behaviour_pays(effects: Effects) -> None:
    frozen = OTHER.with_({f"response.{key}": "none" for key in ("gp", "home_care", "ward")})
    still = compare(BASE, frozen, seeds=6, workers=1, simulate=fake_runs.simulate)
    for account in ("region", "municipality", "gp", "state"):
        group = f"payer={account}"
        expected = parts(still, "net_result", group)["total"]
        assert parts(effects, "net_result", group)["mechanical"] == pytest.approx(expected, abs=1e-6)
        assert parts(still, "net_result", group)["behavioural"] == pytest.approx(0.0, abs=1e-6)


def test_real_cost_never_moves_mechanically(effects: Effects) -> None:
    assert parts(effects, "resource_cost", "sector=hospital")["mechanical"] == 0.0
    assert parts(effects, "resource_cost", "sector=hospital")["behavioural"] < 0.0


def test_actors_and_composition_add_up_to_the_behavioural_part() -> None:
    effects = compare(BASE, OTHER, seeds=3, workers=1, by_actor=True, simulate=fake_runs.simulate)
    found = parts(effects, "bed_day_rate")
    assert list(found.index) == [
        "total", "mechanical", "behavioural", "behavioural:gp", "behavioural:home-care", "behavioural:ward",
        "composition",
    ]  # fmt: skip
    split = found.filter(like="behavioural:").sum() + found["composition"]
    assert split == pytest.approx(found["behavioural"], rel=1e-9)
    assert found["behavioural:gp"] < found["behavioural:home-care"] < 0.0


def test_what_is_not_payment_is_a_part_of_its_own() -> None:
    other = replace(OTHER, interventions=("follow-up-home-visit",))
    effects = compare(BASE, other, seeds=3, workers=1, simulate=fake_runs.simulate)
    found = parts(effects, "acute_admission_rate")
    assert found["direct"] == pytest.approx(0.01 * 235, rel=0.02)
    assert found["total"] == pytest.approx(found["direct"] + found["mechanical"] + found["behavioural"], rel=1e-9)
    assert found["behavioural"] < 0.0


def test_a_schedule_of_several_contracts_is_settled_by_a_run_of_its_own() -> None:
    rows = (fake_runs.Row("denmark-2018"), fake_runs.Row("shared-savings", BASE.start_day + 365))
    later = replace(OTHER, payment=fake_runs.Payment(rows))
    effects = compare(BASE, later, seeds=3, workers=1, simulate=fake_runs.simulate)
    assert parts(effects, "net_result", "payer=gp")["mechanical"] > 0.0
    assert parts(effects, "acute_admission_rate")["mechanical"] == 0.0


def test_neither_workers_nor_repetition_change_a_byte_of_the_json() -> None:
    one = compare(BASE, OTHER, seeds=3, workers=1, simulate=fake_runs.simulate).to_json()
    two = compare(BASE, OTHER, seeds=3, workers=2, simulate=fake_runs.simulate).to_json()
    assert one == two


def test_relative_has_the_sign_of_the_effect_and_is_undefined_where_the_base_is_zero(effects: Effects) -> None:
    frame = effects.frame[effects.frame["base"].notna()]
    some = frame[frame["base"] != 0]
    assert np.allclose(some["relative"], some["effect"] / some["base"].abs(), rtol=1e-12, atol=0)
    assert frame.loc[frame["base"] == 0, "relative"].isna().all()


def test_scenarios_of_one_name_get_numbers_behind_it() -> None:
    effects = compare(BASE, OTHER, OTHER, seeds=1, workers=1, simulate=fake_runs.simulate)
    assert effects.others == ("shared-savings", "shared-savings (2)")
    assert list(effects.frame.columns[: len(COLUMNS)]) == COLUMNS
