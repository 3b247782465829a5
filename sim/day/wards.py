"""Wards: the round, beds by rank, waiting for the municipality, discharge and what follows a course."""

from __future__ import annotations

import math

import numpy as np

from sim.chance import uniform, uniform_at
from sim.compiled import inline, jit
from sim.day.death import die
from sim.day.emergency import (
    ACUTE_BED,
    CODING,
    DECLARATION,
    DISCHARGE_DAY,
    DISCHARGE_PLANNING,
    ELECTIVE_BED,
    SURGICAL_FROM,
    diagnosis_of,
    is_short,
    necessary_stay,
    treated_elsewhere,
    winter_beds,
)
from sim.day.frame import FAULT_STAYS, LOAD_DAYS, Load, Output, Today, Work, census, claim, count, push, write
from sim.day.home_care import enter_temporary, leave_temporary_list, nursing_place_free, temporary_free
from sim.day.month import WAITS_FOR_NURSING_HOME, grant_help, help_need, write_care
from sim.day.numbers import exponential, logistic, lognormal, normal
from sim.day.practice import rank_claims
from sim.day.rates import Rates
from sim.day.risk import FOLLOW_UP_VISIT, age_of, set_risk
from sim.day.streams import (
    AFTER_HOSPITAL,
    BACKGROUND_WARD,
    BED_QUEUE,
    CASE_WEIGHT,
    DEATH_IN_HOSPITAL,
    EARLY_LEAVE,
    ELECTIVE_STAY,
    FOLLOW_UP,
    FOLLOW_UP_DONE,
    NOTICE,
    PLAN,
    RECEPTION,
    RECEPTION_KIND,
    RECONCILIATION,
    STAY,
    WARD,
)
from sim.measures import FLAG, MEASURE
from sim.records import COUNTER, WARD_COUNTER
from sim.state import (
    DEAD,
    FAR,
    HOME,
    HOME_HELP,
    HOSPITAL,
    MOVED,
    NOTHING,
    NURSING_HOME,
    NURSING_PLACE,
    OWN_CHOICE,
    TEMPORARY,
    TEMPORARY_PLACE,
    Organisations,
    People,
    State,
    Stays,
)

BACK_TO_NURSING_HOME = 5
RECEPTION_SPEED, REHABILITATION = 2, 3
MEDICAL_WINTER_WARD, GENERAL = 4, 5
BEFORE, AFTER, MIDNIGHT = 0, 1, 2  # beds are allotted
_ACUTE_ADMISSION, _ELECTIVE_ADMISSION = MEASURE["acute_admission"], MEASURE["elective_admission"]
_COURSE, _BED_DAY, _FINISHED = MEASURE["hospital_course"], MEASURE["bed_day"], MEASURE["finished_treated_day"]
_PLAN, _RECONCILIATION = MEASURE["discharge_plan"], MEASURE["medication_reconciliation"]
_ACUTE, _READMISSION, _EXTERNAL = FLAG["acute"], FLAG["readmission"], FLAG["external"]
_PREVENTABLE, _MEDICAL, _ENROLLED, _CHRONIC = FLAG["preventable"], FLAG["medical"], FLAG["enrolled"], FLAG["chronic"]
_C_MEDICAL, _C_PREVENTABLE = COUNTER["acute_medical_admissions"], COUNTER["acute_preventable_admissions"]
_C_READMISSIONS, _C_MEDICAL_READMISSIONS = COUNTER["readmissions"], COUNTER["medical_readmissions"]
_C_INDEX, _C_INDEX_BACK = COUNTER["index_discharges"], COUNTER["index_readmitted"]
_C_SHORT, _C_SHORT_BACK = COUNTER["index_discharges_short"], COUNTER["index_readmitted_short"]
_C_LONG, _C_LONG_BACK = COUNTER["index_discharges_long"], COUNTER["index_readmitted_long"]
_C_DAY, _C_DAY_BACK = COUNTER["index_discharges_day"], COUNTER["index_readmitted_day"]
_C_STAY_DAYS, _C_COURSES = COUNTER["length_of_stay_days"], COUNTER["acute_medical_courses"]
_C_FINISHED_HELP = COUNTER["finished_treated_home_help"]
_C_FINISHED_TEMPORARY = COUNTER["finished_treated_temporary_place"]
_C_FINISHED_NURSING, _C_FINISHED_OWN = COUNTER["finished_treated_nursing_home"], COUNTER["finished_treated_own_choice"]
_C_EARLY, _C_OVERFLOW, _C_DIVERTED = COUNTER["early_discharges"], COUNTER["overflow_days"], COUNTER["diversions"]
_C_CANCELLED, _C_TEMPORARY_UNMET = COUNTER["elective_cancelled"], COUNTER["temporary_place_unmet"]
_C_ENROLLED, _C_NOT_DELIVERED = COUNTER["follow_up_enrolled"], COUNTER["follow_up_not_delivered"]
_C_HARM, _C_EXTERNAL = COUNTER["medication_harm"], COUNTER["acute_admissions_external"]
_C_EXTERNAL_DAYS, _C_MEDICAL_DAYS = COUNTER["bed_days_external"], COUNTER["medical_bed_days"]
_C_VALUE, _C_CHRONIC_VALUE = COUNTER["course_value"], COUNTER["chronic_course_value"]
_C_RESIDENT_ADMISSIONS, _C_IN_HOSPITAL_ACUTE = (
    COUNTER["nursing_home_acute_admissions"],
    COUNTER["in_hospital_acute_deaths"],
)
_W_EARLY, _W_DIVERTED = WARD_COUNTER["early_discharges"], WARD_COUNTER["diverted"]
_W_ADMITTED, _W_DISCHARGED = WARD_COUNTER["admissions"], WARD_COUNTER["discharges"]
_W_OCCUPIED, _W_MODELLED, _W_STAFFED = (
    WARD_COUNTER["occupied_days"], WARD_COUNTER["modelled_days"], WARD_COUNTER["staffed_days"],
)  # fmt: skip
_W_OVERFLOW, _W_REFILLED = WARD_COUNTER["overflow_days"], WARD_COUNTER["refilled_days"]
INDEX, INDEX_SHORT, INDEX_MEDICAL, INDEX_DAY = 1, 2, 4, 8


