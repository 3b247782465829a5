"""What a person's state means for the day's hazards: refreshed each month and whenever the person's place changes."""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import inline, jit
from sim.day.rates import Rates
from sim.state import (
    DEAD,
    HAZARD_PARTS,
    HOME,
    HOSPITAL,
    LEVEL_PARTS,
    MOVED,
    NEVER_DUE,
    NO_HAZARD,
    NOT_AT_RISK,
    NURSING_HOME,
    OCTAVE_PARTS,
    Organisations,
    People,
)

COPD, DIABETES, HEART_FAILURE, DEMENTIA, OTHER = 1, 2, 4, 8, 16
WAITS_FOR_HELP, WAITS_FOR_NURSING_HOME = 1, 2
CONTROLLED = COPD | DIABETES | HEART_FAILURE
_PARTS_OF_LOG = OCTAVE_PARTS / math.log(2.0)
_FORGOTTEN = 1e-6  # daily hazard: one illness in three thousand years
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
    """Consultations offered over those observed, when only part of them is the practice's to decide."""
    return patient_initiated + (1.0 - patient_initiated) * level


@inline
def consultation_share(people: People, i: int, rates: Rates) -> float:
    """Share of a person's planned contacts with the practice that are consultations: what the practice can offer."""
    card, rate = people.card[i], rates.practice
    share = rate.contacts_consultation[card.band] / rates.derived.contacts_by_band[card.band]
    return share * (1.0 - rate.contacts_nursing_home_visits) if card.place == NURSING_HOME else share


@inline
def extra_contacts(people: People, i: int, level: float, rates: Rates) -> float:
    """Consultations offered beyond the usual number, over all planned contacts; below the usual number 0."""
    more = offered(level, rates.practice.contacts_patient_initiated) - 1.0
    return consultation_share(people, i, rates) * more if more > 0.0 else 0.0


@inline
def excess_of(people: People, i: int, day: int, rates: Rates) -> float:
    """Excess daily hazard of illness after a discharge: fades exponentially, and is forgotten when it is tiny."""
    card = people.card[i]
    if card.recovery <= 0.0:
        return 0.0
    return np.float64(card.recovery) * math.exp((card.recovers_from - day) / rates.health.recovery_days)


@inline
def log_bound(value: float) -> int:
    """A log hazard in whole parts of a doubling, rounded up."""
    return max(int(math.ceil(value * _PARTS_OF_LOG)), NO_HAZARD + 1)


@inline
def hazard_bound(value: float) -> int:
    """A daily hazard or rate in whole parts, rounded up."""
    return min(int(math.ceil(value * HAZARD_PARTS)), HAZARD_PARTS - 1)


@inline
def at_rest(people: People, i: int) -> None:
    """Nothing happens any more to who has died or moved away."""
    people.control[i] = NEVER_DUE
    people.watched[i] = 0
    people.recovery[i] = 0
    no_hazard(people, i)


@inline
def no_hazard(people: People, i: int) -> None:
    """Neither illness nor death outside hospital nor planned contacts for now."""
    card = people.card[i]
    card.illness = card.mortality = NOT_AT_RISK
    card.routine = 0.0
    people.illness[i] = people.mortality[i] = NO_HAZARD
    people.routine[i] = 0


@jit
def set_risk(people: People, i: int, organisations: Organisations, rates: Rates, day: int) -> None:
    """Refresh the constant parts of a person's hazards."""
    set_risk_at(people, i, age_of(people, i, day), organisations, rates, day)


@jit
def set_risk_at(people: People, i: int, age: float, organisations: Organisations, rates: Rates, day: int) -> None:
    """The same at a known age; exact on the card and as bounds in the columns."""
    card = people.card[i]
    place = card.place
    if place == DEAD or place == MOVED or place == HOSPITAL:
        no_hazard(people, i)
        return
    health = rates.health
    frailty, conditions = np.float64(card.frailty), card.conditions
    decades = (age - health.reference_age) / 10.0
    eta = (
        rates.derived.illness_of[conditions] + health.illness_age * decades + health.illness_frailty * frailty
        + health.illness_medication_risk * card.medication
    )  # fmt: skip
    death = rates.derived.death[card.sex, min(max(int(age), 65), 110) - 65] + health.mortality_frailty * frailty
    if place == NURSING_HOME:
        eta += health.illness_nursing_home
    if place == NURSING_HOME or card.waits & WAITS_FOR_NURSING_HOME:
        death += health.mortality_nursing_home  # goes with the need: keeping people out of the place saves no lives
    if card.protected >= day:
        eta += math.log(rates.practice.follow_up_relative_risk)
    levels = organisations.gp_levels[card.practice]
    referred = rates.hospital.outpatient_referred
    routine = (
        practice_contacts(people, i, rates) * (1.0 + extra_contacts(people, i, levels[CONSULTATIONS], rates))
        + outpatient_visits(people, i, rates) * (1.0 - referred + referred * levels[REFERRAL])
        + rates.hospital.elective_rate[card.band]
        + rates.practice.out_of_hours_background[card.band]
    ) / 365.25
    excess = excess_of(people, i, day, rates)
    if excess < _FORGOTTEN:
        card.recovery = excess = 0.0
    card.illness, card.mortality, card.routine = eta, death, routine
    people.level[i] = int(
        math.floor(LEVEL_PARTS * health.instability_frailty * (frailty - health.reference_frailty) + 0.5)
    )
    people.illness[i] = log_bound(np.float64(card.illness))
    people.mortality[i] = log_bound(np.float64(card.mortality))
    people.routine[i] = hazard_bound(np.float64(card.routine))
    people.recovery[i] = hazard_bound(excess)
    people.watched[i] = 1 if card.help > 0 and place == HOME else 0
