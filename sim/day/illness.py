"""Acute illness: how severe, and who is asked first."""

from __future__ import annotations

import math

import numpy as np

from sim.chance import uniform, uniform_at
from sim.compiled import inline, jit
from sim.day.frame import Output, Today, Work, claim, count, person_flags, push, write
from sim.day.rates import Rates
from sim.day.risk import age_of
from sim.day.scan import ILLNESSES
from sim.day.streams import EMERGENCY_QUEUE, FIRST_CONTACT, NURSE_QUEUE, PRACTICE_OUTCOME, SEVERITY
from sim.measures import FLAG, MEASURE
from sim.records import COUNTER
from sim.state import NURSING_HOME, People, State

_AMBULANCE, _OUT_OF_HOURS = MEASURE["ambulance_trip"], MEASURE["out_of_hours_contact"]
_EPISODES = COUNTER["illness_episodes"]
_ACUTE = FLAG["acute"]
ACUTE_NURSING = 1

#: Kinds of claims in general practice and with the acute nurse beyond the measures of planned contacts.
ACUTE_CONTACT, NOTICED_CONTACT = 200, 201
URGENT, SOON, PLANNED_CARE, OUTREACH_CARE = 0, 1, 2, 3
RETURNS = 0  # kind of an entry among those who will turn up at the emergency department


@inline
def need_of_bed(people: People, i: int, rates: Rates, day: int, relapse: bool) -> float:
    """Share of this person's acute illnesses for which a hospital bed is needed."""
    card = people.card[i]
    health = rates.health
    if relapse:
        return health.need_relapse
    need = health.need_base * math.exp(
        health.need_age * (age_of(people, i, day) - health.reference_age) / 10.0
        + health.need_frailty * np.float64(card.frailty)
        + health.need_instability * np.float64(people.instability[i])
    )
    return min(need, health.need_most)


@jit
def seek_help(state: State, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """Everybody who fell ill today turns to the first contact that severity, hour, habit and place suggest."""
    people = state.people
    for j in range(work.counts[ILLNESSES]):
        i = work.found[ILLNESSES, j]
        card = people.card[i]
        count(out, people, i, _EPISODES, 1)
        key = people.key[i]
        need = need_of_bed(people, i, rates, today.day, work.relapse[j] == 1)
        ratio = uniform(key, today.streams[SEVERITY]) / need
        people.instability[i] = np.float64(people.instability[i]) + rates.health.instability_acute_illness
        route = uniform_at(key, today.streams[FIRST_CONTACT], 0)
        open_now = (
            today.workday and uniform_at(key, today.streams[FIRST_CONTACT], 1) < rates.practice.acute_opening_hours
        )
        cared_for = card.help > 0 or card.place == NURSING_HOME
        first_contact(state, i, ratio, route, open_now, cared_for, rates, today, work, out)


@jit
def first_contact(
    state: State, i: int, ratio: float, route: float, open_now: bool, cared_for: bool, rates: Rates, today: Today,
    work: Work, out: Output,
) -> None:  # fmt: skip
    """Route one illness: 112, acute nurse, own practice, out-of-hours doctor, emergency department, or nobody."""
    people, rate = state.people, rates.practice
    card = people.card[i]
    if ratio < 1.0 and route < rate.acute_ambulance:
        write(out, people, i, today.day, _AMBULANCE, 1, 0, 0, -1, _ACUTE, today.day)
        to_emergency(state, i, ratio, today, work, out)
        return
    minor = ratio >= 1.0 + rates.hospital.threshold_borderline
    if minor:
        if route < rate.acute_self_care and not cared_for:
            return
        if route > 1.0 - rate.acute_emergency_direct:
            to_emergency(state, i, ratio, today, work, out)
            return
    if cared_for and ratio >= 1.0:
        level = state.organisations.unit_levels[card.unit, ACUTE_NURSING]
        share = rates.home.acute_nurse_share_of_minor if minor else rates.home.acute_nurse_share_of_borderline
        if uniform_at(people.key[i], today.streams[FIRST_CONTACT], 2) < share * level:
            ask_nurse(state, i, ratio, ACUTE_CONTACT, today, work, out)
            return
    own = uniform_at(people.key[i], today.streams[FIRST_CONTACT], 3) < rate.acute_own_gp
    if open_now and (own or not minor):
        ask_practice(state, i, ACUTE_CONTACT, today.day, rate.minutes_gp_consultation, ratio, URGENT, today, work, out)
    else:
        write(out, people, i, today.day, _OUT_OF_HOURS, 1, 0, 0, -1, _ACUTE, today.day)
        doctor_decides(state, i, ratio, rates, today, work, out)


@jit
def doctor_decides(state: State, i: int, ratio: float, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """A GP or out-of-hours doctor has seen the patient: refer, treat, or miss the need of a bed."""
    rate = rates.practice
    u = uniform(state.people.key[i], today.streams[PRACTICE_OUTCOME])
    if ratio < 1.0:
        if u < rate.acute_detect_need:
            to_emergency(state, i, ratio, today, work, out)
        else:
            come_back(state, i, today.day + int(rate.acute_missed_days), ratio * rate.acute_missed_severity, out)
    elif u < referral(ratio, rates):
        to_emergency(state, i, ratio, today, work, out)


@inline
def referral(ratio: float, rates: Rates) -> float:
    """Share of illnesses that need no bed which a doctor refers to the emergency department all the same."""
    borderline = ratio < 1.0 + rates.hospital.threshold_borderline
    return rates.practice.acute_borderline_referral if borderline else rates.practice.acute_over_referral


@inline
def to_emergency(state: State, i: int, ratio: float, today: Today, work: Work, out: Output) -> None:
    """The emergency department sees the patient today."""
    luck = uniform(state.people.key[i], today.streams[EMERGENCY_QUEUE])
    claim(work.emergency, out, i, 0, ACUTE_CONTACT, today.day, 1, ratio, URGENT, today.day, luck)


@inline
def ask_nurse(state: State, i: int, ratio: float, kind: int, today: Today, work: Work, out: Output) -> None:
    """Claim a visit of the municipal acute nurse today."""
    card = state.people.card[i]
    urgency = URGENT if kind == ACUTE_CONTACT else SOON
    luck = uniform(state.people.key[i], today.streams[NURSE_QUEUE])
    claim(work.nurse, out, i, card.municipality, kind, today.day, 1, ratio, urgency, today.day, luck)


@inline
def ask_practice(state: State, i: int, kind: int, since: int, minutes: float, ratio: float, urgency: int, today: Today,
                 work: Work, out: Output) -> None:  # fmt: skip
    """Claim time with the own practice today; lots are drawn only where there is too little of it."""
    card = state.people.card[i]
    claim(
        work.practice, out, i, card.practice, kind, since, int(minutes * 10.0), ratio, urgency,
        today.day, 0.0,
    )  # fmt: skip
    entry = work.practice.entry[work.practice.count[0] - 1]
    entry.municipality, entry.band, entry.unit = card.municipality, card.band, card.unit
    entry.marks = person_flags(state.people, i)


@inline
def come_back(state: State, i: int, day: int, ratio: float, out: Output) -> None:
    """The patient will turn up at the emergency department on a later day."""
    push(state.lists.returns, out, i, day, RETURNS, ratio)
