"""One pass over the month's events for settlement: sums by organisation, and which rows are of which measure."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import entry
from sim.measures import FLAG

_ENROLLED = FLAG["enrolled"]


@entry
def group_events(
    row: NDArray[Any], used: int, in_wards: NDArray[np.bool_], in_units: NDArray[np.bool_], found: NDArray[np.int32],
    by_practice: NDArray[np.int64], by_place: NDArray[np.int64], value: NDArray[np.int64], listed: NDArray[np.bool_],
    ends: NDArray[np.int64],
) -> None:  # fmt: skip
    """Sum events, and find the rows of the measures in ``listed``; what is summed is given as zeros.

    ``in_wards`` and ``in_units`` say of each measure who delivers it. ``by_practice`` and ``by_place`` (measure,
    enrolled, band, municipality, slot) take quantities, ``value`` (measure, municipality, slot) values; slot 0 is none.
    ``found`` (events,) takes the rows in their order, and ``ends`` (measures + 1,) how many there are of each measure
    and those before it, with no measure first.
    """
    rows = 0
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
            found[rows] = k
            rows += 1
            ends[m + 1] += 1
    for m in range(listed.shape[0]):
        ends[m + 1] += ends[m]


@entry
def fold_practices(by_practice: NDArray[np.int64], everywhere: NDArray[np.int64], delivered: NDArray[np.int64]) -> None:
    """Add up what :func:`group_events` summed by practice, once over practices and once over enrolment and age.

    ``everywhere`` (measure, enrolled, band, municipality, 1) and ``delivered`` (measure, municipality, slot) are given
    as zeros.
    """
    measures, enrolled, bands, towns, slots = by_practice.shape
    for m in range(measures):
        for e in range(enrolled):
            for b in range(bands):
                for t in range(towns):
                    total = 0
                    for s in range(slots):
                        total += by_practice[m, e, b, t, s]
                        delivered[m, t, s] += by_practice[m, e, b, t, s]
                    everywhere[m, e, b, t, 0] = total


@entry
def list_events(
    row: NDArray[Any], found: NDArray[np.int32], flags: NDArray[np.uint16], ends: NDArray[np.int64],
    rows: NDArray[np.int32], flagged: NDArray[np.int64],
) -> None:  # fmt: skip
    """Sort what :func:`group_events` found by measure, and sum what has a flag.

    ``rows`` (found,) takes the rows of the first measure in their order, then those of the second, and so on;
    ``flagged`` (flag, measure, municipality), given as zeros, takes quantities of events with each of ``flags``.
    """
    begins = ends.copy()
    for at in range(rows.shape[0]):
        k = found[at]
        event = row[k]
        m = event.measure
        rows[begins[m]] = k
        begins[m] += 1
        for f in range(flags.shape[0]):
            if event.marks & flags[f]:
                flagged[f, m, event.municipality] += event.quantity
