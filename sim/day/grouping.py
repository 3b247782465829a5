"""One pass over the month's events for settlement: sums by organisation, and which rows are of which measure."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import entry
from sim.measures import AXES, FLAG

_ENROLLED = FLAG["enrolled"]
_PRACTICE, _UNIT, _WARD = (AXES.index(name) for name in ("practice", "unit", "ward"))


@entry
def group_events(
    row: NDArray[Any], used: int, axis: NDArray[np.int64], slots: NDArray[np.int64], starts: NDArray[np.int64],
    quantity: NDArray[np.int64], value: NDArray[np.int64], everywhere: NDArray[np.int64], listed: NDArray[np.bool_],
    found: NDArray[np.int32], ends: NDArray[np.int64],
) -> None:  # fmt: skip
    """Sum events by who delivers them, and find the rows of the measures in ``listed``; sums are given as zeros.

    ``axis``, ``slots`` and ``starts`` are :class:`sim.payment.accounts.Deliverers`. ``quantity`` takes for each measure
    (enrolled, band, municipality, slot), and ``value`` (municipality, slot), measure after measure; of ``everywhere``
    (measure, enrolled, band, municipality, 1) the shape is read. ``found`` (events,) takes the rows in their order, and
    ``ends`` (measures + 1,) how many there are of each measure and those before it, with no measure first.
    """
    groups, bands = everywhere.shape[1] * everywhere.shape[2], everywhere.shape[2]
    rows = 0
    for k in range(used):
        event = row[k]
        m = event.measure
        enrolled = (event.marks // _ENROLLED) & 1
        # without branches, which events in no order would mislead
        place = event.practice if axis[m] == _PRACTICE else -1
        place = event.unit if axis[m] == _UNIT else place
        place = event.ward if axis[m] == _WARD else place
        cell = event.municipality * slots[m] + place + 1
        group = enrolled * bands + event.band
        quantity[groups * starts[m] + group * (starts[m + 1] - starts[m]) + cell] += event.quantity
        value[starts[m] + cell] += event.value
        if listed[m]:
            found[rows] = k
            rows += 1
            ends[m + 1] += 1
    for m in range(listed.shape[0]):
        ends[m + 1] += ends[m]


@entry
def fold_sums(
    quantity: NDArray[np.int64], slots: NDArray[np.int64], everywhere: NDArray[np.int64], delivered: NDArray[np.int64]
) -> None:
    """Add up what :func:`group_events` summed, once over organisations and once over enrolment and age.

    ``everywhere`` (measure, enrolled, band, municipality, 1) is filled, and ``delivered`` (for each measure
    municipality, slot), given as zeros.
    """
    measures, enrolled, bands, towns, _ = everywhere.shape
    at, start = 0, 0
    for m in range(measures):
        for e in range(enrolled):
            for b in range(bands):
                cell = start
                for t in range(towns):
                    total = 0
                    for _slot in range(slots[m]):
                        total += quantity[at]
                        delivered[cell] += quantity[at]
                        at += 1
                        cell += 1
                    everywhere[m, e, b, t, 0] = total
        start += towns * slots[m]


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
