"""The emergency department: send home, hand over, observe, or ask for a bed."""

from __future__ import annotations

import math

import numpy as np

from sim.chance import uniform, uniform_at
from sim.compiled import inline, jit
from sim.day.claims import rank_claims
from sim.day.frame import Load, Output, Today, Work, claim, count, person_flags, write
from sim.day.home_care import enter_temporary, temporary_free
from sim.day.numbers import clip, lognormal
from sim.day.rates import Rates
from sim.day.refusal import may_return
from sim.day.risk import age_of
from sim.day.streams import (
    ADMISSION,
    BED_QUEUE,
    DIAGNOSIS,
    EMERGENCY_RETURN,
    HOSPITAL_SHARE,
    OBSERVATION_RETURN,
    STAY,
    STAY_KIND,
    WARD,
)
from sim.measures import FLAG, MEASURE
from sim.records import COUNTER
from sim.state import DEAD, HOME, HOSPITAL, MOVED, People, State

_EMERGENCY, _OBSERVATION = MEASURE["emergency_visit"], MEASURE["observation"]
_AVOIDABLE = COUNTER["avoidable_admissions"]
_ACUTE = FLAG["acute"]
ADMISSION_THRESHOLD, DISCHARGE_DAY, DECLARATION, DISCHARGE_PLANNING, OBSERVING = 0, 1, 2, 3, 4
CODING = 6
ACUTE_UNIT, GERIATRIC = 0, 1
ACUTE_BED, ELECTIVE_BED = 0, 1
SURGICAL_FROM = 8


@jit
def occupancy(state: State, today: Today, rates: Rates) -> float:
    """Patients over staffed beds in the whole hospital as the day stands."""
    organisations = state.organisations
    wards, patients, beds = organisations.wards, 0, winter_beds(today, rates)
    for w in range(wards.shape[0]):
        patients += wards.ward_modelled[w] + wards.ward_others[w]
        beds += wards.ward_beds[w]
    return patients / max(beds, 1)


@inline
def winter_beds(today: Today, rates: Rates) -> int:
    """Extra medical beds in the first months of the year."""
    return rates.derived.winter_beds if today.month < rates.derived.winter_months else 0


@jit
def receive(state: State, rates: Rates, load: Load, today: Today, work: Work, out: Output) -> None:
    """Judge everybody in the emergency department; the threshold moves with pressure and with what else is at hand."""
    claims, people, hospital = work.emergency, state.people, rates.hospital
    pressure = 0.0
    if hospital.pressure_switch > 0.0:
        over = max(occupancy(state, today, rates) - hospital.pressure_occupancy, 0.0)
        pressure = hospital.pressure_threshold * over
    levels = state.organisations.ward_levels[ACUTE_UNIT]
    policy = hospital.threshold_borderline * (levels[ADMISSION_THRESHOLD] - 1.0)
    usual = hospital.threshold_usual - policy - pressure
    instead = hospital.threshold_observe * (levels[OBSERVING] - 1.0)  # observed who would usually be admitted
    rank_claims(claims, people.key, 0, claims.count[0])  # what is at hand goes by lot, not by row
    for k in range(claims.count[0]):
        c = claims.order[k]
        i, ratio = claims.entry[c].row, claims.entry[c].ratio
        card = people.card[i]
        place = card.place
        if place == DEAD or place == MOVED or place == HOSPITAL:
            continue
        m = card.municipality
        places = temporary_free(state, load, m, today.day)
        at_hand = hospital.threshold_alternative if today.nurse_free[m] > 0 or places else 0.0
        noise = 1.0 + hospital.threshold_noise * (2.0 * uniform(people.key[i], today.streams[ADMISSION]) - 1.0)
        wide = hospital.threshold_borderline
        threshold = clip(noise * (usual - at_hand), 1.0 - wide, 1.0 + wide)
        if ratio < threshold - instead:
            if step_up(state, i, ratio, places, rates, today, out):
                continue
            if ratio >= 1.0:
                count(out, people, i, _AVOIDABLE, 1)
            ask_for_bed(state, i, ratio, rates, today, work, out)
        elif ratio < threshold + hospital.threshold_observe:
            value = int(rates.derived.tariff_observation * 100.0)
            write(out, people, i, today.day, _OBSERVATION, 1, value, 0, 0, person_flags(people, i) | _ACUTE, today.day)
            may_return(state, i, ratio, hospital.emergency_return_observed, OBSERVATION_RETURN, rates, today, out)
        else:
            value = int(rates.derived.tariff_emergency * 100.0)
            write(out, people, i, today.day, _EMERGENCY, 1, value, 0, -1, person_flags(people, i) | _ACUTE, today.day)
            may_return(state, i, ratio, hospital.emergency_return_sent_home, EMERGENCY_RETURN, rates, today, out)


