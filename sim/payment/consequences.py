"""What one more unit of an action does to all other events: computed from the parameters that drive the day.

A row of the table is the total change of events, downstream included, when a provider does one more unit and everybody
else's levels stay still. The action's own event is in it by definition; the rest is delivered share x targeted risk x
(1 - relative risk), with the day's own numbers. Direct and downstream effects are never added: there is one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.actions import ACTIONS, all_actions
from sim.clock import DAYS_PER_YEAR
from sim.measures import MEASURE, MEASURES
from sim.payment.avoided import (
    Day,
    Door,
    Values,
    acted_on,
    at_the_door,
    avoided_by_calming,
    avoided_by_detection,
    avoided_by_follow_up,
    avoided_by_nurse,
    avoided_by_planning,
    noticed_instability,
    nurse_call,
    readmitted_by_follow_up,
    relapses,
)

Numbers = NDArray[np.float64]
Events = dict[str, float]


#: A day less than needed raises the risk, a day more does not lower it: the mean of the two, as of any kink.
_ONE_SIDED: Final = 0.5


class Consequences(NamedTuple):
    """Consequences of one kind of provider's actions.

    ``events`` has shape (actions, measures): change of each measure's quantity per unit; ``lag`` has shape (actions,):
    mean months from the action to its downstream events; ``readmissions`` (actions, measures) is the part of
    ``events`` that belongs to readmissions within 30 days, beyond those of the usual mix; ``coded`` (actions,) is
    tariff value coded beside events, thousands of DKK.
    """

    events: Numbers
    lag: Numbers
    readmissions: Numbers
    coded: Numbers


def admission(values: Values) -> Events:
    """Events that come with one acute admission: course, nights, ambulance, plan, medication check and what follows."""
    day = Day(values)
    return {
        "acute_admission": 1.0,
        "hospital_course": 1.0,
        "bed_day": day.base("nights"),
        "ambulance_trip": day.base("ambulance"),
        "discharge_plan": day.base("plans"),
        "medication_reconciliation": day["hospital.discharge.reconciliation_share"],
        "temporary_place_day": day.base("temporary_days"),
    }


def at_the_door_admission(values: Values) -> Events:
    """Events that come with an admission that was no matter of life and death: all but the ambulance.

    It takes as many nights as any other: in the day a stay does not depend on whether the bed was needed.
    """
    return {**admission(values), "ambulance_trip": 0.0}


def _consultations(values: Values) -> Events:
    day = Day(values)
    useful = 1.0 - day["general_practice.contacts.without_benefit"]
    avoided = useful * avoided_by_calming(values, "listed", day["health.instability.unmet_need"])
    return _less(admission(values), avoided)


def _chronic_control(values: Values) -> Events:
    by = -Day(values)["health.instability.control_received"]
    return _less(admission(values), avoided_by_calming(values, "listed", by))


def _follow_up_visit(values: Values) -> Events:
    return _less(admission(values), avoided_by_follow_up(values))


def _outreach_visit(values: Values) -> Events:
    by = -Day(values)["general_practice.outreach.instability"]
    return _less(admission(values), avoided_by_calming(values, "deteriorating", by, noticed_instability(values)))


def _early_detection(values: Values) -> Events:
    done = acted_on(values)
    taken = done.missed * Day(values)["home_care.detection.raises_use"]
    kept = at_the_door(values).kept
    seen = {"acute_nurse_visit": done.nurse, "gp_consultation": done.practice}
    unseen = {"observation": taken * kept, "emergency_visit": taken * (1.0 - kept)}
    return {**_less(admission(values), avoided_by_detection(values)), **seen, **unseen}


def _acute_nursing(values: Values) -> Events:
    practice, phone = nurse_call(values).practice, Day(values)["general_practice.acute.phone_share"]
    instead = {
        "gp_consultation": -practice * (1.0 - phone), "gp_phone": -practice * phone,
        "out_of_hours_contact": practice - 1.0,
    }  # fmt: skip
    return {**_less(at_the_door_admission(values), avoided_by_nurse(values)), **instead}


def _reception_speed(values: Values) -> Events:
    del values
    return {"bed_day": -1.0}


def _admission_threshold(values: Values) -> Events:
    day, door = Day(values), at_the_door(values)
    back = _come_back(values, door, "hospital.emergency.return_observed")
    back += door.home * (day["hospital.emergency.return_sent_home"] - day["hospital.emergency.return_observed"])
    refused = 1.0 / (1.0 - back)  # for one admission less in the end
    avoided = _less(at_the_door_admission(values), 1.0)
    return {**avoided, "emergency_visit": refused * door.home, "observation": refused * (1.0 - door.home)}


def _discharge_day(values: Values) -> Events:
    caused = relapses(values)
    avoided = _ONE_SIDED * Day(values)["health.recovery.early_day"] * caused / (1.0 - caused)
    avoided /= 1.0 - avoided * Day(values).base("nights")  # for one bed-day in the end, those of relapses among them
    return _less({name: amount for name, amount in admission(values).items() if name != "bed_day"}, avoided)


def _discharge_planning(values: Values) -> Events:
    return _less(admission(values), avoided_by_planning(values))


def _observation(values: Values) -> Events:
    stays_away = 1.0 - _come_back(values, at_the_door(values), "hospital.emergency.return_observed")
    return _less(at_the_door_admission(values), stays_away)


def _come_back(values: Values, door: Door, otherwise: str) -> float:
    """Share of those refused at the threshold who come back and are admitted, sicker: who needed a bed mostly do."""
    day = Day(values)
    return door.in_need * day["hospital.emergency.return_in_need"] + (1.0 - door.in_need) * day[otherwise]


def _virtual_outpatient(values: Values) -> Events:
    del values
    return {"outpatient_visit": -1.0}


def _referral(values: Values) -> Events:
    virtual = Day(values)["hospital.outpatient.virtual"]
    return {"outpatient_virtual": virtual / (1.0 - virtual)}


def _nothing(values: Values) -> Events:
    del values
    return {}


def _less(events: Events, avoided: float) -> Events:
    return {name: -avoided * amount for name, amount in events.items()}


#: Downstream events of one unit by action; the action's own event is added from its own row.
DOWNSTREAM: Final[Mapping[str, Callable[[Values], Events]]] = {
    "consultations": _consultations,
    "chronic_control": _chronic_control,
    "follow_up_visit": _follow_up_visit,
    "outreach_visit": _outreach_visit,
    "referral": _referral,
    "early_detection": _early_detection,
    "acute_nursing": _acute_nursing,
    "reception_speed": _reception_speed,
    "rehabilitation": _nothing,
    "admission_threshold": _admission_threshold,
    "discharge_day": _discharge_day,
    "declaration": _nothing,
    "discharge_planning": _discharge_planning,
    "observation": _observation,
    "virtual_outpatient": _virtual_outpatient,
    "coding": _nothing,
}


#: Share of an action's downstream admissions that are readmissions within 30 days; the usual mix where none is stated.
READMITTED: Final[Mapping[str, Callable[[Values], float]]] = {
    "follow_up_visit": readmitted_by_follow_up,
    "discharge_day": lambda values: 1.0,
    "discharge_planning": lambda values: 1.0,
}


def consequences(kind: str, values: Values, optimism: float = 1.0) -> Consequences:
    """Consequences of all actions of a kind of provider.

    Parameters
    ----------
    kind : "gp", "home_care" or "ward"
    values : parameters by name
        The same that drive the day, and ``behaviour.baseline.*``.
    optimism : float
        Consequences that providers expect over those computed; the own event is not touched by it.
    """
    actions = ACTIONS[kind]
    events = np.zeros((len(actions), len(MEASURES)))
    lag, back = np.zeros(len(actions)), np.zeros_like(events)
    for row, action in enumerate(actions):
        for name, amount in DOWNSTREAM[action.name](values).items():
            events[row, MEASURE[name]] += optimism * amount
        if action.name in READMITTED:
            back[row] = READMITTED[action.name](values) * events[row]
        events[row, MEASURE[action.measure]] = action.quantity * action.direction
        lag[row] = _lag(action.name, values)
    return Consequences(events, lag, back, np.array([float(action.name == "coding") for action in actions]))


def discounted(found: Consequences, kind: str, rate: float) -> Consequences:
    """Consequences with what comes later counting less, at a rate per year; the own event is not touched by it."""
    later = ((1.0 + rate) ** (-found.lag / 12.0))[:, None]
    events = found.events * later
    for row, action in enumerate(ACTIONS[kind]):
        events[row, MEASURE[action.measure]] = found.events[row, MEASURE[action.measure]]
    return found._replace(events=events, readmissions=found.readmissions * later)


def _lag(name: str, values: Values) -> float:
    """Mean months from an action to what follows from it."""
    if name == "follow_up_visit":
        return Day(values)["general_practice.follow_up.effect_days"] / 2.0 * 12.0 / DAYS_PER_YEAR
    return 0.0


def check_complete() -> None:
    """Raise if an action has no row of consequences."""
    missing = [action.name for action in all_actions() if action.name not in DOWNSTREAM]
    if missing:
        raise LookupError(f"no consequences are stated for {', '.join(missing)}")
