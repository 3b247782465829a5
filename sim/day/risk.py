"""What a person's state means for the day's hazards: refreshed each month and whenever the person's place changes."""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import inline, jit
from sim.day.rates import Rates
from sim.state import DEAD, HOME, HOSPITAL, MOVED, NOT_AT_RISK, NURSING_HOME, Organisations, People

COPD, DIABETES, HEART_FAILURE, DEMENTIA, OTHER = 1, 2, 4, 8, 16
CONTROLLED = COPD | DIABETES | HEART_FAILURE
CONSULTATIONS, CHRONIC_CONTROL, FOLLOW_UP_VISIT, OUTREACH_VISIT, REFERRAL = 0, 1, 2, 3, 4


@inline
def age_of(people: People, i: int, day: int) -> float:
    """Age in years."""
    card = people.card[i]
    return (day - card.birth) / 365.25


@inline
def practice_contacts(people: People, i: int, rates: Rates) -> float:
    """Planned contacts a year with the own practice, before what the practice offers."""
    card = people.card[i]
    factor = rates.derived.contacts_of[card.conditions]
    if card.place == NURSING_HOME:
        factor += rates.practice.contacts_nursing_home
    return rates.derived.contacts_by_band[card.band] * factor


@inline
def outpatient_visits(people: People, i: int, rates: Rates) -> float:
    """Outpatient visits a year, before what the practice refers."""
    card = people.card[i]
    return rates.hospital.outpatient_rate[card.band] * rates.derived.outpatient_of[card.conditions]


@inline
def offered(level: float, patient_initiated: float) -> float:
    """Contacts offered over contacts observed, when only part of them is the practice's to decide."""
    return patient_initiated + (1.0 - patient_initiated) * level


@jit
def set_risk(people: People, i: int, organisations: Organisations, rates: Rates, day: int) -> None:
    """Refresh the constant parts of a person's hazards."""
    card = people.card[i]
    place = card.place
    if place == DEAD or place == MOVED or place == HOSPITAL:
        people.illness[i] = NOT_AT_RISK
        people.mortality[i] = NOT_AT_RISK
        people.routine[i] = 0.0
        return
    health = rates.health
    frailty, conditions = np.float64(card.frailty), card.conditions
    age = age_of(people, i, day)
    decades = (age - 75.0) / 10.0
    people.level[i] = health.instability_frailty * (frailty - 0.2)
    eta = (
        rates.derived.illness_of[conditions] + health.illness_age * decades + health.illness_frailty * frailty
        + health.illness_medication_risk * card.medication
    )  # fmt: skip
    death = rates.derived.death[card.sex, min(max(int(age), 65), 110) - 65] + health.mortality_frailty * frailty
    if place == NURSING_HOME:
        eta += health.illness_nursing_home
        death += health.mortality_nursing_home
    if card.protected >= day:
        eta += math.log(rates.practice.follow_up_relative_risk)
    people.illness[i] = eta
    people.mortality[i] = death
    levels = organisations.gp_levels[card.practice]
    referred = rates.hospital.outpatient_referred
    people.routine[i] = (
        practice_contacts(people, i, rates)
        * max(offered(levels[CONSULTATIONS], rates.practice.contacts_patient_initiated), 1.0)
        + outpatient_visits(people, i, rates) * (1.0 - referred + referred * levels[REFERRAL])
        + rates.hospital.elective_rate[card.band]
        + rates.practice.out_of_hours_background[card.band]
    ) / 365.25
    people.detect[i] = rates.home.detection_threshold if card.help > 0 and place == HOME else 1e9
