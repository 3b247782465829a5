"""Care that nobody changes costs in the later years what it costs in burn-in, by age: nothing is saved or lost.

Benchmarks of history and gates rest on the year of burn-in. If that year still filled up or emptied, a consortium would
be paid, or its members made to act, for a difference that nobody made. The base scenario at full scale, nobody
responding, eight seeds; a run's saving in a year scatters by about 0.7 %, so the mean of all by about 0.15 %.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.measures import MEASURE, MEASURES
from sim.months import Months
from sim.records import COUNTER
from sim.runs import simulate
from sim.scenario import Scenario

SEEDS = range(1, 9)
FROZEN = dict.fromkeys(("response.gp", "response.home_care", "response.ward"), "none")
#: How far each may lie off in the first year after burn-in, at the ages of burn-in. Hospital care also differs by the
#: infection waves of the years: about 0.5 % in the mean over seeds. A start without the stays, queues, grants and
#: reviews of the year before differs by 2 to 20 %.
APART = {
    "gp_consultation": 0.01, "gp_chronic_control": 0.015, "outpatient_visit": 0.01, "acute_admission": 0.02,
    "bed_day": 0.025, "home_help": 0.02, "home_nursing": 0.025, "nursing_home_day": 0.02,
    "temporary_place_day": 0.06,
}  # fmt: skip


def yearly_quantities(seed: int) -> np.ndarray:
    """Quantities of each measure in burn-in and the year after at the person-days by age of burn-in (2, measures)."""
    run = Months(Scenario.load("denmark-2018").with_(FROZEN), seed)
    quantity = np.zeros((2, len(MEASURES), run.out.quantity.shape[-1]))
    days = np.zeros((2, run.out.quantity.shape[-1]))
    for month in range(24):
        out = run.live(run.month_end)
        quantity[month // 12] += out.quantity.sum(axis=1)
        days[month // 12] += out.people[COUNTER["person_days"]].sum(axis=0)
    return np.asarray((quantity / days[:, None] * days[0]).sum(axis=-1))


@pytest.fixture(scope="module")
def quantities() -> np.ndarray:
    """Means over seeds, shape (2, measures)."""
    return np.mean([yearly_quantities(seed) for seed in SEEDS], axis=0)


@pytest.mark.parametrize("measure", APART)
def test_people_of_an_age_use_as_much_care_in_burn_in_as_in_the_year_after(
    quantities: np.ndarray, measure: str
) -> None:
    burn_in, after = quantities[:, MEASURE[measure]]
    assert after / burn_in == pytest.approx(1.0, abs=APART[measure])


def test_a_consortium_neither_saves_nor_loses_by_unchanged_care() -> None:
    scenario, saved = Scenario.load("denmark-2018").with_(FROZEN), []
    for seed in SEEDS:
        years = simulate(scenario, seed, shadow=("shared-savings",)).consortia
        years = years[years["contract"] == "shared-savings"]
        saved.append((1.0 - years["actual"] / years["benchmark"]).to_numpy())
    assert np.mean(saved) == pytest.approx(0.0, abs=0.004)
    assert np.mean(saved, axis=0) == pytest.approx(np.zeros(len(saved[0])), abs=0.008)
