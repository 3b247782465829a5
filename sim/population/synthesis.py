"""The people of a run: those there on the first day and all who will come, with everything known about them."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.chance import person_keys, uniforms
from sim.network import Network, Scenario
from sim.population.attributes import draw_attributes, find_homes
from sim.population.entries import (
    FROM_THE_START,
    days_lived,
    leaving_days,
    newcomers,
    person_number,
    sexes,
)
from sim.population.figures import Figures, read_figures
from sim.population.rates import solve_rates
from sim.population.structure import initial_numbers
from sim.reading import InputError

#: Columns of people with their types; one element a person.
COLUMNS: Final[dict[str, type[np.generic]]] = {
    "key": np.uint64,  # stable person key
    "arrival": np.int32,  # day of arrival; the first day for those there from the start
    "leaves": np.int32,  # day of moving away; 2**30 for never
    "birth": np.int32,  # day of birth
    "sex": np.uint8,  # 0 man, 1 woman
    "municipality": np.uint8,
    "practice": np.int16,
    "unit": np.int16,  # home-care unit
    "conditions": np.uint8,  # bits of measures.CONDITIONS
    "alone": np.uint8,
    "frailty": np.float32,  # index, 0 to 1
    "nursing": np.uint8,  # lives in a nursing home
    "scheme": np.uint8,  # enrolled in the yearly chronic-care fee
}


class _Group(NamedTuple):
    """People of one municipality who came in the same way: arrays of shape (n,)."""

    municipality: int
    key: NDArray[np.uint64]
    arrival: NDArray[np.int32]
    birth: NDArray[np.int32]
    cell: NDArray[np.int64]


def synthesise(scenario: Scenario, network: Network, seed: int) -> dict[str, NDArray[Any]]:
    """Make all people of a run.

    A person's key and attributes depend on the seed, the figures and the person alone: a longer horizon, another scale
    or fewer municipalities leave those who remain as they are. A sample at a smaller scale is part of that at a larger
    one; a scale above 1 repeats the catchment.

    Parameters
    ----------
    scenario : Scenario
        Read are parameters, population (municipalities, scale), first and last day.
    network : Network
        Made from the same scenario.
    seed : int
        Root seed.

    Returns
    -------
    dict of arrays, shape (people,)
        See :data:`COLUMNS`. Those there from the start come first, then entrants by day of arrival.

    Raises
    ------
    InputError
        If figures contradict each other or the scale is not positive.
    """
    figures, scale = read_figures(scenario.parameters), float(scenario.population.scale)
    if not 0 < scale < math.inf:
        raise InputError("scale is not a positive number", key="population.scale", allowed="above 0; 1 is everybody")
    days = (int(scenario.first_day), int(scenario.last_day))
    names = [municipality.name for municipality in network.municipalities]
    copies = range(math.ceil(scale))
    parts = [(figures, seed, names, place, copy, scale, days) for place in range(len(names)) for copy in copies]
    groups = [_initial(*part) for part in parts]
    there = sum(len(group.key) for group in groups)
    groups += [_entrants(*part) for part in parts]
    columns = _fill(figures, network, seed, groups)
    order = there + np.argsort(columns["arrival"][there:], kind="stable")
    for column in columns.values():
        column[there:] = column[order]
    return columns


def _fill(figures: Figures, network: Network, seed: int, groups: list[_Group]) -> dict[str, NDArray[Any]]:
    rates = solve_rates(figures)
    homes = find_homes(figures, rates, network, seed)
    people = sum(len(group.key) for group in groups)
    columns: dict[str, NDArray[Any]] = {name: np.empty(people, kind) for name, kind in COLUMNS.items()}
    start = 0
    for group in groups:
        part = {name: column[start : start + len(group.key)] for name, column in columns.items()}
        part["key"][:], part["arrival"][:], part["birth"][:] = group.key, group.arrival, group.birth
        part["leaves"][:] = leaving_days(figures, seed, group.key, group.arrival)
        part["sex"][:], part["municipality"][:] = group.cell & 1, group.municipality
        draw_attributes(figures, rates, homes[group.municipality], seed, group.cell, part)
        start += len(group.key)
    return columns


def _sampled(seed: int, keys: NDArray[np.uint64], copy: int, scale: float) -> NDArray[np.bool_] | slice:
    """Which people of a copy a scale takes in: nested, since everybody has one place between 0 and 1 in each copy."""
    return slice(None) if copy + 1 <= scale else uniforms(seed, "sample", keys) < scale - copy


def _initial(
    figures: Figures, seed: int, names: list[str], place: int, copy: int, scale: float, days: tuple[int, int]
) -> _Group:
    numbers = initial_numbers(figures, names[place], days[0]).ravel()
    cell = np.repeat(np.arange(len(numbers)), numbers)
    nth = np.arange(len(cell)) - np.repeat(np.cumsum(numbers) - numbers, numbers)
    number = person_number(copy, cell, nth)
    key = person_keys(names[place], np.full(1, FROM_THE_START), number)
    taken = _sampled(seed, key, copy, scale)
    key, cell = key[taken], cell[taken]
    arrival = np.full(len(key), days[0], np.int32)
    return _Group(place, key, arrival, (days[0] - days_lived(seed, key, cell >> 1)).astype(np.int32), cell)


def _entrants(
    figures: Figures, seed: int, names: list[str], place: int, copy: int, scale: float, days: tuple[int, int]
) -> _Group:
    key, arrival, age, lived = newcomers(figures, seed, names[place], copy, (days[0] + 1, days[1]))
    taken = _sampled(seed, key, copy, scale)
    key, arrival, age, lived = key[taken], arrival[taken], age[taken], lived[taken]
    cell = age * 2 + sexes(figures, seed, key, age)
    return _Group(place, key, arrival, (arrival - lived).astype(np.int32), cell)
