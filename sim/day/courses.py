"""A hospital course: what is drawn when it starts, what it writes while it lasts, and its end."""

from __future__ import annotations

import math

import numpy as np

from sim.chance import uniform, uniform_at
from sim.compiled import inline, jit
from sim.day.emergency import (
    CODING,
    DECLARATION,
    DISCHARGE_DAY,
    SURGICAL_FROM,
    diagnosis_of,
    is_short,
    necessary_stay,
)
from sim.day.frame import FAULT_STAYS, LEAST_LEVEL, Output, Today, census, count, person_flags, write
from sim.day.home_care import leave_temporary_list
from sim.day.month import beyond_independence, write_care
from sim.day.numbers import exponential, lognormal, normal
from sim.day.rates import Rates
from sim.day.refusal import fatality
from sim.day.risk import age_of, set_risk
from sim.day.streams import (
    CASE_WEIGHT,
    DEATH_IN_HOSPITAL,
    ELECTIVE_STAY,
    NOTICE,
    RECEPTION,
    RECEPTION_KIND,
    STAY,
)
from sim.measures import FLAG, MEASURE
from sim.records import COUNTER, WARD_COUNTER
from sim.state import (
    FAR,
    HOME_HELP,
    HOSPITAL,
    NOT_AT_RISK,
    NOTHING,
    NURSING_HOME,
    NURSING_PLACE,
    OWN_CHOICE,
    TEMPORARY,
    TEMPORARY_PLACE,
    People,
    State,
)

BACK_TO_NURSING_HOME = 5
RECEPTION_SPEED = 2
_ACUTE_ADMISSION, _ELECTIVE_ADMISSION = MEASURE["acute_admission"], MEASURE["elective_admission"]
_COURSE, _BED_DAY = MEASURE["hospital_course"], MEASURE["bed_day"]
_ACUTE, _READMISSION, _EXTERNAL = FLAG["acute"], FLAG["readmission"], FLAG["external"]
_PREVENTABLE, _MEDICAL, _CHRONIC = FLAG["preventable"], FLAG["medical"], FLAG["chronic"]
_C_MEDICAL, _C_PREVENTABLE = COUNTER["acute_medical_admissions"], COUNTER["acute_preventable_admissions"]
_C_READMISSIONS, _C_MEDICAL_READMISSIONS = COUNTER["readmissions"], COUNTER["medical_readmissions"]
_C_INDEX_BACK = COUNTER["index_readmitted"]
_C_SHORT_BACK = COUNTER["index_readmitted_short"]
_C_LONG_BACK = COUNTER["index_readmitted_long"]
_C_DAY_BACK = COUNTER["index_readmitted_day"]
_C_EXTERNAL = COUNTER["acute_admissions_external"]
_C_EXTERNAL_DAYS, _C_MEDICAL_DAYS = COUNTER["bed_days_external"], COUNTER["medical_bed_days"]
_C_VALUE, _C_CHRONIC_VALUE = COUNTER["course_value"], COUNTER["chronic_course_value"]
_C_RESIDENT_ADMISSIONS = COUNTER["nursing_home_acute_admissions"]
_W_ADMITTED, _W_DISCHARGED = WARD_COUNTER["admissions"], WARD_COUNTER["discharges"]
INDEX, INDEX_SHORT, INDEX_MEDICAL, INDEX_DAY = 1, 2, 4, 8


