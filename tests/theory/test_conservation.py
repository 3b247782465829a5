"""People, beds, places and hours are conserved every day."""

from __future__ import annotations

import numpy as np
import pytest

from sim.months import Months
from sim.records import COUNTER
from sim.scenario import Scenario
from sim.state import ABSENT, DEAD, HOME, HOSPITAL, MOVED, NURSING_HOME, TEMPORARY

DAYS = 120
BACK_TO_NURSING_HOME = 5
LIVING = (HOME, HOSPITAL, TEMPORARY, NURSING_HOME)


@pytest.fixture
def run(seed: int) -> Months:
    return Months(Scenario.load("denmark-2018").with_({"population.scale": 0.15}), seed)


def test_who_comes_stays_dies_or_moves_and_nobody_is_lost(run: Months) -> None:
    state = run.world.state
    card = state.people.card
    deaths_before = 0
    alive_before = came_before = gone_before = 0
    for day in range(run.day, run.day + DAYS):
        month_before = run.month
        out = run.live(day + 1)
        come = int(state.organisations.present[0])
        there = card.place[:come]
        assert (card.place[come:] != HOME).all()
        assert (there != ABSENT).all()
        alive, dead, moved = np.isin(there, LIVING).sum(), np.sum(there == DEAD), np.sum(there == MOVED)
        assert alive + dead + moved == come
        deaths = int(out.people[COUNTER["deaths"]].sum())
        died_today = deaths - (deaths_before if day > run.scenario.first_day else 0)
        if alive_before:
            assert alive - alive_before == (come - came_before) - (int(dead + moved) - gone_before)
        assert int(dead) >= died_today >= 0
        deaths_before = deaths if run.month == month_before else 0
        alive_before, came_before, gone_before = int(alive), come, int(dead + moved)
        assert int(state.organisations.census[0].sum()) == alive
        assert int(state.organisations.listed.sum()) == alive


def test_beds_places_and_hours_are_those_of_the_people_in_them(run: Months) -> None:
    state = run.world.state
    card, organisations = state.people.card, state.organisations
    towns, wards = len(organisations.towns), len(organisations.wards)
    for day in range(run.day, run.day + DAYS):
        run.live(day + 1)
        bed = state.stays.bed[: int(state.stays.count[0])]
        assert len(np.unique(bed.row)) == len(bed) == np.sum(card.place == HOSPITAL)
        assert (card.place[bed.row] == HOSPITAL).all()
        np.testing.assert_array_equal(np.bincount(bed.ward[bed.ward >= 0], minlength=wards), organisations.wards.ward_modelled)
        away = bed.row[bed.waits_for == BACK_TO_NURSING_HOME]
        residents = np.append(np.flatnonzero(card.place == NURSING_HOME), away)
        np.testing.assert_array_equal(np.bincount(card.municipality[residents], minlength=towns), organisations.towns.nursing_used)
        temporary = card.municipality[card.place == TEMPORARY]
        np.testing.assert_array_equal(np.bincount(temporary, minlength=towns), organisations.towns.temporary_used)
        assert sorted(state.lists.temporary.entry.row[: int(state.lists.temporary.count[0])]) == list(np.flatnonzero(card.place == TEMPORARY))
        hours = np.bincount(card.unit, card.help, len(organisations.units))
        np.testing.assert_array_equal(hours, organisations.units.unit_committed)
        for name in ("help", "nursing_home"):
            queue = getattr(state.lists, name)
            assert len(np.unique(queue.entry.row[: int(queue.count[0])])) == int(queue.count[0])