@inline
def beds_today(organisations: Organisations, w: int, today: Today, rates: Rates) -> int:
    """Staffed beds of a ward."""
    return organisations.wards.ward_beds[w] + (winter_beds(today, rates) if w == MEDICAL_WINTER_WARD else 0)


@jit
def background(state: State, rates: Rates, load: Load, today: Today, out: Output) -> None:
    """Patients who are not people of the model: their own ups and downs, and refill of beds freed by the model."""
    organisations, hospital = state.organisations, rates.hospital
    weight = 1.0 / hospital.pressure_smoothing_days
    for w in range(organisations.wards.shape[0]):
        key = organisations.wards.ward_key[w]
        spread = rates.derived.background_spread * normal(uniform(key, today.streams[BACKGROUND_WARD]))
        others = organisations.wards.ward_background[w] * (1.0 + spread)
        patients = organisations.wards.ward_modelled[w]  # last night, with those outside the sample
        patients += organisations.wards.ward_others[w] - organisations.wards.ward_younger[w]
        refill = 0.0
        if organisations.wards.ward_reference[w] >= 0.0 and hospital.pressure_switch > 0.0:
            freed = organisations.wards.ward_reference[w] - organisations.wards.ward_smoothed[w]
            refill = max(hospital.pressure_refill * freed, -others)
        organisations.wards.ward_younger[w] = int(others + refill + 0.5)
        out.ward[_W_REFILLED, w] += int(math.floor(refill + 0.5))
        organisations.wards.ward_smoothed[w] += weight * (patients - organisations.wards.ward_smoothed[w])
    others_in_wards(state, rates, load, today, BEFORE, AFTER, 0.0, 0.0)


@jit
def others_in_wards(
    state: State, rates: Rates, load: Load, today: Today, start: int, stop: int, passed: float, planned: float
) -> None:  # fmt: skip
    """Patients who are not people of the model, a share of the way from one time of the day to another.

    ``planned`` is the share of planned admissions that were considered before; where many of them find no bed, the
    beds are taken by the first of them. Those outside the sample take no more beds than a ward has, overflow included:
    they too are turned away.
    """
    wards, column = state.organisations.wards, today.day % LOAD_DAYS
    for w in range(wards.shape[0]):
        early, late = load.ward[w, start, column], load.ward[w, stop, column]
        way = passed + (1.0 - passed) * min(planned * load.planned[w], 1.0)
        others = early + int(math.floor((late - early) * way + 0.5))
        if others > 0:
            most = int(beds_today(state.organisations, w, today, rates) * (1.0 + rates.hospital.pressure_overflow))
            others = min(others, max(most - wards.ward_younger[w] - wards.ward_modelled[w], 0))
        wards.ward_others[w] = wards.ward_younger[w] + others


