"""One look at everybody: instability moves, and who has something to do today is found.

The scan holds no branch and no exponential. One hash per person and day is cut into three 16-bit prefixes (illness,
planned contact, death) and two bytes of shock. A prefix is compared with an upper bound of the day's hazard; only the
few who pass are judged exactly, with the prefix refined by a second draw, so that the bound changes no outcome.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.chance import mix, uniform
from sim.compiled import jit
from sim.day.frame import Today, Work
from sim.day.rates import Rates
from sim.day.streams import DAILY_SCAN, DEATH, ILLNESS, ROUTINE
from sim.state import HOME, HOSPITAL, People

CHUNK = 2048  # what a chunk works on stays in the first-level cache
_TO_BITS = np.float32(12102203.161561485)  # 2**23 / ln 2
_ONE = np.int32(1065353216 + 256)  # bits of 1.0, and a margin for rounding
_PREFIX = np.float32(1.0 / 65536.0)
_LOWEST = np.float32(-80.0)
_SHOCK_MEAN = np.float32(255.0)
_SHOCK_SCALE = np.float32(1.0 / math.sqrt((65536.0 - 1.0) / 6.0))
_MARGIN = np.float32(1.0001)
_TINY = np.float32(1e-9)
_LONG_WORD = np.uint64(65535)
_BYTE, _T8 = np.int32(255), np.int32(8)
_S16, _S32, _S48 = np.uint64(16), np.uint64(32), np.uint64(48)

ILL, PLANNED, DYING, FALLS_DUE, NOTICED = 1, 2, 4, 8, 16
DEATHS, ILLNESSES, ROUTINES, DUES, NOTICES = 0, 1, 2, 3, 4


@jit
def scan(people: People, present: int, rates: Rates, today: Today, work: Work) -> None:
    """Move everybody's instability by a day and flag who may have something to do."""
    health = rates.health
    keep = np.float32(health.instability_persistence)
    pull = np.float32(1.0 - health.instability_persistence)
    shock = np.float32(np.float32(health.instability_shock) * _SHOCK_SCALE)
    slope_ill = np.float32(health.illness_instability)
    slope_death = np.float32(health.mortality_instability)
    fade = np.float32(math.exp(-1.0 / health.recovery_days))
    after = np.float32(health.mortality_recovery / health.recovery_excess)
    season = np.float32(today.season)
    share, most = np.float32(1.4), np.float32(1.0)
    if not today.workday:
        share = np.float32(2.0)
        away = rates.practice.out_of_hours_background
        largest = 0.0
        for band in range(away.shape[0]):
            largest = max(largest, away[band])
        most = np.float32(2.0 * largest / 365.25)
    share = np.float32(share * _MARGIN)
    most = np.float32(most * _MARGIN)
    stream = today.streams[DAILY_SCAN]
    day = np.int32(today.day)
    for low in range(0, present, CHUNK):
        size = min(CHUNK, present - low)
        high = low + size
        hashes, shocks, flags = work.hashes[:size], work.shocks[:size], work.flags[low:high]
        draw(people.key[low:high], stream, hashes, shocks, shock)
        move(people.instability[low:high], people.level[low:high], shocks, keep, pull)
        fade_excess(people.recovery[low:high], fade)
        x, excess = people.instability[low:high], people.recovery[low:high]
        flag_hazard(people.illness[low:high], x, excess, hashes, flags, season, slope_ill, np.float32(1.0), _S48, ILL)
        flag_planned(people.routine[low:high], hashes, flags, share, most)
        flag_hazard(
            people.mortality[low:high], x, excess, hashes, flags, np.float32(0.0), slope_death, after, _S16, DYING
        )
        flag_due(people.control[low:high], people.detect[low:high], x, flags, day)


# Each loop below touches few columns, so that the compiler can prove them apart and work on many people at a time.


@jit
def draw(key: Any, stream: np.uint64, hashes: Any, shocks: Any, shock: np.float32) -> None:
    """One hash per person and day; its two lowest bytes make the shock."""
    for k in range(key.shape[0]):
        hashes[k] = mix(key[k] + stream)
    for k in range(key.shape[0]):
        low_half = np.int32(hashes[k] & _LONG_WORD)
        both = np.int32((low_half & _BYTE) + (low_half >> _T8))
        shocks[k] = np.float32((np.float32(both) - _SHOCK_MEAN) * shock)


@jit
def move(x: Any, level: Any, shocks: Any, keep: np.float32, pull: np.float32) -> None:
    """Instability relaxes to the personal level and is shocked."""
    for k in range(x.shape[0]):
        x[k] = np.float32(np.float32(x[k] * keep) + np.float32(np.float32(level[k] * pull) + shocks[k]))


@jit
def fade_excess(recovery: Any, fade: np.float32) -> None:
    """The raised risk after discharge fades."""
    for k in range(recovery.shape[0]):
        recovery[k] = np.float32(recovery[k] * fade)


