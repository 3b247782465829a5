"""What people are like: drawn one attribute after the other, each from one uniform number of the person.

People of one municipality are drawn in blocks that fit the processor's cache. Nothing depends on the block.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.chance import uniforms
from sim.measures import CONDITIONS
from sim.network import Network, names_to_keys
from sim.population.figures import Figures
from sim.population.rates import Rates
from sim.population.solving import Array, log_odds_of

BLOCK = 32_768
_DEMENTIA_BIT = CONDITIONS["dementia"].bit_length() - 1
_FEE_CONDITIONS = CONDITIONS["copd"] | CONDITIONS["type_2_diabetes"]


class Home(NamedTuple):
    """Organisations of one municipality that people are spread over.

    ``practice_edges`` are cumulated list shares, ``unit_edges`` of shape (practices, units - 1) cumulated shares of
    where a practice's patients live, ``enrolled`` of shape (practices,) the share of eligible patients enrolled in the
    yearly chronic-care fee; ``first_practice`` and ``first_unit`` are positions in the network.
    """

    practice_edges: Array
    first_practice: int
    unit_edges: Array
    first_unit: int
    enrolled: Array
    nursing: Array


def find_homes(figures: Figures, rates: Rates, network: Network, seed: int) -> list[Home]:
    """Organisations by municipality, in the network's order."""
    enrolled = chronic_fee_enrolment(figures, network, seed)
    homes = []
    for position, municipality in enumerate(network.municipalities):
        practices = np.flatnonzero(network.practice_municipality == position)
        units = [index for index, unit in enumerate(network.units) if unit.municipality == position]
        living = np.cumsum(network.practice_unit_share[practices][:, units], axis=1)
        homes.append(
            Home(
                practice_edges=np.cumsum(network.practice_share[practices])[:-1],
                first_practice=int(practices[0]),
                unit_edges=np.ascontiguousarray(living[:, :-1].T),
                first_unit=units[0],
                enrolled=enrolled[practices],
                nursing=rates.nursing[municipality.name],
            )
        )
    return homes


def chronic_fee_enrolment(figures: Figures, network: Network, seed: int) -> Array:
    """Share of eligible patients enrolled in the chronic-care fee in each practice, shape (practices,); 0 not joined.

    In each municipality practices join in the order of a keyed draw until they can hold the coverage; in those joined
    just so many are enrolled that the coverage is met.
    """
    coverage = figures.number("people.chronic_fee.coverage")
    lists_joined = min(1.0, coverage / figures.number("people.chronic_fee.enrolled_where_joined"))
    draws = uniforms(seed, "joining the chronic fee", names_to_keys([practice.name for practice in network.practices]))
    enrolled = np.zeros(len(network.practices))
    for position in range(len(network.municipalities)):
        practices = np.flatnonzero(network.practice_municipality == position)
        order = practices[np.argsort(draws[practices], kind="stable")]
        lists = np.cumsum(network.practice_share[order])
        enough = int(np.argmin(np.abs(lists - lists_joined)))
        if lists[enough] < coverage:  # a small municipality: the nearest falls short of what must be enrolled
            enough = min(int(np.searchsorted(lists, coverage)), len(order) - 1)
        enrolled[order[: enough + 1]] = min(1.0, coverage / lists[enough])
    return enrolled


def draw_attributes(
    figures: Figures,
    rates: Rates,
    home: Home,
    seed: int,
    cell: NDArray[np.int64],
    columns: dict[str, NDArray[Any]],
) -> None:
    """Fill in the attributes of people of one municipality, in place.

    Parameters
    ----------
    figures, rates, home
        What to draw from.
    seed : int
        Root seed.
    cell : int64 array, shape (n,)
        Age index times 2 plus sex.
    columns : dict of arrays, shape (n,)
        ``key`` is read; practice, unit, conditions, nursing, alone, frailty and scheme are written.
    """
    most = figures.number("people.frailty.most")
    for start in range(0, len(cell), BLOCK):
        part = slice(start, start + BLOCK)
        _draw_block(rates, home, seed, cell[part], {name: column[part] for name, column in columns.items()}, most)


def _draw_block(
    rates: Rates,
    home: Home,
    seed: int,
    cell: NDArray[np.int64],
    columns: dict[str, NDArray[Any]],
    most_frail: float,
) -> None:
    keys = columns["key"]
    practice = np.searchsorted(home.practice_edges, uniforms(seed, "practice", keys))
    columns["practice"][:] = practice + home.first_practice
    lives = uniforms(seed, "home-care district", keys)
    unit = np.full(len(cell), home.first_unit)
    for edges in home.unit_edges:
        unit += lives > edges[practice]
    columns["unit"][:] = unit

    bits = np.zeros(len(cell), np.int64)
    for position, (name, rate) in enumerate(zip(CONDITIONS, rates.conditions, strict=True)):
        ill = uniforms(seed, name, keys) < rate[(cell << position) + bits]
        bits += ill.astype(np.int64) << position
    columns["conditions"][:] = bits

    demented = bits >> _DEMENTIA_BIT & 1
    nursing = (uniforms(seed, "nursing home", keys) < home.nursing[cell * 2 + demented]).astype(np.int64)
    columns["nursing"][:] = nursing
    columns["alone"][:] = uniforms(seed, "living alone", keys) < rates.alone[cell * 2 + nursing]

    middle = rates.log_frailty[((cell << len(CONDITIONS)) + bits) * 2 + nursing]
    spread = rates.frailty_spread * log_odds_of(uniforms(seed, "frailty", keys))
    columns["frailty"][:] = np.minimum(np.exp(middle + spread), most_frail)

    enrols = uniforms(seed, "enrolled in the chronic fee", keys) < home.enrolled[practice]
    columns["scheme"][:] = enrols & (bits & _FEE_CONDITIONS != 0)
