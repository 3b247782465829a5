"""People and places are conserved on every day: nobody is lost, doubled or in two places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.day.frame import BANDS, RISK_GROUPS
from sim.measures import MEASURE
from sim.months import Months
from sim.records import COUNTER
from sim.state import ABSENT, DEAD, HOME, HOSPITAL, MOVED, NURSING_HOME, TEMPORARY
from tests.sim.small_runs import WORLDS, small

BACK_TO_NURSING_HOME = 5  # what a resident of a nursing home waits for in hospital
RAN_OUT = (
    "gp_planned_unmet",
    "acute_nurse_unmet",
    "temporary_place_unmet",
    "nursing_home_wait_days",
    "home_care_wait_days",
    "diversions",
    "elective_cancelled",
)
ALIVE = (HOME, HOSPITAL, TEMPORARY, NURSING_HOME)


class Day:
    """One evening: columns of those who have arrived, and what has been counted since the start."""

    def __init__(self, run: Months, before: NDArray[np.int64], activity_before: NDArray[np.int64]) -> None:
        state = run.world.state
        self.run, self.state = run, state
        self.present = int(state.organisations.present[0])
        self.card = state.people.card[: self.present]
        self.place = np.asarray(self.card["place"]).copy()
        self.alive = np.isin(self.place, ALIVE)
        self.counted = before + run.out.people
        self.activity = activity_before + run.out.activity
        self.inpatients = int(state.stays.count[0])

    def total(self, counter: str) -> int:
        return int(self.counted[COUNTER[counter]].sum())

    def rows_in(self, queue: Any) -> NDArray[np.int64]:
        return np.asarray(queue.entry["row"][: int(queue.count[0])], np.int64)

    @property
    def admitted_less_ended(self) -> int:
        """Courses started less those ended since the start."""
        started, planned, ended = (
            int(self.activity[MEASURE[name]].sum())
            for name in ("acute_admission", "elective_admission", "hospital_course")
        )
        return started + planned - ended

    @property
    def beds(self) -> Any:
        return self.state.stays.bed[: int(self.state.stays.count[0])]


def evenings(run: Months) -> Iterator[Day]:
    """Live a run day by day."""
    people, activity = np.zeros_like(run.out.people), np.zeros_like(run.out.activity)
    while not run.finished:
        month_end = run.month_end
        run.live(run.day + 1)
        yield Day(run, people, activity)
        if run.day == month_end:
            people, activity = people + run.out.people, activity + run.out.activity


@pytest.fixture(scope="module", params=list(WORLDS))
def faults(request: pytest.FixtureRequest, seed: int) -> dict[str, list[str]]:
    """Everything that was found wrong on any day of a year, by what was checked, in a roomy and a tight world."""
    run = WORLDS[request.param](Months(small(scale=0.05), seed))
    found: dict[str, list[str]] = {name: [] for name in CHECKS}
    before: Day | None = None
    for today in evenings(run):
        for name, check in CHECKS.items():
            if problem := check(today, before):
                found[name].append(f"day {run.day - run.scenario.first_day}: {problem}")
        before = today
    assert before is not None
    assert before.total("deaths") > 50
    assert int(before.activity[MEASURE["acute_admission"]].sum()) > 300
    if request.param == "tight":
        unmet = (
            "gp_planned_unmet",
            "acute_nurse_unmet",
            "temporary_place_unmet",
            "nursing_home_wait_days",
            "diversions",
        )
        assert all(before.total(name) > 0 for name in (*unmet, "home_care_wait_days", "elective_cancelled"))
    return found


def heads_add_up(today: Day, before: Day | None) -> str:
    """Arrivals less deaths and moves are those alive."""
    gone = int(np.sum((today.place == DEAD) | (today.place == MOVED)))
    if int(today.alive.sum()) != today.present - gone:
        return f"{int(today.alive.sum())} alive of {today.present} arrived and {gone} gone"
    if int(np.sum(today.place == DEAD)) != today.total("deaths"):
        return f"{int(np.sum(today.place == DEAD))} dead, {today.total('deaths')} deaths counted"
    return ""


def arrivals_are_on_time(today: Day, before: Day | None) -> str:
    """Exactly those whose day has come have arrived."""
    arrival = np.asarray(today.state.people.arrival)
    due = int(np.sum(arrival < today.run.day))
    others = np.asarray(today.state.people.card["place"])[today.present :]
    if today.present != due or np.any((others != ABSENT) & (others != NURSING_HOME)) or np.any(today.place == ABSENT):
        return f"{today.present} arrived, {due} due"
    return ""


def the_gone_stay_gone(today: Day, before: Day | None) -> str:
    """Nobody comes back from death or from another town."""
    if before is None:
        return ""
    then, now = before.place, today.place[: before.present]
    back = ((then == DEAD) & (now != DEAD)) | ((then == MOVED) & (now != MOVED))
    return f"rows {np.flatnonzero(back)[:5]} came back" if back.any() else ""


def head_counts_are_recounts(today: Day, before: Day | None) -> str:
    """Head counts kept day by day equal a recount of everybody."""
    census = today.state.organisations.census
    alone = np.asarray(today.card["alone"]) == 1
    at_home = (today.place == HOME) | (today.place == TEMPORARY)
    for k, who in enumerate((today.alive, at_home, today.place == NURSING_HOME, today.alive & alone)):
        recount = np.zeros(census.shape[1:], np.int64)
        np.add.at(recount, (np.asarray(today.card["municipality"])[who], np.asarray(today.card["band"])[who]), 1)
        if not np.array_equal(recount, census[k]):
            return f"count {k}: {recount.sum()} there, {census[k].sum()} counted"
    return ""


def person_days_are_the_heads_of_every_day(today: Day, before: Day | None) -> str:
    """What a day adds to person-days is the head count of its evening, on the first day as on all others."""
    rows = [COUNTER[name] for name in ("person_days", "home_days", "nursing_home_days", "living_alone_days")]
    added = today.counted[rows] - (before.counted[rows] if before else 0)
    census = today.state.organisations.census
    return "" if np.array_equal(added, census) else f"{added.sum(axis=(1, 2))} added, {census.sum(axis=(1, 2))} there"


def lists_of_practices_are_recounts(today: Day, before: Day | None) -> str:
    """Everybody alive stands on one practice's list, in the right cell."""
    listed, card, alive = today.state.organisations.listed, today.card, today.alive
    conditions = np.asarray(card["conditions"]).astype(np.int64)
    risk = ((conditions >> 1) & 1) + 2 * (conditions & 1)
    cell = ((np.asarray(card["municipality"]).astype(np.int64) * BANDS + card["band"]) * RISK_GROUPS + risk) * 2
    cell = cell + card["scheme"]
    recount = np.zeros_like(listed)
    np.add.at(recount, (np.asarray(card["practice"])[alive], cell[alive]), 1)
    return "" if np.array_equal(recount, listed) else f"{np.abs(recount - listed).sum()} people on wrong lists"


