"""Municipal care: noticing deterioration, the acute nurse, home help, temporary places and nursing homes."""

from __future__ import annotations

import math

import numpy as np

from sim.chance import uniform, uniform_at
from sim.compiled import inline, jit
from sim.day.claims import group_by_place, rank_claims
from sim.day.frame import LOAD_DAYS, NOT_ILL, Claims, Load, Output, Today, Work, census, claim, count, push, write
from sim.day.illness import (
    NOTICED_CONTACT,
    SOON,
    URGENT,
    ask_nurse,
    ask_practice,
    doctor_decides,
    referral,
    to_emergency,
)
from sim.day.month import grant_help, help_need, write_care
from sim.day.rates import Rates
from sim.day.risk import WAITS_FOR_HELP, WAITS_FOR_NURSING_HOME, age_of, set_risk
from sim.day.scan import NOTICES
from sim.day.streams import (
    DETECTION,
    DETECTION_ANSWER,
    HELP_QUEUE,
    NURSE_OUTCOME,
    NURSE_QUEUE,
    NURSING_QUEUE,
    PRACTICE_OUTCOME,
)
from sim.measures import FLAG, MEASURE
from sim.records import COUNTER
from sim.state import HOME, HOME_HELP, HOSPITAL, NURSING_HOME, TEMPORARY, Organisations, People, State

_NURSE_VISIT, _DETECTED = MEASURE["acute_nurse_visit"], MEASURE["detection"]
_OUT_OF_HOURS = MEASURE["out_of_hours_contact"]
_NURSE_UNMET, _HELP_WAIT = COUNTER["acute_nurse_unmet"], COUNTER["home_care_wait_days"]
_HELP_SHORT = COUNTER["home_care_short_days"]
_NURSING_WAIT, _ENTRIES = COUNTER["nursing_home_wait_days"], COUNTER["nursing_home_entries"]
_ACUTE = FLAG["acute"]
EARLY_DETECTION = 0
#: Who claims home help: somebody at home, somebody who is away for now, a patient who needs it to leave hospital.
_AT_HOME, _AWAY, _PATIENT = 0, 1, 2


