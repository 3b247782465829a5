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
    episodes: Episodes, lines: Sequence[SpendingLine], window: int, index: int, opening: NDArray[np.int32],
    month: MonthActivity,
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
    index : int
        Measure of which an event opens an episode.
    opening : int32 array
        Rows of the table that opened one.
    month : MonthActivity
        The month.
    """
    parts: list[tuple[Any, ...]] = []
    around = {line.measure: _around(episodes, line.measure, window, month) for line in lines}
    for number, line in enumerate(lines):
        among, episode = around[line.measure]
        passing, amount = line.by_row(month, among)
        if passing is not None:
            among, episode = among[passing], episode[passing]
        slot = month.slots(line.measure, "none" if line.fee is None else line.fee.axis, among)
        opened = np.zeros(len(among), np.bool_)
        if line.measure == index:
            opened = np.isin(month.rows(line.measure)[among], opening)
        day, town, flags = (month.column(line.measure, name, among) for name in ("day", "municipality", "flags"))
        back = (flags & FLAG["readmission"]) > 0
        parts.append((day, episode, np.full(len(among), number), town, slot, opened, back, amount))
    columns = [np.concatenate(every) for every in zip(*parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return Inside(*(values[order] for values in columns[1:]))


def _around(episodes: Episodes, measure: int, window: int, month: MonthActivity) -> tuple[Integers, Integers]:
    """Positions of the rows of a measure that fall in an episode, and the episode of each."""
    theirs = episodes.theirs(month.column(measure, "person"))
    person, day = (month.column(measure, name, theirs) for name in ("person", "day"))
    episode = episodes.around(person, day, window)
    inside = episode >= 0
    return theirs[inside], episode[inside]