@jit
def admit(
    state: State, i: int, ward: int, acute: bool, ratio: float, rates: Rates, today: Today, out: Output
) -> None:  # fmt: skip
    """A hospital course starts; its necessary stay, outcome and needs at discharge are drawn now.

    ``ratio`` is that of an acute illness to the need of a bed: below 1 the patient needs it.
    """
    stays, people, organisations = state.stays, state.people, state.organisations
    card = people.card[i]
    k = stays.count[0]
    if k >= stays.bed.shape[0]:
        out.fault[0] = FAULT_STAYS
        return
    stays.count[0] = k + 1
    bed = stays.bed[k]
    key = people.key[i]
    diagnosis = diagnosis_of(people, i, rates, today) if acute else SURGICAL_FROM + 1
    flags = course_flags(state, i, diagnosis, acute, ward, rates, today, out)
    arrives = today.day + rates.hospital.elective_hour / 24.0
    if acute:
        arrives = today.day + hour_of_arrival(uniform_at(key, today.streams[STAY], 1), rates) / 24.0
        stay = necessary_stay(people, i, diagnosis, is_short(people, i, rates, today), rates, today)
    else:
        u = uniform(key, today.streams[ELECTIVE_STAY])
        stay = lognormal(u, rates.hospital.elective_stay_median, rates.hospital.elective_stay_spread)
    bed.row, bed.ward, bed.diagnosis, bed.marks = i, ward, diagnosis, flags
    bed.episode = today.day
    bed.needed = acute and ratio < 1.0
    bed.nights = bed.finished = 0
    bed.written = today.day
    bed.admitted = arrives
    bed.ready = arrives + stay
    level = organisations.ward_levels[max(ward, 0), DISCHARGE_DAY] if ward >= 0 else 1.0
    bed.leave = arrives + stay * level
    bed.fatal = fatal_time(people, i, bed.needed == 1, bed.admitted, stay, rates, today)
    if bed.fatal < bed.ready:  # who is dying is not sent home: a shorter stay spares nobody's life
        bed.leave = max(bed.leave, bed.ready)
    if card.mortality > NOT_AT_RISK:  # who waits after the course is over dies as at home
        waited = exponential(
            uniform_at(key, today.streams[DEATH_IN_HOSPITAL], 2), math.exp(-np.float64(card.mortality))
        )
        bed.fatal = min(bed.fatal, bed.ready + waited)
    bed.value = tariff_value(people, i, diagnosis, acute, rates, today)
    plan_reception(state, k, acute, stay, rates, today)
    leave_home(state, i, today.day, out)
    measure = _ACUTE_ADMISSION if acute else _ELECTIVE_ADMISSION
    write(out, people, i, today.day, measure, 1, 0, 0, ward, flags, today.day)
    if ward >= 0:
        organisations.wards.ward_modelled[ward] += 1
        out.ward[_W_ADMITTED, ward] += 1
    card.place = HOSPITAL
    if acute:
        card.acute_start = today.day
    set_risk(people, i, organisations, rates, today.day)


@inline
def hour_of_arrival(u: float, rates: Rates) -> float:
    """Hour of day at which an acute patient arrives: evenly within the daytime, and within the hours until midnight."""
    rate = rates.hospital
    day, start, end = rate.arrival_daytime_share, rate.arrival_daytime_from, rate.arrival_daytime_until
    return start + (end - start) * u / day if u < day else end + (24.0 - end) * (u - day) / (1.0 - day)


@jit
def course_flags(
    state: State, i: int, diagnosis: int, acute: bool, ward: int, rates: Rates, today: Today, out: Output
) -> int:
    """Flags of a course, counting it as a readmission where it is one."""
    people = state.people
    card = people.card[i]
    flags = person_flags(people, i)
    if ward < 0:
        flags |= _EXTERNAL
    if not acute:
        return flags
    flags |= _ACUTE
    if diagnosis < SURGICAL_FROM:
        flags |= _MEDICAL
        count(out, people, i, _C_MEDICAL, 1)
    if rates.derived.preventable[diagnosis] == 1:
        flags |= _PREVENTABLE
        count(out, people, i, _C_PREVENTABLE, 1)
    if ward < 0:
        count(out, people, i, _C_EXTERNAL, 1)
    if card.place == NURSING_HOME:
        count(out, people, i, _C_RESIDENT_ADMISSIONS, 1)
    days = today.day - card.discharged
    if days <= 30:
        flags |= _READMISSION
        count(out, people, i, _C_READMISSIONS, 1)
        if diagnosis < SURGICAL_FROM:
            count(out, people, i, _C_MEDICAL_READMISSIONS, 1)
        index = card.index
        if index & INDEX:
            count(out, people, i, _C_INDEX_BACK, 1)
            if index & INDEX_MEDICAL:
                out.return_bins[days] += 1
                count(out, people, i, _C_SHORT_BACK if index & INDEX_SHORT else _C_LONG_BACK, 1)
                if index & INDEX_DAY:
                    count(out, people, i, _C_DAY_BACK, 1)
    card.index = 0
    return flags


@jit
def fatal_time(people: People, i: int, needed: bool, admitted: float, stay: float, rates: Rates, today: Today) -> float:
    """When the patient dies during the course, or far away; who needed no bed has the risk of a planned course."""
    key = people.key[i]
    share = fatality(people, i, rates, today) if needed else rates.hospital.elective_mortality
    if uniform(key, today.streams[DEATH_IN_HOSPITAL]) >= share:
        return np.float64(FAR)
    return admitted + stay * uniform_at(key, today.streams[DEATH_IN_HOSPITAL], 1)


@jit
def tariff_value(people: People, i: int, diagnosis: int, acute: bool, rates: Rates, today: Today) -> int:
    """Tariff value of a course in øre, without long-stay days and coding."""
    base = rates.derived.tariff[diagnosis] if acute else rates.derived.tariff_elective
    spread = rates.hospital.tariff_spread
    z = normal(uniform(people.key[i], today.streams[CASE_WEIGHT]))
    return int(100.0 * base * math.exp(spread * z - 0.5 * spread * spread))


