"""People, beds, places and hours are conserved every day."""

from __future__ import annotations

import numpy as np
import pytest

from sim.months import Months
from sim.records import COUNTER
from sim.scenario import Scenario
from sim.state import DEAD, HOME, HOSPITAL, MOVED, NURSING_HOME, TEMPORARY

DAYS = 120
BACK_TO_NURSING_HOME = 5
LIVING = (HOME, HOSPITAL, TEMPORARY, NURSING_HOME)


@pytest.fixture
def run(seed: int) -> Months:
    return Months(Scenario.load("denmark-2018").with_({"population.scale": 0.15}), seed)


def test_who_comes_stays_dies_or_moves_and_nobody_is_lost(run: Months) -> None:
    state, closed = run.world.state, 0
    for day in range(run.day, run.day + DAYS):
        month = run.month
        out = run.live(day + 1)
        come = int(state.organisations.present[0])
        assert come == np.sum(state.people.arrival <= day)
        place = state.people.card.place[:come]
        alive, dead, moved = (int(np.isin(place, there).sum()) for there in (LIVING, [DEAD], [MOVED]))
        assert alive + dead + moved == come
        deaths = closed + int(out.people[COUNTER["deaths"]].sum())
        assert deaths == dead
        closed = deaths if run.month != month else closed
        assert int(state.organisations.census[0].sum()) == alive
        assert int(state.organisations.listed.sum()) == alive
    assert dead > 50
    assert moved > 0


def test_beds_places_and_hours_are_those_of_the_people_in_them(run: Months) -> None:
    state = run.world.state
    organisations = state.organisations
    towns, wards = len(organisations.towns), len(organisations.wards)
    for day in range(run.day, run.day + DAYS):
        run.live(day + 1)
        card = state.people.card[: int(organisations.present[0])]
        bed = state.stays.bed[: int(state.stays.count[0])]
        assert len(np.unique(bed.row)) == len(bed) == np.sum(card.place == HOSPITAL)
        assert (card.place[bed.row] == HOSPITAL).all()
        in_wards = np.bincount(bed.ward[bed.ward >= 0], minlength=wards)
        np.testing.assert_array_equal(in_wards, organisations.wards.ward_modelled)
        away = bed.row[bed.waits_for == BACK_TO_NURSING_HOME]
        residents = np.append(np.flatnonzero(card.place == NURSING_HOME), away)
        used = np.bincount(card.municipality[residents], minlength=towns)
        np.testing.assert_array_equal(used, organisations.towns.nursing_used)
        temporary = np.flatnonzero(card.place == TEMPORARY)
        used = np.bincount(card.municipality[temporary], minlength=towns)
        np.testing.assert_array_equal(used, organisations.towns.temporary_used)
        listed = state.lists.temporary.entry.row[: int(state.lists.temporary.count[0])]
        np.testing.assert_array_equal(np.sort(listed), temporary)
        hours = np.bincount(card.unit, card.help, len(organisations.units))
        np.testing.assert_array_equal(hours, organisations.units.unit_committed)
        for name in ("help", "nursing_home"):
            queue = getattr(state.lists, name)
            assert len(np.unique(queue.entry.row[: int(queue.count[0])])) == int(queue.count[0])