@inline
def step_up(state: State, i: int, ratio: float, places: bool, rates: Rates, today: Today, out: Output) -> bool:
    """A frail person living alone who needs no bed, but could not stay at home, may be met in a temporary place."""
    people = state.people
    card = people.card[i]
    if not (places and ratio >= 1.0 and card.alone == 1 and card.place == HOME and card.help > 0):
        return False
    if uniform_at(people.key[i], today.streams[ADMISSION], 1) >= rates.home.temporary_step_up:
        return False
    enter_temporary(state, i, today.day, uniform_at(people.key[i], today.streams[ADMISSION], 2), rates, out)
    return True


@inline
def treated_elsewhere(people: People, i: int, share_here: float, today: Today) -> bool:
    """Whether this course belongs to another hospital (catchment share of the municipality)."""
    return uniform(people.key[i], today.streams[HOSPITAL_SHARE]) >= share_here


@jit
def diagnosis_of(people: People, i: int, rates: Rates, today: Today) -> int:
    """Diagnosis group of an acute course, own chronic conditions weighing more."""
    card = people.card[i]
    shares = rates.derived.diagnosis[card.conditions]
    u = uniform(people.key[i], today.streams[DIAGNOSIS])
    group = 0
    while group < shares.shape[0] - 1 and u > shares[group]:
        group += 1
    return group


@inline
def is_short(people: People, i: int, rates: Rates, today: Today) -> bool:
    """Whether an acute stay is of the short kind."""
    return uniform(people.key[i], today.streams[STAY_KIND]) < rates.hospital.stay_short_share


@jit
def necessary_stay(people: People, i: int, diagnosis: int, short: bool, rates: Rates, today: Today) -> float:
    """Days from admission to readiness of an acute course: two-part log-normal, longer for frail people."""
    card = people.card[i]
    rate = rates.hospital
    u = uniform(people.key[i], today.streams[STAY])
    if short and diagnosis != SURGICAL_FROM:
        return lognormal(u, rate.stay_short_median, rate.stay_short_spread)
    longer = (
        rate.stay_frailty * (np.float64(card.frailty) - rate.stay_reference_frailty) + rate.stay_diagnosis[diagnosis]
    )
    return min(lognormal(u, rate.stay_long_median, rate.stay_long_spread) * math.exp(longer), rate.stay_most)


@jit
def ward_for(people: People, i: int, diagnosis: int, short: bool, rates: Rates, today: Today) -> int:
    """The ward that should have the patient."""
    card = people.card[i]
    u = uniform(people.key[i], today.streams[WARD])
    if short and diagnosis != SURGICAL_FROM and u < rates.derived.short_stay_share:
        return ACUTE_UNIT
    old = (
        age_of(people, i, today.day) >= rates.derived.geriatric_age and card.frailty >= rates.derived.geriatric_frailty
    )
    if (
        diagnosis < SURGICAL_FROM
        and old
        and uniform_at(people.key[i], today.streams[WARD], 1) < rates.derived.geriatric_share
    ):
        return GERIATRIC
    return int(rates.derived.ward_of_diagnosis[diagnosis])


@jit
def ask_for_bed(state: State, i: int, ratio: float, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """An acute patient needs a bed today: here (a ward) or at the other hospital (place -1 is coded as wards)."""
    people = state.people
    card = people.card[i]
    diagnosis = diagnosis_of(people, i, rates, today)
    short = is_short(people, i, rates, today)
    ward = ward_for(people, i, diagnosis, short, rates, today)
    if treated_elsewhere(people, i, state.organisations.towns.share_acute[card.municipality], today):
        ward = state.organisations.wards.shape[0]
    luck = uniform(people.key[i], today.streams[BED_QUEUE])
    claim(work.beds, out, i, ward, ACUTE_BED, today.day, 1, ratio, 0, today.day, luck)
