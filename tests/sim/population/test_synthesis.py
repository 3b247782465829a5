"""Stable keys, nested samples, and people who do not notice who else is there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.network import build_network
from sim.parameters import Parameters
from sim.population.synthesis import COLUMNS, synthesise
from sim.reading import InputError
from tests.sim.population.catchment import ALL, REFERENCE_DAY, SEED, Case, Columns, Maker, People

ATTRIBUTES = [name for name in COLUMNS if name not in ("municipality", "practice", "unit")]


def rows_of(large: Columns, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    order = np.argsort(large["key"])
    rows: NDArray[np.int64] = order[np.searchsorted(large["key"], keys, sorter=order).clip(max=len(order) - 1)]
    assert np.array_equal(large["key"][rows], keys), "somebody is missing"
    return rows


def same_people(small: Columns, large: Columns, names: list[str]) -> None:
    rows = rows_of(large, small["key"])
    for name in names:
        assert np.array_equal(small[name], large[name][rows]), name


def test_columns_have_their_types_and_no_key_occurs_twice(people: Columns) -> None:
    assert {name: column.dtype for name, column in people.items()} == {n: np.dtype(k) for n, k in COLUMNS.items()}
    assert len(np.unique(people["key"])) == len(people["key"])


def test_those_there_from_the_start_come_first_and_entrants_by_day(people: Columns) -> None:
    assert people["arrival"][0] == REFERENCE_DAY
    assert np.all(np.diff(people["arrival"]) >= 0)
    assert people["arrival"][-1] <= REFERENCE_DAY + 3 * 365


def test_a_longer_horizon_adds_people_at_the_end_and_changes_nobody(people: Columns, make: Maker) -> None:
    longer = make(years=5)
    for name, column in people.items():
        assert np.array_equal(column, longer[name][: len(column)]), name
    assert longer["arrival"][len(people["key"])] >= people["arrival"][-1]


def test_a_smaller_sample_is_part_of_a_larger_one_and_changes_nobody(people: Columns, make: Maker) -> None:
    tenth, third = make(scale=0.1), make(scale=0.3)
    same_people(tenth, third, list(COLUMNS))
    same_people(third, people, list(COLUMNS))


def test_repeated_catchments_contain_the_single_one_and_nest(people: Columns, make: Maker) -> None:
    half_more, twice = make(scale=1.5), make(scale=2.0)
    same_people(people, half_more, list(COLUMNS))
    same_people(half_more, twice, list(COLUMNS))
    assert np.sum(twice["arrival"] == REFERENCE_DAY) == 2 * np.sum(people["arrival"] == REFERENCE_DAY)


def test_a_sample_has_the_size_of_its_scale(people: Columns, make: Maker) -> None:
    taken, everybody = len(make(scale=0.1)["key"]), len(people["key"])
    # binomial with n = everybody, p = 0.1; four standard deviations, two-sided 6e-5
    assert abs(taken - 0.1 * everybody) < 4 * np.sqrt(everybody * 0.1 * 0.9)


def test_without_a_municipality_people_of_the_others_stay_who_they_are(
    people: Columns, make: Maker, parameters: Parameters
) -> None:
    left = ("Favrskov", "Randers")
    fewer = make(municipalities=left)
    same_people(fewer, people, ATTRIBUTES)
    assert len(fewer["key"]) == np.sum(np.isin(people["municipality"], [ALL.index(name) for name in left]))
    rows = rows_of(people, fewer["key"])
    few, all_four = build_network(Case(parameters, People(left))), build_network(Case(parameters))
    for column, one, other in (("practice", few.practices, all_four.practices), ("unit", few.units, all_four.units)):
        names = np.array([place.name for place in one])[fewer[column]]
        assert np.array_equal(names, np.array([place.name for place in other])[people[column][rows]])


def test_another_seed_keeps_keys_of_the_start_and_changes_luck(people: Columns, make: Maker) -> None:
    other = make(seed=7)
    start = int(np.sum(people["arrival"] == REFERENCE_DAY))
    assert np.array_equal(people["key"][:start], other["key"][:start])
    assert np.mean(people["frailty"][:start] == other["frailty"][:start]) < 0.05


def test_everybody_belongs_to_a_practice_and_a_district_of_the_own_municipality(
    people: Columns, parameters: Parameters
) -> None:
    network = build_network(Case(parameters))
    units = np.array([unit.municipality for unit in network.units])
    assert np.array_equal(network.practice_municipality[people["practice"]], people["municipality"])
    assert np.array_equal(units[people["unit"]], people["municipality"])


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_a_scale_that_is_no_positive_number_is_refused(parameters: Parameters, scale: float) -> None:
    network = build_network(Case(parameters))
    with pytest.raises(InputError, match="scale"):
        synthesise(Case(parameters, People(scale=scale)), network, 1)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"municipalities.Randers.population_75_plus": 20000.0}, "population_75_plus"),
        ({"people.multimorbidity.share": 0.01}, "multimorbidity"),
        ({"people.nursing_home.dementia": 1.0}, "dementia"),
        ({"municipalities.Favrskov.nursing_home_share": 0.001}, "nursing_home_share"),
        ({"people.frailty.share_prefrail": 0.88}, "share_prefrail"),
    ],
)
def test_figures_that_contradict_each_other_are_named(parameters: Parameters, change: dict[str, Any], key: str) -> None:
    case = Case(parameters.replace(change))
    with pytest.raises(InputError, match=key):
        synthesise(case, build_network(case), 1)


def test_one_more_person_in_a_figure_leaves_nearly_everybody_alone(people: Columns, parameters: Parameters) -> None:
    changed = parameters.replace({"municipalities.Randers.population_65_plus": 19_350})
    case = Case(changed)
    other = synthesise(case, build_network(case), SEED)
    both = np.intersect1d(people["key"], other["key"])
    rows, new = rows_of(people, both), rows_of(other, both)
    assert len(both) > 0.99 * len(people["key"])
    assert np.mean(people["conditions"][rows] == other["conditions"][new]) > 0.99
