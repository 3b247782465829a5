"""People who are not in the sample: absent as persons, present as load that is measured once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from experiments.checking import check_file
from sim.clock import day_number, first_of_month
from sim.fingerprint import load_name
from sim.kept import is_kept, kept_or_made
from sim.measured_load import measured_load
from sim.measuring import LOADS, USES
from sim.months import Months
from sim.others import Others
from sim.runs import simulate
from sim.scenario import Scenario
from tests.sim.small_runs import small

#: All comparisons of a test together fail by bad luck with at most this probability.
LEVEL = 1e-4
HEADLINE = (
    "acute_admission_rate", "elective_admission_rate", "bed_day_rate", "mean_stay", "occupancy", "deaths",
    "acute_nurse_gap", "nursing_home_share", "home_help_share",
)  # fmt: skip


def at(scale: float, contract: str = "denmark-2018") -> Scenario:
    return Scenario.load(contract).with_({"population.scale": scale})


def others_of(scenario: Scenario, seed: int) -> Others:
    others = Months(scenario, seed).others
    assert others is not None
    return others


def test_headline_levels_of_a_tenth_agree_with_those_of_everybody(seed: int) -> None:
    """Welch's t-test of each level at a joint level of 1e-4 (Bonferroni)."""
    everybody, tenth = (
        [simulate(at(scale), 1000 * seed + k).summary() for k in range(runs)] for scale, runs in ((1.0, 6), (0.1, 12))
    )
    for name in HEADLINE:
        found = stats.ttest_ind([one[name] for one in everybody], [one[name] for one in tenth], equal_var=False)
        assert found.pvalue > LEVEL / len(HEADLINE), name


def test_the_same_comparison_notices_that_the_others_are_missing(seed: int) -> None:
    alone = Months(at(0.1), seed)
    alone.others = None
    with_others = Months(at(0.1), seed)
    nights = {}
    for name, run in (("alone", alone), ("with others", with_others)):
        run.live(run.month_end)
        wards = run.world.state.organisations.wards
        nights[name] = (wards.ward_modelled + wards.ward_others).sum() / wards.ward_beds.sum()
    assert nights["alone"] < 0.75 < 0.85 < nights["with others"]


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_from_scale_1_on_nobody_is_left_out(scale: float, seed: int) -> None:
    run = Months(small(scale=scale, population__municipalities=["Favrskov"]), seed)
    run.live(run.day + 1)
    assert run.others is None
    assert not any(array.any() for name, array in run.world.load._asdict().items() if name != "planned")


def test_the_load_of_a_year_has_the_mean_of_those_left_out(seed: int) -> None:
    """Mean over a year of each kind and organisation by the normal distribution, autocorrelation allowed for."""
    scenario = at(0.25)
    others, measured = others_of(scenario, seed), measured_load(scenario)
    z = []
    for name in ("ward", "nurse", "temporary"):
        drawn, mean = [], []
        for month in range(others.first, others.first + 12):
            days = np.arange(day_number(first_of_month(month)), day_number(first_of_month(month + 1)))
            drawn.append(others._drawn(name, month, days))
            mean.append(others.mean(name, month, days))
        profile = measured.profiles[name]
        # only where a draw is hardly ever cut off at zero
        unclipped = others.mean(name, others.first, days).mean(axis=1) > 2.0 * profile.spread
        lasts = profile.lasting * (1.0 + profile.memory) / (1.0 - profile.memory) + 1.0 - profile.lasting
        error = profile.spread * np.sqrt(0.75 * lasts / 365.0)
        z += ((np.mean(np.hstack(drawn) - np.hstack(mean), axis=1)) / error)[unclipped].tolist()
    assert len(z) > 4
    assert np.max(np.abs(z)) < stats.norm.isf(LEVEL / 2.0 / len(z))


def test_days_have_the_same_load_however_many_are_lived_at_a_time(seed: int) -> None:
    whole, daily = Months(small(), seed), Months(small(), seed)
    whole.live(whole.month_end)
    while daily.day < whole.day:
        daily.live(daily.day + 1)
    for one, other in zip(whole.world.load, daily.world.load, strict=True):
        np.testing.assert_array_equal(one, other)


def test_all_contracts_seeds_scales_and_horizons_share_one_measurement() -> None:
    base = at(0.1)
    same = [at(0.1, "shared-savings"), at(0.3), base.with_({"time.years": 7}), base.with_({"response.gp": "none"})]
    others = [base.with_({"wards.geriatric.beds": 21}), base.with_({"time.burn_in_years": 2})]
    assert {load_name(one) for one in same} == {load_name(base)}
    assert load_name(base) not in {load_name(one) for one in others}


def test_after_the_years_measured_the_last_of_them_is_repeated(seed: int) -> None:
    others = others_of(at(0.1).with_({"time.years": 7}), seed)
    months = [others._measured_month(others.first + k) for k in range(0, 96, 12)]
    assert months == [0, 12, 24, 36, 36, 36, 36, 36]


def test_others_follow_what_the_sample_does_slowly_and_within_limits(seed: int) -> None:
    run = Months(small(), seed)
    others, change = run.others, run.world.state.organisations.others
    assert others is not None
    out = run.live(run.month_end)
    first, memory = change[USES.index("ward")], 12.0
    out.ward_month[...] = 0
    change[:] = 1.0
    others.follow(out, run.month - 1)
    assert change[USES.index("ward")] == pytest.approx(1.0 - 1.0 / memory)
    assert change[USES.index("ward")] < first
    for _ in range(100):
        others.follow(out, run.month - 1)
    assert change[USES.index("ward")] == pytest.approx(1.0 / 1.5)


def test_practices_divide_what_is_short_by_urgency_and_then_in_proportion(seed: int) -> None:
    """Where others want everything, hardly a planned contact finds room, and pressing care is still served."""
    run = Months(small(), seed)
    assert run.others is not None
    run.others.turn_up(run.month)
    run.world.load.practice[:, 0] = 0
    run.world.load.practice[:, 1] = 10**9
    out = run.live(run.day + 10)
    served, wanted, _ = out.practice_minutes.sum(axis=0)
    assert 0 < served < 0.5 * (wanted % 10**9)


def test_what_is_made_is_kept_and_a_broken_file_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TVAERS_CACHE", str(tmp_path))
    made: list[int] = []

    def make() -> list[int]:
        made.append(1)
        return [len(made)]

    assert not is_kept("thing-a")
    assert [kept_or_made("thing-a", make) for _ in range(3)] == [[1], [1], [1]]
    assert is_kept("thing-a")
    (tmp_path / "thing-a.json").write_text("{")
    assert kept_or_made("thing-a", make) == [2]


def test_check_says_where_the_load_comes_from(tmp_path: Path) -> None:
    file = tmp_path / "tenth.toml"
    file.write_text('extends = "randers"\npopulation.scale = 0.1\n')
    checked = check_file(file)
    assert checked.load is not None
    assert "2 runs of the whole catchment under denmark-2018" in checked.load
    assert checked.load in "\n".join(checked.lines())
    assert checked.as_record()["load"] == checked.load
    assert check_file("randers").load is None


def test_every_load_has_an_organisation_for_each_of_its_numbers(seed: int) -> None:
    scenario = at(0.1)
    others, measured = others_of(scenario, seed), measured_load(scenario)
    for name in LOADS:
        assert measured.profiles[name].share.shape == (7, len(others.keys[name])), name
        assert np.all(measured.profiles[name].total >= 0.0)
