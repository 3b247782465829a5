"""What settlement needs of a month beside its sums as they are written: coarser sums, and which rows are of which."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import entry, jit
from sim.day.frame import Output


@jit
def fold_sums(out: Output) -> None:
    """Add up a month's quantities over organisations, and over enrolment and age."""
    sums, slots = out.sums, out.deliverers.slots
    measures, enrolled, bands, towns, _ = sums.everywhere.shape
    out.quantity[:] = 0
    sums.delivered[:] = 0
    at, start = 0, 0
    for m in range(measures):
        for e in range(enrolled):
            for b in range(bands):
                cell = start
                for t in range(towns):
                    total = 0
                    for _slot in range(slots[m]):
                        total += sums.quantity[at]
                        sums.delivered[cell] += sums.quantity[at]
                        at += 1
                        cell += 1
                    sums.everywhere[m, e, b, t, 0] = total
                    out.quantity[m, t, b] += total
        start += towns * slots[m]


@entry
def list_rows(
    row: NDArray[Any], used: int, flags: NDArray[np.uint16], ends: NDArray[np.int64], rows: NDArray[np.int32],
    flagged: NDArray[np.int64],
) -> None:  # fmt: skip
    """Sort rows by measure, and sum what has a flag.

    ``ends`` (measures + 1,) is how many there are of each measure and those before it, with no measure first. ``rows``
    (used,) takes the rows of the first measure in their order, then those of the second, and so on; ``flagged`` (flag,
    measure, municipality), given as zeros, takes quantities of events with each of ``flags``.
    """
    begins = ends.copy()
    for k in range(used):
        event = row[k]
        m = event.measure
        rows[begins[m]] = k
        begins[m] += 1
        for f in range(flags.shape[0]):
            if event.marks & flags[f]:
                flagged[f, m, event.municipality] += event.quantity
