"""Keyed chance: every draw is a function of (root seed, person key, decision, day, index).

There is no generator and no state. The same person has the same luck under every contract, whatever order people are
visited in, whoever else is there, and however many decisions are added later. ``docs/chance.md`` explains the idea and
shows the battery of tests that the hash passes.

The mixer is the finaliser of SplitMix64 (Steele, Lea and Flood 2014, OOPSLA, "Fast splittable pseudorandom number
generators"). A decision's stream is named by a hash of its *name*, so adding a decision leaves all others alone.
"""

from __future__ import annotations

import hashlib
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.compiled import entry, inline

Words = TypeVar("Words", np.uint64, NDArray[np.uint64])

STEP_PERSON = np.uint64(0x9E3779B97F4A7C15)
STEP_DAY = np.uint64(0xD1342543DE82EF95)
STEP_INDEX = np.uint64(0xA24BAED4963EE407)
_MULTIPLY_1 = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLY_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)
_TO_UNIT = 1.0 / 4503599627370496.0  # 2**-52: with the half added, one more bit would round up to exactly 1

#: Every decision drawn for a person or an organisation during a run. Order is free: a stream is named by its text.
DECISIONS: tuple[str, ...] = (
    "daily scan",
    "illness",
    "illness severity",
    "illness diagnosis",
    "routine contact",
    "routine kind",
    "routine offered",
    "death",
    "death in hospital",
    "first contact",
    "general practice outcome",
    "queue in general practice",
    "retry after no room",
    "acute nurse outcome",
    "queue for acute nurse",
    "emergency outcome",
    "emergency department return",
    "observation return",
    "admission threshold",
    "queue for a bed",
    "hospital share",
    "ward",
    "length of stay kind",
    "length of stay",
    "case weight",
    "early leave",
    "notice",
    "reception",
    "reception kind",
    "discharge plan",
    "medication reconciliation",
    "frailty after hospital",
    "frailty drift",
    "change of state",
    "follow-up offered",
    "follow-up delivered",
    "outreach",
    "control kept in practice",
    "control virtual",
    "detection",
    "detection answered",
    "home nursing",
    "queue for home care",
    "nursing home need",
    "queue for nursing home",
    "preventive visit",
    "elective wait",
    "elective stay",
    "background in practice",
    "background in ward",
    "enrolled in the chronic fee",
)


def stream_name(text: str) -> np.uint64:
    """64-bit number of a name (of a decision, municipality or organisation): the same on every machine and version."""
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little"))


def _mix(word: Words) -> Words:
    word = (word ^ (word >> _S30)) * _MULTIPLY_1
    word = (word ^ (word >> _S27)) * _MULTIPLY_2
    return word ^ (word >> _S31)


#: Scramble a 64-bit word; compiled for single words.
mix = inline(_mix)


def mix_words(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble an array of 64-bit words (same bits as :func:`mix`)."""
    return _mix(words)


@inline
def uniform(person: np.uint64, stream: np.uint64) -> float:
    """One uniform number strictly inside (0, 1) for a person in a stream (see :func:`streams_of_day`)."""
    return (np.float64(mix(person + stream) >> _S12) + 0.5) * _TO_UNIT


@inline
def trait(person: np.uint64, key: np.uint64) -> float:
    """The uniform number that a decision (by its key) holds for a person on day 0, for what is settled for life."""
    return uniform(person, mix(key))


@inline
def uniform_at(person: np.uint64, stream: np.uint64, index: int) -> float:
    """The ``index``-th uniform number for a person in a stream; index 0 equals :func:`uniform`."""
    return (np.float64(mix(person + stream + np.uint64(index) * STEP_INDEX) >> _S12) + 0.5) * _TO_UNIT


def decision_keys(seed: int, names: tuple[str, ...] = DECISIONS) -> NDArray[np.uint64]:
    """Key of each decision under a root seed, shape (decisions,), ``uint64``."""
    root = mix_words(np.array([seed], dtype=np.uint64) + STEP_PERSON)
    return mix_words(root ^ np.array([stream_name(name) for name in names], dtype=np.uint64))


def streams_of_day(keys: NDArray[np.uint64], day: int) -> NDArray[np.uint64]:
    """Streams of one day from decision keys; ``day`` counts from 1 January 1970 and may be negative."""
    return mix_words(keys + np.array(day, dtype=np.int64).astype(np.uint64) * STEP_DAY)


def uniforms(
    seed: int, decision: str, persons: NDArray[np.uint64], day: int | NDArray[np.int64] = 0, index: int = 0
) -> NDArray[np.float64]:
    """Uniform numbers in (0, 1) for many persons at once, outside the compiled day.

    Parameters
    ----------
    seed : int
        Root seed of the run.
    decision : str
        Name of the decision; need not be in :data:`DECISIONS`.
    persons : uint64 array, shape (n,)
        Person (or organisation) keys.
    day : int or int64 array of shape (n,)
        Day since 1 January 1970.
    index : int
        Which draw of that decision, person and day.

    Returns
    -------
    float64 array, shape (n,)
        The same numbers as :func:`uniform_at` gives one by one.
    """
    key = decision_keys(seed, (decision,))
    days = np.asarray(day, dtype=np.int64).astype(np.uint64)
    streams = mix_words(key + days * STEP_DAY) + np.array([index], dtype=np.uint64) * STEP_INDEX
    words = persons + streams
    found = np.empty(words.size)
    with np.errstate(over="ignore"):  # interpreted, single words wrap around as they should, but NumPy warns
        _uniform_of_words(words.ravel(), found)
    return found.reshape(words.shape)


@entry
def _uniform_of_words(words: NDArray[np.uint64], found: NDArray[np.float64]) -> None:
    """Uniform numbers of sums of person and stream, in one pass: array by array it would be ten."""
    for i in range(words.shape[0]):
        found[i] = uniform(words[i], np.uint64(0))


def person_keys(place: str, arrival: NDArray[np.int64], number: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Stable keys of persons from where, when and as which number they arrive.

    A key does not depend on the row, the horizon, the scale or who else is there.

    Parameters
    ----------
    place : str
        Name of the municipality.
    arrival : int64 array, shape (n,)
        Day of arrival since 1 January 1970; -1,000,000 for those there from the start.
    number : int64 array, shape (n,)
        Running number within place and arrival.
    """
    word = mix_words(stream_name(place) + arrival.astype(np.uint64) * STEP_DAY)
    return mix_words(word + number.astype(np.uint64) * STEP_PERSON)
