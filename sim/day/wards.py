"""Wards: patients from outside the model, beds by rank, and the count of the night."""

from __future__ import annotations

import math

from sim.chance import uniform, uniform_at
from sim.compiled import inline, jit
from sim.day.claims import rank_claims
from sim.day.courses import BACK_TO_NURSING_HOME, admit
from sim.day.emergency import (
    ACUTE_BED,
    DECLARATION,
    ELECTIVE_BED,
    treated_elsewhere,
    winter_beds,
)
from sim.day.frame import LOAD_DAYS, NOT_ILL, Load, Output, Today, Work, claim, count, push, write
from sim.day.numbers import normal
from sim.day.rates import Rates
from sim.day.streams import (
    BACKGROUND_WARD,
    BED_QUEUE,
    WARD,
)
from sim.measures import MEASURE
from sim.records import COUNTER, WARD_COUNTER
from sim.state import (
    DEAD,
    HOME,
    HOME_HELP,
    HOSPITAL,
    MOVED,
    NOTHING,
    NURSING_HOME,
    NURSING_PLACE,
    TEMPORARY,
    TEMPORARY_PLACE,
    Organisations,
    State,
)

MEDICAL_WINTER_WARD, GENERAL = 4, 5
BEFORE, AFTER, MIDNIGHT = 0, 1, 2  # beds are allotted
_FINISHED = MEASURE["finished_treated_day"]
_C_FINISHED_HELP = COUNTER["finished_treated_home_help"]
_C_FINISHED_TEMPORARY = COUNTER["finished_treated_temporary_place"]
_C_FINISHED_NURSING, _C_FINISHED_OWN = COUNTER["finished_treated_nursing_home"], COUNTER["finished_treated_own_choice"]
_C_DIVERTED = COUNTER["diversions"]
_C_CANCELLED = COUNTER["elective_cancelled"]
_W_DIVERTED = WARD_COUNTER["diverted"]
_W_OCCUPIED, _W_MODELLED, _W_STAFFED = (
    WARD_COUNTER["occupied_days"], WARD_COUNTER["modelled_days"], WARD_COUNTER["staffed_days"],
)  # fmt: skip
_W_OVERFLOW = WARD_COUNTER["overflow_days"]
_W_REFILLED, _W_DISPLACED = WARD_COUNTER["refilled_days"], WARD_COUNTER["displaced_days"]


@inline
def beds_today(organisations: Organisations, w: int, today: Today, rates: Rates) -> int:
    """Staffed beds of a ward."""
    return organisations.wards.ward_beds[w] + (winter_beds(today, rates) if w == MEDICAL_WINTER_WARD else 0)


@jit
def background(state: State, rates: Rates, load: Load, today: Today, out: Output) -> None:
    """Patients who are not people of the model: their own ups and downs, and what the model leaves or takes of beds.

    A part of the beds that people of the model have freed since burn-in is filled by others; where they take more beds,
    as many others are displaced. The two are counted apart. Displaced are also those whose beds a scenario has closed.
    """
    organisations, hospital = state.organisations, rates.hospital
    weight = 1.0 / hospital.pressure_smoothing_days
    for w in range(organisations.wards.shape[0]):
        key = organisations.wards.ward_key[w]
        spread = rates.derived.background_spread * normal(uniform(key, today.streams[BACKGROUND_WARD]))
        others = max(organisations.wards.ward_background[w] * (1.0 + spread), 0.0)
        patients = organisations.wards.ward_modelled[w]  # last night, with those outside the sample
        patients += organisations.wards.ward_others[w] - organisations.wards.ward_younger[w]
        refill = 0.0
        if organisations.wards.ward_reference[w] >= 0.0 and hospital.pressure_switch > 0.0:
            freed = organisations.wards.ward_reference[w] - organisations.wards.ward_smoothed[w]
            refill = max(hospital.pressure_refill * freed, -others)
        younger, change = int(others + refill + 0.5), int(others + refill + 0.5) - int(others + 0.5)
        organisations.wards.ward_younger[w] = younger
        out.ward[_W_REFILLED, w] += max(change, 0)
        closed = int(max(organisations.wards.ward_without_bed[w] * (1.0 + spread), 0.0) + 0.5)
        out.ward[_W_DISPLACED, w] += max(-change, 0) + closed
        organisations.wards.ward_smoothed[w] += weight * (patients - organisations.wards.ward_smoothed[w])
    others_in_wards(state, rates, load, today, BEFORE, AFTER, 0.0, 0.0)


