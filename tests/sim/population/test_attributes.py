"""Living arrangements, conditions, frailty and enrolment against the published shares.

Shares are drawn person by person with their own probabilities, so the binomial test is on the safe side: its variance
is the largest there can be. Every test has a two-sided significance of 1 in 10,000.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.measures import CONDITIONS
from sim.network import Network
from sim.population.attributes import chronic_fee_enrolment
from sim.population.figures import Figures
from sim.population.rates import MULTIMORBID, NAMED, both_of, levelled
from sim.population.structure import reference_people
from tests.sim.population.catchment import ALL, SEED, Columns

SIGNIFICANCE = 1e-4


def share_is(hits: NDArray[np.bool_], expected: float) -> bool:
    return bool(stats.binomtest(int(hits.sum()), len(hits), expected).pvalue > SIGNIFICANCE)


@pytest.mark.parametrize(
    ("condition", "share"), [("copd", 0.09), ("type_2_diabetes", 0.14), ("heart_failure", 0.045), ("dementia", 0.083)]
)
def test_conditions_are_as_common_as_published(there: Columns, condition: str, share: float) -> None:
    assert share_is(there["conditions"] & CONDITIONS[condition] != 0, share)


def test_half_have_two_or_more_chronic_conditions(there: Columns) -> None:
    assert share_is(MULTIMORBID[there["conditions"]], 0.5)


def test_38_1_percent_live_alone_and_more_with_age_among_women(there: Columns) -> None:
    assert share_is(there["alone"] == 1, 0.381)
    women = there["sex"] == 1
    shares = [np.mean(there["alone"][women & (there["age"] // 5 == band)]) for band in range(13, 18)]
    assert np.all(np.diff(shares) > 0)


@pytest.mark.parametrize("municipality", ALL)
def test_3_3_percent_of_each_municipality_live_in_a_nursing_home(there: Columns, municipality: str) -> None:
    assert share_is(there["nursing"][there["municipality"] == ALL.index(municipality)] == 1, 0.033)


@pytest.mark.parametrize(("sex", "share"), [(1, 0.289), (0, 0.201)])
def test_of_those_aged_90_and_over_the_quoted_share_lives_in_a_nursing_home(
    there: Columns, sex: int, share: float
) -> None:
    assert share_is(there["nursing"][(there["age"] >= 90) & (there["sex"] == sex)] == 1, share)


def test_two_thirds_of_residents_have_dementia_and_two_thirds_are_women(there: Columns) -> None:
    resident = there["nursing"] == 1
    assert share_is(there["conditions"][resident] & CONDITIONS["dementia"] != 0, 0.667)
    assert share_is(there["sex"][resident] == 1, 2 / 3)  # quoted and not solved for


@pytest.mark.parametrize("condition", NAMED)
def test_a_condition_keeps_its_share_by_age_and_sex_whatever_it_depends_on(
    there: Columns, figures: Figures, condition: str
) -> None:
    expected = levelled(figures, condition)[there["age"] - 65, there["sex"]]
    ill = there["conditions"] & CONDITIONS[condition] != 0
    people = reference_people(figures)
    assert np.average(levelled(figures, condition), weights=people) == pytest.approx(
        figures.number(f"people.{condition}.share"), rel=1e-9
    )
    cells = (there["age"] - 65) // 5 * 2 + there["sex"]
    variance = np.bincount(cells, expected * (1 - expected))
    chi_square = np.sum((np.bincount(cells, ill) - np.bincount(cells, expected)) ** 2 / variance)
    assert stats.chi2.sf(chi_square, len(variance)) > SIGNIFICANCE


@pytest.mark.parametrize(
    ("one", "other"), [("heart_failure", "copd"), ("heart_failure", "type_2_diabetes"), ("dementia", "type_2_diabetes")]
)
def test_conditions_that_go_together_do_so(there: Columns, one: str, other: str) -> None:
    first, second = (there["conditions"] & CONDITIONS[name] != 0 for name in (one, other))
    table = [[np.sum(first & second), np.sum(first & ~second)], [np.sum(~first & second), np.sum(~first & ~second)]]
    assert stats.fisher_exact(table, alternative="greater").pvalue < SIGNIFICANCE


def test_frailty_outside_nursing_homes_has_the_published_shares(there: Columns, figures: Figures) -> None:
    index = there["frailty"][there["nursing"] == 0]
    assert share_is(index >= figures.number("people.frailty.cut_frail"), 0.14)
    assert share_is((index >= 0.12) & (index < 0.25), 0.423)


def test_frail_people_are_12_to_17_percent_of_all_and_the_index_stays_in_bounds(there: Columns) -> None:
    assert 0.12 < np.mean(there["frailty"] >= 0.25) < 0.17
    assert there["frailty"].min() > 0
    assert there["frailty"].max() <= np.float32(0.7)


def test_frailty_grows_with_age_conditions_and_nursing_home(there: Columns) -> None:
    index = there["frailty"]
    bands = [index[there["age"] // 5 == band].mean() for band in range(13, 19)]
    number = MULTIMORBID[there["conditions"]].astype(int)
    assert np.all(np.diff(bands) > 0)
    assert index[number == 1].mean() > index[number == 0].mean()
    assert index[there["nursing"] == 1].mean() > 1.5 * index[there["nursing"] == 0].mean()


def test_entrants_turning_65_are_like_people_of_65(people: Columns, figures: Figures) -> None:
    entered = people["arrival"] - people["birth"] == 23_742
    sex = people["sex"][entered]
    expected = levelled(figures, "copd")[0, sex].mean()
    assert share_is(people["conditions"][entered] & CONDITIONS["copd"] != 0, float(expected))
    assert people["nursing"][entered].mean() < 0.01


def test_lists_follow_the_doctors(there: Columns, network: Network) -> None:
    counted = np.bincount(there["practice"], minlength=len(network.practices))
    expected = network.practice_share * np.bincount(there["municipality"])[network.practice_municipality]
    chi_square = np.sum((counted - expected) ** 2 / expected)
    assert stats.chi2.sf(chi_square, len(counted) - len(ALL)) > SIGNIFICANCE


def test_patients_live_near_their_practice(there: Columns, network: Network) -> None:
    expected = network.practice_unit_share[there["practice"]]
    own = np.array([practice.unit for practice in network.practices])[there["practice"]]
    assert share_is(there["unit"] == own, float(expected[np.arange(len(own)), own].mean()))


def test_30_percent_of_those_eligible_are_enrolled_and_only_in_practices_that_joined(
    there: Columns, figures: Figures, network: Network
) -> None:
    eligible = there["conditions"] & (CONDITIONS["copd"] | CONDITIONS["type_2_diabetes"]) != 0
    enrolled = there["scheme"] == 1
    assert not np.any(enrolled & ~eligible)
    assert share_is(enrolled[eligible], 0.3)
    joined = chronic_fee_enrolment(figures, network, SEED) > 0
    assert not np.any(enrolled & ~joined[there["practice"]])
    assert 0.2 < joined.mean() < 0.5


def test_enrolment_covers_the_same_share_of_lists_in_every_municipality(figures: Figures, network: Network) -> None:
    covered = chronic_fee_enrolment(figures, network, SEED) * network.practice_share
    assert np.bincount(network.practice_municipality, covered) == pytest.approx([0.3] * len(ALL), rel=1e-9)


def test_two_properties_at_once_have_the_odds_ratio_asked_for() -> None:
    first, second = np.array([0.1, 0.4]), np.array([0.3, 0.05])
    both = both_of(first, second, 7.0)
    neither = 1 - first - second + both
    assert both * neither / ((first - both) * (second - both)) == pytest.approx([7.0, 7.0])
    assert both_of(first, second, 1.0) == pytest.approx(first * second)
