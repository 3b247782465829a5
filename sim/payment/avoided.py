"""What an act avoids, in closed form, from the parameters that drive the day: delivered, at risk, 1 - relative risk."""

from __future__ import annotations

import math
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.clock import DAYS_PER_YEAR

Numbers = NDArray[np.float64]
_FADED: Final = 8.0  # lifetimes of instability after which nothing is left of it: one part in three thousand
_WORKDAYS: Final = 5.0 / 7.0  # of all days, on which practices are open
_LOTS: Final = 1000  # points at which the judgement at the door is averaged: finer than any digit shown


class Values(Protocol):
    """Parameters by name."""

    def __getitem__(self, name: str, /) -> float | tuple[float, ...]:
        """Return the value of a parameter."""


class Day:
    """Numbers of the day by name, as floats."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def __getitem__(self, name: str) -> float:
        value = self._values[name]
        if isinstance(value, tuple):
            raise ValueError(f"{name} must be one number")
        return float(value)

    def base(self, name: str) -> float:
        """Return a number of the baseline: what one event of it is like."""
        return self[f"behaviour.baseline.{name}"]


def need_of_bed(values: Values, age: float, frailty: float) -> float:
    """Share of acute illnesses of a person for which a hospital bed is needed (the day's formula)."""
    day = Day(values)
    need = day["health.need.base"] * math.exp(
        day["health.need.age"] * (age - day["health.reference.age"]) / 10.0 + day["health.need.frailty"] * frailty
    )
    return min(need, day["health.need.most"])


def avoided_by_calming(values: Values, group: str, by: float, start: float | None = None) -> float:
    """Acute admissions avoided when instability is lowered once.

    Instability keeps a share ``r`` a day, so one deviation today is ``r ** t`` deviations after ``t`` days. Beforehand
    the person is at the personal level, or falls back to it from ``start``.

    Parameters
    ----------
    group : "deteriorating" or "listed"
        Whose age and frailty: people in whom home care can notice deterioration, or who come to planned contacts.
    by : standard deviations
        How much it is lowered by.
    start : standard deviations, optional
        Instability that the person has today.
    """
    day = Day(values)
    age, frailty = day.base(f"{group}_age"), day.base(f"{group}_frailty")
    keep = day["health.instability.persistence"] ** np.arange(_FADED / (1.0 - day["health.instability.persistence"]))
    level = personal_level(values, frailty)
    expected = level + ((level if start is None else start) - level) * keep
    slope = day["health.illness.instability"] + day["health.need.instability"]
    unforeseen = 1.0 if start is None else 1.0 - keep**2  # variance around the expected way back
    hazard = day["health.illness.base"] * np.exp(
        day["health.illness.age"] * (age - day["health.reference.age"]) / 10.0 + day["health.illness.frailty"] * frailty
        + slope * expected + 0.5 * slope**2 * unforeseen
    )  # fmt: skip
    fewer = float((hazard * -np.expm1(-slope * by * keep)).sum())
    return fewer * day.base(f"{group}_spread") * need_of_bed(values, age, frailty) * admitted_per_need(values)


def personal_level(values: Values, frailty: float) -> float:
    """Instability around which a person of a frailty moves, with unit variance."""
    day = Day(values)
    return day["health.instability.frailty"] * (frailty - day["health.reference.frailty"])


def noticed_instability(values: Values) -> float:
    """Mean instability of people in whom deterioration can be noticed: of a normal law, beyond the threshold."""
    day = Day(values)
    level = personal_level(values, day.base("deteriorating_frailty"))
    beyond = day["home_care.detection.threshold"] - level
    density = math.exp(-0.5 * beyond**2) / math.sqrt(2.0 * math.pi)
    return level + density / (0.5 * math.erfc(beyond / math.sqrt(2.0)))


def admitted_per_need(values: Values) -> float:
    """Acute admissions for every one that is needed: borderline illnesses are admitted too, and courses have relapses.

    Relapses are what the raised risk after a discharge adds to the readmissions that would have come anyway.
    """
    day = Day(values)
    unneeded = (
        day["hospital.threshold.borderline"]
        * day["general_practice.acute.borderline_referral"]
        * at_the_door(values).admitted
    )
    return (1.0 + unneeded) / (1.0 - relapses(values))


def relapses(values: Values) -> float:
    """Readmissions within 30 days that an acute course causes: all of them less those that would have come anyway."""
    day = Day(values)
    return day.base("readmission") - day.base("admissions") * 30.0 / DAYS_PER_YEAR


class Door(NamedTuple):
    """The judgement in the emergency department.

    ``admitted``: share of borderline illnesses that get a bed; ``in_need``: of those just at the threshold, who need
    one; ``home``: people sent home instead of observed for one observed instead of admitted, as the threshold moves;
    ``kept``: share observed, not sent home, of those who are as far from needing a bed as a borderline illness can be.
    """

    admitted: float
    in_need: float
    home: float
    kept: float


def at_the_door(values: Values) -> Door:
    """Average the day's judgement over its noise, without pressure and with an alternative at hand."""
    day = Day(values)
    wide, noise = day["hospital.threshold.borderline"], day["hospital.threshold.noise"]
    usual = day["hospital.threshold.usual"] - day["hospital.threshold.alternative"]
    lots = (np.arange(_LOTS) + 0.5) / _LOTS
    threshold = np.clip(usual * (1.0 + noise * (2.0 * lots - 1.0)), 1.0 - wide, 1.0 + wide)

    def seen(ratio: Numbers) -> Numbers:
        """How many of the illnesses of a severity a doctor refers."""
        borderline = np.where(ratio <= 1.0 + wide, day["general_practice.acute.borderline_referral"], 0.0)
        unneeded = np.maximum(borderline, day["general_practice.acute.over_referral"])
        return np.where(ratio < 1.0, day["general_practice.acute.detect_need"], unneeded)

    at, beyond = seen(threshold), seen(threshold + day["hospital.threshold.observe"])
    return Door(
        admitted=float(np.clip(threshold - 1.0, 0.0, wide).mean() / wide),
        in_need=float(at[threshold < 1.0].sum() / at.sum()),
        home=float(beyond.sum() / at.sum()),
        kept=float((threshold + day["hospital.threshold.observe"] > 1.0 + wide).mean()),
    )


def avoided_by_follow_up(values: Values) -> float:
    """Acute admissions avoided by one delivered follow-up visit: risk while it protects x (1 - relative risk)."""
    day = Day(values)
    risk = _risk_after_visit(day, day["general_practice.follow_up.effect_days"])
    return risk * (1.0 - day["general_practice.follow_up.relative_risk"])


def readmitted_by_follow_up(values: Values) -> float:
    """Share of the admissions that a follow-up visit avoids that would have come within 30 days of the discharge."""
    day = Day(values)
    protected = day["general_practice.follow_up.effect_days"]
    early = min(max(30.0 - day["general_practice.follow_up.after_days"], 0.0), protected)
    return _risk_after_visit(day, early) / _risk_after_visit(day, protected)


def _risk_after_visit(day: Day, days: float) -> float:
    """Acute admissions in some days after a follow-up visit; what a discharge raises the risk by comes early."""
    fading = day["health.recovery.days"]
    excess = day["health.recovery.excess"] * fading * math.exp(-day["general_practice.follow_up.after_days"] / fading)
    return day.base("admissions") * days / DAYS_PER_YEAR + excess


def avoided_by_planning(values: Values) -> float:
    """Readmissions avoided by one discharge plan."""
    day = Day(values)
    return day.base("readmission") * (1.0 - day["hospital.discharge.plan_relative_risk"])


class NurseCall(NamedTuple):
    """Whom one more visit of the acute nurse reaches, as shares.

    ``borderline``: illnesses on the verge of a bed, the others are minor; ``practice``: who would else have been seen
    by their practice, the others by the out-of-hours doctor.
    """

    borderline: float
    practice: float


def nurse_call(values: Values) -> NurseCall:
    """Calls to the acute nurse, by what they are about and who would have come instead."""
    day = Day(values)
    frailty = day.base("deteriorating_frailty")
    # who falls ill is less stable than usual: the hazard tilts a normal law of unit variance by its slope
    unstable = personal_level(values, frailty) + day["health.illness.instability"]
    need = need_of_bed(values, day.base("deteriorating_age"), frailty)
    need *= math.exp(day["health.need.instability"] * unstable)
    wide = day["hospital.threshold.borderline"]
    borderline = day["home_care.acute_nurse.share_of_borderline"] * need * wide
    minor = day["home_care.acute_nurse.share_of_minor"] * max(1.0 - need * (1.0 + wide), 0.0)
    share = borderline / (borderline + minor)
    open_now = _WORKDAYS * day["general_practice.acute.opening_hours"]
    return NurseCall(share, open_now * (share + (1.0 - share) * day["general_practice.acute.own_gp"]))


def avoided_by_nurse(values: Values) -> float:
    """Acute admissions avoided by one more visit of the acute nurse, called to minor and borderline illnesses."""
    day = Day(values)
    referred = day["general_practice.acute.borderline_referral"] * at_the_door(values).admitted
    caused = day["health.recovery.not_needed"] * relapses(values)
    avoided = day["home_care.acute_nurse.handles_borderline"] * referred / (1.0 - caused)
    return avoided * nurse_call(values).borderline


class Noticed(NamedTuple):
    """What is done about one deterioration noticed, as shares: a visit of the nurse or practice, or nobody has time."""

    nurse: float
    practice: float
    missed: float


def acted_on(values: Values) -> Noticed:
    """Who is called when deterioration is noticed: on days without a practice always the nurse, served last of all."""
    day = Day(values)
    practice = _WORKDAYS * (1.0 - day["home_care.detection.to_nurse"])
    missed = (1.0 - practice) * day.base("nurse_no_room")
    return Noticed(1.0 - practice - missed, practice, missed)


def avoided_by_detection(values: Values) -> float:
    """Acute admissions avoided by one deterioration noticed: those acted on less those whom nobody had time for.

    Where the acute nurse has no room, some are taken to hospital, are observed, and come back.
    """
    day = Day(values)
    by = -day["health.instability.detection"]
    missed = acted_on(values).missed
    worse = day["home_care.detection.raises_use"] * day["hospital.emergency.return_observed"]
    return (1.0 - missed) * avoided_by_calming(
        values, "deteriorating", by, noticed_instability(values)
    ) - missed * worse
