"""How frail people of each age, sex and state are: the frailty index cut into steps, exactly as people are drawn."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from sim.population.figures import Figures
from sim.population.rates import solve_rates
from sim.population.solving import Array, share_of

#: Steps of the frailty index into which a profile is cut: numerical resolution, twice as many change no digit shown.
STEPS: Final = 70


class Profile(NamedTuple):
    """The people of each cell (age index times 2 plus sex) by state and frailty.

    A state is a set of conditions times 2 plus living in a nursing home; ``states`` is 64. Shapes: ``edges`` (steps +
    1,), ``middles`` (steps,), ``share`` (cells, states), sums to 1 in each cell; ``below`` (cells, states, steps + 1)
    the share of a state that is less frail than an edge, where all who are frailer than the last edge count below it;
    ``density`` and ``slope`` (cells, states, steps) the density and its derivative at all edges but the first.
    """

    edges: Array
    middles: Array
    share: Array
    below: Array
    density: Array
    slope: Array


@lru_cache(maxsize=4)
def profile_of(figures: Figures) -> Profile:
    """Profile that people are drawn from; kept, since most runs share their figures."""
    rates = solve_rates(figures)
    share = rates.share.reshape(-1, rates.share.shape[-2] * 2)
    edges = np.linspace(0.0, figures.number("people.frailty.most"), STEPS + 1)
    middle = rates.log_frailty.reshape(*share.shape, 1)
    below = share_of((np.log(edges[1:]) - middle) / rates.frailty_spread)
    density = below * (1.0 - below) / (rates.frailty_spread * edges[1:])
    slope = density * ((1.0 - 2.0 * below) / rates.frailty_spread - 1.0) / edges[1:]
    below = np.concatenate([np.zeros((*share.shape, 1)), below], axis=-1)
    below[..., -1] = 1.0
    return Profile(edges, (edges[1:] + edges[:-1]) / 2.0, share, below, density, slope)
