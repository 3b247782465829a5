"""Every action a provider can set, as data: adding one is adding a row here and its numbers in ``behaviour.toml``.

An action is counted in the event that it makes or avoids, so that its price can be derived from any contract. All
numbers (technical cost, minutes, cash, range) are parameters named ``behaviour.<kind>.<action>.<number>``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Discretion = Literal["discretionary", "norm_bound", "organisational"]

#: Numbers that every action has in ``behaviour.toml``; ``cash`` only where its own event has no cost in the accounts.
NUMBERS: Final[tuple[str, ...]] = ("kappa", "lowest", "highest")


class Action(NamedTuple):
    """One thing that a kind of provider does more or less of.

    Parameters
    ----------
    name, kind : str
        The action; the kind of provider that sets it.
    unit : str
        One unit of it, aloud.
    measure : str
        The counted event that it makes or avoids.
    quantity : float
        How much of the measure makes one unit; 0 for an act that makes no event but changes the value of one.
    direction : int
        +1 if a higher level makes events, -1 if it avoids them.
    discretion : str
        Class by which response parameters are shared.
    text : str
        What the level means.
    minutes : str
        Parameter with the minutes that a unit takes of the provider's time; empty if none.
    observed : str
        For levels that are a share of those who could get it: the parameter with the observed share. Their response is
        on the logit scale.
    price : str
        Parameter with the price of a unit at which its doer's elasticity is known; empty where a unit has none.
    """

    name: str
    kind: str
    unit: str
    measure: str
    quantity: float
    direction: int
    discretion: Discretion
    text: str
    minutes: str = ""
    observed: str = ""
    price: str = ""

    @property
    def id(self) -> str:
        """Name in tables: that of the measure where a unit makes one event of it, else its own."""
        return self.measure if self.quantity == 1 and self.direction > 0 else self.name

    def number(self, which: str) -> str:
        """Name of one of the action's parameters."""
        return f"behaviour.{self.kind}.{self.name}.{which}"


def _actions(kind: str, *rows: tuple[Any, ...]) -> tuple[Action, ...]:
    return tuple(Action(row[0], kind, *row[1:]) for row in rows)


GP: Final = _actions(
    "gp",
    ("consultations", "one consultation", "gp_consultation", 1, +1, "discretionary",
     "consultations offered per need", "general_practice.minutes.gp_consultation", "",
     "tariffs.gp_consultation"),
    ("chronic_control", "one chronic control", "gp_chronic_control", 1, +1, "norm_bound",
     "planned controls of chronic conditions", "general_practice.minutes.gp_chronic_control", "",
     "tariffs.gp_chronic_control"),
    ("follow_up_visit", "one follow-up visit", "gp_follow_up_visit", 1, +1, "organisational",
     "follow-up visits at home after discharge", "general_practice.minutes.gp_follow_up_visit", "",
     "tariffs.gp_follow_up_visit"),
    ("outreach_visit", "one outreach visit", "gp_outreach_visit", 1, +1, "organisational",
     "outreach visits at home to frail people", "general_practice.minutes.gp_outreach_visit", "",
     "tariffs.gp_outreach_visit"),
    ("referral", "one outpatient visit referred", "outpatient_visit", 1, +1, "discretionary",
     "referrals to the hospital's outpatient clinics"),
)  # fmt: skip

HOME_CARE: Final = _actions(
    "home_care",
    ("early_detection", "one deterioration noticed", "detection", 1, +1, "organisational",
     "deterioration noticed by home care and acted on"),
    ("acute_nursing", "one acute nurse visit", "acute_nurse_visit", 1, +1, "organisational",
     "visits of the municipal acute nurse", "home_care.acute_nurse.minutes"),
    ("reception_speed", "one delay day avoided", "finished_treated_day", 1, -1, "organisational",
     "speed of receiving patients who have finished treatment"),
    ("rehabilitation", "one hour of home help avoided", "home_help", 60, -1, "organisational",
     "rehabilitation that lowers the need of home help"),
)  # fmt: skip

WARD: Final = _actions(
    "ward",
    ("admission_threshold", "one admission avoided at the door", "acute_admission", 1, -1, "organisational",
     "how ill a patient must be to get a bed"),
    ("discharge_day", "one bed-day", "bed_day", 1, +1, "discretionary",
     "day of leaving relative to readiness: a higher level is a longer stay"),
    ("declaration", "one finished-treated day declared", "finished_treated_day", 1, +1, "discretionary",
     "how early after readiness a patient is declared finished-treated"),
    ("discharge_planning", "one discharge plan", "discharge_plan", 1, +1, "organisational",
     "share of stays with an individual discharge plan", "", "hospital.discharge.plan_share"),
    ("observation", "one observation instead of an admission", "observation", 1, +1, "organisational",
     "observation in the emergency department instead of admission"),
    ("virtual_outpatient", "one virtual instead of a physical visit", "outpatient_virtual", 1, +1, "organisational",
     "share of outpatient contacts that are virtual", "", "hospital.outpatient.virtual"),
    ("coding", "one thousand kroner of tariff value coded", "hospital_course", 0, +1, "discretionary",
     "secondary diagnoses that lift the tariff value of the same course"),
)  # fmt: skip

#: Actions by kind of provider, in the order of the columns of that kind's levels.
ACTIONS: Final[dict[str, tuple[Action, ...]]] = {"gp": GP, "home_care": HOME_CARE, "ward": WARD}
#: Name of each kind of provider in tables.
ACTORS: Final[dict[str, str]] = {kind: kind.replace("_", "-") for kind in ACTIONS}
GP_ACTIONS: Final[tuple[str, ...]] = tuple(action.name for action in GP)
HOME_CARE_ACTIONS: Final[tuple[str, ...]] = tuple(action.name for action in HOME_CARE)
WARD_ACTIONS: Final[tuple[str, ...]] = tuple(action.name for action in WARD)


class Levels(NamedTuple):
    """Action levels of all providers, arrays (providers, actions) of float64; 1.0 is what was observed."""

    gp: NDArray[np.float64]
    home_care: NDArray[np.float64]
    ward: NDArray[np.float64]

    @classmethod
    def observed(cls, practices: int, units: int, wards: int) -> Levels:
        """Levels at which nothing differs from what was observed."""
        return cls(
            np.ones((practices, len(GP))), np.ones((units, len(HOME_CARE))), np.ones((wards, len(WARD)))
        )  # fmt: skip


def all_actions() -> Iterator[Action]:
    """Every action of every kind, in order."""
    for actions in ACTIONS.values():
        yield from actions


def find_action(kind: str, name: str) -> Action:
    """One action; ``KeyError`` names those that exist."""
    for action in ACTIONS[kind]:
        if action.name == name:
            return action
    known = ", ".join(action.name for action in ACTIONS[kind])
    raise KeyError(f'{kind} has no action "{name}"; it has {known}')
