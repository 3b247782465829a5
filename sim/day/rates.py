"""The parameters of the compiled day, as it reads them: one plain tuple a theme, filled from the parameter files.

A field is the parameter's dotted name with underscores. Nothing is written here but names: values, units and sources
live in ``sim/parameters``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inline

if TYPE_CHECKING:
    from sim.parameters import Parameters

Vector = NDArray[np.float64]


class HealthRates(NamedTuple):
    """How people fall ill, recover and die."""

    reference_age: float
    reference_frailty: float
    reference_course_age: float
    reference_course_frailty: float
    instability_persistence: float
    instability_frailty: float
    instability_shock: float
    instability_acute_illness: float
    instability_unmet_need: float
    instability_waiting_day: float
    instability_without_help_day: float
    instability_control_received: float
    instability_detection: float
    illness_base: float
    illness_age: float
    illness_frailty: float
    illness_instability: float
    illness_conditions: Vector
    illness_nursing_home: float
    illness_medication_risk: float
    frailty_spread: float
    frailty_trend: float
    frailty_correction: Vector
    frailty_after_hospital: float
    frailty_long_stay_from: float
    frailty_long_stays: float
    medication_resolved: float
    mortality_frailty: float
    mortality_instability: float
    mortality_nursing_home: float
    mortality_in_course: float
    mortality_in_course_age: float
    mortality_in_course_frailty: float
    mortality_refused: float
    mortality_recovery: float
    mortality_correction: Vector
    need_base: float
    need_age: float
    need_frailty: float
    need_instability: float
    need_relapse: float
    need_most: float
    need_lived: float
    recovery_excess: float
    recovery_not_needed: float
    recovery_days: float
    recovery_frailty: float
    recovery_conditions: Vector
    recovery_long_stay: float
    recovery_long_stay_from: float
    recovery_early_day: float
    recovery_medication_risk: float


class PracticeRates(NamedTuple):
    """General practice and out-of-hours care."""

    contacts_consultation: Vector
    contacts_phone: Vector
    contacts_email: Vector
    contacts_home_visit: Vector
    contacts_conditions: Vector
    contacts_healthy: float
    contacts_nursing_home: float
    contacts_nursing_home_visits: float
    contacts_patient_initiated: float
    contacts_without_benefit: float
    control_interval: float
    control_kept: float
    control_spread: float
    minutes_gp_consultation: float
    minutes_gp_phone: float
    minutes_gp_email: float
    minutes_gp_home_visit: float
    minutes_gp_chronic_control: float
    minutes_gp_follow_up_visit: float
    minutes_gp_outreach_visit: float
    capacity_background_spread: float
    capacity_least_share: float
    acute_own_gp: float
    acute_opening_hours: float
    acute_self_care: float
    acute_ambulance: float
    acute_emergency_direct: float
    acute_phone_share: float
    acute_detect_need: float
    acute_borderline_referral: float
    acute_over_referral: float
    acute_missed_days: float
    acute_missed_severity: float
    acute_retry: float
    acute_to_out_of_hours: float
    out_of_hours_background: Vector
    out_of_hours_weekend: float
    follow_up_offered: float
    follow_up_age: float
    follow_up_frailty: float
    follow_up_fidelity: float
    follow_up_after_days: float
    follow_up_lapse_days: float
    follow_up_relative_risk: float
    follow_up_effect_days: float
    outreach_per_day: float
    outreach_instability: float


class HomeCareRates(NamedTuple):
    """Municipal care."""

    help_frailty: float
    help_alone: float
    help_age: float
    help_reference_age: float
    help_minutes_base: float
    help_minutes_slope: float
    help_minutes_most: float
    help_still_needed: float
    nursing_share: float
    nursing_minutes: float
    preventive_visit_age: float
    preventive_visit_accepted: float
    detection_threshold: float
    detection_per_day: float
    detection_to_nurse: float
    detection_raises_use: float
    acute_nurse_share_of_minor: float
    acute_nurse_share_of_borderline: float
    acute_nurse_handles_borderline: float
    temporary_stay_days: float
    temporary_step_up: float
    temporary_longest: float
    temporary_longest_wait: float
    reception_help_days: float
    reception_temporary_days: float
    reception_nursing_home_days: float
    reception_own_choice_days: float
    reception_own_choice: float
    reception_need_help: float
    reception_need_temporary: float
    reception_need_nursing_home: float
    reception_notice_days: float
    reception_reference_frailty: float
    reception_short_stay_days: float
    reception_short_stay_share: float
    reception_planned_share: float
    nursing_home_entry_base: float
    nursing_home_entry_frailty: float
    nursing_home_entry_age: float
    nursing_home_entry_dementia: float
    nursing_home_reference_age: float
    nursing_home_reference_frailty: float
    nursing_home_guarantee_days: float
    nursing_home_waited_days: float


class HospitalRates(NamedTuple):
    """Emergency department, wards, discharge and planned care."""

    threshold_usual: float
    threshold_observe: float
    threshold_borderline: float
    threshold_noise: float
    threshold_alternative: float
    emergency_return_sent_home: float
    emergency_return_observed: float
    emergency_return_in_need: float
    emergency_return_days: float
    emergency_return_severity: float
    emergency_return_most: float
    arrival_daytime_share: float
    arrival_daytime_from: float
    arrival_daytime_until: float
    stay_short_share: float
    stay_short_median: float
    stay_short_spread: float
    stay_long_median: float
    stay_long_spread: float
    stay_frailty: float
    stay_reference_frailty: float
    stay_diagnosis: Vector
    stay_most: float
    rounds_first_until: float
    discharge_earliest_hour: float
    discharge_plan_share: float
    discharge_plan_from: float
    discharge_plan_age: float
    discharge_plan_frailty: float
    discharge_plan_relative_risk: float
    discharge_reconciliation_share: float
    discharge_reconciliation_relative_risk: float
    discharge_medication_harm: float
    outpatient_rate: Vector
    outpatient_conditions: Vector
    outpatient_healthy: float
    outpatient_referred: float
    outpatient_virtual: float
    elective_rate: Vector
    elective_shortest_wait: float
    elective_wait_days: float
    elective_surgical: float
    elective_stay_median: float
    elective_stay_spread: float
    elective_mortality: float
    elective_cancel_at: float
    elective_hour: float
    elective_put_off_days: float
    elective_after_course_days: float
    pressure_occupancy: float
    pressure_threshold: float
    pressure_early_leave: float
    pressure_refill: float
    pressure_overflow: float
    pressure_smoothing_days: float
    pressure_switch: float
    tariff_spread: float
    tariff_long_stay_from: float


#: Planned care is given on five days of seven: its rate on a workday over the mean day.
WORKDAYS = 7.0 / 5.0


@inline
def out_of_hours_workday(rates: Rates) -> float:
    """Out-of-hours contacts on a workday over the mean day: what the two days of the weekend leave."""
    return (7.0 - 2.0 * rates.practice.out_of_hours_weekend) / 5.0


class Derived(NamedTuple):
    """What is computed once a run from parameters, population and calendar."""

    death: Vector  # (sexes, ages 65..110) log daily hazard without frailty
    rise: Vector  # (80 ages from 65 by sex, steps) monthly rise of frailty at each step of the index
    most_frail: float
    onset_any: Vector  # (80 * 32 sets of conditions,) monthly chance of a further condition
    onset: Vector  # (80 * 32, conditions) the same, cumulated over conditions
    left_alone: Vector  # (80,) monthly chance that somebody who lives with others comes to live alone
    frailer: Vector  # (conditions,) frailty after the onset of a condition over frailty before
    frailer_by_onset: Vector  # (ages x 2 sexes x 32) mean relative rise of frailty in a month by conditions that begin
    illness_of: Vector  # (32 sets of conditions,) log hazard of illness, base included
    contacts_of: Vector  # (32,) planned contacts with the practice over the band's rate
    outpatient_of: Vector  # (32,) outpatient visits over the band's rate
    recovery_of: Vector  # (32,) log of the excess hazard after discharge
    contacts_by_band: Vector  # (bands,) planned contacts with the practice a year
    minutes_by_form: Vector  # (consultation, phone, email, home visit)
    diagnosis: Vector  # (32 sets of conditions, diagnoses) cumulative shares
    preventable: NDArray[np.uint8]  # (diagnoses,)
    tariff: Vector  # (diagnoses,) tariff value, kroner
    tariff_elective: float
    tariff_long_stay_day: float
    tariff_outpatient: float
    tariff_virtual: float
    tariff_emergency: float
    tariff_observation: float
    ward_of_diagnosis: NDArray[np.int64]
    short_stay_share: float
    geriatric_share: float
    geriatric_age: float
    geriatric_frailty: float
    winter_beds: int
    winter_months: int
    background_spread: float
    keys: NDArray[np.uint64]  # decision keys of the run
    first_day: int


class Rates(NamedTuple):
    """All the day needs to know. The compiled day gets each theme as one record (:func:`as_record`)."""

    health: HealthRates
    practice: PracticeRates
    home: HomeCareRates
    hospital: HospitalRates
    derived: Derived


Theme = TypeVar("Theme", HealthRates, PracticeRates, HomeCareRates, HospitalRates)
Fields = TypeVar("Fields", HealthRates, PracticeRates, HomeCareRates, HospitalRates, Derived)


def read_theme(kind: type[Theme], theme: str, parameters: Parameters) -> Theme:
    """Fill one tuple from the parameters whose names start with ``theme.``."""
    known = {
        name.removeprefix(theme + ".").replace(".", "_").replace("-", "_"): name
        for name in parameters
        if name.startswith(theme + ".")
    }
    return kind(**{field: _as_number(parameters[known[field]]) for field in kind._fields})


def as_record(values: Fields) -> Fields:
    """The same values as one record, which compiled code passes on as a single pointer."""
    arrays = {name: np.asarray(value) for name, value in zip(values._fields, values, strict=True)}
    kind = np.dtype([(name, array.dtype, array.shape) for name, array in arrays.items()], align=True)
    filled = np.zeros(1, kind)
    for name, array in arrays.items():
        filled[name][0] = array
    record: Fields = filled.view(np.recarray)[0]
    return record


def _as_number(value: Any) -> Any:
    return np.array(value, np.float64) if isinstance(value, tuple) else float(value)
