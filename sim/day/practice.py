"""General practice: planned contacts fall due, minutes are allotted, and what finds no room waits or goes elsewhere."""

from __future__ import annotations

import numpy as np

from sim.chance import uniform, uniform_at
from sim.compiled import inline, jit
from sim.day.claims import draw_lots, group_by_place, rank_claims
from sim.day.frame import (
    LEAST_LEVEL,
    LOAD_DAYS,
    NOT_ILL,
    Claims,
    Load,
    Output,
    Today,
    Work,
    count,
    person_flags,
    push,
    write,
    write_row,
)
from sim.day.illness import (
    ACUTE_CONTACT,
    NOTICED_CONTACT,
    OUTREACH_CARE,
    PLANNED_CARE,
    SOON,
    ask_practice,
    doctor_decides,
    to_emergency,
)
from sim.day.numbers import normal
from sim.day.rates import WORKDAYS, Rates, out_of_hours_workday
from sim.day.risk import (
    CHRONIC_CONTROL,
    CONSULTATIONS,
    CONTROLLED,
    OUTREACH_VISIT,
    REFERRAL,
    extra_contacts,
    offered,
    outpatient_visits,
    practice_contacts,
    set_risk,
)
from sim.day.scan import DUES, NOTICES, ROUTINES
from sim.day.streams import (
    BACKGROUND_PRACTICE,
    CONTROL_KEPT,
    ELECTIVE_WAIT,
    NO_ROOM,
    OUTREACH,
    PRACTICE_QUEUE,
    ROUTINE_KIND,
    ROUTINE_OFFERED,
    VIRTUAL,
)
from sim.measures import FLAG, MEASURE
from sim.records import COUNTER
from sim.state import HOME, HOSPITAL, NEVER_DUE, NURSING_HOME, TEMPORARY, People, State

CONSULTATION, PHONE, EMAIL = MEASURE["gp_consultation"], MEASURE["gp_phone"], MEASURE["gp_email"]
HOME_VISIT, CONTROL = MEASURE["gp_home_visit"], MEASURE["gp_chronic_control"]
FOLLOW_UP, OUTREACH_KIND = MEASURE["gp_follow_up_visit"], MEASURE["gp_outreach_visit"]
_OUT_OF_HOURS = MEASURE["out_of_hours_contact"]
_OUTPATIENT, _OUTPATIENT_VIRTUAL = MEASURE["outpatient_visit"], MEASURE["outpatient_virtual"]
_PLANNED_UNMET, _ACUTE_UNMET = COUNTER["gp_planned_unmet"], COUNTER["gp_acute_unmet"]
_NOT_OFFERED, _WAIT_DAYS = COUNTER["gp_not_offered"], COUNTER["gp_wait_days"]
_NEED_MET = COUNTER["gp_need_met"]
_NOT_DELIVERED, _NO_BENEFIT = COUNTER["follow_up_not_delivered"], COUNTER["contacts_without_benefit"]
_PARALLEL, _FIXED = COUNTER["parallel_outpatient"], COUNTER["fixed_outpatient_controls"]
_CHRONIC_VALUE = COUNTER["chronic_course_value"]
_ACUTE, _CHRONIC, _VIRTUAL = FLAG["acute"], FLAG["chronic"], FLAG["virtual"]
_FORMS = np.array([CONSULTATION, PHONE, EMAIL, HOME_VISIT], np.int64)
VIRTUAL_OUTPATIENT = 5