@jit
def others_in_wards(
    state: State, rates: Rates, load: Load, today: Today, start: int, stop: int, passed: float, planned: float
) -> None:  # fmt: skip
    """Patients who are not people of the model, a share of the way from one time of the day to another.

    ``planned`` is the share of planned admissions that were considered before; where many of them find no bed, the
    beds are taken by the first of them. Those outside the sample take no more beds than a ward has, overflow included:
    they too are turned away.
    """
    wards, column = state.organisations.wards, today.day % LOAD_DAYS
    for w in range(wards.shape[0]):
        early, late = load.ward[w, start, column], load.ward[w, stop, column]
        way = passed + (1.0 - passed) * min(planned * load.planned[w], 1.0)
        others = early + int(math.floor((late - early) * way + 0.5))
        if others > 0:
            most = int(beds_today(state.organisations, w, today, rates) * (1.0 + rates.hospital.pressure_overflow))
            others = min(others, max(most - wards.ward_younger[w] - wards.ward_modelled[w], 0))
        wards.ward_others[w] = wards.ward_younger[w] + others


@jit
def allot_beds(state: State, rates: Rates, load: Load, today: Today, work: Work, out: Output) -> None:
    """Beds by rank: the right ward, overflow, another ward, another hospital; planned care is put off first."""
    claims, people = work.beds, state.people
    claim_elective(state, rates, today, work, out)
    rank_claims(claims, people.key, 0, claims.count[0])
    wards, number = state.organisations.wards.shape[0], claims.count[0]
    for w in range(wards):
        state.organisations.wards.ward_before[w] = state.organisations.wards.ward_modelled[w]
    urgent = 0
    while urgent < number and claims.entry[claims.order[urgent]].kind == ACUTE_BED:
        urgent += 1
    for r in range(number):
        c = claims.order[r]
        lot = uniform_at(people.key[claims.entry[c].row], today.streams[BED_QUEUE], 1)
        if r < urgent:
            others_in_wards(state, rates, load, today, BEFORE, AFTER, (r + lot) / number, 0.0)
        else:
            turn = (r - urgent + lot) / (number - urgent)
            others_in_wards(state, rates, load, today, BEFORE, AFTER, urgent / number, turn)
        i, acute, ratio = claims.entry[c].row, claims.entry[c].kind == ACUTE_BED, claims.entry[c].ratio
        card = people.card[i]
        if card.place == HOSPITAL or card.place == DEAD or card.place == MOVED:
            continue
        wanted = claims.entry[c].place
        if wanted == wards:
            admit(state, i, -1, acute, ratio, rates, today, out)
            continue
        w = free_ward(state, wanted, acute, rates, today)
        if w >= 0:
            admit(state, i, w, acute, ratio, rates, today, out)
        elif acute:
            count(out, people, i, _C_DIVERTED, 1)
            out.ward[_W_DIVERTED, wanted] += 1
            admit(state, i, -1, acute, ratio, rates, today, out)
        else:
            count(out, people, i, _C_CANCELLED, 1)
            push(state.lists.elective, out, i, today.day + int(rates.hospital.elective_put_off_days), 0, NOT_ILL)
    others_in_wards(state, rates, load, today, AFTER, MIDNIGHT, 0.5, 0.0)  # during the evening's discharges


