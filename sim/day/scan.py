"""One look at everybody: instability moves, and who has something to do today is found.

The scan holds no branch and no exponential. One hash per person and day is cut into three 16-bit prefixes (illness,
planned contact, death) and two bytes of shock. A prefix is compared with an upper bound of the day's hazard; only the
few who pass are judged exactly, with the prefix refined by a second draw, so that the bound changes no outcome.
"""

from __future__ import annotations

import math

import numpy as np

from sim.chance import mix, uniform
from sim.compiled import jit
from sim.day.frame import Today, Work
from sim.day.rates import Rates
from sim.day.streams import DAILY_SCAN, DEATH, ILLNESS, ROUTINE
from sim.state import HOME, HOSPITAL, People

CHUNK = 4096
_TO_BITS = np.float32(12102203.161561485)  # 2**23 / ln 2
_ONE = np.int32(1065353216 + 256)  # bits of 1.0, and a margin for rounding
_PREFIX = np.float32(1.0 / 65536.0)
_LOWEST = np.float32(-80.0)
_SHOCK_MEAN = np.float32(255.0)
_SHOCK_SCALE = np.float32(1.0 / math.sqrt((65536.0 - 1.0) / 6.0))
_MARGIN = np.float32(1.0001)
_TINY = np.float32(1e-9)
_HALF, _LONG_WORD = np.uint64(0xFFFFFFFF), np.uint64(65535)
_BYTE, _WORD = np.int32(255), np.int32(65535)
_T1, _T2, _T3, _T4, _T8, _T16 = np.int32(1), np.int32(2), np.int32(3), np.int32(4), np.int32(8), np.int32(16)
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
        hashes = work.hashes[:size]
        key = people.key[low : low + size]
        for k in range(size):
            hashes[k] = mix(key[k] + stream)
        flags = work.flags[low : low + size]
        x, level = people.instability[low : low + size], people.level[low : low + size]
        illness, routine = people.illness[low : low + size], people.routine[low : low + size]
        mortality, recovery = people.mortality[low : low + size], people.recovery[low : low + size]
        control, detect = people.control[low : low + size], people.detect[low : low + size]
        for k in range(size):
            h = hashes[k]
            bytes_ = (np.int32(h & _HALF) & _BYTE) + ((np.int32(h & _HALF) >> _T8) & _BYTE)
            new = np.float32(
                np.float32(x[k] * keep)
                + np.float32(np.float32(level[k] * pull) + np.float32((np.float32(bytes_) - _SHOCK_MEAN) * shock))
            )
            x[k] = new
            excess = np.float32(recovery[k] * fade)
            recovery[k] = excess
            eta = np.float32(np.float32(illness[k] + season) + np.float32(slope_ill * new))
            if eta < _LOWEST:
                eta = _LOWEST
            bound = np.int32(np.int32(np.float32(eta * _TO_BITS)) + _ONE).view(np.float32)
            falls_ill = np.float32(bound + excess) * _MARGIN
            planned = np.float32(routine[k] * share)
            if planned > most:
                planned = most
            eta = np.float32(mortality[k] + np.float32(slope_death * new))
            if eta < _LOWEST:
                eta = _LOWEST
            bound = np.int32(np.int32(np.float32(eta * _TO_BITS)) + _ONE).view(np.float32)
            dying = np.float32(bound + np.float32(after * excess)) * _MARGIN
            high, low_half = np.int32(h >> _S32), np.int32(h & _HALF)
            flags[k] = (
                np.int32(np.float32((high >> _T16) & _WORD) * _PREFIX < falls_ill)
                | (np.int32(np.float32(high & _WORD) * _PREFIX < planned + _TINY) << _T1)
                | (np.int32(np.float32((low_half >> _T16) & _WORD) * _PREFIX < dying) << _T2)
                | (np.int32(control[k] <= day) << _T3)
                | (np.int32(new > detect[k]) << _T4)
            )


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
