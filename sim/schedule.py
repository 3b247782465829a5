"""The order of the day, month and year, as one table that is printed, tested, and what the compiled day follows."""

from __future__ import annotations

from typing import Final, NamedTuple


class Step(NamedTuple):
    """One step: when it happens, its number in the day (0 for month and year), the process, and what it does."""

    when: str
    number: int
    process: str
    text: str


SCHEDULE: Final[tuple[Step, ...]] = (
    Step("month", 0, "start_month", "birthdays, frailty, moves away, reviews of care and new needs"),
    Step("day", 1, "arrive", "people who turn 65 or move in enter"),
    Step("day", 3, "call_back", "people sent home, observed or missed turn up again, or die of having been refused"),
    Step("day", 2, "scan", "instability relaxes and is shocked; who may have something to do is flagged"),
    Step("day", 2, "find", "deaths, illnesses and planned needs are judged exactly; death comes first"),
    Step("day", 2, "die_today", "deaths outside hospital free places and hours"),
    Step("day", 4, "seek_help", "an acute illness turns to 112, nurse, practice, out-of-hours doctor or nobody"),
    Step("day", 3, "notice", "home care notices deterioration and calls for help"),
    Step("day", 3, "plan_contacts", "planned contacts, outpatient visits and referrals fall due"),
    Step("day", 3, "hold_controls", "chronic controls fall due, in practice or clinic"),
    Step("day", 3, "reach_out", "outreach visits to the frail"),
    Step("day", 2, "background", "patients and demand from outside the model, and refill of freed beds"),
    Step("day", 10, "recall", "people waiting and booked follow-up visits claim time again; undelivered visits lapse"),
    Step("day", 5, "serve_practices", "claims on the minutes of each practice are ranked and served"),
    Step("day", 6, "serve_nurses", "claims on the acute nurses are ranked and served"),
    Step("day", 6, "serve_help", "home help starts where the unit has hours left"),
    Step("day", 6, "leave_temporary", "stays in temporary places end"),
    Step("day", 6, "serve_nursing_homes", "nursing-home places go to the longest waiting, by guarantee at two months"),
    Step("day", 9, "ward_round", "morning: deaths, departures, early leave, waiting for the municipality"),
    Step("day", 7, "receive", "emergency department: send home, hand over, observe or ask for a bed"),
    Step(
        "day", 8, "allot_beds", "beds by rank: ward, overflow, another ward, another hospital; planned care gives way"
    ),
    Step(
        "day", 9, "ward_round", "evening: departures of the day, with plan, medication check, follow-up and raised risk"
    ),
    Step("day", 11, "midnight", "beds, overflow and finished-treated days are counted"),
    Step("day", 11, "record_day", "heads are counted"),
    Step("month", 0, "close_month", "care received but not yet written down is written"),
    Step("month", 0, "settle", "every clause is settled and the ledger posted, shadow accounts too"),
    Step("month", 0, "set_posts", "every few months home-help posts follow what is granted and needed"),
    Step("month", 0, "decide", "incentives are derived, felt and answered; imitation; levels of next month"),
    Step("year", 0, "settle", "frames, ceilings, targets, benchmarks and shared savings fall due with December"),
    Step("year", 0, "set_places", "practices and municipal places make room for numbers by age"),
)


#: Steps that concern one person at a time; they run one after the other for a chunk of people, then for the next.
PERSON_BY_PERSON: Final = frozenset(
    ("scan", "find", "die_today", "seek_help", "notice", "plan_contacts", "hold_controls", "reach_out")
)


def day_order() -> tuple[str, ...]:
    """Names of the day's processes in the order in which they run."""
    return tuple(step.process for step in SCHEDULE if step.when == "day")


def as_text() -> str:
    """The schedule as one printable table."""
    width = max(len(step.process) for step in SCHEDULE)
    lines = [f"{'when':5}  {'step':>4}  {'process':{width}}  what happens"]
    lines += [f"{step.when:5}  {step.number or '':>4}  {step.process:{width}}  {step.text}" for step in SCHEDULE]
    return "\n".join(lines)
