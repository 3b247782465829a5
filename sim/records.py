"""What a run writes down: the month's sums and rows of activity, and the counters. Nothing here is needed by tomorrow.

The compiled day counts every event where it happens, in one place (:func:`sim.day.frame.write_row`), from which
payment, costs and indicators are all taken, so money and care can never disagree about what happened. A row of its own
an event gets only where somebody looks at single ones; an event log is the table of all rows, kept.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.measures import AGE_BANDS, MEASURES

#: One event, as small as it can be, since many are written each day. ``quantity`` is an integer in the measure's unit;
#: ``value`` is a tariff value in øre; ``nth`` numbers the days of a stay (finished-treated day 1, 2, 3 ...), gives the
#: nights of a course, and is 0 elsewhere; ``ward`` is -1 outside the catchment's hospital; ``episode`` is the day on
#: which the illness or course began.
EVENT = np.dtype(
    [
        ("value", np.int64),
        ("quantity", np.int32),
        ("day", np.int32),
        ("person", np.int32),
        ("episode", np.int32),
        ("nth", np.int16),
        ("practice", np.int16),
        ("unit", np.int16),
        ("ward", np.int16),
        ("marks", np.uint16),  # flags of measures.FLAGS
        ("measure", np.uint8),
        ("municipality", np.uint8),
        ("band", np.uint8),
    ],
    align=True,
)


class ActivityLog(NamedTuple):
    """The buffer that the day writes into; the first ``used[0]`` records (:data:`EVENT`) count."""

    used: NDArray[np.int64]
    row: Any


class ActivityTable(NamedTuple):
    """The month's activity as columns (views of the log, of its full length); the first ``used[0]`` rows count."""

    used: NDArray[np.int64]
    day: NDArray[np.int32]
    person: NDArray[np.int32]
    episode: NDArray[np.int32]
    measure: NDArray[np.uint8]
    quantity: NDArray[np.int32]
    value: NDArray[np.int64]
    nth: NDArray[np.int16]
    practice: NDArray[np.int16]
    unit: NDArray[np.int16]
    ward: NDArray[np.int16]
    municipality: NDArray[np.uint8]
    band: NDArray[np.uint8]
    flags: NDArray[np.uint16]


class Deliverers(NamedTuple):
    """Who delivers each measure, and how sums by municipality and slot of all measures are laid end to end.

    Parameters
    ----------
    axis : int64 array, shape (measures,)
        Position of the measure's natural axis in :data:`sim.measures.AXES`.
    slots : int64 array, shape (measures,)
        Number of slots along that axis; the first is for events without an organisation.
    starts : int64 array, shape (measures + 1,)
        Where the cells (municipality, slot) of each measure begin, and where the last end.
    """

    axis: NDArray[np.int64]
    slots: NDArray[np.int64]
    starts: NDArray[np.int64]


class Sums(NamedTuple):
    """A month's events, summed; the last two follow from the first when the month is closed.

    Parameters
    ----------
    quantity : int64 array
        For each measure (enrolled, age bands, municipalities, slots of its natural axis), one after the other as
        :class:`Deliverers` says.
    value : int64 array
        Tariff value in øre, for each measure (municipalities, slots).
    everywhere : int64 array, shape (measures, enrolled, age bands, municipalities, 1)
        Quantity over all organisations.
    delivered : int64 array
        Quantity over enrolment and age, laid out as ``value``.
    """

    quantity: NDArray[np.int64]
    value: NDArray[np.int64]
    everywhere: NDArray[np.int64]
    delivered: NDArray[np.int64]


def as_columns(used: NDArray[np.int64], row: Any) -> ActivityTable:
    """Events (:data:`EVENT`) as columns, without copying."""
    plain = row.view(EVENT, np.ndarray)
    return ActivityTable(used, *(plain["marks" if name == "flags" else name] for name in ActivityTable._fields[1:]))


