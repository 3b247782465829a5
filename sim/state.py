"""Everything that tomorrow needs, as arrays: copy it, save it, load it (``.npz``, no pickle).

What is only reported lives in :mod:`sim.records`. A person takes about a hundred bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

NEVER: Final = -1_000_000
FAR: Final = 1 << 30
NOT_AT_RISK: Final = -1000.0
#: Columns of the scan are whole numbers: parts of a unit or of a doubling, and what stands for no hazard and for a day
#: never reached.
LEVEL_PARTS, OCTAVE_PARTS, HAZARD_PARTS = 4096, 512, 65536
NO_HAZARD, NEVER_DUE = -32768, 32767
_CACHE_LINE: Final = 64  # bytes

#: Where a person is.
ABSENT, HOME, HOSPITAL, TEMPORARY, NURSING_HOME, DEAD, MOVED = 0, 1, 2, 3, 4, 5, 6
PLACES: Final[tuple[str, ...]] = ("absent", "home", "hospital", "temporary place", "nursing home", "dead", "moved")

#: Why a finished-treated patient waits.
NOTHING, HOME_HELP, TEMPORARY_PLACE, NURSING_PLACE, OWN_CHOICE = 0, 1, 2, 3, 4

#: Action levels of each kind of provider.
GP_LEVELS, HOME_CARE_LEVELS, WARD_LEVELS = 5, 4, 7


#: What is looked up for the few who have something to do today: one record a person, as large as a cache line.
CARD = np.dtype(
    [
        ("illness", np.float32),  # log daily hazard of acute illness, without season, instability and recovery
        ("mortality", np.float32),  # log daily hazard of death outside hospital, without instability and recovery
        ("routine", np.float32),  # planned contacts a day
        ("recovery", np.float32),  # excess daily hazard on the day of discharge, see sim.day.risk.excess_of
        ("recovers_from", np.int32),  # day of that discharge
        ("frailty", np.float32),  # frailty index, 0 robust to 1
        ("birth", np.int32),  # day of birth
        ("practice", np.int16),  # general practice on whose list the person is
        ("unit", np.int16),  # home-care unit of the district
        ("help", np.int16),  # home help, minutes a week
        ("nursing", np.int16),  # home nursing, minutes a week
        ("sex", np.uint8),  # 0 man, 1 woman
        ("municipality", np.uint8),  # home municipality
        ("conditions", np.uint8),  # bits of measures.CONDITIONS
        ("alone", np.uint8),  # lives alone
        ("band", np.uint8),  # age band
        ("place", np.uint8),  # where the person is (see PLACES)
        ("scheme", np.uint8),  # enrolled in the yearly chronic-care fee
        ("waits", np.uint8),  # 1 for home help, 2 for a nursing home
        ("medication", np.uint8),  # medication risk, 0-3
        ("index", np.uint8),  # last course: 1 can be an index, 2 short, 4 acute medical, 8 within a day
        ("discharged", np.int32),  # end of the last hospital course
        ("acute_start", np.int32),  # start of the last acute course
        ("accrued", np.int32),  # first day of municipal care not yet written down
        ("protected", np.int32),  # last day of the effect of a follow-up visit
    ],
    align=True,
)


class People(NamedTuple):
    """One row a person, initial people first, then entrants in order of arrival.

    Columns are what the daily scan of everybody reads, and as small as that allows; ``card`` (:data:`CARD`) is what is
    looked up for a few. A bound never lies below what it bounds: who lies under it is judged by the card.
    """

    card: Any
    arrival: NDArray[np.int32]  # day of arrival
    leaves: NDArray[np.int32]  # day of moving away
    key: NDArray[np.uint64]  # stable person key
    instability: NDArray[np.float32]
    level: NDArray[np.int16]  # where instability relaxes to, in parts of 1 / LEVEL_PARTS
    illness: NDArray[np.int16]  # bound of the log daily hazard of acute illness, in parts of a doubling / OCTAVE_PARTS
    mortality: NDArray[np.int16]  # the same of death
    routine: NDArray[np.uint16]  # bound of planned contacts a day, in parts of 1 / HAZARD_PARTS
    recovery: NDArray[np.uint16]  # bound of the excess daily hazard after discharge, in parts of 1 / HAZARD_PARTS
    control: NDArray[np.int16]  # next chronic control falls due, days since the first day
    watched: NDArray[np.uint8]  # has home help at home, which can notice deterioration


#: One patient in hospital.
BED = np.dtype(
    [
        ("value", np.int64),  # tariff value, øre
        ("admitted", np.float64),  # day and hour
        ("ready", np.float64),  # when the patient is ready to leave
        ("leave", np.float64),  # when the ward lets go, by its own policy
        ("fatal", np.float64),  # death in hospital, or far away
        ("received", np.float64),  # when the municipality can receive
        ("row", np.uint32),  # row of the person
        ("episode", np.int32),  # day on which the course began
        ("nights", np.int32),  # midnights in the bed so far
        ("finished", np.int32),  # finished-treated days so far
        ("written", np.int32),  # first bed-day not yet written down
        ("notice", np.int32),  # day on which the municipality is told
        ("ward", np.int16),  # -1 at another hospital
        ("marks", np.uint16),  # flags of measures.FLAGS
        ("diagnosis", np.uint8),  # diagnosis group
        ("waits_for", np.uint8),  # what must be ready before the patient can leave
        ("needed", np.uint8),  # an acute illness for which a bed was needed
    ],
    align=True,
)


class Stays(NamedTuple):
    """People in hospital now; the first ``count[0]`` records (:data:`BED`) count."""

    count: NDArray[np.int64]  # type: ignore[assignment]  # tuples have a method of that name, not needed here
    bed: Any


#: One person waiting; ``ratio`` is severity over the need of a bed where an illness waits.
WAITING = np.dtype([("row", np.uint32), ("day", np.int32), ("ratio", np.float32), ("kind", np.uint8)], align=True)


class Queue(NamedTuple):
    """People waiting for something; the first ``count[0]`` records (:data:`WAITING`) count."""

    count: NDArray[np.int64]  # type: ignore[assignment]  # tuples have a method of that name, not needed here
    entry: Any


class Lists(NamedTuple):
    """All queues and bookings."""

    practice: Queue  # contacts in general practice without room; kind: what, day: since
    help: Queue  # home help granted by need, not yet delivered
    nursing_home: Queue
    temporary: Queue  # people in temporary places; day: until
    elective: Queue  # planned admissions; day: booked for
    follow_up: Queue  # follow-up visits; day: booked for
    returns: Queue  # people who will come back to the emergency department; day: when


#: A practice: tenths of minutes a weekday, the mean of them used by people under 65, and the share of eligible patients
#: enrolled in the chronic-care fee.
PRACTICE = np.dtype(
    [("gp_minutes", np.int64), ("gp_background", np.float64), ("gp_key", np.uint64), ("gp_enrolled", np.float64)]
)
#: A home-care unit: minutes a week.
UNIT = np.dtype([("unit_capacity", np.int64), ("unit_committed", np.int64), ("unit_municipality", np.int64)])
#: A municipality: acute-nurse visits a day, places, and shares of courses held at the catchment's hospital.
TOWN = np.dtype(
    [
        ("nurse_capacity", np.int64),
        ("temporary_capacity", np.int64),
        ("temporary_used", np.int64),
        ("nursing_capacity", np.int64),
        ("nursing_used", np.int64),
        ("help_shift", np.float64),  # shift of the frailty at which help is granted
        ("share_acute", np.float64),
        ("share_elective", np.float64),
    ]
)
WARD = np.dtype(
    [
        ("ward_beds", np.int64),
        ("ward_key", np.uint64),
        ("ward_background", np.float64),  # mean background patients
        ("ward_without_bed", np.float64),  # mean background patients whose bed was closed: they lie in other hospitals
        ("ward_modelled", np.int64),  # people of the model in the ward now
        ("ward_others", np.int64),  # patients now who are not people of the model, refill included
        ("ward_younger", np.int64),  # of these, background patients: other ages and other causes, refill included
        ("ward_before", np.int64),  # ward_modelled today before beds were allotted
        ("ward_smoothed", np.float64),  # slow mean of ward_modelled and of those outside the sample
        ("ward_reference", np.float64),  # its value at the end of burn-in; -1 before
    ]
)


class Organisations(NamedTuple):
    """Capacities, action levels (1 = observed) and today's load of organisations."""

    practices: Any
    units: Any
    towns: Any
    wards: Any
    gp_levels: NDArray[np.float64]  # (practices, actions)
    unit_levels: NDArray[np.float64]
    ward_levels: NDArray[np.float64]
    census: NDArray[np.int64]  # (alive, at home, nursing home, living alone; municipalities; bands)
    census_since: NDArray[np.int64]  # the same, summed over heads: day from which their person-days are not recorded
    listed: NDArray[np.int64]  # (practices, municipalities, bands, risk groups, enrolled)
    listed_since: NDArray[np.int64]  # the same, summed over those listed
    present: NDArray[np.int64]  # (1,) rows that have arrived
    others: NDArray[np.float64]  # (measuring.USES,) smoothed use of the sample over what is expected of it


