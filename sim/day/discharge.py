"""The ward round: deaths, departures, waiting for the municipality, and what follows a course."""

from __future__ import annotations

import math

import numpy as np

from sim.chance import uniform, uniform_at
from sim.compiled import inline, jit
from sim.day.courses import BACK_TO_NURSING_HOME, INDEX, INDEX_DAY, INDEX_MEDICAL, INDEX_SHORT, end_course
from sim.day.death import die
from sim.day.emergency import (
    DISCHARGE_PLANNING,
)
from sim.day.frame import NOT_ILL, Load, Output, Today, census, count, push, write
from sim.day.home_care import enter_temporary, help_after_stay, nursing_place_free, temporary_free
from sim.day.month import grant_help
from sim.day.rates import Rates
from sim.day.risk import FOLLOW_UP_VISIT, WAITS_FOR_NURSING_HOME, age_of, set_risk
from sim.day.streams import (
    AFTER_HOSPITAL,
    EARLY_LEAVE,
    FOLLOW_UP,
    FOLLOW_UP_DONE,
    PLAN,
    RECEPTION,
    RECONCILIATION,
)
from sim.day.wards import beds_today
from sim.measures import FLAG, MEASURE
from sim.records import COUNTER, WARD_COUNTER
from sim.state import (
    HOME,
    HOME_HELP,
    HOSPITAL,
    NOTHING,
    NURSING_HOME,
    NURSING_PLACE,
    TEMPORARY_PLACE,
    People,
    State,
)

_PLAN, _RECONCILIATION = MEASURE["discharge_plan"], MEASURE["medication_reconciliation"]
_ACUTE = FLAG["acute"]
_MEDICAL = FLAG["medical"]
_C_INDEX = COUNTER["index_discharges"]
_C_SHORT = COUNTER["index_discharges_short"]
_C_LONG = COUNTER["index_discharges_long"]
_C_DAY = COUNTER["index_discharges_day"]
_C_STAY_DAYS, _C_COURSES = COUNTER["length_of_stay_days"], COUNTER["acute_medical_courses"]
_C_EARLY = COUNTER["early_discharges"]
_C_TEMPORARY_UNMET = COUNTER["temporary_place_unmet"]
_C_ENROLLED, _C_NOT_DELIVERED = COUNTER["follow_up_enrolled"], COUNTER["follow_up_not_delivered"]
_C_HARM = COUNTER["medication_harm"]
_C_IN_HOSPITAL_ACUTE = COUNTER["in_hospital_acute_deaths"]
_C_ENTRIES = COUNTER["nursing_home_entries"]
_W_EARLY = WARD_COUNTER["early_discharges"]
#: Days up to which a course counts as short and as one of a day: 48 and 24 hours in the names of the indicators.
SHORT_STAY, DAY_STAY = 2.0, 1.0


@jit
def ward_round(state: State, rates: Rates, load: Load, today: Today, out: Output, until: float) -> None:
    """Who dies, leaves, leaves early for want of beds, or waits for the municipality, up to an hour of today."""
    stays, people = state.stays, state.people
    kept = 0
    for k in range(stays.count[0]):
        bed = stays.bed[k]
        i = bed.row
        card = people.card[i]
        if bed.fatal < until:
            end_in_death(state, k, rates, today, out)
            continue
        if bed.leave >= until and leaves_early(state, k, rates, today, out, until):
            bed.leave = until - 0.01
        if bed.leave < until and received(state, k, rates, load, today, out, until):
            discharge(state, k, leaving(state, k, rates, today, until), rates, load, today, out)
            continue
        if card.place == HOSPITAL:
            stays.bed[kept] = stays.bed[k]
            kept += 1
    stays.count[0] = kept


@inline
def leaving(state: State, k: int, rates: Rates, today: Today, until: float) -> float:
    """When a patient leaves who can by ``until``: not before the last round, at which something was still lacking."""
    bed = state.stays.bed[k]
    when = max(bed.leave, min(bed.received, until))
    if bed.episode == today.day:
        return when
    morning = today.day + rates.hospital.rounds_first_until / 24.0
    return max(when, morning if until > morning else np.float64(today.day))


@jit
def leaves_early(state: State, k: int, rates: Rates, today: Today, out: Output, until: float) -> bool:
    """Bed pressure: a patient one day from readiness may leave today."""
    stays, hospital = state.stays, rates.hospital
    bed = stays.bed[k]
    w = bed.ward
    if w < 0 or hospital.pressure_switch <= 0.0 or bed.leave >= until + 1.0 or until < today.day + 1.0:
        return False
    if bed.waits_for != NOTHING or bed.admitted > today.day or bed.fatal < bed.ready:
        return False
    organisations = state.organisations
    patients = organisations.wards.ward_modelled[w] + organisations.wards.ward_others[w]
    over = patients / max(beds_today(organisations, w, today, rates), 1) - hospital.pressure_occupancy
    i = bed.row
    if over <= 0.0 or uniform(state.people.key[i], today.streams[EARLY_LEAVE]) >= hospital.pressure_early_leave * over:
        return False
    count(out, state.people, i, _C_EARLY, 1)
    out.ward[_W_EARLY, w] += 1
    return True


