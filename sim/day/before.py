"""The year before the first morning: the day's own hospital and places, lived again for what they leave behind.

On the first morning there are people in beds with a part of their stay behind them, in temporary places, on the list of
planned admissions, waiting for a nursing home, with home help since a stay, and people who came home a short while ago.
Nobody ages, dies or moves in that year, for the people of the first day are those who were left; nothing is recorded.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.chance import uniform
from sim.compiled import jit
from sim.day.courses import BACK_TO_NURSING_HOME, write_bed_days
from sim.day.discharge import ward_round
from sim.day.emergency import ask_for_bed
from sim.day.frame import Load, Output, Today, Work, as_row, census, fill_streams
from sim.day.home_care import leave_temporary
from sim.day.month import cell_of, drift_of, grant_help, help_need, review_care, rise_of
from sim.day.practice import book_elective
from sim.day.rates import Rates
from sim.day.reference import by_pointer
from sim.day.risk import WAITS_FOR_HELP, age_of
from sim.day.streams import DRIFT
from sim.day.wards import allot_beds, background, midnight
from sim.state import HOME, HOSPITAL, NEVER, NURSING_HOME, NURSING_PLACE, State

_NEEDS_A_BED = 0.0  # severity over need: surely admitted


class Before(NamedTuple):
    """What began for each person in the year before the first day, and what that year must leave as it was.

    All but ``month`` have a row for each row of people.
    """

    course: NDArray[np.int32]  # day of the last acute course
    referral: NDArray[np.int32]  # day of the last referral for a planned admission
    frailty: NDArray[np.float32]  # made from figures, those who had been in hospital included
    month: NDArray[np.int64]  # calendar month (0 January) of each day lived before, the last one is the day before


@jit
def live_before(state: State, rates: Rates, load: Load, before: Before, first: int, work: Work, out: Output) -> None:
    """Live the days before the first one; records and streams are left as they were, empty."""
    go_back(state, rates, before, first, work)
    days = before.month.shape[0]
    for at in range(days):
        day, month = first - days + at, before.month[at]
        fill_streams(work.streams, rates.derived.keys, day)
        weekday = (day + 3) % 7
        today = by_pointer(Today(day, at - days, weekday, weekday < 5, 0.0, month, work.streams, work.nurse_free))
        if at > 0 and month != before.month[at - 1]:
            change_frailty(state, rates, first, work, 1.0)
            review_recipients(state, rates, first, today, out)
        elif at == 0:
            meet_needs(state, rates, first)
        live_day_before(state, rates, load, before, first, today, work, out)
    for k in range(state.stays.count[0]):
        write_bed_days(state, k, first, out)
    forget_what_is_over(state, rates, first)
    for row in range(state.organisations.present[0]):
        card = state.people.card[as_row(row)]
        card.frailty = before.frailty[row]
        card.accrued = first
    meet_needs(state, rates, first)
    clear(out)


@jit
def go_back(state: State, rates: Rates, before: Before, first: int, work: Work) -> None:
    """Make everybody as frail as a year ago: less what months and a stay in hospital have added since."""
    days, health = before.month.shape[0], rates.health
    for at in range(1, days):
        if before.month[at] != before.month[at - 1]:
            fill_streams(work.streams, rates.derived.keys, first - days + at)
            change_frailty(state, rates, first, work, -1.0)
    for row in range(state.organisations.present[0]):
        if before.course[row] != NEVER:
            state.people.card[as_row(row)].frailty -= health.frailty_after_hospital * health.frailty_long_stays


@jit
def change_frailty(state: State, rates: Rates, first: int, work: Work, sign: float) -> None:
    """What a month makes of everybody's frailty, forward or back, at the age of the first day; onsets by their mean."""
    people, spread, most = state.people, np.float64(rates.health.frailty_spread), rates.derived.most_frail
    for row in range(state.organisations.present[0]):
        i = as_row(row)
        card = people.card[i]
        frailty = min(max(np.float64(card.frailty), 0.0), most)
        cell = cell_of(people, i, age_of(people, i, first), rates)
        rise = rise_of(frailty, cell, rates) + frailty * rates.derived.frailer_by_onset[cell * 32 + card.conditions]
        card.frailty = frailty + sign * (rise + drift_of(uniform(people.key[i], work.streams[DRIFT]), spread))


@jit
def meet_needs(state: State, rates: Rates, first: int) -> None:
    """Whoever needs home help has it."""
    people = state.people
    for row in range(state.organisations.present[0]):
        i = as_row(row)
        if people.card[i].place == HOME and people.card[i].help == 0:
            need = help_need(people, i, state.organisations, rates, age_of(people, i, first))
            if need > 0:
                grant_help(people, state.organisations, i, need, rates, first)


@jit
def review_recipients(state: State, rates: Rates, first: int, today: Today, out: Output) -> None:
    """Home help granted and reviewed, and who comes to need a nursing home, at the age of the first day.

    Whose need went down keeps the help until the next review, so not all who have help on the first day still need it.
    """
    meet_needs(state, rates, first)
    people = state.people
    for row in range(state.organisations.present[0]):
        i = as_row(row)
        card = people.card[i]
        if card.help > 0 and card.place == HOME:
            review_care(state, i, age_of(people, i, first), rates, today, out)


@jit
def live_day_before(
    state: State, rates: Rates, load: Load, before: Before, first: int, today: Today, work: Work, out: Output
) -> None:  # fmt: skip
    """The hospital and the temporary places on one day, in the order of the schedule."""
    out.used[0] = work.beds.count[0] = 0
    background(state, rates, load, today, out)
    leave_temporary(state, rates, today, out)
    ward_round(state, rates, load, today, out, today.day + rates.hospital.rounds_first_until / 24.0)
    for row in range(state.organisations.present[0]):
        if before.referral[row] == today.day:
            book_elective(state, as_row(row), rates, today, out)
        if before.course[row] == today.day and state.people.card[as_row(row)].place != HOSPITAL:
            ask_for_bed(state, as_row(row), _NEEDS_A_BED, rates, today, work, out)
    known = state.stays.count[0]
    allot_beds(state, rates, load, today, work, out)
    take_back(state, known, first)
    ward_round(state, rates, load, today, out, today.day + 1.0)
    midnight(state, rates, load, today, out)


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
        census(people, organisations, i, -1)
        card.place = NURSING_HOME if bed.waits_for == BACK_TO_NURSING_HOME else HOME
        census(people, organisations, i, 1)
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
    out.activity[:] = 0
    out.quantity[:] = 0
    out.ward[:] = 0
    out.stay_bins[:] = 0
    out.return_bins[:] = 0
    out.ward_month[:] = 0
