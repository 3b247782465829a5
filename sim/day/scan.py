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
from sim.compiled import inline, jit
from sim.day.frame import Today, Work, as_row
from sim.day.rates import WORKDAYS, Rates, out_of_hours_workday
from sim.day.risk import excess_of
from sim.day.streams import DAILY_SCAN, DEATH, ILLNESS, ROUTINE
from sim.state import HAZARD_PARTS, HOME, HOSPITAL, LEVEL_PARTS, LOG_PARTS, People

_TO_BITS = np.float32(12102203.161561485)  # 2**23 / ln 2
_ONE = np.int32(1065353216 + 256)  # bits of 1.0, and a margin for rounding
_PREFIXES = np.float32(HAZARD_PARTS)
_LOG_PART = np.float32(1.0 / LOG_PARTS)
_LOWEST = np.float32(-80.0)
_SHOCK_MEAN = np.float32(255.0)
_SHOCK_SCALE = np.float32(1.0 / math.sqrt((65536.0 - 1.0) / 6.0))
MARGIN = 1.0001  # more than all rounding of 32-bit numbers
_MARGIN = np.float32(MARGIN)
_HALF, _S32 = np.uint64(0xFFFFFFFF), np.uint64(32)
_BYTE, _WORD, _T8, _T16 = np.int32(255), np.int32(65535), np.int32(8), np.int32(16)

ILL, PLANNED, DYING, FALLS_DUE, NOTICED = 1, 2, 4, 8, 16
DEATHS, ILLNESSES, ROUTINES, DUES, NOTICES, FETCHED = 0, 1, 2, 3, 4, 5


@jit
def scan(people: People, low: int, high: int, rates: Rates, today: Today, work: Work) -> None:
    """Move the instability of people ``low`` to ``high - 1`` by a day and flag who may have something to do."""
    health = rates.health
    keep = np.float32(health.instability_persistence)
    pull = np.float32((1.0 - health.instability_persistence) / LEVEL_PARTS)
    shock = np.float32(np.float32(health.instability_shock) * _SHOCK_SCALE)
    slope_ill = np.float32(health.illness_instability)
    slope_death = np.float32(health.mortality_instability)
    after = np.float32(health.mortality_recovery * health.need_relapse / health.recovery_excess)
    share, most = np.float32(WORKDAYS * MARGIN), np.float32(HAZARD_PARTS)
    if not today.workday:
        weekend = rates.practice.out_of_hours_weekend
        share = np.float32(weekend * MARGIN)
        highest_rate = highest(rates.practice.out_of_hours_background) / 365.25
        most = np.float32(weekend * highest_rate * HAZARD_PARTS * MARGIN + 1.0)
    size = high - low
    upper, lower, flags = work.upper[:size], work.lower[:size], work.flags[:size]
    x, excess = people.instability[low:high], people.recovery[low:high]
    draw(people.key[low:high], today.streams[DAILY_SCAN], upper, lower)
    move(x, people.level[low:high], lower, keep, pull, shock)
    flag_ill(people.illness[low:high], x, excess, upper, flags, np.float32(today.season), slope_ill)
    flag_planned(people.routine[low:high], upper, flags, share, most)
    flag_dying(people.mortality[low:high], x, excess, lower, flags, after, slope_death)
    flag_due(people.control[low:high], flags, np.int16(today.since))
    flag_noticed(people.watched[low:high], x, flags, np.float32(rates.home.detection_threshold))


# Each loop below touches few columns, so that the compiler can prove them apart and work on many people at a time.


@jit
def draw(key: Any, stream: np.uint64, upper: Any, lower: Any) -> None:
    """One hash per person and day, as two halves."""
    for k in range(key.shape[0]):
        word = mix(key[k] + stream)
        upper[k] = np.int32(word >> _S32)
        lower[k] = np.int32(word & _HALF)


@jit
def move(x: Any, level: Any, lower: Any, keep: np.float32, pull: np.float32, shock: np.float32) -> None:
    """Instability relaxes to the personal level and is shocked by the two lowest bytes of the hash."""
    for k in range(x.shape[0]):
        both = np.int32((lower[k] & _BYTE) + ((lower[k] >> _T8) & _BYTE))
        shaken = np.float32((np.float32(both) - _SHOCK_MEAN) * shock)
        x[k] = np.float32(np.float32(x[k] * keep) + np.float32(np.float32(np.float32(level[k]) * pull) + shaken))


@inline
def bound_of(eta: np.float32) -> np.float32:
    """A bound of the exponential that is at most 6.2 % too high and never too low.

    The bits of a float, read as an integer, grow like a logarithm; written the other way they give an exponential
    (Schraudolph 1999, Neural Computation 11:853).
    """
    above = eta if eta > _LOWEST else _LOWEST
    return np.int32(np.int32(np.float32(above * _TO_BITS)) + _ONE).view(np.float32)


@jit
def flag_ill(bound: Any, x: Any, excess: Any, upper: Any, flags: Any, season: np.float32, slope: np.float32) -> None:
    """Flag those whose prefix lies under a bound of today's hazard of illness."""
    for k in range(bound.shape[0]):
        eta = np.float32(np.float32(np.float32(bound[k]) * _LOG_PART) + season)
        hazard = np.float32(bound_of(np.float32(eta + np.float32(slope * x[k]))) * _PREFIXES)
        above = np.float32(np.float32(hazard + np.float32(excess[k])) * _MARGIN)
        flags[k] = np.uint8(ILL) if np.float32((upper[k] >> _T16) & _WORD) < above else np.uint8(0)


