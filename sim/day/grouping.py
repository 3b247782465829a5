"""One pass over the month's events: grouped by measure, and summed by practice, for settlement."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import entry
from sim.measures import FLAG

_ENROLLED = FLAG["enrolled"]


@entry
def group_events(
    row: NDArray[Any], used: int, order: NDArray[np.int32], starts: NDArray[np.int64], counts: NDArray[np.int64]
) -> None:
    """Fill ``order`` (rows by measure, stable), ``starts``, ``counts`` (measure, enrolled, band, town, practice)."""
    measures = starts.shape[0] - 1
    fill = np.zeros(measures + 1, np.int64)
    for k in range(used):
        fill[row[k].measure + 1] += 1
    for m in range(measures):
        fill[m + 1] += fill[m]
    for m in range(measures + 1):
        starts[m] = fill[m]
    for k in range(used):
        event = row[k]
        m = event.measure
        order[fill[m]] = k
        fill[m] += 1
        enrolled = 1 if event.marks & _ENROLLED else 0
        counts[m, enrolled, event.band, event.municipality, event.practice + 1] += event.quantity
