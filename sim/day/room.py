"""Room for whatever a day can bring: a day begins only if its lists hold the most that could happen to everybody.

Lists cannot grow while a day is lived, so before each day the most that it can need is written down
(:func:`worst_day`). Where a list is shorter the day is not begun, and :func:`sim.room.enlarge` makes it longer. What is
reserved and never used is never touched, so it costs addresses, not memory.
"""

from __future__ import annotations

from sim.compiled import jit
from sim.day.frame import Output, Work
from sim.state import State

#: Lists of a day, as :attr:`sim.day.frame.Work.room` numbers them: claims, stays, queues, and rows of activity.
LISTS = (
    "practice", "nurse", "emergency", "beds", "stays", "waiting", "help", "nursing_home", "temporary", "elective",
    "follow_up", "returns", "rows",
)  # fmt: skip
(
    PRACTICE, NURSE, EMERGENCY, BEDS, STAYS, WAITING, HELP, NURSING_HOME, TEMPORARY, ELECTIVE, FOLLOW_UP, RETURNS, ROWS,
) = range(len(LISTS))  # fmt: skip

# The most that can happen to one person in a day, counted in the processes of the day.
_ASKS_PRACTICE = 5  # an illness, something noticed, a planned contact, a control, an outreach visit
_ASKS_NURSE = 2  # an illness, something noticed
_DISCHARGES = 2  # at the morning's round and, admitted again, at the evening's
# Rows of activity: care up to a change of place (2) and to the month's end (2), a preventive visit, an ambulance trip
# or a contact at night, a planned contact, a control and a detection; an admission, and for each discharge bed-days,
# course, plan and medication check; a finished-treated day and the bed-days of the month's end. What is asked for is
# counted by claims.
_ROWS = 20


@jit
def worst_day(state: State, work: Work, out: Output) -> None:
    """Write down the length that each list needs so that nothing which the coming day can bring is too much for it."""
    everybody, lists, need = state.people.key.shape[0], state.lists, work.room
    waiting, returns = lists.practice.count[0], lists.returns.count[0]
    elective, follow_up = lists.elective.count[0], lists.follow_up.count[0]
    for_help, for_home = lists.help.count[0], lists.nursing_home.count[0]
    asked = _ASKS_PRACTICE * everybody + waiting + follow_up
    emergency = _ASKS_NURSE * everybody + waiting + returns
    need[PRACTICE] = asked
    need[WAITING] = asked
    need[EMERGENCY] = emergency
    need[BEDS] = emergency + elective
    need[STAYS] = everybody
    need[HELP] = for_help + everybody
    need[NURSING_HOME] = for_home + (1 + _DISCHARGES) * everybody
    need[NURSE] = max(_ASKS_NURSE * everybody, need[HELP], need[NURSING_HOME])  # one list for all three
    need[TEMPORARY] = lists.temporary.count[0] + (1 + _DISCHARGES) * everybody
    need[ELECTIVE] = elective + everybody
    need[FOLLOW_UP] = follow_up + _DISCHARGES * everybody
    need[RETURNS] = returns + everybody + waiting + emergency
    need[ROWS] = out.used[0] + _ROWS * everybody + asked + _ASKS_NURSE * everybody + emergency


@jit
def there_is_room(state: State, work: Work, out: Output) -> bool:
    """Whether all lists are long enough for the coming day."""
    worst_day(state, work, out)
    lists, need = state.lists, work.room
    return bool(
        work.practice.entry.shape[0] >= need[PRACTICE]
        and work.nurse.entry.shape[0] >= need[NURSE]
        and work.emergency.entry.shape[0] >= need[EMERGENCY]
        and work.beds.entry.shape[0] >= need[BEDS]
        and state.stays.bed.shape[0] >= need[STAYS]
        and lists.practice.entry.shape[0] >= need[WAITING]
        and lists.help.entry.shape[0] >= need[HELP]
        and lists.nursing_home.entry.shape[0] >= need[NURSING_HOME]
        and lists.temporary.entry.shape[0] >= need[TEMPORARY]
        and lists.elective.entry.shape[0] >= need[ELECTIVE]
        and lists.follow_up.entry.shape[0] >= need[FOLLOW_UP]
        and lists.returns.entry.shape[0] >= need[RETURNS]
        and out.row.shape[0] >= need[ROWS]
    )
