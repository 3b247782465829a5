"""What of a month counts inside the episodes of a bundle, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.measures import FLAG
from sim.payment.activity import MonthActivity
from sim.payment.clauses.base import Integers, Numbers
from sim.payment.clauses.episodes import Episodes
from sim.payment.clauses.spending import SpendingLine


class Inside(NamedTuple):
    """What counts inside episodes in a month, each array of shape (rows,), in the order of days.

    ``episode`` is its position; ``line`` that of what is inside; ``municipality`` and ``slot`` (along the axis of a
    replaced fee) are the row's own; ``opens`` is whether the row opened the episode, ``back`` whether it belongs to a
    readmission; ``amount`` is unweighted, DKK.
    """

    episode: Integers
    line: Integers
    municipality: Integers
    slot: Integers
    opens: NDArray[np.bool_]
    back: NDArray[np.bool_]
    amount: Numbers


def inside_of(
    episodes: Episodes, lines: Sequence[SpendingLine], window: int, opening: NDArray[np.int32], month: MonthActivity
) -> Inside:  # fmt: skip
    """Rows that fall in an episode.

    Parameters
    ----------
    episodes : Episodes
        Those that run or open in the month.
    lines : sequence of SpendingLine
        What counts inside.
    window : int
        Days.
    opening : int32 array
        Rows of the table that opened one this month.
    month : MonthActivity
        The month.
    """
    table = month.table
    rows, episode = episodes.around(table.person[: int(table.used[0])], table.day, window)
    within = month.only(rows)
    parts: list[tuple[Any, ...]] = []
    for number, line in enumerate(lines):
        events, amount = line.by_row(within)
        slot = events.slots("none" if line.fee is None else line.fee.axis)
        parts.append((events.rows, np.full(len(events), number), slot, amount))
    row, which, slot, amount = (np.concatenate(every) for every in zip(*parts, strict=True))
    order = np.argsort(within.table.day[row], kind="stable")
    row = row[order]
    opens = np.zeros(len(rows), np.bool_)
    opens[np.searchsorted(rows, opening)] = True  # what opens an episode falls in it
    back = (within.table.flags & FLAG["readmission"]) > 0
    town = within.table.municipality.astype(np.int64)
    return Inside(episode[row], which[order], town[row], slot[order], opens[row], back[row], amount[order])
