"""What every process of the day is handed beside the state: today, scratch room, and where to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.chance import DECISIONS, STEP_DAY, mix
from sim.compiled import inline, jit
from sim.measures import AGE_BANDS, AXES, FLAG
from sim.records import Deliverers, Sums, empty_counters, empty_log, empty_sums
from sim.state import ABSENT, DEAD, HOME, MOVED, NURSING_HOME, TEMPORARY, Organisations, People, Queue

if TYPE_CHECKING:
    from sim.payment.accounts import Places

CHUNK = 1024  # people looked at together: what is known of them stays in the nearest cache until they are judged
RISK_GROUPS = 4
BANDS = len(AGE_BANDS)
STAY_BINS, RETURN_BINS = 401, 32
_ENROLLED, _CHRONIC = FLAG["enrolled"], FLAG["chronic"]
_PRACTICE, _UNIT, _WARD = (AXES.index(name) for name in ("practice", "unit", "ward"))

#: Lists held less than :mod:`sim.day.room` reserved: a fault of the program. The place is named in the error.
FAULT_ACTIVITY, FAULT_QUEUE, FAULT_STAYS, FAULT_CLAIMS = 1, 2, 3, 4


class Today(NamedTuple):
    """The day being lived."""

    day: int
    since: int  # days since the first day of the run
    weekday: int  # 0 Monday
    workday: bool
    season: float
    month: int  # 0 January
    streams: NDArray[np.uint64]
    nurse_free: NDArray[np.int64]  # visits left today, by municipality


#: Ratio of severity to need of somebody without an acute illness: far above 1, below which a bed is needed.
NOT_ILL = 9.0
#: What a level is at least where something is divided by it: nothing takes more than ten times as long. No action may
#: fall so low by its range; only a scenario that widens the range meets it.
LEAST_LEVEL = 0.1
LOTS = 1125899906842624.0  # 2**50: lots that the lower bits of a rank can hold

#: One claim on a capacity: size in tenths of minutes or 1; ratio below 1 means that a bed is needed.
CLAIM = np.dtype(
    [
        ("rank", np.uint64),
        ("ratio", np.float64),
        ("row", np.uint32),
        ("place", np.int32),  # practice, unit, municipality or ward
        ("since", np.int32),
        ("amount", np.int32),
        ("kind", np.uint8),
        ("municipality", np.uint8),  # what the activity table says of the person, only of claims on a practice
        ("band", np.uint8),
        ("unit", np.int16),
        ("marks", np.uint16),
    ],
    align=True,
)


class Claims(NamedTuple):
    """Claims on a capacity (:data:`CLAIM`), collected before any is served, and the order of serving."""

    count: NDArray[np.int64]  # type: ignore[assignment]  # tuples have a method of that name, not needed here
    entry: Any
    order: NDArray[np.uint32]


class Work(NamedTuple):
    """Scratch room of a day; nothing here is remembered."""

    flags: NDArray[np.uint8]  # of a chunk of people, as are the next eleven
    eight_flags: NDArray[np.uint64]  # the same memory, eight people at a time
    upper: NDArray[np.int32]  # halves of the day's hash
    lower: NDArray[np.int32]
    events: NDArray[np.float64]  # of a chunk of people in a month: what happens by chance, and the drift of frailty
    drifts: NDArray[np.float64]
    cells: NDArray[np.uint32]  # of the year before: rows of the solved rises of frailty, and rises by onsets
    onsets: NDArray[np.float64]
    flagged: NDArray[np.uint32]  # where a flag is set
    found: NDArray[np.uint32]  # (what, people) rows for whom something happens today
    relapse: NDArray[np.uint8]
    counts: NDArray[np.int64]  # how many were found of each
    practice: Claims
    nurse: Claims
    emergency: Claims
    beds: Claims
    starts: NDArray[np.int64]
    fill: NDArray[np.int64]
    streams: NDArray[np.uint64]  # streams of the day, by decision
    nurse_free: NDArray[np.int64]  # acute-nurse visits left today, by municipality
    room: NDArray[np.int64]  # the most that each list can need today (sim.day.room.LISTS)


#: Columns of a :class:`Load`: a day uses column ``day % LOAD_DAYS``, and no two days of a month share one.
LOAD_DAYS = 31


class Load(NamedTuple):
    """People of the catchment who are not in the sample, as load by day of the running month (zero from scale 1 on).

    Written by :mod:`sim.others` on the first morning of a month; the day only reads it.
    """

    practice: NDArray[np.int64]  # (practices, 2, days) tenths of minutes wanted: pressing care, and the rest
    ward: NDArray[np.int64]  # (wards, 3, days) patients before beds are allotted, after, and at midnight
    planned: NDArray[np.float64]  # (wards,) planned admissions asked for over those that found a bed
    unit: NDArray[np.int64]  # (units, days) minutes a week committed
    nurse: NDArray[np.int64]  # (municipalities, days) visits wanted
    temporary: NDArray[np.int64]  # (municipalities, days) places in use
    nursing_home: NDArray[np.int64]  # (municipalities, days) places in use


class Output(NamedTuple):
    """Where the day writes."""

    used: NDArray[np.int64]  # (1,) rows written
    row: Any  # records.EVENT
    people: NDArray[np.int64]  # (counters, municipalities, bands): records.COUNTERS
    activity: NDArray[np.int64]  # (measures, municipalities, bands) events
    quantity: NDArray[np.int64]  # (measures, municipalities, bands), found from the sums when the month is closed
    ward: NDArray[np.int64]  # (ward counters, wards): records.WARD_COUNTERS
    stay_bins: NDArray[np.int64]  # sixths of days
    return_bins: NDArray[np.int64]  # days to readmission
    listed_days: NDArray[np.int64]  # (practices, municipalities x bands x risk groups x enrolled)
    practice_minutes: NDArray[np.int64]  # (practices, 3) served; wanted and capacity with others: tenths of minutes
    unit_use: NDArray[np.int64]  # (units, 2) committed, capacity: minutes a week, summed over days
    nurse_use: NDArray[np.int64]  # (municipalities, 3) served, wanted by people of the model; days with no visit left
    ward_month: NDArray[np.int64]  # (wards, 2) modelled patient-days, its square sum
    sums: Sums
    deliverers: Deliverers  # how the sums are laid out
    by_row: NDArray[np.bool_]  # (measures,) whether each event of a measure gets a row
    fault: NDArray[np.int64]


def empty_claims(room: int) -> Claims:
    """Room for ``room`` claims, unwritten: zeros in room that is never used would cost more than the day."""
    return Claims(np.zeros(1, np.int64), np.empty(room, CLAIM).view(np.recarray), np.empty(room, np.uint32))


def empty_work(places: int, lists: int) -> Work:
    """Scratch room for the largest number of places of one kind; claims get theirs before the day (sim.room)."""
    flags = np.zeros(CHUNK, np.uint8)
    return Work(
        flags=flags,
        eight_flags=flags.view(np.uint64),
        upper=np.zeros(CHUNK, np.int32),
        lower=np.zeros(CHUNK, np.int32),
        events=np.zeros(CHUNK, np.float64),
        drifts=np.zeros(CHUNK, np.float64),
        cells=np.zeros(CHUNK, np.uint32),
        onsets=np.zeros(CHUNK, np.float64),
        flagged=np.zeros(CHUNK + 2, np.uint32),
        found=np.zeros((5, CHUNK), np.uint32),
        relapse=np.zeros(CHUNK, np.uint8),
        counts=np.zeros(8, np.int64),
        practice=empty_claims(0),
        nurse=empty_claims(0),
        emergency=empty_claims(0),
        beds=empty_claims(0),
        starts=np.zeros(places + 2, np.int64),
        fill=np.zeros(places + 2, np.int64),
        streams=np.zeros(len(DECISIONS), np.uint64),
        nurse_free=np.zeros(places, np.int64),
        room=np.zeros(lists, np.int64),
    )


def empty_output(places: Places, by_row: NDArray[np.bool_]) -> Output:
    """Records of one month, all zero, still without room for rows; ``by_row`` says which measures get any."""
    municipalities, practices, units, wards = (
        len(names) for names in (places.municipalities, places.practices, places.units, places.wards)
    )
    log, counters = empty_log(0), empty_counters(municipalities, wards)
    return Output(
        *log,
        *counters,
        stay_bins=np.zeros(STAY_BINS, np.int64),
        return_bins=np.zeros(RETURN_BINS, np.int64),
        listed_days=np.zeros((practices, municipalities * BANDS * RISK_GROUPS * 2), np.int64),
        practice_minutes=np.zeros((practices, 3), np.int64),
        unit_use=np.zeros((units, 2), np.int64),
        nurse_use=np.zeros((municipalities, 3), np.int64),
        ward_month=np.zeros((wards, 2), np.int64),
        sums=empty_sums(places.deliverers, municipalities),
        deliverers=places.deliverers,
        by_row=by_row,
        fault=np.zeros(1, np.int64),
    )


@jit
def fill_streams(streams: NDArray[np.uint64], keys: NDArray[np.uint64], day: int) -> None:
    """Streams of a day (same bits as :func:`sim.chance.streams_of_day`)."""
    for k in range(keys.shape[0]):
        streams[k] = mix(keys[k] + np.uint64(np.int64(day)) * STEP_DAY)


@inline
def as_row(number: int) -> int:
    """A row number as columns hold it: unsigned, so that compiled code need not ask whether it counts from the end."""
    return np.uint32(number)  # type: ignore[return-value]


@inline
def write(out: Output, people: People, i: int, day: int, measure: int, quantity: int, value: int, nth: int,
          ward: int, flags: int, episode: int) -> None:  # fmt: skip
    """Count one event of a person."""
    card = people.card[i]
    write_row(out, i, card.practice, card.unit, card.municipality, card.band, day, measure, quantity, value, nth, ward,
              flags, episode)  # fmt: skip


@inline
def write_row(out: Output, i: int, practice: int, unit: int, municipality: int, band: int, day: int, measure: int,
              quantity: int, value: int, nth: int, ward: int, flags: int, episode: int) -> None:  # fmt: skip
    """Count one event of whom all is known that the activity table says of a person; where asked for, as a row too."""
    sums, deliverers = out.sums, out.deliverers
    axis, start = deliverers.axis[measure], deliverers.starts[measure]
    # without branches, which events in no order would mislead
    place = practice if axis == _PRACTICE else -1
    place = unit if axis == _UNIT else place
    place = ward if axis == _WARD else place
    cell = municipality * deliverers.slots[measure] + place + 1
    group = ((flags // _ENROLLED) & 1) * BANDS + band
    sums.quantity[as_row(2 * BANDS * start + group * (deliverers.starts[measure + 1] - start) + cell)] += quantity
    if value != 0:
        sums.value[as_row(start + cell)] += value
    out.activity[measure, municipality, band] += 1
    if out.by_row[measure]:
        add_row(out, i, practice, unit, municipality, band, day, measure, quantity, value, nth, ward, flags, episode)


@inline
def add_row(out: Output, i: int, practice: int, unit: int, municipality: int, band: int, day: int, measure: int,
            quantity: int, value: int, nth: int, ward: int, flags: int, episode: int) -> None:  # fmt: skip
    """Write one event into the activity table."""
    k = out.used[0]
    if k >= out.row.shape[0]:
        out.fault[0] = FAULT_ACTIVITY
        return
    row = out.row[k]
    row.day = day
    row.person = i
    row.episode = episode
    row.measure = measure
    row.quantity = quantity
    row.value = value
    row.nth = nth
    row.practice = practice
    row.unit = unit
    row.ward = ward
    row.municipality = municipality
    row.band = band
    row.marks = flags
    out.used[0] = k + 1


@inline
def count(out: Output, people: People, i: int, counter: int, amount: int) -> None:
    """Add to a counter of the person's municipality and age band."""
    card = people.card[i]
    out.people[counter, card.municipality, card.band] += amount