@jit
def received(state: State, k: int, rates: Rates, load: Load, today: Today, out: Output, until: float) -> bool:
    """Whether the place or the help that the patient needs is there by now."""
    stays, people = state.stays, state.people
    bed = stays.bed[k]
    kind = bed.waits_for
    if kind == NOTHING or kind == BACK_TO_NURSING_HOME:
        return True
    if bed.received >= until:
        return False
    m = people.card[bed.row].municipality
    overdue = until - bed.received >= rates.home.temporary_longest_wait
    if kind == HOME_HELP:
        return overdue or people.card[bed.row].help > 0
    if kind == TEMPORARY_PLACE and not (overdue or temporary_free(state, load, m, today.day)):
        if until >= today.day + 1.0:
            count(out, people, bed.row, _C_TEMPORARY_UNMET, 1)
        return False
    if kind == NURSING_PLACE:
        # without a nursing-home place the patient waits for it in a temporary place
        free = nursing_place_free(state, load, m, today.day)
        return free or overdue or temporary_free(state, load, m, today.day)
    return True


@jit
def end_in_death(state: State, k: int, rates: Rates, today: Today, out: Output) -> None:
    """A patient dies in hospital."""
    bed = state.stays.bed[k]
    i, acute = bed.row, bed.marks & _ACUTE
    resident = bed.waits_for == BACK_TO_NURSING_HOME
    end_course(state, k, rates, today, out)
    if acute:
        count(out, state.people, i, _C_IN_HOSPITAL_ACUTE, 1)
    die(state, i, today.day, out, True, resident)


@jit
def discharge(state: State, k: int, when: float, rates: Rates, load: Load, today: Today, out: Output) -> None:
    """A course ends alive: the transition home, the risk after it, and the follow-up."""
    stays, people, organisations = state.stays, state.people, state.organisations
    bed = stays.bed[k]
    i, flags, kind = bed.row, bed.marks, bed.waits_for
    card = people.card[i]
    acute = (flags & _ACUTE) != 0
    days = when - bed.admitted
    early = max(bed.ready - min(when, bed.leave), 0.0)  # who is kept beyond readiness gains nothing by it
    end_course(state, k, rates, today, out)
    index_course(people, i, acute, flags, days, today, out)
    card.discharged = today.day
    transition(state, k, i, acute, days, early, rates, today, out)
    census(people, organisations, i, -1, today.day)
    card.place = NURSING_HOME if kind == BACK_TO_NURSING_HOME else HOME
    census(people, organisations, i, 1, today.day)
    card.accrued = today.day
    m = card.municipality
    room = temporary_free(state, load, m, today.day)
    if kind == NURSING_PLACE and nursing_place_free(state, load, m, today.day):
        from_ward_to_nursing_home(state, i, m, today, out)
    elif kind == NURSING_PLACE or kind == TEMPORARY_PLACE:
        if kind == NURSING_PLACE and not card.waits & WAITS_FOR_NURSING_HOME:
            card.waits |= WAITS_FOR_NURSING_HOME
            push(state.lists.nursing_home, out, i, today.day, 2, 0.0)
        luck = uniform_at(people.key[i], today.streams[RECEPTION], 1)
        if room:
            longest = rates.home.temporary_longest if kind == NURSING_PLACE else luck
            enter_temporary(state, i, today.day, longest, rates, out)
        else:
            start_help(state, i, rates, today, out)  # has waited too long: home, with help
    elif kind == HOME_HELP:
        start_help(state, i, rates, today, out)
    if acute and kind != BACK_TO_NURSING_HOME:
        book_follow_up(state, i, rates, today, out)
    set_risk(people, i, organisations, rates, today.day)


@inline
def start_help(state: State, i: int, rates: Rates, today: Today, out: Output) -> None:
    """Home help from the day of discharge for somebody who has none, at least the smallest amount."""
    people, organisations = state.people, state.organisations
    if people.card[i].help == 0:
        need = help_after_stay(people, i, organisations, rates, today)
        grant_help(people, organisations, i, need, rates, today.day, out)