@jit
def notice(state: State, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """Home care may notice that a recipient is getting worse, and calls the acute nurse or the practice."""
    people, home = state.people, rates.home
    for j in range(work.counts[NOTICES]):
        i = work.found[NOTICES, j]
        card = people.card[i]
        if card.help == 0:
            continue
        level = state.organisations.unit_levels[card.unit, EARLY_DETECTION]
        if uniform(people.key[i], today.streams[DETECTION]) >= home.detection_per_day * level:
            continue
        write(out, people, i, today.day, _DETECTED, 1, 0, 0, -1, 0, today.day)
        if uniform(people.key[i], today.streams[DETECTION_ANSWER]) < home.detection_to_nurse or not today.workday:
            ask_nurse(state, i, NOT_ILL, NOTICED_CONTACT, today, work, out)
        else:
            minutes = rates.practice.minutes_gp_consultation
            ask_practice(state, i, NOTICED_CONTACT, today.day, minutes, NOT_ILL, SOON, today, work, out)


@jit
def serve_nurses(state: State, rates: Rates, load: Load, today: Today, work: Work, out: Output) -> None:
    """The acute nurses' visits of the day, by urgency and lot where there are too few."""
    claims, organisations = work.nurse, state.organisations
    municipalities = organisations.towns.shape[0]
    group_by_place(claims, municipalities, work.starts, work.fill)
    for m in range(municipalities):
        low, high = work.starts[m], work.starts[m + 1]
        wanted, room = high - low, organisations.towns.nurse_capacity[m]
        others = load.nurse[m, today.day % LOAD_DAYS]
        left = max(room - wanted - others, 0)
        if wanted + others > room and others > 0:  # shared in proportion, the last visit by lot
            lot = uniform_at(np.uint64(m), today.streams[NURSE_QUEUE], 1)
            room = int(math.floor(room * wanted / (wanted + others) + lot))
        if wanted > room:
            rank_claims(claims, state.people.key, low, high)
        for k in range(low, high):
            if k - low < room:
                visit(state, claims, claims.order[k], rates, today, work, out)
            else:
                nurse_has_no_room(state, claims, claims.order[k], rates, today, work, out)
        out.nurse_use[m, 0] += min(wanted, room)
        out.nurse_use[m, 1] += wanted
        out.nurse_use[m, 2] += left == 0
        today.nurse_free[m] = left


@jit
def visit(state: State, claims: Claims, c: int, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """The acute nurse has come: treat at home, or send to hospital."""
    people, i, ratio = state.people, claims.entry[c].row, claims.entry[c].ratio
    write(out, people, i, today.day, _NURSE_VISIT, 1, 0, 0, -1, _ACUTE, today.day)
    if claims.entry[c].kind == NOTICED_CONTACT:
        people.instability[i] = np.float64(people.instability[i]) + rates.health.instability_detection
        return
    key = people.key[i]
    if ratio >= 1.0:  # whom a doctor would have referred she treats at home, or refers as well
        if uniform(key, today.streams[PRACTICE_OUTCOME]) >= referral(ratio, rates):
            return
        if uniform(key, today.streams[NURSE_OUTCOME]) < rates.home.acute_nurse_handles_borderline:
            return
    to_emergency(state, i, ratio, today, work, out)


@jit
def nurse_has_no_room(
    state: State, claims: Claims, c: int, rates: Rates, today: Today, work: Work, out: Output
) -> None:
    """No acute nurse is free: what was noticed cannot be acted on, and who called sees the doctor on call instead."""
    people, i, ratio = state.people, claims.entry[c].row, claims.entry[c].ratio
    count(out, people, i, _NURSE_UNMET, 1)
    if claims.entry[c].kind == NOTICED_CONTACT:
        if uniform_at(people.key[i], today.streams[NURSE_OUTCOME], 1) < rates.home.detection_raises_use:
            to_emergency(state, i, 1.0 + rates.hospital.threshold_borderline, today, work, out)
        return
    write(out, people, i, today.day, _OUT_OF_HOURS, 1, 0, 0, -1, _ACUTE, today.day)
    doctor_decides(state, i, ratio, rates, today, work, out)


@jit
def serve_help(state: State, rates: Rates, load: Load, today: Today, work: Work, out: Output) -> None:
    """Home help, new or more, where the unit has hours left: patients who cannot leave without, then who waits longest.

    The queue keeps what each person needs beyond what was granted, minutes a week, in ``ratio``.
    """
    queue, claims = state.lists.help, work.nurse
    people, organisations = state.people, state.organisations
    claims.count[0] = 0
    ask_for_help(state, rates, today, claims, out)
    ask_for_patients(state, rates, today, claims, out)
    queue.count[0] = 0
    units = organisations.units.shape[0]
    group_by_place(claims, units, work.starts, work.fill)
    for p in range(units):
        low, high = work.starts[p], work.starts[p + 1]
        rank_claims(claims, people.key, low, high)
        others = load.unit[p, today.day % LOAD_DAYS]
        room = hours_left(state, claims, low, high, others, p)
        in_turn = True
        for k in range(low, high):
            c = claims.order[k]
            i = claims.entry[c].row
            card = people.card[i]
            kind, more = claims.entry[c].kind, claims.entry[c].amount
            in_turn = in_turn and (
                kind == _AWAY or more <= room
            )  # nobody overtakes, or large needs would wait for ever
            if kind != _AWAY and in_turn:
                room -= more
                grant_help(people, organisations, i, more, rates, today.day, out)
                if kind == _AT_HOME:
                    card.waits &= WAITS_FOR_NURSING_HOME
            elif kind != _PATIENT:
                push(queue, out, i, claims.entry[c].since, WAITS_FOR_HELP, more)
                if kind == _AT_HOME:
                    go_without(people, i, rates, out)
        out.unit_use[p, 0] += organisations.units.unit_committed[p] + others
        out.unit_use[p, 1] += organisations.units.unit_capacity[p]


@inline
def hours_left(state: State, claims: Claims, low: int, high: int, others: int, unit: int) -> int:
    """Minutes a week that a unit can grant; too few for those outside the sample as well, they are shared by need."""
    units = state.organisations.units
    committed, capacity = units.unit_committed[unit], units.unit_capacity[unit]
    wanted = committed
    for k in range(low, high):
        c = claims.order[k]
        wanted += claims.entry[c].amount if claims.entry[c].kind != _AWAY else 0
    if others > 0 and wanted + others > capacity:
        return capacity * wanted // (wanted + others) - committed
    return capacity - committed - others


@inline
def go_without(people: People, i: int, rates: Rates, out: Output) -> None:
    """A day at home with less help than needed is counted; without any it leaves people less stable."""
    if people.card[i].help > 0:
        count(out, people, i, _HELP_SHORT, 1)
        return
    count(out, people, i, _HELP_WAIT, 1)
    people.instability[i] = np.float64(people.instability[i]) + rates.health.instability_without_help_day


@inline
def ask_for_help(state: State, rates: Rates, today: Today, claims: Claims, out: Output) -> None:
    """Claims of those who wait for home help; who is away keeps the place in the queue but cannot be served."""
    people, queue = state.people, state.lists.help
    for k in range(queue.count[0]):
        i = queue.entry[k].row
        card = people.card[i]
        away = card.place == HOSPITAL or card.place == TEMPORARY
        if not away and card.place != HOME:
            continue
        more = help_need(people, i, state.organisations, rates, age_of(people, i, today.day)) - card.help
        if more > 0:
            luck = uniform(people.key[i], today.streams[HELP_QUEUE])
            kind = _AWAY if away else _AT_HOME
            claim(claims, out, i, card.unit, kind, queue.entry[k].day, more, NOT_ILL, SOON, today.day, luck)
        else:
            card.waits &= WAITS_FOR_NURSING_HOME


@inline
def ask_for_patients(state: State, rates: Rates, today: Today, claims: Claims, out: Output) -> None:
    """Claims of patients who cannot leave hospital without home help: hours are kept for them from the notice on."""
    people, stays = state.people, state.stays
    for k in range(stays.count[0]):
        bed = stays.bed[k]
        i = bed.row
        card = people.card[i]
        if bed.waits_for == HOME_HELP and card.help == 0 and bed.notice <= today.day:
            need = help_after_stay(people, i, state.organisations, rates, today)
            luck = uniform(people.key[i], today.streams[HELP_QUEUE])
            claim(claims, out, i, card.unit, _PATIENT, bed.notice, need, NOT_ILL, URGENT, today.day, luck)


@inline
def help_after_stay(people: People, i: int, organisations: Organisations, rates: Rates, today: Today) -> int:
    """Home help of a patient who cannot leave hospital without, at least the smallest amount, minutes a week."""
    need = help_need(people, i, organisations, rates, age_of(people, i, today.day))
    return max(need, int(rates.home.help_minutes_base))


@jit
def serve_nursing_homes(state: State, rates: Rates, load: Load, today: Today, work: Work, out: Output) -> None:
    """Nursing-home places, the longest waiting first; after two months the municipality must find one."""
    queue, claims = state.lists.nursing_home, work.nurse
    people, organisations = state.people, state.organisations
    claims.count[0] = 0
    for k in range(queue.count[0]):
        i = queue.entry[k].row
        card = people.card[i]
        place = card.place
        if place == HOME or place == TEMPORARY:
            luck = uniform(people.key[i], today.streams[NURSING_QUEUE])
            claim(claims, out, i, card.municipality, 0, queue.entry[k].day, 1, NOT_ILL, SOON, today.day, luck)
        elif place == HOSPITAL:
            claim(claims, out, i, card.municipality, 1, queue.entry[k].day, 1, NOT_ILL, SOON, today.day, 0.0)
    queue.count[0] = 0
    municipalities = organisations.towns.shape[0]
    group_by_place(claims, municipalities, work.starts, work.fill)
    for m in range(municipalities):
        low, high = work.starts[m], work.starts[m + 1]
        rank_claims(claims, people.key, low, high)
        for k in range(low, high):
            c = claims.order[k]
            i = claims.entry[c].row
            free = nursing_place_free(state, load, m, today.day)
            overdue = today.day - claims.entry[c].since >= rates.home.nursing_home_guarantee_days
            if claims.entry[c].kind == 0 and (free or overdue):
                enter_nursing_home(state, i, rates, today.day, out)
            else:
                count(out, people, i, _NURSING_WAIT, 1)
                push(queue, out, i, claims.entry[c].since, 2, 0.0)


@jit
def enter_nursing_home(state: State, i: int, rates: Rates, day: int, out: Output) -> None:
    """A person moves into a nursing home; home help ends."""
    people, organisations = state.people, state.organisations
    card = people.card[i]
    write_care(people, i, out, day)
    release_help(state, i)
    if card.place == TEMPORARY:
        leave_temporary_list(state, i)
    census(people, organisations, i, -1, day)
    card.place = NURSING_HOME
    card.waits = 0
    census(people, organisations, i, 1, day)
    organisations.towns.nursing_used[card.municipality] += 1
    card.accrued = day
    count(out, people, i, _ENTRIES, 1)
    set_risk(people, i, organisations, rates, day)


@inline
def release_help(state: State, i: int) -> None:
    """Home help ends."""
    people = state.people
    card = people.card[i]
    state.organisations.units.unit_committed[card.unit] -= card.help
    card.help = 0
    card.nursing = 0
    people.watched[i] = 0


@jit
def leave_temporary_list(state: State, i: int) -> None:
    """Take a person out of the list of temporary places."""
    card = state.people.card[i]
    queue = state.lists.temporary
    for k in range(queue.count[0]):
        if queue.entry[k].row == i:
            last = queue.count[0] - 1
            queue.entry[k].row, queue.entry[k].day = queue.entry[last].row, queue.entry[last].day
            queue.count[0] = last
            state.organisations.towns.temporary_used[card.municipality] -= 1
            return


@inline
def nursing_place_free(state: State, load: Load, municipality: int, day: int) -> bool:
    """Whether a nursing-home place is free now."""
    towns = state.organisations.towns
    used = towns.nursing_used[municipality] + load.nursing_home[municipality, day % LOAD_DAYS]
    return used < towns.nursing_capacity[municipality]


@inline
def temporary_free(state: State, load: Load, municipality: int, day: int) -> bool:
    """Whether a temporary place is free now."""
    organisations = state.organisations
    used = organisations.towns.temporary_used[municipality] + load.temporary[municipality, day % LOAD_DAYS]
    return used < organisations.towns.temporary_capacity[municipality]


@jit
def enter_temporary(state: State, i: int, day: int, u: float, rates: Rates, out: Output) -> None:
    """A person moves into a temporary place for a drawn number of days."""
    people, organisations = state.people, state.organisations
    card = people.card[i]
    if card.place == HOME:
        write_care(people, i, out, day)
    census(people, organisations, i, -1, day)
    card.place = TEMPORARY
    census(people, organisations, i, 1, day)
    card.accrued = day
    organisations.towns.temporary_used[card.municipality] += 1
    until = day + 1 + int(-rates.home.temporary_stay_days * math.log1p(-u))
    push(state.lists.temporary, out, i, until, 0, 0.0)
    set_risk(people, i, organisations, rates, day)


@jit
def leave_temporary(state: State, rates: Rates, today: Today, out: Output) -> None:
    """People whose time in a temporary place is over go home."""
    queue, people = state.lists.temporary, state.people
    kept = 0
    for k in range(queue.count[0]):
        i = queue.entry[k].row
        card = people.card[i]
        if queue.entry[k].day > today.day:
            queue.entry[kept].row, queue.entry[kept].day = i, queue.entry[k].day
            kept += 1
            continue
        write_care(people, i, out, today.day)
        state.organisations.towns.temporary_used[card.municipality] -= 1
        census(people, state.organisations, i, -1, today.day)
        card.place = HOME
        census(people, state.organisations, i, 1, today.day)
        card.accrued = today.day
        set_risk(people, i, state.organisations, rates, today.day)
    queue.count[0] = kept