@jit
def plan_reception(state: State, k: int, acute: bool, stay: float, rates: Rates, today: Today) -> None:
    """What the patient needs from the municipality at discharge, when it is told, and when it can receive."""
    stays, people, home = state.stays, state.people, rates.home
    bed = stays.bed[k]
    i = bed.row
    card = people.card[i]
    key, frailty = people.key[i], np.float64(card.frailty)
    levels = state.organisations.unit_levels[card.unit]
    u = uniform(key, today.streams[RECEPTION_KIND])
    scale = frailty / home.reception_reference_frailty
    age = age_of(people, i, today.day)
    nursing = (
        home.reception_need_nursing_home * scale * scale if beyond_independence(people, i, rates, age) > 0.0 else 0.0
    )
    temporary = home.reception_need_temporary * scale * scale
    if not acute or stay < home.reception_short_stay_days:
        nursing = 0.0
        temporary = home.reception_short_stay_share * temporary
    helped = (
        1.0 if card.help > 0 else home.reception_need_help * scale * (1.0 if acute else home.reception_planned_share)
    )
    kind, mean = NOTHING, 0.0
    if card.place == NURSING_HOME:
        kind = BACK_TO_NURSING_HOME
    elif u < nursing:
        kind, mean = NURSING_PLACE, home.reception_nursing_home_days
    elif u < nursing + temporary:
        kind, mean = TEMPORARY_PLACE, home.reception_temporary_days
    elif u < nursing + temporary + home.reception_own_choice:
        kind, mean = OWN_CHOICE, home.reception_own_choice_days
    elif uniform_at(key, today.streams[RECEPTION_KIND], 1) < helped:
        kind, mean = HOME_HELP, home.reception_help_days
    if kind != OWN_CHOICE:
        mean /= max(levels[RECEPTION_SPEED], LEAST_LEVEL)
    ward = bed.ward
    declared = bed.leave
    if ward >= 0:
        declared -= state.organisations.ward_levels[ward, DECLARATION] - 1.0
    told = declared - exponential(uniform(key, today.streams[NOTICE]), home.reception_notice_days)
    told = max(told, bed.admitted)
    bed.waits_for = kind
    bed.notice = int(math.floor(told))
    bed.received = told + exponential(uniform(key, today.streams[RECEPTION]), mean) if mean > 0.0 else told


@jit
def leave_home(state: State, i: int, day: int, out: Output) -> None:
    """Municipal care pauses and head counts follow when a person goes to hospital."""
    people = state.people
    card = people.card[i]
    write_care(people, i, out, day)
    if card.place == TEMPORARY:
        leave_temporary_list(state, i)
    census(people, state.organisations, i, -1, day)
    place = card.place
    card.place = HOSPITAL
    census(people, state.organisations, i, 1, day)
    card.place = place


@jit
def write_bed_days(state: State, k: int, day: int, out: Output) -> None:
    """Write the bed-days not yet written, up to (not including) tonight."""
    stays = state.stays
    bed = stays.bed[k]
    nights = bed.nights - (bed.written - bed.episode)
    if nights > 0:
        i, flags = bed.row, bed.marks
        write(out, state.people, i, day, _BED_DAY, nights, 0, 0, bed.ward, flags, bed.episode)
        if flags & _MEDICAL:
            count(out, state.people, i, _C_MEDICAL_DAYS, nights)
        if flags & _EXTERNAL:
            count(out, state.people, i, _C_EXTERNAL_DAYS, nights)
        bed.written += nights


@jit
def end_course(state: State, k: int, rates: Rates, today: Today, out: Output) -> None:
    """Write a course that ends today with its tariff value."""
    stays, organisations = state.stays, state.organisations
    bed = stays.bed[k]
    i, w, flags = bed.row, bed.ward, bed.marks
    write_bed_days(state, k, today.day, out)
    coding = organisations.ward_levels[w, CODING] if w >= 0 else 1.0
    beyond = max(bed.nights - rates.hospital.tariff_long_stay_from, 0.0)
    value = int(coding * (bed.value + 100.0 * beyond * rates.derived.tariff_long_stay_day))
    nights = min(bed.nights, 32000)
    write(out, state.people, i, today.day, _COURSE, 1, value, nights, w, flags, bed.episode)
    count(out, state.people, i, _C_VALUE, value)
    if flags & _CHRONIC:
        count(out, state.people, i, _C_CHRONIC_VALUE, value)
    if w >= 0:
        organisations.wards.ward_modelled[w] -= 1
        out.ward[_W_DISCHARGED, w] += 1
