"""One pass over the month's events for settlement: sums by organisation, and the rows that must be looked at singly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import entry
from sim.measures import FLAG

_ENROLLED = FLAG["enrolled"]


@entry
def group_events(
    row: NDArray[Any], used: int, in_wards: NDArray[np.bool_], in_units: NDArray[np.bool_], listed: NDArray[np.bool_],
    rows: NDArray[np.int32], by_practice: NDArray[np.int64], by_place: NDArray[np.int64], value: NDArray[np.int64],
) -> int:  # fmt: skip
    """Sum events and list the rows of the measures in ``listed``; return how many these are.

    ``in_wards`` and ``in_units`` say of each measure who delivers it. ``by_practice`` and ``by_place`` (measure,
    enrolled, band, municipality, slot) take quantities, ``value`` (measure, municipality, slot) values; slot 0 is none.
    """
    found = 0
    for k in range(used):
        event = row[k]
        m = event.measure
        enrolled = 1 if event.marks & _ENROLLED else 0
        by_practice[m, enrolled, event.band, event.municipality, event.practice + 1] += event.quantity
        if in_wards[m]:
            by_place[m, enrolled, event.band, event.municipality, event.ward + 1] += event.quantity
            value[m, event.municipality, event.ward + 1] += event.value
        elif in_units[m]:
            by_place[m, enrolled, event.band, event.municipality, event.unit + 1] += event.quantity
        if listed[m]:
            rows[found] = k
            found += 1
    return found