@jit
def claim_elective(state: State, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """Planned admissions booked for today claim a bed."""
    queue, people = state.lists.elective, state.people
    if not today.workday:
        return
    kept = 0
    for k in range(queue.count[0]):
        i = queue.entry[k].row
        if queue.entry[k].day > today.day:  # nearly all: their cards are not looked at
            queue.entry[kept].row, queue.entry[kept].day = i, queue.entry[k].day
            kept += 1
            continue
        card = people.card[i]
        place = card.place
        if place == HOME or place == NURSING_HOME or place == TEMPORARY:
            surgical = uniform(people.key[i], today.streams[WARD]) < rates.hospital.elective_surgical
            ward = GENERAL if surgical else MEDICAL_WINTER_WARD
            if treated_elsewhere(people, i, state.organisations.towns.share_elective[card.municipality], today):
                ward = state.organisations.wards.shape[0]
            luck = uniform(people.key[i], today.streams[BED_QUEUE])
            claim(work.beds, out, i, ward, ELECTIVE_BED, queue.entry[k].day, 1, NOT_ILL, 2, today.day, luck)
        elif place == HOSPITAL:
            queue.entry[kept].row, queue.entry[kept].day = i, today.day + int(rates.hospital.elective_after_course_days)
            kept += 1
    queue.count[0] = kept


@jit
def free_ward(state: State, wanted: int, acute: bool, rates: Rates, today: Today) -> int:
    """A ward that can take the patient now, or -1."""
    organisations, hospital = state.organisations, rates.hospital
    beds = beds_today(organisations, wanted, today, rates)
    patients = organisations.wards.ward_modelled[wanted] + organisations.wards.ward_others[wanted]
    if not acute:
        return wanted if patients + 1 <= hospital.elective_cancel_at * beds else -1
    if patients < beds:
        return wanted
    best, most = -1, 0
    for w in range(organisations.wards.shape[0]):
        free = (
            beds_today(organisations, w, today, rates)
            - organisations.wards.ward_modelled[w]
            - organisations.wards.ward_others[w]
        )
        if free > most and w != wanted:
            best, most = w, free
    if patients + 1 <= beds * (1.0 + hospital.pressure_overflow):
        return wanted
    return best


@jit
def midnight(state: State, rates: Rates, load: Load, today: Today, out: Output) -> None:
    """Count the night: beds, overflow, and finished-treated days by what is waited for."""
    others_in_wards(state, rates, load, today, AFTER, MIDNIGHT, 1.0, 0.0)
    stays, people, organisations = state.stays, state.people, state.organisations
    for k in range(stays.count[0]):
        bed = stays.bed[k]
        i = bed.row
        bed.nights += 1
        kind = bed.waits_for
        declared = bed.leave
        if bed.ward >= 0:
            declared -= organisations.ward_levels[bed.ward, DECLARATION] - 1.0
        if kind == NOTHING or kind == BACK_TO_NURSING_HOME or declared >= today.day + 1.0 or bed.notice > today.day:
            continue
        bed.finished += 1
        write(
            out,
            people,
            i,
            today.day,
            _FINISHED,
            1,
            0,
            bed.finished,
            bed.ward,
            bed.marks,
            bed.episode,
        )
        if kind == HOME_HELP:
            count(out, people, i, _C_FINISHED_HELP, 1)
        elif kind == TEMPORARY_PLACE:
            count(out, people, i, _C_FINISHED_TEMPORARY, 1)
        elif kind == NURSING_PLACE:
            count(out, people, i, _C_FINISHED_NURSING, 1)
        else:
            count(out, people, i, _C_FINISHED_OWN, 1)
    for w in range(organisations.wards.shape[0]):
        beds = beds_today(organisations, w, today, rates)
        patients = organisations.wards.ward_modelled[w] + organisations.wards.ward_others[w]
        counters = out.ward
        counters[_W_OCCUPIED, w] += patients
        counters[_W_MODELLED, w] += organisations.wards.ward_modelled[w]
        counters[_W_STAFFED, w] += beds
        counters[_W_OVERFLOW, w] += max(patients - beds, 0)
        out.ward_month[w, 0] += organisations.wards.ward_modelled[w]
        out.ward_month[w, 1] += organisations.wards.ward_modelled[w] * organisations.wards.ward_modelled[w]
