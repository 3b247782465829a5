"""Who dies how often: hazards by age, sex, state and frailty, with the level solved so that the life table is met."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.day.rates import HealthRates
from sim.measures import AGE_BANDS, CONDITIONS
from sim.population.figures import Figures
from sim.population.profile import profile_of
from sim.population.solving import Array
from sim.population.structure import mortality_by_sex, reference_people, single_ages

#: Values of the health parameters as something that solved tables can be kept for.
HealthKey = tuple[float | tuple[float, ...], ...]
_OLDEST = 110
# what the life table must leave for deaths outside hospital, of what it gives: only absurd parameters reach it
_LEAST_OUTSIDE = 0.1


class Hazards(NamedTuple):
    """Yearly hazards in the profile; a hazard is the product of what age and frailty and of what the state make of it.

    Shapes: ``courses`` and ``in_course`` (cells, steps) are acute courses and deaths in or soon after them,
    ``of_state`` (states,) multiplies both; ``elsewhere`` (cells, steps) and ``elsewhere_of_state`` (states,) are the
    other deaths. ``log_level`` (cells,) is the log yearly hazard of those without frailty, ``of_each`` (cells, states)
    the mean of all deaths in a state.
    """

    courses: Array
    in_course: Array
    of_state: Array
    elsewhere: Array
    elsewhere_of_state: Array
    log_level: Array
    of_each: Array


def hashable(health: HealthRates) -> HealthKey:
    """Health parameters as a key."""
    return tuple(tuple(value.tolist()) if isinstance(value, np.ndarray) else float(value) for value in health)


def health_of(key: HealthKey) -> HealthRates:
    """The parameters of a key."""
    values = [np.array(value) if isinstance(value, tuple) else value for value in key]
    return HealthRates(*values)  # type: ignore[arg-type]


@lru_cache(maxsize=4)
def hazards_of(figures: Figures, key: HealthKey) -> Hazards:
    """Hazards at the start; kept, since most runs share their parameters."""
    profile, health = profile_of(figures), health_of(key)
    age = np.repeat(single_ages(figures) + 0.5, 2)[:, None]
    courses, of_state = expected_courses(profile.middles, age, health)
    in_course = courses * (_fatality(profile.middles, age, health) + health.mortality_recovery * health.recovery_days)
    resident = np.arange(len(of_state)) % 2
    rest = health.mortality_frailty * profile.middles
    rest += _of_instability(profile.middles, health.mortality_instability, health)
    elsewhere_of_state = np.exp(health.mortality_nursing_home * resident)
    step_shares = np.diff(profile.below, axis=-1)
    in_course_of_each = np.einsum("csg,cg->cs", step_shares, in_course) * of_state
    elsewhere_of_each = step_shares @ np.exp(rest) * elsewhere_of_state
    wanted = _wanted(figures)
    left = np.maximum(wanted - (profile.share * in_course_of_each).sum(axis=1), _LEAST_OUTSIDE * wanted)
    level = left / (profile.share * elsewhere_of_each).sum(axis=1)
    return Hazards(
        courses=courses,
        in_course=in_course,
        of_state=of_state,
        elsewhere=level[:, None] * np.exp(rest),
        elsewhere_of_state=elsewhere_of_state,
        log_level=np.log(level),
        of_each=in_course_of_each + level[:, None] * elsewhere_of_each,
    )


@lru_cache(maxsize=4)
def death_table(figures: Figures, key: HealthKey) -> Array:
    """Log daily hazard of death outside hospital without frailty, shape (sexes, ages 65 to 110)."""
    ages = single_ages(figures)
    band = np.searchsorted(np.array(AGE_BANDS), ages, side="right") - 1
    table = hazards_of(figures, key).log_level.reshape(-1, 2).T - math.log(365.25)
    table = table + health_of(key).mortality_correction[band]
    older = table[:, -1:] + (table[:, -1:] - table[:, -2:-1]) * np.arange(1, _OLDEST - ages[-1] + 1)
    return np.concatenate([table, older], axis=1)


def _wanted(figures: Figures) -> Array:
    """Deaths per person-year by cell: a smooth curve by single age, levelled so that every band meets its figure."""
    people, annual = reference_people(figures), mortality_by_sex(figures).copy()
    band = np.searchsorted(np.array(AGE_BANDS), single_ages(figures), side="right") - 1
    for position, figure in enumerate(figures.array("people.mortality.annual")):
        own = band == position
        annual[own] *= figure * people[own].sum() / (people[own] * annual[own]).sum()
    return annual.ravel()


def _of_instability(frailty: Array, slope: float, health: HealthRates) -> Array:
    """Log of what instability makes of a hazard: its personal level, and its unit variance around it."""
    return slope * health.instability_frailty * (frailty - health.reference_frailty) + 0.5 * slope**2


def expected_courses(frailty: Array, age: Array, health: HealthRates) -> tuple[Array, Array]:
    """Acute courses a year by age and frailty without conditions, and the factor of each state, shape (states,)."""
    decades = (age - health.reference_age) / 10.0
    ill = math.log(health.illness_base) + health.illness_age * decades + health.illness_frailty * frailty
    need = math.log(health.need_base) + health.need_age * decades + health.need_frailty * frailty
    instability = _of_instability(frailty, health.illness_instability + health.need_instability, health)
    courses = 365.25 * np.exp(ill + np.minimum(need, math.log(health.need_most)) + instability)
    # each course brings relapses: the excess hazard over its whole time constant
    courses *= health.need_lived * (1.0 + health.recovery_excess * health.recovery_days)
    sets = np.arange(1 << len(CONDITIONS))[:, None] >> np.arange(len(CONDITIONS)) & 1
    log_of_state = (sets @ health.illness_conditions)[:, None] + np.array([0.0, health.illness_nursing_home])
    return courses, np.exp(log_of_state).ravel()


def _fatality(frailty: Array, age: Array, health: HealthRates) -> Array:
    """Share of acute courses that end with death."""
    m = health.mortality_in_course
    log_odds = (
        math.log(m / (1.0 - m)) + health.mortality_in_course_age * (age - health.reference_course_age) / 10.0
        + health.mortality_in_course_frailty * (frailty - health.reference_course_frailty)
    )  # fmt: skip
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))
