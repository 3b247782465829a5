"""Caps for a whole course, whose events may fall in several months."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.payment.clauses.base import Integers, Numbers

#: Months after which an unseen course is taken to be over. What a course is paid for follows day by day once it has
#: begun, or at its end, so it is seen again within a month; three leave a margin that costs only memory.
COURSE_MONTHS: Final = 3
#: Fields that are remembered of courses between months.
COURSE_FIELDS: Final[tuple[str, ...]] = ("id", "earned", "month")
Courses = tuple[Integers, Numbers, Integers]


def begins(values: Integers) -> NDArray[np.bool_]:
    """Which of some sorted values are the first of their kind."""
    first = np.ones(len(values), np.bool_)
    first[1:] = values[1:] != values[:-1]
    return first


def capped_by_course(
    course: Integers, amount: Numbers, cap: float, before: tuple[Any, ...] | None, month: int
) -> tuple[Numbers, Courses]:
    """Cut amounts so that no course earns more than its cap, whatever months its events fall in.

    Parameters
    ----------
    course : int64 array, shape (rows,)
        Course of each row; rows are in the order of days.
    amount : float64 array, shape (rows,)
        Amounts before the cap, DKK.
    cap : float
        Most per course, DKK.
    before : three arrays of shape (courses,), or None
        Course, amount so far and month last seen, sorted by course.
    month : int
        Month number.

    Returns
    -------
    float64 array, shape (rows,)
        Amounts after the cap.
    three arrays
        As ``before``, for the next month.
    """
    none = np.zeros(0, np.int64)
    ids, earned, last = before if before is not None else (none, np.zeros(0), none)
    order = np.argsort(course, kind="stable")
    first, earning = begins(course[order]), amount[order]
    starts, which = np.flatnonzero(first), np.cumsum(first) - 1
    seen = course[order[starts]]
    known = np.zeros(len(seen))
    if len(ids):
        at = np.minimum(np.searchsorted(ids, seen), len(ids) - 1)
        known = np.where(ids[at] == seen, earned[at], 0.0)
    running = np.cumsum(earning)
    so_far = running - ((running - earning)[starts] - known)[which]
    cut = np.empty_like(amount)
    cut[order] = np.minimum(so_far, cap) - np.minimum(so_far - earning, cap)
    sums = np.minimum(known + np.bincount(which, weights=earning, minlength=len(seen)), cap)
    stays = ~np.isin(ids, seen) & (last > month - COURSE_MONTHS)
    merged = np.concatenate([ids[stays], seen])
    sort = np.argsort(merged, kind="stable")
    months = np.concatenate([last[stays], np.full(len(seen), month)])
    return cut, (merged[sort], np.concatenate([earned[stays], sums])[sort], months[sort])
