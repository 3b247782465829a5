"""The year before the first morning: the day's own hospital and places, lived again for what they leave behind.

On the first morning there are people in beds with a part of their stay behind them, in temporary places, on the list of
planned admissions, waiting for a nursing home, with home help since a stay, and people who came home a short while ago.
Nobody ages, dies or moves in that year, for the people of the first day are those who were left; nothing is recorded.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.chance import STEP_DAY, mix
from sim.compiled import jit
from sim.day.courses import BACK_TO_NURSING_HOME, write_bed_days
from sim.day.discharge import ward_round
from sim.day.emergency import ask_for_bed
from sim.day.frame import CHUNK, Load, Output, Today, Work, as_row, census, fill_streams
from sim.day.heads import record_days
from sim.day.home_care import ask_for_patients, leave_temporary
from sim.day.month import cell_of, draw_drifts, grant_help, help_need, review_care, rise_of
from sim.day.practice import book_elective
from sim.day.rates import Rates
from sim.day.reference import by_pointer
from sim.day.risk import WAITS_FOR_HELP, age_of
from sim.day.streams import DRIFT
from sim.day.wards import allot_beds, background, midnight
from sim.state import HOME, HOSPITAL, NEVER, NURSING_HOME, NURSING_PLACE, People, State

_NEEDS_A_BED = 0.0  # severity over need: surely admitted


class Before(NamedTuple):
    """What began in the year before the first day, and what that year must leave as it was."""

    course: NDArray[np.uint32]  # rows of those whose last acute course was in that year, by day and row
    course_from: NDArray[np.int64]  # (days + 1,) where in it each day begins
    referral: NDArray[np.uint32]  # the same of the last referral for a planned admission
    referral_from: NDArray[np.int64]
    frailty: NDArray[np.float32]  # by row of people: made from figures, those who had been in hospital included
    month: NDArray[np.int64]  # calendar month (0 January) of each day lived before, the last one is the day before


@jit
def live_before(state: State, rates: Rates, load: Load, before: Before, first: int, work: Work, out: Output) -> None:
    """Live the days before the first one; records and streams are left as they were, empty."""
    go_back(state, rates, before, first, work, out)
    days = before.month.shape[0]
    for at in range(days):
        day, month = first - days + at, before.month[at]
        fill_streams(work.streams, rates.derived.keys, day)
        weekday = (day + 3) % 7
        today = by_pointer(Today(day, at - days, weekday, weekday < 5, 0.0, month, work.streams, work.nurse_free))
        if at > 0 and month != before.month[at - 1]:
            start_month_before(state, rates, first, today, work, out)
        live_day_before(state, rates, load, before, first, at, today, work, out)
    for k in range(state.stays.count[0]):
        write_bed_days(state, k, first, out)
    forget_what_is_over(state, rates, first)
    for row in range(state.organisations.present[0]):
        card = state.people.card[as_row(row)]
        card.frailty = before.frailty[row]
        card.accrued = first
        meet_need(state, as_row(row), rates, first, out)
    record_days(state.organisations, out, first)
    clear(out)


@jit
def go_back(state: State, rates: Rates, before: Before, first: int, work: Work, out: Output) -> None:
    """Make everybody as frail as a year ago, less what months and a stay in hospital have added since, with help."""
    days, present, health = before.month.shape[0], state.organisations.present[0], rates.health
    for low in range(0, present, CHUNK):
        high = min(low + CHUNK, present)
        look_up_rises(state.people, low, high, rates, first, work)
        for at in range(1, days):
            if before.month[at] != before.month[at - 1]:
                stream = mix(rates.derived.keys[DRIFT] + np.uint64(np.int64(first - days + at)) * STEP_DAY)
                change_frailty(state.people, low, high, stream, rates, work, -1.0)
    for k in range(before.course.shape[0]):
        state.people.card[before.course[k]].frailty -= health.frailty_after_hospital * health.frailty_long_stays
    for row in range(present):
        meet_need(state, as_row(row), rates, first, out)


@jit
def look_up_rises(people: People, low: int, high: int, rates: Rates, first: int, work: Work) -> None:
    """Which rises of frailty hold for people ``low`` to ``high - 1`` at the age of the first day."""
    for row in range(low, high):
        i = as_row(row)
        cell = cell_of(people, i, age_of(people, i, first), rates)
        work.cells[row - low] = cell
        work.onsets[row - low] = rates.derived.frailer_by_onset[cell * 32 + np.int64(people.card[i].conditions)]


@jit
def change_frailty(
    people: People, low: int, high: int, stream: np.uint64, rates: Rates, work: Work, sign: float
) -> None:
    """What a month makes of the frailty of a chunk of people, forward or back; onsets by their mean."""
    most, drifts = rates.derived.most_frail, work.drifts[: high - low]
    draw_drifts(people.key[low:high], stream, np.float64(rates.health.frailty_spread), drifts)
    for k in range(high - low):
        card = people.card[as_row(low + k)]
        frailty = min(max(np.float64(card.frailty), 0.0), most)
        rise = rise_of(frailty, work.cells[k], rates) + frailty * work.onsets[k]
        card.frailty = frailty + sign * (rise + drifts[k])


@jit
def meet_need(state: State, i: int, rates: Rates, first: int, out: Output) -> None:
    """Whoever is at home and needs home help has it."""
    people = state.people
    if people.card[i].place == HOME:
        need = help_need(people, i, state.organisations, rates, age_of(people, i, first))
        if need > people.card[i].help:
            grant_help(people, state.organisations, i, need - people.card[i].help, rates, first, out)


@jit
def start_month_before(state: State, rates: Rates, first: int, today: Today, work: Work, out: Output) -> None:
    """Frailty changes, home help is granted and reviewed, and some come to need a nursing home, at the first day's age.

    Whose need went down keeps the help until the next review, so not all who have help on the first day still need it.
    """
    people, present = state.people, state.organisations.present[0]
    for low in range(0, present, CHUNK):
        high = min(low + CHUNK, present)
        look_up_rises(people, low, high, rates, first, work)
        change_frailty(people, low, high, work.streams[DRIFT], rates, work, 1.0)
        for row in range(low, high):
            i = as_row(row)
            meet_need(state, i, rates, first, out)
            if people.card[i].help > 0 and people.card[i].place == HOME:
                review_care(state, i, age_of(people, i, first), rates, today, out)


@jit
def live_day_before(
    state: State, rates: Rates, load: Load, before: Before, first: int, at: int, today: Today, work: Work, out: Output
) -> None:  # fmt: skip
    """The hospital and the temporary places on one day, in the order of the schedule."""
    out.used[0] = work.beds.count[0] = 0
    background(state, rates, load, today, out)
    help_patients(state, rates, today, work, out)
    leave_temporary(state, rates, today, out)
    ward_round(state, rates, load, today, out, today.day + rates.hospital.rounds_first_until / 24.0)
    for k in range(before.referral_from[at], before.referral_from[at + 1]):
        book_elective(state, before.referral[k], rates, today, out)
    for k in range(before.course_from[at], before.course_from[at + 1]):
        if state.people.card[before.course[k]].place != HOSPITAL:
            ask_for_bed(state, before.course[k], _NEEDS_A_BED, rates, today, work, out)
    known = state.stays.count[0]
    allot_beds(state, rates, load, today, work, out)
    take_back(state, known, first)
    ward_round(state, rates, load, today, out, today.day + 1.0)
    midnight(state, rates, load, today, out)


@jit
def help_patients(state: State, rates: Rates, today: Today, work: Work, out: Output) -> None:
    """Patients who cannot leave without home help get it: in the year before there are hours for everybody."""
    claims = work.nurse
    claims.count[0] = 0
    ask_for_patients(state, rates, today, claims, out)
    for c in range(claims.count[0]):
        i, need = claims.entry[c].row, claims.entry[c].amount
        grant_help(state.people, state.organisations, i, need, rates, today.day, out)


@jit
def take_back(state: State, known: int, first: int) -> None:
    """Who is there on the first day has had no course that ended with death or with moving into a nursing home."""
    stays, people, organisations = state.stays, state.people, state.organisations
    kept = known
    for k in range(known, stays.count[0]):
        bed = stays.bed[k]
        moved = bed.waits_for == NURSING_PLACE and max(bed.leave, bed.received) < first
        if bed.fatal >= first and not moved:
            stays.bed[kept] = stays.bed[k]
            kept += 1
            continue
        i = bed.row
        card = people.card[i]
        census(people, organisations, i, -1, first)
        card.place = NURSING_HOME if bed.waits_for == BACK_TO_NURSING_HOME else HOME
        census(people, organisations, i, 1, first)
        card.acute_start = NEVER
        if bed.ward >= 0:
            organisations.wards.ward_modelled[bed.ward] -= 1
    stays.count[0] = kept


@jit
def forget_what_is_over(state: State, rates: Rates, first: int) -> None:
    """Follow-up visits before the first day were made, and who needed a nursing home long ago is no longer waiting."""
    booked, queue = state.lists.follow_up, state.lists.nursing_home
    kept = 0
    for k in range(booked.count[0]):
        if booked.entry[k].day >= first:
            booked.entry[kept].row, booked.entry[kept].day = booked.entry[k].row, booked.entry[k].day
            kept += 1
    booked.count[0] = kept
    kept = 0
    for k in range(queue.count[0]):
        i, since = queue.entry[k].row, queue.entry[k].day
        if first - since < rates.home.nursing_home_waited_days:
            queue.entry[kept].row, queue.entry[kept].day = i, since
            kept += 1
        else:
            state.people.card[i].waits &= WAITS_FOR_HELP
    queue.count[0] = kept


@jit
def clear(out: Output) -> None:
    """Empty the records: nothing of the year before is reported."""
    out.used[0] = 0
    out.people[:] = 0
    out.listed_days[:] = 0
    out.activity[:] = 0
    out.sums.quantity[:] = 0
    out.sums.value[:] = 0
    out.ward[:] = 0
    out.stay_bins[:] = 0
    out.return_bins[:] = 0
    out.ward_month[:] = 0