def patients_lie_in_one_bed(today: Day, before: Day | None) -> str:
    """People in hospital are those with a stay, each one; wards count their own."""
    rows, ward = np.asarray(today.beds["row"]), np.asarray(today.beds["ward"])
    if sorted(rows) != np.flatnonzero(today.place == HOSPITAL).tolist():
        return f"{len(rows)} stays, {int(np.sum(today.place == HOSPITAL))} people in hospital"
    wards = today.state.organisations.wards
    counted = np.asarray(wards["ward_modelled"])
    if not np.array_equal(np.bincount(ward[ward >= 0], minlength=len(counted)), counted):
        return f"wards count {counted}"
    return ""


def courses_started_have_ended_or_go_on(today: Day, before: Day | None) -> str:
    """Those in hospital on the first evening, and admissions less ended courses since, are the people in hospital."""
    if before is None:
        return ""
    due = before.inpatients + today.admitted_less_ended - before.admitted_less_ended
    return "" if due == today.inpatients else f"{due} due, {today.inpatients} in"


def temporary_places_are_held_by_one_person_each(today: Day, before: Day | None) -> str:
    rows, towns = today.rows_in(today.state.lists.temporary), today.state.organisations.towns
    if sorted(rows) != np.flatnonzero(today.place == TEMPORARY).tolist():
        return f"{len(rows)} places held, {int(np.sum(today.place == TEMPORARY))} people in one"
    used = np.bincount(np.asarray(today.card["municipality"])[rows], minlength=len(towns))
    return "" if np.array_equal(used, towns["temporary_used"]) else f"{used} there, {towns['temporary_used']} counted"


