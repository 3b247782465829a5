"""A reduced model of the day, lived with the technique of the full one: what ``tvaers bench`` holds against plain Mesa.

It is no part of any result. Each day, person by person, in order of rows:

1. instability relaxes towards zero and is shaken; the effect of the last discharge fades;
2. the person may die and is replaced by somebody of 65 on the same lists, at risk from the next day;
3. somebody whose stay ends goes home, at risk from the next day;
4. somebody at home may fall ill, and is seen by the practice or the emergency department, or is admitted: beds are
   finite, and an admission to a full ward is counted as one too many.

Every 30 days practices, home-care units and wards change their effort, in Python, and everybody is a month older.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.chance import STEP_DAY, mix, uniform, uniform_at
from sim.compiled import entry, inline, jit
from sim.day.numbers import lognormal
from sim.day.reference import by_pointer
from sim.state import FAR, NOT_AT_RISK

MONTH = 30
KEEP = 0.9
SHOCK = math.sqrt(1.0 - KEEP * KEEP)  # instability has a standard deviation of 1
ILL, ILL_AGE, ILL_FRAILTY, ILL_INSTABILITY = -5.91, 0.30, 1.2, 0.45  # daily log hazard, age in decades from 80
ILL_CONDITIONS = (0.35, 0.45, 0.20)
ILL_PRACTICE, ILL_HOME_CARE = -0.30, -0.25  # per effort of the practice and of home care
ILL_DISCHARGED, RECOVERY_DAYS = 1.0, 15.0
DEATH, DEATH_AGE, DEATH_FRAILTY = -9.0, 0.9, 1.0
PREVALENCE = (0.15, 0.12, 0.20)
SEEN_BY_PRACTICE, SEEN_IN_EMERGENCY = 0.50, 0.20
STAY_MEDIAN, STAY_SPREAD, STAY_MOST = math.exp(1.30), 0.80, 120
READMISSION_DAYS = 30

EVENTS, PRACTICE, EMERGENCY, ADMISSIONS, READMISSIONS, OVERFLOW, DEATHS, BED_DAYS = 0, 1, 2, 3, 4, 5, 6, 7
TOTALS: tuple[str, ...] = (
    "events", "practice", "emergency", "admissions", "readmissions", "overflow", "deaths", "bed days",
)  # fmt: skip
#: Decisions drawn, each a stream of its own.
DECISIONS: tuple[str, ...] = (
    "reduced scan", "reduced illness", "reduced death", "reduced care", "reduced ward", "reduced stay",
    "reduced newcomer",
)  # fmt: skip
_SCAN, _ILLNESS, _DEATH, _CARE, _WARD, _STAY, _NEWCOMER = 0, 1, 2, 3, 4, 5, 6

#: What is looked up for the few who have something to do today.
CARD = np.dtype(
    [
        ("age", np.float32), ("frailty", np.float32), ("discharged", np.int32),
        ("practice", np.int16), ("unit", np.int16), ("ward", np.int16), ("conditions", np.uint8),
    ],
    align=True,
)  # fmt: skip


class Columns(NamedTuple):
    """The whole model: people, organisations, counts and scratch room."""

    key: NDArray[np.uint64]
    instability: NDArray[np.float32]
    recovery: NDArray[np.float32]  # log hazard added by the last discharge
    illness: NDArray[np.float32]  # constant part of the daily log hazard
    mortality: NDArray[np.float32]  # daily probability
    due: NDArray[np.int32]  # day on which the stay ends
    card: Any  # records of CARD
    practice_effort: NDArray[np.float64]
    unit_effort: NDArray[np.float64]
    stay_factor: NDArray[np.float64]  # by ward
    occupied: NDArray[np.int64]  # by ward
    beds: NDArray[np.int64]
    practice_contacts: NDArray[np.int64]  # of the month
    unit_events: NDArray[np.int64]
    ward_admissions: NDArray[np.int64]
    ward_overflow: NDArray[np.int64]
    totals: NDArray[np.int64]
    keys: NDArray[np.uint64]  # of the decisions
    streams: NDArray[np.uint64]
    hashes: NDArray[np.uint64]  # scratch: one chunk
    flags: NDArray[np.uint8]  # scratch: everybody, rounded up to a multiple of eight


CHUNK = 1024
_TO_BITS = np.float32(12102203.161561485)  # 2**23 / ln 2
_ONE = np.int32(1065353216 + 256)  # bits of 1.0, and a margin for rounding
_PREFIX, _LOWEST = np.float32(1.0 / 65536.0), np.float32(-80.0)
_KEEP, _SLOPE, _FADE = np.float32(KEEP), np.float32(ILL_INSTABILITY), np.float32(math.exp(-1.0 / RECOVERY_DAYS))
_SHOCK = np.float32(SHOCK / math.sqrt((65536.0 - 1.0) / 6.0))
_SHOCK_MEAN = np.float32(255.0)
_HALF, _LONG_WORD = np.uint64(0xFFFFFFFF), np.uint64(65535)
_BYTE, _WORD = np.int32(255), np.int32(65535)
_T1, _T2, _T8, _T16 = np.int32(1), np.int32(2), np.int32(8), np.int32(16)
_S16, _S32, _S48 = np.uint64(16), np.uint64(32), np.uint64(48)
_FALLS_ILL, _DIES, _LEAVES = 1, 2, 4


@inline
def set_risk(model: Columns, i: int) -> None:
    """Refresh the constant parts of a person's hazards."""
    card = model.card[i]
    decades, frailty = (np.float64(card.age) - 80.0) / 10.0, np.float64(card.frailty)
    eta = ILL + ILL_AGE * decades + ILL_FRAILTY * frailty
    for c in range(3):
        if (card.conditions >> c) & 1:
            eta += ILL_CONDITIONS[c]
    eta += ILL_PRACTICE * model.practice_effort[card.practice] + ILL_HOME_CARE * model.unit_effort[card.unit]
    model.illness[i] = eta if model.due[i] == FAR else NOT_AT_RISK
    model.mortality[i] = math.exp(DEATH + DEATH_AGE * decades + DEATH_FRAILTY * frailty)


