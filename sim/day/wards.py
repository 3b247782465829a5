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
        i = stays.bed[k].row
        card = people.card[i]
        if stays.bed[k].fatal < until:
            end_in_death(state, k, rates, today, out)
            continue
        if stays.bed[k].leave >= until and leaves_early(state, k, rates, today, out, until):
            stays.bed[k].leave = until - 0.01
        if stays.bed[k].leave < until and received(state, k, rates, load, today, out, until):
            discharge(state, k, max(stays.bed[k].leave, min(stays.bed[k].received, until)), rates, load, today, out)
            continue
        if card.place == HOSPITAL:
            stays.bed[kept] = stays.bed[k]
            kept += 1
    stays.count[0] = kept


@jit
def leaves_early(state: State, k: int, rates: Rates, today: Today, out: Output, until: float) -> bool:
    """Bed pressure: a patient one day from readiness may leave today."""
    stays, hospital = state.stays, rates.hospital
    w = stays.bed[k].ward
    if w < 0 or hospital.pressure_switch <= 0.0 or stays.bed[k].leave >= until + 1.0 or until < today.day + 1.0:
        return False
    if stays.bed[k].waits_for != NOTHING or stays.bed[k].admitted > today.day:
        return False
    organisations = state.organisations
    patients = organisations.wards.ward_modelled[w] + organisations.wards.ward_others[w]
    over = patients / max(beds_today(organisations, w, today, rates), 1) - hospital.pressure_occupancy
    i = stays.bed[k].row
    if over <= 0.0 or uniform(state.people.key[i], today.streams[EARLY_LEAVE]) >= hospital.pressure_early_leave * over:
        return False
    count(out, state.people, i, _C_EARLY, 1)
    out.ward[_W_EARLY, w] += 1
    return True


@jit
def received(state: State, k: int, rates: Rates, load: Load, today: Today, out: Output, until: float) -> bool:
    """Whether the place or the help that the patient needs is there by now."""
    stays, people = state.stays, state.people
    kind = stays.bed[k].waits_for
    if kind == NOTHING or kind == BACK_TO_NURSING_HOME:
        return True
    if stays.bed[k].received >= until:
        return False
    m = people.card[stays.bed[k].row].municipality
    if kind == TEMPORARY_PLACE and not temporary_free(state, load, m, today.day):
        if until >= today.day + 1.0:
            count(out, people, stays.bed[k].row, _C_TEMPORARY_UNMET, 1)
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
    while urgent < number and claims.entry[claims.order[urgent]].kind == ACUTE_BED:
        urgent += 1
    for r in range(number):
        c = claims.order[r]
        lot = uniform_at(people.key[claims.entry[c].row], today.streams[BED_QUEUE], 1)
        if r < urgent:
            others_in_wards(state, rates, load, today, BEFORE, AFTER, (r + lot) / number, 0.0)
        else:
            turn = (r - urgent + lot) / (number - urgent)
            others_in_wards(state, rates, load, today, BEFORE, AFTER, urgent / number, turn)
        i, acute = claims.entry[c].row, claims.entry[c].kind == ACUTE_BED
        card = people.card[i]
        if card.place == HOSPITAL or card.place == DEAD or card.place == MOVED:
            continue
        wanted = claims.entry[c].place
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
            push(state.lists.elective, out, i, today.day + int(rates.hospital.elective_put_off_days), 0, 9.0)
    others_in_wards(state, rates, load, today, AFTER, MIDNIGHT, 0.5, 0.0)  # during the evening's discharges