@jit
def flag_dying(bound: Any, x: Any, excess: Any, lower: Any, flags: Any, after: np.float32, slope: np.float32) -> None:
    """Flag those whose prefix lies under a bound of today's hazard of death."""
    for k in range(bound.shape[0]):
        eta = np.float32(np.float32(np.float32(bound[k]) * _LOG_PART) + np.float32(slope * x[k]))
        hazard = np.float32(bound_of(eta) * _PREFIXES)
        above = np.float32(np.float32(hazard + np.float32(after * np.float32(excess[k]))) * _MARGIN)
        flag = np.uint8(DYING) if np.float32((lower[k] >> _T16) & _WORD) < above else np.uint8(0)
        flags[k] = np.uint8(flags[k] | flag)


@jit
def flag_planned(bound: Any, upper: Any, flags: Any, share: np.float32, most: np.float32) -> None:
    """Flag those whose prefix lies under a bound of today's planned contacts."""
    for k in range(bound.shape[0]):
        planned = np.float32(np.float32(bound[k]) * share)
        planned = planned if planned < most else most
        flag = np.uint8(PLANNED) if np.float32(upper[k] & _WORD) < planned else np.uint8(0)
        flags[k] = np.uint8(flags[k] | flag)


@jit
def flag_due(control: Any, flags: Any, since: np.int16) -> None:
    """Flag those whose control falls due."""
    for k in range(control.shape[0]):
        flags[k] = np.uint8(flags[k] | (np.uint8(FALLS_DUE) if control[k] <= since else np.uint8(0)))


@jit
def flag_noticed(watched: Any, x: Any, flags: Any, threshold: np.float32) -> None:
    """Flag those whose deterioration could be noticed by the home help that they have."""
    for k in range(watched.shape[0]):
        seen = np.uint8(watched[k] * np.uint8(NOTICED))
        flags[k] = np.uint8(flags[k] | (seen if x[k] > threshold else np.uint8(0)))


@jit
def find(people: People, low: int, high: int, rates: Rates, today: Today, work: Work) -> None:
    """Judge the flagged of a chunk exactly and list who dies, falls ill, plans a contact, is due, or may be noticed."""
    counts, found, relapse, card, streams = work.counts, work.found, work.relapse, people.card, today.streams
    season, workday, away_rate = today.season, today.workday, rates.practice.out_of_hours_background
    weekend, usual = rates.practice.out_of_hours_weekend, out_of_hours_workday(rates)
    slope_ill, slope_death = rates.health.illness_instability, rates.health.mortality_instability
    after = rates.health.mortality_recovery * rates.health.need_relapse / rates.health.recovery_excess
    flagged = list_flagged(work.flags, high - low, work.flagged)
    fetch(card, low, work.flagged, flagged, counts)
    for j in range(flagged):
        k = work.flagged[j]
        i, flag, upper, lower = as_row(low + k), work.flags[k], np.int64(work.upper[k]), np.int64(work.lower[k])
        key, person = people.key[i], card[i]
        if flag & DYING and person.mortality > -500.0:
            u = (np.float64((lower >> 16) & 65535) + uniform(key, streams[DEATH])) / 65536.0
            hazard = math.exp(np.float64(person.mortality) + slope_death * np.float64(people.instability[i]))
            if u < hazard + after * excess_of(people, i, today.day, rates):
                found[DEATHS, counts[DEATHS]] = i
                counts[DEATHS] += 1
                continue
        if flag & ILL and person.illness > -500.0:
            u = (np.float64((upper >> 16) & 65535) + uniform(key, streams[ILLNESS])) / 65536.0
            excess = excess_of(people, i, today.day, rates)
            hazard = math.exp(np.float64(person.illness) + season + slope_ill * np.float64(people.instability[i]))
            if u < hazard + excess:
                found[ILLNESSES, counts[ILLNESSES]] = i
                relapse[counts[ILLNESSES]] = np.uint8(u < excess)
                counts[ILLNESSES] += 1
        if flag & PLANNED and person.routine > 0.0:
            u = (np.float64(upper & 65535) + uniform(key, streams[ROUTINE])) / 65536.0
            away = away_rate[person.band] / 365.25
            planned = np.float64(person.routine) - away
            if u < (WORKDAYS * planned + usual * away if workday else weekend * away):
                found[ROUTINES, counts[ROUTINES]] = i
                counts[ROUTINES] += 1
        if flag & FALLS_DUE and person.place != HOSPITAL:
            found[DUES, counts[DUES]] = i
            counts[DUES] += 1
        if flag & NOTICED and person.place == HOME:
            found[NOTICES, counts[NOTICES]] = i
            counts[NOTICES] += 1


@inline
def highest(rates_by_band: Any) -> float:
    """The largest of a few rates."""
    found = 0.0
    for band in range(rates_by_band.shape[0]):
        found = max(found, rates_by_band[band])
    return found


@inline
def list_flagged(flags: Any, size: int, flagged: Any) -> int:
    """Write down where a flag is set, without a branch; returns how many there are."""
    number = 0
    for k in range(size):
        flagged[number] = k
        number += int(flags[k] != 0)
    return number


@inline
def fetch(card: Any, low: int, flagged: Any, number: int, counts: Any) -> None:
    """Read a byte of every card that will be needed: far memory answers many questions at once, but only if asked."""
    places = 0
    for j in range(number):
        places += card[low + flagged[j]].place
    counts[FETCHED] = places