@jit
def ward_round(state: State, rates: Rates, load: Load, today: Today, out: Output, until: float) -> None:
    """Who dies, leaves, leaves early for want of beds, or waits for the municipality, up to an hour of today."""
    stays, people = state.stays, state.people
    kept = 0
    for k in range(stays.count[0]):
        i = stays.bed.row[k]
        if stays.bed.fatal[k] < until:
            end_in_death(state, k, rates, today, out)
            continue
        if stays.bed.leave[k] >= until and leaves_early(state, k, rates, today, out, until):
            stays.bed.leave[k] = until - 0.01
        if stays.bed.leave[k] < until and received(state, k, rates, load, today, out, until):
            discharge(state, k, max(stays.bed.leave[k], min(stays.bed.received[k], until)), rates, load, today, out)
            continue
        if people.card.place[i] == HOSPITAL:
            move_stay(stays, k, kept)
            kept += 1
    stays.count[0] = kept


@inline
def move_stay(stays: Stays, k: int, to: int) -> None:
    """Close the gap that a discharge leaves in the list."""
    if k == to:
        return
    stays.bed.row[to], stays.bed.ward[to], stays.bed.diagnosis[to] = (
        stays.bed.row[k],
        stays.bed.ward[k],
        stays.bed.diagnosis[k],
    )
    stays.bed.waits_for[to], stays.bed.marks[to], stays.bed.episode[to] = (
        stays.bed.waits_for[k],
        stays.bed.marks[k],
        stays.bed.episode[k],
    )
    stays.bed.nights[to], stays.bed.finished[to], stays.bed.written[to] = (
        stays.bed.nights[k],
        stays.bed.finished[k],
        stays.bed.written[k],
    )
    stays.bed.admitted[to], stays.bed.ready[to], stays.bed.leave[to] = (
        stays.bed.admitted[k],
        stays.bed.ready[k],
        stays.bed.leave[k],
    )
    stays.bed.fatal[to], stays.bed.notice[to], stays.bed.received[to] = (
        stays.bed.fatal[k],
        stays.bed.notice[k],
        stays.bed.received[k],
    )
    stays.bed.value[to] = stays.bed.value[k]


@jit
def leaves_early(state: State, k: int, rates: Rates, today: Today, out: Output, until: float) -> bool:
    """Bed pressure: a patient one day from readiness may leave today."""
    stays, hospital = state.stays, rates.hospital
    w = stays.bed.ward[k]
    if w < 0 or hospital.pressure_switch <= 0.0 or stays.bed.leave[k] >= until + 1.0 or until < today.day + 1.0:
        return False
    if stays.bed.waits_for[k] != NOTHING or stays.bed.admitted[k] > today.day:
        return False
    organisations = state.organisations
    patients = organisations.wards.ward_modelled[w] + organisations.wards.ward_others[w]
    over = patients / max(beds_today(organisations, w, today, rates), 1) - hospital.pressure_occupancy
    i = stays.bed.row[k]
    if over <= 0.0 or uniform(state.people.key[i], today.streams[EARLY_LEAVE]) >= hospital.pressure_early_leave * over:
        return False
    count(out, state.people, i, _C_EARLY, 1)
    out.ward[_W_EARLY, w] += 1
    return True


@jit
def received(state: State, k: int, rates: Rates, load: Load, today: Today, out: Output, until: float) -> bool:
    """Whether the place or the help that the patient needs is there by now."""
    stays, people = state.stays, state.people
    kind = stays.bed.waits_for[k]
    if kind == NOTHING or kind == BACK_TO_NURSING_HOME:
        return True
    if stays.bed.received[k] >= until:
        return False
    m = people.card.municipality[stays.bed.row[k]]
    if kind == TEMPORARY_PLACE and not temporary_free(state, load, m, today.day):
        if until >= today.day + 1.0:
            count(out, people, stays.bed.row[k], _C_TEMPORARY_UNMET, 1)
        return False
    if kind == NURSING_PLACE:
        # without a nursing-home place the patient waits for it in a temporary place
        free = nursing_place_free(state, load, m, today.day)
        return free or temporary_free(state, load, m, today.day)
    return True


