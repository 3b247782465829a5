"""Little's law over a year: the mean number there is arrivals a day times the mean time there.

It holds for any queue and any law (Little 1961), so here it is a check of bookkeeping: the number there is counted
night by night, arrivals and times are read from other books (events with their dates, or the date kept in the queue).
Over a finite window the law is exact once the time of those there at the start and at the end is accounted for, so no
tolerance is needed. Practices, home care and nursing homes are given too little room, so that people wait.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.clock import date_of
from sim.measures import FLAG, MEASURE
from sim.months import Months
from sim.records import COUNTER, WARD_COUNTER
from sim.scenario import Scenario
from sim.state import DEAD, HOME, HOSPITAL, MOVED, NURSING_HOME, Queue

QUEUES = ("practice", "help", "nursing_home")
ACUTE_CONTACT = 200
#: Person, day since when, kind; and how many such.
Waiting = Counter[tuple[int, int, int]]


@dataclass
class Year:
    """What a year left behind; nights are counted after each day."""

    start: int
    stop: int = 0
    in_wards: list[NDArray[np.int64]] = field(default_factory=list)  # patients by ward, the last elsewhere
    waiting: dict[str, list[Waiting]] = field(default_factory=lambda: {name: [] for name in QUEUES})
    places: list[NDArray[np.uint8]] = field(default_factory=list)
    events: list[NDArray[Any]] = field(default_factory=list)
    modelled_days: int = 0
    help_wait_days: int = 0
    help_short_days: int = 0
    nursing_home_entries: int = 0
    nights_at_start: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    nights_at_end: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def event(self) -> NDArray[Any]:
        """All events of the year."""
        return np.concatenate(self.events)

    def leavers(self, queue: str) -> list[tuple[int, tuple[int, int, int], int]]:
        """Day of leaving, who (person, since, kind), and how many such."""
        nights = self.waiting[queue]
        return [
            (self.start + d - 1, who, number)
            for d in range(1, len(nights))
            for who, number in (nights[d - 1] - nights[d]).items()
        ]


def who_waits(queue: Queue) -> Waiting:
    entries = queue.entry[: int(queue.count[0])]
    return Counter(zip(entries.row.tolist(), entries.day.tolist(), entries.kind.tolist(), strict=True))


def nights_so_far(run: Months) -> NDArray[np.int64]:
    bed = run.world.state.stays.bed[: int(run.world.state.stays.count[0])]
    wards = len(run.world.network.wards)
    return np.bincount(bed.ward % (wards + 1), bed.nights, wards + 1).astype(np.int64)


@pytest.fixture(scope="module")
def year(seed: int) -> Year:
    scenario = Scenario.load("denmark-2018").with_({"population.scale": 0.2})
    run = Months(scenario, seed, keep_events=True)
    run.others = None  # capacities below are those of the sample
    run.live(run.day + 1)
    organisations, lists = run.world.state.organisations, run.world.state.lists
    practices = organisations.practices
    room = practices.gp_minutes - practices.gp_background
    practices.gp_minutes[:] = np.rint(practices.gp_background + 0.2 * room)
    organisations.units.unit_capacity[:] = np.rint(0.97 * organisations.units.unit_committed)
    organisations.towns.nursing_capacity[:] = np.rint(0.88 * organisations.towns.nursing_used)
    while date_of(run.day).day != 1 or run.day < scenario.first_day + 40:
        run.live(scenario.last_day)
    wards = len(run.world.network.wards)
    lived = Year(run.day, nights_at_start=nights_so_far(run))
    for name in QUEUES:
        lived.waiting[name].append(who_waits(getattr(lists, name)))
    lived.places.append(run.world.state.people.card.place.copy())
    for _ in range(365):
        out = run.live(run.day + 1)
        bed = run.world.state.stays.bed[: int(run.world.state.stays.count[0])]
        lived.in_wards.append(np.bincount(bed.ward % (wards + 1), minlength=wards + 1))
        for name in QUEUES:
            lived.waiting[name].append(who_waits(getattr(lists, name)))
        lived.places.append(run.world.state.people.card.place.copy())
        if date_of(run.day).day == 1:
            lived.events.append(out.row[: int(out.used[0])].copy())
            lived.modelled_days += int(out.ward[WARD_COUNTER["modelled_days"]].sum())
            lived.help_wait_days += int(out.people[COUNTER["home_care_wait_days"]].sum())
            lived.help_short_days += int(out.people[COUNTER["home_care_short_days"]].sum())
            lived.nursing_home_entries += int(out.people[COUNTER["nursing_home_entries"]].sum())
    lived.stop, lived.nights_at_end = run.day, nights_so_far(run)
    assert date_of(lived.stop).day == 1
    return lived


def by_ward(year: Year, measure: str, what: str) -> NDArray[np.int64]:
    events = year.event
    own = events[events["measure"] == MEASURE[measure]]
    wards = len(year.in_wards[0])
    return np.bincount(own["ward"] % wards, own[what], wards).astype(np.int64)


def test_patients_in_each_ward_are_admissions_a_day_times_nights(year: Year) -> None:
    patients = np.sum(year.in_wards, axis=0)
    nights = by_ward(year, "hospital_course", "nth")  # of the courses that ended
    assert (patients[[0, 2, 3, 4, 5, 6]] > 100).all()
    np.testing.assert_array_equal(patients, nights + year.nights_at_end - year.nights_at_start)


def test_bed_days_written_down_are_the_patients_counted_each_night(year: Year) -> None:
    patients = np.sum(year.in_wards, axis=0)
    np.testing.assert_array_equal(by_ward(year, "bed_day", "quantity"), patients)
    assert year.modelled_days == patients[:-1].sum()


def test_admissions_less_courses_ended_is_the_change_of_patients(year: Year) -> None:
    come = by_ward(year, "acute_admission", "quantity") + by_ward(year, "elective_admission", "quantity")
    gone = by_ward(year, "hospital_course", "quantity")
    assert (come - gone).sum() == year.in_wards[-1].sum() - np.sum(year.places[0] == HOSPITAL)


@pytest.mark.parametrize("queue", QUEUES)
def test_people_in_a_queue_are_arrivals_a_day_times_days_waited(year: Year, queue: str) -> None:
    nights = year.waiting[queue]
    total = sum(night.total() for night in nights[1:])
    assert total > 5000
    left = sum(number * (day - since) for day, (_, since, _), number in year.leavers(queue))

    def so_far(night: Waiting, today: int) -> int:
        return sum(number * (today - since) for (_, since, _), number in night.items())

    assert total == left + so_far(nights[-1], year.stop) - so_far(nights[0], year.start)


@pytest.mark.parametrize("queue", QUEUES)
def test_who_joins_a_queue_joins_it_today(year: Year, queue: str) -> None:
    nights = year.waiting[queue]
    for d in range(1, len(nights)):
        assert all(since == year.start + d - 1 for _, since, _ in nights[d] - nights[d - 1])


def test_days_waited_in_general_practice_are_those_between_need_and_contact(year: Year) -> None:
    """Planned contacts carry the day of the need; who was in hospital when called, or has died, is not served."""
    events = year.event
    planned = [MEASURE[f"gp_{kind}"] for kind in ("consultation", "phone", "email", "home_visit", "chronic_control")]
    late = events[np.isin(events["measure"], planned) & ((events["marks"] & FLAG["acute"]) == 0)]
    late = late[late["day"] > late["episode"]]
    served = Counter(zip(late["person"].tolist(), late["episode"].tolist(), late["day"].tolist(), strict=True))
    left: Counter[tuple[int, int, int]] = Counter()
    for day, (person, since, kind), number in year.leavers("practice"):
        if kind != ACUTE_CONTACT:
            left[person, since, day] += number
    assert served.total() > 1000
    assert not served - left
    for person, _, day in left - served:
        before, after = year.places[day - year.start][person], year.places[day - year.start + 1][person]
        assert before == HOSPITAL or after in (DEAD, MOVED)


def test_days_waited_for_home_help_are_those_counted_for_the_indicator(year: Year) -> None:
    """Who was away in the morning keeps the place in the queue, and no day is counted."""
    at_home = 0
    for morning, night in zip(year.places, year.waiting["help"][1:], strict=False):
        at_home += sum(number for (person, *_), number in night.items() if morning[person] == HOME)
    assert year.help_wait_days + year.help_short_days == at_home > 0
    assert min(year.help_wait_days, year.help_short_days) > 0


def test_who_leaves_the_queue_for_a_nursing_home_moved_in_or_is_gone(year: Year) -> None:
    moved_in = 0
    for day, (person, _, _), _ in year.leavers("nursing_home"):
        place = year.places[day - year.start + 1][person]
        assert place in (NURSING_HOME, HOSPITAL, DEAD, MOVED)
        moved_in += place == NURSING_HOME
    assert 0 < moved_in <= year.nursing_home_entries
