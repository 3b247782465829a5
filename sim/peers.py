"""Who looks at whom: the ties along which providers of a kind imitate each other."""

from __future__ import annotations

import math
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.network import Network


def neighbours(network: Network) -> list[tuple[int, int]]:
    """Bordering districts by position: next to each other in a municipality, or the nearest of two municipalities."""
    by_municipality: dict[int, list[int]] = {}
    for index, unit in enumerate(network.units):
        by_municipality.setdefault(unit.municipality, []).append(index)
    pairs = [pair for own in by_municipality.values() for pair in pairwise(own)]
    for one, other in combinations(by_municipality.values(), 2):
        pairs.append(min(((a, b) for a in one for b in other), key=lambda pair: _distance(network, *pair)))
    return pairs


def _distance(network: Network, one: int, other: int) -> float:
    first, second = network.units[one], network.units[other]
    return math.hypot((first.x - second.x) * math.cos(math.radians(first.y)), first.y - second.y)


def peers_of(kind: str, network: Network) -> NDArray[np.float64]:
    """Weights of peers, array (providers, providers); rows sum to one, or zero for who has none.

    Peers of a practice are the others of its quality cluster, of a home-care unit those of bordering districts, of a
    ward all others.

    Parameters
    ----------
    kind : "gp", "home_care" or "ward"
    network : Network
        The catchment's organisations.
    """
    if kind == "home_care":
        tied = np.zeros((len(network.units), len(network.units)))
        for one, other in neighbours(network):
            tied[one, other] = tied[other, one] = 1.0
    else:
        group = np.array([one.cluster for one in network.practices] if kind == "gp" else [0] * len(network.wards))
        tied = (group[:, None] == group[None, :]).astype(np.float64)
        np.fill_diagonal(tied, 0.0)
    return np.asarray(tied / np.maximum(tied.sum(axis=1, keepdims=True), 1.0))