def nursing_home_places_are_held_by_residents(today: Day, before: Day | None) -> str:
    """A resident in hospital keeps the place."""
    residents = today.place == NURSING_HOME
    away = np.asarray(today.beds["row"])[np.asarray(today.beds["waits_for"]) == BACK_TO_NURSING_HOME]
    residents[away] = True
    towns = today.state.organisations.towns
    used = np.bincount(np.asarray(today.card["municipality"])[residents], minlength=len(towns))
    return "" if np.array_equal(used, towns["nursing_used"]) else f"{used} there, {towns['nursing_used']} counted"


def hours_of_home_help_are_those_people_have(today: Day, before: Day | None) -> str:
    units = today.state.organisations.units
    minutes = np.bincount(np.asarray(today.card["unit"]), np.asarray(today.card["help"]), minlength=len(units))
    if not np.array_equal(minutes.astype(np.int64), units["unit_committed"]):
        return f"{minutes.sum():.0f} minutes there, {units['unit_committed'].sum()} counted"
    helped = (np.asarray(today.card["help"]) > 0) | (np.asarray(today.card["nursing"]) > 0)
    wrong = helped & np.isin(today.place, (DEAD, MOVED, ABSENT, NURSING_HOME))
    return f"rows {np.flatnonzero(wrong)[:5]} get help and live in no home" if wrong.any() else ""


def nobody_waits_twice_for_the_same(today: Day, before: Day | None) -> str:
    lists = today.state.lists
    for name in ("help", "nursing_home"):
        rows = today.rows_in(getattr(lists, name))
        if len(set(rows.tolist())) != len(rows):
            return f"somebody stands twice in the queue for {name}"
        gone = rows[np.isin(today.place[rows], (DEAD, MOVED))]
        if before is not None and np.isin(before.place[gone[gone < before.present]], (DEAD, MOVED)).any():
            return f"somebody gone since yesterday waits for {name}"
    return ""


def midnights_are_counted_once(today: Day, before: Day | None) -> str:
    """Person-days, days at home and in nursing homes grow by the heads of the evening."""
    then = {name: before.total(name) if before else 0 for name in ("person_days", "home_days", "nursing_home_days")}
    heads = {
        "person_days": today.alive,
        "home_days": (today.place == HOME) | (today.place == TEMPORARY),
        "nursing_home_days": today.place == NURSING_HOME,
    }
    for name, who in heads.items():
        if today.total(name) - then[name] != int(who.sum()):
            return f"{name} grew by {today.total(name) - then[name]}, {int(who.sum())} heads"
    return ""


def capacities_hold(today: Day, before: Day | None) -> str:
    """Temporary places are never overbooked; a nursing home only by the guarantee of two months."""
    towns = today.state.organisations.towns
    over = np.asarray(towns["temporary_used"]) > np.maximum(np.asarray(towns["temporary_capacity"]), 0)
    return f"temporary places {towns['temporary_used']} of {towns['temporary_capacity']}" if over.any() else ""


CHECKS = {
    check.__name__: check
    for check in (
        heads_add_up, arrivals_are_on_time, the_gone_stay_gone, head_counts_are_recounts,
        person_days_are_the_heads_of_every_day,
        lists_of_practices_are_recounts, patients_lie_in_one_bed, courses_started_have_ended_or_go_on,
        temporary_places_are_held_by_one_person_each, nursing_home_places_are_held_by_residents,
        hours_of_home_help_are_those_people_have, nobody_waits_twice_for_the_same, midnights_are_counted_once,
        capacities_hold,
    )
}  # fmt: skip


@pytest.mark.parametrize("check", CHECKS)
def test_on_every_day(check: str, faults: dict[str, list[str]]) -> None:
    assert faults[check][:3] == []
