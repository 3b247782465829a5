"""The first morning of a month: birthdays, frailty, moves, and what municipal care each person needs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.chance import trait, uniform
from sim.compiled import inline, jit
from sim.day.frame import CHUNK, LEAST_LEVEL, Output, Today, Work, as_row, census, push, write
from sim.day.rates import Rates
from sim.day.risk import (
    CONTROLLED,
    COPD,
    DEMENTIA,
    DIABETES,
    WAITS_FOR_HELP,
    WAITS_FOR_NURSING_HOME,
    age_of,
    at_rest,
    set_risk_at,
)
from sim.day.streams import DRIFT, ENROLLED, NURSING_NEED, NURSING_WITH_HELP, PREVENTIVE, STATE_CHANGE
from sim.measures import AGE_BANDS, MEASURE
from sim.state import HOME, HOSPITAL, MOVED, NURSING_HOME, TEMPORARY, Organisations, People, State

_BANDS = np.array(AGE_BANDS, np.int64)
_PREVENTIVE = MEASURE["preventive_visit"]
_HELP, _NURSING = MEASURE["home_help"], MEASURE["home_nursing"]
_NURSING_DAY, _TEMPORARY_DAY = MEASURE["nursing_home_day"], MEASURE["temporary_place_day"]
REHABILITATION = 3
CHRONIC_FEE = COPD | DIABETES


@jit
def band_of(age: float) -> int:
    """Age band of an age."""
    band = 0
    for b in range(_BANDS.shape[0]):
        if age >= _BANDS[b]:
            band = b
    return band


@inline
def beyond_independence(people: People, i: int, rates: Rates, age: float) -> float:
    """How much frailer a person is than somebody who manages alone at home; of need alone, wherever care is given."""
    card, home = people.card[i], rates.home
    threshold = (
        home.help_frailty
        - home.help_age * (age - home.help_reference_age) / 10.0
        - home.help_alone * card.alone
    )  # fmt: skip
    return np.float64(card.frailty) - threshold


@jit
def help_need(people: People, i: int, organisations: Organisations, rates: Rates, age: float) -> int:
    """Home help needed as the municipality judges it, minutes a week; 0 below its threshold."""
    card, home = people.card[i], rates.home
    above = beyond_independence(people, i, rates, age) - organisations.towns.help_shift[card.municipality]
    if above <= 0.0:
        return 0
    minutes = min(home.help_minutes_base + home.help_minutes_slope * above, home.help_minutes_most)
    level = organisations.unit_levels[card.unit, REHABILITATION]
    return int(minutes / max(level, LEAST_LEVEL))


@jit
def start_month(state: State, rates: Rates, today: Today, work: Work, out: Output, first: bool) -> None:
    """Birthdays, frailty, moves, reviews and new needs of everybody; in the first month nobody grows frailer."""
    people, organisations = state.people, state.organisations
    present = organisations.present[0]
    for low in range(0, present, CHUNK):
        high = min(low + CHUNK, present)
        events, drifts = work.events[: high - low], work.drifts[: high - low]
        draw_events(people.key[low:high], today.streams[STATE_CHANGE], events)
        draw_drifts(people.key[low:high], today.streams[DRIFT], np.float64(rates.health.frailty_spread), drifts)
        for row in range(low, high):
            i = as_row(row)
            card = people.card[i]
            place = card.place
            if place != HOME and place != NURSING_HOME and place != TEMPORARY and place != HOSPITAL:
                continue
            if people.leaves[i] <= today.day and place == HOME:
                move_away(people, organisations, i, out, today.day)
                continue
            age = age_of(people, i, today.day)
            have_birthday(people, organisations, i, age)
            if not first:
                age_a_month(people, organisations, i, age, events[row - low], drifts[row - low], rates, today)
            if place == HOME:
                review_care(state, i, age, rates, today, out)
                preventive_visit(people, i, age, rates, today, out)
            set_risk_at(people, i, age, organisations, rates, today.day)


@jit
def draw_events(key: Any, stream: np.uint64, events: Any) -> None:
    """For each person the number that says what happens by chance in a month."""
    for k in range(key.shape[0]):
        events[k] = uniform(key[k], stream)


@jit
def draw_drifts(key: Any, stream: np.uint64, spread: float, drifts: Any) -> None:
    """Chance drift of frailty in a month: a triangular law by inversion, of variance ``spread`` squared a year."""
    for k in range(key.shape[0]):
        u = uniform(key[k], stream)
        z = math.copysign(1.0 - math.sqrt(2.0 * min(u, 1.0 - u)), u - 0.5) * math.sqrt(6.0)
        drifts[k] = spread * z / math.sqrt(12.0)


@jit
def move_away(people: People, organisations: Organisations, i: int, out: Output, day: int) -> None:
    """A person leaves the catchment; care not yet written down is written."""
    card = people.card[i]
    write_care(people, i, out, day)
    organisations.units.unit_committed[card.unit] -= card.help
    card.help = 0
    card.nursing = 0
    census(people, organisations, i, -1)
    card.place = MOVED
    at_rest(people, i)


@inline
def have_birthday(people: People, organisations: Organisations, i: int, age: float) -> None:
    """A person who has become old enough belongs to the next age band."""
    card = people.card[i]
    if card.band + 1 < _BANDS.shape[0] and age >= _BANDS[card.band + 1]:
        census(people, organisations, i, -1)
        card.band += 1
        census(people, organisations, i, 1)


@inline
def age_a_month(
    people: People, organisations: Organisations, i: int, age: float, event: float, drift: float, rates: Rates,
    today: Today,
) -> None:  # fmt: skip
    """Conditions and frailty of one person, by rises that keep the profile by age (sim.ageing)."""
    card, derived = people.card[i], rates.derived
    cell = cell_of(people, i, age, rates)
    change_state(people, organisations, i, cell, event, rates, today)
    before = min(np.float64(card.frailty), derived.most_frail)
    card.frailty = min(max(before + rise_of(before, cell, rates) + drift, 0.0), derived.most_frail)


@inline
def rise_of(frailty: float, cell: int, rates: Rates) -> float:
    """How much frailty rises in a month at an age and sex, which depends on how frail a person is (sim.ageing)."""
    rises = rates.derived.rise[cell]
    at = frailty / rates.derived.most_frail * (rises.shape[0] - 2)
    low = as_row(int(at))
    return rises[low] + (at - low) * (rises[low + 1] - rises[low])


@inline
def cell_of(people: People, i: int, age: float, rates: Rates) -> int:
    """Row of age and sex in the solved tables."""
    ages = rates.derived.left_alone.shape[0] // 2
    return 2 * min(max(int(age) - 65, 0), ages - 1) + np.int64(people.card[i].sex)


@jit
def change_state(
    people: People, organisations: Organisations, i: int, cell: int, u: float, rates: Rates, today: Today
) -> None:
    """Conditions that begin, being left alone, and medication risk that is put right, all by one number of the month.

    The events are rare, so which of them happens can be read from where the number lies between 0 and 1.
    """
    card, derived = people.card[i], rates.derived
    row = cell * 32 + np.int64(card.conditions)
    if u < derived.onset_any[row]:
        begin_condition(people, organisations, i, cell, u, rates, today)
        return
    u -= derived.onset_any[row]
    if card.alone == 0 and u < derived.left_alone[cell]:
        census(people, organisations, i, -1)
        card.alone = 1
        census(people, organisations, i, 1)
    elif card.medication > 0 and u > 0.5 and (u - 0.5) * 12.0 < rates.health.medication_resolved:
        card.medication -= 1


@jit
def begin_condition(
    people: People, organisations: Organisations, i: int, cell: int, u: float, rates: Rates, today: Today
) -> None:
    """A chronic condition begins: frailty rises with it, controls start, and the practice may enrol the person."""
    card, derived = people.card[i], rates.derived
    before = card.conditions
    row = cell * 32 + np.int64(before)
    condition = 0
    while u >= derived.onset[row, condition]:
        condition += 1
    census(people, organisations, i, -1)
    card.conditions |= 1 << condition
    if card.conditions & CHRONIC_FEE and not before & CHRONIC_FEE:
        enrols = trait(people.key[i], derived.keys[ENROLLED]) < organisations.practices.gp_enrolled[card.practice]
        card.scheme = 1 if enrols else 0
    census(people, organisations, i, 1)
    if card.conditions & CONTROLLED and not before & CONTROLLED:
        people.control[i] = today.since
    card.frailty = min(np.float64(card.frailty) * derived.frailer[condition], derived.most_frail)


@jit
def review_care(state: State, i: int, age: float, rates: Rates, today: Today, out: Output) -> None:
    """Home help by need, and whether a nursing home is needed; both wait in a queue until there is room, raises too."""
    people, organisations = state.people, state.organisations
    card = people.card[i]
    need = help_need(people, i, organisations, rates, age)
    has = card.help
    if need < has and is_birthday_month(people, i, today):
        write_care(people, i, out, today.day)
        organisations.units.unit_committed[card.unit] += need - has
        card.help = need
        card.nursing = card.nursing if need > 0 else 0
    elif need > has and not card.waits & WAITS_FOR_HELP:
        card.waits |= WAITS_FOR_HELP
        push(state.lists.help, out, i, today.day, WAITS_FOR_HELP, 0.0)
    if beyond_independence(people, i, rates, age) <= 0.0 or card.waits & WAITS_FOR_NURSING_HOME:
        return
    if uniform(people.key[i], today.streams[NURSING_NEED]) < nursing_home_hazard(people, i, age, rates):
        card.waits |= WAITS_FOR_NURSING_HOME
        push(state.lists.nursing_home, out, i, today.day, WAITS_FOR_NURSING_HOME, 0.0)


@inline
def nursing_home_hazard(people: People, i: int, age: float, rates: Rates) -> float:
    """Chance that somebody who does not manage alone comes to need a nursing home this month, helped or not."""
    card, home = people.card[i], rates.home
    return home.nursing_home_entry_base * math.exp(
        home.nursing_home_entry_frailty * (np.float64(card.frailty) - home.nursing_home_reference_frailty)
        + home.nursing_home_entry_age * (age - home.nursing_home_reference_age) / 10.0
        + (home.nursing_home_entry_dementia if card.conditions & DEMENTIA else 0.0)
    )


@jit
def grant_help(
    people: People, organisations: Organisations, i: int, more: int, rates: Rates, day: int, out: Output
) -> None:  # fmt: skip
    """More home help from today on; with the first goes home nursing for a share of recipients."""
    card = people.card[i]
    write_care(people, i, out, day)
    card.help += more
    organisations.units.unit_committed[card.unit] += more
    if trait(people.key[i], rates.derived.keys[NURSING_WITH_HELP]) < rates.home.nursing_share:
        card.nursing = int(rates.home.nursing_minutes)
    people.watched[i] = 1 if card.place == HOME else 0


@jit
def write_care(people: People, i: int, out: Output, day: int) -> None:
    """Write the municipal care received from the last writing up to (not including) a day."""
    card = people.card[i]
    days = day - card.accrued
    card.accrued = day
    if days <= 0:
        return
    place = card.place
    if place == NURSING_HOME:
        write(out, people, i, day, _NURSING_DAY, days, 0, 0, -1, 0, 0)
    elif place == TEMPORARY:
        write(out, people, i, day, _TEMPORARY_DAY, days, 0, 0, -1, 0, 0)
    elif place == HOME and card.help > 0:
        write(out, people, i, day, _HELP, (days * card.help + 3) // 7, 0, 0, -1, 0, 0)
        if card.nursing > 0:
            write(out, people, i, day, _NURSING, (days * card.nursing + 3) // 7, 0, 0, -1, 0, 0)


@inline
def is_birthday_month(people: People, i: int, today: Today) -> bool:
    """Whether this is the month of the year in which the person's yearly things happen."""
    return (people.card[i].birth // 30) % 12 == today.month


@inline
def preventive_visit(people: People, i: int, age: float, rates: Rates, today: Today, out: Output) -> None:
    """The yearly preventive home visit of the municipality to those without help, in the month of birth."""
    home = rates.home
    if age < home.preventive_visit_age or people.card[i].help > 0 or not is_birthday_month(people, i, today):
        return
    if uniform(people.key[i], today.streams[PREVENTIVE]) < home.preventive_visit_accepted:
        write(out, people, i, today.day, _PREVENTIVE, 1, 0, 0, -1, 0, 0)


@inline
def end_month(people: People, i: int, out: Output, day: int) -> None:
    """Write the municipal care of somebody who has any up to (not including) the first day of the next month."""
    card = people.card[i]
    place = card.place
    if place == NURSING_HOME or place == TEMPORARY or (place == HOME and card.help > 0):
        write_care(people, i, out, day)
