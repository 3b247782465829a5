"""Which events fall in which episode, against looking at every pair."""

from __future__ import annotations

import numpy as np

from sim.payment.clauses.episodes import Episodes

WINDOW = 30


def opened(*of: tuple[int, int]) -> Episodes:
    """Episodes of (person, day)."""
    person, day = (np.array(column, np.int64) for column in zip(*sorted(of), strict=True))
    nothing = np.zeros(len(person), np.int64)
    return Episodes(person, day, np.zeros(len(person)), *[nothing] * 6)


def test_each_event_falls_in_the_episode_of_its_person_that_runs_on_its_day() -> None:
    rng = np.random.default_rng(5)
    episodes = opened(*((int(person), 100 + 40 * turn) for person in range(0, 60, 3) for turn in range(person % 4)))
    person, day = (rng.integers(low, high, 3000).astype(np.int32) for low, high in ((0, 80), (80, 260)))
    pairs = (person[:, None] == episodes.person) & (day[:, None] >= episodes.opened)
    pairs &= day[:, None] < episodes.opened + WINDOW
    events, found = episodes.around(person, day, WINDOW)
    assert list(zip(events.tolist(), found.tolist(), strict=True)) == [tuple(pair) for pair in np.argwhere(pairs)]
    assert 0 < len(events) < len(person)


def test_without_episodes_or_events_nothing_falls_in_one() -> None:
    some, none = np.array([3, 4], np.int32), np.zeros(0, np.int32)
    assert [len(found) for found in Episodes.none().around(some, some, WINDOW)] == [0, 0]
    assert [len(found) for found in opened((3, 4)).around(none, none, WINDOW)] == [0, 0]


def test_episodes_and_new_ones_stand_by_person_and_day() -> None:
    both = opened((2, 50), (7, 10)).with_new(opened((2, 90), (1, 95)))
    assert list(zip(both.person.tolist(), both.opened.tolist(), strict=True)) == [(1, 95), (2, 50), (2, 90), (7, 10)]