@jit
def scan(model: Columns, day: int) -> None:
    """Move everybody's instability by a day and flag who may have something to do, without branch or exponential."""
    stream, today = model.streams[_SCAN], np.int32(day)
    people = model.key.shape[0]
    for low in range(0, people, CHUNK):
        size = min(CHUNK, people - low)
        hashes, key = model.hashes[:size], model.key[low : low + size]
        for k in range(size):
            hashes[k] = mix(key[k] + stream)
        flags, due = model.flags[low : low + size], model.due[low : low + size]
        x, recovery = model.instability[low : low + size], model.recovery[low : low + size]
        illness, mortality = model.illness[low : low + size], model.mortality[low : low + size]
        for k in range(size):
            half = np.int32(hashes[k] & _HALF)
            shock = (half & _BYTE) + ((half >> _T8) & _BYTE)
            new = np.float32(np.float32(x[k] * _KEEP) + np.float32((np.float32(shock) - _SHOCK_MEAN) * _SHOCK))
            x[k] = new
            recovery[k] = np.float32(recovery[k] * _FADE)
        for k in range(size):
            high, half = np.int32(hashes[k] >> _S32), np.int32(hashes[k] & _HALF)
            eta = np.float32(np.float32(illness[k] + recovery[k]) + np.float32(_SLOPE * x[k]))
            if eta < _LOWEST:
                eta = _LOWEST
            bound = np.int32(np.int32(np.float32(eta * _TO_BITS)) + _ONE).view(np.float32)
            flags[k] = (
                np.int32(np.float32((high >> _T16) & _WORD) * _PREFIX < bound)
                | (np.int32(np.float32((half >> _T16) & _WORD) * _PREFIX < mortality[k]) << _T1)
                | (np.int32(due[k] <= today) << _T2)
            )