@jit
def allot_beds(state: State, rates: Rates, load: Load, today: Today, work: Work, out: Output) -> None:
    """Beds by rank: the right ward, overflow, another ward, another hospital; planned care is put off first."""
    claims, people = work.beds, state.people
    claim_elective(state, rates, today, work, out)
    rank_claims(claims, people.key, 0, claims.count[0])
    wards, number = state.organisations.wards.shape[0], claims.count[0]
    for w in range(wards):
        state.organisations.wards.ward_before[w] = state.organisations.wards.ward_modelled[w]
    urgent = 0
    while urgent < number and claims.entry.kind[claims.order[urgent]] == ACUTE_BED:
        urgent += 1
    for r in range(number):
        c = claims.order[r]
        lot = uniform_at(people.key[claims.entry.row[c]], today.streams[BED_QUEUE], 1)
        if r < urgent:
            others_in_wards(state, rates, load, today, BEFORE, AFTER, (r + lot) / number, 0.0)
        else:
            turn = (r - urgent + lot) / (number - urgent)
            others_in_wards(state, rates, load, today, BEFORE, AFTER, urgent / number, turn)
        i, acute = claims.entry.row[c], claims.entry.kind[c] == ACUTE_BED
        if people.card.place[i] == HOSPITAL or people.card.place[i] == DEAD or people.card.place[i] == MOVED:
            continue
        wanted = claims.entry.place[c]
        if wanted == wards:
            admit(state, i, -1, acute, rates, today, out)
            continue
        w = free_ward(state, wanted, acute, rates, today)
        if w >= 0:
            admit(state, i, w, acute, rates, today, out)
        elif acute:
            count(out, people, i, _C_DIVERTED, 1)
            out.ward[_W_DIVERTED, wanted] += 1
            admit(state, i, -1, acute, rates, today, out)
        else:
            count(out, people, i, _C_CANCELLED, 1)
            push(state.lists.elective, out, i, today.day + 7, 0, 9.0)
    others_in_wards(state, rates, load, today, AFTER, MIDNIGHT, 0.5, 0.0)  # during the evening's discharges


