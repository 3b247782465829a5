"""People who come and go: turning 65, moving in, moving out.

Entries are drawn from the calendar, independently of deaths and of the first day, so a longer horizon adds people at
the end and changes nobody.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.chance import person_keys, uniforms
from sim.clock import DAYS_PER_YEAR
from sim.network import names_to_keys
from sim.population.figures import Figures
from sim.population.solving import Array
from sim.population.structure import LOWEST, numbers_by_age, turning_65, women_by_age

#: Day of moving away of those who stay longer than any run.
NEVER = 2**30
#: ``arrival`` in the key of those who are there from the start.
FROM_THE_START = -1_000_000
#: Day on which a person is 65 years old, counted from birth.
DAYS_TO_65 = math.ceil(LOWEST * DAYS_PER_YEAR)


def person_number(copy: int, kind: int | NDArray[np.int64], index: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number a person within place and arrival: which copy of the catchment, what kind of arrival, which of these.

    ``kind`` is the cell (age index times 2 plus sex) of those there from the start, and 0 turning 65 or 1 moving in of
    the others, so that one more of a kind changes no other person's number.
    """
    return index + (kind << 24) + (copy << 40)


def poisson_from_uniform(uniform: Array, mean: float) -> NDArray[np.int64]:
    """Poisson counts by inversion: grow with the mean for the same uniform numbers."""
    most = math.ceil(mean + 12 * math.sqrt(mean) + 30)  # beyond, the probability is below double precision
    counts = np.arange(most + 1)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(counts[1:]))])
    cumulated = np.cumsum(np.exp(counts * math.log(mean) - mean - log_factorial)) if mean > 0 else np.ones(most + 1)
    return np.searchsorted(cumulated, uniform)


def newcomers(
    figures: Figures, seed: int, place: str, copy: int, days: tuple[int, int]
) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """People who turn 65 or move into one copy of a municipality.

    Parameters
    ----------
    figures : Figures
    seed : int
        Root seed.
    place : str
        Name of the municipality.
    copy : int
        Which copy of the catchment, from 0.
    days : (int, int)
        First day and the day after the last, as day numbers.

    Returns
    -------
    tuple of arrays, shape (n,)
        Keys, day of arrival, age index (years above 65), and days lived on arrival.
    """
    people = numbers_by_age(figures, place)
    moving = float(people.sum()) * figures.number("people.moves.in_rate")
    rates = (turning_65(figures, place) / DAYS_PER_YEAR, moving / DAYS_PER_YEAR)
    parts = [_arrivals(seed, place, copy, kind, rate, days) for kind, rate in enumerate(rates)]
    (keys_65, arrival_65), (keys_moved, arrival_moved) = parts
    age = _ages_of_movers(figures, seed, people, keys_moved)
    lived = np.concatenate([np.full(len(keys_65), DAYS_TO_65), days_lived(seed, keys_moved, age)])
    return (
        np.concatenate([keys_65, keys_moved]),
        np.concatenate([arrival_65, arrival_moved]).astype(np.int32),
        np.concatenate([np.zeros(len(keys_65), np.int64), age]),
        lived,
    )


def _arrivals(
    seed: int, place: str, copy: int, kind: int, rate: float, days: tuple[int, int]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    calendar = np.arange(*days)
    stream = names_to_keys([place]) + np.uint64(copy)
    decision = ("people turning 65", "people moving in")[kind]
    counts = poisson_from_uniform(uniforms(seed, decision, stream, calendar), rate)
    arrival = np.repeat(calendar, counts)
    nth = np.arange(len(arrival)) - np.repeat(np.cumsum(counts) - counts, counts)
    return person_keys(place, arrival, person_number(copy, kind, nth)), arrival


def _ages_of_movers(figures: Figures, seed: int, people: Array, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    weights = people * np.exp(-figures.number("people.moves.younger") * np.arange(len(people)))
    return np.searchsorted(np.cumsum(weights) / weights.sum(), uniforms(seed, "age of mover", keys))


def days_lived(seed: int, keys: NDArray[np.uint64], age: NDArray[np.int64]) -> NDArray[np.int64]:
    """Days since birth of people of a given age index: birthdays spread evenly over the year of age."""
    complete = np.ceil((LOWEST + np.arange(age.max(initial=0) + 1)) * DAYS_PER_YEAR).astype(np.int64)
    within = uniforms(seed, "birth day", keys) * int(DAYS_PER_YEAR)
    return complete[age] + within.astype(np.int64)


def leaving_days(
    figures: Figures, seed: int, keys: NDArray[np.uint64], arrival: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Day on which each person moves away, shape (n,): a constant rate from the day after arrival on."""
    rate = figures.number("people.moves.out_rate") / DAYS_PER_YEAR
    if rate == 0:
        return np.full(len(keys), NEVER, np.int32)
    stays = np.log(uniforms(seed, "moving out", keys)) / -rate
    return np.minimum(arrival + 1 + np.minimum(stays, NEVER), NEVER).astype(np.int32)


def sexes(figures: Figures, seed: int, keys: NDArray[np.uint64], age: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sex of people of a given age index, shape (n,): 0 man, 1 woman."""
    return (uniforms(seed, "sex", keys) < women_by_age(figures)[age]).astype(np.int64)