@jit
def plan_contacts(state: State, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """What each planned need of today is: with the practice, the outpatient clinic, a referral, or at night."""
    people, rate = state.people, rates.practice
    for j in range(work.counts[ROUTINES]):
        i = work.found[ROUTINES, j]
        card = people.card[i]
        if card.place == HOSPITAL:
            continue
        band = card.band
        levels = state.organisations.gp_levels[card.practice]
        extra = extra_contacts(people, i, levels[CONSULTATIONS], rates)
        own = practice_contacts(people, i, rates)
        referred = rates.hospital.outpatient_referred
        clinic = outpatient_visits(people, i, rates) * (1.0 - referred + referred * levels[REFERRAL])
        elective, away = rates.hospital.elective_rate[band], rate.out_of_hours_background[band]
        if today.workday:
            own, clinic, elective = WORKDAYS * own, WORKDAYS * clinic, WORKDAYS * elective
            away *= out_of_hours_workday(rates)
        else:
            own = clinic = elective = 0.0
        key = people.key[i]
        at = uniform(key, today.streams[ROUTINE_KIND]) * (own * (1.0 + extra) + clinic + elective + away)
        if at < away:
            write(out, people, i, today.day, _OUT_OF_HOURS, 1, 0, 0, -1, person_flags(people, i), today.day)
        elif at < away + elective:
            book_elective(state, i, rates, today, out)
        elif at < away + elective + clinic:
            outpatient_contact(state, i, rates, today, out, False)
        else:
            practice_contact(state, i, extra, rates, today, work, out)


@jit
def practice_contact(state: State, i: int, extra: float, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """A planned need of the own practice: in which form, and whether a consultation is offered."""
    people, rate = state.people, rates.practice
    key = people.key[i]
    among_all = uniform(key, today.streams[ROUTINE_OFFERED]) * (1.0 + extra)
    form = usual_form(people, i, rates, today)
    if among_all > 1.0:  # one more than usually offered meets a need that would have stayed unmet, or none
        form = 0
        useless = among_all < 1.0 + extra * rate.contacts_without_benefit
        if not useless:
            count(out, people, i, _NEED_MET, 1)
            people.instability[i] = np.float64(people.instability[i]) - rates.health.instability_unmet_need
    else:
        useless = form == 0 and among_all < rate.contacts_without_benefit
        level = state.organisations.gp_levels[people.card[i].practice, CONSULTATIONS]
        offer = offered(level, rate.contacts_patient_initiated)
        if form == 0 and uniform_at(key, today.streams[ROUTINE_OFFERED], 1) > offer:
            if not useless:
                count(out, people, i, _NOT_OFFERED, 1)
                people.instability[i] = np.float64(people.instability[i]) + rates.health.instability_unmet_need
            return
    if useless:
        count(out, people, i, _NO_BENEFIT, 1)
    minutes = rates.derived.minutes_by_form[form]
    ask_practice(state, i, _FORMS[form], today.day, minutes, NOT_ILL, PLANNED_CARE, today, work, out)


@inline
def usual_form(people: People, i: int, rates: Rates, today: Today) -> int:
    """Form of a planned contact: 0 consultation, 1 telephone, 2 e-mail, 3 home visit."""
    card, rate = people.card[i], rates.practice
    band = card.band
    c, p, e, h = (
        rate.contacts_consultation[band], rate.contacts_phone[band], rate.contacts_email[band],
        rate.contacts_home_visit[band],
    )  # fmt: skip
    if card.place == NURSING_HOME:
        visits = rate.contacts_nursing_home_visits
        h, c = h + visits * c, (1.0 - visits) * c
    at = uniform_at(people.key[i], today.streams[ROUTINE_KIND], 1) * (c + p + e + h)
    return int(at >= c) + int(at >= c + p) + int(at >= c + p + e)  # looked up, since no processor guesses which


@jit
def outpatient_contact(state: State, i: int, rates: Rates, today: Today, out: Output, fixed: bool) -> None:
    """A contact with the hospital's outpatient clinic, physical or virtual."""
    people, derived = state.people, rates.derived
    card = people.card[i]
    level = state.organisations.ward_levels[5, VIRTUAL_OUTPATIENT]
    flags = person_flags(people, i)
    virtual = uniform(people.key[i], today.streams[VIRTUAL]) < rates.hospital.outpatient_virtual * level
    value = int((derived.tariff_virtual if virtual else derived.tariff_outpatient) * 100.0)
    if virtual:
        write(out, people, i, today.day, _OUTPATIENT_VIRTUAL, 1, value, 0, -1, flags | _VIRTUAL, today.day)
    else:
        write(out, people, i, today.day, _OUTPATIENT, 1, value, 0, -1, flags, today.day)
    if flags & _CHRONIC:
        count(out, people, i, _CHRONIC_VALUE, value)
    if fixed:
        count(out, people, i, _FIXED, 1)
    conditions = card.conditions
    if (conditions & 1) + ((conditions >> 1) & 1) + ((conditions >> 2) & 1) >= 2:
        count(out, people, i, _PARALLEL, 1)


@jit
def book_elective(state: State, i: int, rates: Rates, today: Today, out: Output) -> None:
    """A referral for a planned admission: the person waits for a date within the guarantee."""
    rate = rates.hospital
    span = rate.elective_wait_days - rate.elective_shortest_wait
    wait = rate.elective_shortest_wait + span * uniform(state.people.key[i], today.streams[ELECTIVE_WAIT])
    push(state.lists.elective, out, i, today.day + int(wait), 0, NOT_ILL)


@jit
def hold_controls(state: State, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """Chronic controls that have fallen due: in the practice or at the hospital clinic."""
    if not today.workday:
        return
    people = state.people
    for j in range(work.counts[DUES]):
        i = work.found[DUES, j]
        card = people.card[i]
        if not card.conditions & CONTROLLED:
            people.control[i] = NEVER_DUE
            continue
        level = state.organisations.gp_levels[card.practice, CHRONIC_CONTROL]
        key = people.key[i]
        widest = rates.practice.control_spread
        spread = 1.0 - widest + 2.0 * widest * uniform_at(key, today.streams[CONTROL_KEPT], 1)
        kept = rates.practice.control_kept * max(level, LEAST_LEVEL)
        often = kept + 1.0 - rates.practice.control_kept  # the clinic's own controls do not follow the practice's
        people.control[i] = today.since + int(rates.practice.control_interval * spread / often)
        if uniform(key, today.streams[CONTROL_KEPT]) * often < kept:
            minutes = rates.practice.minutes_gp_chronic_control
            ask_practice(state, i, CONTROL, today.day, minutes, NOT_ILL, PLANNED_CARE, today, work, out)
        else:
            outpatient_contact(state, i, rates, today, out, True)
            people.instability[i] = np.float64(people.instability[i]) + rates.health.instability_control_received


@jit
def reach_out(state: State, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """Outreach visits to frail people at home, spread over the workdays."""
    if not today.workday or rates.practice.outreach_per_day <= 0.0:
        return
    people = state.people
    for j in range(work.counts[NOTICES]):  # the frail at home whose deterioration could be noticed
        i = work.found[NOTICES, j]
        card = people.card[i]
        level = state.organisations.gp_levels[card.practice, OUTREACH_VISIT]
        if uniform(people.key[i], today.streams[OUTREACH]) < rates.practice.outreach_per_day * level:
            minutes = rates.practice.minutes_gp_outreach_visit
            ask_practice(state, i, OUTREACH_KIND, today.day, minutes, NOT_ILL, OUTREACH_CARE, today, work, out)


@jit
def recall(state: State, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """People waiting for the practice, and follow-up visits booked for today, claim time again."""
    if not today.workday:
        return
    people, waiting, booked = state.people, state.lists.practice, state.lists.follow_up
    waits = rates.health.instability_waiting_day
    for k in range(waiting.count[0]):
        i, kind = waiting.entry[k].row, waiting.entry[k].kind
        card = people.card[i]
        if card.place == HOME or card.place == NURSING_HOME or card.place == TEMPORARY:
            urgency = SOON if kind == ACUTE_CONTACT or kind == NOTICED_CONTACT else PLANNED_CARE
            since, ratio = waiting.entry[k].day, waiting.entry[k].ratio
            ask_practice(state, i, kind, since, minutes_of(kind, rates), ratio, urgency, today, work, out)
            if urgency == PLANNED_CARE:
                people.instability[i] = np.float64(people.instability[i]) + waits
            count(out, people, i, _WAIT_DAYS, 1)
    waiting.count[0] = 0
    kept = 0
    for k in range(booked.count[0]):
        i, day = booked.entry[k].row, booked.entry[k].day
        card = people.card[i]
        if day > today.day:
            booked.entry[kept].row, booked.entry[kept].day = i, day
            kept += 1
        elif today.day - day > rates.practice.follow_up_lapse_days or card.place != HOME:
            count(out, people, i, _NOT_DELIVERED, 1)
        else:
            minutes = rates.practice.minutes_gp_follow_up_visit
            ask_practice(state, i, FOLLOW_UP, day, minutes, NOT_ILL, SOON, today, work, out)
    booked.count[0] = kept


@inline
def minutes_of(kind: int, rates: Rates) -> float:
    """Minutes of a contact."""
    rate = rates.practice
    if kind == PHONE:
        return rate.minutes_gp_phone
    if kind == EMAIL:
        return rate.minutes_gp_email
    if kind == HOME_VISIT:
        return rate.minutes_gp_home_visit
    if kind == CONTROL:
        return rate.minutes_gp_chronic_control
    if kind == OUTREACH_KIND:
        return rate.minutes_gp_outreach_visit
    if kind == FOLLOW_UP:
        return rate.minutes_gp_follow_up_visit
    return rate.minutes_gp_consultation


@jit
def serve_practices(state: State, rates: Rates, load: Load, today: Today, work: Work, out: Output) -> None:
    """Allot each practice's minutes: all claims where there is room, else by urgency, waiting and lot."""
    claims, organisations = work.practice, state.organisations
    practices = organisations.practices.shape[0]
    group_by_place(claims, practices, work.starts, work.fill)
    for p in range(practices):
        low, high = work.starts[p], work.starts[p + 1]
        wanted = 0
        for k in range(low, high):
            c = claims.order[k]
            wanted += claims.entry[c].amount
        free = free_minutes(state, rates, today, p) if today.workday else 0
        others = load.practice[p, 0, today.day % LOAD_DAYS] + load.practice[p, 1, today.day % LOAD_DAYS]
        room, lot = free, 1.0
        if others > 0 and today.workday:
            room = room_among_others(claims, low, high, wanted, free, load, today, p)
            lot = uniform_at(organisations.practices.gp_key[p], today.streams[BACKGROUND_PRACTICE], 1)
            out.practice_minutes[p, 1] += others
        if wanted > room:
            draw_lots(claims, state.people.key, today.streams[PRACTICE_QUEUE], low, high)
            rank_claims(claims, state.people.key, low, high)
        left = room
        for k in range(low, high):
            c = claims.order[k]
            # the last minutes are less than a contact: among others, who gets them goes by lot
            if claims.entry[c].amount * lot <= left:
                left = max(left - claims.entry[c].amount, 0)
                serve(state, c, rates, today, work, out)
            else:
                turn_away(state, c, rates, today, work, out)
        out.practice_minutes[p, 0] += room - left
        out.practice_minutes[p, 1] += wanted
        out.practice_minutes[p, 2] += free


@jit
def room_among_others(
    claims: Claims, low: int, high: int, wanted: int, free: int, load: Load, today: Today, p: int
) -> int:
    """Tenths of minutes for the people of the model where people outside the sample want time too.

    Pressing care comes first; what does not suffice for a class is shared in proportion to what each side wants of it.
    """
    pressing = 0
    for k in range(low, high):
        c = claims.order[k]
        if claims.entry[c].rank >> np.uint64(60) <= np.uint64(SOON):
            pressing += claims.entry[c].amount
    first, rest = load.practice[p, 0, today.day % LOAD_DAYS], load.practice[p, 1, today.day % LOAD_DAYS]
    if pressing + first >= free:
        return free * pressing // max(pressing + first, 1)
    left, planned = free - pressing - first, wanted - pressing
    return pressing + (planned if planned + rest <= left else left * planned // (planned + rest))


@jit
def free_minutes(state: State, rates: Rates, today: Today, p: int) -> int:
    """Tenths of minutes left for people aged 65 and over after those who are younger."""
    organisations = state.organisations
    z = normal(uniform(organisations.practices.gp_key[p], today.streams[BACKGROUND_PRACTICE]))
    younger = organisations.practices.gp_background[p] * (1.0 + rates.practice.capacity_background_spread * z)
    capacity = np.float64(organisations.practices.gp_minutes[p])
    return int(
        max(
            capacity - younger,
            rates.practice.capacity_least_share * (capacity - organisations.practices.gp_background[p]),
        )
    )


@jit
def serve(state: State, c: int, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """A contact takes place: what is written of the person stands in the claim, since looking it up takes longest."""
    people, entry, health = state.people, work.practice.entry[c], rates.health
    i, kind, measure, flags = entry.row, entry.kind, entry.kind, entry.marks
    if kind == ACUTE_CONTACT:
        by_phone = uniform(people.key[i], today.streams[NO_ROOM]) < rates.practice.acute_phone_share
        measure, flags = (PHONE if by_phone and entry.ratio >= 1.0 else CONSULTATION), flags | _ACUTE
    elif kind == NOTICED_CONTACT:
        measure = CONSULTATION
    write_row(out, i, entry.place, entry.unit, entry.municipality, entry.band, today.day, measure, 1, 0, 0, -1, flags,
              entry.since)  # fmt: skip
    if kind == ACUTE_CONTACT:
        doctor_decides(state, i, entry.ratio, rates, today, work, out)
    elif kind == NOTICED_CONTACT:
        people.instability[i] = np.float64(people.instability[i]) + health.instability_detection
    elif kind == CONTROL:
        people.instability[i] = np.float64(people.instability[i]) + health.instability_control_received
    elif kind == OUTREACH_KIND:
        people.instability[i] = np.float64(people.instability[i]) + rates.practice.outreach_instability
    elif kind == FOLLOW_UP:
        card = people.card[i]
        card.protected = today.day + int(rates.practice.follow_up_effect_days)
        card.recovery = np.float64(card.recovery) * rates.practice.follow_up_relative_risk
        set_risk(people, i, state.organisations, rates, today.day)


@jit
def turn_away(state: State, c: int, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """No room today: planned care waits (a stock), acute care retries, goes to out-of-hours care or the hospital."""
    people, claims, rate = state.people, work.practice, rates.practice
    i, kind, ratio = claims.entry[c].row, claims.entry[c].kind, claims.entry[c].ratio
    if kind == FOLLOW_UP:
        push(state.lists.follow_up, out, i, claims.entry[c].since, kind, ratio)
        return
    if kind == OUTREACH_KIND:
        return
    if kind != ACUTE_CONTACT:
        if today.workday:
            count(out, people, i, _PLANNED_UNMET, 1)
        push(state.lists.practice, out, i, claims.entry[c].since, kind, ratio)
        return
    count(out, people, i, _ACUTE_UNMET, 1)
    people.instability[i] = np.float64(people.instability[i]) + rates.health.instability_unmet_need
    u = uniform_at(people.key[i], today.streams[NO_ROOM], 1)
    if ratio >= 1.0 and u < rate.acute_retry:
        push(state.lists.practice, out, i, claims.entry[c].since, kind, ratio)
    elif u < rate.acute_retry + rate.acute_to_out_of_hours:
        write(out, people, i, today.day, _OUT_OF_HOURS, 1, 0, 0, -1, _ACUTE, claims.entry[c].since)
        doctor_decides(state, i, ratio, rates, today, work, out)
    else:
        to_emergency(state, i, ratio, today, work, out)
