"""What the day looks up instead of working it out: tables derived from the figures, and the waves of each year."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.ageing import solve_ageing
from sim.chance import decision_keys, stream_name, uniforms
from sim.clock import date_of, day_number
from sim.day.rates import (
    Derived,
    HealthRates,
)
from sim.measures import CONDITIONS, DIAGNOSES, PREVENTABLE_DIAGNOSES
from sim.mortality import death_table, hashable
from sim.population.figures import read_figures
from sim.reading import InputError

if TYPE_CHECKING:
    from sim.parameters import Parameters
    from sim.scenario import Scenario

Columns = dict[str, NDArray[Any]]
#: Forms of planned contacts with the practice.
FORMS: Final = ("consultation", "phone", "email", "home_visit")


def derived_of(scenario: Scenario, seed: int, initial: Columns, health: HealthRates) -> Derived:
    """Everything derived from the figures for a run, by the people of the first day."""
    p = scenario.parameters
    figures = read_figures(p)
    ageing, frailer = solve_ageing(figures, hashable(health)), np.exp(figures.array("people.frailty.conditions"))
    prevalence = np.array([np.mean((initial["conditions"] & bit) > 0) for bit in CONDITIONS.values()])
    return Derived(
        death=death_table(figures, hashable(health)),
        rise=ageing.rise,
        most_frail=figures.number("people.frailty.most"),
        onset_any=ageing.onset[:, -1].copy(),
        onset=ageing.onset,
        left_alone=ageing.left_alone,
        frailer=frailer,
        frailer_by_onset=np.diff(ageing.onset, prepend=0.0) @ (frailer - 1.0),
        illness_of=math.log(health.illness_base) + _by_set(p.numbers("health.illness.conditions")),
        contacts_of=p.number("general_practice.contacts.healthy")
        + _by_set(p.numbers("general_practice.contacts.conditions")),
        outpatient_of=p.number("hospital.outpatient.healthy") + _by_set(p.numbers("hospital.outpatient.conditions")),
        recovery_of=_by_set(p.numbers("health.recovery.conditions")),
        contacts_by_band=np.sum([p.numbers(f"general_practice.contacts.{form}") for form in FORMS], axis=0),
        minutes_by_form=np.array([p.number(f"general_practice.minutes.gp_{form}") for form in FORMS]),
        diagnosis=_diagnoses(p, prevalence),
        preventable=np.array([name in PREVENTABLE_DIAGNOSES for name in DIAGNOSES], np.uint8),
        tariff=np.array(p.numbers("tariffs.course_value")),
        tariff_elective=p.number("hospital.tariff.elective"),
        tariff_long_stay_day=p.number("tariffs.long_stay_day"),
        tariff_outpatient=p.number("tariffs.outpatient_visit"),
        tariff_virtual=p.number("tariffs.outpatient_virtual"),
        tariff_emergency=p.number("tariffs.emergency_visit"),
        tariff_observation=p.number("tariffs.observation"),
        ward_of_diagnosis=np.array(p.numbers("wards.specialty.ward"), np.int64),
        short_stay_share=p.number("wards.short_stay.share"),
        geriatric_share=p.number("wards.specialty.geriatric_share"),
        geriatric_age=p.number("wards.specialty.geriatric_age"),
        geriatric_frailty=p.number("wards.specialty.geriatric_frailty"),
        winter_beds=int(p.number("wards.winter.beds") * max(1.0, scenario.population.scale)),
        winter_months=int(p.number("wards.winter.months")),
        background_spread=p.number("wards.background.spread"),
        keys=decision_keys(seed),
        first_day=scenario.first_day,
    )


def _by_set(weights: tuple[float, ...]) -> NDArray[np.float64]:
    """Sum of the weights of the conditions in each of the 32 sets of conditions."""
    bits = np.array(list(CONDITIONS.values()))
    return np.asarray(((np.arange(32)[:, None] & bits) > 0) @ np.array(weights))


def _diagnoses(p: Parameters, prevalence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cumulative shares of diagnosis groups for each of the 32 sets of conditions; own conditions weigh more."""
    shares = np.array(p.numbers("health.diagnosis.shares"))
    weight = p.number("health.diagnosis.condition_weight")
    own = {"copd": 0, "diabetes": 1, "heart_failure": 2}
    table = np.tile(shares, (32, 1))
    for name, condition in own.items():
        column = DIAGNOSES.index(name)
        mean = 1.0 + (weight - 1.0) * prevalence[condition]
        has = (np.arange(32) >> condition) & 1 == 1
        table[:, column] *= np.where(has, weight, 1.0) / mean
    whole = table.sum(axis=1, keepdims=True)
    if not whole.all():
        problem = "no diagnosis is left for people with some of the conditions"
        raise InputError(problem, key="health.diagnosis.shares", allowed="shares of which some are above 0")
    return np.asarray(np.cumsum(table / whole, axis=1))


def season_of(p: Parameters, seed: int, first: int, last: int) -> NDArray[np.float64]:
    """Log factor of acute illness by day: two harmonics, a yearly infection wave, weekdays; its mean factor is one."""
    days = np.arange(first, last + 32)
    dates = [date_of(int(day)) for day in days]
    of_year = np.array([day.timetuple().tm_yday for day in dates])
    angle = 2.0 * math.pi * (of_year - p.number("health.season.top_day")) / 365.25
    log = p.number("health.season.amplitude") * np.cos(angle) + p.number("health.season.summer") * np.cos(2.0 * angle)
    width, first_top = p.number("health.season.wave_days"), p.number("health.season.wave_from") - 1.0
    for year in range(dates[0].year, dates[-1].year + 2):
        u = [float(uniforms(seed, "season", np.array([stream_name("wave")]), year, k)[0]) for k in range(2)]
        spread = p.number("health.season.wave_spread")
        height = p.number("health.season.wave_height") * (1.0 - spread + 2.0 * spread * u[0])
        peak = day_number(date(year, 1, 1)) + first_top + p.number("health.season.wave_span") * u[1]
        log = log + height * np.exp(-0.5 * ((days - peak) / width) ** 2)
    log -= math.log(np.mean(np.exp(log[:365])))
    return np.asarray(log + np.log(np.array(p.numbers("health.season.weekday")))[(days + 3) % 7])
