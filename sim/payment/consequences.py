"""What one more unit of an action does to all other events: computed from the parameters that drive the day.

A row of the table is the total change of events, downstream included, when a provider does one more unit and everybody
else's levels stay still. The action's own event is in it by definition; the rest is delivered share x targeted risk x
(1 - relative risk), with the day's own numbers. Direct and downstream effects are never added: there is one row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.actions import ACTIONS, all_actions
from sim.clock import DAYS_PER_YEAR
from sim.measures import MEASURE, MEASURES

Numbers = NDArray[np.float64]
Events = dict[str, float]


class Values(Protocol):
    """Parameters by name."""

    def __getitem__(self, name: str, /) -> float | tuple[float, ...]:
        """Return the value of a parameter."""


class Consequences(NamedTuple):
    """Consequences of one kind of provider's actions.

    ``events`` has shape (actions, measures): change of each measure's quantity per unit; ``lag`` has shape (actions,):
    mean months from the action to its downstream events.
    """

    events: Numbers
    lag: Numbers


class _Day:
    """Numbers of the day by name, as floats."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def __getitem__(self, name: str) -> float:
        value = self._values[name]
        if isinstance(value, tuple):
            raise ValueError(f"{name} must be one number")
        return float(value)

    def base(self, name: str) -> float:
        return self[f"behaviour.baseline.{name}"]


def need_of_bed(values: Values, age: float, frailty: float) -> float:
    """Share of acute illnesses of a person for which a hospital bed is needed (the day's formula)."""
    day = _Day(values)
    need = day["health.need.base"] * math.exp(
        day["health.need.age"] * (age - 75.0) / 10.0 + day["health.need.frailty"] * frailty
    )
    return min(need, day["health.need.most"])


def admissions_per_instability(values: Values, age: float, frailty: float, start: float = 0.0) -> float:
    """Acute admissions that one standard deviation of instability causes before it has faded.

    Instability keeps a share ``r`` a day: one deviation today sums to ``1 / (1 - r)`` deviation-days, each raising the
    hazard of illness by its slope.

    Parameters
    ----------
    age, frailty : years; index 0-1
    start : standard deviations
        Instability that the person has beforehand.
    """
    day = _Day(values)
    slope = day["health.illness.instability"]
    hazard = day["health.illness.base"] * math.exp(
        day["health.illness.age"] * (age - 75.0) / 10.0 + day["health.illness.frailty"] * frailty + slope * start
    )
    days = 1.0 / (1.0 - day["health.instability.persistence"])
    return hazard * slope * days * need_of_bed(values, age, frailty)


def admission(values: Values, nights: float | None = None) -> Events:
    """Events that come with one acute admission: course, nights, ambulance, discharge plan and medication check."""
    day = _Day(values)
    return {
        "acute_admission": 1.0,
        "hospital_course": 1.0,
        "bed_day": day.base("nights") if nights is None else nights,
        "ambulance_trip": day.base("ambulance"),
        "discharge_plan": day["hospital.discharge.plan_share"] if nights is None else 0.0,
        "medication_reconciliation": day["hospital.discharge.reconciliation_share"],
    }


def avoided_by_follow_up(values: Values) -> float:
    """Acute admissions avoided by one delivered follow-up visit: risk while it protects x (1 - relative risk)."""
    day = _Day(values)
    protected = day["general_practice.follow_up.effect_days"]
    after = day["general_practice.follow_up.after_days"]
    fading = day["health.recovery.days"]
    excess = day["health.recovery.excess"] * fading * math.exp(-after / fading)
    risk = day.base("admissions") * protected / DAYS_PER_YEAR + excess
    return risk * (1.0 - day["general_practice.follow_up.relative_risk"])


def avoided_by_planning(values: Values) -> float:
    """Readmissions avoided by one discharge plan."""
    day = _Day(values)
    return day.base("readmission") * (1.0 - day["hospital.discharge.plan_relative_risk"])


def avoided_by_nurse(values: Values) -> float:
    """Acute admissions avoided by one visit of the acute nurse: borderline illnesses that she handles."""
    day = _Day(values)
    need = need_of_bed(values, day.base("deteriorating_age"), day.base("deteriorating_frailty"))
    borderline = need * day["hospital.threshold.borderline"] / (1.0 - need)
    referred = day["general_practice.acute.borderline_referral"] * day.base("borderline_admitted")
    return borderline * day["home_care.acute_nurse.handles_borderline"] * referred