@jit
def flag_hazard(
    constant: Any, x: Any, excess: Any, hashes: Any, flags: Any, common: np.float32, slope: np.float32,
    weight: np.float32, shift: np.uint64, bit: int,
) -> None:  # fmt: skip
    """Flag those whose prefix lies under a bound of ``exp(constant + common + slope x) + weight excess``.

    The bits of a float, read as an integer, grow like a logarithm: written the other way they give a bound of the
    exponential that is at most 6.2 % too high (Schraudolph 1999, Neural Computation 11:853), and never too low.
    """
    first = bit == ILL
    for k in range(constant.shape[0]):
        eta = np.float32(np.float32(constant[k] + common) + np.float32(slope * x[k]))
        eta = eta if eta > _LOWEST else _LOWEST
        bound = np.int32(np.int32(np.float32(eta * _TO_BITS)) + _ONE).view(np.float32)
        above = np.float32(np.float32(bound + np.float32(weight * excess[k])) * _MARGIN)
        prefix = np.float32(np.float32(np.int32((hashes[k] >> shift) & _LONG_WORD)) * _PREFIX)
        flag = np.uint8(bit) if prefix < above else np.uint8(0)
        flags[k] = flag if first else np.uint8(flags[k] | flag)


@jit
def flag_planned(routine: Any, hashes: Any, flags: Any, share: np.float32, most: np.float32) -> None:
    """Flag those whose prefix lies under a bound of today's planned contacts."""
    for k in range(routine.shape[0]):
        planned = np.float32(routine[k] * share)
        planned = planned if planned < most else most
        prefix = np.float32(np.float32(np.int32((hashes[k] >> _S32) & _LONG_WORD)) * _PREFIX)
        flags[k] = np.uint8(flags[k] | (np.uint8(PLANNED) if prefix < planned + _TINY else np.uint8(0)))


@jit
def flag_due(control: Any, detect: Any, x: Any, flags: Any, day: np.int32) -> None:
    """Flag those whose control falls due and those whose deterioration could be noticed."""
    for k in range(control.shape[0]):
        due = np.uint8(FALLS_DUE) if control[k] <= day else np.uint8(0)
        noticed = np.uint8(NOTICED) if x[k] > detect[k] else np.uint8(0)
        flags[k] = np.uint8(np.uint8(flags[k] | due) | noticed)


@jit
def find(people: People, present: int, rates: Rates, today: Today, work: Work) -> None:
    """Judge the flagged exactly and list who dies, falls ill, plans a contact, is due, or may be noticed."""
    counts, found, flags, relapse = work.counts, work.found, work.flags, work.relapse
    keys, illness, mortality, routine = people.key, people.illness, people.mortality, people.routine
    recovery, instability, card = people.recovery, people.instability, people.card
    scan_stream, streams, season = today.streams[DAILY_SCAN], today.streams, today.season
    slope_ill, slope_death = rates.health.illness_instability, rates.health.mortality_instability
    after = rates.health.mortality_recovery / rates.health.recovery_excess
    away_rate, workday = rates.practice.out_of_hours_background, today.workday
    for k in range(counts.shape[0]):
        counts[k] = 0
    packed = flags[: ((present + 7) // 8) * 8].view(np.uint64)
    for word in range(packed.shape[0]):
        if packed[word] == 0:
            continue
        for i in range(8 * word, min(8 * word + 8, present)):
            flag = flags[i]
            if flag == 0:
                continue
            key = keys[i]
            prefix = mix(key + scan_stream)
            if flag & DYING and mortality[i] > -500.0:
                u = (np.float64((prefix >> _S16) & _LONG_WORD) + uniform(key, streams[DEATH])) / 65536.0
                hazard = math.exp(np.float64(mortality[i]) + slope_death * np.float64(instability[i]))
                if u < hazard + after * np.float64(recovery[i]):
                    found[DEATHS, counts[DEATHS]] = i
                    counts[DEATHS] += 1
                    continue
            if flag & ILL and illness[i] > -500.0:
                u = (np.float64((prefix >> _S48) & _LONG_WORD) + uniform(key, streams[ILLNESS])) / 65536.0
                excess = np.float64(recovery[i])
                hazard = math.exp(np.float64(illness[i]) + season + slope_ill * np.float64(instability[i]))
                if u < hazard + excess:
                    found[ILLNESSES, counts[ILLNESSES]] = i
                    relapse[counts[ILLNESSES]] = np.uint8(u < excess)
                    counts[ILLNESSES] += 1
            if flag & PLANNED and routine[i] > 0.0:
                u = (np.float64((prefix >> _S32) & _LONG_WORD) + uniform(key, streams[ROUTINE])) / 65536.0
                away = away_rate[card.band[i]] / 365.25
                hazard = 1.4 * (np.float64(routine[i]) - away) + 0.6 * away if workday else 2.0 * away
                if u < hazard:
                    found[ROUTINES, counts[ROUTINES]] = i
                    counts[ROUTINES] += 1
            if flag & FALLS_DUE and card.place[i] != HOSPITAL:
                found[DUES, counts[DUES]] = i
                counts[DUES] += 1
            if flag & NOTICED and card.place[i] == HOME:
                found[NOTICES, counts[NOTICES]] = i
                counts[NOTICES] += 1
