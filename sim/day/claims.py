"""Claims on a capacity in the order of serving: by place, and where there are too many by rank."""

from __future__ import annotations

import numpy as np

from sim.chance import uniform
from sim.compiled import jit
from sim.day.frame import LOTS, Claims

# For a few claims a pass more costs more than it saves, since no processor guesses where a claim will stop.
_GAPS = np.array([8877, 3945, 1750, 701, 301, 132, 57, 23, 1], np.int64)


@jit
def group_by_place(claims: Claims, places: int, starts: np.ndarray, fill: np.ndarray) -> None:
    """Order claims by place (counting sort); ``starts`` gets the offset of each place."""
    n = claims.count[0]
    for p in range(places + 1):
        starts[p] = 0
    for k in range(n):
        starts[claims.entry[k].place + 1] += 1
    for p in range(places):
        starts[p + 1] += starts[p]
    for p in range(places):
        fill[p] = starts[p]
    for k in range(n):
        p = claims.entry[k].place
        claims.order[fill[p]] = k
        fill[p] += 1


@jit
def draw_lots(claims: Claims, keys: np.ndarray, stream: np.uint64, low: int, high: int) -> None:
    """Add the draw of person and day to the ranks of ``order[low:high]``, where it was left out when they claimed."""
    for k in range(low, high):
        entry = claims.entry[claims.order[k]]
        entry.rank |= np.uint64(uniform(keys[entry.row], stream) * LOTS)


@jit
def rank_claims(claims: Claims, keys: np.ndarray, low: int, high: int) -> None:
    """Sort the claims ``order[low:high]`` by rank, ties by person key in place (Shell 1959, Ciura's gaps).

    Ties go by person, then by which claim of the person came first, so any way of sorting gives the same; this one
    needs no room and is quick for few and many.
    """
    for step in range(_GAPS.shape[0]):
        gap = _GAPS[step]
        for a in range(low + gap, high):
            moved = claims.order[a]
            b = a - gap
            while b >= low:
                other = claims.order[b]
                if claims.entry[other].rank < claims.entry[moved].rank or (
                    claims.entry[other].rank == claims.entry[moved].rank
                    and (keys[claims.entry[other].row], other) <= (keys[claims.entry[moved].row], moved)
                ):
                    break
                claims.order[b + gap] = other
                b -= gap
            claims.order[b + gap] = moved
