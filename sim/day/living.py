"""The day put together: the order of the processes, as printed by ``sim.schedule``."""

from __future__ import annotations

import numpy as np

from sim.chance import uniform
from sim.compiled import entry, jit
from sim.day.before import Before, live_before
from sim.day.courses import write_bed_days
from sim.day.death import die_today
from sim.day.discharge import ward_round
from sim.day.emergency import receive
from sim.day.frame import CHUNK, Load, Output, Today, Work, as_row, census, fill_streams
from sim.day.grouping import fold_sums
from sim.day.heads import count_head, rate_days, record_days
from sim.day.home_care import leave_temporary, notice, serve_help, serve_nurses, serve_nursing_homes
from sim.day.illness import seek_help
from sim.day.month import band_of, end_month, start_month
from sim.day.practice import hold_controls, plan_contacts, reach_out, recall, serve_practices
from sim.day.rates import Rates
from sim.day.reference import by_pointer
from sim.day.refusal import call_back
from sim.day.risk import CONTROLLED, age_of, set_risk
from sim.day.room import there_is_room
from sim.day.scan import find, scan
from sim.day.streams import CONTROL_KEPT
from sim.day.wards import allot_beds, background, midnight
from sim.state import ABSENT, DEAD, HOME, HOSPITAL, MOVED, NURSING_HOME, Lists, State


@jit
def arrive(state: State, rates: Rates, today: Today) -> None:
    """People whose day of arrival has come enter the catchment (rows are in order of arrival)."""
    people, organisations = state.people, state.organisations
    i = organisations.present[0]
    while i < people.key.shape[0] and people.arrival[i] <= today.day:
        enter(state, as_row(i), rates, today)
        i += 1
    organisations.present[0] = i


@jit
def enter(state: State, i: int, rates: Rates, today: Today) -> None:
    """One person enters, at home or (at the start) in a nursing home."""
    people, organisations = state.people, state.organisations
    card = people.card[i]
    if card.place == ABSENT:
        card.place = HOME
    card.band = band_of(age_of(people, i, today.day))
    card.accrued = today.day
    if card.place == NURSING_HOME:
        organisations.towns.nursing_used[card.municipality] += 1
    if card.conditions & CONTROLLED:
        u = uniform(people.key[i], today.streams[CONTROL_KEPT])
        people.control[i] = today.since + int(u * rates.practice.control_interval)
    health = rates.health
    people.instability[i] = health.instability_frailty * (np.float64(card.frailty) - health.reference_frailty)
    census(people, organisations, i, 1, today.day)
    set_risk(people, i, organisations, rates, today.day)


@jit
def live_one_day(state: State, rates: Rates, load: Load, today: Today, work: Work, out: Output) -> None:
    """One day, in the order of the schedule."""
    work.practice.count[0] = work.nurse.count[0] = work.emergency.count[0] = work.beds.count[0] = 0
    arrive(state, rates, today)
    call_back(state, today, work, out)
    present = state.organisations.present[0]
    for low in range(0, present, CHUNK):
        high = min(low + CHUNK, present)
        work.counts[:] = 0
        scan(state.people, low, high, rates, today, work)
        find(state.people, low, high, rates, today, work)
        die_today(state, today, work, out)
        seek_help(state, rates, today, work, out)
        notice(state, rates, today, work, out)
        plan_contacts(state, rates, today, work, out)
        hold_controls(state, rates, today, work, out)
        reach_out(state, rates, today, work, out)
    background(state, rates, load, today, out)
    recall(state, rates, today, work, out)
    serve_practices(state, rates, load, today, work, out)
    serve_nurses(state, rates, load, today, work, out)
    serve_help(state, rates, load, today, work, out)
    leave_temporary(state, rates, today, out)
    serve_nursing_homes(state, rates, load, today, work, out)
    ward_round(state, rates, load, today, out, today.day + rates.hospital.rounds_first_until / 24.0)
    receive(state, rates, load, today, work, out)
    allot_beds(state, rates, load, today, work, out)
    ward_round(state, rates, load, today, out, today.day + 1.0)
    midnight(state, rates, load, today, out)


