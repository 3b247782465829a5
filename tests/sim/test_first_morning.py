"""The first year is like the later ones: beds, places and waiting lists are as full on the first morning as ever after.

The base scenario at full scale, nobody responding, four years, some seeds. The number of people grows by 2.3 % a year,
so everything is counted per person. What grows for other reasons too (fuller wards) may differ by ``GROWTH``;
beyond that only by chance, at the level stated. An empty start, which these tests are there to find, differs in the
first month by a fifth (patients in wards) to a half (planned admissions), and nobody waits for a nursing home for long.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.building import build
from sim.measures import MEASURE
from sim.months import Months
from sim.records import COUNTER, WARD_COUNTER
from sim.scenario import Scenario
from sim.state import NURSING_HOME

SEEDS, LEVEL, GROWTH = range(1, 9), 1e-3, 0.08
NAMES = (
    "inpatients", "patients in wards", "planned waiting", "temporary places", "nursing-home queue", "home help",
    "readmissions", "planned admissions",
)  # fmt: skip


def watched(seed: int) -> np.ndarray:
    """What stands at each month's end per 1,000 people, and what happened in the month; shape (months, names)."""
    frozen = dict.fromkeys(("response.gp", "response.home_care", "response.ward"), "none")
    run = Months(Scenario.load("denmark-2018").with_(frozen), seed)
    months = []
    while not run.finished:
        start, out = run.day, run.live(run.month_end)
        lists, card = run.world.state.lists, run.world.state.people.card
        person_days = float(out.people[COUNTER["person_days"]].sum())
        people = person_days / (run.day - start) / 1000.0
        modelled = float(out.ward[WARD_COUNTER["modelled_days"]].sum()) / person_days * 1000.0
        stocks = [
            run.world.state.stays.count[0] / people, modelled, lists.elective.count[0] / people,
            lists.temporary.count[0] / people, lists.nursing_home.count[0] / people,
            np.count_nonzero(card.help) / people, out.people[COUNTER["readmissions"]].sum() / people,
            out.activity[MEASURE["elective_admission"]].sum() / people,
        ]  # fmt: skip
        months.append([float(stock) for stock in stocks])
    return np.array(months)


@pytest.fixture(scope="module")
def months() -> np.ndarray:
    """All seeds, shape (seeds, months, names)."""
    return np.stack([watched(seed) for seed in SEEDS])


def unlike(first: np.ndarray, later: np.ndarray) -> float:
    """How far two sets of paired means lie apart beyond growth and chance, relative to the later; 0 or less if not."""
    apart = first / later.mean() - later / later.mean()
    error = apart.std(ddof=1) / np.sqrt(len(apart))
    return float(abs(apart.mean()) - GROWTH - stats.t.isf(LEVEL / 2, len(apart) - 1) * error)


@pytest.mark.parametrize("name", NAMES)
def test_the_first_year_is_like_the_three_after_it(months: np.ndarray, name: str) -> None:
    of = months[:, :, NAMES.index(name)]
    assert unlike(of[:, :12].mean(axis=1), of[:, 12:].mean(axis=1)) <= 0.0


@pytest.mark.parametrize("name", [name for name in NAMES if name != "nursing-home queue"])
def test_the_first_month_is_like_the_same_month_a_year_later(months: np.ndarray, name: str) -> None:
    of = months[:, :, NAMES.index(name)]
    assert unlike(of[:, 0], of[:, 12]) <= 0.0


def test_people_wait_for_a_nursing_home_from_the_first_month_on(months: np.ndarray) -> None:
    of = months[:, :, NAMES.index("nursing-home queue")].mean(axis=0)
    assert of[0] > 0.25 * of[12:].mean()
    assert of[1:3].mean() > 0.5 * of[12:].mean()


def test_the_people_of_the_first_day_are_those_of_the_figures(seed: int) -> None:
    run = Months(Scenario.load("denmark-2018"), seed)
    card = run.world.state.people.card
    there = run.world.state.people.arrival <= run.day
    frailty, residents = card.frailty[there].copy(), np.count_nonzero(card.place[there] == 4)
    out = run.live(run.day + 1)
    assert np.mean(card.frailty[there] != frailty) < 0.01  # those who come home on that day
    assert np.count_nonzero(card.place[there] == 5) < 30  # deaths of one day, not of a year
    assert np.count_nonzero(card.place[there] == 4) < 1.06 * residents
    assert 0 < out.people[COUNTER["acute_medical_admissions"]].sum() < 100  # nothing of the year before is recorded


def test_each_municipality_has_nursing_home_places_for_those_who_live_there(seed: int) -> None:
    scenario = Scenario.load("denmark-2018").with_({"population.scale": 0.2, "people.nursing_home.occupancy": 0.96})
    small, whole = build(scenario, seed), build(scenario.with_({"population.scale": 1.0}), seed)
    card, there = whole.state.people.card, whole.state.people.arrival <= scenario.first_day
    residents = np.bincount(card.municipality[there & (card.place == NURSING_HOME)], minlength=4)
    for world in (small, whole):  # a sample has the places of the whole, for it meets the others there
        assert world.state.organisations.towns.nursing_capacity.tolist() == np.rint(residents / 0.96).tolist()