@jit
def claim_elective(state: State, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """Planned admissions booked for today claim a bed."""
    queue, people = state.lists.elective, state.people
    if not today.workday:
        return
    kept = 0
    for k in range(queue.count[0]):
        i = queue.entry[k].row
        card = people.card[i]
        place = card.place
        if queue.entry[k].day > today.day:
            queue.entry[kept].row, queue.entry[kept].day = i, queue.entry[k].day
            kept += 1
        elif place == HOME or place == NURSING_HOME or place == TEMPORARY:
            surgical = uniform(people.key[i], today.streams[WARD]) < rates.hospital.elective_surgical
            ward = GENERAL if surgical else MEDICAL_WINTER_WARD
            if treated_elsewhere(people, i, state.organisations.towns.share_elective[card.municipality], today):
                ward = state.organisations.wards.shape[0]
            luck = uniform(people.key[i], today.streams[BED_QUEUE])
            claim(work.beds, out, i, ward, ELECTIVE_BED, queue.entry[k].day, 1, 9.0, 2, today.day, luck)
        elif place == HOSPITAL:
            queue.entry[kept].row, queue.entry[kept].day = i, today.day + int(rates.hospital.elective_after_course_days)
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
    card = people.card[i]
    k = stays.count[0]
    if k >= stays.bed.shape[0]:
        out.fault[0] = FAULT_STAYS
        return
    stays.count[0] = k + 1
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
    stays.bed[k].row, stays.bed[k].ward, stays.bed[k].diagnosis, stays.bed[k].marks = i, ward, diagnosis, flags
    stays.bed[k].episode = today.day
    stays.bed[k].nights = stays.bed[k].finished = 0
    stays.bed[k].written = today.day
    stays.bed[k].admitted = arrives
    stays.bed[k].ready = arrives + stay
    level = organisations.ward_levels[max(ward, 0), DISCHARGE_DAY] if ward >= 0 else 1.0
    stays.bed[k].leave = arrives + stay * level
    stays.bed[k].fatal = fatal_time(people, i, acute, stays.bed[k].admitted, stay, rates, today)
    stays.bed[k].value = tariff_value(people, i, diagnosis, acute, rates, today)
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
    flags = 0
    if card.scheme:
        flags |= _ENROLLED
    if card.conditions & 3:
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
def fatal_time(people: People, i: int, acute: bool, admitted: float, stay: float, rates: Rates, today: Today) -> float:
    """When the patient dies during the course, or far away."""
    card = people.card[i]
    health, key = rates.health, people.key[i]
    share = rates.hospital.elective_mortality
    if acute:
        m = health.mortality_in_course
        share = logistic(
            math.log(m / (1.0 - m))
            + health.mortality_in_course_age * (age_of(people, i, today.day) - 80.0) / 10.0
            + health.mortality_in_course_frailty * (np.float64(card.frailty) - 0.25)
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
    i = stays.bed[k].row
    card = people.card[i]
    key, frailty = people.key[i], np.float64(card.frailty)
    levels = state.organisations.unit_levels[card.unit]
    u = uniform(key, today.streams[RECEPTION_KIND])
    scale = frailty / home.reception_reference_frailty
    nursing = home.reception_need_nursing_home * scale * scale if card.help > 0 else 0.0
    temporary = home.reception_need_temporary * scale * scale / max(levels[REHABILITATION], 0.1)
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
        mean /= max(levels[RECEPTION_SPEED], 0.1)
    ward = stays.bed[k].ward
    declared = stays.bed[k].leave
    if ward >= 0:
        declared -= state.organisations.ward_levels[ward, DECLARATION] - 1.0
    told = declared - exponential(uniform(key, today.streams[NOTICE]), home.reception_notice_days)
    told = max(told, stays.bed[k].admitted)
    stays.bed[k].waits_for = kind
    stays.bed[k].notice = int(math.floor(told))
    stays.bed[k].received = told + exponential(uniform(key, today.streams[RECEPTION]), mean) if mean > 0.0 else told


@jit
def leave_home(state: State, i: int, day: int, out: Output) -> None:
    """Municipal care pauses and head counts follow when a person goes to hospital."""
    people = state.people
    card = people.card[i]
    write_care(people, i, out, day)
    if card.place == TEMPORARY:
        leave_temporary_list(state, i)
    census(people, state.organisations, i, -1)
    place = card.place
    card.place = HOSPITAL
    census(people, state.organisations, i, 1)
    card.place = place


@jit
def write_bed_days(state: State, k: int, day: int, out: Output) -> None:
    """Write the bed-days not yet written, up to (not including) tonight."""
    stays = state.stays
    nights = stays.bed[k].nights - (stays.bed[k].written - stays.bed[k].episode)
    if nights > 0:
        i, flags = stays.bed[k].row, stays.bed[k].marks
        write(out, state.people, i, day, _BED_DAY, nights, 0, 0, stays.bed[k].ward, flags, stays.bed[k].episode)
        if flags & _MEDICAL:
            count(out, state.people, i, _C_MEDICAL_DAYS, nights)
        if flags & _EXTERNAL:
            count(out, state.people, i, _C_EXTERNAL_DAYS, nights)
        stays.bed[k].written += nights


@jit
def end_course(state: State, k: int, rates: Rates, today: Today, out: Output) -> None:
    """Write a course that ends today with its tariff value."""
    stays, organisations = state.stays, state.organisations
    i, w, flags = stays.bed[k].row, stays.bed[k].ward, stays.bed[k].marks
    write_bed_days(state, k, today.day, out)
    coding = organisations.ward_levels[w, CODING] if w >= 0 else 1.0
    beyond = max(stays.bed[k].nights - rates.hospital.tariff_long_stay_from, 0.0)
    value = int(stays.bed[k].value * coding + 100.0 * beyond * rates.derived.tariff_long_stay_day)
    nights = min(stays.bed[k].nights, 32000)
    write(out, state.people, i, today.day, _COURSE, 1, value, nights, w, flags, stays.bed[k].episode)
    count(out, state.people, i, _C_VALUE, value)
    if flags & _CHRONIC:
        count(out, state.people, i, _C_CHRONIC_VALUE, value)
    if w >= 0:
        organisations.wards.ward_modelled[w] -= 1
        out.ward[_W_DISCHARGED, w] += 1


@jit
def end_in_death(state: State, k: int, rates: Rates, today: Today, out: Output) -> None:
    """A patient dies in hospital."""
    i, acute = state.stays.bed[k].row, state.stays.bed[k].marks & _ACUTE
    resident = state.stays.bed[k].waits_for == BACK_TO_NURSING_HOME
    end_course(state, k, rates, today, out)
    if acute:
        count(out, state.people, i, _C_IN_HOSPITAL_ACUTE, 1)
    die(state, i, today.day, out, True, resident)


@jit
def discharge(state: State, k: int, when: float, rates: Rates, load: Load, today: Today, out: Output) -> None:
    """A course ends alive: the transition home, the risk after it, and the follow-up."""
    stays, people, organisations = state.stays, state.people, state.organisations
    i, flags, kind = stays.bed[k].row, stays.bed[k].marks, stays.bed[k].waits_for
    card = people.card[i]
    acute = (flags & _ACUTE) != 0
    days = when - stays.bed[k].admitted
    early = max(stays.bed[k].ready - when, 0.0)
    end_course(state, k, rates, today, out)
    index_course(people, i, acute, flags, days, today, out)
    card.discharged = today.day
    transition(state, k, i, acute, days, early, rates, today, out)
    census(people, organisations, i, -1)
    card.place = NURSING_HOME if kind == BACK_TO_NURSING_HOME else HOME
    census(people, organisations, i, 1)
    card.accrued = today.day
    m = card.municipality
    if kind == TEMPORARY_PLACE:
        enter_temporary(state, i, today.day, uniform_at(people.key[i], today.streams[RECEPTION], 1), rates, out)
    elif kind == NURSING_PLACE and not nursing_place_free(state, load, m, today.day):
        enter_temporary(state, i, today.day, rates.home.temporary_longest, rates, out)
        if not card.waits & WAITS_FOR_NURSING_HOME:
            card.waits |= WAITS_FOR_NURSING_HOME
            push(state.lists.nursing_home, out, i, today.day, 2, 0.0)
    elif kind == NURSING_PLACE:
        from_ward_to_nursing_home(state, i, m, today, out)
    elif kind == HOME_HELP and card.help == 0:
        need = help_need(people, i, organisations, rates, age_of(people, i, today.day))
        need = max(need, int(rates.home.help_minutes_base))
        grant_help(people, organisations, i, need, rates, today.day)
    if acute and kind != BACK_TO_NURSING_HOME:
        book_follow_up(state, i, rates, today, out)
    set_risk(people, i, organisations, rates, today.day)


@inline
def from_ward_to_nursing_home(state: State, i: int, m: int, today: Today, out: Output) -> None:
    """Move straight from the ward into a nursing home."""
    people, organisations = state.people, state.organisations
    card = people.card[i]
    organisations.units.unit_committed[card.unit] -= card.help
    card.help = 0
    card.nursing = 0
    census(people, organisations, i, -1)
    card.place = NURSING_HOME
    card.waits = 0
    census(people, organisations, i, 1)
    organisations.towns.nursing_used[m] += 1
    count(out, people, i, COUNTER_ENTRIES, 1)


COUNTER_ENTRIES = COUNTER["nursing_home_entries"]


@jit
def index_course(people: People, i: int, acute: bool, flags: int, days: float, today: Today, out: Output) -> None:
    """Every course ended alive is an index; acute medical courses are also counted by length."""
    card = people.card[i]
    card.index = INDEX
    count(out, people, i, _C_INDEX, 1)
    if not (acute and flags & _MEDICAL):
        return
    card.index |= INDEX_MEDICAL
    count(out, people, i, _C_COURSES, 1)
    count(out, people, i, _C_STAY_DAYS, int(days + 0.5))
    out.stay_bins[min(int(days * 6.0), out.stay_bins.shape[0] - 1)] += 1
    if days < 2.0:
        card.index |= INDEX_SHORT
        count(out, people, i, _C_SHORT, 1)
    else:
        count(out, people, i, _C_LONG, 1)
    if days < 1.0:
        card.index |= INDEX_DAY
        count(out, people, i, _C_DAY, 1)


@jit
def transition(
    state: State, k: int, i: int, acute: bool, days: float, early: float, rates: Rates, today: Today, out: Output
) -> None:
    """Discharge plan, medication check, frailty after hospital, and the raised risk that fades."""
    people, hospital, health = state.people, rates.hospital, rates.health
    card = people.card[i]
    key, frailty = people.key[i], np.float64(card.frailty)
    ward, flags = state.stays.bed[k].ward, state.stays.bed[k].marks
    if days > 3.0:
        jump = 2.0 * health.frailty_after_hospital * uniform(key, today.streams[AFTER_HOSPITAL])
        card.frailty = min(frailty + jump, 1.0)
    if not acute:
        return
    log_excess = (
        health.recovery_frailty * (frailty - 0.25)
        + rates.derived.recovery_of[card.conditions]
        + health.recovery_medication_risk * card.medication
        + health.recovery_early_day * early
        + (health.recovery_long_stay if days >= 2.0 else 0.0)
    )
    age = age_of(people, i, today.day)
    vulnerable = age >= hospital.discharge_plan_age or frailty >= hospital.discharge_plan_frailty
    level = state.organisations.ward_levels[max(ward, 0), DISCHARGE_PLANNING] if ward >= 0 else 1.0
    if vulnerable and days >= 2.0 and uniform(key, today.streams[PLAN]) < hospital.discharge_plan_share * level:
        write(out, people, i, today.day, _PLAN, 1, 0, 0, ward, flags, state.stays.bed[k].episode)
        log_excess += math.log(hospital.discharge_plan_relative_risk)
    harm = hospital.discharge_medication_harm
    if uniform(key, today.streams[RECONCILIATION]) < hospital.discharge_reconciliation_share:
        write(out, people, i, today.day, _RECONCILIATION, 1, 0, 0, ward, flags, state.stays.bed[k].episode)
        log_excess += math.log(hospital.discharge_reconciliation_relative_risk)
        harm = 0.0
    if uniform_at(key, today.streams[RECONCILIATION], 1) < harm:
        count(out, people, i, _C_HARM, 1)
        card.medication = min(card.medication + 1, 3)
    card.recovery = health.recovery_excess / health.need_relapse * math.exp(log_excess)
    card.recovers_from = today.day


@jit
def book_follow_up(state: State, i: int, rates: Rates, today: Today, out: Output) -> None:
    """A follow-up visit at home may be booked for old or frail patients; not all booked visits are carried out."""
    people, rate = state.people, rates.practice
    card = people.card[i]
    if age_of(people, i, today.day) < rate.follow_up_age and card.frailty < rate.follow_up_frailty:
        return
    level = state.organisations.gp_levels[card.practice, FOLLOW_UP_VISIT]
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
        i = stays.bed[k].row
        stays.bed[k].nights += 1
        kind = stays.bed[k].waits_for
        declared = stays.bed[k].leave
        if stays.bed[k].ward >= 0:
            declared -= organisations.ward_levels[stays.bed[k].ward, DECLARATION] - 1.0
        if (
            kind == NOTHING
            or kind == BACK_TO_NURSING_HOME
            or declared >= today.day + 1.0
            or stays.bed[k].notice > today.day
        ):
            continue
        stays.bed[k].finished += 1
        write(
            out,
            people,
            i,
            today.day,
            _FINISHED,
            1,
            0,
            stays.bed[k].finished,
            stays.bed[k].ward,
            stays.bed[k].marks,
            stays.bed[k].episode,
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