@entry
def live_days(
    state_columns: State, rates_columns: Rates, load_columns: Load, work_columns: Work, out_columns: Output,
    start: int, stop: int, month: int, first_of_month: int,
    first_month: bool,
    season: np.ndarray, past: Before,
) -> int:  # fmt: skip
    """Days ``start`` to ``stop - 1`` of one calendar month (0 January) with their log factors of acute illness.

    In the first month of all the year before (``past``) is lived first. Returns the first day not lived: before
    ``stop`` where a list might be too short for that day.
    """
    lists = state_columns.lists
    queues = by_pointer(
        Lists(
            by_pointer(lists.practice), by_pointer(lists.help), by_pointer(lists.nursing_home),
            by_pointer(lists.temporary), by_pointer(lists.elective), by_pointer(lists.follow_up),
            by_pointer(lists.returns),
        )
    )  # fmt: skip
    state = by_pointer(
        State(
            by_pointer(state_columns.people), by_pointer(state_columns.stays), queues,
            by_pointer(state_columns.organisations),
        )
    )  # fmt: skip
    streams, free = work_columns.streams, work_columns.nurse_free
    work = by_pointer(
        Work(
            work_columns.flags, work_columns.eight_flags, work_columns.upper, work_columns.lower, work_columns.events,
            work_columns.drifts, work_columns.cells, work_columns.onsets, work_columns.flagged, work_columns.found,
            work_columns.relapse, work_columns.counts,
            by_pointer(work_columns.practice), by_pointer(work_columns.nurse), by_pointer(work_columns.emergency),
            by_pointer(work_columns.beds), work_columns.starts, work_columns.fill, streams, free,
            work_columns.room,
        )
    )  # fmt: skip
    out, rates, load = by_pointer(out_columns), by_pointer(rates_columns), by_pointer(load_columns)
    before = by_pointer(past)
    day = start
    while day < stop and there_is_room(state, work, out):
        weekday = (day + 3) % 7
        fill_streams(streams, rates_columns.derived.keys, day)
        since = day - rates_columns.derived.first_day
        today = by_pointer(Today(day, since, weekday, weekday < 5, season[day - start], month, streams, free))
        if day == first_of_month:
            arrive(state, rates, today)
            if first_month:
                live_before(state, rates, load, before, day, work, out)
                fill_streams(streams, rates_columns.derived.keys, day)
            start_month(state, rates, today, work, out, first_month)
        live_one_day(state, rates, load, today, work, out)
        if out_columns.fault[0] != 0:
            break
        day += 1
    record_days(state.organisations, out, day)
    return day


@entry
def close_month(
    state_columns: State, out_columns: Output, day: int, days: int, by_age: np.ndarray, by_conditions: np.ndarray,
    weights: np.ndarray, heads: np.ndarray,
) -> int:  # fmt: skip
    """Write what has been received but not yet written, count heads, and add up, before the month is settled.

    ``heads`` comes as zeros, shape (2, municipalities, bands), and leaves with heads alive and summed thousandths of
    quality of life (:mod:`sim.day.heads`). Returns how many lie in hospital.
    """
    people, organisations = by_pointer(state_columns.people), by_pointer(state_columns.organisations)
    state = by_pointer(State(people, by_pointer(state_columns.stays), state_columns.lists, organisations))
    out = by_pointer(out_columns)
    in_hospital = 0
    for row in range(organisations.present[0]):
        i = as_row(row)
        place = people.card[i].place
        if place == ABSENT or place == DEAD or place == MOVED:
            continue
        in_hospital += int(place == HOSPITAL)
        end_month(people, i, out, day)
        count_head(people, i, days, by_age, by_conditions, weights, out, heads)
    rate_days(out, heads)
    for k in range(state_columns.stays.count[0]):
        write_bed_days(state, k, day, out)
    fold_sums(out)
    return in_hospital