#: Counted outcomes that are not activity, by name; ``did not happen`` counters are among them.
COUNTERS: Final[tuple[str, ...]] = (
    "person_days",  # midnights alive in the catchment
    "home_days",  # midnights at home alive, nursing home not counted
    "nursing_home_days",
    "deaths",
    "deaths_in_hospital",
    "deaths_30_days",  # deaths within 30 days after the start of an acute course
    "acute_medical_admissions",
    "acute_preventable_admissions",
    "avoidable_admissions",  # admissions that an available alternative would have avoided (the model's own judgement)
    "readmissions",  # acute courses starting within 30 days after a course
    "medical_readmissions",
    "index_discharges",  # courses ended alive that can be an index
    "index_readmitted",  # of these, followed by an acute course within 30 days (counted in the month of the return)
    "index_discharges_short",
    "index_readmitted_short",
    "index_discharges_long",
    "index_readmitted_long",
    "length_of_stay_days",  # days of ended acute medical courses, each rounded to a whole day
    "acute_medical_courses",  # ended acute medical courses
    "illness_episodes",
    "finished_treated_home_help",
    "finished_treated_temporary_place",
    "finished_treated_nursing_home",
    "finished_treated_own_choice",
    "early_discharges",
    "overflow_days",  # midnights in a bed beyond the staffed beds
    "diversions",  # acute courses sent to another hospital for want of a bed
    "elective_cancelled",
    "gp_planned_unmet",  # planned contacts that found no room on the day
    "gp_acute_unmet",
    "gp_not_offered",
    "gp_need_met",
    "gp_wait_days",
    "acute_nurse_unmet",
    "temporary_place_unmet",
    "nursing_home_wait_days",
    "nursing_home_entries",
    "home_care_wait_days",  # at home without any of the home help that is needed
    "home_care_short_days",  # at home with less of it than is needed
    "home_help_recipient_days",
    "home_nursing_recipient_days",
    "follow_up_not_delivered",
    "follow_up_enrolled",
    "medication_harm",
    "contacts_without_benefit",
    "emergency_returns",  # came back within 3 days after being sent home or observed
    "refused_in_need",  # needed a bed by the model's own judgement, and was sent home or observed
    "deaths_after_refusal",  # of these, died before they could come back
    "quality_adjusted",  # thousandths of a quality-adjusted day
    "parallel_outpatient",
    "chronic_person_days",  # midnights alive of people with COPD or type 2 diabetes
    "enrolled_person_days",  # of these, enrolled in the yearly chronic-care fee
    "chronic_course_value",  # tariff value (øre) of courses and outpatient contacts of people with COPD or diabetes
    "course_value",  # tariff value (øre) of all ended hospital courses
    "living_alone_days",  # midnights alive of people living alone
    "nursing_home_acute_admissions",
    "nursing_home_exits",
    "nursing_home_deaths",
    "acute_admissions_external",
    "bed_days_external",
    "medical_bed_days",
    "in_hospital_acute_deaths",
    "index_discharges_day",  # acute medical courses ended alive within 24 hours
    "index_readmitted_day",
    "deaths_after_day_stay",  # deaths within 30 days after such a course
    "fixed_outpatient_controls",
)
COUNTER: Final[dict[str, int]] = {name: index for index, name in enumerate(COUNTERS)}


class Counters(NamedTuple):
    """Sums of the month, all integers.

    ``people`` has shape (counters, municipalities, age bands); ``activity`` and ``quantity`` have shape (measures,
    municipalities, age bands); ``ward`` has shape (ward counters, wards).
    """

    people: NDArray[np.int64]
    activity: NDArray[np.int64]
    quantity: NDArray[np.int64]
    ward: NDArray[np.int64]


#: Counted per ward and month.
WARD_COUNTERS: Final[tuple[str, ...]] = (
    "occupied_days",  # midnights, all patients
    "modelled_days",  # midnights of people in the model
    "staffed_days",  # staffed beds times days
    "overflow_days",
    "diverted",
    "early_discharges",
    "admissions",
    "discharges",
    "refilled_days",  # midnights of background patients in beds that people of the model have freed since burn-in
    "displaced_days",  # midnights of background patients for whom people of the model, or a scenario, leave no bed
)
WARD_COUNTER: Final[dict[str, int]] = {name: index for index, name in enumerate(WARD_COUNTERS)}


def empty_log(rows: int) -> ActivityLog:
    """A buffer with room for ``rows`` events; what lies beyond those in use is unwritten."""
    return ActivityLog(np.zeros(1, np.int64), np.empty(rows, EVENT).view(np.recarray))


def empty_activity(rows: int) -> ActivityTable:
    """An activity table with room for ``rows`` events."""
    return as_columns(*empty_log(rows))


def empty_sums(deliverers: Deliverers, municipalities: int) -> Sums:
    """Sums of one month, all zero."""
    cells, bands = int(deliverers.starts[-1]), len(AGE_BANDS)
    return Sums(
        quantity=np.zeros(2 * bands * cells, np.int64),
        value=np.zeros(cells, np.int64),
        everywhere=np.zeros((len(MEASURES), 2, bands, municipalities, 1), np.int64),
        delivered=np.zeros(cells, np.int64),
    )


def empty_counters(municipalities: int, wards: int) -> Counters:
    """Counters of one month, all zero."""
    bands = len(AGE_BANDS)
    return Counters(
        people=np.zeros((len(COUNTERS), municipalities, bands), np.int64),
        activity=np.zeros((len(MEASURES), municipalities, bands), np.int64),
        quantity=np.zeros((len(MEASURES), municipalities, bands), np.int64),
        ward=np.zeros((len(WARD_COUNTERS), wards), np.int64),
    )
