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
from sim.state import HAZARD_PARTS, HOME, HOSPITAL, LEVEL_PARTS, OCTAVE_PARTS, People

_BITS = 2**23 / math.log(2.0)  # what a unit of a natural logarithm adds to the bits of a float
_SHIFT = np.int32(23 - OCTAVE_PARTS.bit_length() + 1)  # from parts of a doubling to bits of a float
_ONE = 1065353216 + 16 * 2**23 + 256  # bits of HAZARD_PARTS, for a hazard of 1, and a margin for rounding
_LOWEST = np.float32(-(2.0**29))
_SHOCK_MEAN = np.float32(255.0)
_SHOCK_SCALE = np.float32(1.0 / math.sqrt((65536.0 - 1.0) / 6.0))
MARGIN = 1.0001  # more than all rounding of 32-bit numbers
_MARGIN = np.float32(MARGIN)
_HALF, _S32 = np.uint64(0xFFFFFFFF), np.uint64(32)
_BYTE, _WORD, _T8, _T16 = np.int32(255), np.int32(65535), np.int32(8), np.int32(16)
_HIGHEST, _ALL_BUT_HIGHEST = np.uint64(0x8080808080808080), np.uint64(0x7F7F7F7F7F7F7F7F)
_TOGETHER, _S56 = np.uint64(0x0002040810204081), np.uint64(56)
#: Of each set of eight people the positions of its members, first those, and how many they are.
HOW_MANY = np.array([number.bit_count() for number in range(256)], np.int64)
POSITIONS = np.array([sorted(range(8), key=lambda at: not number >> at & 1) for number in range(256)], np.uint32)

ILL, PLANNED, DYING, FALLS_DUE, NOTICED = 1, 2, 4, 8, 16
DEATHS, ILLNESSES, ROUTINES, DUES, NOTICES, FETCHED = 0, 1, 2, 3, 4, 5


@jit
def scan(people: People, low: int, high: int, rates: Rates, today: Today, work: Work) -> None:
    """Move the instability of people ``low`` to ``high - 1`` by a day and flag who may have something to do."""
    health = rates.health
    keep = np.float32(health.instability_persistence)
    pull = np.float32((1.0 - health.instability_persistence) / LEVEL_PARTS)
    shock = np.float32(np.float32(health.instability_shock) * _SHOCK_SCALE)
    one, season = np.int32(_ONE), np.int32(_ONE + int(math.ceil(today.season * _BITS)))
    slope_ill = np.float32(health.illness_instability * _BITS)
    slope_death = np.float32(health.mortality_instability * _BITS)
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
    flag_hazards(
        people.illness[low:high], people.mortality[low:high], x, excess, upper, lower, flags, season, one, slope_ill,
        slope_death, after,
    )  # fmt: skip
    flag_planned(people.routine[low:high], upper, flags, share, most)
    if today.workday:  # on other days no control is held
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
def bound_of(parts: np.int16, change: np.float32, one: np.int32) -> np.float32:
    """A bound of a hazard in prefixes from its logarithm, at most 6.2 % too high and never too low.

    The bits of a float, read as an integer, grow like a logarithm; written the other way they give an exponential
    (Schraudolph 1999, Neural Computation 11:853). ``parts`` are those of a doubling, ``change`` and ``one`` are bits.
    """
    above = change if change > _LOWEST else _LOWEST
    return np.int32((np.int32(parts) << _SHIFT) + np.int32(above) + one).view(np.float32)


@jit
def flag_hazards(
    illness: Any, mortality: Any, x: Any, excess: Any, upper: Any, lower: Any, flags: Any, season: np.int32,
    one: np.int32, slope_ill: np.float32, slope_death: np.float32, after: np.float32,
) -> None:  # fmt: skip
    """Flag those whose prefixes lie under bounds of today's hazards of illness and of death."""
    for k in range(illness.shape[0]):
        again = np.float32(excess[k])
        ill = np.float32(bound_of(illness[k], np.float32(slope_ill * x[k]), season) + again)
        dying = np.float32(bound_of(mortality[k], np.float32(slope_death * x[k]), one) + np.float32(after * again))
        first, last = np.float32((upper[k] >> _T16) & _WORD), np.float32((lower[k] >> _T16) & _WORD)
        falls_ill = np.uint8(ILL) if first < np.float32(ill * _MARGIN) else np.uint8(0)
        dies = np.uint8(DYING) if last < np.float32(dying * _MARGIN) else np.uint8(0)
        flags[k] = np.uint8(falls_ill | dies)


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
    for k in range(high - low, high - low + -(high - low) % 8):
        work.flags[k] = 0
    flagged = list_flagged(work.eight_flags, high - low, work.flagged)
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
def list_flagged(eights: Any, size: int, flagged: Any) -> int:
    """Write down where a flag is set, eight people at a time; returns how many there are.

    Which of the eight are flagged is one number (a byte above 0 carries into its highest bit, and a multiplication
    moves these bits together), by which their positions are looked up. Seldom are they more than two, so two are
    written without asking; what is written too much is written over.
    """
    number = np.uint64(0)
    for eight in range((size + 7) // 8):
        which = (((eights[eight] + _ALL_BUT_HIGHEST) & _HIGHEST) * _TOGETHER) >> _S56
        for j in range(2):
            flagged[number + np.uint64(j)] = 8 * eight + POSITIONS[which, np.uint64(j)]
        for j in range(2, HOW_MANY[which]):
            flagged[number + np.uint64(j)] = 8 * eight + POSITIONS[which, np.uint64(j)]
        number += np.uint64(HOW_MANY[which])
    return int(number)


@inline
def fetch(card: Any, low: int, flagged: Any, number: int, counts: Any) -> None:
    """Read a byte of every card that will be needed: far memory answers many questions at once, but only if asked."""
    places = 0
    for j in range(number):
        places += card[low + flagged[j]].place
    counts[FETCHED] = places