@inline
def push(queue: Queue, out: Output, row: int, day: int, kind: int, ratio: float) -> None:
    """Put a person at the end of a queue."""
    k = queue.count[0]
    if k >= queue.entry.shape[0]:
        out.fault[0] = FAULT_QUEUE
        return
    entry = queue.entry[k]
    entry.row = row
    entry.day = day
    entry.kind = kind
    entry.ratio = ratio
    queue.count[0] = k + 1


@inline
def claim(claims: Claims, out: Output, row: int, place: int, kind: int, since: int, size: int, ratio: float,
          urgency: int, day: int, luck: float) -> None:  # fmt: skip
    """Collect one claim; rank is urgency class, then days waited, then a keyed draw of person and day."""
    k = claims.count[0]
    if k >= claims.entry.shape[0]:
        out.fault[0] = FAULT_CLAIMS
        return
    waited = min(max(day - since, 0), 1023)
    entry = claims.entry[k]
    entry.row = row
    entry.place = place
    entry.kind = kind
    entry.since = since
    entry.amount = size
    entry.ratio = ratio
    entry.rank = (
        (np.uint64(urgency) << np.uint64(60)) | (np.uint64(1023 - waited) << np.uint64(50)) | np.uint64(luck * LOTS)
    )
    claims.order[k] = k
    claims.count[0] = k + 1