@jit
def serve(model: Columns, day: int) -> None:
    """Judge the flagged exactly, in order of rows, and let happen what happens to them."""
    streams, flags = model.streams, model.flags
    words = flags.view(np.uint64)
    for word in range(words.shape[0]):
        if words[word] == 0:
            continue
        for i in range(8 * word, min(8 * word + 8, model.key.shape[0])):
            flag = flags[i]
            if flag == 0:
                continue
            prefix = mix(model.key[i] + streams[_SCAN])
            if flag & _DIES:
                u = (np.float64((prefix >> _S16) & _LONG_WORD) + uniform(model.key[i], streams[_DEATH])) / 65536.0
                if u < np.float64(model.mortality[i]):
                    replace(model, i)
                    continue
            if flag & _LEAVES:
                go_home(model, i, day)
                continue
            if flag & _FALLS_ILL and model.due[i] == FAR:
                u = (np.float64(prefix >> _S48) + uniform(model.key[i], streams[_ILLNESS])) / 65536.0
                eta = np.float64(model.illness[i]) + np.float64(model.recovery[i])
                if u < math.exp(eta + ILL_INSTABILITY * np.float64(model.instability[i])):
                    fall_ill(model, i, day)
    for ward in range(model.occupied.shape[0]):
        model.totals[BED_DAYS] += model.occupied[ward]


@inline
def go_home(model: Columns, i: int, day: int) -> None:
    """A stay ends."""
    model.occupied[model.card.ward[i]] -= 1
    model.card.discharged[i] = day
    model.recovery[i] = ILL_DISCHARGED
    model.due[i] = FAR
    set_risk(model, i)


@inline
def replace(model: Columns, i: int) -> None:
    """Somebody dies, and somebody of 65 takes the place."""
    model.totals[DEATHS] += 1
    if model.due[i] != FAR:
        model.occupied[model.card.ward[i]] -= 1
        model.due[i] = FAR
    least, second = 2.0, 2.0
    for k in range(6):  # the second smallest of six uniform numbers has the law Beta(2, 5)
        u = uniform_at(model.key[i], model.streams[_NEWCOMER], k)
        second = min(second, max(least, u))
        least = min(least, u)
    conditions = 0
    for c in range(3):
        if uniform_at(model.key[i], model.streams[_NEWCOMER], 6 + c) < PREVALENCE[c]:
            conditions |= 1 << c
    model.card.age[i] = 65.0
    model.card.frailty[i] = second
    model.card.conditions[i] = conditions
    model.card.discharged[i] = -FAR
    model.instability[i] = 0.0
    model.recovery[i] = 0.0
    set_risk(model, i)


@inline
def fall_ill(model: Columns, i: int, day: int) -> None:
    """Acute illness: the practice, the emergency department, or a ward."""
    key, card, totals = model.key[i], model.card[i], model.totals
    totals[EVENTS] += 1
    model.unit_events[card.unit] += 1
    u = uniform(key, model.streams[_CARE])
    if u < SEEN_BY_PRACTICE:
        totals[PRACTICE] += 1
        model.practice_contacts[card.practice] += 1
        return
    if u < SEEN_BY_PRACTICE + SEEN_IN_EMERGENCY:
        totals[EMERGENCY] += 1
        return
    totals[ADMISSIONS] += 1
    if day - card.discharged < READMISSION_DAYS:
        totals[READMISSIONS] += 1
    ward = int(uniform(key, model.streams[_WARD]) * model.beds.shape[0])
    model.ward_admissions[ward] += 1
    if model.occupied[ward] >= model.beds[ward]:
        totals[OVERFLOW] += 1
        model.ward_overflow[ward] += 1
    model.occupied[ward] += 1
    days = math.ceil(lognormal(uniform(key, model.streams[_STAY]), STAY_MEDIAN, STAY_SPREAD) * model.stay_factor[ward])
    model.due[i] = day + min(days, STAY_MOST)
    model.card.ward[i] = ward
    model.illness[i] = NOT_AT_RISK


@entry
def live_reduced(columns: Columns, start: int, stop: int) -> None:
    """Days ``start`` to ``stop - 1`` of one month; its first morning refreshes everybody's hazards."""
    model = by_pointer(columns)
    if start % MONTH == 0:
        for i in range(columns.key.shape[0]):
            set_risk(model, i)
    for day in range(start, stop):
        for k in range(columns.keys.shape[0]):
            columns.streams[k] = mix(columns.keys[k] + np.uint64(day) * STEP_DAY)
        scan(model, day)
        serve(model, day)