@inline
def from_ward_to_nursing_home(state: State, i: int, m: int, today: Today, out: Output) -> None:
    """Move straight from the ward into a nursing home."""
    people, organisations = state.people, state.organisations
    card = people.card[i]
    organisations.units.unit_committed[card.unit] -= card.help
    card.help = 0
    card.nursing = 0
    census(people, organisations, i, -1, today.day)
    card.place = NURSING_HOME
    card.waits = 0
    census(people, organisations, i, 1, today.day)
    organisations.towns.nursing_used[m] += 1
    count(out, people, i, _C_ENTRIES, 1)


@jit
def index_course(people: People, i: int, acute: bool, flags: int, days: float, today: Today, out: Output) -> None:
    """Every course ended alive is an index; acute medical courses are also counted by length."""
    card = people.card[i]
    card.index = INDEX
    count(out, people, i, _C_INDEX, 1)
    if not (acute and flags & _MEDICAL):
        return
    card.index |= INDEX_MEDICAL
    count(out, people, i, _C_COURSES, 1)
    count(out, people, i, _C_STAY_DAYS, int(days + 0.5))
    out.stay_bins[min(int(days * 6.0), out.stay_bins.shape[0] - 1)] += 1
    if days < SHORT_STAY:
        card.index |= INDEX_SHORT
        count(out, people, i, _C_SHORT, 1)
    else:
        count(out, people, i, _C_LONG, 1)
    if days < DAY_STAY:
        card.index |= INDEX_DAY
        count(out, people, i, _C_DAY, 1)


@jit
def transition(
    state: State, k: int, i: int, acute: bool, days: float, early: float, rates: Rates, today: Today, out: Output
) -> None:
    """Discharge plan, medication check, frailty after hospital, and the raised risk that fades."""
    bed = state.stays.bed[k]
    people, hospital, health = state.people, rates.hospital, rates.health
    card = people.card[i]
    key, frailty = people.key[i], np.float64(card.frailty)
    ward, flags = bed.ward, bed.marks
    if days > health.frailty_long_stay_from:
        jump = 2.0 * health.frailty_after_hospital * uniform(key, today.streams[AFTER_HOSPITAL])
        card.frailty = min(frailty + jump, 1.0)
    if not acute:
        return
    log_excess = (
        health.recovery_frailty * (frailty - health.reference_course_frailty)
        + rates.derived.recovery_of[card.conditions]
        + health.recovery_medication_risk * card.medication
        + health.recovery_early_day * early
        + (health.recovery_long_stay if days >= health.recovery_long_stay_from else 0.0)
    )
    age = age_of(people, i, today.day)
    vulnerable = age >= hospital.discharge_plan_age or frailty >= hospital.discharge_plan_frailty
    level = state.organisations.ward_levels[max(ward, 0), DISCHARGE_PLANNING] if ward >= 0 else 1.0
    planned = vulnerable and days >= hospital.discharge_plan_from
    if planned and uniform(key, today.streams[PLAN]) < hospital.discharge_plan_share * level:
        write(out, people, i, today.day, _PLAN, 1, 0, 0, ward, flags, bed.episode)
        log_excess += math.log(hospital.discharge_plan_relative_risk)
    harm = hospital.discharge_medication_harm
    if uniform(key, today.streams[RECONCILIATION]) < hospital.discharge_reconciliation_share:
        write(out, people, i, today.day, _RECONCILIATION, 1, 0, 0, ward, flags, bed.episode)
        log_excess += math.log(hospital.discharge_reconciliation_relative_risk)
        harm = 0.0
    if uniform_at(key, today.streams[RECONCILIATION], 1) < harm:
        count(out, people, i, _C_HARM, 1)
        card.medication = min(card.medication + 1, 3)
    share = 1.0 if bed.needed else health.recovery_not_needed
    card.recovery = share * health.recovery_excess / health.need_relapse * math.exp(log_excess)
    card.recovers_from = today.day


@jit
def book_follow_up(state: State, i: int, rates: Rates, today: Today, out: Output) -> None:
    """A follow-up visit at home may be booked for old or frail patients; not all booked visits are carried out."""
    people, rate = state.people, rates.practice
    card = people.card[i]
    if age_of(people, i, today.day) < rate.follow_up_age and card.frailty < rate.follow_up_frailty:
        return
    level = state.organisations.gp_levels[card.practice, FOLLOW_UP_VISIT]
    if uniform(people.key[i], today.streams[FOLLOW_UP]) >= rate.follow_up_offered * level:
        return
    count(out, people, i, _C_ENROLLED, 1)
    if uniform(people.key[i], today.streams[FOLLOW_UP_DONE]) < rate.follow_up_fidelity:
        push(state.lists.follow_up, out, i, today.day + int(rate.follow_up_after_days), 0, NOT_ILL)
    else:
        count(out, people, i, _C_NOT_DELIVERED, 1)