def day_gone(card: Any, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Day on which people died or moved away, :data:`FAR` for those who are here; their care was written that day."""
    place = card["place"][rows]
    return np.where((place == DEAD) | (place == MOVED), card["accrued"][rows], FAR).astype(np.int64)


class State(NamedTuple):
    """The whole state of a run."""

    people: People
    stays: Stays
    lists: Lists
    organisations: Organisations


def records(size: int, kind: Any, made: Any = np.zeros) -> Any:
    """An array of ``size`` records, all zero, whose fields are attributes; it begins where a cache line begins."""
    room = made(size * kind.itemsize + _CACHE_LINE, np.uint8)
    start = -room.ctypes.data % _CACHE_LINE
    return room[start : start + size * kind.itemsize].view(kind).view(np.recarray)


def empty_queue(room: int) -> Queue:
    """A queue with room for ``room`` people; what lies beyond those in it is unwritten."""
    return Queue(np.zeros(1, np.int64), records(room, WAITING, np.empty))


def empty_stays(room: int) -> Stays:
    """Stays with room for ``room`` patients; what lies beyond those in them is unwritten."""
    return Stays(np.zeros(1, np.int64), records(room, BED, np.empty))


def empty_lists() -> Lists:
    """Queues without room; they get it before the first day (:mod:`sim.room`)."""
    return Lists(*(empty_queue(0) for _ in Lists._fields))


def arrays(state: Any, prefix: str = "") -> Iterator[tuple[str, NDArray[Any]]]:
    """All arrays of a state (or part of one) with dotted names, in a stable order; of a list, what is in it."""
    is_list = isinstance(state, Queue | Stays)
    for name, value in zip(state._fields, state, strict=True):
        if isinstance(value, np.ndarray):
            yield prefix + name, value[: int(state.count[0])] if is_list and name != "count" else value
        else:
            yield from arrays(value, f"{prefix}{name}.")


def _map(state: Any, function: Any, prefix: str = "") -> Any:
    return type(state)(
        *(
            function(prefix + name, value)
            if isinstance(value, np.ndarray)
            else _map(value, function, f"{prefix}{name}.")
            for name, value in zip(state._fields, state, strict=True)
        )
    )


def copy_state(state: State) -> State:
    """An independent copy."""
    copied: State = _map(state, lambda _, array: array.copy())
    return copied


def save_state(state: State, path: Path) -> None:
    """Write a state to an ``.npz`` file."""
    columns: dict[str, Any] = dict(arrays(state))
    np.savez_compressed(path, **columns)


def load_state(like: State, path: Path) -> State:
    """Read a state saved by :func:`save_state`; ``like`` gives the shape."""
    with np.load(path, allow_pickle=False) as saved:
        loaded: State = _map(like, lambda name, old: saved[name].view(type(old)))
    return loaded


def bytes_per_person(state: State) -> float:
    """Bytes of all columns of people over the people living now."""
    size = sum(array.nbytes for _, array in arrays(state.people))
    return size / max(1, int(state.organisations.census[0].sum()))