@inline
def person_flags(people: People, i: int) -> int:
    """Flags that follow from who the person is."""
    card = people.card[i]
    flags = 0
    if card.scheme:
        flags |= _ENROLLED
    if card.conditions & 3:
        flags |= _CHRONIC
    return flags


@inline
def group_of(conditions: int) -> int:
    """Risk group of capitation: 0 none, 1 type 2 diabetes, 2 chronic obstructive pulmonary disease, 3 both."""
    return ((conditions >> 1) & 1) + 2 * (conditions & 1)


@inline
def census(people: People, organisations: Organisations, i: int, sign: int, day: int) -> None:
    """Add a living person to (or take one out of) the head counts from a day on, by where the person is."""
    card = people.card[i]
    place = card.place
    if place == ABSENT or place == DEAD or place == MOVED:
        return
    heads, since, municipality, band = organisations.census, organisations.census_since, card.municipality, card.band
    change_heads(heads, since, 0, municipality, band, sign, day)
    change_heads(heads, since, 3, municipality, band, sign if card.alone else 0, day)
    if place == HOME or place == TEMPORARY:
        change_heads(heads, since, 1, municipality, band, sign, day)
    elif place == NURSING_HOME:
        change_heads(heads, since, 2, municipality, band, sign, day)
    cell = (municipality * BANDS + band) * (2 * RISK_GROUPS) + 2 * group_of(card.conditions) + card.scheme
    organisations.listed[card.practice, cell] += sign
    organisations.listed_since[card.practice, cell] += sign * day


@inline
def change_heads(
    heads: NDArray[np.int64], since: NDArray[np.int64], what: int, municipality: int, band: int, number: int, day: int
) -> None:
    """Add to heads, whose days are counted from a day on."""
    heads[what, municipality, band] += number
    since[what, municipality, band] += number * day
