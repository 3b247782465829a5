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
    return (day - people.card.birth[i]) / 365.25


@inline
def practice_contacts(people: People, i: int, rates: Rates) -> float:
    """Planned contacts a year with the own practice, before what the practice offers."""
    factor = rates.derived.contacts_of[people.card.conditions[i]]
    if people.card.place[i] == NURSING_HOME:
        factor += rates.practice.contacts_nursing_home
    return rates.derived.contacts_by_band[people.card.band[i]] * factor


@inline
def outpatient_visits(people: People, i: int, rates: Rates) -> float:
    """Outpatient visits a year, before what the practice refers."""
    return rates.hospital.outpatient_rate[people.card.band[i]] * rates.derived.outpatient_of[people.card.conditions[i]]


@inline
def offered(level: float, patient_initiated: float) -> float:
    """Contacts offered over contacts observed, when only part of them is the practice's to decide."""
    return patient_initiated + (1.0 - patient_initiated) * level


@jit
def set_risk(people: People, i: int, organisations: Organisations, rates: Rates, day: int) -> None:
    """Refresh the constant parts of a person's hazards."""
    place = people.card.place[i]
    if place == DEAD or place == MOVED or place == HOSPITAL:
        people.illness[i] = NOT_AT_RISK
        people.mortality[i] = NOT_AT_RISK
        people.routine[i] = 0.0
        return
    health = rates.health
    frailty, conditions = np.float64(people.card.frailty[i]), people.card.conditions[i]
    age = age_of(people, i, day)
    decades = (age - 75.0) / 10.0
    people.level[i] = health.instability_frailty * (frailty - 0.2)
    eta = (
        rates.derived.illness_of[conditions] + health.illness_age * decades + health.illness_frailty * frailty
        + health.illness_medication_risk * people.card.medication[i]
    )  # fmt: skip
    death = (
        rates.derived.death[people.card.sex[i], min(max(int(age), 65), 110) - 65] + health.mortality_frailty * frailty
    )
    if place == NURSING_HOME:
        eta += health.illness_nursing_home
        death += health.mortality_nursing_home
    if people.card.protected[i] >= day:
        eta += math.log(rates.practice.follow_up_relative_risk)
    people.illness[i] = eta
    people.mortality[i] = death
    levels = organisations.gp_levels[people.card.practice[i]]
    referred = rates.hospital.outpatient_referred
    people.routine[i] = (
        practice_contacts(people, i, rates)
        * max(offered(levels[CONSULTATIONS], rates.practice.contacts_patient_initiated), 1.0)
        + outpatient_visits(people, i, rates) * (1.0 - referred + referred * levels[REFERRAL])
        + rates.hospital.elective_rate[people.card.band[i]]
        + rates.practice.out_of_hours_background[people.card.band[i]]
    ) / 365.25
    people.detect[i] = rates.home.detection_threshold if people.card.help[i] > 0 and place == HOME else 1e9