def avoided_by_detection(values: Values) -> float:
    """Acute admissions avoided by one deterioration noticed and acted on."""
    day = _Day(values)
    per_deviation = admissions_per_instability(
        values,
        day.base("deteriorating_age"),
        day.base("deteriorating_frailty"),
        start=day["home_care.detection.threshold"],
    )
    return -day["health.instability.detection"] * per_deviation


def _contact(values: Values, instability: float) -> float:
    """Acute admissions avoided by a planned contact that removes some instability."""
    day = _Day(values)
    return -instability * admissions_per_instability(values, day.base("listed_age"), day.base("listed_frailty"))


def _consultations(values: Values) -> Events:
    day = _Day(values)
    useful = 1.0 - day["general_practice.contacts.without_benefit"]
    avoided = useful * _contact(values, -day["health.instability.unmet_need"])
    return _less(admission(values), avoided)


def _chronic_control(values: Values) -> Events:
    return _less(admission(values), _contact(values, _Day(values)["health.instability.control_received"]))


def _follow_up_visit(values: Values) -> Events:
    return _less(admission(values), avoided_by_follow_up(values))


def _outreach_visit(values: Values) -> Events:
    day = _Day(values)
    avoided = -day["general_practice.outreach.instability"] * admissions_per_instability(
        values, day.base("deteriorating_age"), day.base("deteriorating_frailty")
    )
    return _less(admission(values), avoided)


def _early_detection(values: Values) -> Events:
    nurse = _Day(values)["home_care.detection.to_nurse"]
    seen = {"acute_nurse_visit": nurse, "gp_consultation": 1.0 - nurse}
    return {**_less(admission(values), avoided_by_detection(values)), **seen}


def _acute_nursing(values: Values) -> Events:
    return _less(admission(values), avoided_by_nurse(values))


def _reception_speed(values: Values) -> Events:
    del values
    return {"bed_day": -1.0}


def _admission_threshold(values: Values) -> Events:
    sent_home = 1.0 / (1.0 - _Day(values)["hospital.emergency.return_sent_home"])
    avoided = _less(admission(values, _Day(values).base("nights_borderline")), 1.0)
    return {**avoided, "emergency_visit": sent_home}


def _discharge_day(values: Values) -> Events:
    day = _Day(values)
    excess = day["health.recovery.excess"] * day["health.recovery.days"]
    avoided = day.base("early") * excess * math.expm1(day["health.recovery.early_day"])
    return _less({name: amount for name, amount in admission(values).items() if name != "bed_day"}, avoided)


def _discharge_planning(values: Values) -> Events:
    return _less(admission(values), avoided_by_planning(values))


def _observation(values: Values) -> Events:
    stays_away = 1.0 - _Day(values)["hospital.emergency.return_observed"]
    return _less(admission(values, _Day(values).base("nights_borderline")), stays_away)


def _virtual_outpatient(values: Values) -> Events:
    del values
    return {"outpatient_visit": -1.0}


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
    "referral": _nothing,
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


def own_event(values: Values, name: str, kind: str) -> tuple[str, float]:
    """An action's own event and how much of it one unit makes (avoids, if negative).

    A thousand kroner coded are counted as the share of a course with that tariff value.
    """
    action = next(one for one in ACTIONS[kind] if one.name == name)
    amount = action.quantity * action.direction
    if name == "coding":
        amount = 1000.0 / _Day(values).base("course_value")
    return action.measure, amount


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
    lag = np.zeros(len(actions))
    for row, action in enumerate(actions):
        for name, amount in DOWNSTREAM[action.name](values).items():
            events[row, MEASURE[name]] += optimism * amount
        measure, amount = own_event(values, action.name, kind)
        events[row, MEASURE[measure]] = amount
        lag[row] = _lag(action.name, values)
    return Consequences(events, lag)


def discounted(found: Consequences, kind: str, rate: float) -> Consequences:
    """Consequences with what comes later counting less, at a rate per year; the own event is not touched by it."""
    events = found.events * ((1.0 + rate) ** (-found.lag / 12.0))[:, None]
    for row, action in enumerate(ACTIONS[kind]):
        events[row, MEASURE[action.measure]] = found.events[row, MEASURE[action.measure]]
    return found._replace(events=events)


def _lag(name: str, values: Values) -> float:
    """Mean months from an action to what follows from it."""
    if name == "follow_up_visit":
        return _Day(values)["general_practice.follow_up.effect_days"] / 2.0 * 12.0 / DAYS_PER_YEAR
    return 0.0


def check_complete() -> None:
    """Raise if an action has no row of consequences."""
    missing = [action.name for action in all_actions() if action.name not in DOWNSTREAM]
    if missing:
        raise LookupError(f"no consequences are stated for {', '.join(missing)}")
