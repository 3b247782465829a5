"""Episodes of single persons: which index events open one, which events fall inside, and how much of it has passed."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.payment.clauses.base import ClauseState, Integers, Numbers
from sim.payment.clauses.courses import begins

_DAY_BITS: Final = 32


class Episodes(NamedTuple):
    """Episodes, sorted by person and day of opening, each array of shape (episodes,).

    ``counted`` is what was inside so far, after the stop-loss, DKK; ``back`` is 1 where the index event was a
    readmission, else 0; ``band``, ``municipality``, ``practice``, ``unit`` and ``ward`` are those of the index event.
    """

    person: Integers
    opened: Integers
    counted: Numbers
    back: Integers
    band: Integers
    municipality: Integers
    practice: Integers
    unit: Integers
    ward: Integers

    @classmethod
    def none(cls) -> Episodes:
        """No episodes."""
        empty = np.zeros(0, np.int64)
        return cls(empty, empty, np.zeros(0), *[empty] * 6)

    @classmethod
    def of(cls, state: ClauseState) -> Episodes:
        """Open episodes that a clause remembers."""
        return cls(*(state[f"episode {name}"] for name in cls._fields))

    def remembered(self) -> ClauseState:
        """Episodes as part of a clause's state."""
        return {f"episode {name}": values for name, values in self._asdict().items()}

    def chosen(self, which: NDArray[np.bool_]) -> Episodes:
        """Some of the episodes."""
        columns: list[Any] = [values[which] for values in self]
        return Episodes(*columns)

    def with_new(self, new: Episodes) -> Episodes:
        """These episodes and new ones."""
        both: list[Any] = [np.concatenate(pair) for pair in zip(self, new, strict=True)]
        order = np.argsort(both[0] << _DAY_BITS | both[1], kind="stable")
        return Episodes(*(values[order] for values in both))

    def around(self, person: NDArray[np.int32], day: NDArray[np.int32], window: int) -> tuple[Integers, Integers]:
        """Events that fall in an episode, by their positions, and the episode of each, both (events inside,).

        ``day`` may hold more than the days of these events.
        """
        none = np.zeros(0, np.int64)
        if not len(self.person) or not len(person):
            return none, none
        last = np.full(int(self.person[-1]) + 2, -1)  # the last entry is for everybody who comes after
        last[self.person] = np.arange(len(self.person))
        # few people have an episode: the others are set aside first
        theirs = np.flatnonzero(np.take(last >= 0, person, mode="clip"))
        who, when = person[theirs], day[theirs]
        at = last[who]
        while (later := self._are_of(who, at) & (when < self.opened[at])).any():
            at -= later
        inside = self._are_of(who, at) & (when < self.opened[at] + window)
        return theirs[inside], at[inside]

    def _are_of(self, person: NDArray[np.int32], episode: Integers) -> NDArray[np.bool_]:
        """Whether each episode is that of a person; none is before the first."""
        return np.asarray((episode >= 0) & (self.person[episode] == person))

    def days(self, first: int, end: int, window: int, gone: Integers) -> Integers:
        """Days of each episode between two days, until its person has died or moved away; ``end`` is not among them."""
        until = np.minimum(np.minimum(self.opened + window, end), gone)
        return np.asarray(np.maximum(until - np.maximum(self.opened, first), 0))


def opening(person: Integers, day: Integers, open_now: Episodes, window: int) -> Integers:
    """Which index events open an episode: positions, by person and day; none opens while one is running.

    Parameters
    ----------
    person, day : int64 array, shape (events,)
        Index events.
    open_now : Episodes
        Episodes opened before, at most one a person.
    window : int
        Days.
    """
    free = np.full(len(person), np.iinfo(np.int64).min)
    if len(open_now.person):
        at = np.minimum(np.searchsorted(open_now.person, person), len(open_now.person) - 1)
        running = open_now.person[at] == person
        free[running] = open_now.opened[at[running]] + window
    left, found = np.lexsort((day, person)), [np.zeros(0, np.int64)]
    left = left[day[left] >= free[left]]
    while len(left):
        first = begins(person[left])
        earliest = left[np.flatnonzero(first)]
        found.append(earliest)
        left = left[day[left] >= day[earliest][np.cumsum(first) - 1] + window]
    return np.concatenate(found)
