"""Death: at home, in a nursing home, or in hospital."""

from __future__ import annotations

from sim.compiled import jit
from sim.day.frame import Output, Today, Work, census, count
from sim.day.home_care import leave_temporary_list, release_help
from sim.day.month import write_care
from sim.day.risk import at_rest
from sim.day.scan import DEATHS
from sim.records import COUNTER
from sim.state import DEAD, NURSING_HOME, TEMPORARY, State

_DEATHS, _IN_HOSPITAL, _WITHIN_30 = COUNTER["deaths"], COUNTER["deaths_in_hospital"], COUNTER["deaths_30_days"]
_EXITS, _RESIDENT = COUNTER["nursing_home_exits"], COUNTER["nursing_home_deaths"]
_AFTER_DAY_STAY = COUNTER["deaths_after_day_stay"]


@jit
def die_today(state: State, today: Today, work: Work, out: Output) -> None:
    """Deaths outside hospital; they come before any admission of the day."""
    for j in range(work.counts[DEATHS]):
        i = work.found[DEATHS, j]
        card = state.people.card[i]
        die(state, i, today.day, out, False, card.place == NURSING_HOME)


@jit
def die(state: State, i: int, day: int, out: Output, in_hospital: bool, resident: bool) -> None:
    """A person dies; places and hours are freed."""
    people, organisations = state.people, state.organisations
    card = people.card[i]
    write_care(people, i, out, day)
    release_help(state, i)
    if card.place == TEMPORARY:
        leave_temporary_list(state, i)
    if resident:
        organisations.towns.nursing_used[card.municipality] -= 1
        count(out, people, i, _EXITS, 1)
        if not in_hospital:
            count(out, people, i, _RESIDENT, 1)
    count(out, people, i, _DEATHS, 1)
    if in_hospital:
        count(out, people, i, _IN_HOSPITAL, 1)
    if day - card.acute_start <= 30:
        count(out, people, i, _WITHIN_30, 1)
    if card.index & 8 and day - card.discharged <= 30:
        count(out, people, i, _AFTER_DAY_STAY, 1)
    census(people, organisations, i, -1, day)
    card.place = DEAD
    at_rest(people, i)