@jit
def claim_elective(state: State, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """Planned admissions booked for today claim a bed."""
    queue, people = state.lists.elective, state.people
    if not today.workday:
        return
    kept = 0
    for k in range(queue.count[0]):
        i = queue.entry.row[k]
        place = people.card.place[i]
        if queue.entry.day[k] > today.day:
            queue.entry.row[kept], queue.entry.day[kept] = i, queue.entry.day[k]
            kept += 1
        elif place == HOME or place == NURSING_HOME or place == TEMPORARY:
            surgical = uniform(people.key[i], today.streams[WARD]) < rates.hospital.elective_surgical
            ward = GENERAL if surgical else MEDICAL_WINTER_WARD
            if treated_elsewhere(
                people, i, state.organisations.towns.share_elective[people.card.municipality[i]], today
            ):
                ward = state.organisations.wards.shape[0]
            luck = uniform(people.key[i], today.streams[BED_QUEUE])
            claim(work.beds, out, i, ward, ELECTIVE_BED, queue.entry.day[k], 1, 9.0, 2, today.day, luck)
        elif place == HOSPITAL:
            queue.entry.row[kept], queue.entry.day[kept] = i, today.day + 14
            kept += 1
    queue.count[0] = kept


@jit
def free_ward(state: State, wanted: int, acute: bool, rates: Rates, today: Today) -> int:
    """A ward that can take the patient now, or -1."""
    organisations, hospital = state.organisations, rates.hospital
    beds = beds_today(organisations, wanted, today, rates)
    patients = organisations.wards.ward_modelled[wanted] + organisations.wards.ward_others[wanted]
    if not acute:
        return wanted if patients + 1 <= hospital.elective_cancel_at * beds else -1
    if patients < beds:
        return wanted
    best, most = -1, 0
    for w in range(organisations.wards.shape[0]):
        free = (
            beds_today(organisations, w, today, rates)
            - organisations.wards.ward_modelled[w]
            - organisations.wards.ward_others[w]
        )
        if free > most and w != wanted:
            best, most = w, free
    if patients + 1 <= beds * (1.0 + hospital.pressure_overflow):
        return wanted
    return best


@jit
def admit(state: State, i: int, ward: int, acute: bool, rates: Rates, today: Today, out: Output) -> None:
    """A hospital course starts; its necessary stay, outcome and needs at discharge are drawn now."""
    stays, people, organisations = state.stays, state.people, state.organisations
    k = stays.count[0]
    if k >= stays.bed.shape[0]:
        out.fault[0] = FAULT_STAYS
        return
    stays.count[0] = k + 1
    key = people.key[i]
    diagnosis = diagnosis_of(people, i, rates, today) if acute else SURGICAL_FROM + 1
    flags = course_flags(state, i, diagnosis, acute, ward, rates, today, out)
    hour = uniform_at(key, today.streams[STAY], 1)
    hour = (8.0 + 13.0 * hour / 0.81) / 24.0 if hour < 0.81 else (21.0 + 3.0 * (hour - 0.81) / 0.19) / 24.0
    if acute:
        stay = necessary_stay(people, i, diagnosis, is_short(people, i, rates, today), rates, today)
    else:
        u = uniform(key, today.streams[ELECTIVE_STAY])
        stay = lognormal(u, rates.hospital.elective_stay_median, rates.hospital.elective_stay_spread)
        hour = 8.0 / 24.0
    stays.bed.row[k], stays.bed.ward[k], stays.bed.diagnosis[k], stays.bed.marks[k] = i, ward, diagnosis, flags
    stays.bed.episode[k] = today.day
    stays.bed.nights[k] = stays.bed.finished[k] = 0
    stays.bed.written[k] = today.day
    stays.bed.admitted[k] = today.day + hour
    stays.bed.ready[k] = today.day + hour + stay
    level = organisations.ward_levels[max(ward, 0), DISCHARGE_DAY] if ward >= 0 else 1.0
    stays.bed.leave[k] = today.day + hour + stay * level
    stays.bed.fatal[k] = fatal_time(people, i, acute, stays.bed.admitted[k], stay, rates, today)
    stays.bed.value[k] = tariff_value(people, i, diagnosis, acute, rates, today)
    plan_reception(state, k, acute, stay, rates, today)
    leave_home(state, i, today.day, out)
    measure = _ACUTE_ADMISSION if acute else _ELECTIVE_ADMISSION
    write(out, people, i, today.day, measure, 1, 0, 0, ward, flags, today.day)
    if ward >= 0:
        organisations.wards.ward_modelled[ward] += 1
        out.ward[_W_ADMITTED, ward] += 1
    people.card.place[i] = HOSPITAL
    if acute:
        people.card.acute_start[i] = today.day
    set_risk(people, i, organisations, rates, today.day)


@jit
def course_flags(
    state: State, i: int, diagnosis: int, acute: bool, ward: int, rates: Rates, today: Today, out: Output
) -> int:
    """Flags of a course, counting it as a readmission where it is one."""
    people = state.people
    flags = 0
    if people.card.scheme[i]:
        flags |= _ENROLLED
    if people.card.conditions[i] & 3:
        flags |= _CHRONIC
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
    if people.card.place[i] == NURSING_HOME:
        count(out, people, i, _C_RESIDENT_ADMISSIONS, 1)
    days = today.day - people.card.discharged[i]
    if days <= 30:
        flags |= _READMISSION
        count(out, people, i, _C_READMISSIONS, 1)
        if diagnosis < SURGICAL_FROM:
            count(out, people, i, _C_MEDICAL_READMISSIONS, 1)
        index = people.card.index[i]
        if index & INDEX:
            count(out, people, i, _C_INDEX_BACK, 1)
            if index & INDEX_MEDICAL:
                out.return_bins[days] += 1
                count(out, people, i, _C_SHORT_BACK if index & INDEX_SHORT else _C_LONG_BACK, 1)
                if index & INDEX_DAY:
                    count(out, people, i, _C_DAY_BACK, 1)
    people.card.index[i] = 0
    return flags


@jit
def fatal_time(people: People, i: int, acute: bool, admitted: float, stay: float, rates: Rates, today: Today) -> float:
    """When the patient dies during the course, or far away."""
    health, key = rates.health, people.key[i]
    share = rates.hospital.elective_mortality
    if acute:
        m = health.mortality_in_course
        share = logistic(
            math.log(m / (1.0 - m))
            + health.mortality_in_course_age * (age_of(people, i, today.day) - 80.0) / 10.0
            + health.mortality_in_course_frailty * (np.float64(people.card.frailty[i]) - 0.25)
        )
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
    i = stays.bed.row[k]
    key, frailty = people.key[i], np.float64(people.card.frailty[i])
    levels = state.organisations.unit_levels[people.card.unit[i]]
    u = uniform(key, today.streams[RECEPTION_KIND])
    scale = frailty / 0.4
    nursing = home.reception_need_nursing_home * scale * scale if people.card.help[i] > 0 else 0.0
    temporary = home.reception_need_temporary * scale * scale / max(levels[REHABILITATION], 0.1)
    if not acute or stay < 2.0:
        nursing = 0.0
        temporary = 0.25 * temporary
    helped = 1.0 if people.card.help[i] > 0 else home.reception_need_help * scale * (1.0 if acute else 0.3)
    kind, mean = NOTHING, 0.0
    if people.card.place[i] == NURSING_HOME:
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
        mean /= max(levels[RECEPTION_SPEED], 0.1)
    ward = stays.bed.ward[k]
    declared = stays.bed.leave[k]
    if ward >= 0:
        declared -= state.organisations.ward_levels[ward, DECLARATION] - 1.0
    told = declared - exponential(uniform(key, today.streams[NOTICE]), home.reception_notice_days)
    told = max(told, stays.bed.admitted[k])
    stays.bed.waits_for[k] = kind
    stays.bed.notice[k] = int(math.floor(told))
    stays.bed.received[k] = told + exponential(uniform(key, today.streams[RECEPTION]), mean) if mean > 0.0 else told


@jit
def leave_home(state: State, i: int, day: int, out: Output) -> None:
    """Municipal care pauses and head counts follow when a person goes to hospital."""
    people = state.people
    write_care(people, i, out, day)
    if people.card.place[i] == TEMPORARY:
        leave_temporary_list(state, i)
    census(people, state.organisations, i, -1)
    place = people.card.place[i]
    people.card.place[i] = HOSPITAL
    census(people, state.organisations, i, 1)
    people.card.place[i] = place


@jit
def write_bed_days(state: State, k: int, day: int, out: Output) -> None:
    """Write the bed-days not yet written, up to (not including) tonight."""
    stays = state.stays
    nights = stays.bed.nights[k] - (stays.bed.written[k] - stays.bed.episode[k])
    if nights > 0:
        i, flags = stays.bed.row[k], stays.bed.marks[k]
        write(out, state.people, i, day, _BED_DAY, nights, 0, 0, stays.bed.ward[k], flags, stays.bed.episode[k])
        if flags & _MEDICAL:
            count(out, state.people, i, _C_MEDICAL_DAYS, nights)
        if flags & _EXTERNAL:
            count(out, state.people, i, _C_EXTERNAL_DAYS, nights)
        stays.bed.written[k] += nights


@jit
def end_course(state: State, k: int, rates: Rates, today: Today, out: Output) -> None:
    """Write a course that ends today with its tariff value."""
    stays, organisations = state.stays, state.organisations
    i, w, flags = stays.bed.row[k], stays.bed.ward[k], stays.bed.marks[k]
    write_bed_days(state, k, today.day, out)
    coding = organisations.ward_levels[w, CODING] if w >= 0 else 1.0
    beyond = max(stays.bed.nights[k] - rates.hospital.tariff_long_stay_from, 0.0)
    value = int(stays.bed.value[k] * coding + 100.0 * beyond * rates.derived.tariff_long_stay_day)
    nights = min(stays.bed.nights[k], 32000)
    write(out, state.people, i, today.day, _COURSE, 1, value, nights, w, flags, stays.bed.episode[k])
    count(out, state.people, i, _C_VALUE, value)
    if flags & _CHRONIC:
        count(out, state.people, i, _C_CHRONIC_VALUE, value)
    if w >= 0:
        organisations.wards.ward_modelled[w] -= 1
        out.ward[_W_DISCHARGED, w] += 1


@jit
def end_in_death(state: State, k: int, rates: Rates, today: Today, out: Output) -> None:
    """A patient dies in hospital."""
    i, acute = state.stays.bed.row[k], state.stays.bed.marks[k] & _ACUTE
    resident = state.stays.bed.waits_for[k] == BACK_TO_NURSING_HOME
    end_course(state, k, rates, today, out)
    if acute:
        count(out, state.people, i, _C_IN_HOSPITAL_ACUTE, 1)
    die(state, i, today.day, out, True, resident)


@jit
def discharge(state: State, k: int, when: float, rates: Rates, load: Load, today: Today, out: Output) -> None:
    """A course ends alive: the transition home, the risk after it, and the follow-up."""
    stays, people, organisations = state.stays, state.people, state.organisations
    i, flags, kind = stays.bed.row[k], stays.bed.marks[k], stays.bed.waits_for[k]
    acute = (flags & _ACUTE) != 0
    days = when - stays.bed.admitted[k]
    early = max(stays.bed.ready[k] - when, 0.0)
    end_course(state, k, rates, today, out)
    index_course(people, i, acute, flags, days, today, out)
    people.card.discharged[i] = today.day
    transition(state, k, i, acute, days, early, rates, today, out)
    census(people, organisations, i, -1)
    people.card.place[i] = NURSING_HOME if kind == BACK_TO_NURSING_HOME else HOME
    census(people, organisations, i, 1)
    people.card.accrued[i] = today.day
    m = people.card.municipality[i]
    if kind == TEMPORARY_PLACE:
        enter_temporary(state, i, today.day, uniform_at(people.key[i], today.streams[RECEPTION], 1), rates, out)
    elif kind == NURSING_PLACE and not nursing_place_free(state, load, m, today.day):
        enter_temporary(state, i, today.day, 0.999, rates, out)
        if not people.card.waits[i] & WAITS_FOR_NURSING_HOME:
            people.card.waits[i] |= WAITS_FOR_NURSING_HOME
            push(state.lists.nursing_home, out, i, today.day, 2, 0.0)
    elif kind == NURSING_PLACE:
        from_ward_to_nursing_home(state, i, m, today, out)
    elif kind == HOME_HELP and people.card.help[i] == 0:
        need = max(help_need(people, i, organisations, rates, today.day), int(rates.home.help_minutes_base))
        grant_help(people, organisations, i, need, rates, today.day)
    if acute and kind != BACK_TO_NURSING_HOME:
        book_follow_up(state, i, rates, today, out)
    set_risk(people, i, organisations, rates, today.day)


@inline
def from_ward_to_nursing_home(state: State, i: int, m: int, today: Today, out: Output) -> None:
    """Move straight from the ward into a nursing home."""
    people, organisations = state.people, state.organisations
    organisations.units.unit_committed[people.card.unit[i]] -= people.card.help[i]
    people.card.help[i] = 0
    people.card.nursing[i] = 0
    census(people, organisations, i, -1)
    people.card.place[i] = NURSING_HOME
    people.card.waits[i] = 0
    census(people, organisations, i, 1)
    organisations.towns.nursing_used[m] += 1
    count(out, people, i, COUNTER_ENTRIES, 1)


COUNTER_ENTRIES = COUNTER["nursing_home_entries"]


@jit
def index_course(people: People, i: int, acute: bool, flags: int, days: float, today: Today, out: Output) -> None:
    """Every course ended alive is an index; acute medical courses are also counted by length."""
    people.card.index[i] = INDEX
    count(out, people, i, _C_INDEX, 1)
    if not (acute and flags & _MEDICAL):
        return
    people.card.index[i] |= INDEX_MEDICAL
    count(out, people, i, _C_COURSES, 1)
    count(out, people, i, _C_STAY_DAYS, int(days + 0.5))
    out.stay_bins[min(int(days * 6.0), out.stay_bins.shape[0] - 1)] += 1
    if days < 2.0:
        people.card.index[i] |= INDEX_SHORT
        count(out, people, i, _C_SHORT, 1)
    else:
        count(out, people, i, _C_LONG, 1)
    if days < 1.0:
        people.card.index[i] |= INDEX_DAY
        count(out, people, i, _C_DAY, 1)


@jit
def transition(
    state: State, k: int, i: int, acute: bool, days: float, early: float, rates: Rates, today: Today, out: Output
) -> None:
    """Discharge plan, medication check, frailty after hospital, and the raised risk that fades."""
    people, hospital, health = state.people, rates.hospital, rates.health
    key, frailty = people.key[i], np.float64(people.card.frailty[i])
    ward, flags = state.stays.bed.ward[k], state.stays.bed.marks[k]
    if days > 3.0:
        jump = 2.0 * health.frailty_after_hospital * uniform(key, today.streams[AFTER_HOSPITAL])
        people.card.frailty[i] = min(frailty + jump, 1.0)
    if not acute:
        return
    log_excess = (
        health.recovery_frailty * (frailty - 0.25)
        + rates.derived.recovery_of[people.card.conditions[i]]
        + health.recovery_medication_risk * people.card.medication[i]
        + health.recovery_early_day * early
        + (health.recovery_long_stay if days >= 2.0 else 0.0)
    )
    vulnerable = age_of(people, i, today.day) >= 75.0 or frailty >= 0.3
    level = state.organisations.ward_levels[max(ward, 0), DISCHARGE_PLANNING] if ward >= 0 else 1.0
    if vulnerable and days >= 2.0 and uniform(key, today.streams[PLAN]) < hospital.discharge_plan_share * level:
        write(out, people, i, today.day, _PLAN, 1, 0, 0, ward, flags, state.stays.bed.episode[k])
        log_excess += math.log(hospital.discharge_plan_relative_risk)
    harm = hospital.discharge_medication_harm
    if uniform(key, today.streams[RECONCILIATION]) < hospital.discharge_reconciliation_share:
        write(out, people, i, today.day, _RECONCILIATION, 1, 0, 0, ward, flags, state.stays.bed.episode[k])
        log_excess += math.log(hospital.discharge_reconciliation_relative_risk)
        harm = 0.0
    if uniform_at(key, today.streams[RECONCILIATION], 1) < harm:
        count(out, people, i, _C_HARM, 1)
        people.card.medication[i] = min(people.card.medication[i] + 1, 3)
    people.recovery[i] = health.recovery_excess / health.need_relapse * math.exp(log_excess)


@jit
def book_follow_up(state: State, i: int, rates: Rates, today: Today, out: Output) -> None:
    """A follow-up visit at home may be booked for old or frail patients; not all booked visits are carried out."""
    people, rate = state.people, rates.practice
    if age_of(people, i, today.day) < rate.follow_up_age and people.card.frailty[i] < rate.follow_up_frailty:
        return
    level = state.organisations.gp_levels[people.card.practice[i], FOLLOW_UP_VISIT]
    if uniform(people.key[i], today.streams[FOLLOW_UP]) >= rate.follow_up_offered * level:
        return
    count(out, people, i, _C_ENROLLED, 1)
    if uniform(people.key[i], today.streams[FOLLOW_UP_DONE]) < rate.follow_up_fidelity:
        push(state.lists.follow_up, out, i, today.day + int(rate.follow_up_after_days), 0, 9.0)
    else:
        count(out, people, i, _C_NOT_DELIVERED, 1)


@jit
def midnight(state: State, rates: Rates, load: Load, today: Today, out: Output) -> None:
    """Count the night: beds, overflow, and finished-treated days by what is waited for."""
    others_in_wards(state, rates, load, today, AFTER, MIDNIGHT, 1.0, 0.0)
    stays, people, organisations = state.stays, state.people, state.organisations
    for k in range(stays.count[0]):
        i = stays.bed.row[k]
        stays.bed.nights[k] += 1
        kind = stays.bed.waits_for[k]
        declared = stays.bed.leave[k]
        if stays.bed.ward[k] >= 0:
            declared -= organisations.ward_levels[stays.bed.ward[k], DECLARATION] - 1.0
        if (
            kind == NOTHING
            or kind == BACK_TO_NURSING_HOME
            or declared >= today.day + 1.0
            or stays.bed.notice[k] > today.day
        ):
            continue
        stays.bed.finished[k] += 1
        write(
            out,
            people,
            i,
            today.day,
            _FINISHED,
            1,
            0,
            stays.bed.finished[k],
            stays.bed.ward[k],
            stays.bed.marks[k],
            stays.bed.episode[k],
        )
        if kind == HOME_HELP:
            count(out, people, i, _C_FINISHED_HELP, 1)
        elif kind == TEMPORARY_PLACE:
            count(out, people, i, _C_FINISHED_TEMPORARY, 1)
        elif kind == NURSING_PLACE:
            count(out, people, i, _C_FINISHED_NURSING, 1)
        else:
            count(out, people, i, _C_FINISHED_OWN, 1)
    for w in range(organisations.wards.shape[0]):
        beds = beds_today(organisations, w, today, rates)
        patients = organisations.wards.ward_modelled[w] + organisations.wards.ward_others[w]
        counters = out.ward
        counters[_W_OCCUPIED, w] += patients
        counters[_W_MODELLED, w] += organisations.wards.ward_modelled[w]
        counters[_W_STAFFED, w] += beds
        counters[_W_OVERFLOW, w] += max(patients - beds, 0)
        out.ward_month[w, 0] += organisations.wards.ward_modelled[w]
        out.ward_month[w, 1] += organisations.wards.ward_modelled[w] * organisations.wards.ward_modelled[w]
